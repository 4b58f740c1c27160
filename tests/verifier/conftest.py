"""The published vectors, and the program as strangers run it."""

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pytest

from audit.rules.archive import Unreadable
from audit.rules.pinned import pinned
from evidence.services.verifying import verify as verify_by_platform
from kernel.signing import COSIGNS, ED25519
from tests.verifier import browser
from verifier import verify as program

ROOT = Path(__file__).parents[2]
VERIFIER = ROOT / "verifier" / "verify.py"

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
Vectors = dict[str, dict[str, Any]]


@pytest.fixture
def verify(tmp_path: Path) -> Run:
    """Run verify.py on one input, with a Python that sees neither the platform nor any package."""

    def run(command: str, given: Any, *more: str) -> "subprocess.CompletedProcess[bytes]":
        file = tmp_path / "input.json"
        file.write_bytes(given if isinstance(given, bytes) else json.dumps(given).encode())
        return subprocess.run(
            [sys.executable, "-I", "-S", VERIFIER, command, *(more or [file])],
            cwd=tmp_path, input=file.read_bytes(), capture_output=True, check=False, timeout=60,
        )

    return run


def with_packages(command: str, tmp_path: Path) -> Run:
    """Run a command on a file, with a Python that sees packages but not the platform."""

    def run(raw: bytes, *options: str) -> "subprocess.CompletedProcess[bytes]":
        file = tmp_path / "input"
        file.write_bytes(raw)
        return subprocess.run([sys.executable, "-I", VERIFIER, command, file, *options],
                              cwd=tmp_path, capture_output=True, check=False, timeout=60)

    return run


@pytest.fixture
def verify_bundle(tmp_path: Path) -> Run:
    return with_packages("bundle", tmp_path)


@pytest.fixture
def receipt_command(tmp_path: Path) -> Run:
    return with_packages("receipt", tmp_path)


def read_vectors(name: str) -> Vectors:
    cases = json.loads((ROOT / "tests" / "vectors" / f"{name}.json").read_text("utf-8"))
    return {case["id"]: case for case in cases}


@pytest.fixture(scope="session")
def draws() -> Vectors:
    return read_vectors("draw")


@pytest.fixture(scope="session")
def replays() -> Vectors:
    return read_vectors("replay")


@pytest.fixture(scope="session")
def merkle() -> Vectors:
    return read_vectors("merkle")


@pytest.fixture(scope="session")
def plans() -> Vectors:
    return read_vectors("plan")


class HasVkey(Protocol):
    vkey: str


@dataclass
class Report:
    """What the verifier says of a bundle, without starting a program for it."""

    status: int
    value: dict[str, Any] = field(default_factory=dict)
    refusal: str = ""

    @property
    def failed(self) -> set[str]:
        return {check for check, result in self.value.get("checks", {}).items() if result is False}


def examine(raw: bytes, keys: Iterable[HasVkey], witnesses: Iterable[HasVkey] = ()) -> Report:
    """What all three find in these bytes: verify.py, the platform, and the modules of the browser."""
    keys, witnesses = list(keys), list(witnesses)
    report = examine_at_desk(raw, keys, witnesses)
    other = browser.ask_of_bundle(raw, [key.vkey for key in keys], [key.vkey for key in witnesses])
    assert (other["status"], members(other["value"] or {}, places(other))) == (
        report.status, members(report.value, places(report.value)))
    return report


def examine_at_desk(raw: bytes, keys: Iterable[HasVkey], witnesses: Iterable[HasVkey] = ()) -> Report:
    """What `verify.py bundle` finds in these bytes, and the platform's `flask audit verify` finds just so."""
    keys, witnesses = list(keys), list(witnesses)
    report = examine_alone(raw, keys, witnesses)
    assert (report.status, members(report.value, places(report.value))) == examine_by_platform(
        raw, keys, witnesses)
    return report


def places(report: dict[str, Any]) -> list[tuple[str, str]]:
    """Where which check fails."""
    return [(one["check"], one["where"]) for one in report.get("failures", ())]


COMPARED = ("ok", "subject", "origin", "size", "leaves", "outcome", "checks")


def members(value: dict[str, Any], failures: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """What two reports must say alike: all but their words, and where checks fail in any order."""
    return {name: value[name] for name in COMPARED if value} | {"failures": sorted(failures)}


def examine_by_platform(raw: bytes, keys: list[HasVkey], witnesses: list[HasVkey]
                        ) -> tuple[int, dict[str, Any]]:
    """Exit status and report of the platform's own rules."""
    try:
        found = verify_by_platform(io.BytesIO(raw), [pinned(key.vkey, ED25519) for key in keys],
                                   [pinned(key.vkey, COSIGNS) for key in witnesses])
    except Unreadable:
        return 2, members({}, ())
    return (0 if found.ok else 1), members(found.report, places(found.report))


def examine_alone(raw: bytes, keys: list[HasVkey], witnesses: list[HasVkey]) -> Report:
    """What `verify.py bundle` alone finds in these bytes."""
    pins = [program.read_key(key.vkey, program.ED25519) for key in keys]
    cosigners = [program.read_key(key.vkey, program.COSIGNATURE) for key in witnesses]
    try:
        bundle = program.Bundle(program.Archive(io.BytesIO(raw)), pins, cosigners)
        bundle.check()
    except (program.Unreadable, program.Refused) as refusal:
        return Report(2, refusal=f"{getattr(refusal, 'field', '')} {refusal}")
    value = bundle.report()
    for language in (0, 1):
        assert program.for_people("report", bundle.findings, language)
    assert value["ok"] is (not value["failures"])
    return Report(0 if value["ok"] else 1, value)


def compare(receipt: Any, raw: bytes, key: str, log_key: str) -> tuple[int, dict[str, Any]]:
    """What `verify.py receipt` finds in a receipt beside a bundle; so must the modules of the browser."""
    findings = program.Findings("signature", "path", "in_bundle")
    read = program.read_receipt(program.Field(receipt))
    leaf = program.check_receipt(read, program.read_key(key, program.ED25519), findings)
    pinned = [program.read_key(log_key, program.ED25519)]
    bundle = program.Bundle(program.Archive(io.BytesIO(raw)), pinned, [])
    program.check_in_bundle(read, leaf, bundle, findings)
    found = (0 if findings.ok else 1), findings.checks
    other = browser.ask_of_receipt(receipt, key, raw, log_key)
    assert (other["status"], other["value"]["checks"]) == found
    return found
