"""What must stand before a plan can be drawn up: the money, the title, the claims, the debtor.

The proceeds are bound to the case and shared only when they are all there (FUND-03); title has
passed with the service of the ruling (AUC-22.2); every claim was checked (PAR-01).
"""

from dataclasses import dataclass
from typing import Final

from kernel.errors import N_
from kernel.gates import Basis, Obstacle
from settlement.rules.service import PlanState

_MONEY: Final = Basis("FUND-03", N_("案款规定第四条"))
_TITLE: Final = Basis("AUC-22.2", N_("网络司法拍卖规定第二十二条"))
_CLAIMS: Final = Basis("PAR-01", N_("民诉解释第五百零六条"))
_PARTIES: Final = Basis("PLAN-01", N_("民诉解释第五百零九条"))
_FIXED: Final = Basis("PLAN-08", N_("送达后的方案不得改动"))

REDRAWN: Final = frozenset({PlanState.DRAFT, PlanState.SENT_BACK, PlanState.REPLACED,
                            PlanState.APPROVED})
"""States in which nobody has been served, so that a new version may take a plan's place."""


@dataclass(frozen=True, slots=True)
class DraftFacts:
    """How far a case has come.

    Attributes:
        sold: how many properties are sold, paid or not.
        unpaid: titles of those whose price is not all there.
        untransferred: titles of those paid, whose ruling is not served.
        sold_fen: prices of all sales whose title has passed.
        held_fen: case money in the ledger.
        unchecked: claims that nobody has checked.
        last: state of the newest version of a plan; None before the first.
    """

    sold: int
    unpaid: tuple[str, ...]
    untransferred: tuple[str, ...]
    sold_fen: int
    held_fen: int
    claims: int
    unchecked: int
    has_debtor: bool
    last: PlanState | None


def obstacles(facts: DraftFacts) -> tuple[Obstacle, ...]:
    """Everything that stands in the way of a plan, the most basic first."""
    found = []
    if facts.last is not None and facts.last not in REDRAWN:
        found.append(Obstacle(
            "plan_fixed", _FIXED, N_("方案已经送达，不得改动"),
            N_("等待异议期届满，或者处理异议。")))
    if not facts.sold:
        found.append(Obstacle("nothing_sold", _MONEY, N_("还没有成交的财产"),
                              N_("财产成交、付清余款并送达裁定后再拟定方案。")))
    found += [Obstacle("price_unpaid", _MONEY, N_("余款还没有付清：%(title)s"),
                       N_("买受人付清余款后由财务登记。"), {"title": title}) for title in facts.unpaid]
    found += [Obstacle("title_not_passed", _TITLE, N_("成交裁定还没有送达：%(title)s"),
                       N_("制作并送达成交裁定，价款随后转入案款。"), {"title": title})
              for title in facts.untransferred]
    if facts.sold and not facts.unpaid and not facts.untransferred \
            and facts.sold_fen != facts.held_fen:
        found.append(Obstacle(
            "money_differs", _MONEY, N_("案款账户 %(held_fen)s 元，与成交价款 %(sold_fen)s 元不符"),
            N_("请财务核对本案账户。"), {"held_fen": facts.held_fen, "sold_fen": facts.sold_fen}))
    if not facts.claims:
        found.append(Obstacle("no_claims", _CLAIMS, N_("还没有登记债权"), N_("登记债权并核对。")))
    if facts.unchecked:
        found.append(Obstacle("claims_unchecked", _CLAIMS, N_("还有 %(count)s 笔债权没有核对"),
                              N_("逐笔核对执行依据、金额和顺位。"), {"count": facts.unchecked}))
    if not facts.has_debtor:
        found.append(Obstacle("no_debtor", _PARTIES, N_("没有登记被执行人"),
                              N_("方案须送达被执行人，请先登记。")))
    return tuple(found)
