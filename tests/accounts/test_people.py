"""Registering people, their roles, and who may see who they are."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts import services
from accounts.errors import NoSuchPerson, RoleNotHeld, RolesDoNotFit
from accounts.models import Court, Person, RoleGrant
from accounts.rules.identity import PersonKind
from audit.models import Leaf
from audit.services import body_of, leaves_of_subject
from kernel import clock
from kernel.access import SYSTEM, Role
from kernel.commitments import identity_commitment
from kernel.errors import InvalidInput, NotAllowed
from kernel.transactions import unit_of_work
from kernel.vault import the_vault
from tests.factories.accounts import (
    a_bidder,
    a_court,
    a_credit_code,
    a_person,
    an_id_number,
    an_installation,
    known_hash,
    the_actor,
)


@pytest.fixture
def court(session: Session) -> Court:
    return a_court(session)


@pytest.mark.both_databases
def test_a_bidder_is_registered_with_a_sealed_identity_and_a_commitment(session: Session) -> None:
    an_installation(session)
    number = an_id_number()
    with unit_of_work() as work:
        person = services.register_bidder(
            work.session, login="Wang.Xiaoming", password_hash=known_hash(), terms="t-1",
            identity=services.Identity("王小明", number, "13800138000"), now=clock.now())
    assert (person.login, person.public_name, person.kind) == ("wang.xiaoming", None, PersonKind.NATURAL)
    assert person.roles == {Role.BIDDER}
    assert services.own_identity(session, person.id) == services.Identity("王小明", number, "13800138000")
    (leaf,) = leaves_of_subject(session, f"person:{person.id}")
    body = body_of(leaf)
    assert (leaf.kind, leaf.actor) == ("person.registered", f"person:{person.id}")
    assert (body["roles"], body["kind"], body["terms"]) == (["bidder"], "natural", "t-1")
    opened = the_vault().open(person.sealed_identity, f"people.sealed_identity:{person.id}")
    assert body["identity_commitment"] == identity_commitment(
        subject=f"person:{person.id}", code="", salt=bytes.fromhex(opened.pop("salt")), identity=opened)


def test_the_log_and_the_plain_columns_hold_no_personal_data(session: Session) -> None:
    person = a_bidder(session, name="欧阳修远")
    number = services.own_identity(session, person.id).id_number
    with unit_of_work() as work:
        services.identity_of(work.session, person.id, reason="test", actor=SYSTEM, now=clock.now())
    raw = b"".join(session.scalars(select(Leaf.raw)))
    row = str(session.execute(text("SELECT * FROM people")).all())
    for secret in ("欧阳修远", number, "13800138000"):
        assert secret.encode() not in raw
        assert secret not in row
        assert secret.encode().hex() not in row


def test_the_name_of_staff_and_institutions_is_public_and_others_show_their_login(
        session: Session, court: Court) -> None:
    judge = a_person(session, Role.JUDGE, court, name="林静文")
    firm = a_person(session, Role.INSTITUTION, name="远衡评估", id_number=a_credit_code())
    party = a_person(session, Role.PARTY, name="宏达建材", login="hongda")
    assert (judge.shown_name, firm.shown_name, party.shown_name) == ("林静文", "远衡评估", "hongda")
    assert services.names_of(session, [judge.id, party.id]) == {judge.id: "林静文", party.id: "hongda"}


@pytest.mark.both_databases
def test_a_login_and_an_identity_number_are_taken_once(session: Session) -> None:
    first = a_person(session, Role.BIDDER, login="wang", id_number=(number := an_id_number()))
    with pytest.raises(InvalidInput) as refused:
        a_person(session, Role.BIDDER, login="wang", id_number=number)
    assert set(refused.value.fields) == {"login", "id_number"}
    assert session.scalars(select(Person.id)).all() == [first.id]


def test_an_identity_number_that_does_not_hold_is_refused_with_what_would(session: Session) -> None:
    with pytest.raises(InvalidInput) as refused:
        a_person(session, Role.BIDDER, id_number="110101199003077214")
    assert "末位应为" in refused.value.fields["id_number"]


@pytest.mark.parametrize(("roles", "in_court"), [
    ((Role.OFFICER, Role.BIDDER), True),   # AUC-34
    ((Role.FINANCE, Role.PARTY), True),
    ((Role.AUDITOR, Role.OFFICER), True),
    ((Role.SUPERVISOR, Role.ADMINISTRATOR), True),
    ((Role.OFFICER,), False),
    ((Role.BIDDER,), True),
])
def test_roles_that_do_not_go_together_are_refused(session: Session, court: Court, roles: tuple[Role, ...],
                                                   in_court: bool) -> None:
    with pytest.raises(RolesDoNotFit):
        a_person(session, roles[0], court if in_court else None, also=roles[1:])


@pytest.mark.parametrize(("roles", "in_court"), [
    ((Role.OFFICER, Role.DRAW_CLERK, Role.JUDGE), True), ((Role.AUDITOR, Role.SUPERVISOR), True),
    ((Role.BIDDER, Role.PARTY), False)])
def test_roles_that_go_together_are_granted(session: Session, court: Court, roles: tuple[Role, ...],
                                            in_court: bool) -> None:
    person = a_person(session, roles[0], court if in_court else None, also=roles[1:])
    assert person.roles == set(roles)


def test_only_an_administrator_of_the_court_registers_its_staff(session: Session, court: Court) -> None:
    other = a_court(session, "邻县人民法院", "Neighbour Court", "test.court.example/neighbour")

    def register(maker: Person) -> Person:
        actor = the_actor(session, maker)
        with unit_of_work() as work:
            return services.register_person(
                work.session, login="xin.ren", password_hash=known_hash(), name="新人",
                roles=[Role.OFFICER], court_id=court.id, actor=actor, now=clock.now())

    for maker in (a_person(session, Role.ADMINISTRATOR, other), a_person(session, Role.OFFICER, court)):
        with pytest.raises(NotAllowed):
            register(maker)
    assert register(a_person(session, Role.ADMINISTRATOR, court)).roles == {Role.OFFICER}


@pytest.mark.both_databases
def test_a_role_granted_and_revoked_leaves_both_leaves_and_may_be_granted_again(
        session: Session, court: Court) -> None:
    officer = a_person(session, Role.OFFICER, court)
    boss = the_actor(session, a_person(session, Role.ADMINISTRATOR, court))
    for change in (services.grant_role, services.revoke_role, services.grant_role):
        with unit_of_work() as work:
            change(work.session, officer.id, Role.JUDGE, actor=boss, now=clock.now())
    assert officer.roles == {Role.OFFICER, Role.JUDGE}
    assert [leaf.kind for leaf in leaves_of_subject(session, f"person:{officer.id}")] == [
        "person.registered", "role.granted", "role.revoked", "role.granted"]
    assert len(session.scalars(select(RoleGrant).where(RoleGrant.person_id == officer.id)).all()) == 3
    with pytest.raises(RoleNotHeld), unit_of_work() as work:
        services.revoke_role(work.session, officer.id, Role.FINANCE, actor=boss, now=clock.now())


def test_nobody_grants_a_role_to_themselves(session: Session, court: Court) -> None:
    boss = a_person(session, Role.ADMINISTRATOR, court)
    with pytest.raises(NotAllowed), unit_of_work() as work:
        services.grant_role(work.session, boss.id, Role.FINANCE, actor=the_actor(work.session, boss),
                            now=clock.now())


@pytest.mark.both_databases
def test_the_database_itself_refuses_staff_without_a_court(session: Session) -> None:
    bidder = a_bidder(session)
    session.add(RoleGrant(id="grant-x", person_id=bidder.id, role=Role.OFFICER, court_id=None,
                          granted_by="system", granted_at=clock.now()))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_people_with_a_role_are_those_of_the_court_who_hold_it_now(session: Session, court: Court) -> None:
    other = a_court(session, "邻县人民法院", "Neighbour Court", "test.court.example/neighbour")
    judges = [a_person(session, Role.JUDGE, court, name=name) for name in ("丙", "甲", "乙")]
    a_person(session, Role.JUDGE, other)
    bidder = a_bidder(session)
    with unit_of_work() as work:
        services.revoke_role(work.session, judges[0].id, Role.JUDGE, actor=SYSTEM, now=clock.now())
    assert {one.id for one in services.people_with_role(session, court.id, Role.JUDGE)} == {
        one.id for one in judges[1:]}
    assert [one.id for one in services.people_with_role(session, None, Role.BIDDER)] == [bidder.id]


def test_reading_an_identity_is_itself_a_leaf_in_the_reader_s_log(
        session: Session, court: Court, at: Callable[[datetime], None]) -> None:
    at(datetime(2026, 11, 21, 2, tzinfo=UTC))
    bidder = a_bidder(session, name="王小明")
    officer = the_actor(session, a_person(session, Role.OFFICER, court))
    with unit_of_work() as work:
        identity = services.identity_of(work.session, bidder.id, reason="buyer.published", actor=officer,
                                        now=clock.now())
    assert identity.name == "王小明"
    leaf = session.scalars(select(Leaf).where(Leaf.kind == "identity.read")).one()
    assert (leaf.log, leaf.actor) == (court.origin, officer.text)
    assert body_of(leaf) == {"reason": "buyer.published", "read_at": "2026-11-21T10:00:00.000+08:00"}


def test_what_the_machine_computes_with_an_identity_leaves_no_leaf_beside_it(session: Session) -> None:
    bidder = a_bidder(session, name="王小明")
    identity = services.identity_for_machine(session, bidder.id)
    assert (identity.name, identity.phone) == ("王小明", "13800138000")
    assert identity.masked_number == f"110***********{identity.id_number[-4:]}"
    assert session.scalars(select(Leaf).where(Leaf.kind == "identity.read")).all() == []


def test_a_person_is_found_by_the_login_however_it_is_typed(session: Session) -> None:
    bidder = a_bidder(session, login="wang.xiaoming")
    found = services.person_by_login(session, " Wang.Xiaoming ")
    assert found is not None
    assert found.id == bidder.id
    assert services.person_by_login(session, "wang") is None


def test_an_unknown_person_is_not_found(session: Session) -> None:
    with pytest.raises(NoSuchPerson):
        services.person(session, "person-nobody")


def test_a_court_has_a_log_an_exercise_log_and_its_own_readings(session: Session, court: Court) -> None:
    law = services.court_law(session, court.id, "civil-online-2017.01")
    setting = next(one for one in law if one.choices and len(one.choices) > 1)
    chosen = next(value for value in setting.choices if value != setting.value)
    officer = the_actor(session, a_person(session, Role.ADMINISTRATOR, court))
    with unit_of_work() as work:
        services.set_readings(work.session, court.id, rule_set_id=law.id,
                              readings={setting.name: chosen}, actor=officer)
    assert services.court_law(session, court.id, law.id).choice(setting.name) == chosen
    assert services.court_law(session, court.id, "exercise").choice(setting.name) == chosen
    kinds = [leaf.kind for leaf in leaves_of_subject(session, f"court:{court.id}")]
    assert kinds == ["court.opened", "court.readings_set"]
    logs = {leaf.log for leaf in session.scalars(select(Leaf).where(Leaf.kind == "log.opened"))}
    assert logs == {court.origin, f"{court.origin}/exercise", f"{court.origin}/installation"}
