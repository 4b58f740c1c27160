"""The ladder of payment: its steps, the classes on it, and the article under each rung."""

from enum import IntEnum, StrEnum
from typing import Final, NamedTuple

from kernel.errors import N_


class Regime(StrEnum):
    """How ordinary claims share (REG-01, REG-03): a recorded decision, never guessed."""

    PRO_RATA = "pro_rata"
    SEIZURE_ORDER = "seizure_order"

    @property
    def word(self) -> str:
        return _REGIME_WORDS[self]


_REGIME_WORDS: Final = {
    Regime.PRO_RATA: N_("按比例受偿"),
    Regime.SEIZURE_ORDER: N_("按查封先后受偿"),
}


class Step(IntEnum):
    """The rungs in the order in which money passes them; the number is public (plan/v1)."""

    COSTS = 1
    RESERVES = 2
    MEDICAL = 3
    HOUSING = 4
    WORKS = 5
    SECURED = 6
    WAGES = 7
    TAXES = 8
    ORDINARY = 9
    DOUBLED = 10
    FINES = 11

    @property
    def word(self) -> str:
        return _STEP_WORDS[self]


_STEP_WORDS: Final = {
    Step.COSTS: N_("执行费用"),
    Step.RESERVES: N_("居住保障与交易税费预留"),
    Step.MEDICAL: N_("人身损害医疗费用"),
    Step.HOUSING: N_("商品房消费者购房款"),
    Step.WORKS: N_("建设工程价款优先权"),
    Step.SECURED: N_("担保与先发生的欠税"),
    Step.WAGES: N_("职工工资"),
    Step.TAXES: N_("税款"),
    Step.ORDINARY: N_("普通债权"),
    Step.DOUBLED: N_("加倍部分债务利息"),
    Step.FINES: N_("罚款、罚金与没收"),
}


class ClaimClass(StrEnum):
    """What kind of claim it is."""

    MEDICAL = "medical"
    HOUSING_CONSUMER = "housing_consumer"
    CONSTRUCTION = "construction"
    RETENTION = "retention"
    PURCHASE_MONEY = "purchase_money"
    SECURITY = "security"
    TAX_ARREARS = "tax_arrears"
    WAGES = "wages"
    TAX = "tax"
    RESTITUTION = "restitution"
    ORDINARY = "ordinary"
    FINE = "fine"

    @property
    def step(self) -> Step:
        """Where its first part stands."""
        return _RUNGS[self].step

    @property
    def basis(self) -> str:
        """The rule that puts it there."""
        return _RUNGS[self].basis

    @property
    def word(self) -> str:
        return _RUNGS[self].word

    @property
    def rest_step(self) -> Step | None:
        """Where the unpaid rest of a priority part (steps 3 to 6) asks again; None for others."""
        if not Step.MEDICAL <= self.step <= Step.SECURED:
            return None
        return Step.TAXES if self is ClaimClass.TAX_ARREARS else Step.ORDINARY


class Rung(NamedTuple):
    """A class's place on the ladder."""

    step: Step
    basis: str
    word: str


_RUNGS: Final = {
    ClaimClass.MEDICAL: Rung(Step.MEDICAL, "PRI-03", N_("医疗费用")),
    ClaimClass.HOUSING_CONSUMER: Rung(Step.HOUSING, "PRI-04", N_("购房款返还")),
    ClaimClass.CONSTRUCTION: Rung(Step.WORKS, "PRI-05", N_("建设工程价款")),
    ClaimClass.RETENTION: Rung(Step.SECURED, "PRI-06a", N_("留置权")),
    ClaimClass.PURCHASE_MONEY: Rung(Step.SECURED, "PRI-06b", N_("购置款抵押权")),
    ClaimClass.SECURITY: Rung(Step.SECURED, "PRI-06c", N_("抵押权、质权")),
    ClaimClass.TAX_ARREARS: Rung(Step.SECURED, "PRI-06t", N_("先发生的欠税")),
    ClaimClass.WAGES: Rung(Step.WAGES, "PRI-07", N_("工资")),
    ClaimClass.TAX: Rung(Step.TAXES, "PRI-08", N_("税款")),
    ClaimClass.RESTITUTION: Rung(Step.ORDINARY, "PRI-03", N_("退赔被害人")),
    ClaimClass.ORDINARY: Rung(Step.ORDINARY, "PRI-09", N_("普通债权")),
    ClaimClass.FINE: Rung(Step.FINES, "PRI-11", N_("罚款、没收")),
}


class ReserveKind(StrEnum):
    """What is kept back from the proceeds by a decision before anyone is preferred."""

    HOUSING_RESERVE = "housing_reserve"
    TRANSFER_TAX = "transfer_tax"

    @property
    def basis(self) -> str:
        return "PRI-02" if self is ReserveKind.HOUSING_RESERVE else "PRI-01t"

    @property
    def word(self) -> str:
        return N_("居住保障") if self is ReserveKind.HOUSING_RESERVE else N_("交易税费")


class Reason(StrEnum):
    """Why a part of a claim takes nothing, whatever money there is."""

    NO_TITLE = "no_title"
    LATE = "late"

    @property
    def word(self) -> str:
        return N_("没有执行依据") if self is Reason.NO_TITLE else N_("申请参与分配逾期")


class Article(NamedTuple):
    """A rule of the catalogue and the article it rests on."""

    rule: str
    text: str


ARTICLES: Final = {
    article.rule: article
    for article in (
        Article("REG-01", N_("民诉解释第五百零六条、第五百零八条")),
        Article("REG-03", N_("民诉解释第五百一十四条")),
        Article("PAR-01", N_("民诉解释第五百零六条第一款")),
        Article("PAR-04", N_("民诉解释第五百零七条第二款")),
        Article("PAR-06", N_("法释〔2016〕6号第一条至第三条")),
        Article("PAR-11", N_("民事执行财产调查规定第二十四条")),
        Article("PRI-01", N_("民诉解释第五百零八条、第五百一十四条；执行工作规定第三十四条")),
        Article("PRI-01t", N_("网络司法拍卖规定第三十条")),
        Article("PRI-02", N_("执行异议和复议规定第二十条")),
        Article("PRI-03", N_("刑事裁判涉财产部分执行规定第十三条")),
        Article("PRI-04", N_("法释〔2023〕1号第三条")),
        Article("PRI-05", N_("民法典第八百零七条；建设工程施工合同解释（一）第三十六条")),
        Article("PRI-06a", N_("民法典第四百五十六条")),
        Article("PRI-06b", N_("民法典第四百一十六条")),
        Article("PRI-06c", N_("民法典第四百一十四条、第四百一十五条")),
        Article("PRI-06t", N_("税收征收管理法第四十五条")),
        Article("PRI-07", N_("参照企业破产法第一百一十三条，须有裁定")),
        Article("PRI-08", N_("税收征收管理法第四十五条")),
        Article("PRI-09", N_("民诉解释第五百零八条、第五百一十四条")),
        Article("PRI-10", N_("迟延履行利息解释第四条")),
        Article("PRI-11", N_("民法典第一百八十七条；刑事裁判涉财产部分执行规定第十三条")),
        Article("PRI-12", N_("执行工作规定第三十四条；民法典第四百一十三条")),
        Article("RND-01", N_("一律以分为单位的整数计算")),
        Article("RND-02", N_("最大余数法：先舍去不足一分的部分，余额按小数部分从大到小各给一分")),
    )
}
"""Every rule a line of a plan may cite. 2023 civil-procedure law, 2022 interpretation."""
