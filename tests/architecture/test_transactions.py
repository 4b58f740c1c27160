"""Only a unit of work commits, nothing slow happens in it, and every change leaves a leaf."""

import ast
from pathlib import Path

import pytest

from kernel.database import Base
from tests.architecture.house import DOMAINS, ROOT, imports, nodes_of, short, sources

EVERYWHERE = sources("kernel", "audit", *DOMAINS)
SLOW = {"hash_password", "verify_password", "keep_picture", "keep_document", "sleep", "urlopen",
        "render_template", "render_pdf"}


@pytest.mark.parametrize("path", EVERYWHERE, ids=short)
def test_only_the_unit_of_work_commits(path: Path) -> None:
    if path == ROOT / "kernel" / "transactions.py":
        return
    for node in nodes_of(path):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in ("commit", "begin_nested"), \
                f"{short(path)}:{node.lineno}: commit belongs to kernel.transactions"


@pytest.mark.parametrize("path", EVERYWHERE, ids=short)
def test_nothing_slow_or_yielding_stands_inside_a_unit_of_work(path: Path) -> None:
    for node in nodes_of(path):
        if isinstance(node, ast.With) and any(
            isinstance(item.context_expr, ast.Call)
            and getattr(item.context_expr.func, "id", "") == "unit_of_work" for item in node.items
        ):
            for call in (inner for inner in ast.walk(node) if isinstance(inner, ast.Call)):
                if call.args and getattr(call.args[0], "attr", "") == "session":
                    continue  # a service of the same name; services are held to this elsewhere
                name = getattr(call.func, "attr", getattr(call.func, "id", ""))
                assert name not in SLOW, f"{short(path)}:{call.lineno}: {name} inside a unit of work"


SERVICES = [path for path in EVERYWHERE if "services" in path.with_suffix("").parts[-2:]]


@pytest.mark.parametrize("path", SERVICES, ids=short)
def test_services_know_no_http_and_no_unit_of_work(path: Path) -> None:
    found = {name.split(".")[0] for name in imports(path)}
    assert not found & {"flask", "flask_login", "flask_socketio", "werkzeug"}
    assert "kernel.transactions" not in set(imports(path)), "the edge owns the transaction"


def test_a_table_without_leaves_says_why(app: object) -> None:
    for mapper in Base.registry.mappers:
        reason = mapper.class_.unlogged
        assert reason is None or len(reason) > 5, f"{mapper.class_.__name__}: give the reason"


def test_every_table_bound_to_a_case_names_its_court(app: object) -> None:
    for table in Base.metadata.tables.values():
        if "case_id" in table.columns and table.name != "leaves":
            assert "court_id" in table.columns, f"{table.name} is bound to a case, not to a court"
