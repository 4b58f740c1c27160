"""The course of one draw: proposed, frozen, sealed, opened, done. Pure.

Contract: jdraw/v1; rules REF-16.2, LOT-2 to LOT-6. Contributions are bound before the court's
secret is opened; a role that stays away keeps its place with an empty contribution.
"""

from enum import StrEnum
from hashlib import sha256
from typing import Final

from kernel.errors import N_


class DrawState(StrEnum):
    PROPOSED = "proposed"
    REFUSED = "refused"
    SEALING = "sealing"
    OPENING = "opening"
    DONE = "done"

    @property
    def word(self) -> str:
        return _WORDS[self]


_WORDS: Final = {
    DrawState.PROPOSED: N_("等第二人核准名单"),
    DrawState.REFUSED: N_("名单未获核准"),
    DrawState.SEALING: N_("名单已冻结，各方封存"),
    DrawState.OPENING: N_("各方开启"),
    DrawState.DONE: N_("已摇出"),
}

ROLES: Final = ("applicant", "observer", "respondent")
"""Who may contribute to every draw: both sides and an observer, sorted as they enter the seed."""

ROLE_NAMES: Final = {"applicant": N_("申请执行人"), "respondent": N_("被执行人"),
                     "observer": N_("监督员")}


def nonce_of(phrase: str) -> bytes:
    """The contribution behind a phrase that somebody chooses and keeps to themselves.

    SHA-256 of its UTF-8 bytes without surrounding blanks, so that anyone can make it by hand.
    """
    return sha256(phrase.strip().encode()).digest()
