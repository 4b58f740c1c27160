"""Signed notes: what is written is read back, what is forged is seen, and garbage is no note."""

import string
from base64 import b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.rules.notes import (
    BadNote,
    Checkpoint,
    Note,
    cosign,
    cosigned_at,
    is_signed_by,
    proof_file,
    read_checkpoint,
    read_note,
    sign,
)
from kernel.signing import COSIGNS, Signer, public_of

LOG = Signer("court.example/luochui", b"\x01" * 32)
WITNESS = Signer("witness.example", b"\x02" * 32, COSIGNS)
FOUND = Checkpoint("court.example/luochui", 42, bytes(range(32)))
ONES = b64encode(b"\x01" * 32).decode()
AT = datetime(2026, 4, 3, 2, 7, 29, tzinfo=UTC)


def test_a_checkpoint_is_read_back_as_it_was_written() -> None:
    note = read_note(sign(FOUND.body, LOG).text)
    assert read_checkpoint(note.body) == FOUND
    assert is_signed_by(note, LOG.vkey)
    assert note.text == sign(FOUND.body, LOG).text


def test_a_witness_signs_with_the_time_and_stands_beside_the_log() -> None:
    note = sign(FOUND.body, LOG)
    both = read_note(Note(note.body, (*note.signatures, cosign(note.body, WITNESS, AT))).text)
    assert is_signed_by(both, LOG.vkey)
    assert is_signed_by(both, WITNESS.vkey)
    assert cosigned_at(both.signatures[1]) == AT


def test_another_time_or_another_text_is_not_what_the_witness_signed() -> None:
    line = cosign(FOUND.body, WITNESS, AT)
    later = type(line)(line.name, line.key_id, (int.from_bytes(line.raw[:8], "big") + 1).to_bytes(8, "big")
                       + line.raw[8:])
    assert not is_signed_by(Note(FOUND.body, (later,)), WITNESS.vkey)
    other = Checkpoint(FOUND.origin, FOUND.size + 1, FOUND.root)
    assert not is_signed_by(Note(other.body, (line,)), WITNESS.vkey)


def test_the_same_seed_under_another_type_is_another_key() -> None:
    log, witness = (Signer("a", b"\x03" * 32, *kind) for kind in ((), (COSIGNS,)))
    assert public_of(log.vkey)[1] != public_of(witness.vkey)[1]


def test_signatures_of_unknown_keys_are_passed_over_and_false_ones_in_a_known_name_are_not() -> None:
    stranger = Signer("stranger.example", b"\x04" * 32)
    note = sign(FOUND.body, LOG)
    beside = Note(note.body, (*sign(FOUND.body, stranger).signatures, *note.signatures))
    assert is_signed_by(beside, LOG.vkey)
    false = type(note.signatures[0])(LOG.name, LOG.key_id, b"\x00" * 64)
    assert not is_signed_by(Note(note.body, (*note.signatures, false)), LOG.vkey)


ROOT = b64encode(bytes(32)).decode()


@pytest.mark.parametrize("body", [
    "court.example/luochui\n42\n", f"court.example/luochui\n042\n{ROOT}\n", f"\n42\n{ROOT}\n",
    f"a\n-1\n{ROOT}\n", f"a\n42\n{b64encode(bytes(31)).decode()}\n", "a\n42\n!!!\n", f"a\n42\n{ROOT}",
    f"a\n42\n{ROOT}\nmore\n", "a\n42\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n"])
def test_three_lines_that_do_not_fit_are_no_checkpoint(body: str) -> None:
    with pytest.raises(BadNote):
        read_checkpoint(body)


@pytest.mark.parametrize("text", [
    "", "text\n", "text\n\n", "text\n\n- name AAAA\n", "text\n\n— name AAAA", "text\n\n— name AAAA\n",
    "text\n\n— na me AAAAAAAA\n", "te\x00xt\n\n— name AAAAAAAAAA==\n", "x" * 70_000])
def test_what_has_no_signatures_below_an_empty_line_is_no_note(text: str) -> None:
    with pytest.raises(BadNote):
        read_note(text)


@given(st.text(alphabet=string.printable + "—", max_size=300))
def test_garbage_is_a_note_or_is_refused_and_nothing_else_happens(text: str) -> None:
    try:
        note = read_note(text)
        assert not is_signed_by(note, LOG.vkey)
        read_checkpoint(note.body)
    except BadNote:
        return


def test_a_proof_file_holds_leaf_index_path_and_checkpoint() -> None:
    note = sign(FOUND.body, LOG).text
    assert proof_file(b"{}", 7, [b"\x01" * 32], note) == (
        f"c2sp.org/tlog-proof@v1\nextra e30=\nindex 7\n{ONES}\n\n{note}")
