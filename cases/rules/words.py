"""The few words a case is described by, and how people read them."""

from enum import StrEnum
from typing import Final

from kernel.errors import N_


class Word(StrEnum):
    """A word of a fixed list; ``word`` is what people read, to be translated at the edge."""

    @property
    def word(self) -> str:
        return _WORDS[type(self)][self]


class DebtorKind(Word):
    """What the debtor is; it decides how ordinary claims share (REG-01, REG-03, REG-09)."""

    NATURAL_PERSON = "natural_person"
    OTHER_ORGANISATION = "other_organisation"
    ENTERPRISE = "enterprise"
    PUBLIC_BODY = "public_body"


class Regime(Word):
    """How ordinary claims share: as in claims/v1, a recorded decision, never guessed."""

    PRO_RATA = "pro_rata"
    SEIZURE_ORDER = "seizure_order"


class PartyRole(Word):
    APPLICANT = "applicant"
    RESPONDENT = "respondent"
    CO_OWNER = "co_owner"
    TENANT = "tenant"
    PRIORITY_HOLDER = "priority_holder"
    MORTGAGEE = "mortgagee"
    CREDITOR = "creditor"
    INTERESTED = "interested"
    BUYER = "buyer"


class PartyKind(Word):
    NATURAL_PERSON = "natural_person"
    ORGANISATION = "organisation"


class IdKind(Word):
    """Which number names the party."""

    RESIDENT_ID = "resident_id"
    CREDIT_CODE = "credit_code"
    OTHER = "other"


class IdentityReason(Word):
    """What a sealed identity number is opened for; the log keeps this word."""

    VERIFICATION = "verification"
    SERVICE = "service"
    ENQUIRY = "enquiry"


class ClaimClass(Word):
    """The classes of claims/v1, in the order of the ladder (contracts.md)."""

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


class PropertyKind(Word):
    """Decides the days of notice before a sale (AUC-12.1)."""

    IMMOVABLE = "immovable"
    MOVABLE = "movable"
    RIGHT = "right"


class PropertyCategory(Word):
    RESIDENTIAL = "residential"
    COMMERCIAL = "commercial"
    OFFICE = "office"
    INDUSTRIAL = "industrial"
    LAND = "land"
    VEHICLE = "vehicle"
    SHIP = "ship"
    EQUIPMENT = "equipment"
    EQUITY = "equity"
    OTHER = "other"


class PropertyStatus(Word):
    """How far the property is on its way; floors above move it on."""

    SEIZED = "seized"
    VALUING = "valuing"
    PRICED = "priced"
    ON_SALE = "on_sale"
    SOLD = "sold"
    RELEASED = "released"


class FactTopic(Word):
    """What must be established before any method of pricing (REF-3.1)."""

    TITLE = "title"
    BURDENS = "burdens"
    OCCUPATION = "occupation"
    TAXES = "taxes"
    DEFECTS = "defects"


class ObjectionRight(Word):
    """What somebody outside the case claims in a seized property (CPL-238)."""

    OWNERSHIP = "ownership"
    CO_OWNERSHIP = "co_ownership"
    LEASE = "lease"
    EXPECTANCY = "expectancy"
    OTHER = "other"


class ObjectionState(Word):
    """How a third party's objection to the object stands (CPL-238)."""

    PENDING = "pending"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"
    UPHELD = "upheld"
    SUED = "sued"
    DISMISSED = "dismissed"
    EXCLUDED = "excluded"


class DocumentKind(Word):
    ENFORCEMENT_BASIS = "enforcement_basis"
    SEIZURE_RULING = "seizure_ruling"
    PHOTOGRAPH = "photograph"
    PROPERTY_PROOF = "property_proof"
    CLAIM_PROOF = "claim_proof"
    APPLICATION = "application"
    NOTICE = "notice"
    SERVICE_PROOF = "service_proof"
    WAIVER = "waiver"
    COMMISSION = "commission"
    APPRAISAL_REPORT = "appraisal_report"
    PRICE_RESULT = "price_result"
    PANEL_DECISION = "panel_decision"
    SALE_ANNOUNCEMENT = "sale_announcement"
    CONFIRMATION = "confirmation"
    SALE_RULING = "sale_ruling"
    HANDOVER_RECORD = "handover_record"
    DISTRIBUTION_PLAN = "distribution_plan"
    OBJECTION = "objection"
    PAYMENT_PROOF = "payment_proof"
    OTHER = "other"


class ServiceWay(Word):
    IN_PERSON = "in_person"
    ELECTRONIC = "electronic"
    POST = "post"
    PUBLIC_NOTICE = "public_notice"
    WAIVED = "waived"


_WORDS: Final[dict[type[Word], dict[Word, str]]] = {
    DebtorKind: {
        DebtorKind.NATURAL_PERSON: N_("自然人"),
        DebtorKind.OTHER_ORGANISATION: N_("其他组织"),
        DebtorKind.ENTERPRISE: N_("企业法人"),
        DebtorKind.PUBLIC_BODY: N_("非企业法人（事业单位、社会团体等）"),
    },
    Regime: {
        Regime.PRO_RATA: N_("参与分配，按比例受偿"),
        Regime.SEIZURE_ORDER: N_("按查封先后受偿"),
    },
    PartyRole: {
        PartyRole.APPLICANT: N_("申请执行人"),
        PartyRole.RESPONDENT: N_("被执行人"),
        PartyRole.CO_OWNER: N_("共有人"),
        PartyRole.TENANT: N_("承租人"),
        PartyRole.PRIORITY_HOLDER: N_("优先购买权人"),
        PartyRole.MORTGAGEE: N_("抵押权人"),
        PartyRole.CREDITOR: N_("参与分配债权人"),
        PartyRole.INTERESTED: N_("利害关系人"),
        PartyRole.BUYER: N_("买受人"),
    },
    PartyKind: {
        PartyKind.NATURAL_PERSON: N_("自然人"),
        PartyKind.ORGANISATION: N_("法人或其他组织"),
    },
    IdKind: {
        IdKind.RESIDENT_ID: N_("居民身份证"),
        IdKind.CREDIT_CODE: N_("统一社会信用代码"),
        IdKind.OTHER: N_("其他证件"),
    },
    IdentityReason: {
        IdentityReason.VERIFICATION: N_("核对身份"),
        IdentityReason.SERVICE: N_("送达文书"),
        IdentityReason.ENQUIRY: N_("查询财产"),
    },
    ClaimClass: {
        ClaimClass.MEDICAL: N_("人身损害医疗费用"),
        ClaimClass.HOUSING_CONSUMER: N_("商品房消费者购房款"),
        ClaimClass.CONSTRUCTION: N_("建设工程价款"),
        ClaimClass.RETENTION: N_("留置权"),
        ClaimClass.PURCHASE_MONEY: N_("购置款抵押权"),
        ClaimClass.SECURITY: N_("抵押权、质权"),
        ClaimClass.TAX_ARREARS: N_("先发生的欠税"),
        ClaimClass.WAGES: N_("职工工资"),
        ClaimClass.TAX: N_("税款"),
        ClaimClass.RESTITUTION: N_("退赔被害人"),
        ClaimClass.ORDINARY: N_("普通债权"),
        ClaimClass.FINE: N_("罚款、罚金、没收"),
    },
    PropertyKind: {
        PropertyKind.IMMOVABLE: N_("不动产"),
        PropertyKind.MOVABLE: N_("动产"),
        PropertyKind.RIGHT: N_("其他财产权"),
    },
    PropertyCategory: {
        PropertyCategory.RESIDENTIAL: N_("住宅"),
        PropertyCategory.COMMERCIAL: N_("商业用房"),
        PropertyCategory.OFFICE: N_("办公用房"),
        PropertyCategory.INDUSTRIAL: N_("工业用房"),
        PropertyCategory.LAND: N_("土地使用权"),
        PropertyCategory.VEHICLE: N_("机动车"),
        PropertyCategory.SHIP: N_("船舶"),
        PropertyCategory.EQUIPMENT: N_("机器设备"),
        PropertyCategory.EQUITY: N_("股权"),
        PropertyCategory.OTHER: N_("其他"),
    },
    PropertyStatus: {
        PropertyStatus.SEIZED: N_("已查封"),
        PropertyStatus.VALUING: N_("确定参考价中"),
        PropertyStatus.PRICED: N_("参考价已确定"),
        PropertyStatus.ON_SALE: N_("拍卖中"),
        PropertyStatus.SOLD: N_("已成交"),
        PropertyStatus.RELEASED: N_("已解除查封"),
    },
    FactTopic: {
        FactTopic.TITLE: N_("权属"),
        FactTopic.BURDENS: N_("权利负担"),
        FactTopic.OCCUPATION: N_("占有使用"),
        FactTopic.TAXES: N_("欠缴税费"),
        FactTopic.DEFECTS: N_("瑕疵"),
    },
    ObjectionRight: {
        ObjectionRight.OWNERSHIP: N_("所有权"),
        ObjectionRight.CO_OWNERSHIP: N_("共有"),
        ObjectionRight.LEASE: N_("租赁权"),
        ObjectionRight.EXPECTANCY: N_("购房人的物权期待权"),
        ObjectionRight.OTHER: N_("其他足以排除执行的权益"),
    },
    ObjectionState: {
        ObjectionState.PENDING: N_("审查中"),
        ObjectionState.WITHDRAWN: N_("已撤回"),
        ObjectionState.REJECTED: N_("已裁定驳回"),
        ObjectionState.UPHELD: N_("已裁定中止执行"),
        ObjectionState.SUED: N_("异议之诉审理中"),
        ObjectionState.DISMISSED: N_("已判决准许执行"),
        ObjectionState.EXCLUDED: N_("已判决不得执行"),
    },
    DocumentKind: {
        DocumentKind.ENFORCEMENT_BASIS: N_("执行依据"),
        DocumentKind.SEIZURE_RULING: N_("查封裁定"),
        DocumentKind.PHOTOGRAPH: N_("照片"),
        DocumentKind.PROPERTY_PROOF: N_("财产证明材料"),
        DocumentKind.CLAIM_PROOF: N_("债权证明材料"),
        DocumentKind.APPLICATION: N_("申请书"),
        DocumentKind.NOTICE: N_("通知书"),
        DocumentKind.SERVICE_PROOF: N_("送达证明"),
        DocumentKind.WAIVER: N_("放弃声明"),
        DocumentKind.COMMISSION: N_("评估委托书"),
        DocumentKind.APPRAISAL_REPORT: N_("评估报告"),
        DocumentKind.PRICE_RESULT: N_("参考价结果"),
        DocumentKind.PANEL_DECISION: N_("合议庭决定"),
        DocumentKind.SALE_ANNOUNCEMENT: N_("拍卖公告"),
        DocumentKind.CONFIRMATION: N_("成交确认书"),
        DocumentKind.SALE_RULING: N_("拍卖成交裁定"),
        DocumentKind.HANDOVER_RECORD: N_("交付笔录"),
        DocumentKind.DISTRIBUTION_PLAN: N_("财产分配方案"),
        DocumentKind.OBJECTION: N_("异议书"),
        DocumentKind.PAYMENT_PROOF: N_("付款凭证"),
        DocumentKind.OTHER: N_("其他"),
    },
    ServiceWay: {
        ServiceWay.IN_PERSON: N_("直接送达"),
        ServiceWay.ELECTRONIC: N_("电子送达"),
        ServiceWay.POST: N_("邮寄送达"),
        ServiceWay.PUBLIC_NOTICE: N_("公告送达"),
        ServiceWay.WAIVED: N_("书面放弃通知"),
    },
}
