"""An auditor finds a leaf by case, lot, code, kind, actor and time, and turns pages without gaps."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.models import Court
from auction.models import Lot
from audit.models import Leaf, Log
from audit.services import LeafSearch, find_leaves
from audit.services.searching import COUNTED
from cases import services as cases
from evidence.services import LeafQuery, leaves
from kernel.access import Actor, Role
from kernel.errors import InvalidInput
from tests.factories.accounts import a_court, a_person, an_installation, sign_in, the_actor
from tests.factories.auction import OPENS_AT, START_FEN, STEP_FEN, a_code, a_lot_on_sale, an_exercise, bid

pytestmark = pytest.mark.both_databases

MINUTE = timedelta(minutes=1)


class Room:
    """A court with two lots, on the first of which two codes bid."""

    def __init__(self, session: Session) -> None:
        self.session, self.court = session, a_court(session)
        self.lot, self.other = a_lot_on_sale(session, self.court), a_lot_on_sale(session, self.court)
        _, self.first = a_code(session, self.lot)
        _, self.second = a_code(session, self.lot)
        for step in range(6):
            bid(session, (self.first, self.second)[step % 2], START_FEN + step * STEP_FEN,
                OPENS_AT + step * MINUTE)
        self.auditor = the_actor(session, a_person(session, Role.AUDITOR, self.court))

    def find(self, **wanted: object) -> list[Leaf]:
        return list(leaves(self.session, LeafQuery(**wanted), self.auditor).leaves)  # type: ignore[arg-type]

    def all_of(self, log: str) -> list[Leaf]:
        return list(self.session.query(Leaf).filter_by(log=log).order_by(Leaf.index.desc()))


@pytest.fixture
def room(session: Session) -> Room:
    return Room(session)


def test_a_lot_brings_its_own_leaves_and_no_others(room: Room) -> None:
    found = room.find(lot=room.lot.id)
    assert {leaf.subject for leaf in found} == {room.lot.sale.subject}
    assert sum(leaf.kind == "bid" for leaf in found) == 6
    assert [leaf.index for leaf in found] == sorted((leaf.index for leaf in found), reverse=True)


def test_a_code_brings_the_bids_made_under_it(room: Room) -> None:
    found = room.find(code=room.first.code)
    assert [leaf.kind for leaf in found] == ["bid"] * 3
    assert {leaf.actor for leaf in found} == {f"code:{room.first.code}"}
    assert room.find(code=room.first.code, lot=room.other.id) == []
    assert room.find(code="Z0000") == []


def test_a_case_is_found_by_its_number_and_by_its_id_with_all_that_belongs_to_it(room: Room) -> None:
    case_id = room.lot.case_id or ""
    number = cases.get_case(room.session, case_id).number
    found = room.find(case_id=case_id)
    typed = number.replace("（", "(").replace("）", ")")
    assert found == room.find(case_id=number) == room.find(case_id=typed)
    log = found[0].log
    assert found == [leaf for leaf in room.all_of(log) if leaf.case_id == case_id]
    assert any(leaf.kind == "bid" for leaf in found)
    assert any(leaf.kind == "case.registered" for leaf in found)


def test_conditions_narrow_together(room: Room) -> None:
    case_id = room.lot.case_id or ""
    assert len(room.find(case_id=case_id, kind="bid")) == 6
    assert len(room.find(case_id=case_id, kind="lot.published")) == 1
    assert len(room.find(case_id=case_id, code=room.second.code)) == 3
    assert room.find(case_id=room.other.case_id, lot=room.lot.id) == []
    assert len(room.find(lot=room.lot.id, kind="lot.published")) == 1
    officer = room.find(lot=room.lot.id, kind="lot.published")[0].actor
    assert {leaf.actor for leaf in room.find(actor=officer)} == {officer}
    assert room.find(case_id=case_id, actor=officer) == [
        leaf for leaf in room.find(case_id=case_id) if leaf.actor == officer]


def test_a_span_of_time_begins_with_its_first_instant_and_ends_before_its_last(room: Room) -> None:
    every = room.find(lot=room.lot.id)
    first, last = every[-1].at, every[0].at
    within = room.find(lot=room.lot.id, from_at=first, to_at=last)
    assert within == [leaf for leaf in every if first <= leaf.at < last]
    log = room.all_of(every[0].log)
    middle = log[len(log) // 2].at
    assert room.find(to_at=middle) == [leaf for leaf in log if leaf.at < middle][:100]
    assert room.find(from_at=middle)[-1].at >= middle
    assert room.find(from_at=last + timedelta(days=1)) == []


@pytest.mark.parametrize("narrowed", [
    lambda room: LeafSearch(""),
    lambda room: LeafSearch("", kind="bid"),
    lambda room: LeafSearch("", actor="system"),
    lambda room: LeafSearch("", subjects=(room.lot.sale.subject, room.other.sale.subject)),
    lambda room: LeafSearch("", case_id=room.lot.case_id, bids_of=(room.lot.sale.subject,)),
], ids=["everything", "a kind", "an actor", "two sales", "a case"])
def test_pages_forwards_and_backwards_show_each_leaf_once(
        room: Room, narrowed: Callable[[Room], LeafSearch]) -> None:
    log = room.session.query(Log).filter_by(court_id=room.court.id, is_exercise=False).one()
    wanted = replace(narrowed(room), log=log.origin)
    whole = [leaf.index for leaf in find_leaves(room.session, wanted, most=10_000).leaves]
    pages, page = [], find_leaves(room.session, wanted, most=4)
    assert page.total == len(whole)
    while True:
        pages.append([leaf.index for leaf in page.leaves])
        if not page.older:
            break
        page = find_leaves(room.session, wanted, before=pages[-1][-1], most=4)
    assert [index for one in pages for index in one] == whole
    for earlier, later in pairwise(pages):
        back = find_leaves(room.session, wanted, after=later[0], most=4)
        assert [leaf.index for leaf in back.leaves] == earlier


def test_more_than_a_thousand_are_not_counted_but_said_to_be_more(session: Session) -> None:
    an_installation(session)
    log = session.query(Log).filter_by(is_exercise=False).first()
    assert log is not None
    at = log.last_at
    for n in range(COUNTED + 1):
        session.add(Leaf(log=log.origin, index=log.size + n, subject="many", seq=n + 1, kind="bid", at=at,
                         actor="code:K0001", case_id=None, raw=b"{}", hash=f"{n:064x}"))
    log.size += COUNTED + 1
    session.commit()
    found = find_leaves(session, LeafSearch(log.origin, subjects=("many",)), most=100)
    assert (len(found.leaves), found.older, found.total) == (100, True, None)
    assert find_leaves(session, LeafSearch(log.origin), most=100).total == log.size


def test_an_unknown_case_or_lot_is_named_and_what_was_typed_stays(room: Room, client: FlaskClient) -> None:
    session = room.session
    with pytest.raises(InvalidInput):
        room.find(case_id="（2020）东执 1 号")
    sign_in(client, a_person(session, Role.AUDITOR, session.get_one(Court, room.court.id)))
    page = client.get("/desk/audit/leaves?lot=lot-nowhere&kind=bid")
    assert page.status_code == 422
    assert "本院没有这个标的" in page.text
    assert "lot-nowhere" in page.text


def test_another_court_s_lots_cases_and_leaves_are_as_if_they_were_not(room: Room) -> None:
    session = room.session
    other = a_court(session, name_zh="临澜市西麓区人民法院", name_en="Xilu", origin="west.example/log")
    stranger: Actor = the_actor(session, a_person(session, Role.AUDITOR, other))
    for wanted in (LeafQuery(lot=room.lot.id), LeafQuery(case_id=room.lot.case_id or "")):
        with pytest.raises(InvalidInput):
            leaves(session, wanted, stranger)
    for wanted in (LeafQuery(), LeafQuery(code=room.first.code or ""),
                   LeafQuery(subject=room.lot.sale.subject)):
        found = leaves(session, wanted, stranger).leaves
        assert room.lot.sale.subject not in {leaf.subject for leaf in found}


def test_exercises_have_a_log_of_their_own(room: Room) -> None:
    session = room.session
    officer = the_actor(session, a_person(session, Role.OFFICER, session.get_one(Court, room.court.id)))
    practice: Lot = an_exercise(session, officer)[0]
    assert {leaf.subject for leaf in room.find(lot=practice.id)} == {practice.sale.subject}
    assert any(leaf.subject == practice.sale.subject for leaf in room.find(log="exercise"))
    assert not any(leaf.subject == practice.sale.subject for leaf in room.find())


def test_the_page_links_to_what_is_older_and_keeps_the_question(room: Room, client: FlaskClient,
                                                               monkeypatch: pytest.MonkeyPatch) -> None:
    session = room.session
    sign_in(client, a_person(session, Role.AUDITOR, session.get_one(Court, room.court.id)))
    first = room.find(lot=room.lot.id, kind="bid")
    monkeypatch.setattr("evidence.services.searching.PER_PAGE", 4)
    page = client.get(f"/desk/audit/leaves?lot={room.lot.id}&kind=bid").text
    assert "共 6 片" in page
    assert f"lot={room.lot.id}&amp;kind=bid&amp;before={first[3].index}" in page
    second = client.get(f"/desk/audit/leaves?lot={room.lot.id}&kind=bid&before={first[3].index}").text
    assert f"after={first[4].index}" in second
    assert "更早的" not in second
