"""A desk shows whose act it is, worst first, and never another court's."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.models import Court
from kernel.access import Actor, Role
from kernel.clock import end_of_day
from kernel.domain import WorkItem
from portal.services.desks import collect, desk_of, waiting_in
from tests.factories.accounts import a_court, a_person, sign_in, the_actor
from tests.factories.auction import OPENS_AT, a_lot_on_sale
from tests.factories.cases import a_case, a_property
from tests.factories.settlement import sell

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
OFFICER = Actor("p-1", "沈同舟", frozenset({Role.OFFICER}), court_id="c-1")


def work(title: str, days: float | None, *, court: str = "c-1",
         roles: frozenset[Role] = frozenset({Role.OFFICER}),
         person_id: str | None = None, who: str = "") -> WorkItem:
    due_at = None if days is None else NOW + timedelta(days=days)
    return WorkItem(court_id=court, title=title, url="/", rule="REF-1", due_at=due_at, roles=roles,
                    person_id=person_id, who=who)


def test_work_is_grouped_by_how_near_its_term_is() -> None:
    items = [work("later", 9), work("overdue", -1), work("soon", 2), work("today", 0.1)]
    desk = desk_of(items, OFFICER, NOW)
    assert [(name, [one.title for one in found]) for name, found in desk.groups] == [
        ("overdue", ["overdue"]), ("today", ["today"]), ("soon", ["soon"]), ("later", ["later"])]


def test_what_others_or_time_must_bring_is_seen_but_not_ones_own() -> None:
    desk = desk_of([work("mine", 1), work("theirs", 1, roles=frozenset({Role.JUDGE})),
                    work("time", 1, roles=frozenset())], OFFICER, NOW)
    assert [one.title for one in desk.mine] == ["mine"]
    assert [one.title for one in desk.waiting] == ["theirs", "time"]


def test_what_others_should_have_done_is_late_and_what_time_brings_is_not() -> None:
    a_moment = 0.001 / 86_400
    others = frozenset({Role.JUDGE})
    desk = desk_of([work("theirs late", -a_moment, roles=others), work("theirs due now", 0, roles=others),
                    work("named late", -1, roles=frozenset(), person_id="p-2"),
                    work("an institution's", -1, roles=frozenset(), who="恒正评估"),
                    work("time", -1, roles=frozenset()), work("some day", None, roles=others),
                    work("mine", -1)], OFFICER, NOW)
    assert [one.title for one in desk.late] == ["theirs late", "named late", "an institution's"]
    assert [one.title for one in desk.waiting] == ["theirs due now", "time", "some day"]


def test_the_desk_shows_it_as_overdue_and_whose_it_is(
        app: Flask, session: Session, at: Callable[[datetime], None]) -> None:
    at(NOW)
    court = a_court(session)
    officer = a_person(session, Role.OFFICER, court, name="沈同舟")
    case = a_case(session, the_actor(session, officer))
    flat = a_property(session, case, the_actor(session, officer), with_facts=True)
    at(NOW + timedelta(days=90))
    judge = sign_in(app.test_client(), a_person(session, Role.JUDGE, court)).get("/desk/").text
    late = judge[judge.index("别人已逾期"):]
    assert "逾期" in late
    assert "由沈同舟办理" in late[late.index(f"启动确定参考价程序：{flat.title}"):]
    own = sign_in(app.test_client(), officer).get("/desk/").text
    assert "别人已逾期" not in own
    case_page = sign_in(app.test_client(), officer).get(f"/desk/cases/{case.id}").text
    assert "逾期" in case_page
    assert "沈同舟" in case_page


def test_a_balance_that_did_not_come_is_overdue_with_the_buyer(
        app: Flask, session: Session, at: Callable[[datetime], None]) -> None:
    at(OPENS_AT)
    lot = a_lot_on_sale(session)
    sell(session, lot)
    delivery = lot.sale.delivery
    assert delivery is not None
    over_at = end_of_day(delivery.balance_due_on)
    court = session.get_one(Court, lot.court_id)
    client = sign_in(app.test_client(), a_person(session, Role.AUDITOR, court))
    for instant, is_late in ((over_at, False), (over_at + timedelta(milliseconds=1), True)):
        at(instant)
        late, _, waiting = client.get("/desk/").text.partition("等待中，不必操作")
        assert ("由买受人办理" in late, "由买受人办理" in waiting) == (is_late, not is_late)


def test_an_act_of_one_named_person_is_on_that_desk_alone() -> None:
    assert desk_of([work("named", 1, person_id="p-2")], OFFICER, NOW).mine == ()
    assert len(desk_of([work("named", 1, person_id="p-1")], OFFICER, NOW).mine) == 1


def test_another_courts_work_is_not_there_at_all() -> None:
    desk = desk_of([work("elsewhere", 1, court="c-2")], OFFICER, NOW)
    assert (desk.mine, desk.waiting) == ((), ())


def test_work_without_a_term_comes_last() -> None:
    found = collect([lambda _session, _now: [work("some day", None), work("soon", 1)]], None, NOW)  # type: ignore[arg-type]
    assert [one.title for one in found] == ["soon", "some day"]


def test_what_is_overdue_for_weeks_stands_at_earlier_and_not_at_yesterday(
        app: Flask, session: Session, at: Callable[[datetime], None]) -> None:
    at(NOW)
    court = a_court(session)
    officer = a_person(session, Role.OFFICER, court)
    case = a_case(session, the_actor(session, officer))
    a_property(session, case, the_actor(session, officer), with_facts=True)
    at(NOW + timedelta(days=90))
    own = sign_in(app.test_client(), officer).get("/desk/").text
    assert ">更早</text>" in own


def test_an_address_on_the_desk_that_is_not_there_leads_back_to_it(app: Flask, session: Session) -> None:
    staff = sign_in(app.test_client(), a_person(session, Role.OFFICER, a_court(session)))
    assert 'href="/desk/">回到工作台' in staff.get("/desk/nowhere").text
    assert "回到工作台" not in staff.get("/nowhere").text
    assert 'href="/lots">全部标的' in staff.get("/nowhere").text


def test_an_empty_desk_says_so(client: FlaskClient, session: Session) -> None:
    court = a_court(session)
    sign_in(client, a_person(session, Role.AUDITOR, court))
    page = client.get("/desk/")
    assert page.status_code == 200
    assert "现在没有要您办的事" in page.text


def test_a_term_that_ends_at_midnight_is_due_on_the_day_it_ends() -> None:
    tonight = end_of_day(NOW.date())
    item = WorkItem(court_id="c-1", title="tonight", url="/", rule="REF-1", due_at=tonight,
                    roles=frozenset({Role.OFFICER}))
    assert [name for name, _ in desk_of([item], OFFICER, NOW).groups] == ["today"]


def test_each_room_says_what_waits_there_and_nearest_room_takes_it() -> None:
    items = [WorkItem("c-1", "x", url, "REF-1") for url in (
        "/desk/lots/lot-1", "/desk/lots/new?property=p", "/desk/lots", "/desk/money/refunds/a#b",
        "/desk/lotsofit")]
    rooms = ["/desk/", "/desk/lots", "/desk/money", "/desk/plans"]
    assert waiting_in(rooms, items) == {"/desk/lots": 3, "/desk/money": 1}


def test_the_rooms_at_the_side_carry_the_counts(
        app: Flask, session: Session, at: Callable[[datetime], None]) -> None:
    at(NOW)
    court = a_court(session)
    officer = a_person(session, Role.OFFICER, court)
    case = a_case(session, the_actor(session, officer))
    a_property(session, case, the_actor(session, officer), with_facts=True)
    own = sign_in(app.test_client(), officer).get("/desk/").text
    assert own.count("项待办</span>") == 2  # the desk itself, and the room of the thing
    judge = sign_in(app.test_client(), a_person(session, Role.JUDGE, court)).get("/desk/").text
    assert "项待办</span>" not in judge


def test_the_latest_acts_of_the_court_are_named_with_their_case_and_another_courts_are_not(
        app: Flask, session: Session) -> None:
    court = a_court(session)
    elsewhere = a_court(session, "临江市人民法院", "Linjiang Court", "elsewhere.example/x")
    officer = a_person(session, Role.OFFICER, court, name="沈同舟")
    case = a_case(session, the_actor(session, officer))
    page = sign_in(app.test_client(), officer).get("/desk/").text
    changes = page[page.index("本院最近的变化"):]
    assert f"{case.number} · 沈同舟" in changes
    stranger = sign_in(app.test_client(), a_person(session, Role.JUDGE, elsewhere)).get("/desk/").text
    assert case.number not in stranger


def test_the_list_can_show_only_ones_own_or_only_what_others_owe(app: Flask, session: Session) -> None:
    court = a_court(session)
    officers = [a_person(session, Role.OFFICER, court) for _ in range(2)]
    titles = []
    for number, officer in enumerate(officers, 1):
        actor = the_actor(session, officer)
        case = a_case(session, actor, number=f"（2026）临0102执{number}号")
        flat = a_property(session, case, actor, title=f"{number}号房")
        titles.append(f"<b>启动确定参考价程序：{flat.title}</b>")
    client = sign_in(app.test_client(), officers[0])
    for show, seen in (("", [True, True]), ("mine", [True, False]), ("others", [False, True]),
                       ("nonsense", [True, True])):
        page = client.get(f"/desk/?show={show}").text
        assert [title in page for title in titles] == seen, show


def test_a_script_that_uploads_is_told_the_next_page_instead_of_led_there(
        client: FlaskClient, session: Session) -> None:
    court = a_court(session)
    sign_in(client, a_person(session, Role.OFFICER, court))
    led = client.post("/my/messages/read")
    told = client.post("/my/messages/read", headers={"X-Upload": "1"})
    assert (led.status_code, told.status_code) == (302, 204)
    assert (told.headers["X-Location"], told.headers.get("Location")) == (led.location, None)
