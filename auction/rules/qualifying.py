"""The way to a code: its steps, which of them are done, what comes next and by which rule. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kernel.errors import N_


class Need(StrEnum):
    """What a reader needs before a bid is taken, in the order in which one gets it."""

    SIGN_IN = "sign_in"
    IDENTITY = "identity"
    NOTICES = "notices"
    DEPOSIT = "deposit"


class Mark(StrEnum):
    DONE = "done"
    NEXT = "next"
    LATER = "later"
    BARRED = "barred"


@dataclass(frozen=True, slots=True)
class Seeker:
    """How far a reader without a code has come.

    Attributes:
        is_bidder: registered as a bidder, with a verified identity number.
        barred_by: the rule that keeps this person out; empty where none does.
        has_accepted: registered for the sale, which is accepting its special notices.
        has_paid: the deposit has come; the code follows by itself.
    """

    is_signed_in: bool = False
    is_bidder: bool = False
    barred_by: str = ""
    has_accepted: bool = False
    has_paid: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A step in words; rule and article say why it is asked."""

    title: str
    text: str
    rule: str
    article: str


NEED_WORDS: Final[Mapping[Need, Words]] = MappingProxyType({
    Need.SIGN_IN: Words(N_("登录"), N_("竞买代码只发给登录的本人。"), "AUC-18.2",
                        "网络司法拍卖规定第十八条"),
    Need.IDENTITY: Words(N_("实名登记为竞买人"), N_("用本人的证件号码登记，保证金须以实名交纳。"),
                         "AUC-17.2", "网络司法拍卖规定第十七条第一款"),
    Need.NOTICES: Words(N_("接受特别提示"), N_("读完并接受，才领得到缴款码。"), "AUC-14",
                        "网络司法拍卖规定第十四条"),
    Need.DEPOSIT: Words(N_("保证金到账"), N_("从本人账户缴，竞价结束前到账都可以出价。"), "AUC-17.2",
                        "网络司法拍卖规定第十七条第一款"),
})


def marks(seeker: Seeker) -> dict[Need, Mark]:
    """Each step with its mark; the first that is not done is the next one, or the bar."""
    done = {Need.SIGN_IN: seeker.is_signed_in, Need.IDENTITY: seeker.is_bidder,
            Need.NOTICES: seeker.has_accepted, Need.DEPOSIT: seeker.has_paid}
    found: dict[Need, Mark] = {}
    for need, is_done in done.items():
        if is_done and all(mark is Mark.DONE for mark in found.values()):
            found[need] = Mark.DONE
        elif all(mark is Mark.DONE for mark in found.values()):
            found[need] = Mark.BARRED if seeker.barred_by else Mark.NEXT
        else:
            found[need] = Mark.LATER
    return found


def missing_count(seeker: Seeker) -> int:
    """How many steps are still to be taken."""
    return sum(mark is not Mark.DONE for mark in marks(seeker).values())
