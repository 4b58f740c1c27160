"""The way of a reference price through its services: every gate, in order, with its rule."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from audit import services as audit
from cases import services as cases
from cases.errors import NotYourCase
from cases.rules.words import FactTopic, PropertyStatus
from kernel import clock
from kernel.access import Role
from kernel.clock import beijing_day
from kernel.errors import InvalidInput, NotAllowed
from kernel.gates import GateClosed
from kernel.transactions import unit_of_work
from kernel.working_days import end_of_day
from tests.factories.accounts import a_court, a_person, the_actor
from tests.factories.cases import a_case, a_fact, a_party, a_property, an_officer
from tests.factories.valuation import (
    BEGIN,
    FIELD,
    a_course,
    a_price,
    a_scene,
    a_valuation,
    asked,
    methods_out,
)
from valuation import services
from valuation.errors import AlreadyOpen, NotTheDrawClerk, PartiesMissing, StepNotOpen
from valuation.models import Valuation
from valuation.rules.ladder import Ground, Method
from valuation.rules.stages import Stage

Walk = Callable[[datetime], None]


def the(session: Session, valuation: Valuation) -> Valuation:
    return services.get_valuation(session, valuation.id)


@pytest.mark.both_databases
def test_a_flat_comes_from_its_five_facts_to_a_price_in_force(session: Session, at: Walk) -> None:
    at(BEGIN)
    scene = a_scene(session)
    valuation = a_price(session, scene, at)
    price = services.price_in_force(session, scene.flat.id, clock.now())
    assert price is not None
    assert (price.amount_fen, price.method) == (238_000_000, Method.COMMISSIONED_APPRAISAL)
    assert price.valuation_id == valuation.id
    assert the(session, valuation).stage is Stage.IN_FORCE
    assert cases.get_property(session, scene.flat.id).status is PropertyStatus.PRICED
    assert services.price_in_force(session, scene.flat.id, price.fixed_at - timedelta(seconds=1)) is None
    kinds = [leaf.kind for leaf in audit.leaves_of_subject(session, f"valuation:{valuation.id}")]
    assert kinds == ["valuation.opened", "valuation.method_out", "valuation.method_out",
                     "valuation.method_out", "valuation.parties_asked", "commission.sent",
                     "commission.accepted", "report.taken", "report.reviewed", "report.served",
                     "price.in_force"]
    assert set(audit.check_logs(session).values()) == {None}


@pytest.mark.both_databases
def test_no_leaf_of_the_course_holds_a_name_or_number_of_a_person(session: Session,
                                                                  at: Walk) -> None:
    at(BEGIN)
    scene = a_scene(session)
    a_price(session, scene, at)
    secret = [party.name for party in scene.parties if party.name == "冯立群"]
    secret += ["陈怀瑾", "苏文远", "13800138000", scene.flat.address]
    for leaf in audit.leaves_of_case(session, scene.case.id):
        assert not [word for word in secret if word in leaf.raw.decode()], leaf.kind


@pytest.mark.parametrize("missing", list(FactTopic))
def test_it_does_not_begin_before_all_five_facts_are_established(
        session: Session, at: Walk, missing: FactTopic) -> None:
    at(BEGIN)
    scene = a_scene(session, with_facts=False)
    for topic in set(FactTopic) - {missing}:
        a_fact(session, scene.flat, scene.officer, topic)
    with pytest.raises(GateClosed) as refused:
        a_valuation(session, scene)
    assert [one.basis.rule for one in refused.value.obstacles] == ["REF-3.1"]
    a_fact(session, scene.flat, scene.officer, missing)
    assert a_valuation(session, scene).stage is Stage.NEGOTIATION


def test_a_property_has_one_course_at_a_time(session: Session, at: Walk) -> None:
    at(BEGIN)
    scene = a_scene(session)
    a_valuation(session, scene)
    with pytest.raises(AlreadyOpen):
        a_valuation(session, scene)


def test_it_does_not_begin_in_a_case_without_both_sides(session: Session, at: Walk) -> None:
    at(BEGIN)
    officer = an_officer(session)
    case = a_case(session, officer)
    a_party(session, case, officer)
    flat = a_property(session, case, officer, with_facts=True)
    with pytest.raises(PartiesMissing), unit_of_work() as work:
        services.open_valuation(work.session, property_id=flat.id, field=FIELD,
                                has_official_price=False, online_possible=False,
                                inspection_needed=True, actor=officer, now=clock.now())


def test_a_wish_counts_only_where_its_conditions_are_met(session: Session, at: Walk) -> None:
    at(BEGIN)
    scene = a_scene(session)
    with pytest.raises(InvalidInput) as refused:
        a_valuation(session, scene, joint_wish=Method.ONLINE_INQUIRY)
    assert set(refused.value.fields) == {"joint_wish"}
    valuation = a_valuation(session, scene, joint_wish=Method.COMMISSIONED_APPRAISAL)
    assert valuation.joint_wish is Method.COMMISSIONED_APPRAISAL


def test_methods_are_recorded_out_in_the_order_of_the_ladder(session: Session, at: Walk) -> None:
    at(BEGIN)
    scene = a_scene(session)
    valuation = a_valuation(session, scene)
    with pytest.raises(StepNotOpen):
        out(scene, valuation, Method.DIRECTED_INQUIRY, Ground.NO_OFFICIAL_PRICE)
    methods_out(session, scene, valuation)
    assert the(session, valuation).stage is Stage.APPOINTMENT
    with pytest.raises(StepNotOpen):
        out(scene, valuation, Method.ONLINE_INQUIRY, Ground.INSPECTION_NEEDED)


def out(scene: object, valuation: Valuation, method: Method, ground: Ground,
        **changes: object) -> None:
    facts = {"on": beijing_day(clock.now()), "term_ended_on": None, **changes}
    with unit_of_work() as work:
        services.record_method_out(work.session, valuation.id, method=method, ground=ground,
                                   note="", actor=scene.officer, now=clock.now(), **facts)  # type: ignore[attr-defined,arg-type]


@pytest.mark.parametrize(("method", "ground", "rule"), [
    (Method.NEGOTIATION, Ground.NO_OFFICIAL_PRICE, "REF-14"),
    (Method.NEGOTIATION, Ground.APPRAISAL_MANDATED, "REF-14"),
    (Method.NEGOTIATION, Ground.NOT_FILED, "REF-4.1"),
    (Method.COMMISSIONED_APPRAISAL, Ground.REFUSED, "REF-14"),
])
def test_a_ground_that_is_not_true_or_not_this_methods_is_refused_with_its_rule(
        session: Session, at: Walk, method: Method, ground: Ground, rule: str) -> None:
    at(BEGIN)
    scene = a_scene(session)
    valuation = a_valuation(session, scene)
    with pytest.raises(GateClosed) as refused:
        out(scene, valuation, method, ground)
    assert refused.value.rule == rule


def test_a_missed_term_is_a_ground_from_the_day_after_it(session: Session, at: Walk) -> None:
    at(BEGIN)
    scene = a_scene(session)
    valuation = a_valuation(session, scene)
    ended = beijing_day(BEGIN)
    with pytest.raises(GateClosed):
        out(scene, valuation, Method.NEGOTIATION, Ground.NOT_FILED, term_ended_on=ended)
    at(end_of_day(ended))
    out(scene, valuation, Method.NEGOTIATION, Ground.NOT_FILED, term_ended_on=ended)
    assert the(session, valuation).stage is Stage.DIRECTED_INQUIRY


def test_a_record_is_not_dated_ahead(session: Session, at: Walk) -> None:
    at(BEGIN)
    scene = a_scene(session)
    valuation = a_valuation(session, scene)
    with pytest.raises(InvalidInput) as refused:
        out(scene, valuation, Method.NEGOTIATION, Ground.REFUSED, on=date(2026, 3, 3))
    assert set(refused.value.fields) == {"on"}


@pytest.mark.both_databases
def test_three_institutions_on_which_both_sides_agree_are_commissioned_without_a_draw(
        session: Session, at: Walk) -> None:
    at(BEGIN)
    scene = a_scene(session)
    valuation = a_valuation(session, scene)
    methods_out(session, scene, valuation)
    until = asked(session, scene, valuation)
    order = [one.entry for one in scene.institutions[2:5]]
    agree(scene, valuation, {party.id: order for party in scene.parties}, until)
    found = the(session, valuation)
    assert (found.stage, services.order_of(found)) == (Stage.COMMISSION, tuple(order))
    with pytest.raises(GateClosed) as refused, unit_of_work() as work:
        services.propose_draw(work.session, valuation.id, left_out=(), actor=scene.clerk,
                              now=clock.now())
    assert "institutions_agreed" in [one.code for one in refused.value.obstacles]


def agree(scene: object, valuation: Valuation, filed: dict[str, list[str]], until: date) -> None:
    at_noon = end_of_day(until) - timedelta(hours=12)
    with unit_of_work() as work:
        services.record_agreement(work.session, valuation.id, filed=filed, filed_on=until,
                                  actor=scene.officer, now=max(at_noon, clock.now()))  # type: ignore[attr-defined]


@pytest.mark.parametrize(("choose", "late", "code"), [
    (lambda own: [own[:3], own[1:4]], 0, "agreement_differs"),
    (lambda own: [own[:2], own[:2]], 0, "agreement_count"),
    (lambda own: [[own[0]] * 3] * 2, 0, "agreement_repeats"),
    (lambda own: [[*own[:2], "INST-99 无名"]] * 2, 0, "agreement_unlisted"),
    (lambda own: [own[:3], []], 0, "agreement_count"),
    (lambda own: [own[:3]] * 2, 1, "agreement_late"),
])
def test_an_agreement_that_does_not_fit_is_refused(
        session: Session, at: Walk, choose: Callable[[list[str]], list[list[str]]], late: int,
        code: str) -> None:
    at(BEGIN)
    scene = a_scene(session)
    valuation = a_valuation(session, scene)
    methods_out(session, scene, valuation)
    until = asked(session, scene, valuation) + timedelta(days=late)
    filed = dict(zip([party.id for party in scene.parties],
                     choose([one.entry for one in scene.institutions]), strict=True))
    with pytest.raises(GateClosed) as refused:
        agree(scene, valuation, filed, until)
    assert code in [one.code for one in refused.value.obstacles]
    assert the(session, valuation).stage is Stage.APPOINTMENT


def test_the_term_to_agree_lasts_at_least_until_tomorrow(session: Session, at: Walk) -> None:
    at(BEGIN)
    scene = a_scene(session)
    valuation = a_valuation(session, scene)
    methods_out(session, scene, valuation)
    with pytest.raises(InvalidInput):
        asked(session, scene, valuation, days=0)
    assert asked(session, scene, valuation, days=1) == date(2026, 3, 3)


def test_only_the_officer_in_charge_moves_a_course(session: Session, at: Walk) -> None:
    at(BEGIN)
    scene = a_scene(session)
    valuation = a_valuation(session, scene)
    colleague = an_officer(session, scene.court)
    stranger = an_officer(session, a_court(session, "外地法院", "Elsewhere", "elsewhere.example"))
    for actor, error in ((colleague, NotYourCase), (stranger, NotAllowed),
                         (the_actor(session, scene.applicant), NotAllowed)):
        with pytest.raises(error), unit_of_work() as work:
            services.record_method_out(
                work.session, valuation.id, method=Method.NEGOTIATION, ground=Ground.REFUSED,
                on=beijing_day(clock.now()), term_ended_on=None, note="", actor=actor,
                now=clock.now())


def test_who_handles_the_case_does_not_draw(session: Session, at: Walk) -> None:
    at(BEGIN)
    scene = a_scene(session)
    valuation = a_course(session, scene, at)
    elsewhere = the_actor(session, a_person(
        session, Role.DRAW_CLERK, a_court(session, "外地法院", "Elsewhere", "elsewhere.example")))
    for actor, error in ((scene.officer, NotTheDrawClerk), (elsewhere, NotAllowed),
                         (scene.supervisor, NotTheDrawClerk)):
        with pytest.raises(error), unit_of_work() as work:
            services.propose_draw(work.session, valuation.id, left_out=(), actor=actor,
                                  now=clock.now())
