"""Whatever the log can say was done, people read in words, in Chinese and in English."""

import pytest
from flask import Flask
from flask_babel import force_locale

from audit.kinds import Kind
from kernel.languages import say


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_leaf_has_words_in_both_languages(app: Flask, kind: Kind) -> None:
    with app.test_request_context(), force_locale("en"):
        english = say(kind.word)
    assert kind.value not in (kind.word, english)
    assert english != kind.word
    assert english.isascii()


def test_no_two_kinds_share_their_words() -> None:
    words = [kind.word for kind in Kind]
    assert sorted(words) == sorted(set(words))
