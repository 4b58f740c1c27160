"""Commission, report, service and objections through their services, at every border of a term."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from cases.errors import NotYourCase
from cases.rules.words import PartyRole, ServiceWay
from kernel import clock
from kernel.access import Role
from kernel.clock import beijing_day, end_of_day
from kernel.errors import InvalidInput, NotAllowed
from kernel.gates import GateClosed
from kernel.transactions import unit_of_work
from tests.factories.accounts import a_person, the_actor
from tests.factories.cases import a_party, a_stored_file
from tests.factories.valuation import (
    Scene,
    a_done_draw,
    a_price,
    a_served_report,
    commissioned,
    report_facts,
    report_served,
    reported,
)
from valuation import services
from valuation.errors import (
    AlreadyCommissioned,
    NotCommissioned,
    NotServed,
    StepNotOpen,
)
from valuation.jobs import finish_terms
from valuation.models import Valuation
from valuation.rules.appraisal import Failure
from valuation.rules.objections import Ground
from valuation.rules.stages import Stage
from valuation.work import work

Walk = Callable[[datetime], None]


@pytest.fixture
def drawn(session: Session, scene: Scene, at: Walk) -> Valuation:
    return a_done_draw(session, scene, at)[0]


def the(session: Session, valuation: Valuation) -> Valuation:
    return services.get_valuation(session, valuation.id)


def test_one_institution_at_a_time_has_the_commission(session: Session, scene: Scene,
                                                      drawn: Valuation) -> None:
    commissioned(session, scene, drawn, accepted=False)
    with pytest.raises(AlreadyCommissioned):
        commissioned(session, scene, drawn, accepted=False)


def test_who_accepts_declares_that_there_is_no_interest(session: Session, scene: Scene,
                                                        drawn: Valuation) -> None:
    commissioned(session, scene, drawn, accepted=False)
    actor = the_actor(session, scene.account)
    with pytest.raises(InvalidInput) as refused, unit_of_work() as unit:
        services.accept_commission(unit.session, drawn.id, declared=False, actor=actor,
                                   now=clock.now())
    assert refused.value.rule == "LOT-8"
    with unit_of_work() as unit:
        found = services.accept_commission(unit.session, drawn.id, declared=True, actor=actor,
                                           now=clock.now())
        assert found.report_by_on == date(2026, 4, 7), "30 days, then off the holiday"


def test_another_institution_neither_accepts_nor_reports(session: Session, scene: Scene,
                                                         drawn: Valuation) -> None:
    commissioned(session, scene, drawn, accepted=False)
    other = the_actor(session, a_person(session, Role.INSTITUTION))
    for actor in (other, the_actor(session, scene.applicant)):
        with pytest.raises(NotAllowed), unit_of_work() as unit:
            services.accept_commission(unit.session, drawn.id, declared=True, actor=actor,
                                       now=clock.now())
    with pytest.raises(NotYourCase), unit_of_work() as unit:
        services.accept_commission(unit.session, drawn.id, declared=True, actor=scene.clerk,
                                   now=clock.now())
    found = the(session, drawn).commissions[0]
    with pytest.raises(NotCommissioned):
        services.own_commission(session, found.id, other.id)


def test_an_institution_declines_only_on_its_grounds(session: Session, scene: Scene,
                                                     drawn: Valuation) -> None:
    commissioned(session, scene, drawn, accepted=False)
    actor = the_actor(session, scene.account)
    with pytest.raises(InvalidInput), unit_of_work() as unit:
        services.decline_commission(unit.session, drawn.id, failure=Failure.REMOVED, note="",
                                    actor=actor, now=clock.now())
    with unit_of_work() as unit:
        services.decline_commission(unit.session, drawn.id, failure=Failure.DECLINED, note="人手不足",
                                    actor=actor, now=clock.now())
    commissioned(session, scene, drawn, accepted=False)
    assert [one.position for one in the(session, drawn).commissions] == [1, 2]


@pytest.mark.parametrize("late", [0, 1])
def test_a_missed_term_to_report_counts_from_the_day_after_it(
        session: Session, scene: Scene, drawn: Valuation, at: Walk, late: int) -> None:
    commissioned(session, scene, drawn)
    until = the(session, drawn).commissions[0].report_by_on
    assert until is not None
    at(end_of_day(until) - timedelta(seconds=1) + timedelta(seconds=late))

    def fail() -> None:
        with unit_of_work() as unit:
            services.note_commission_failed(unit.session, drawn.id, actor=scene.officer,
                                            failure=Failure.NOT_DELIVERED, now=clock.now())

    if late:
        fail()
        assert the(session, drawn).stage is Stage.COMMISSION
    else:
        with pytest.raises(GateClosed) as refused:
            fail()
        assert refused.value.rule == "REF-19.3"


def test_a_report_comes_only_after_the_acceptance(session: Session, scene: Scene,
                                                  drawn: Valuation) -> None:
    commissioned(session, scene, drawn, accepted=False)
    with pytest.raises(StepNotOpen):
        reported(session, scene, drawn)


def test_a_report_is_served_after_the_review_on_each_recipient_once(
        session: Session, scene: Scene, drawn: Valuation) -> None:
    commissioned(session, scene, drawn)
    stored = a_stored_file("评估报告")
    with unit_of_work() as unit:
        services.take_report(unit.session, drawn.id, stored=stored, actor=scene.officer,
                             now=clock.now(), **report_facts())  # type: ignore[arg-type]
    with pytest.raises(StepNotOpen):
        report_served(session, scene, drawn)
    with unit_of_work() as unit:
        services.accept_report(unit.session, drawn.id, actor=scene.officer, now=clock.now())
    report_served(session, scene, drawn, scene.parties[:1])
    with pytest.raises(InvalidInput):
        report_served(session, scene, drawn, scene.parties[:1])
    assert the(session, drawn).stage is Stage.DELIVERY
    report_served(session, scene, drawn, scene.parties[1:])
    assert the(session, drawn).stage is Stage.OBJECTION_TERM


def test_a_party_is_not_served_before_the_report_came(session: Session, scene: Scene,
                                                      drawn: Valuation) -> None:
    commissioned(session, scene, drawn)
    reported(session, scene, drawn)
    with pytest.raises(InvalidInput) as refused, unit_of_work() as unit:
        services.serve_report(unit.session, drawn.id, party_id=scene.parties[0].id,
                              way=ServiceWay.IN_PERSON, served_at=clock.now() - timedelta(days=1),
                              actor=scene.officer, now=clock.now())
    assert set(refused.value.fields) == {"served_at"}


def test_each_recipient_has_a_term_of_their_own(session: Session, scene: Scene, drawn: Valuation,
                                                at: Walk) -> None:
    commissioned(session, scene, drawn)
    reported(session, scene, drawn)
    report_served(session, scene, drawn, scene.parties[:1])
    at(clock.now() + timedelta(days=2))
    with unit_of_work() as unit:
        services.serve_report(unit.session, drawn.id, party_id=scene.parties[1].id,
                              way=ServiceWay.PUBLIC_NOTICE, served_at=clock.now(),
                              actor=scene.officer, now=clock.now())
    ends = [one.ends_on for one in services.hearings_of(session, the(session, drawn))]
    assert ends == [date(2026, 3, 13), date(2026, 3, 30)], "15 days of notice, then 5; off a weekend"


@pytest.mark.parametrize("late", [0, 1])
def test_an_objection_is_in_time_until_the_last_day(session: Session, scene: Scene, at: Walk,
                                                    late: int) -> None:
    valuation = a_served_report(session, scene, at)
    at(end_of_day(date(2026, 3, 13)) - timedelta(seconds=1) + timedelta(seconds=late))
    if late:
        with pytest.raises(GateClosed) as refused:
            objects(session, scene, valuation)
        assert refused.value.rule == "REF-24.1"
    else:
        objects(session, scene, valuation)
        assert the(session, valuation).stage is Stage.EXPLANATION


def objects(session: Session, scene: Scene, valuation: Valuation, *, place: int = 0,
            ground: Ground = Ground.RESULT) -> None:
    person = (scene.applicant, scene.respondent)[place]
    with unit_of_work() as unit:
        services.file_objection(
            unit.session, valuation.id, party_id=scene.parties[place].id, grounds=[ground],
            text="评估价明显偏低", filed_on=beijing_day(clock.now()),
            actor=the_actor(session, person), now=clock.now())


def test_a_party_objects_for_itself_and_today_only(session: Session, scene: Scene,
                                                   at: Walk) -> None:
    valuation = a_served_report(session, scene, at)
    for party, actor, filed_on in (
            (scene.parties[1], the_actor(session, scene.applicant), beijing_day(clock.now())),
            (scene.parties[0], the_actor(session, scene.applicant), date(2026, 3, 7)),
            (scene.parties[0], scene.clerk, beijing_day(clock.now()))):
        with pytest.raises(NotAllowed), unit_of_work() as unit:
            services.file_objection(unit.session, valuation.id, party_id=party.id, text="异议",
                                    grounds=[Ground.RESULT], filed_on=filed_on, actor=actor,
                                    now=clock.now())


def test_who_was_served_first_objects_before_the_others_are_served(
        session: Session, scene: Scene, drawn: Valuation) -> None:
    commissioned(session, scene, drawn)
    reported(session, scene, drawn)
    report_served(session, scene, drawn, scene.parties[:1])
    objects(session, scene, drawn)
    assert the(session, drawn).stage is Stage.DELIVERY
    with pytest.raises(NotServed):
        objects(session, scene, drawn, place=1)
    report_served(session, scene, drawn, scene.parties[1:])
    assert the(session, drawn).stage is Stage.EXPLANATION


def test_a_second_party_may_object_while_the_first_objection_is_dealt_with(
        session: Session, scene: Scene, at: Walk) -> None:
    valuation = a_served_report(session, scene, at)
    objects(session, scene, valuation, ground=Ground.BASICS_WRONG)
    objects(session, scene, valuation, place=1)
    found = the(session, valuation)
    assert (found.stage, len(found.objections)) == (Stage.ACT_OBJECTION, 2)


@pytest.mark.parametrize(("moment", "in_force"), [(-1, False), (0, True)])
def test_a_price_is_in_force_the_day_after_the_last_term(session: Session, scene: Scene, at: Walk,
                                                         moment: int, in_force: bool) -> None:
    valuation = a_served_report(session, scene, at)
    at(end_of_day(date(2026, 3, 13)) + timedelta(seconds=moment))
    finish_terms()
    price = services.price_in_force(session, scene.flat.id, clock.now())
    assert (price is not None) is in_force
    if price is not None:
        assert price.in_force_on == date(2026, 3, 14)
    assert the(session, valuation).stage is (Stage.IN_FORCE if in_force else Stage.OBJECTION_TERM)


def test_a_price_to_which_somebody_objected_is_not_in_force(session: Session, scene: Scene,
                                                            at: Walk) -> None:
    valuation = a_served_report(session, scene, at)
    objects(session, scene, valuation)
    at(clock.now() + timedelta(days=30))
    finish_terms()
    assert services.price_in_force(session, scene.flat.id, clock.now()) is None


def test_others_who_are_concerned_receive_the_report_too(session: Session, scene: Scene,
                                                         drawn: Valuation) -> None:
    a_party(session, scene.case, scene.officer, PartyRole.MORTGAGEE, "临澜银行")
    a_party(session, scene.case, scene.officer, PartyRole.TENANT, "租客小陈")
    commissioned(session, scene, drawn)
    reported(session, scene, drawn)
    names = [one.party.name for one in services.hearings_of(session, the(session, drawn))]
    assert "临澜银行" in names
    assert "租客小陈" not in names


def waits(session: Session) -> list[tuple[str, str, date | None]]:
    return [(item.title.split("：")[0], item.rule,
             beijing_day(item.due_at - timedelta(seconds=1)) if item.due_at else None)
            for item in work(session, clock.now())]


def test_every_running_term_is_somebodys_work_or_a_wait(session: Session, scene: Scene,
                                                        drawn: Valuation, at: Walk) -> None:
    assert waits(session) == [("委托次序中的下一家评估机构", "REF-17.1", None)]
    commissioned(session, scene, drawn, accepted=False)
    assert waits(session) == [("答复评估委托", "LOT-10", date(2026, 3, 11))]
    with unit_of_work() as unit:
        services.accept_commission(unit.session, drawn.id, declared=True, actor=scene.officer,
                                   now=clock.now())
    assert waits(session) == [("出具评估报告", "REF-19.1", date(2026, 4, 7))]
    reported(session, scene, drawn)
    assert waits(session) == [("向 %(count)s 人送达评估报告", "REF-21.1", date(2026, 3, 11))]
    report_served(session, scene, drawn)
    assert waits(session) == [("异议期届满，参考价生效", "REF-26", date(2026, 3, 13)),
                              *[("可以对评估报告提出异议", "REF-22", date(2026, 3, 13))] * 2]
    objects(session, scene, drawn)
    assert ("把异议转交评估机构说明", "REF-23.1", date(2026, 3, 11)) in waits(session)


def test_a_price_in_force_waits_for_nothing(session: Session, scene: Scene, at: Walk) -> None:
    a_price(session, scene, at)
    assert waits(session) == []
