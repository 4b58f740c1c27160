"""The words a sale begins with: announcement, disclosures, special notices, from what is known.

The court's officer reads and completes them; nothing is asserted here that the case does not say.
Chinese is the language of the announcement itself, so these texts are content, not interface.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from accounts.rules.contact import Contact
from auction.rules.disclosure import AnnouncementPart, DisclosureItem, SpecialNotice
from auction.rules.publication_facts import PersonNotified
from kernel.money import Fen, yuan_text

_NOTICES: Final = {
    SpecialNotice.CAPACITY:
        "竞买人应当具备完全民事行为能力；法律、行政法规和司法解释对买受人资格或者条件有特殊规定的，"
        "竞买人应当具备规定的资格或者条件。",
    SpecialNotice.AGENTS:
        "委托他人代为竞买的，应当在竞价程序开始前经人民法院确认，并通知网络服务提供者。",
    SpecialNotice.AS_IS: "拍卖财产以实物现状为准，竞买人可以申请实地看样。",
    SpecialNotice.ACCEPTANCE:
        "竞买人决定参与竞买的，视为对拍卖财产完全了解，并接受拍卖财产一切已知和未知瑕疵。",
    SpecialNotice.BUYER_PUBLISHED: "载明买受人真实身份的拍卖成交确认书在网络司法拍卖平台上公示。",
    SpecialNotice.DEPOSIT_LOST: "买受人悔拍后保证金不予退还。",
}


def first_notices(facts: Mapping[str, str]) -> dict[str, str]:
    """The seven special notices; known defects and burdens in the words of the established facts."""
    known = "".join(_sentence(facts[topic]) for topic in ("defects", "burdens") if topic in facts)
    words = {**_NOTICES, SpecialNotice.DEFECTS: known}
    return {notice.value: words[notice] for notice in SpecialNotice}


def first_announcement(*, title: str, address: str, facts: Mapping[str, str], court: str,
                       window: timedelta) -> dict[str, str]:
    """The parts of the announcement; the figures are printed beside them from the terms.

    Args:
        title: what is sold.
        address: where it is; empty for what has no place.
        facts: what was established, by topic.
        court: its full name.
        window: how long before the end a bid moves the end (AUC-20.4).
    """
    minutes = int(window.total_seconds()) // 60
    return {part.value: text for part, text in {
        AnnouncementPart.PROPERTY:
            title if address in ("", title) else f"{title}，坐落于{address}。",
        AnnouncementPart.PRICE: "处置参考价、起拍价和增价幅度以本公告所列数额为准。起拍价即保留价。",
        AnnouncementPart.DEPOSIT:
            "保证金以本公告所列数额为准。竞买人报名后凭系统生成的缴款码，在竞价结束前以本人账户足额缴纳。",
        AnnouncementPart.BIDDER_CONDITIONS:
            "具备完全民事行为能力的自然人、法人和非法人组织均可参加竞买；"
            "依法不得参加竞买的，不得参加。",
        AnnouncementPart.DEFECTS: facts.get("defects", ""),
        AnnouncementPart.RIGHTS_AND_DUTIES:
            "买受人应当在公告确定的期限内付清余款。标的物所有权自拍卖成交裁定送达买受人时起转移。"
            "未成交的竞买人，保证金在竞价结束后全额退还。",
        AnnouncementPart.LIABILITY:
            "买受人悔拍的，保证金不予退还，并不得参加重新拍卖。恶意串通、扰乱拍卖秩序的，依法承担责任。",
        AnnouncementPart.TIME:
            f"竞价起止时间以本公告所列时间为准。最后 {minutes} 分钟内有人出价的，"
            f"竞价时间自该次出价起顺延 {minutes} 分钟。",
        AnnouncementPart.PLATFORM: "落槌网络司法拍卖平台",
        AnnouncementPart.COURT: court,
    }.items()}


def first_disclosures(*, basis: str, facts: Mapping[str, str], contact: str, price_basis: str,
                      priority_rights: str) -> dict[DisclosureItem, str]:
    """The items of article 13 that the case already answers; the others are for the officer.

    Args:
        basis: the paper that is enforced.
        facts: what was established, by topic.
        contact: see ``contact_words``.
        price_basis: see ``price_words``.
        priority_rights: who has a priority right, as put before the panel.
    """
    condition = "".join(_sentence(facts[topic])
                        for topic in ("title", "burdens", "occupation", "defects") if topic in facts)
    return {
        DisclosureItem.ANNOUNCEMENT: "拍卖公告全文与本公示事项一并发布。",
        DisclosureItem.ENFORCEMENT_BASIS: basis,
        DisclosureItem.PRICE_BASIS: price_basis,
        DisclosureItem.TIME_PRICE_RULES: "竞价时间、起拍价、增价幅度和延时规则以本公告所列为准。",
        DisclosureItem.CONDITION: condition,
        DisclosureItem.PRIORITY_RIGHTS: priority_rights,
        DisclosureItem.NOTICES: "",
        DisclosureItem.PAYMENT: "保证金和余款缴入法院案款专户，凭系统给出的缴款码汇入。",
        DisclosureItem.TAXES: facts.get("taxes", ""),
        DisclosureItem.COURT_CONTACT: contact,
        DisclosureItem.OTHER: "",
    }


def contact_words(court: str, contact: Contact) -> str:
    """Whom to ask and where to complain (AUC-13, item 10).

    Empty while the court has not said both: what the law wants is then missing, and the gate says so.
    """
    if not contact.suffices:
        return ""
    known = {"地址": contact.address, "联系电话": contact.telephone,
             "监督电话": contact.supervision_telephone, "电子邮箱": contact.email,
             "办公时间": contact.office_hours}
    return "；".join([f"{court}执行局", *(f"{name}：{said}" for name, said in known.items() if said)]) + "。"


def price_words(amount_fen: Fen, valid_until_on: date, method: str) -> str:
    """What the sale's price rests on (AUC-13, item 3)."""
    return (f"处置参考价 {yuan_text(amount_fen)} 元，以{method}方式确定，"
            f"有效期至 {valid_until_on.isoformat()}。")


def notices_words(people: Sequence[tuple[str, PersonNotified]]) -> str:
    """Who was told of the sale, and how (AUC-13, item 7); by their roles, not by their names.

    Empty while somebody is still to be told. Each pair is a role and how its holder learnt of it.
    """
    said = []
    for role, person in people:
        if person.waived_in_writing:
            said.append(f"{role}书面表示放弃接受通知")
        elif person.received_on is not None:
            said.append(f"{role}已于 {person.received_on.isoformat()} 收到通知")
        elif person.posted_on is not None:
            said.append(f"{role}无法通知（{person.unreachable_reason}），"
                        f"已于 {person.posted_on.isoformat()} 公示")
        else:
            return ""
    return "；".join(said) + "。" if said else ""


def _sentence(text: str) -> str:
    return text if text.endswith(("。", "！", "；")) else f"{text}。"
