"""Who lives in the demo: a court with every role, parties, institutions, bidders."""

from dataclasses import dataclass
from typing import Final

from stdnum.cn import ric

from accounts.rules.contact import Contact
from kernel.access import Role

PASSWORD: Final = "luochui-demo-2026"  # noqa: S105 - printed at every start
"""One password for all accounts of the demo, printed at the start; production has no accounts."""


@dataclass(frozen=True, slots=True)
class Place:
    """A court of the demo: who acts for it, and how its cases are numbered."""

    slug: str
    name_zh: str
    name_en: str
    code: str
    officer: str
    judges: tuple[str, str, str]
    finance: str
    institutions: str
    contact: Contact

    @property
    def id(self) -> str:
        return f"court-{self.slug}"


DONGLU: Final = Place(
    "donglu", "临澜市东麓区人民法院", "Donglu District People's Court of Linlan", "临0102",
    "officer", ("judge-1", "judge-2", "judge-3"), "finance-1", "临澜市",
    Contact("临澜市东麓区文汇路 66 号", "026-5550-0102", "026-5550-0112", "zhixing@donglu.court.example",
            "工作日 9:00 至 12:00，13:30 至 17:00"))
QINGYU: Final = Place(
    "qingyu", "青屿海事法院", "Qingyu Maritime Court", "临72",
    "officer-2", ("judge-4", "judge-5", "judge-6"), "finance-4", "青屿市",
    Contact("青屿市港湾区海关路 8 号", "027-5550-0172", "027-5550-0182", "zhixing@qingyu.court.example",
            "工作日 8:30 至 12:00，14:00 至 17:30"))
"""Sea-going ships are sold by maritime courts alone (海事诉讼特别程序法司法解释第十五条)."""
PLACES: Final = (DONGLU, QINGYU)


@dataclass(frozen=True, slots=True)
class Figure:
    """One account. ``serial`` makes a valid identity number; 0 for none."""

    login: str
    name: str
    role: Role
    what: str
    serial: int = 0
    place: Place = DONGLU

    @property
    def court_id(self) -> str | None:
        """The court for which somebody acts; nobody outside acts for one."""
        outside = self.role in (Role.BIDDER, Role.PARTY, Role.INSTITUTION)
        return None if outside else self.place.id


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
    Figure("bidder-5", "贺兰舟", Role.BIDDER, "竞买人，买过车辆、商铺和设备", 1205),
    Figure("tenant", "苏晚亭", Role.BIDDER, "竞买人，一间商铺的承租人", 1206),
)

PEOPLE: Final = STAFF + OUTSIDE

NEIGHBOURS: Final = (
    Figure("officer-2", "海若宁", Role.OFFICER, "青屿海事法院的执行法官", place=QINGYU),
    Figure("judge-4", "贝知远", Role.JUDGE, "青屿海事法院合议庭成员", place=QINGYU),
    Figure("judge-5", "舒望潮", Role.JUDGE, "青屿海事法院合议庭成员", place=QINGYU),
    Figure("judge-6", "凌拱辰", Role.JUDGE, "青屿海事法院合议庭成员", place=QINGYU),
    Figure("finance-4", "计无遗", Role.FINANCE, "青屿海事法院财务", place=QINGYU),
)
"""Who acts for the second court."""
EVERYBODY: Final = PEOPLE + NEIGHBOURS

INSTITUTIONS: Final = (
    ("PG-01", "江东正衡房地产评估有限公司"),
    ("PG-02", "临澜中信达房地产估价所"),
    ("PG-03", "江东恒信土地房地产评估公司"),
    ("PG-04", "临澜华审资产评估事务所"),
    ("PG-05", "江东天平房地产评估咨询公司"),
    ("PG-06", "临澜衡准估价有限公司"),
    ("PG-07", "江东嘉诚房地产估价有限公司"),
)

VALUERS: Final = (
    ("ZP-01", "江东正衡资产评估有限公司"),
    ("ZP-02", "海岳价格鉴证评估有限公司"),
    ("ZP-03", "江东通衡旧机动车鉴定评估有限公司"),
)
"""Institutions for what is no land and no building."""


def id_number(serial: int) -> str:
    """A resident identity number whose check digit holds; nobody's, as the place is made up."""
    body = f"3301061985{serial % 9 + 1:02d}1{serial % 10}{serial % 1000:03d}"
    return body + ric.calc_check_digit(body + "0")
