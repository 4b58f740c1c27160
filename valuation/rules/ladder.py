"""The ladder of the four methods: which one is open, and on what ground one is out.

Law: 法释〔2018〕15号 arts. 2 to 7 and 14; rules REF-2 to REF-7.2, REF-14. Strictly in order; each
method passed over has a coded ground (REF-14b).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kernel.errors import N_, Filled
from kernel.gates import Basis, Obstacle
from kernel.money import Fen
from valuation.rules import basis


class Method(StrEnum):
    """REF-2, in the order of the ladder."""

    NEGOTIATION = "negotiation"
    DIRECTED_INQUIRY = "directed_inquiry"
    ONLINE_INQUIRY = "online_inquiry"
    COMMISSIONED_APPRAISAL = "commissioned_appraisal"


LADDER: Final = tuple(Method)

METHOD_NAMES: Final[Mapping[Method, str]] = MappingProxyType({
    Method.NEGOTIATION: N_("当事人议价"),
    Method.DIRECTED_INQUIRY: N_("定向询价"),
    Method.ONLINE_INQUIRY: N_("网络询价"),
    Method.COMMISSIONED_APPRAISAL: N_("委托评估"),
})


class Fact(StrEnum):
    """What is established before any method (REF-3.1)."""

    TITLE = "title"
    BURDENS = "burdens"
    OCCUPATION = "occupation"
    UNPAID_TAXES = "unpaid_taxes"
    DEFECTS = "defects"


FACT_NAMES: Final[Mapping[Fact, str]] = MappingProxyType({
    Fact.TITLE: N_("权属"), Fact.BURDENS: N_("权利负担"), Fact.OCCUPATION: N_("占有使用"),
    Fact.UNPAID_TAXES: N_("欠缴税费"), Fact.DEFECTS: N_("质量瑕疵"),
})


@dataclass(frozen=True, slots=True)
class Situation:
    """What of the property and of the parties' wishes decides about the methods.

    Attributes:
        has_official_price: a tax base price, government price or guidance price exists (REF-5.1).
        online_possible: the conditions of an online inquiry exist (REF-7.1).
        inspection_needed: experts must see the property (REF-7.1).
        appraisal_mandated: a law or administrative regulation demands an appraisal (REF-14).
        joint_wish: what both parties ask for together; it counts where its conditions are met
            (REF-5.2, REF-7.2, REF-14).
    """

    has_official_price: bool
    online_possible: bool
    inspection_needed: bool
    appraisal_mandated: bool = False
    joint_wish: Method | None = None

    def admits(self, method: Method) -> bool:
        """Whether the property itself admits the method."""
        if method is Method.DIRECTED_INQUIRY:
            return self.has_official_price
        if method is Method.ONLINE_INQUIRY:
            return self.online_possible and not self.inspection_needed
        return True

    def wishes(self, method: Method) -> bool:
        """Whether both parties ask for ``method``, and its conditions are met."""
        return self.joint_wish is method and self.admits(method)


class Ground(StrEnum):
    """Why a method gave no price."""

    APPRAISAL_MANDATED = "appraisal_mandated"
    APPRAISAL_WISHED = "appraisal_wished"
    ONLINE_WISHED = "online_wished"
    DIRECTED_WISHED = "directed_wished"
    REFUSED = "refused"
    PARTY_MISSING = "party_missing"
    UNEQUAL = "unequal"
    HARMS_OTHERS = "harms_others"
    NOT_FILED = "not_filed"
    NO_OFFICIAL_PRICE = "no_official_price"
    NO_ANSWER = "no_answer"
    ANSWER_IMPOSSIBLE = "answer_impossible"
    INSPECTION_NEEDED = "inspection_needed"
    NO_CONDITIONS = "no_conditions"
    NONE_DELIVERED = "none_delivered"
    EXTENSION_FAILED = "extension_failed"
    ALL_DEFECTIVE = "all_defective"
    ALL_UPHELD = "all_upheld"


@dataclass(frozen=True, slots=True)
class GroundRule:
    """What a ground says and when it is true.

    Attributes:
        standing: for a ground that follows from the situation alone: whether it does. None for
            one that is an event (a refusal, a missed term) of a method that was open.
        after_term: true only once the term set for the method is over.
    """

    name: str
    basis: Basis
    standing: Callable[[Situation], bool] | None = None
    after_term: bool = False


_MANDATED: Final = GroundRule(N_("法律、行政法规规定必须委托评估"), basis.APPRAISAL,
                              lambda situation: situation.appraisal_mandated)
_APPRAISAL_WISHED: Final = GroundRule(
    N_("双方当事人要求委托评估"), basis.APPRAISAL,
    lambda situation: situation.wishes(Method.COMMISSIONED_APPRAISAL))
_ONLINE_WISHED: Final = GroundRule(
    N_("双方当事人一致要求或者同意直接进行网络询价"), basis.ONLINE_BY_CONSENT,
    lambda situation: situation.wishes(Method.ONLINE_INQUIRY))
_DIRECTED_WISHED: Final = GroundRule(
    N_("双方当事人一致要求直接进行定向询价"), basis.DIRECTED_BY_CONSENT,
    lambda situation: situation.wishes(Method.DIRECTED_INQUIRY))

GROUNDS: Final[Mapping[Method, Mapping[Ground, GroundRule]]] = MappingProxyType({
    Method.NEGOTIATION: MappingProxyType({
        Ground.APPRAISAL_MANDATED: _MANDATED,
        Ground.APPRAISAL_WISHED: _APPRAISAL_WISHED,
        Ground.ONLINE_WISHED: _ONLINE_WISHED,
        Ground.DIRECTED_WISHED: _DIRECTED_WISHED,
        Ground.REFUSED: GroundRule(N_("一方当事人拒绝议价"), basis.NEGOTIATION),
        Ground.PARTY_MISSING: GroundRule(N_("一方当事人下落不明"), basis.NEGOTIATION),
        Ground.UNEQUAL: GroundRule(N_("双方提交的议价结果不一致"), basis.NEGOTIATED_PRICE),
        Ground.HARMS_OTHERS: GroundRule(N_("议价结果损害他人合法权益"), basis.NEGOTIATED_PRICE),
        Ground.NOT_FILED: GroundRule(N_("指定期限内没有提交议价结果"), basis.NEGOTIATION,
                                     after_term=True),
    }),
    Method.DIRECTED_INQUIRY: MappingProxyType({
        Ground.APPRAISAL_MANDATED: _MANDATED,
        Ground.APPRAISAL_WISHED: _APPRAISAL_WISHED,
        Ground.ONLINE_WISHED: _ONLINE_WISHED,
        Ground.NO_OFFICIAL_PRICE: GroundRule(
            N_("没有计税基准价、政府定价或者政府指导价"), basis.DIRECTED_INQUIRY,
            lambda situation: not situation.has_official_price),
        Ground.NO_ANSWER: GroundRule(N_("有关机构在指定期限内没有答复"), basis.DIRECTED_ANSWER,
                                     after_term=True),
        Ground.ANSWER_IMPOSSIBLE: GroundRule(N_("有关机构答复不能出具询价结果"),
                                             basis.DIRECTED_ANSWER),
    }),
    Method.ONLINE_INQUIRY: MappingProxyType({
        Ground.APPRAISAL_MANDATED: _MANDATED,
        Ground.APPRAISAL_WISHED: _APPRAISAL_WISHED,
        Ground.INSPECTION_NEEDED: GroundRule(
            N_("需要由专业人员现场勘验或者鉴定"), basis.ONLINE_INQUIRY,
            lambda situation: situation.inspection_needed),
        Ground.NO_CONDITIONS: GroundRule(N_("不具备网络询价条件"), basis.ONLINE_INQUIRY,
                                         lambda situation: not situation.online_possible),
        Ground.NONE_DELIVERED: GroundRule(N_("各平台都没有按时出具结果，也没有申请延期"),
                                          basis.INQUIRY_NOT_DELIVERED, after_term=True),
        Ground.EXTENSION_FAILED: GroundRule(N_("延长期限内仍没有平台出具结果"),
                                            basis.INQUIRY_EXTENSION_FAILED, after_term=True),
        Ground.ALL_DEFECTIVE: GroundRule(N_("各平台的结果都有缺陷，限期内没有补正"),
                                         basis.INQUIRY_DEFECTIVE, after_term=True),
        Ground.ALL_UPHELD: GroundRule(N_("对全部结果的异议都成立"), basis.INQUIRY_OBJECTED),
    }),
})
"""The grounds on which each of the first three methods is out."""


@dataclass(frozen=True, slots=True)
class WayOut:
    """A method recorded as out.

    Attributes:
        on: the day of the record.
        term_ended_on: the last day of the term set for the method; None where none was set.
    """

    method: Method
    ground: Ground
    on: date
    term_ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """The method whose turn it is.

    Attributes:
        barred_by: grounds that hold already, so that the method is not open but has to be recorded
            as out on one of them; empty where it is open.
    """

    method: Method
    basis: Basis
    barred_by: tuple[Ground, ...] = ()


def next_opening(situation: Situation, ways_out: Sequence[WayOut]) -> Opening:
    """Which method's turn it is: the first of the ladder that is not recorded as out."""
    passed = {out.method for out in ways_out}
    turn = next((method for method in LADDER[:-1] if method not in passed), LADDER[-1])
    return Opening(turn, entry_basis(turn, situation), standing_grounds(turn, situation))


def entry_basis(method: Method, situation: Situation) -> Basis:
    """The rule by which a method's turn comes."""
    by_consent = situation.joint_wish is method
    if method is Method.DIRECTED_INQUIRY:
        return basis.DIRECTED_BY_CONSENT if by_consent else basis.DIRECTED_INQUIRY
    if method is Method.ONLINE_INQUIRY:
        return basis.ONLINE_BY_CONSENT if by_consent else basis.ONLINE_INQUIRY
    return basis.NEGOTIATION if method is Method.NEGOTIATION else basis.APPRAISAL


def standing_grounds(method: Method, situation: Situation) -> tuple[Ground, ...]:
    """The grounds on which the situation alone rules a method out."""
    return tuple(ground for ground, rule in GROUNDS.get(method, {}).items()
                 if rule.standing is not None and rule.standing(situation))


def way_out_obstacles(out: WayOut, situation: Situation) -> tuple[Obstacle, ...]:
    """What is wrong with recording a method as out on this ground."""
    rule = GROUNDS.get(out.method, {}).get(out.ground)
    if rule is None:
        return (Obstacle(
            "ground_not_of_method", basis.APPRAISAL,
            N_("这不是该方式不能或者不成的理由。"), N_("请从该方式列出的理由中选择。"),
            {"method": out.method, "ground": out.ground}),)
    if rule.standing is not None:
        return () if rule.standing(situation) else (Obstacle(
            "ground_not_true", rule.basis, N_("登记的情况与这个理由不符。"),
            N_("请先更正财产情况或者当事人的一致要求，或者改选理由。"), {"ground": out.ground}),)
    barred = standing_grounds(out.method, situation)
    if barred:
        return (Obstacle(
            "method_was_not_open", GROUNDS[out.method][barred[0]].basis,
            N_("该方式本来就不能采用，不会有这样的结果。"), N_("请改选该方式不能采用的理由。"),
            {"ground": barred[0]}),)
    if rule.after_term and (out.term_ended_on is None or out.on <= out.term_ended_on):
        return (Obstacle(
            "term_not_over", rule.basis, N_("指定的期限还没有届满。"),
            N_("期限届满的次日起才能以此为由登记。"), {"term_ended_on": out.term_ended_on}),)
    return ()


def negotiated_price(filed: Mapping[str, Fen], parties: Collection[str]) -> Fen | None:
    """The price that all parties filed alike; None where one is silent or they differ (REF-4.2)."""
    amounts = {filed.get(party) for party in parties}
    return amounts.pop() if len(amounts) == 1 else None


def fact_obstacles(established: Collection[Fact]) -> tuple[Obstacle, ...]:
    """The facts that still have to be established before any method (REF-3.1)."""
    return tuple(Obstacle(
        f"fact_missing_{fact}", basis.FACTS, N_("财产情况还没有查明：%(fact)s。"),
        N_("查明并登记该项；确实没有的，写明没有。"), {"fact": Filled(FACT_NAMES[fact])})
        for fact in Fact if fact not in established)
