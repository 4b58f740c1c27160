"""Service of documents: the ways, the proof each needs, and when it counts as received.

Source: 民诉法 articles 88 to 95; 法释〔2018〕15号 article 21 (REF-21.2); 法释〔2016〕18号
article 16 (AUC-16.2, AUC-16.3).
"""

from datetime import datetime, timedelta
from typing import Final

from cases.rules.words import ServiceWay
from kernel.errors import N_, InvalidInput
from kernel.law import RuleSet
from kernel.working_days import after_days, beijing_day, end_of_day

GENERAL_NOTICE: Final = "service.public_notice_days"
REPORT_NOTICE: Final = "reference_price.public_posting_days"
SALE_NOTICE: Final = "unreachable_posting_days"

NOTICES: Final = {
    GENERAL_NOTICE: N_("一般文书"),
    REPORT_NOTICE: N_("询价、评估报告"),
    SALE_NOTICE: N_("拍卖通知"),
}
"""After how many days a public notice counts as received depends on what it makes known."""

_MOMENT: Final = timedelta(milliseconds=1)


def received_at(way: ServiceWay, served_at: datetime, *, notice: str, rules: RuleSet) -> datetime:
    """When the person counts as having received the document.

    A public notice counts as received on the last of its days, at the end of that day: so the
    term that follows starts with the next day, and no rest day moves it (TIME-1; REF-21.2).

    Args:
        way: how it was served.
        served_at: when it was handed over, arrived, or was published.
        notice: the provision of ``rules`` that gives a public notice its days.
        rules: the rule set of the case.
    """
    if way is not ServiceWay.PUBLIC_NOTICE:
        return served_at
    return end_of_day(after_days(beijing_day(served_at), rules.days(notice))) - _MOMENT


def check_service(way: ServiceWay, *, served_at: datetime, now: datetime, has_account: bool,
                  has_proof: bool) -> None:
    """Refuse a service that cannot be proved.

    Raises:
        InvalidInput: ``served_at`` lies ahead; a waiver without the document that declares it
            (AUC-16.2); electronic service to nobody's account and without another system's proof.
    """
    if served_at > now:
        raise InvalidInput({"served_at": N_("送达时间还没有到，请检查。")})
    if way is ServiceWay.WAIVED and not has_proof:
        raise InvalidInput({"proof": N_("放弃接受通知必须是书面明示的，请上传放弃声明。")},
                           rule="AUC-16.2")
    if way is ServiceWay.ELECTRONIC and not (has_account or has_proof):
        raise InvalidInput({"proof": N_(
            "这位当事人没有关联账户：请先关联账户，或上传其他系统的送达证明。")})
