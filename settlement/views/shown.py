"""A plan put into words: groups of lines with their formulas, the flow of money, sums by step."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from kernel.errors import N_
from kernel.languages import say
from kernel.money import yuan_text
from settlement import services
from settlement.models import DistributionPlan
from settlement.rules.claims import Claim, Claims, Cost, read_claims
from settlement.rules.costs_of_case import CostKind
from settlement.rules.explain import Explanation, explain
from settlement.rules.ladder import Step
from settlement.rules.plan import Line
from settlement.rules.waterfall import distribute


def groups_of(session: Session, plan: DistributionPlan) -> list[dict[str, Any]]:
    """The lines of a plan under the headings of their steps, each open to its formula."""
    claims = read_claims(plan.claims)
    words = _words(claims, services.cost_texts(session, plan.case_id))
    lines = list(enumerate(distribute(claims).lines, 1))
    return [{"title": say(N_("第 %(step)s 位 · %(word)s"), {"step": int(step), "word": say(step.word)}),
             "step": step, "lines": [_shown(no, line, words) for no, line in lines if line.step is step]}
            for step in Step if any(line.step is step for _, line in lines)]


Words = Callable[[Line], tuple[str, str]]


def _words(claims: Claims, cost_texts: Mapping[str, str]) -> Words:
    """Who a line pays, and on what ground, in the reader's language."""
    by_claim = {claim.id: claim for claim in claims.claims}
    by_cost = {cost.id: cost for cost in claims.costs}

    def words(line: Line) -> tuple[str, str]:
        if line.id in by_claim:
            return _of_claim(by_claim[line.id], line)
        if line.id in by_cost:
            return _of_cost(by_cost[line.id], cost_texts.get(line.id, ""))
        return say(line.step.word), ""

    return words


def _of_claim(claim: Claim, line: Line) -> tuple[str, str]:
    parts = [say(claim.kind.word)]
    if line.step is not claim.kind.step:
        parts.append(say(line.step.word) if line.step is Step.DOUBLED else say(N_("优先部分的余额")))
    if claim.registered_at is not None:
        parts.append(say(N_("%(registered_on)s 登记"),
                         {"registered_on": claim.registered_at.date()}))
    parts.append(say(N_("有执行依据") if claim.titled else N_("无执行依据")))
    return claim.creditor, say(N_("，")).join(parts)


def _of_cost(cost: Cost, text: str) -> tuple[str, str]:
    known = cost.kind in set(CostKind)
    who = say(CostKind(cost.kind).word) if known else cost.kind
    if cost.advanced_by is None:
        return who, text
    advanced = say(N_("%(name)s 垫付，退还"), {"name": cost.advanced_by})
    return who, say(N_("，")).join((text, advanced)) if text else advanced


def _shown(no: int, line: Line, words: Words) -> dict[str, Any]:
    who, basis = words(line)
    return {
        "no": no, "id": line.id, "who": who, "creditor": line.creditor, "basis": basis,
        "rule": line.basis, "due_fen": line.due_fen, "paid_fen": line.paid_fen + line.reward_fen,
        "reserved_fen": line.reserved_fen, "unpaid_fen": line.unpaid_fen,
        "reason": say(line.reason.word) if line.reason else "",
        "formula": _formula(line, explain(line)),
    }


def _formula(line: Line, found: Explanation) -> dict[str, Any]:
    pot = line.pot
    terms: list[tuple[str, str]] = []
    if pot is not None and line.reason is None and pot.money_fen and not pot.suffices \
            and len(pot.shares) > 1:
        terms = [*((say(figure.label), yuan_text(figure.value_fen)) for figure in found.inputs[-3:]),
                 (say(N_("应得")), yuan_text(line.got_fen))]
    notes: list[tuple[str, str]] = []
    if not terms:
        notes += [(say(figure.label), yuan_text(figure.value_fen)) for figure in found.inputs]
        notes.append((say(N_("结果")), say(found.formula.template, found.formula.details)))
    if found.rounding:
        notes.append((say(N_("取整")), say(found.rounding[1].template, found.rounding[1].details)))
        notes.append((say(N_("小数部分，从大到小")), " > ".join(
            f"{one.name or one.id} .{one.decimals}" for one in found.remainders)))
    notes += [(say(N_("说明")), say(note.template, note.details)) for note in found.notes]
    notes += [(article.rule, say(article.text)) for article in found.articles]
    exact = ("{numerator} / {denominator} = {decimal}…".format_map(found.rounding[0].details)
             if found.rounding else "")
    return {"terms": terms, "joins": ["×", "÷", "="], "exact": exact, "notes": notes}


def flow_of(plan: DistributionPlan, groups: Sequence[Mapping[str, Any]],
            mine: frozenset[str] = frozenset()) -> list[dict[str, Any]]:
    """Where the proceeds go, for the drawing; ``mine`` are names whose part stands out."""
    flow = []
    for group in groups:
        parts = [{"title": line["who"], "note": "", "mine": line["creditor"] in mine,
                  "fen": line["paid_fen"] + line["reserved_fen"]}
                 for line in group["lines"] if line["paid_fen"] + line["reserved_fen"]]
        if parts:
            flow.append({"title": say(group["step"].word), "parts": parts,
                         "note": say(N_("第 %(step)s 位"), {"step": int(group["step"])})})
    surplus = plan.result["surplus_fen"]
    if surplus:
        flow.append({"title": say(N_("余款")), "note": "",
                     "parts": [{"title": plan.debtor, "note": say(N_("退被执行人")), "fen": surplus,
                                "mine": plan.debtor in mine}]})
    return flow


def totals_of(plan: DistributionPlan) -> dict[str, int]:
    """The sums under the lines. What a claim lacks is counted once, at the last of its lines."""
    lines = distribute(read_claims(plan.claims)).lines
    last = {(line.id, line.step is Step.DOUBLED): line for line in lines if line.kind is not None}
    sums = {name: sum(getattr(line, name) for line in lines)
            for name in ("paid_fen", "reserved_fen", "reward_fen")}
    unpaid_fen = sum(line.unpaid_fen for line in lines if line.kind is None) + sum(
        line.unpaid_fen for line in last.values())
    return {"due_fen": sum(sums.values()) + unpaid_fen, **sums, "unpaid_fen": unpaid_fen}
