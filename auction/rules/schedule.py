"""When things may be done, and until when they must be (AUC-12 to AUC-28, SEL-2 to SEL-5).

Two kinds of date are never mixed. A *wait* protects others: it is neither shortened nor moved by
a holiday. A *deadline* binds whoever must act: if it falls on a rest day it ends on the next
working day (TIME-2).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from auction.rules.lifecycle import Round
from kernel.law import RuleSet
from kernel.working_days import (
    after_days,
    deadline,
    earliest_event,
    latest_act,
    months_after,
)


class AssetClass(StrEnum):
    MOVABLE = "movable"
    IMMOVABLE = "immovable"
    EQUITY = "equity"
    """Shares in a limited company, whose holders have a priority right (公司法第八十五条)."""
    RIGHT = "right"
    """Any other property right."""


def lead_name(of_round: Round, asset: AssetClass) -> str:
    """The provision that sets the days between announcement and auction."""
    kind = "movable" if asset is AssetClass.MOVABLE else "other"
    return f"lead_days.{of_round.value}.{kind}"


def counts_strictly(rules: RuleSet) -> bool:
    """Whether "N days before" means N full days in between, as this court counts (TIME-4)."""
    return rules.choice("lead_count") == "strict"


# --- Waits before the bidding ----------------------------------------------------------------


def earliest_publication(notified_on: date, rules: RuleSet) -> date:
    """The first day of publication after the last notice to a party (AUC-16.1)."""
    return earliest_event(notified_on, rules.days("notice_days_before_publication"),
                          strict=counts_strictly(rules))


def latest_notice(published_on: date, rules: RuleSet) -> date:
    """The last day for the notice to a party before this publication (AUC-16.1)."""
    return latest_act(published_on, rules.days("notice_days_before_publication"),
                      strict=counts_strictly(rules))


def deemed_notified_from(posted_on: date, rules: RuleSet) -> date:
    """The day from whose beginning somebody who cannot be reached counts as notified (AUC-16.3)."""
    return posted_on + timedelta(days=rules.days("unreachable_posting_days") + 1)


def earliest_opening(published_on: date, of_round: Round, asset: AssetClass,
                     rules: RuleSet) -> date:
    """The first day of bidding after this publication (AUC-12.1, AUC-26.3, SEL-4)."""
    return earliest_event(published_on, rules.days(lead_name(of_round, asset)),
                          strict=counts_strictly(rules))


def latest_publication(opens_on: date, of_round: Round, asset: AssetClass,
                       rules: RuleSet) -> date:
    """The last day of publication for bidding that opens on this day."""
    return latest_act(opens_on, rules.days(lead_name(of_round, asset)),
                      strict=counts_strictly(rules))


def equity_wait_ends_on(notified_on: date, rules: RuleSet) -> date:
    """The last of the days in which silence is no waiver of a shareholder's right (AUC-16.5)."""
    return after_days(notified_on, rules.days("equity_priority_days"))


def earliest_end(opens_at: datetime, rules: RuleSet) -> datetime:
    """The first instant at which bidding may be announced to end (AUC-20.3)."""
    return opens_at + rules.span("bidding.min_time")


def latest_auction(valid_until_on: date, rules: RuleSet) -> date:
    """The last day of an auction that rests on a reference price valid until then (REF-27.2)."""
    return months_after(valid_until_on,
                        rules.months("reference_price.grace_months_after_validity"))


def price_holds(valid_until_on: date, announced_on: date, auctioned_on: date,
                rules: RuleSet) -> bool:
    """Whether a reference price still carries an auction: the two-part test of REF-27.2.

    The first announcement lies within its validity, and the auction not later than six months
    after the validity ended.
    """
    return (announced_on <= valid_until_on
            and auctioned_on <= latest_auction(valid_until_on, rules))


# --- Deadlines after the bidding -------------------------------------------------------------


def refund_due_at(closed_at: datetime, rules: RuleSet) -> datetime:
    """Until when the losers' deposits are back; all deposits if nobody bought (AUC-23.2)."""
    return closed_at + rules.span("after.refund_within")


def refund_alarm_at(closed_at: datetime, rules: RuleSet) -> datetime:
    """When somebody is told that a deposit is still not back."""
    return closed_at + rules.span("after.refund_alarm")


def balance_due_on(sold_on: date, balance_days: int) -> date:
    """The last day for the balance, by the term in the announcement (AUC-25.1)."""
    return deadline(sold_on, balance_days)


def ruling_due_on(paid_on: date, rules: RuleSet) -> date:
    """The last day for serving the sale ruling after full payment (AUC-25.3)."""
    return deadline(paid_on, rules.days("after.ruling_days_after_payment"))


def handover_due_on(ruling_served_on: date, rules: RuleSet) -> date:
    """The last day for the hand-over after the ruling was served (AUC-25.3)."""
    return deadline(ruling_served_on, rules.days("after.handover_days_after_ruling"))


def resume_due_on(cause_ended_on: date, rules: RuleSet) -> date:
    """The last day for resuming after the cause of a suspension is gone (AUC-28.4)."""
    return deadline(cause_ended_on, rules.days("after.resume_within_days"))


@dataclass(frozen=True, slots=True)
class SecondAuctionDates:
    """Worked back from the thirty days in which a second auction must begin (AUC-26.2)."""

    open_by_on: date
    publish_by_on: date
    notify_by_on: date


def second_auction(failed_on: date, asset: AssetClass, rules: RuleSet) -> SecondAuctionDates:
    """By when a lot that failed in its first auction is announced again, and auctioned."""
    open_by_on = deadline(failed_on, rules.days("after.second_within_days"))
    publish_by_on = latest_publication(open_by_on, Round.SECOND, asset, rules)
    return SecondAuctionDates(open_by_on, publish_by_on, latest_notice(publish_by_on, rules))


@dataclass(frozen=True, slots=True)
class SellOffDates:
    """What must happen after a second auction has failed (SEL-2, SEL-3)."""

    ask_creditors_by_on: date
    publish_by_on: date


def sell_off(failed_on: date, rules: RuleSet) -> SellOffDates:
    """By when creditors are asked whether they take the property, and the sell-off announced."""
    return SellOffDates(deadline(failed_on, rules.days("selloff.ask_days")),
                        deadline(failed_on, rules.days("selloff.publish_within_days")))


def sell_off_period_ends_at(opens_at: datetime, rules: RuleSet) -> datetime:
    """The end of the period in which the first bid of a sell-off must fall (SEL-5, SEL-12)."""
    return opens_at + timedelta(days=rules.days("selloff.period_days"))
