"""The published vectors, and the program as strangers run it."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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
def plans() -> Vectors:
    return read_vectors("plan")
