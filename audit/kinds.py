"""The acts that the log knows: ``domain.act``, each said once, in the order of a case's life.

A kind that is no longer written stays listed with the word "retired": old leaves bear it.
Kinds that verifiers read (contracts.md, bundle/v1) keep the names fixed there.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kernel.errors import N_


class Kind(StrEnum):
    """What a leaf says was done."""

    # the log itself
    LOG_OPENED = "log.opened"
    KEY_PUBLISHED = "key.published"
    SYSTEM_RESTORED = "system.restored"
    WITNESSES_NAMED = "witnesses.named"
    WITNESSES_MISSING = "witnesses.missing"
    WITNESSES_BACK = "witnesses.back"

    # accounts: courts, people, approvals
    COURT_OPENED = "court.opened"
    COURT_READINGS_SET = "court.readings_set"
    COURT_CONTACT_SET = "court.contact_set"
    PERSON_REGISTERED = "person.registered"
    ROLE_GRANTED = "role.granted"
    ROLE_REVOKED = "role.revoked"
    PASSWORD_CHANGED = "password.changed"
    TOKEN_ISSUED = "token.issued"
    TOKEN_REVOKED = "token.revoked"
    IDENTITY_READ = "identity.read"
    APPROVAL_REQUESTED = "approval.requested"
    APPROVAL_SUPERSEDED = "approval.superseded"
    APPROVAL_APPROVED = "approval.approved"
    APPROVAL_REFUSED = "approval.refused"

    # cases: parties, claims, property, documents and their service
    CASE_REGISTERED = "case.registered"
    CASE_AMENDED = "case.amended"
    CASE_ASSIGNED = "case.assigned"
    PARTY_ADDED = "party.added"
    PARTY_AMENDED = "party.amended"
    PARTY_LINKED = "party.linked"
    PARTY_IDENTITY_READ = "party.identity_read"
    CLAIM_FILED = "claim.filed"
    CLAIM_AMENDED = "claim.amended"
    CLAIM_CHECKED = "claim.checked"
    PROPERTY_SEIZED = "property.seized"
    PROPERTY_AMENDED = "property.amended"
    PROPERTY_FACT = "property.fact_recorded"
    PROPERTY_STATUS = "property.status_changed"
    OBJECTION_FILED = "objection.filed"
    OBJECTION_DECIDED = "objection.decided"
    DOCUMENT_KEPT = "document.kept"
    DOCUMENT_PUBLICITY = "document.publicity_changed"
    DOCUMENT_OPENED = "document.opened"
    DOCUMENT_SERVED = "document.served"
    SERVICE_PROVED = "document.service_proved"

    # auction: lots, bidders, bids, ends
    LOT_DRAFTED = "lot.drafted"
    LOT_TERMS_CHANGED = "lot.terms_changed"
    LOT_DISCLOSED = "lot.disclosed"
    LOT_NOTICES_WORDED = "lot.notices_worded"
    LOT_ANNOUNCEMENT_WORDED = "lot.announcement_worded"
    LOT_SENT_TO_PANEL = "lot.sent_to_panel"
    LOT_DECIDED = "lot.decided"
    LOT_PARTY_NOTIFIED = "lot.party_notified"
    LOT_PRIORITY_PROPOSED = "lot.priority_proposed"
    LOT_PRIORITY_DECIDED = "lot.priority_decided"
    LOT_APPLICANT_TOLD = "lot.applicant_told"
    LOT_AUCTION_INSISTED = "lot.auction_insisted"
    LOT_NOTICES_DONE = "lot.notices_done"
    LOT_PUBLISHED = "lot.published"
    LOT_OPENED = "lot.opened"
    BIDDER_REGISTERED = "bidder.registered"
    BIDDER_ADMITTED = "bidder.admitted"
    BID = "bid"
    LOT_SUSPENDED = "lot.suspended"
    LOT_CAUSE_ENDED = "lot.cause_ended"
    LOT_RESUMED = "lot.resumed"
    LOT_WITHDRAWN = "lot.withdrawn"
    LOT_CLOSED = "lot.closed"
    DEPOSITS_ENDED = "lot.deposits_ended"
    SALE_CONFIRMED = "sale.confirmed"
    SALE_PAID = "sale.paid"
    RULING_ISSUED = "ruling.issued"
    RULING_SERVED = "ruling.served"
    HANDED_OVER = "property.handed_over"
    LOT_DISTRIBUTED = "lot.distributed"

    # portal: the demo clock
    CLOCK_WALKED = "clock.walked"

    # evidence: what auditors mark
    FINDING_NOTED = "finding.noted"

    # ledger: money expected, received, moved
    PAYMENT_EXPECTED = "payment.expected"
    PAYMENT_RECEIVED = "payment.received"
    PAYMENT_TURNED_BACK = "payment.turned_back"
    PAYMENT_LAPSED = "payment.lapsed"
    MONEY_BOOKED = "money.booked"

    # settlement: costs, plans, objections, payouts
    COST_RECORDED = "cost.recorded"
    COST_STRUCK = "cost.struck"
    PLAN_DRAFTED = "plan.drafted"
    PLAN_APPROVED = "plan.approved"
    PLAN_SENT_BACK = "plan.sent_back"
    PLAN_SERVED = "plan.served"
    PLAN_OBJECTED = "plan.objected"
    PLAN_FINAL = "plan.final"
    PAYOUT_PREPARED = "payout.prepared"
    PAYOUT_APPROVED = "payout.approved"
    PAYOUT_EXECUTED = "payout.executed"

    # valuation: methods, institutions, the draw, the appraisal, the price
    VALUATION_OPENED = "valuation.opened"
    METHOD_OUT = "valuation.method_out"
    PARTIES_ASKED = "valuation.parties_asked"
    INSTITUTIONS_AGREED = "valuation.institutions_agreed"
    INSTITUTION_LISTED = "institution.listed"
    INSTITUTION_LINKED = "institution.linked"
    INSTITUTION_ACTIVITY = "institution.activity_changed"
    SECRET_COMMITTED = "draw.secret_committed"
    DRAW_PROPOSED = "draw.proposed"
    DRAW_REFUSED = "draw.refused"
    DRAW_FROZEN = "draw.frozen"
    CONTRIBUTION_SEALED = "draw.contribution_sealed"
    CONTRIBUTION_OPENED = "draw.contribution_opened"
    CONTRIBUTIONS_CLOSED = "draw.contributions_closed"
    DRAW_DONE = "draw.done"
    COMMISSIONED = "commission.sent"
    COMMISSION_ACCEPTED = "commission.accepted"
    COMMISSION_FAILED = "commission.failed"
    REPORT_TAKEN = "report.taken"
    REPORT_REVIEWED = "report.reviewed"
    REPORT_SERVED = "report.served"
    VALUATION_OBJECTED = "valuation.objected"
    PRICE_IN_FORCE = "price.in_force"
    PRICE_USED = "price.used"

    @property
    def word(self) -> str:
        """What people read, a marked text."""
        return _WORDS[self]


_WORDS: Final[Mapping[Kind, str]] = MappingProxyType({
    Kind.LOG_OPENED: N_("启用日志"),
    Kind.KEY_PUBLISHED: N_("公布签名公钥"),
    Kind.SYSTEM_RESTORED: N_("从备份恢复，两人确认缺失"),
    Kind.WITNESSES_NAMED: N_("公布见证方"),
    Kind.WITNESSES_MISSING: N_("见证副署不足"),
    Kind.WITNESSES_BACK: N_("见证副署恢复"),
    Kind.COURT_OPENED: N_("法院入驻"),
    Kind.COURT_READINGS_SET: N_("确定本院的规则取值"),
    Kind.COURT_CONTACT_SET: N_("登记本院的联系方式"),
    Kind.PERSON_REGISTERED: N_("登记人员"),
    Kind.ROLE_GRANTED: N_("授予角色"),
    Kind.ROLE_REVOKED: N_("收回角色"),
    Kind.PASSWORD_CHANGED: N_("更换密码"),
    Kind.TOKEN_ISSUED: N_("签发程序令牌"),
    Kind.TOKEN_REVOKED: N_("作废程序令牌"),
    Kind.IDENTITY_READ: N_("查看身份信息"),
    Kind.APPROVAL_REQUESTED: N_("请求审批"),
    Kind.APPROVAL_SUPERSEDED: N_("审批内容已更新"),
    Kind.APPROVAL_APPROVED: N_("审批同意"),
    Kind.APPROVAL_REFUSED: N_("审批不同意"),
    Kind.CASE_REGISTERED: N_("案件登记"),
    Kind.CASE_AMENDED: N_("修改案件信息"),
    Kind.CASE_ASSIGNED: N_("指定承办人"),
    Kind.PARTY_ADDED: N_("当事人登记"),
    Kind.PARTY_AMENDED: N_("修改当事人信息"),
    Kind.PARTY_LINKED: N_("关联当事人的账户"),
    Kind.PARTY_IDENTITY_READ: N_("查看当事人的身份信息"),
    Kind.CLAIM_FILED: N_("债权申报"),
    Kind.CLAIM_AMENDED: N_("修改债权"),
    Kind.CLAIM_CHECKED: N_("核对债权"),
    Kind.PROPERTY_SEIZED: N_("查封财产登记"),
    Kind.PROPERTY_AMENDED: N_("修改财产信息"),
    Kind.PROPERTY_FACT: N_("财产情况查明"),
    Kind.PROPERTY_STATUS: N_("财产状态变化"),
    Kind.OBJECTION_FILED: N_("案外人提出异议"),
    Kind.OBJECTION_DECIDED: N_("案外人异议有结果"),
    Kind.DOCUMENT_KEPT: N_("存入文件"),
    Kind.DOCUMENT_PUBLICITY: N_("公开文件"),
    Kind.DOCUMENT_OPENED: N_("向一人开放文件"),
    Kind.DOCUMENT_SERVED: N_("送达文书"),
    Kind.SERVICE_PROVED: N_("补充送达证明"),
    Kind.LOT_DRAFTED: N_("起草拍卖"),
    Kind.LOT_TERMS_CHANGED: N_("修改拍卖条件"),
    Kind.LOT_DISCLOSED: N_("补充公示内容"),
    Kind.LOT_NOTICES_WORDED: N_("修改特别提示"),
    Kind.LOT_ANNOUNCEMENT_WORDED: N_("修改拍卖公告"),
    Kind.LOT_SENT_TO_PANEL: N_("提交合议庭"),
    Kind.LOT_DECIDED: N_("合议庭决定"),
    Kind.LOT_PARTY_NOTIFIED: N_("通知当事人"),
    Kind.LOT_PRIORITY_PROPOSED: N_("提请确认优先购买权"),
    Kind.LOT_PRIORITY_DECIDED: N_("优先购买权有决定"),
    Kind.LOT_APPLICANT_TOLD: N_("通知申请执行人无剩余可能"),
    Kind.LOT_AUCTION_INSISTED: N_("申请执行人申请继续拍卖"),
    Kind.LOT_NOTICES_DONE: N_("完成通知当事人"),
    Kind.LOT_PUBLISHED: N_("发布拍卖公告"),
    Kind.LOT_OPENED: N_("开始竞价"),
    Kind.BIDDER_REGISTERED: N_("有人报名"),
    Kind.BIDDER_ADMITTED: N_("取得竞买资格"),
    Kind.BID: N_("出价"),
    Kind.LOT_SUSPENDED: N_("暂停拍卖"),
    Kind.LOT_CAUSE_ENDED: N_("暂停的原因消除"),
    Kind.LOT_RESUMED: N_("恢复拍卖"),
    Kind.LOT_WITHDRAWN: N_("撤回拍卖"),
    Kind.LOT_CLOSED: N_("竞价结束"),
    Kind.DEPOSITS_ENDED: N_("解除未成交者的保证金"),
    Kind.SALE_CONFIRMED: N_("确认成交"),
    Kind.SALE_PAID: N_("价款付清"),
    Kind.RULING_ISSUED: N_("作出成交裁定"),
    Kind.RULING_SERVED: N_("送达成交裁定，所有权转移"),
    Kind.HANDED_OVER: N_("交付财产"),
    Kind.LOT_DISTRIBUTED: N_("案款分配完毕"),
    Kind.CLOCK_WALKED: N_("演示时钟向前走"),
    Kind.FINDING_NOTED: N_("审计记下发现"),
    Kind.PAYMENT_EXPECTED: N_("开立缴款码"),
    Kind.PAYMENT_RECEIVED: N_("款项到账"),
    Kind.PAYMENT_TURNED_BACK: N_("款项不予接受"),
    Kind.PAYMENT_LAPSED: N_("逾期未缴"),
    Kind.MONEY_BOOKED: N_("记入账簿"),
    Kind.COST_RECORDED: N_("费用登记"),
    Kind.COST_STRUCK: N_("撤销费用"),
    Kind.PLAN_DRAFTED: N_("拟定分配方案"),
    Kind.PLAN_APPROVED: N_("分配方案获核准"),
    Kind.PLAN_SENT_BACK: N_("分配方案退回修改"),
    Kind.PLAN_SERVED: N_("分配方案送达"),
    Kind.PLAN_OBJECTED: N_("对分配方案提出异议"),
    Kind.PLAN_FINAL: N_("分配方案生效"),
    Kind.PAYOUT_PREPARED: N_("制作付款"),
    Kind.PAYOUT_APPROVED: N_("核准付款"),
    Kind.PAYOUT_EXECUTED: N_("执行付款"),
    Kind.VALUATION_OPENED: N_("参考价程序启动"),
    Kind.METHOD_OUT: N_("一种定价方式不成"),
    Kind.PARTIES_ASKED: N_("通知当事人协商评估机构"),
    Kind.INSTITUTIONS_AGREED: N_("当事人协商确定评估机构"),
    Kind.INSTITUTION_LISTED: N_("评估机构列入名单"),
    Kind.INSTITUTION_LINKED: N_("关联评估机构的账户"),
    Kind.INSTITUTION_ACTIVITY: N_("启用或停用评估机构"),
    Kind.SECRET_COMMITTED: N_("公布密值的承诺"),
    Kind.DRAW_PROPOSED: N_("摇号名单提出"),
    Kind.DRAW_REFUSED: N_("摇号名单未获核准"),
    Kind.DRAW_FROZEN: N_("冻结摇号名单"),
    Kind.CONTRIBUTION_SEALED: N_("封存摇号随机数"),
    Kind.CONTRIBUTION_OPENED: N_("开启摇号随机数"),
    Kind.CONTRIBUTIONS_CLOSED: N_("摇号封存截止"),
    Kind.DRAW_DONE: N_("算出摇号次序"),
    Kind.COMMISSIONED: N_("发出评估委托"),
    Kind.COMMISSION_ACCEPTED: N_("机构接受委托"),
    Kind.COMMISSION_FAILED: N_("机构未完成评估"),
    Kind.REPORT_TAKEN: N_("收到评估报告"),
    Kind.REPORT_REVIEWED: N_("评估报告经法院审查"),
    Kind.REPORT_SERVED: N_("评估报告送达"),
    Kind.VALUATION_OBJECTED: N_("评估报告异议"),
    Kind.PRICE_IN_FORCE: N_("参考价生效"),
    Kind.PRICE_USED: N_("参考价用于拍卖"),
})
