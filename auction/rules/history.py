"""How the public history of a sale is told: what each kind of leaf means, in words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from auction.rules.bidding import Reason
from kernel.errors import N_

LEAF_WORDS: Final[Mapping[str, str]] = MappingProxyType({
    "lot.drafted": N_("起草拍卖"),
    "lot.terms_changed": N_("修改拍卖条件"),
    "lot.disclosed": N_("补充公示内容"),
    "lot.notices_worded": N_("修改特别提示"),
    "lot.announcement_worded": N_("修改拍卖公告"),
    "lot.party_notified": N_("通知当事人"),
    "lot.applicant_told": N_("通知申请执行人无剩余可能"),
    "lot.auction_insisted": N_("申请执行人申请继续拍卖"),
    "lot.sent_to_panel": N_("提交合议庭"),
    "lot.decided": N_("合议庭决定"),
    "lot.notices_done": N_("完成通知当事人"),
    "lot.published": N_("发布拍卖公告"),
    "lot.opened": N_("开始竞价"),
    "bidder.registered": N_("有人报名"),
    "bidder.admitted": N_("取得竞买资格"),
    "bid": N_("出价"),
    "lot.suspended": N_("暂停拍卖"),
    "lot.cause_ended": N_("暂停的原因消除"),
    "lot.resumed": N_("恢复拍卖"),
    "lot.withdrawn": N_("撤回拍卖"),
    "lot.closed": N_("竞价结束"),
    "lot.deposits_ended": N_("解除未成交者的保证金"),
    "sale.confirmed": N_("确认成交"),
    "sale.paid": N_("价款付清"),
    "ruling.issued": N_("作出成交裁定"),
    "ruling.served": N_("送达成交裁定，所有权转移"),
    "property.handed_over": N_("交付财产"),
    "document.kept": N_("存入文件"),
    "document.served": N_("通知当事人"),
    "document.publicity_changed": N_("公开文件"),
    "approval.requested": N_("请求审批"),
    "approval.approved": N_("审批同意"),
    "approval.refused": N_("审批不同意"),
    "approval.superseded": N_("审批内容已更新"),
    "document.service_proved": N_("补充送达证明"),
    "document.opened": N_("向一人开放文件"),
})
"""Kind of leaf -> words. A kind that is not here is shown by its own name."""

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
