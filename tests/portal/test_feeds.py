"""What programs follow: feeds, maps of the site, the rules for crawlers; well-formed and public."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element, fromstring

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.jobs import follow_log
from portal.services import listing
from tests.factories.accounts import a_court
from tests.factories.auction import CLOSES_AT, PUBLISHED_AT, a_lot_on_sale, closed
from tests.factories.cases import an_officer

Walk = Callable[[datetime], None]
ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def read(client: FlaskClient, url: str) -> Element:
    answer = client.get(url)
    assert answer.status_code == 200
    return fromstring(answer.data)  # noqa: S314 - our own answer


@pytest.mark.both_databases
def test_the_feed_names_the_newest_announcements(client: FlaskClient, session: Session) -> None:
    court = a_court(session)
    officer = an_officer(session, court)
    older = a_lot_on_sale(session, court, officer=officer, published_at=PUBLISHED_AT).id
    newer = a_lot_on_sale(session, court, officer=officer, published_at=PUBLISHED_AT + timedelta(days=1),
                          title="A & B <观澜里>").id
    follow_log()
    feed = read(client, "/feeds/lots.atom")
    assert [one.findtext(f"{ATOM}id") for one in feed.iter(f"{ATOM}entry")] == [
        f"http://localhost/lots/{newer}#1", f"http://localhost/lots/{older}#1"]
    assert feed.findtext(f"{ATOM}entry/{ATOM}title") == "A & B <观澜里>"
    assert feed.findtext(f"{ATOM}updated") == (PUBLISHED_AT + timedelta(days=1)).isoformat(timespec="seconds")


def test_a_court_has_a_feed_of_its_own(client: FlaskClient, session: Session) -> None:
    court = a_court(session)
    a_lot_on_sale(session, court, officer=an_officer(session, court))
    other = a_court(session, "青屿海事法院", "Qingyu Maritime Court", "other.example/luochui")
    follow_log()
    assert len(list(read(client, f"/courts/{court.id}/lots.atom").iter(f"{ATOM}entry"))) == 1
    assert not list(read(client, f"/courts/{other.id}/lots.atom").iter(f"{ATOM}entry"))
    assert client.get("/courts/nobody/lots.atom").status_code == 404


def test_an_empty_feed_is_still_one(client: FlaskClient) -> None:
    assert read(client, "/feeds/lots.atom").findtext(f"{ATOM}updated")


@pytest.mark.both_databases
def test_every_lot_stands_in_exactly_one_map(
        client: FlaskClient, session: Session, at: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    court = a_court(session)
    officer = an_officer(session, court)
    lots = [a_lot_on_sale(session, court, officer=officer) for _ in range(3)]
    closed(session, lots[0])
    at(CLOSES_AT + timedelta(days=1))
    follow_log()
    monkeypatch.setattr(listing, "CHAPTER", 2)
    maps = [one.text or "" for one in read(client, "/sitemap.xml").iter(f"{MAP}loc")]
    found = [loc.text for url in maps
             for loc in read(client, url.removeprefix("http://localhost")).iter(f"{MAP}loc")]
    assert len(found) == len(set(found))
    assert {f"http://localhost/lots/{lot.id}" for lot in lots} <= set(found)
    assert f"http://localhost/lots/{lots[0].id}/result" in found
    assert f"http://localhost/lots/{lots[1].id}/result" not in found
    assert f"http://localhost/courts/{court.id}" in found
    assert client.get("/sitemaps/lots-99.xml").status_code == 404


def test_the_maps_name_only_what_anyone_may_read(client: FlaskClient, session: Session) -> None:
    a_lot_on_sale(session)
    follow_log()
    for name in ("pages", "lots-0"):
        for loc in read(client, f"/sitemaps/{name}.xml").iter(f"{MAP}loc"):
            path = (loc.text or "").removeprefix("http://localhost")
            assert client.get(path).status_code == 200, path


def test_a_map_says_when_a_lot_changed_its_standing(client: FlaskClient, session: Session) -> None:
    a_lot_on_sale(session)
    follow_log()
    assert read(client, "/sitemaps/lots-0.xml").findtext(f"{MAP}url/{MAP}lastmod") == (
        PUBLISHED_AT.isoformat(timespec="seconds"))


def test_the_list_of_maps_says_when_each_last_changed(client: FlaskClient, session: Session) -> None:
    a_lot_on_sale(session)
    follow_log()
    changed = {one.findtext(f"{MAP}loc"): one.findtext(f"{MAP}lastmod")
               for one in read(client, "/sitemap.xml").iter(f"{MAP}sitemap")}
    assert changed["http://localhost/sitemaps/lots-0.xml"] == PUBLISHED_AT.isoformat(timespec="seconds")


def test_crawlers_are_told_where_the_map_is_and_kept_from_desks(client: FlaskClient) -> None:
    text = client.get("/robots.txt").text
    assert "Sitemap: http://localhost/sitemap.xml" in text
    for path in ("/my", "/desk", "/login", "/api/"):
        assert re.search(rf"^Disallow: {path}$", text, re.MULTILINE)


def test_a_sale_is_told_to_machines_beside_people(client: FlaskClient, session: Session, at: Walk) -> None:
    a_lot_on_sale(session)
    at(PUBLISHED_AT + timedelta(days=30))
    follow_log()
    page = client.get("/calendar/2026-06-10").text
    assert 'itemtype="https://schema.org/SaleEvent"' in page
    assert '<meta itemprop="startDate" content="2026-06-10T02:00:00+00:00">' in page
