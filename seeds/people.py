"""Who lives in the demo: a court with every role, parties, institutions, bidders."""

from dataclasses import dataclass
from typing import Final

from stdnum.cn import ric

from kernel.access import Role

PASSWORD: Final = "luochui-demo-2026"  # noqa: S105 - printed at every start
"""One password for all accounts of the demo, printed at the start; production has no accounts."""

COURT_ID: Final = "court-donglu"
COURT_ZH: Final = "临澜市东麓区人民法院"
COURT_EN: Final = "Donglu District People's Court of Linlan"


@dataclass(frozen=True, slots=True)
class Figure:
    """One account. ``serial`` makes a valid identity number; 0 for none."""

    login: str
    name: str
    role: Role
    what: str
    serial: int = 0

    @property
    def of_court(self) -> bool:
        return self.role not in (Role.BIDDER, Role.PARTY, Role.INSTITUTION)


STAFF: Final = (
    Figure("admin", "许知微", Role.ADMINISTRATOR, "系统管理员：名单、账号"),
    Figure("officer", "沈同舟", Role.OFFICER, "执行法官：立案、定价、公告、分配"),
    Figure("judge-1", "陆明川", Role.JUDGE, "合议庭成员"),
    Figure("judge-2", "江映雪", Role.JUDGE, "合议庭成员"),
    Figure("judge-3", "秦守正", Role.JUDGE, "合议庭成员"),
    Figure("clerk", "方小满", Role.DRAW_CLERK, "司法辅助：摇号"),
    Figure("finance-1", "钱多闻", Role.FINANCE, "财务：记账、制单"),
    Figure("finance-2", "袁敏求", Role.FINANCE, "财务：审批"),
    Figure("finance-3", "盛以恒", Role.FINANCE, "财务：付款"),
    Figure("auditor", "闻人省", Role.AUDITOR, "审计：日志与出价"),
    Figure("supervisor", "程见素", Role.SUPERVISOR, "监督：核准摇号名单、到期提醒"),
)

OUTSIDE: Final = (
    Figure("applicant", "临澜农商银行东麓支行", Role.PARTY, "申请执行人（银行）"),
    Figure("respondent", "冯立群", Role.PARTY, "被执行人", 1101),
    Figure("creditor", "周怀瑾", Role.PARTY, "其他债权人", 1102),
    Figure("institution", "评估机构联络处", Role.INSTITUTION, "评估机构，演示中代表名单里的各家"),
    Figure("bidder-1", "顾长风", Role.BIDDER, "竞买人", 1201),
    Figure("bidder-2", "叶知秋", Role.BIDDER, "竞买人", 1202),
    Figure("bidder-3", "宋晚晴", Role.BIDDER, "竞买人", 1203),
    Figure("bidder-4", "林见鹿", Role.BIDDER, "竞买人，尚未报名", 1204),
)

PEOPLE: Final = STAFF + OUTSIDE

INSTITUTIONS: Final = (
    ("PG-01", "江东正衡房地产评估有限公司"),
    ("PG-02", "临澜中信达房地产估价所"),
    ("PG-03", "江东恒信土地房地产评估公司"),
    ("PG-04", "临澜华审资产评估事务所"),
    ("PG-05", "江东天平房地产评估咨询公司"),
    ("PG-06", "临澜衡准估价有限公司"),
    ("PG-07", "江东嘉诚房地产估价有限公司"),
)


def id_number(serial: int) -> str:
    """A resident identity number whose check digit holds; nobody's, as the place is made up."""
    body = f"3301061985{serial % 9 + 1:02d}1{serial % 10}{serial % 1000:03d}"
    return body + ric.calc_check_digit(body + "0")
