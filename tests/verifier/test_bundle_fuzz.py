"""Whatever lies in a zip or a receipt, the verifier answers 0, 1 or 2; it never falls over."""

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verifier import browser
from tests.verifier.bundles import Files, Key, Log, Sale, a_draw, a_plan, bundle, pack, with_manifest
from tests.verifier.conftest import examine
from tests.verifier.test_verify_fuzz import JSON, mutate
from verifier import verify

WITNESS = Key("witness.example/w1", 4)


def bases() -> dict[str, Files]:
    sale = Sale(random.Random(5), bids=6, suspended=True)  # noqa: S311 - the same course in every run
    log, size = sale.log, len(sale.log.leaves)
    place = sale.places("bid")[1]
    draw, plan = Log(), Log()
    drawn, _ = a_draw(draw)
    planned, opening = a_plan(plan)
    return {
        "lot": bundle(log, sale.subject, witnesses=[WITNESS], earlier=log.checkpoint(9), sizes=[9, size - 1],
                      receipts={"r": log.proof(place, size - 1)}, openings=sale.openings, others=True),
        "draw": bundle(draw, drawn), "plan": bundle(plan, planned, plan=opening),
    }


BASES = bases()
NAMES = [(base, name) for base, files in BASES.items() for name in files]


def answers(files: Files, *, fitting: bool = True) -> int:
    raw = pack(with_manifest(files) if fitting and "manifest.json" in files else files)
    return examine(raw, [Log().key], [WITNESS]).status


def test_the_bases_of_the_fuzz_hold() -> None:
    assert examine(pack(BASES["lot"]), [Log().key], [WITNESS]).status == 0
    for base in ("draw", "plan"):
        assert examine(pack(BASES[base]), [Log().key]).status == 0


@settings(max_examples=300, deadline=None)
@given(raw=st.binary(max_size=400))
def test_bytes_that_are_no_zip_are_refused(raw: bytes) -> None:
    assert examine(raw, [Log().key]).status == 2


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_zip_with_bytes_changed_cut_or_doubled_is_answered_or_refused(data: st.DataObject) -> None:
    raw = bytearray(pack(BASES[data.draw(st.sampled_from(sorted(BASES)))]))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        if data.draw(st.booleans()):
            at = len(raw) - 1 - at % 400  # the directory of the zip lies at its end
        raw[at % len(raw)] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        raw = raw[: data.draw(st.integers(0, len(raw)))]
    if data.draw(st.booleans()):
        raw += raw[data.draw(st.integers(0, len(raw))) :]
    assert examine(bytes(raw), [Log().key], [WITNESS]).status in (0, 1, 2)


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_an_entry_with_any_bytes_changed_is_answered_or_refused(data: st.DataObject) -> None:
    base, name = data.draw(st.sampled_from(NAMES))
    raw = BASES[base][name]
    start, end = sorted((data.draw(st.integers(0, len(raw))), data.draw(st.integers(0, len(raw)))))
    kept = raw[end:] if data.draw(st.booleans()) else raw[start:]
    changed = raw[:start] + data.draw(st.binary(max_size=20)) + kept
    assert answers({**BASES[base], name: changed}, fitting=name != "manifest.json") in (0, 1, 2)


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_json_with_something_changed_is_answered_or_refused(data: st.DataObject) -> None:
    base, name = data.draw(st.sampled_from([one for one in NAMES if "json" in one[1]]))
    raw = BASES[base][name]
    if name.endswith(".ndjson"):
        values = [json.loads(line) for line in raw.splitlines()]
        mutate(values, data)
        changed = b"".join(json.dumps(value).encode() + b"\n" for value in values)
    else:
        value = json.loads(raw)
        if value:
            mutate(value, data)
        changed = json.dumps(value).encode()
    assert answers({**BASES[base], name: changed}, fitting=name != "manifest.json") in (0, 1, 2)


@pytest.mark.parametrize("base", ["lot", "draw", "plan"])
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_log_that_signs_anything_is_answered_or_refused(base: str, data: st.DataObject) -> None:
    """Leaves changed at will and signed by the log's own key: only the rules stand against them."""
    files = BASES[base]
    log, subject = Log(), json.loads(files["manifest.json"])["subject"]
    for line in files["leaves.ndjson"].splitlines():
        leaf: Any = json.loads(verify.read_base64(json.loads(line)["leaf"], "a leaf"))
        if data.draw(st.integers(0, 3)) == 0:
            mutate(leaf, data)
        if isinstance(leaf.get("body"), dict) and isinstance(leaf.get("kind"), str):
            log.add(leaf["kind"], subject, leaf["body"], actor=str(leaf.get("actor")))
    assert examine(pack(bundle(log, subject)), [log.key]).status in (0, 1, 2)


@settings(max_examples=300, deadline=None)
@given(value=JSON, data=st.data())
def test_a_receipt_with_something_changed_is_answered_or_refused(value: Any, data: st.DataObject) -> None:
    log = Log()
    a_draw(log)
    receipt = log.receipt(1, 0, 3)
    mutate(receipt, data)
    key = verify.read_key(log.receipt_key.vkey, verify.ED25519)
    for given_value in (receipt, value, {**receipt, "leaf": value}):
        findings = verify.Findings("signature", "path", "in_bundle")
        browsers = browser.ask_of_receipt(given_value, log.receipt_key.vkey)
        try:
            read = verify.read_receipt(verify.Field(given_value))
        except (verify.Refused, verify.Unreadable):
            assert browsers["status"] == 2
            continue
        verify.check_receipt(read, key, findings)
        assert browsers["value"]["checks"] == findings.checks
        assert verify.for_people("receipt", findings, 1)
