"""The words a sale begins with: announcement, disclosures, special notices, from what is known.

The court's officer reads and completes them; nothing is asserted here that the case does not say.
Chinese is the language of the announcement itself, so these texts are content, not interface.
"""

from collections.abc import Mapping
from typing import Final

from auction.rules.disclosure import AnnouncementPart, DisclosureItem, SpecialNotice

_NOTICES: Final = {
    SpecialNotice.CAPACITY:
        "竞买人应当具备完全民事行为能力；法律、行政法规和司法解释对买受人"
        "资格或者条件有特殊规定的，竞买人应当具备规定的资格或者条件。",
    SpecialNotice.AGENTS: "委托他人代为竞买的，应当在竞价程序开始前经人民法院确认，并通知网络服务提供者。",
    SpecialNotice.AS_IS: "拍卖财产以实物现状为准，竞买人可以申请实地看样。",
    SpecialNotice.ACCEPTANCE:
        "竞买人决定参与竞买的，视为对拍卖财产完全了解，"
        "并接受拍卖财产一切已知和未知瑕疵。",
    SpecialNotice.BUYER_PUBLISHED: "载明买受人真实身份的拍卖成交确认书在网络司法拍卖平台上公示。",
    SpecialNotice.DEPOSIT_LOST: "买受人悔拍后保证金不予退还。",
}


def first_notices(facts: Mapping[str, str]) -> dict[str, str]:
    """The seven special notices; known defects and burdens in the words of the established facts."""
    known = "；".join(facts[topic] for topic in ("defects", "burdens") if topic in facts)
    words = {**_NOTICES, SpecialNotice.DEFECTS: f"已知瑕疵和权利负担：{known}" if known else ""}
    return {notice.value: words[notice] for notice in SpecialNotice}


def first_announcement(title: str, address: str, facts: Mapping[str, str], court: str) -> dict[str, str]:
    """The parts of the announcement; price, deposit and time are printed from the terms."""
    return {
        AnnouncementPart.PROPERTY.value: f"{title}，坐落：{address}",
        AnnouncementPart.PRICE.value: "起拍价、增价幅度见本公告所列数额。",
        AnnouncementPart.DEPOSIT.value: "保证金见本公告所列数额，在竞价结束前缴入法院保证金专户。",
        AnnouncementPart.BIDDER_CONDITIONS.value:
            "具备完全民事行为能力的自然人、法人和非法人组织均可参加竞买；依法不得参加竞买的除外。",
        AnnouncementPart.DEFECTS.value: facts.get("defects", ""),
        AnnouncementPart.RIGHTS_AND_DUTIES.value:
            "买受人应当在公告确定的期限内付清余款；"
            "标的物所有权自拍卖成交裁定送达买受人时起转移。",
        AnnouncementPart.LIABILITY.value:
            "买受人悔拍的，保证金不予退还，并不得参加重新拍卖；恶意串通的，依法承担责任。",
        AnnouncementPart.TIME.value: "竞价起止时间见本公告所列时间，最后五分钟内有出价的自动延时。",
        AnnouncementPart.PLATFORM.value: "落槌网络司法拍卖平台",
        AnnouncementPart.COURT.value: court,
    }


def first_disclosures(basis: str, facts: Mapping[str, str], court: str) -> dict[DisclosureItem, str]:
    """The items of article 13 that the case already answers; the others are for the officer."""
    condition = "\n".join(facts[topic] for topic in ("title", "burdens", "occupation", "defects")
                          if topic in facts)
    return {
        DisclosureItem.ANNOUNCEMENT: "见本页拍卖公告。",
        DisclosureItem.ENFORCEMENT_BASIS: basis,
        DisclosureItem.PRICE_BASIS: "",
        DisclosureItem.TIME_PRICE_RULES: "竞价时间、起拍价、增价幅度和延时规则见本页。",
        DisclosureItem.CONDITION: condition,
        DisclosureItem.PRIORITY_RIGHTS: "",
        DisclosureItem.NOTICES: "",
        DisclosureItem.PAYMENT: "保证金和余款缴入法院案款专户，凭系统给出的缴款码汇入。",
        DisclosureItem.TAXES: facts.get("taxes", ""),
        DisclosureItem.COURT_CONTACT: f"{court}执行局",
        DisclosureItem.OTHER: "",
    }
