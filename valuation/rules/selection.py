"""Who appraises: three institutions agreed by the parties in their order, or drawn.

Law: 法释〔2018〕15号 art. 16; rules REF-16.1 to REF-16.4, REF-19.3, REF-19.5, LOT-7.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kernel.errors import N_, Filled
from kernel.gates import Basis, Obstacle
from kernel.law import RuleSet
from valuation.rules import basis
from valuation.rules.ladder import (
    LADDER,
    METHOD_NAMES,
    Situation,
    WayOut,
    entry_basis,
    way_out_obstacles,
)


class ExclusionGround(StrEnum):
    """Why a listed institution does not enter the pool (LOT-7, REF-15.2)."""

    REMOVED = "removed"
    BARRED = "barred"
    OUT_OF_SCOPE = "out_of_scope"
    CONFLICT = "conflict"
    FAILED_HERE = "failed_here"


EXCLUSION_GROUNDS: Final[Mapping[ExclusionGround, tuple[str, Basis]]] = MappingProxyType({
    ExclusionGround.REMOVED: (N_("已被除名或者停业整顿"), basis.POOL_EXCLUSION),
    ExclusionGround.BARRED: (N_("无正当理由拒绝或者弄虚作假，五年内不得入选"),
                             basis.BARRED_INSTITUTION),
    ExclusionGround.OUT_OF_SCOPE: (N_("财产超出其执业范围"), basis.POOL_EXCLUSION),
    ExclusionGround.CONFLICT: (N_("有利害关系，应当回避"), basis.STEP_ASIDE),
    ExclusionGround.FAILED_HERE: (N_("在本次财产的前一轮委托中未能完成"), basis.EXHAUSTED),
})


@dataclass(frozen=True, slots=True)
class Exclusion:
    """An institution left out of the pool, on a ground that a second person approved."""

    institution: str
    ground: ExclusionGround
    proposed_by: str
    approved_by: str | None


@dataclass(frozen=True, slots=True)
class Round:
    """An order of institutions that was used already.

    Attributes:
        order: as agreed or drawn.
        failed: those that could not or would not finish.
    """

    order: tuple[str, ...]
    failed: frozenset[str]

    @property
    def is_exhausted(self) -> bool:
        return set(self.order) <= self.failed


@dataclass(frozen=True, slots=True)
class Choice:
    """What the parties did with their right to agree.

    Attributes:
        term_ends_on: the last day of the term to agree; None while nobody was asked.
        party_missing: a party cannot be reached, on record with proof.
        wish_a_draw: both parties jointly ask for a draw in one same sub-list (REF-16.3).
        agreed: they agreed on institutions and order in time.
    """

    term_ends_on: date | None = None
    party_missing: bool = False
    wish_a_draw: bool = False
    agreed: bool = False


def pool_of(listed: Collection[str], exclusions: Sequence[Exclusion]) -> tuple[str, ...]:
    """The pool to freeze: the list without what was excluded, sorted by bytes."""
    out = {exclusion.institution for exclusion in exclusions}
    return tuple(sorted(set(listed) - out, key=str.encode))


def exclusion_obstacles(listed: Collection[str],
                        exclusions: Sequence[Exclusion]) -> tuple[Obstacle, ...]:
    """What is wrong with the exclusions: each once, of a listed one, approved by another person."""
    seen: set[str] = set()
    found = []
    for exclusion in exclusions:
        details = {"institution": exclusion.institution}
        where = EXCLUSION_GROUNDS[exclusion.ground][1]
        if exclusion.institution not in listed or exclusion.institution in seen:
            found.append(Obstacle(
                "exclusion_not_listed", where,
                N_("%(institution)s 不在名单中，或者已经排除。"),
                N_("只能排除名单中的机构，每家一次。"), details))
        if exclusion.approved_by in {None, exclusion.proposed_by}:
            found.append(Obstacle(
                "exclusion_not_approved", where,
                N_("排除 %(institution)s 还没有经第二人核准。"),
                N_("请提出人以外的另一人核准。"), details))
        seen.add(exclusion.institution)
    return tuple(found)


def agreement_obstacles(filed: Mapping[str, Sequence[str]], *, parties: Collection[str],
                        listed: Collection[str], filed_on: date, term_ends_on: date,
                        rules: RuleSet) -> tuple[Obstacle, ...]:
    """What is wrong with an agreement on the institutions and their order (REF-16.1).

    Args:
        filed: what each party filed, institutions in order.
        parties: who has to agree.
        listed: the institutions of the field's list.
        filed_on: the day on which the last party filed.
        term_ends_on: the last day of the term set.
        rules: how many institutions the law wants.
    """
    count = rules.integer("reference_price.institutions")
    where = basis.of(rules, "institutions")
    found = []
    for party in parties:
        order = filed.get(party, ())
        details = {"party": party, "count": count}
        if len(order) != count:
            found.append(Obstacle(
                "agreement_count", where, N_("%(party)s 提交的不是 %(count)s 家机构。"),
                N_("请提交 %(count)s 家机构及其先后次序。"), details))
        if len(set(order)) != len(order):
            found.append(Obstacle(
                "agreement_repeats", where, N_("%(party)s 把同一家机构写了两次。"),
                N_("%(count)s 家机构应当各不相同。"), details))
        if not set(order) <= set(listed):
            found.append(Obstacle(
                "agreement_unlisted", where, N_("%(party)s 提交了名单以外的机构。"),
                N_("请从该类财产的名单分库中选择。"), details))
    if len({tuple(filed.get(party, ())) for party in parties}) > 1:
        found.append(Obstacle(
            "agreement_differs", where, N_("各方提交的机构或者次序不一致。"),
            N_("机构和次序都一致才算协商成功；期限届满仍不一致的，摇号确定。")))
    if filed_on > term_ends_on:
        found.append(Obstacle(
            "agreement_late", where, N_("协商期限已于 %(term_ends_on)s 届满。"),
            N_("期限届满后以摇号确定。"), {"term_ends_on": term_ends_on}))
    return tuple(found)


def draw_gate(*, situation: Situation, ways_out: Sequence[WayOut], choice: Choice,
              pool: Collection[str], rounds: Sequence[Round], on: date,
              rules: RuleSet) -> tuple[Obstacle, ...]:
    """What stands between this day and a lawful draw; nothing: the pool may be frozen.

    A draw is the last resort: negotiation and both inquiries are recorded as out, each with its
    ground (REF-4.1 to REF-7.1, REF-14), and the parties' term to agree is over, a party is missing,
    or both ask for the draw (REF-16.2, REF-16.3). An order once made is used up first (REF-19.3).
    """
    return (*_ladder_obstacles(situation, ways_out), *_choice_obstacles(choice, on),
            *_round_obstacles(rounds, pool), *_pool_obstacles(pool, rules))


def _ladder_obstacles(situation: Situation, ways_out: Sequence[WayOut]) -> Iterator[Obstacle]:
    passed = {out.method for out in ways_out}
    for method in LADDER[:-1]:
        if method not in passed:
            yield Obstacle(
                f"{method}_not_out", entry_basis(method, situation),
                N_("还没有登记“%(method)s”的结果。"),
                N_("“%(method)s”形成参考价的，不再摇号；不能或者不成的，先登记理由。"),
                {"method": Filled(METHOD_NAMES[method])})
    for out in ways_out:
        yield from way_out_obstacles(out, situation)


def _choice_obstacles(choice: Choice, on: date) -> Iterator[Obstacle]:
    if choice.agreed:
        yield Obstacle(
            "institutions_agreed", basis.AGREEMENT, N_("当事人已经协商确定三家机构及其次序。"),
            N_("按协商的次序委托，不再摇号。"))
    elif choice.party_missing or choice.wish_a_draw:
        return
    elif choice.term_ends_on is None:
        yield Obstacle(
            "parties_not_asked", basis.AGREEMENT, N_("还没有通知当事人协商确定三家机构。"),
            N_("通知当事人在指定期限内协商；一方下落不明或者双方一致要求摇号的，登记后即可摇号。"))
    elif on <= choice.term_ends_on:
        yield Obstacle(
            "agreement_term_running", basis.DRAW,
            N_("当事人协商的期限到 %(term_ends_on)s 才届满。"),
            N_("期限届满的次日起可以摇号；一方下落不明或者双方一致要求摇号的，登记后即可摇号。"),
            {"term_ends_on": choice.term_ends_on})


def _round_obstacles(rounds: Sequence[Round], pool: Collection[str]) -> Iterator[Obstacle]:
    for earlier in rounds:
        if not earlier.is_exhausted:
            yield Obstacle(
                "order_not_used_up", basis.REPLACEMENT, N_("已经确定的三家还没有用完。"),
                N_("由次序中的下一家接替，不再摇号。"))
    failed = sorted({name for earlier in rounds for name in earlier.failed} & set(pool))
    if failed:
        yield Obstacle(
            "pool_holds_failed", basis.EXHAUSTED,
            N_("名单中仍有前一轮没有完成评估的机构：%(institutions)s。"),
            N_("排除这些机构以后再冻结名单。"), {"institutions": failed})


def _pool_obstacles(pool: Collection[str], rules: RuleSet) -> Iterator[Obstacle]:
    count = rules.integer("reference_price.institutions")
    if len(set(pool)) < count:
        yield Obstacle(
            "pool_too_small", basis.POOL_SIZE,
            N_("可以参加摇号的机构只有 %(left)s 家，不足 %(count)s 家。"),
            N_("从市级子库扩大到省级子库，再到名单分库，并写明理由。"),
            {"left": len(set(pool)), "count": count})
