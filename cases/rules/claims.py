"""Claims of creditors as they are filed.

Source: 民诉法解释 articles 506 and 507 (PAR-01 to PAR-04); the members of claims/v1 (contracts.md).
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from cases.rules.words import ClaimClass, PartyRole
from kernel.errors import N_, InvalidInput
from kernel.money import MOST_FEN

BOUND: Final = frozenset({ClaimClass.CONSTRUCTION, ClaimClass.RETENTION, ClaimClass.PURCHASE_MONEY,
                          ClaimClass.SECURITY, ClaimClass.TAX_ARREARS})
"""Classes paid out of one property (steps 5 and 6 of the ladder)."""

DATED: Final = frozenset({ClaimClass.PURCHASE_MONEY, ClaimClass.TAX_ARREARS})
"""Classes whose rank is nothing without its date."""

NEEDS_TITLE: Final = frozenset({ClaimClass.ORDINARY, ClaimClass.RESTITUTION})
"""Classes of step 9, which take nothing without a title (PAR-01)."""

NO_CREDITORS: Final = frozenset({PartyRole.RESPONDENT, PartyRole.BUYER})

_PERCENT: Final = re.compile(r"\d{1,3}(?:\.\d{1,6})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """A claim as filed: the members of claims/v1, where ``asset`` is ``property_id``.

    Attributes:
        principal_fen: what is owed itself.
        interest_fen: general interest up to the filing.
        doubled_interest_fen: the doubled part of delay interest (PRI-10).
        cap_fen: registered maximum of a maximum-amount mortgage (PRI-06e).
        title_document: number and name of the title; empty without one.
        registered_at: when the right was registered, set up or arose.
        seized_at: property -> when this creditor's seizure took it.
        reward_percent: decimal text, the finder's part (PAR-11).
    """

    party_id: str
    claim_class: ClaimClass
    principal_fen: int
    filed_at: datetime
    titled: bool
    title_document: str = ""
    interest_fen: int = 0
    doubled_interest_fen: int = 0
    cap_fen: int | None = None
    property_id: str | None = None
    registered_at: datetime | None = None
    seized_at: Mapping[str, datetime] = field(default_factory=dict)
    seizure_lapsed: bool = False
    unadjudged: bool = False
    late: bool = False
    reward_percent: str | None = None

    @property
    def amount_fen(self) -> int:
        """The claim without doubled interest, as claims/v1 counts it."""
        return self.principal_fen + self.interest_fen


def check_claim(claim: ClaimFacts, *, creditor: PartyRole, properties: Collection[str],
                now: datetime) -> None:
    """Refuse a claim that claims/v1 could not carry or that contradicts itself.

    Raises:
        InvalidInput: names every field that does not fit.
    """
    wrong: dict[str, str] = {}
    if creditor in NO_CREDITORS:
        wrong["party_id"] = N_("被执行人和买受人在本案不能申报债权。")
    if claim.amount_fen > MOST_FEN:
        wrong["principal_fen"] = N_("金额过大，本金与利息合计最多 10 万亿元。")
    if claim.doubled_interest_fen > MOST_FEN:
        wrong["doubled_interest_fen"] = N_("金额过大，最多 10 万亿元。")
    wrong |= _title_problems(claim)
    wrong |= _rank_problems(claim, properties)
    wrong |= _time_problems(claim, now)
    if claim.reward_percent is not None and not _is_percent(claim.reward_percent):
        wrong["reward_percent"] = N_("请填写 0 至 100 的百分数，最多六位小数，例如 5 或 37.5。")
    if wrong:
        raise InvalidInput(wrong)


def _title_problems(claim: ClaimFacts) -> dict[str, str]:
    if claim.titled and not claim.title_document:
        return {"title_document": N_("请写明执行依据的文号和名称。")}
    if claim.title_document and not claim.titled:
        return {"titled": N_("填写了执行依据，请同时勾选“已取得执行依据”。")}
    if claim.titled and claim.unadjudged:
        return {"unadjudged": N_("已取得执行依据的债权不是未决债权，请只选其一。")}
    return {}


def _rank_problems(claim: ClaimFacts, properties: Collection[str]) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if claim.property_id is None and claim.claim_class in BOUND:
        wrong["property_id"] = N_("这一类债权从特定财产优先受偿，请选择是哪一项财产。")
    if claim.property_id is not None and claim.property_id not in properties:
        wrong["property_id"] = N_("请从本案的财产中选择。")
    if claim.registered_at is None and claim.claim_class in DATED:
        wrong["registered_at"] = N_("这一类债权的顺位取决于时间，请填写登记或发生的时间。")
    if claim.cap_fen is not None and claim.claim_class not in BOUND:
        wrong["cap_fen"] = N_("只有就特定财产优先受偿的债权才有登记的最高额。")
    return wrong | {f"seized_at.{asset}": N_("请从本案的财产中选择。")
                    for asset in claim.seized_at if asset not in properties}


def _time_problems(claim: ClaimFacts, now: datetime) -> dict[str, str]:
    named = {"filed_at": claim.filed_at, "registered_at": claim.registered_at,
             **{f"seized_at.{asset}": at for asset, at in claim.seized_at.items()}}
    return {name: N_("这个时间还没有到，请检查。")
            for name, at in named.items() if at is not None and at > now}


def _is_percent(text: str) -> bool:
    if not _PERCENT.fullmatch(text):
        return False
    whole, _, decimals = text.partition(".")
    return int(whole) < 100 or (int(whole) == 100 and not decimals.strip("0"))


class Doubt(NamedTuple):
    """Something to look at before a claim counts as checked."""

    message: str
    rule: str


def claim_doubts(claim: ClaimFacts) -> tuple[Doubt, ...]:
    """What will cost this claim its share if it stays so: to be looked at, not refused."""
    doubts = []
    if claim.claim_class in NEEDS_TITLE and not claim.titled and not claim.unadjudged:
        doubts.append(Doubt(N_("没有执行依据，不能参与普通债权的分配。"), "PAR-01"))
    if claim.claim_class is ClaimClass.SECURITY and claim.registered_at is None:
        doubts.append(Doubt(N_("没有登记时间，顺位排在已登记的担保物权之后。"), "PRI-06c"))
    if claim.late:
        doubts.append(Doubt(N_("逾期申请参与分配，不能从本次价款受偿。"), "PAR-04"))
    return tuple(doubts)
