"""The course of a reference price as a table: F.1 of the catalogue."""

from collections import Counter

import pytest

from kernel.law import instrument_of
from valuation.errors import StepNotOpen
from valuation.rules import stages
from valuation.rules.stages import ENDS, MOVES, Stage, Step


def test_the_way_of_issue_2_leads_from_the_facts_to_a_price_in_force() -> None:
    stage = Stage.FACTS
    for step in (Step.OPEN_NEGOTIATION, Step.OPEN_DIRECTED_INQUIRY, Step.OPEN_ONLINE_INQUIRY,
                 Step.OPEN_APPOINTMENT, Step.FREEZE_DRAW, Step.HOLD_DRAW, Step.ACCEPT_COMMISSION,
                 Step.TAKE_REPORT, Step.ACCEPT_REPORT, Step.SERVE_ALL, Step.PUT_IN_FORCE):
        stage = stages.move(stage, step).target
    assert stage is Stage.IN_FORCE


@pytest.mark.parametrize(("stage", "step"), [
    (Stage.FACTS, Step.FREEZE_DRAW), (Stage.NEGOTIATION, Step.FREEZE_DRAW),
    (Stage.APPOINTMENT, Step.HOLD_DRAW), (Stage.COMMISSION, Step.FREEZE_DRAW),
    (Stage.APPRAISING, Step.FREEZE_DRAW), (Stage.COMMISSION, Step.TAKE_REPORT),
    (Stage.DELIVERY, Step.PUT_IN_FORCE), (Stage.IN_FORCE, Step.WITHDRAW),
    (Stage.WITHDRAWN, Step.OPEN_NEGOTIATION), (Stage.EXPIRED, Step.ORDER_REISSUE),
])
def test_a_step_out_of_turn_is_refused(stage: Stage, step: Step) -> None:
    with pytest.raises(StepNotOpen) as refused:
        stages.move(stage, step)
    assert refused.value.details == {"stage": stage.value, "step": step.value}


def test_every_step_leaves_a_stage_in_one_direction_and_rests_on_a_known_law() -> None:
    assert not [pair for pair, count in Counter((row.source, row.step) for row in MOVES).items()
                if count > 1]
    for row in MOVES:
        assert instrument_of(row.basis.article), row
    assert {row.step for row in MOVES} == set(Step)


def test_every_stage_is_reached_and_only_the_ends_lead_nowhere() -> None:
    reached, new = set(), {Stage.FACTS}
    while new:
        reached |= new
        new = {row.target for row in MOVES if row.source in new} - reached
    assert reached == set(Stage)
    assert {stage for stage in Stage if not stages.open_steps(stage)} == ENDS


def test_a_price_that_is_not_yet_in_force_can_be_withdrawn() -> None:
    assert Step.WITHDRAW in stages.open_steps(Stage.PAUSED)
    assert stages.move(Stage.DRAW, Step.WITHDRAW).target is Stage.WITHDRAWN
