"""What the architecture tests share: the floors, the rooms, and who imports what."""

import ast
from functools import cache
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

LAUNCHERS: Final = frozenset({ROOT / "config" / "gunicorn.py", ROOT / "config" / "signer.py"})
"""What starts the app stands above it, wherever its file lies."""

DOMAINS: Final = ("accounts", "cases", "ledger", "valuation", "auction", "settlement", "evidence",
                  "supervision", "portal")

ROOMS: Final = {
    "errors": 0, "rules": 1, "kinds": 1, "passwords": 2, "models": 2, "schemas": 2, "services": 3,
    "login": 4, "live": 4, "witness": 4, "views": 5, "api": 5, "events": 5, "jobs": 5, "commands": 5,
    "search": 5, "work": 5, "domain": 6,
}
"""The rooms of a domain and their order: a room imports only rooms below it."""


def sources(*packages: str) -> list[Path]:
    return sorted(path for package in packages for path in
                  ([ROOT / f"{package}.py"] if (ROOT / f"{package}.py").exists()
                   else (ROOT / package).rglob("*.py")))


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """Every node of a file, the module first; each file is parsed once for all that is asked of it."""
    return tuple(ast.walk(ast.parse(text_of(path))))


@cache
def imports(path: Path) -> tuple[str, ...]:
    """Every module that a file imports, wherever the import stands."""
    found: list[str] = []
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            found += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.append(node.module or "")
    return tuple(found)


def package_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[1].removesuffix(".py")


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))
