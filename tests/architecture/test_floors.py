"""The house stands: imports go down, rules are pure, rooms are where one looks for them."""

import ast
from pathlib import Path

import pytest

from tests.architecture.house import (
    DOMAINS,
    FLOORS,
    LAUNCHERS,
    ROOMS,
    ROOT,
    imports,
    nodes_of,
    package_of,
    room_of,
    short,
    sources,
    text_of,
)

ALL = [path for path in sources(*FLOORS) if path not in LAUNCHERS]
IN_DOMAINS = [path for path in sources(*DOMAINS, "audit") if path.name != "__init__.py" or
              len(path.relative_to(ROOT).parts) > 2]
RULES = [path for path in ALL if "rules" in path.relative_to(ROOT).with_suffix("").parts[1:]] + [
    ROOT / "kernel" / name for name in ("money.py", "formats.py", "errors.py")]
IMPURE = {"flask", "flask_login", "flask_socketio", "flask_sqlalchemy", "flask_babel", "sqlalchemy",
          "random", "secrets", "time", "os", "pathlib", "socket", "structlog", "gevent"}
MEANINGLESS = {"utils", "util", "helpers", "helper", "common", "misc", "shared", "manager"}
LONGEST = 400


@pytest.mark.parametrize("path", ALL, ids=short)
def test_a_module_imports_only_from_lower_floors(path: Path) -> None:
    here = package_of(path)
    for name in imports(path):
        there = name.split(".")[0]
        if there in FLOORS and there != here:
            assert FLOORS[there] < FLOORS[here] or (here, there) in {("kernel", "config"),
                                                                     ("config", "kernel")}, \
                f"{short(path)} ({here}) imports {name}: imports only go down"


def test_the_kernel_and_the_settings_know_no_domain() -> None:
    for path in sources("kernel"):
        assert not {name.split(".")[0] for name in imports(path)} & {*DOMAINS, "audit", "app"}, path


@pytest.mark.parametrize("path", RULES, ids=short)
def test_rules_are_pure(path: Path) -> None:
    found = {name.split(".")[0] for name in imports(path)} & IMPURE
    assert not found, f"{short(path)} is a rule and may not import {sorted(found)}"
    text = text_of(path)
    assert "datetime.now(" not in text, "rules have no clock"
    assert "date.today(" not in text, "rules have no clock"


@pytest.mark.parametrize("path", IN_DOMAINS, ids=short)
def test_a_room_imports_only_rooms_below_it(path: Path) -> None:
    here, room = package_of(path), room_of(path)
    assert room in ROOMS, f"{short(path)}: no such room; the rooms are {', '.join(ROOMS)}"
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == here and len(parts) > 1 and parts[1] != room:
            assert ROOMS[parts[1]] < ROOMS[room], f"{short(path)} imports {name}"


@pytest.mark.parametrize("path", IN_DOMAINS, ids=short)
def test_a_domain_calls_only_services_rules_and_errors_of_lower_floors(path: Path) -> None:
    here = package_of(path)
    for name in imports(path):
        parts = name.split(".")
        if parts[0] in DOMAINS and parts[0] != here and FLOORS[parts[0]] < FLOORS[here]:
            assert parts[1:2] in ([], ["services"], ["errors"], ["rules"], ["passwords"]), \
                f"{short(path)} reaches into {name}; it may call services and errors"


@pytest.mark.parametrize("path", ALL, ids=short)
def test_names_say_something_and_files_stay_short(path: Path) -> None:
    assert path.stem not in MEANINGLESS, f"{short(path)}: a name that means nothing"
    lines = text_of(path).count("\n")
    assert lines <= LONGEST, f"{short(path)} has {lines} lines; it wants to be a folder"


@pytest.mark.parametrize("path", ALL, ids=short)
def test_every_module_says_what_it_is(path: Path) -> None:
    module = nodes_of(path)[0]
    assert isinstance(module, ast.Module)
    assert ast.get_docstring(module), f"{short(path)} has no docstring"


@pytest.mark.parametrize("package", [*DOMAINS, "audit", "kernel"])
def test_a_package_is_only_its_docstring(package: str) -> None:
    tree = ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8"))
    assert len(tree.body) == 1, f"{package}/__init__.py holds more than its docstring"


def test_the_app_stays_thin() -> None:
    text = (ROOT / "app.py").read_text(encoding="utf-8")
    assert text.count("\n") < 60 + 15, "create_app assembles; it decides nothing"
    assert "@app.route" not in text
