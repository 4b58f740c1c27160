"""A sale is shown as a film: how it stood at every attempt, with the clock, the verdict and the rule."""

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.models import Court
from auction.models import Failure, Lot
from auction.rules.bidding import BidIn, LotTerms, Suspension
from auction.rules.closing import Fault
from auction.rules.replay import BidLog, Entry
from auction.services import reading
from evidence import services
from evidence.rules.film import Clock, Frame, film, moment
from evidence.rules.reel import BASE, Course, Stop, reel
from kernel.access import Role
from tests.factories.accounts import a_court, a_person, acting, sign_in
from tests.factories.auction import CLOSES_AT, OPENS_AT, START_FEN, STEP_FEN, a_code, a_lot_on_sale, bid

SECOND = timedelta(seconds=1)
MOMENT = timedelta(milliseconds=1)
WINDOW = timedelta(minutes=5)
OPENS = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)
CLOSES = OPENS + timedelta(hours=24)


def terms(*stops: Suspension) -> LotTerms:
    return LotTerms(START_FEN, STEP_FEN, OPENS, CLOSES, WINDOW, timedelta(hours=24), suspensions=stops)


def frames(given: LotTerms, *bids: tuple[str, int, datetime]) -> list[Frame]:
    return list(film(BidLog(given, tuple(Entry(BidIn(code, fen), at) for code, fen, at in bids))))


def across(place: str) -> float:
    return float(place.rstrip("%"))


class TestTheClock:
    @pytest.mark.parametrize(("at", "clock", "left"), [
        (OPENS - MOMENT, Clock.EARLY, MOMENT),
        (OPENS, Clock.RUNNING, timedelta(hours=24)),
        (CLOSES - WINDOW - MOMENT, Clock.RUNNING, WINDOW + MOMENT),
        (CLOSES - WINDOW, Clock.LAST, WINDOW),
        (CLOSES - MOMENT, Clock.LAST, MOMENT),
        (CLOSES, Clock.OVER, timedelta(0)),
        (CLOSES + MOMENT, Clock.OVER, timedelta(0)),
    ])
    def test_runs_from_the_opening_up_to_and_without_the_end(self, at: datetime, clock: Clock,
                                                              left: timedelta) -> None:
        (shot,) = frames(terms(), ("K1", START_FEN - 1, at))
        found = moment(terms(), shot.after, at)
        assert (found.clock, found.left, found.ends_at) == (clock, left, CLOSES)

    def test_after_an_extension_the_new_end_is_in_force(self) -> None:
        at = CLOSES - SECOND
        (shot,) = frames(terms(), ("K1", START_FEN, at))
        found = moment(terms(), shot.after, at)
        assert (found.ends_at, found.left) == (at + WINDOW, WINDOW)

    def test_stands_still_in_a_suspension_and_keeps_at_least_a_whole_window(self) -> None:
        stop = Suspension(CLOSES - SECOND, CLOSES + timedelta(days=2))
        (shot,) = frames(terms(stop), ("K1", START_FEN, CLOSES))
        found = moment(terms(stop), shot.after, CLOSES)
        assert (found.clock, found.left) == (Clock.STOPPED, WINDOW)
        (later,) = frames(terms(stop), ("K1", START_FEN, stop.to_at or CLOSES))
        assert later.decision.accepted
        assert moment(terms(stop), later.after, later.entry.received_at).left == WINDOW


class TestTheDrawing:
    def course(self, *bids: tuple[str, int, datetime], stops: tuple[Stop, ...] = ()) -> Course:
        given = terms(*(Suspension(one.from_at, one.to_at) for one in stops))
        taken = frames(given, *bids)
        ends_at = max([CLOSES, *(one.after.closes_at for one in taken)])
        return Course(OPENS, CLOSES, ends_at, WINDOW, START_FEN, taken, stops)

    def test_the_last_stretch_is_drawn_closer_than_the_quiet_day_before(self) -> None:
        drawn = reel(self.course(("K1", START_FEN, OPENS + timedelta(hours=1)),
                                 ("K2", START_FEN + STEP_FEN, CLOSES - WINDOW)))
        early, late = (across(place.x) for place in drawn.places)
        assert drawn.close is not None
        assert early < 5
        assert 60 < late < 100
        assert len(drawn.ends) == 0

    def test_time_goes_to_the_right_and_nothing_leaves_the_drawing(self) -> None:
        stop = Stop(CLOSES - 2 * WINDOW, CLOSES + timedelta(days=3), is_fault=True)
        resumed = CLOSES + timedelta(days=3)
        given = [("K1", START_FEN - 1, OPENS - SECOND), ("K1", START_FEN, OPENS),
                 ("K2", 900 * START_FEN, CLOSES - WINDOW), ("K2", START_FEN + STEP_FEN, resumed),
                 ("K1", START_FEN, resumed + timedelta(days=1))]
        drawn = reel(self.course(*given, stops=(stop,)))
        places = [across(place.x) for place in drawn.places]
        assert places == sorted(places)
        assert all(0 <= place <= 100 for place in places)
        assert all(0 < float(place.y) < BASE for place in drawn.places)
        assert across(drawn.stops[0].width) < 8
        assert drawn.stops[0].is_fault

    def test_each_extension_has_its_mark(self) -> None:
        drawn = reel(self.course(("K1", START_FEN, CLOSES - SECOND),
                                 ("K2", START_FEN + STEP_FEN, CLOSES + SECOND)))
        assert len(drawn.ends) == 2
        assert across(drawn.planned) < across(drawn.ends[0].x) < across(drawn.ends[1].x)

    def test_a_thousand_bids_in_one_second_are_drawn_as_few_dots(self) -> None:
        bids = [("K1", START_FEN + n * STEP_FEN, OPENS + n * MOMENT) for n in range(1000)]
        assert len(reel(self.course(*bids)).accepted) < 1001

    def test_a_sale_without_bids_is_an_empty_drawing(self) -> None:
        drawn = reel(self.course())
        assert (drawn.line, drawn.accepted, drawn.places) == ("", [], [])
        assert drawn.levels


@pytest.fixture
def lot(session: Session) -> Lot:
    """Two codes: one bids too little, then both, the last one a second before the end."""
    found = a_lot_on_sale(session, a_court(session))
    _, first = a_code(session, found)
    _, second = a_code(session, found)
    bid(session, first, START_FEN - 1, OPENS_AT)
    bid(session, first, START_FEN, OPENS_AT + SECOND)
    bid(session, second, START_FEN + STEP_FEN, CLOSES_AT - SECOND)
    return session.get_one(Lot, found.id)


@pytest.fixture
def desk(client: FlaskClient, session: Session, lot: Lot) -> FlaskClient:
    return sign_in(client, a_person(session, Role.AUDITOR, session.get_one(Court, lot.court_id)))


def standing(page: str) -> dict[str, str]:
    """What the panel under the slider says, by the names that the script uses too."""
    parts = page.split('data-v="')[1:]
    return {part.partition('"')[0]: part.partition(">")[2].partition("<")[0] for part in parts}


def test_a_film_opens_at_its_last_attempt_and_goes_back_by_links(desk: FlaskClient, lot: Lot) -> None:
    page = desk.get(f"/desk/audit/lots/{lot.id}/1").text
    found = standing(page)
    assert found["at"] == "3 / 3"
    assert found["verdict"] == "有效，延时"
    assert found["clock"] == "延时窗口内"
    assert found["left"] == "5 分"
    assert 'rel="prev" data-step="-1" href="?at=2#film"' in page
    assert 'rel="next"' not in page


def test_stopped_at_an_attempt_it_shows_the_standing_of_that_moment(desk: FlaskClient, lot: Lot) -> None:
    first = standing(desk.get(f"/desk/audit/lots/{lot.id}/1?at=1").text)
    assert [first[name] for name in ("verdict", "rule", "price", "leader")] == ["无效", "AUC-20.1", "—", "—"]
    assert "低于起拍价" in first["reason"]
    assert "第二十条" in first["article"]
    second = standing(desk.get(f"/desk/audit/lots/{lot.id}/1?at=2").text)
    assert [second[name] for name in ("price", "left", "extensions")] == [
        "2,010,000.00 元", "23 小时 59 分", "0"]


def test_the_slider_gets_the_same_words_that_the_page_shows(desk: FlaskClient, lot: Lot) -> None:
    told = desk.get(f"/desk/audit/lots/{lot.id}/1/moments.json?at=2").get_json()
    assert [one["at"] for one in told["moments"]] == [1, 2, 3]
    for one in told["moments"]:
        page = standing(desk.get(f"/desk/audit/lots/{lot.id}/1?at={one['at']}").text)
        assert {name: str(one[name]) for name in page if name != "at"} == {
            name: value for name, value in page.items() if name != "at"}


def test_an_attempt_that_does_not_exist_shows_the_last_one(desk: FlaskClient, lot: Lot) -> None:
    for typed in ("99", "0", "-1", "three", "1" * 60):
        page = desk.get(f"/desk/audit/lots/{lot.id}/1?at={typed}")
        assert page.status_code == 200
        assert standing(page.text)["at"] == "3 / 3"


def test_a_filter_stays_while_the_film_goes_on(desk: FlaskClient, lot: Lot) -> None:
    page = desk.get(f"/desk/audit/lots/{lot.id}/1?verdict=refused&at=2").text
    assert "共 1 次，全部 3 次" in page
    assert 'href="?verdict=refused&amp;at=1#film"' in page


def test_suspensions_and_faults_stand_in_the_film_with_their_time(desk: FlaskClient, session: Session,
                                                                  lot: Lot) -> None:
    with acting(session) as s:
        s.add(Failure(id="failure-1", worker_id="w", fault=Fault.SILENCE, from_at=OPENS_AT + 5 * SECOND,
                      to_at=OPENS_AT + 12 * SECOND, lasted_ms=7000))
    page = desk.get(f"/desk/audit/lots/{lot.id}/1").text
    assert "平台不能接受出价" in page
    assert "历时 7 秒" in page


def test_a_long_sale_is_turned_by_pages_of_a_hundred(desk: FlaskClient, session: Session, lot: Lot) -> None:
    codes = sorted(one.code for one in reading.registrations_of(session, lot.sale) if one.code)
    registrations = {one.code: one for one in reading.registrations_of(session, lot.sale)}
    for n in range(100):
        bid(session, registrations[codes[n % 2]], START_FEN, CLOSES_AT)
    page = desk.get(f"/desk/audit/lots/{lot.id}/1?at=1").text
    assert 'id="n100"' in page
    assert 'id="n101"' not in page
    assert "at=101#attempts" in page
    last = desk.get(f"/desk/audit/lots/{lot.id}/1").text
    assert 'id="n103"' in last
    assert 'id="n100"' not in last


def test_another_court_s_film_is_not_found(client: FlaskClient, session: Session, lot: Lot) -> None:
    other = a_court(session, name_zh="临澜市西麓区人民法院", name_en="Xilu", origin="west.example/log")
    sign_in(client, a_person(session, Role.SUPERVISOR, other))
    assert client.get(f"/desk/audit/lots/{lot.id}/1/moments.json").status_code == 404


@pytest.mark.both_databases
def test_the_stored_attempts_are_those_of_the_film(session: Session, lot: Lot) -> None:
    taken = services.shots(session, reading.get_lot(session, lot.id).sale)
    assert [shot.position for shot in taken] == [1, 2, 3]
    assert all(shot.agrees and shot.leaf_index is not None for shot in taken)
