"""What must be shown on the day of publication, item by item (AUC-12.3, AUC-13, AUC-14)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kernel.errors import N_


class AnnouncementPart(StrEnum):
    """What the announcement itself says at least (网络司法拍卖规定第十二条第二款)."""

    PROPERTY = "property"
    PRICE = "price"
    DEPOSIT = "deposit"
    BIDDER_CONDITIONS = "bidder_conditions"
    DEFECTS = "defects"
    RIGHTS_AND_DUTIES = "rights_and_duties"
    LIABILITY = "liability"
    TIME = "time"
    PLATFORM = "platform"
    COURT = "court"


class DisclosureItem(StrEnum):
    """The eleven items of 网络司法拍卖规定第十三条, in its order."""

    ANNOUNCEMENT = "announcement"
    ENFORCEMENT_BASIS = "enforcement_basis"
    PRICE_BASIS = "price_basis"
    TIME_PRICE_RULES = "time_price_rules"
    CONDITION = "condition"
    PRIORITY_RIGHTS = "priority_rights"
    NOTICES = "notices"
    PAYMENT = "payment"
    TAXES = "taxes"
    COURT_CONTACT = "court_contact"
    OTHER = "other"


class SpecialNotice(StrEnum):
    """The seven special notices (特别提示) of 网络司法拍卖规定第十四条, in its order."""

    CAPACITY = "capacity"
    AGENTS = "agents"
    DEFECTS = "defects"
    AS_IS = "as_is"
    ACCEPTANCE = "acceptance"
    BUYER_PUBLISHED = "buyer_published"
    DEPOSIT_LOST = "deposit_lost"


@dataclass(frozen=True, slots=True)
class Text:
    """How an item is called on a form, and what is said when it is missing."""

    label: str
    missing: str


ANNOUNCEMENT_TEXTS: Final[Mapping[AnnouncementPart, Text]] = MappingProxyType({
    AnnouncementPart.PROPERTY: Text(N_("拍卖财产"), N_("公告没有写明拍卖财产。")),
    AnnouncementPart.PRICE: Text(N_("价格"), N_("公告没有写明价格。")),
    AnnouncementPart.DEPOSIT: Text(N_("保证金"), N_("公告没有写明保证金。")),
    AnnouncementPart.BIDDER_CONDITIONS: Text(N_("竞买人条件"), N_("公告没有写明竞买人条件。")),
    AnnouncementPart.DEFECTS: Text(N_("已知瑕疵"), N_("公告没有写明拍卖财产的已知瑕疵。")),
    AnnouncementPart.RIGHTS_AND_DUTIES: Text(N_("相关权利义务"), N_("公告没有写明相关权利义务。")),
    AnnouncementPart.LIABILITY: Text(N_("法律责任"), N_("公告没有写明法律责任。")),
    AnnouncementPart.TIME: Text(N_("拍卖时间"), N_("公告没有写明拍卖时间。")),
    AnnouncementPart.PLATFORM: Text(N_("网络平台"), N_("公告没有写明网络平台。")),
    AnnouncementPart.COURT: Text(N_("拍卖法院"), N_("公告没有写明拍卖法院。")),
})

DISCLOSURE_TEXTS: Final[Mapping[DisclosureItem, Text]] = MappingProxyType({
    DisclosureItem.ANNOUNCEMENT: Text(
        N_("拍卖公告"), N_("还没有拍卖公告。")),
    DisclosureItem.ENFORCEMENT_BASIS: Text(
        N_("执行所依据的法律文书"),
        N_("没有公示执行所依据的法律文书；依法不得公开的，请写明理由。")),
    DisclosureItem.PRICE_BASIS: Text(
        N_("评估报告副本或者定价依据"), N_("没有公示评估报告副本；未经评估的，请公示定价依据。")),
    DisclosureItem.TIME_PRICE_RULES: Text(
        N_("拍卖时间、起拍价以及竞价规则"), N_("没有公示拍卖时间、起拍价以及竞价规则。")),
    DisclosureItem.CONDITION: Text(
        N_("权属、占有使用、附随义务等现状"),
        N_("没有公示权属、占有使用、附随义务等现状的文字说明、视频或者照片。")),
    DisclosureItem.PRIORITY_RIGHTS: Text(
        N_("优先购买权主体以及权利性质"),
        N_("没有公示优先购买权主体以及权利性质；没有优先购买权人的，请写明。")),
    DisclosureItem.NOTICES: Text(
        N_("通知或者无法通知的情况"),
        N_("没有公示通知或者无法通知当事人、已知优先购买权人的情况。")),
    DisclosureItem.PAYMENT: Text(
        N_("保证金、价款的支付方式和账户"), N_("没有公示保证金、拍卖款项的支付方式和账户。")),
    DisclosureItem.TAXES: Text(
        N_("税费及承担方式"), N_("没有公示产权转移可能产生的税费及承担方式。")),
    DisclosureItem.COURT_CONTACT: Text(
        N_("执行法院名称，联系、监督方式"), N_("没有公示执行法院名称，联系、监督方式。")),
    DisclosureItem.OTHER: Text(
        N_("其他应当公示的信息"), N_("没有填写其他应当公示的信息；没有的，请写明。")),
})

NOTICE_TEXTS: Final[Mapping[SpecialNotice, Text]] = MappingProxyType({
    SpecialNotice.CAPACITY: Text(
        N_("竞买人的行为能力和特别资格"),
        N_("缺少特别提示：竞买人应当具备完全民事行为能力和规定的资格或者条件。")),
    SpecialNotice.AGENTS: Text(
        N_("委托竞买须事先确认"), N_("缺少特别提示：委托他人竞买的，应当在竞价开始前经法院确认。")),
    SpecialNotice.DEFECTS: Text(
        N_("已知瑕疵和权利负担"), N_("缺少特别提示：拍卖财产的已知瑕疵和权利负担。")),
    SpecialNotice.AS_IS: Text(
        N_("以实物现状为准"), N_("缺少特别提示：以实物现状为准，可以申请实地看样。")),
    SpecialNotice.ACCEPTANCE: Text(
        N_("参与竞买视为了解并接受瑕疵"),
        N_("缺少特别提示：决定参与竞买的，视为完全了解并接受一切已知和未知瑕疵。")),
    SpecialNotice.BUYER_PUBLISHED: Text(
        N_("公示买受人真实身份"), N_("缺少特别提示：载明买受人真实身份的成交确认书将公示。")),
    SpecialNotice.DEPOSIT_LOST: Text(
        N_("悔拍不退保证金"), N_("缺少特别提示：买受人悔拍后保证金不予退还。")),
})

NEVER_ABSENT: Final = frozenset({
    DisclosureItem.ANNOUNCEMENT, DisclosureItem.TIME_PRICE_RULES, DisclosureItem.PAYMENT,
    DisclosureItem.COURT_CONTACT,
})
"""Items that every sale has; the others may be "not applicable", with the reason."""

_NUMERALS: Final = "一二三四五六七八九"


def _item_article(article: str, position: int) -> str:
    ten, one = divmod(position, 10)
    shown = ("十" if ten else "") + (_NUMERALS[one - 1] if one else "")
    return f"网络司法拍卖规定{article}第（{shown}）项"


DISCLOSURE_ARTICLES: Final[Mapping[DisclosureItem, str]] = MappingProxyType({
    item: _item_article("第十三条", position) for position, item in enumerate(DisclosureItem, 1)})
NOTICE_ARTICLES: Final[Mapping[SpecialNotice, str]] = MappingProxyType({
    item: _item_article("第十四条", position) for position, item in enumerate(SpecialNotice, 1)})
