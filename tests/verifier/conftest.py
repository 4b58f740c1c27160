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
    """What `verify.py bundle` finds in these bytes; the modules of the browser must find the same."""
    pinned, cosigners = ([key.vkey for key in some] for some in (keys, witnesses))
    report = examine_alone(raw, pinned, cosigners)
    other = browser.ask_of_bundle(raw, pinned, cosigners)
    assert other["status"] == report.status, (other, report)
    if report.status != 2:
        ours, theirs = ({name: value[name] for name in value if name != "failures"}
                        for value in (report.value, other["value"]))
        assert theirs == ours
        assert places(other["failures"]) == places(report.value["failures"])
    return report


def places(failures: Iterable[dict[str, Any]]) -> list[tuple[str, str]]:
    """Where checks fail, in no order that means anything."""
    return sorted((failure["check"], failure["where"]) for failure in failures)


def examine_alone(raw: bytes, keys: Iterable[str], witnesses: Iterable[str] = ()) -> Report:
    """The same of verify.py alone."""
    pinned = [program.read_key(key, program.ED25519) for key in keys]
    cosigners = [program.read_key(key, program.COSIGNATURE) for key in witnesses]
    try:
        bundle = program.Bundle(program.Archive(io.BytesIO(raw)), pinned, cosigners)
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
