"""How the public history of a sale is told: refusals and grounds in words; ``audit.kinds`` names the acts."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from auction.rules.bidding import Reason
from kernel.errors import N_

REASON_WORDS: Final[Mapping[Reason, str]] = MappingProxyType({
    Reason.NOT_OPEN: N_("竞价尚未开始"),
    Reason.SUSPENDED: N_("拍卖暂停中"),
    Reason.CLOSED: N_("竞价已经结束"),
    Reason.OUT_OF_ORDER: N_("进入系统过迟"),
    Reason.ID_CONFLICT: N_("同一次出价两个金额"),
    Reason.BELOW_START: N_("低于起拍价"),
    Reason.CANNOT_MATCH: N_("优先顺序不在前"),
    Reason.BELOW_MINIMUM: N_("低于最低加价"),
    Reason.NOT_WHOLE_STEP: N_("不是增价幅度的整数倍"),
    Reason.STEP_TOO_LARGE: N_("一次加价过多"),
})
"""A refusal in a few words, for ladders; ``auction.rules.refusals`` says what would do."""

GROUND_WORDS: Final[Mapping[str, str]] = MappingProxyType({
    "postponed": N_("暂缓执行"),
    "stayed": N_("中止执行"),
    "third_party_objection": N_("案外人提出异议"),
    "system_fault": N_("系统故障"),
    "basis_revoked": N_("执行依据被撤销"),
    "applicant_withdraws": N_("申请执行人撤回申请"),
    "debt_paid": N_("被执行人已清偿债务"),
    "settlement": N_("当事人达成和解"),
    "collusion": N_("发现恶意串通"),
    "other": N_("其他原因"),
})
"""Grounds of a suspension (AUC-28) and of a withdrawal (GEN-17, GEN-19, CPL-268)."""
