"""What of static/verify/ the comparison with verify.py does not show: known answers, a browser's limits."""

import io
import random
import struct
import zipfile
from typing import Any

import pytest

from tests.verifier import browser
from tests.verifier.bundles import Files, Key, Log, Sale, bundle, canonical, pack
from tests.verifier.conftest import Vectors


def a_bundle() -> Files:
    sale = Sale(random.Random(3), bids=5)  # noqa: S311 - the same course in every run
    return bundle(sale.log, sale.subject)


def status(raw: bytes) -> Any:
    return browser.ask_of_bundle(raw, [Log().key.vkey])["status"]


def test_every_known_answer_of_trees_and_proofs_comes_out(merkle: Vectors) -> None:
    asked = [case for case in merkle.values() if "leaves" not in case["input"]]
    assert len(asked) == 90
    for case in asked:
        value = browser.ask("tree", canonical(case))["value"]
        assert value["holds"] is case["expect"]["valid"], case["id"]
        assert value.get("alike", True), case["id"]
        if "leaf_hash" in case["expect"]:
            assert value["leaf_hash"] == case["expect"]["leaf_hash"]


@pytest.mark.parametrize(("command", "vectors"), [
    ("redraw", "draw"), ("replay", "replay"), ("compute", "plan")])
def test_every_published_draw_sale_and_plan_comes_out(
        command: str, vectors: str, request: pytest.FixtureRequest) -> None:
    cases: Vectors = request.getfixturevalue({"draw": "draws", "replay": "replays", "plan": "plans"}[vectors])
    for case in cases.values():
        if "function" in case["input"]:
            continue
        answer = browser.ask(command, canonical(case["input"]))
        expected = case["expect"]
        if command == "redraw":
            expected = {name: expected[name] for name in ("order", "seed", "checks")}
        assert answer["value"] == expected, case["id"]


def test_a_size_that_the_zip_only_claims_is_not_believed() -> None:
    """A bomb: the directory says little, the bytes much; and one that asks for more than a browser has."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in a_bundle().items():
            archive.writestr(name, b"0" * 50_000_000 if name == "openings.json" else raw)
    packed = bytearray(out.getvalue())
    at = packed.rindex(b"openings.json") - 46
    for size in (64, 300 * 2**20, 2**32 - 1):
        packed[at + 24:at + 28] = struct.pack("<L", size)
        assert status(bytes(packed)) == 2


def test_a_key_that_is_none_is_refused() -> None:
    raw, key = pack(a_bundle()), Log().key.vkey
    for given in ("", "key", key[:-4], key.replace("+", " "), Key("other.example/log", 4).vkey, key + "\n"):
        assert browser.ask_of_bundle(raw, [given])["status"] == 2


def test_bytes_before_the_zip_do_not_matter_and_bytes_after_it_do() -> None:
    raw = pack(a_bundle())
    assert status(b"#!/bin/sh\n" + raw) == 0
    assert status(raw + b"\n" * 70_000) == 2
