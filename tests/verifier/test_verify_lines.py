"""What is written as usual is read faster, and never otherwise than in full."""

import json
import random
from typing import Any

import pytest

from tests.verifier.bundles import Log, canonical
from verifier import verify

SAID = ["a", "竞", '"', "\\", "\x7f", "\u2028", " ", "/", "x" * 200, "x" * 201, "", "AB" * 32, "0" * 63,
        0, 1, -1, 10**14, 10**15, 2**53, 1.0, True, None, [], {}, {"a": "竞"}]
BYTES = [b"", b"0", b'"', b" ", b"}", b"\\", b"\n", b"\xff", b",", b"z"]


def a_leaf(rng: random.Random) -> dict[str, Any]:
    return {
        "v": 1, "alg": "std", "log": "court.example/luochui", "kind": "bid", "subject": "lot:L-7/1",
        "seq": 12, "prev": rng.randbytes(32).hex(), "at": "2026-04-02T10:01:00.000+08:00", "actor": "code:B1",
        "body": {"bid": {"code": "B1", "amount_fen": rng.choice([0, 5, -3, 10**15, 2**53 - 1])},
                 "decision": {"accepted": True, "reason": None, "of": ["竞", {}, [], "\n\\\""]}},
    }


def read(reader: Any, raw: bytes) -> Any:
    try:
        return reader(raw)
    except ValueError as error:
        return str(error)


def in_full(raw: bytes) -> verify.Said:
    return verify.read_any_leaf(raw)


def as_usual(raw: bytes) -> verify.Said:
    return verify.read_usual_leaf(raw) or verify.read_any_leaf(raw)


def test_a_leaf_as_the_platform_writes_it_is_read_the_short_way() -> None:
    raw = canonical(a_leaf(random.Random(1)))  # noqa: S311 - the same course in every run
    assert verify.read_usual_leaf(raw) == in_full(raw)


@pytest.mark.parametrize("raw", [
    b'{"a":1,"a":1}', b'{"b":1,"a":1}', b'{"a": 1}', b'{"a":1.0}', b'{"a":1e3}', b'{"a":9007199254740992}',
    b'{"a":-0}', b'{"a":01}', b'{"a":"\\u0041"}', b'{"a":"\\/"}', b'{"a":"\\ud800"}', b'{"a":NaN}',
    b'{"a":"\xff"}', b'{"a":1}}', b'{"a":1},"x":{"b":2}', b'{}{}', b'{"a":' + b"[" * 63 + b"]" * 63 + b"}",
    b'{"a":' + b"[" * 62 + b"]" * 62 + b"}", b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}",
    b'{"a":[' + b",".join([b"{}"] * 100) + b"]}",
    b'{},"kind":"bid","log":"l","prev":"' + b"0" * 64 + b'","seq":1,"subject":"s","v":1}',
    b'{"body":{},"kind":"bid","log":"l"}'])
def test_whatever_stands_in_the_place_of_the_body_is_judged_as_in_full(raw: bytes) -> None:
    leaf = canonical(a_leaf(random.Random(1)) | {"body": 0})  # noqa: S311
    leaf = leaf.replace(b'"body":0', b'"body":' + raw)
    assert read(as_usual, leaf) == read(in_full, leaf)


@pytest.mark.parametrize("name", ["actor", "alg", "at", "kind", "log", "prev", "seq", "subject", "v", "body"])
def test_whatever_a_member_says_is_judged_as_in_full(name: str) -> None:
    rng = random.Random(2)  # noqa: S311
    for value in SAID:
        raw = canonical(a_leaf(rng) | {name: value})
        assert read(as_usual, raw) == read(in_full, raw)


def test_one_byte_more_less_or_otherwise_is_judged_as_in_full() -> None:
    rng = random.Random(3)  # noqa: S311
    for _ in range(3000):
        raw = bytearray(canonical(a_leaf(rng)))
        place = rng.randrange(len(raw))
        raw[place:place + rng.randrange(2)] = rng.choice(BYTES)
        assert read(as_usual, bytes(raw)) == read(in_full, bytes(raw))


# --- proofs --------------------------------------------------------------------------------------


def proof_line(index: int, size: int, path: list[str], *, blanks: bool = False) -> bytes:
    separators = (", ", ": ") if blanks else (",", ":")
    return json.dumps({"index": index, "path": path, "size": size}, separators=separators).encode()


def told(reader: Any, line: bytes) -> Any:
    try:
        return reader(line, 1)
    except (verify.Refused, verify.Unreadable) as refusal:
        return type(refusal), str(refusal)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 33, 64, 200])
def test_the_lines_of_proofs_say_the_same_one_after_the_other_as_each_alone(size: int) -> None:
    rng = random.Random(size)  # noqa: S311
    tree = Log(leaves=[b"%d" % i for i in range(size)]).tree()
    usual = [proof_line(i, size, [hash_.hex() for hash_ in tree.path(i)]) for i in range(size)]
    for _ in range(40):
        proofs = verify.Proofs()
        for index in sorted(rng.sample(range(size), rng.randrange(1, size + 1))):
            line = usual[index]
            if rng.random() < 0.2:
                line = proof_line(index, size, [hash_.hex() for hash_ in tree.path(index)], blanks=True)
            for each in (*(spoilt(rng, line) for _ in range(3)), line):
                assert told(proofs.read, each) == told(verify.read_proof_line, each)


def spoilt(rng: random.Random, line: bytes) -> bytes:
    """A line with something cut off, put in, or doubled."""
    place = rng.randrange(len(line))
    end = min(len(line), place + rng.choice([0, 1, 2, 66, 67, 68, 134]))
    put = rng.choice([b"", b"0", b"F", b'"', b" ", b"]", line[place:end] * 2])
    return line[:place] + put + line[end:]


def test_a_line_is_not_taken_to_go_on_behind_the_end_of_a_path() -> None:
    one, two = "ab" * 32, "cd" * 32
    proofs = verify.Proofs()
    first = proof_line(0, 4, [one, two])
    proofs.read(first, 1)
    begin = b'{"index":%d,"path":['
    for index in (1, 2, 3, 4, 2**20):
        for hashes in range(5):
            for rest in (b"", b"}", b'],"size":4}', first[-10:], first[-77:]):
                line = begin % index + b'"%b",' % one.encode() * hashes + rest
                assert told(proofs.read, line) == told(verify.read_proof_line, line)
