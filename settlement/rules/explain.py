"""Why a line of a plan is what it is: inputs, formula, rounding, articles; for pages and papers.

Everything is a marked template over figures (``kernel.languages.say`` puts it into words), so
that the same explanation can be read in Chinese and in English.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from kernel.errors import N_
from settlement.rules.ladder import ARTICLES, Article, Reason, Step
from settlement.rules.plan import Line, Pot

_PLACES: Final = 4


@dataclass(frozen=True, slots=True)
class Sentence:
    """A marked template and its figures; names end in ``_fen`` where they are money."""

    template: str
    details: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Figure:
    """One input of the formula under its marked label."""

    label: str
    value_fen: int


@dataclass(frozen=True, slots=True)
class Remainder:
    """What a share lost when it was rounded down, and whether it got one of the odd fen back."""

    id: str
    name: str | None
    decimals: str
    gets_one: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a line is what it is.

    Attributes:
        rounding: empty where the share is a whole number of fen.
        remainders: of all who shared, in the order in which odd fen were given; empty likewise.
        notes: what became of the share afterwards: reserved, or partly the finder's.
    """

    inputs: tuple[Figure, ...]
    formula: Sentence
    rounding: tuple[Sentence, ...]
    remainders: tuple[Remainder, ...]
    notes: tuple[Sentence, ...]
    articles: tuple[Article, ...]


def explain(line: Line) -> Explanation:
    """Lay open how one line came by its figures."""
    pot = line.pot
    if line.reason is not None or pot is None:
        return _explain_barred(line)
    rounded = line.exact.denominator != 1
    return Explanation(
        inputs=(*_split_inputs(line), *_inputs(line, pot)),
        formula=_formula(line, pot),
        rounding=_rounding(line, pot) if rounded else (),
        remainders=_remainders(pot) if rounded else (),
        notes=tuple(_notes(line)),
        articles=tuple(ARTICLES[rule] for rule in _rules(line)),
    )


def _explain_barred(line: Line) -> Explanation:
    if line.reason is Reason.LATE:
        template = N_("申请参与分配逾期，%(due_fen)s 不参加本次分配，仍可就其他财产受偿")
        rule = "PAR-04"
    else:
        template = N_("没有执行依据，%(due_fen)s 在这一顺位不能受偿")
        rule = "PAR-01"
    return Explanation((), Sentence(template, {"due_fen": line.due_fen}), (), (), (),
                       (ARTICLES[line.basis], ARTICLES[rule]))


def _inputs(line: Line, pot: Pot) -> tuple[Figure, ...]:
    own = Figure(N_("本笔应付"), line.due_fen)
    if len(pot.shares) == 1:
        return Figure(_money_label(line), pot.money_fen), own
    return Figure(_money_label(line), pot.money_fen), own, Figure(N_("同顺位合计"), pot.asked_fen)


def _money_label(line: Line) -> str:
    if line.step is Step.WORKS:
        return N_("建设工程部分的剩余价款")
    return N_("全部财产的剩余价款") if line.asset is None else N_("该财产的剩余价款")


def _split_inputs(line: Line) -> tuple[Figure, ...]:
    if line.split is None:
        return ()
    return (Figure(N_("共同费用"), line.split.money_fen),
            Figure(N_("各财产余款合计"), line.split.asked_fen))


def _formula(line: Line, pot: Pot) -> Sentence:
    figures = {"money_fen": pot.money_fen, "due_fen": line.due_fen, "asked_fen": pot.asked_fen,
               "got_fen": line.got_fen}
    if pot.money_fen == 0:
        return Sentence(N_("这一顺位已无款可分，应付 %(due_fen)s，分得 0.00"), figures)
    if pot.suffices:
        return Sentence(N_("剩余 %(money_fen)s 足够，全额受偿 %(got_fen)s"), figures)
    if len(pot.shares) == 1:
        return Sentence(N_("应付 %(due_fen)s，只剩 %(money_fen)s，分得 %(got_fen)s"), figures)
    return Sentence(N_("%(money_fen)s × %(due_fen)s ÷ %(asked_fen)s = %(got_fen)s"), figures)


def _rounding(line: Line, pot: Pot) -> tuple[Sentence, ...]:
    down_fen = int(line.exact)
    exact = Sentence(N_("精确值 %(numerator)s / %(denominator)s = %(decimal)s… 分"), {
        "numerator": line.exact.numerator, "denominator": line.exact.denominator,
        "decimal": f"{down_fen}.{_decimals(line.exact)}",
    })
    odd = {"down_fen": down_fen, "count": len(pot.shares), "odd_fen": pot.odd_fen}
    if line.got_fen > down_fen:
        template = N_("先取整 %(down_fen)s；%(count)s 笔共余 %(odd_fen)s，本笔小数部分在前，加一分")
    else:
        template = N_("取整 %(down_fen)s；%(count)s 笔共余 %(odd_fen)s，归小数部分更大的债权")
    return exact, Sentence(template, odd)


def _remainders(pot: Pot) -> tuple[Remainder, ...]:
    order = sorted(pot.shares, key=lambda share: -(share.exact - int(share.exact)))
    return tuple(
        Remainder(share.ask.id, share.ask.name, _decimals(share.exact),
                  share.got_fen > int(share.exact))
        for share in order
    )


def _decimals(exact: Fraction) -> str:
    """The first decimals of a share, cut off and not rounded."""
    return f"{int((exact - int(exact)) * 10**_PLACES):0{_PLACES}d}"


def _notes(line: Line) -> list[Sentence]:
    notes = []
    if line.split is not None:
        notes.append(Sentence(
            N_("共同费用 %(cost_fen)s 按各财产余款分担，本财产分担 %(due_fen)s"),
            {"cost_fen": line.split.money_fen, "due_fen": line.due_fen},
        ))
    if line.kind is not None and line.reserved_fen:
        notes.append(Sentence(N_("债权尚未裁判确定，%(reserved_fen)s 留存"),
                              {"reserved_fen": line.reserved_fen}))
    if line.reward_fen:
        notes.append(Sentence(N_("其中 %(reward_fen)s 为悬赏金，付给提供线索的人"),
                              {"reward_fen": line.reward_fen}))
    return notes


def _rules(line: Line) -> list[str]:
    """The rules a line rests on: its rung, the regime at step 9, then what touched its figures."""
    rules = [line.basis]
    if line.step is Step.ORDINARY:
        rules.append("REG-01" if line.asset is None else "REG-03")
    if line.exact.denominator != 1 or line.split is not None:
        rules.append("RND-02")
    if line.kind is not None and line.reserved_fen:
        rules.append("PAR-06")
    if line.reward_fen:
        rules.append("PAR-11")
    return rules
