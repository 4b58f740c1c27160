"""What the architecture tests share: the floors, the rooms, and who imports what."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]

FLOORS: Final = {
    "kernel": 0, "config": 0, "audit": 1, "accounts": 2, "cases": 3, "ledger": 4, "valuation": 5,
    "auction": 6, "settlement": 7, "evidence": 8, "supervision": 8, "portal": 8, "app": 9,
    "seeds": 10,
}
"""Which floor a package stands on. The log lies above the kernel it is built with; floors of
one number do not import each other."""

LAUNCHERS: Final = frozenset({ROOT / "config" / "gunicorn.py"})
"""What starts the app stands above it, wherever its file lies."""

DOMAINS: Final = ("accounts", "cases", "ledger", "valuation", "auction", "settlement", "evidence",
                  "supervision", "portal")

ROOMS: Final = {
    "errors": 0, "rules": 1, "kinds": 1, "passwords": 2, "models": 2, "schemas": 2, "services": 3,
    "login": 4, "live": 4, "views": 5, "api": 5, "events": 5, "jobs": 5, "commands": 5, "work": 5,
    "domain": 6,
}
"""The rooms of a domain and their order: a room imports only rooms below it."""


def sources(*packages: str) -> list[Path]:
    return sorted(path for package in packages for path in
                  ([ROOT / f"{package}.py"] if (ROOT / f"{package}.py").exists()
                   else (ROOT / package).rglob("*.py")))


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def package_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[1].removesuffix(".py")


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))
