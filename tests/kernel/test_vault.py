"""The vault: what is sealed opens only unaltered, in its place, with its key."""

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from kernel import vault
from kernel.vault import Vault

KEY, OTHER = bytes(range(32)), bytes(32)
PERSON = {"name": "王小明", "id_number": "110101199003070011"}
PLACE = "people.identity:p-7f3k9q2m4h"


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=60), max_size=5), st.text(max_size=40))
def test_what_was_sealed_opens_again(value: dict[str, str], place: str) -> None:
    assert Vault(KEY).open(Vault(KEY).seal(value, place), place) == value


def test_nothing_of_it_can_be_read_at_rest() -> None:
    sealed = Vault(KEY).seal(PERSON, PLACE)
    for text in PERSON.values():
        assert text.encode() not in sealed


def test_the_same_value_never_looks_the_same() -> None:
    assert Vault(KEY).seal(PERSON, PLACE) != Vault(KEY).seal(PERSON, PLACE)


def test_moved_to_another_row_it_does_not_open() -> None:
    sealed = Vault(KEY).seal(PERSON, PLACE)
    with pytest.raises(InvalidTag):
        Vault(KEY).open(sealed, "people.identity:p-another")


def test_with_another_key_it_does_not_open() -> None:
    with pytest.raises(InvalidTag):
        Vault(OTHER).open(Vault(KEY).seal(PERSON, PLACE), PLACE)


@given(st.data())
def test_one_altered_bit_is_noticed(data: st.DataObject) -> None:
    sealed = bytearray(Vault(KEY).seal(PERSON, PLACE))
    at = data.draw(st.integers(1, len(sealed) - 1))
    sealed[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(InvalidTag):
        Vault(KEY).open(bytes(sealed), PLACE)


class TestDigests:
    def test_equal_values_have_equal_digests_however_they_are_written(self) -> None:
        digest = Vault(KEY).digest("11010119900307001x", "id_number")
        assert digest == Vault(KEY).digest(" 110101 1990 0307 001X ", "id_number")
        assert len(digest) == 64

    @pytest.mark.parametrize(("key", "value", "purpose"), [
        (KEY, "王小名", "payer"), (KEY, "王小明", "id_number"), (OTHER, "王小明", "payer")])
    def test_another_value_purpose_or_key_gives_another_digest(self, key: bytes, value: str,
                                                               purpose: str) -> None:
        assert Vault(key).digest(value, purpose) != Vault(KEY).digest("王小明", "payer")


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Vault(bytes(size))


def test_without_a_key_the_vault_is_shut_and_says_how_to_open_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "_installed", None)
    with pytest.raises(RuntimeError, match="LUOCHUI_VAULT_KEY"):
        vault.the_vault()
    vault.install(KEY)
    assert vault.the_vault().open(Vault(KEY).seal(PERSON, PLACE), PLACE) == PERSON
