"""The states of a lot (F.2): which steps exist, and which must not."""

import pytest

from auction.errors import StepNotAllowed
from auction.rules.lifecycle import (
    SEALED,
    STATE_LABELS,
    STEP_LABELS,
    TRANSITIONS,
    LotState,
    Round,
    Step,
    allowed_steps,
    next_state,
)
from kernel.law import instrument_of

S = LotState


def walk(*steps: Step, of_round: Round = Round.FIRST, start: LotState = S.DRAFT) -> LotState:
    state = start
    for step in steps:
        state = next_state(state, step, of_round=of_round)
    return state


def test_a_lot_goes_all_the_way_to_the_archive() -> None:
    assert walk(Step.SEND_TO_PANEL, Step.DECIDE, Step.FINISH_NOTICES, Step.PUBLISH, Step.OPEN,
                Step.CLOSE_SOLD, Step.PAY, Step.ISSUE_RULING, Step.SERVE_RULING, Step.HAND_OVER,
                Step.DISTRIBUTE, Step.ARCHIVE) is S.ARCHIVED


def test_a_sell_off_has_a_way_of_its_own() -> None:
    assert walk(Step.SEND_TO_PANEL, Step.DECIDE, Step.FINISH_NOTICES, Step.PUBLISH, Step.OPEN,
                Step.START_CLOCK, Step.CLOSE_SOLD, of_round=Round.SELLOFF) is S.SOLD
    assert walk(Step.OPEN, Step.CLOSE_FAILED, Step.RELEASE, of_round=Round.SELLOFF,
                start=S.SELLOFF_PUBLISHED) is S.RELEASED


def test_nothing_is_published_without_a_decision_of_the_panel() -> None:
    """Invariant 1: take the panel's decision away, and no step reaches an announcement."""
    reached, frontier = {S.DRAFT}, [S.DRAFT]
    while frontier:
        state = frontier.pop()
        for arrow in TRANSITIONS:
            target = arrow.target
            if (arrow.source is state and arrow.step is not Step.DECIDE and target
                    and target not in reached):
                reached.add(target)
                frontier.append(target)
    assert not reached & {S.PUBLISHED, S.SELLOFF_PUBLISHED, S.BIDDING, S.SOLD}


@pytest.mark.parametrize("state", [S.PUBLISHED, S.BIDDING, S.SELLOFF_OPEN, S.SELLOFF_BIDDING])
def test_a_suspended_lot_goes_back_to_where_it_stood(state: LotState) -> None:
    assert next_state(state, Step.SUSPEND) is S.SUSPENDED
    assert next_state(S.SUSPENDED, Step.RESUME, came_from=state) is state


def test_resuming_needs_to_know_where_the_lot_came_from() -> None:
    with pytest.raises(ValueError, match="came from"):
        next_state(S.SUSPENDED, Step.RESUME)


@pytest.mark.parametrize("state", [S.SOLD, S.PAID, S.RULING_ISSUED, S.TRANSFERRED, S.HANDED_OVER])
def test_a_sale_may_be_objected_to_until_the_money_is_distributed(state: LotState) -> None:
    assert next_state(state, Step.OBJECT) is S.UNDER_OBJECTION
    assert next_state(S.UNDER_OBJECTION, Step.REJECT_OBJECTION, came_from=state) is state
    assert next_state(S.UNDER_OBJECTION, Step.REVOKE, came_from=state) is S.REVOKED


@pytest.mark.parametrize(("state", "step", "of_round"), [
    (S.DRAFT, Step.PUBLISH, Round.FIRST),
    (S.PANEL, Step.PUBLISH, Round.FIRST),
    (S.NOTIFYING, Step.PUBLISH, Round.FIRST),
    (S.PUBLISHED, Step.CLOSE_SOLD, Round.FIRST),
    (S.SUSPENDED, Step.CLOSE_SOLD, Round.FIRST),
    (S.BIDDING, Step.WITHDRAW, Round.FIRST),
    (S.SOLD, Step.WITHDRAW, Round.FIRST),
    (S.SOLD, Step.ISSUE_RULING, Round.FIRST),
    (S.FAILED, Step.AUCTION_AGAIN, Round.SECOND),
    (S.FAILED, Step.SELL_OFF, Round.FIRST),
    (S.FAILED, Step.RELEASE, Round.FIRST),
    (S.FAILED, Step.PAY, Round.FIRST),
    (S.ARCHIVED, Step.OBJECT, Round.FIRST),
    (S.DEFAULT, Step.PAY, Round.FIRST)])
def test_a_step_the_law_does_not_know_is_refused(state: LotState, step: Step,
                                                 of_round: Round) -> None:
    assert step not in allowed_steps(state, of_round)
    with pytest.raises(StepNotAllowed) as refusal:
        next_state(state, step, of_round=of_round)
    assert refusal.value.details == {"state": STATE_LABELS[state], "step": STEP_LABELS[step]}
    assert refusal.value.rule
    assert refusal.value.status == 409


def test_a_first_auction_fails_into_a_second_and_a_second_into_a_sell_off() -> None:
    assert allowed_steps(S.FAILED, Round.FIRST) == (Step.TAKE_IN_KIND, Step.AUCTION_AGAIN)
    assert allowed_steps(S.FAILED, Round.SECOND) == (Step.TAKE_IN_KIND, Step.SELL_OFF,
                                                     Step.RELEASE)
    assert allowed_steps(S.FAILED, Round.SELLOFF) == (Step.TAKE_IN_KIND, Step.RELEASE)


def test_no_two_arrows_leave_a_state_by_the_same_step_in_the_same_round() -> None:
    seen = [(arrow.source, arrow.step, each) for arrow in TRANSITIONS for each in arrow.rounds]
    assert len(seen) == len(set(seen))


def test_every_arrow_names_its_rule_and_article_and_every_state_its_label() -> None:
    for arrow in TRANSITIONS:
        assert arrow.rule
        assert instrument_of(arrow.article)
    assert set(STATE_LABELS) == set(LotState)
    assert set(STEP_LABELS) == set(Step)


def test_identities_are_sealed_from_publication_until_the_end() -> None:
    assert {S.PUBLISHED, S.BIDDING, S.SUSPENDED} <= SEALED
    assert not SEALED & {S.SOLD, S.FAILED, S.WITHDRAWN}
