"""The states of a lot and the steps between them, as data (catalogue F.2).

A step is allowed if a transition names it; whoever takes it checks the guards that need facts
(publication, payment, qualification) in the rules of their own. There is no way to ``PUBLISHED``
that does not lead over a decision of the panel.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from auction.errors import StepNotAllowed
from kernel.errors import N_, Filled


class Round(StrEnum):
    """Which attempt by law: 一拍, 二拍, 变卖. A re-auction after default keeps its round."""

    FIRST = "first"
    SECOND = "second"
    SELLOFF = "selloff"


class LotState(StrEnum):
    DRAFT = "draft"
    PANEL = "panel"
    NOTIFYING = "notifying"
    READY = "ready"
    PUBLISHED = "published"
    BIDDING = "bidding"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    CLOSED_NO_SALE = "closed_no_sale"
    FAILED = "failed"
    IN_KIND = "in_kind"
    RELEASED = "released"
    SELLOFF_PUBLISHED = "selloff_published"
    SELLOFF_OPEN = "selloff_open"
    SELLOFF_BIDDING = "selloff_bidding"
    SOLD = "sold"
    DEFAULT = "default"
    PAID = "paid"
    NO_RULING = "no_ruling"
    RULING_ISSUED = "ruling_issued"
    TRANSFERRED = "transferred"
    HANDED_OVER = "handed_over"
    DISTRIBUTED = "distributed"
    ARCHIVED = "archived"
    UNDER_OBJECTION = "under_objection"
    REVOKED = "revoked"


class Step(StrEnum):
    SEND_TO_PANEL = "send_to_panel"
    DECIDE = "decide"
    SEND_BACK = "send_back"
    FINISH_NOTICES = "finish_notices"
    PUBLISH = "publish"
    OPEN = "open"
    START_CLOCK = "start_clock"
    CLOSE_SOLD = "close_sold"
    CLOSE_FAILED = "close_failed"
    SUSPEND = "suspend"
    RESUME = "resume"
    TERMINATE = "terminate"
    WITHDRAW = "withdraw"
    TAKE_IN_KIND = "take_in_kind"
    AUCTION_AGAIN = "auction_again"
    SELL_OFF = "sell_off"
    RELEASE = "release"
    PAY = "pay"
    DECLARE_DEFAULT = "declare_default"
    ISSUE_RULING = "issue_ruling"
    REFUSE_RULING = "refuse_ruling"
    SERVE_RULING = "serve_ruling"
    HAND_OVER = "hand_over"
    DISTRIBUTE = "distribute"
    ARCHIVE = "archive"
    OBJECT = "object"
    REJECT_OBJECTION = "reject_objection"
    REVOKE = "revoke"


ROUND_LABELS: Final = MappingProxyType({
    Round.FIRST: N_("第一次拍卖"),
    Round.SECOND: N_("第二次拍卖"),
    Round.SELLOFF: N_("变卖"),
})

STATE_LABELS: Final = MappingProxyType({
    LotState.DRAFT: N_("草稿"),
    LotState.PANEL: N_("待合议庭评议"),
    LotState.NOTIFYING: N_("通知当事人"),
    LotState.READY: N_("待发布公告"),
    LotState.PUBLISHED: N_("已公告"),
    LotState.BIDDING: N_("竞价中"),
    LotState.SUSPENDED: N_("已暂停"),
    LotState.WITHDRAWN: N_("已撤回"),
    LotState.CLOSED_NO_SALE: N_("终结拍卖"),
    LotState.FAILED: N_("流拍"),
    LotState.IN_KIND: N_("以物抵债"),
    LotState.RELEASED: N_("已解除查封"),
    LotState.SELLOFF_PUBLISHED: N_("变卖已公告"),
    LotState.SELLOFF_OPEN: N_("变卖期内"),
    LotState.SELLOFF_BIDDING: N_("变卖竞价中"),
    LotState.SOLD: N_("已成交"),
    LotState.DEFAULT: N_("悔拍"),
    LotState.PAID: N_("价款已付清"),
    LotState.NO_RULING: N_("不予裁定"),
    LotState.RULING_ISSUED: N_("已作出成交裁定"),
    LotState.TRANSFERRED: N_("裁定已送达"),
    LotState.HANDED_OVER: N_("已交付"),
    LotState.DISTRIBUTED: N_("价款已分配"),
    LotState.ARCHIVED: N_("已归档"),
    LotState.UNDER_OBJECTION: N_("异议审查中"),
    LotState.REVOKED: N_("拍卖已撤销"),
})

STEP_LABELS: Final = MappingProxyType({
    Step.SEND_TO_PANEL: N_("提交合议庭"),
    Step.DECIDE: N_("合议庭评议"),
    Step.SEND_BACK: N_("合议庭退回"),
    Step.FINISH_NOTICES: N_("完成通知"),
    Step.PUBLISH: N_("发布公告"),
    Step.OPEN: N_("开始竞价"),
    Step.START_CLOCK: N_("首次出价"),
    Step.CLOSE_SOLD: N_("成交"),
    Step.CLOSE_FAILED: N_("流拍"),
    Step.SUSPEND: N_("暂停拍卖"),
    Step.RESUME: N_("恢复拍卖"),
    Step.TERMINATE: N_("终结拍卖"),
    Step.WITHDRAW: N_("撤回拍卖"),
    Step.TAKE_IN_KIND: N_("以物抵债"),
    Step.AUCTION_AGAIN: N_("再次拍卖"),
    Step.SELL_OFF: N_("变卖"),
    Step.RELEASE: N_("解除查封"),
    Step.PAY: N_("付清余款"),
    Step.DECLARE_DEFAULT: N_("认定悔拍"),
    Step.ISSUE_RULING: N_("作出成交裁定"),
    Step.REFUSE_RULING: N_("不予裁定"),
    Step.SERVE_RULING: N_("送达成交裁定"),
    Step.HAND_OVER: N_("交付财产"),
    Step.DISTRIBUTE: N_("分配价款"),
    Step.ARCHIVE: N_("归档"),
    Step.OBJECT: N_("提出异议"),
    Step.REJECT_OBJECTION: N_("驳回异议"),
    Step.REVOKE: N_("撤销拍卖"),
})

_S = LotState
_AUCTIONS: Final = frozenset({Round.FIRST, Round.SECOND})
_ALL: Final = frozenset(Round)

SEALED: Final = frozenset({_S.PUBLISHED, _S.BIDDING, _S.SUSPENDED, _S.SELLOFF_PUBLISHED,
                           _S.SELLOFF_OPEN, _S.SELLOFF_BIDDING})
"""While a lot stands here nobody, staff included, sees who is behind a code (AUC-18.3)."""


AFTER_SALE: Final = frozenset({_S.SOLD, _S.PAID, _S.RULING_ISSUED, _S.TRANSFERRED, _S.HANDED_OVER,
                               _S.DISTRIBUTED, _S.ARCHIVED})


class Group(StrEnum):
    """How the public list sorts lots."""

    LIVE = "live"
    UPCOMING = "upcoming"
    SUSPENDED = "suspended"
    SOLD = "sold"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


GROUPS: Final = MappingProxyType({
    Group.LIVE: frozenset({_S.BIDDING, _S.SELLOFF_OPEN, _S.SELLOFF_BIDDING}),
    Group.UPCOMING: frozenset({_S.PUBLISHED, _S.SELLOFF_PUBLISHED}),
    Group.SUSPENDED: frozenset({_S.SUSPENDED}),
    Group.SOLD: AFTER_SALE | {_S.UNDER_OBJECTION, _S.DEFAULT, _S.NO_RULING},
    Group.FAILED: frozenset({_S.FAILED, _S.IN_KIND, _S.RELEASED}),
    Group.WITHDRAWN: frozenset({_S.WITHDRAWN, _S.CLOSED_NO_SALE, _S.REVOKED}),
})


@dataclass(frozen=True, slots=True)
class Transition:
    """One arrow of F.2. ``target`` None leads back to where the lot came from."""

    source: LotState
    step: Step
    target: LotState | None
    rule: str
    article: str
    rounds: frozenset[Round] = _ALL


def _from_each(sources: tuple[LotState, ...], step: Step, target: LotState, rule: str,
               article: str) -> tuple[Transition, ...]:
    return tuple(Transition(source, step, target, rule, article) for source in sources)


_BEFORE_BIDDING = (_S.DRAFT, _S.PANEL, _S.NOTIFYING, _S.READY, _S.PUBLISHED, _S.SELLOFF_PUBLISHED)
_RUNNING = (_S.PUBLISHED, _S.BIDDING, _S.SELLOFF_PUBLISHED, _S.SELLOFF_OPEN, _S.SELLOFF_BIDDING)
_AFTER_SALE = (_S.SOLD, _S.PAID, _S.RULING_ISSUED, _S.TRANSFERRED, _S.HANDED_OVER)

TRANSITIONS: Final[tuple[Transition, ...]] = (
    # towards the announcement
    Transition(_S.DRAFT, Step.SEND_TO_PANEL, _S.PANEL, "AUC-27", "网络司法拍卖规定第二十七条"),
    *_from_each((_S.PANEL, _S.NOTIFYING, _S.READY), Step.SEND_TO_PANEL, _S.PANEL, "AUC-27",
                "网络司法拍卖规定第二十七条"),  # figures that were changed are decided anew
    Transition(_S.PANEL, Step.DECIDE, _S.NOTIFYING, "AUC-27", "网络司法拍卖规定第二十七条"),
    Transition(_S.PANEL, Step.SEND_BACK, _S.DRAFT, "AUC-27", "网络司法拍卖规定第二十七条"),
    Transition(_S.NOTIFYING, Step.FINISH_NOTICES, _S.READY, "AUC-16.1",
               "网络司法拍卖规定第十六条第一款"),
    Transition(_S.READY, Step.PUBLISH, _S.PUBLISHED, "AUC-12.2", "网络司法拍卖规定第十二条第一款",
               _AUCTIONS),
    Transition(_S.READY, Step.PUBLISH, _S.SELLOFF_PUBLISHED, "SEL-3", "网络变卖通知",
               frozenset({Round.SELLOFF})),
    # bidding
    Transition(_S.PUBLISHED, Step.OPEN, _S.BIDDING, "AUC-20.1", "网络司法拍卖规定第二十条第一款"),
    Transition(_S.BIDDING, Step.CLOSE_SOLD, _S.SOLD, "AUC-20.4", "网络司法拍卖规定第二十条第二款"),
    Transition(_S.BIDDING, Step.CLOSE_FAILED, _S.FAILED, "AUC-26.1",
               "网络司法拍卖规定第二十六条第一款"),
    Transition(_S.SELLOFF_PUBLISHED, Step.OPEN, _S.SELLOFF_OPEN, "SEL-5", "网络变卖通知"),
    Transition(_S.SELLOFF_OPEN, Step.START_CLOCK, _S.SELLOFF_BIDDING, "SEL-10", "网络变卖通知"),
    Transition(_S.SELLOFF_OPEN, Step.CLOSE_FAILED, _S.FAILED, "SEL-16", "网络变卖通知"),
    Transition(_S.SELLOFF_BIDDING, Step.CLOSE_SOLD, _S.SOLD, "SEL-11", "网络变卖通知"),
    # suspension and withdrawal
    *_from_each(_RUNNING, Step.SUSPEND, _S.SUSPENDED, "AUC-28.1", "网络司法拍卖规定第二十八条"),
    Transition(_S.SUSPENDED, Step.RESUME, None, "AUC-28.4", "网络司法拍卖规定第二十八条第四款"),
    Transition(_S.SUSPENDED, Step.TERMINATE, _S.CLOSED_NO_SALE, "CPL-268", "民诉法第二百六十八条"),
    *_from_each(_BEFORE_BIDDING, Step.WITHDRAW, _S.WITHDRAWN, "GEN-17", "拍卖变卖规定第十七条"),
    # after a failure
    Transition(_S.FAILED, Step.TAKE_IN_KIND, _S.IN_KIND, "AUC-26.6", "拍卖变卖规定第十六条"),
    Transition(_S.FAILED, Step.AUCTION_AGAIN, _S.PANEL, "AUC-26.2",
               "网络司法拍卖规定第二十六条第一款", frozenset({Round.FIRST})),
    Transition(_S.FAILED, Step.SELL_OFF, _S.PANEL, "AUC-26.5", "网络司法拍卖规定第二十六条第二款",
               frozenset({Round.SECOND})),
    Transition(_S.FAILED, Step.RELEASE, _S.RELEASED, "SEL-16", "拍卖变卖规定第二十四条",
               frozenset({Round.SECOND, Round.SELLOFF})),
    # after a sale
    Transition(_S.SOLD, Step.PAY, _S.PAID, "AUC-25.1", "网络司法拍卖规定第二十五条"),
    Transition(_S.SOLD, Step.DECLARE_DEFAULT, _S.DEFAULT, "AUC-24.1",
               "网络司法拍卖规定第二十四条第一款"),
    Transition(_S.DEFAULT, Step.AUCTION_AGAIN, _S.PANEL, "AUC-24.5",
               "网络司法拍卖规定第二十四条第二款", _AUCTIONS),
    Transition(_S.DEFAULT, Step.SELL_OFF, _S.PANEL, "SEL-15", "网络变卖通知",
               frozenset({Round.SELLOFF})),
    Transition(_S.PAID, Step.ISSUE_RULING, _S.RULING_ISSUED, "AUC-25.3", "拍卖变卖规定第二十条"),
    Transition(_S.PAID, Step.REFUSE_RULING, _S.NO_RULING, "QUAL-3", "房产竞买人资格规定第三条"),
    Transition(_S.IN_KIND, Step.ISSUE_RULING, _S.RULING_ISSUED, "AUC-25.3",
               "拍卖变卖规定第二十条"),
    Transition(_S.RULING_ISSUED, Step.SERVE_RULING, _S.TRANSFERRED, "AUC-22.2",
               "网络司法拍卖规定第二十二条第二款"),
    Transition(_S.TRANSFERRED, Step.HAND_OVER, _S.HANDED_OVER, "AUC-25.3",
               "拍卖变卖规定第二十七条"),
    Transition(_S.HANDED_OVER, Step.DISTRIBUTE, _S.DISTRIBUTED, "CPI-508", "民诉解释第五百零八条"),
    Transition(_S.DISTRIBUTED, Step.ARCHIVE, _S.ARCHIVED, "AUC-29", "网络司法拍卖规定第二十九条"),
    *_from_each(_AFTER_SALE, Step.OBJECT, _S.UNDER_OBJECTION, "AUC-31",
                "网络司法拍卖规定第三十一条"),
    Transition(_S.UNDER_OBJECTION, Step.REJECT_OBJECTION, None, "AUC-31",
               "网络司法拍卖规定第三十一条"),
    Transition(_S.UNDER_OBJECTION, Step.REVOKE, _S.REVOKED, "AUC-31", "网络司法拍卖规定第三十一条"),
)


def transition(state: LotState, step: Step, of_round: Round) -> Transition:
    """The arrow that ``step`` takes from ``state``.

    Raises:
        StepNotAllowed: there is none.
    """
    for arrow in TRANSITIONS:
        if arrow.source is state and arrow.step is step and of_round in arrow.rounds:
            return arrow
    rule = next((arrow.rule for arrow in TRANSITIONS if arrow.step is step), None)
    raise StepNotAllowed(rule=rule, state=Filled(STATE_LABELS[state]),
                         step=Filled(STEP_LABELS[step]))


def next_state(state: LotState, step: Step, *, of_round: Round = Round.FIRST,
               came_from: LotState | None = None) -> LotState:
    """Where ``step`` leads from ``state``.

    Args:
        state: where the lot stands.
        step: what is to be done.
        of_round: the round of the sale; some ways are open to one round only.
        came_from: the state before a suspension or objection, to which RESUME and
            REJECT_OBJECTION return.

    Raises:
        StepNotAllowed: the law knows no such step from here.
    """
    target = transition(state, step, of_round).target or came_from
    if target is None:
        raise ValueError(f"{step} needs the state the lot came from")
    return target


def allowed_steps(state: LotState, of_round: Round = Round.FIRST) -> tuple[Step, ...]:
    """The steps that may follow, in the order of the table."""
    return tuple(arrow.step for arrow in TRANSITIONS
                 if arrow.source is state and of_round in arrow.rounds)
