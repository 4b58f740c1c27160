"""docs/law-map.md tells the truth: every cited rule has a row, every row its code and its test."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from kernel.law import rule_set
from tests.architecture.house import FLOORS, ROOT, sources

PREFIXES: Final = ("AUC", "SEL", "GEN", "QUAL", "REF", "LOT", "CPL", "CPI", "TIME", "FUND", "FEE", "REG",
                   "PAR", "PRI", "PLAN", "INT", "RND", "DEP", "BKR")
RULE_ID: Final = re.compile(rf"(?<![\w-])(?:{'|'.join(PREFIXES)})-\d+[a-z]?(?:\.\d+)?(?!\w)")


class Row(NamedTuple):
    """One line of a table of the map."""

    rule: str
    article: str
    what: str
    code: str
    test: str


def read_rows() -> list[Row]:
    text = (ROOT / "docs" / "law-map.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]
    return [Row(*row) for row in cells if RULE_ID.match(row[0])]


ROWS: Final = read_rows()


def cited() -> dict[str, str]:
    """Every rule id in code, rule sets and pages -> one file that cites it."""
    files = [*sources(*(name for name in FLOORS if name != "seeds")),
             *(ROOT / "config" / "rules").glob("*.toml"), *(ROOT / "templates").rglob("*.html")]
    return {rule: str(path.relative_to(ROOT)) for path in files
            for rule in RULE_ID.findall(path.read_text(encoding="utf-8"))}


@cache
def names_in(path: Path) -> frozenset[str]:
    """What a file defines, at its top and in its classes, as ``name`` or ``Class.name``."""
    return frozenset(_defined(ast.parse(path.read_text(encoding="utf-8")), ""))


def _defined(node: ast.AST, prefix: str) -> set[str]:
    found: set[str] = set()
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            found.add(prefix + child.name)
        elif isinstance(child, ast.ClassDef):
            found |= {prefix + child.name} | _defined(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.Assign | ast.AnnAssign):
            targets = child.targets if isinstance(child, ast.Assign) else [child.target]
            found |= {prefix + target.id for target in targets if isinstance(target, ast.Name)}
    return found


def test_every_rule_that_is_cited_has_a_row() -> None:
    missing = {rule: path for rule, path in cited().items() if rule not in {row.rule for row in ROWS}}
    assert not missing, f"docs/law-map.md has no row for: {missing}"


def test_no_row_cites_a_rule_that_nothing_rests_on() -> None:
    unknown = {row.rule for row in ROWS} - set(cited())
    assert not unknown, f"nothing cites: {sorted(unknown)}"


def test_each_rule_has_one_row() -> None:
    rules = [row.rule for row in ROWS]
    assert sorted(rules) == sorted(set(rules))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.rule)
def test_the_code_of_a_row_is_where_it_says(row: Row) -> None:
    file, _, name = row.code.partition(":")
    path = ROOT / file
    assert path.is_file(), row.code
    if path.suffix == ".toml":
        assert rule_set(path.stem).provision(name).rule == row.rule
    elif name:
        assert name in names_in(path), row.code


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.rule)
def test_the_test_of_a_row_is_where_it_says(row: Row) -> None:
    file, _, name = row.test.partition("::")
    assert (ROOT / file).is_file(), row.test
    assert name.rpartition("::")[2].startswith("test_"), row.test
    assert name.replace("::", ".") in names_in(ROOT / file), row.test


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.rule)
def test_a_row_says_what_the_rule_is_and_where_it_stands(row: Row) -> None:
    assert row.article
    assert len(row.what) > 10
    assert row.what.endswith((".", ")"))
