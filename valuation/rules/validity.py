"""How long a reference price carries a sale, and by when the sale has to start.

Law: 法释〔2018〕15号 arts. 1, 27, 30; rules REF-1, REF-27.2, REF-30. A price is tested at each
publication and at each later round.
"""

from datetime import date

from kernel.errors import N_
from kernel.gates import Obstacle
from kernel.law import RuleSet
from kernel.working_days import WorkCalendar, deadline, months_after
from valuation.rules import basis


def start_due_on(seized_on: date, rules: RuleSet, calendar: WorkCalendar | None = None) -> date:
    """The last day to begin finding the price of a seized property (REF-1)."""
    return deadline(seized_on, rules.days("reference_price.start_within_days"), calendar)


def disposal_due_on(in_force_on: date, rules: RuleSet,
                    calendar: WorkCalendar | None = None) -> date:
    """The last day to begin the disposal once the price is in force (REF-30)."""
    return deadline(in_force_on, rules.days("reference_price.disposal_start_days"), calendar)


def last_sale_on(valid_until_on: date, rules: RuleSet) -> date:
    """The last day for an auction or sell-off that rests on the price (REF-27.2)."""
    return months_after(valid_until_on,
                        rules.months("reference_price.grace_months_after_validity"))


def use_obstacles(valid_until_on: date, *, published_on: date, sale_on: date,
                  rules: RuleSet) -> tuple[Obstacle, ...]:
    """What keeps a price from carrying a sale: two tests, not one date (REF-27.2).

    Args:
        valid_until_on: the last day of the price's validity.
        published_on: the day of the first announcement, or of entering the sell-off.
        sale_on: the day of this round's auction or sell-off.
        rules: the rule set of the sale.
    """
    found = []
    if published_on > valid_until_on:
        found.append(Obstacle(
            "price_not_valid", basis.VALIDITY,
            N_("参考价的有效期已于 %(valid_until_on)s 届满，公告在此之后。"),
            N_("请原平台或者原机构重新出具结果。"), {"valid_until_on": valid_until_on}))
    last_on = last_sale_on(valid_until_on, rules)
    if sale_on > last_on:
        found.append(Obstacle(
            "price_too_old", basis.of(rules, "grace_months_after_validity"),
            N_("以这一参考价拍卖或者变卖，最迟到 %(last_on)s。"), N_("请重新确定参考价。"),
            {"last_on": last_on}))
    return tuple(found)
