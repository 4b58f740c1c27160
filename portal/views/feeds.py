"""What programs follow: Atom feeds, the map of the site, what crawlers may read."""

from datetime import datetime
from typing import Any, Final

from flask import Blueprint, Response, render_template, request

from kernel import clock
from kernel.access import public
from kernel.database import db
from kernel.errors import NotFound
from kernel.languages import gettext as _
from portal.services.listing import announced_last, chapters, lots_in, others_of
from portal.views.addresses import outer
from portal.views.cards import court_names, line_of
from portal.views.context import name_of_court

pages = Blueprint("feeds", __name__)

NEWEST: Final = 50
STILL: Final = ("/", "/lots", "/calendar", "/results", "/draws", "/courts", "/logs", "/help", "/glossary",
                "/accessibility", "/practice", "/register")
"""Public pages that are always there."""


@pages.get("/feeds/lots.atom")
@public
def lots() -> Response:
    """The newest announcements of all courts."""
    return lots_feed(None)


def lots_feed(court: Any) -> Response:
    """The newest announcements of one court, or of all, as Atom (RFC 4287)."""
    session = db.session()
    courts = court_names()
    found = announced_last(session, court.id if court else None, most=NEWEST)
    body = render_template(
        "portal/lots.atom",
        entries=[(entry, line_of(entry, courts.get(entry.court_id, ""))) for entry in found],
        title=_("%(court)s的拍卖公告", court=name_of_court(court)) if court else _("新公告的标的"),
        own=outer(request.path), page=outer(f"/courts/{court.id}" if court else "/lots"), courts=courts,
        updated=found[0].published_at if found else clock.now(), base=outer(""))
    return Response(body, content_type="application/atom+xml; charset=utf-8")


@pages.get("/sitemap.xml")
@public
def sitemap() -> Response:
    """Which maps there are: one of pages, and as many of lots as it takes."""
    session = db.session()
    changed = [at for _path, at in others_of(session) if at is not None]
    rows: list[tuple[str, datetime | None]] = [(outer("/sitemaps/pages.xml"), max(changed, default=None))]
    rows += [(outer(f"/sitemaps/lots-{n}.xml"), at) for n, at in chapters(session)]
    return _map("portal/sitemap_index.xml", rows=rows)


@pages.get("/sitemaps/pages.xml")
@public
def map_of_pages() -> Response:
    """Pages that are always there, courts, draws and plans."""
    rows: list[tuple[str, datetime | None]] = [(outer(path), None) for path in STILL]
    rows += [(outer(path), at) for path, at in others_of(db.session())]
    return _map("portal/sitemap.xml", rows=rows)


@pages.get("/sitemaps/lots-<int:chapter>.xml")
@public
def map_of_lots(chapter: int) -> Response:
    """Announced lots, and the results of those that ended; when each last changed its standing."""
    found = lots_in(db.session(), chapter)
    if not found:
        raise NotFound
    return _map("portal/sitemap.xml", rows=[(outer(path), at) for path, at in found])


@pages.get("/robots.txt")
@public
def robots() -> Response:
    """What crawlers may read: all that is public; desks and rooms say nothing to them."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in (
        "/my", "/desk", "/login", "/language/", "/theme/", "/api/", "/lots/*/room")),
        "Allow: /", f"Sitemap: {outer('/sitemap.xml')}"]
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _map(template: str, **context: Any) -> Response:
    return Response(render_template(template, **context), content_type="application/xml; charset=utf-8")
