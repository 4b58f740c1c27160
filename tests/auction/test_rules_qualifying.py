"""The way to a code: what is done, what comes next, what keeps a person out."""

import pytest

from auction.rules.qualifying import NEED_WORDS, Mark, Need, Seeker, marks, missing_count

D, N, L, B = Mark.DONE, Mark.NEXT, Mark.LATER, Mark.BARRED


@pytest.mark.parametrize(("seeker", "expect", "missing"), [
    (Seeker(), [N, L, L, L], 4),
    (Seeker(is_signed_in=True), [D, N, L, L], 3),
    (Seeker(is_signed_in=True, is_bidder=True), [D, D, N, L], 2),
    (Seeker(is_signed_in=True, is_bidder=True, has_accepted=True), [D, D, D, N], 1),
    (Seeker(is_signed_in=True, is_bidder=True, has_accepted=True, has_paid=True), [D, D, D, D], 0),
    (Seeker(is_signed_in=True, barred_by="AUC-34"), [D, B, L, L], 3),
    (Seeker(is_signed_in=True, is_bidder=True, barred_by="AUC-24.3"), [D, D, B, L], 2),
])
def test_the_first_step_not_done_is_the_next_or_the_bar(seeker: Seeker, expect: list[Mark],
                                                        missing: int) -> None:
    assert list(marks(seeker).values()) == expect
    assert missing_count(seeker) == missing


def test_every_step_says_what_to_do_and_by_which_rule() -> None:
    for need in Need:
        words = NEED_WORDS[need]
        assert words.title
        assert words.text
        assert words.rule.startswith("AUC-")
        assert words.article
