"""What the documents name exists: links, files, names, targets, commands, addresses, variables."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from flask import Flask
from flask.cli import FlaskGroup

from kernel import migrations
from tests.architecture.house import ROOT, nodes_of, short, text_of

DOCS: Final = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "verifier").glob("*.md")])
ENV_EXAMPLE: Final = ROOT / "config" / "development.env.example"
OF_AN_EXAMPLE: Final = {"config/rules/civil-online-2027.03.toml"}
"""Files that CONTRIBUTING.md makes up."""
FROM_ELSEWHERE: Final = {"SameSite", "ip_hash", "pg_dump", "verb_noun"}
"""Words of others, and the pattern of a name."""
NOT_OURS: Final = re.compile(
    r"\.\./shared|(?<![\w.])/(?:work|tmp|root|home)/|py[p]i\.org|npm[j]s|index-url|registry\.|files\.python[h]osted")

FENCE: Final = re.compile(r"^( *)```.*?^\1```", re.MULTILINE | re.DOTALL)
SPAN: Final = re.compile(r"`([^`\n]+)`")
LINK: Final = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SAID_WITH_FILE: Final = re.compile(r"`([A-Za-z_]\w*)(?:\(\))?` (?:\(|in )`([\w./]+\.py)`")


@cache
def prose_of(path: Path) -> str:
    return FENCE.sub("", text_of(path))


@cache
def code_of(path: Path) -> tuple[str, ...]:
    """Spans and fenced lines, where commands stand."""
    fenced = [line for fence in FENCE.finditer(text_of(path)) for line in fence[0].splitlines()[1:-1]]
    return (*fenced, *SPAN.findall(prose_of(path)))


def slug(heading: str) -> str:
    plain = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return plain.replace(" ", "-")


def anchors(path: Path) -> set[str]:
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", prose_of(path), re.MULTILINE)}


@pytest.mark.parametrize("path", DOCS, ids=short)
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    for link in LINK.findall(prose_of(path)):
        if "://" in link or link.startswith("mailto:"):
            continue
        file, _, anchor = link.partition("#")
        target = path if not file else (path.parent / file).resolve()
        assert target.exists(), f"{short(path)} links to {link}"
        assert target.is_relative_to(ROOT), f"{short(path)} links out of the house: {link}"
        assert not anchor or anchor in anchors(target), f"{short(path)} links to {link}"


@pytest.mark.parametrize("path", DOCS, ids=short)
def test_every_named_file_exists(path: Path) -> None:
    for span in SPAN.findall(prose_of(path)):
        named = span.partition("::")[0].partition(":")[0]
        if not re.fullmatch(r"[\w.-]+(/[\w.-]+)+/?|\w+/", named) or named in OF_AN_EXAMPLE:
            continue
        if (ROOT / named.split("/")[0]).is_dir():
            assert (ROOT / named).exists(), f"{short(path)} names {span}"


@cache
def identifiers() -> frozenset[str]:
    """Every word of the Python code, and every macro of the templates."""
    found: set[str] = set()
    for file in (ROOT / "templates" / "macros").glob("*.html"):
        found |= set(re.findall(r"macro (\w+)\(", text_of(file)))
    for package in sorted({file.parent for file in ROOT.glob("*/*.py")}):
        for file in package.rglob("*.py"):
            found |= set(re.findall(r"\w+", text_of(file)))
    return frozenset(found | set(re.findall(r"\w+", text_of(ROOT / "app.py"))))


def defined_in(file: str) -> set[str]:
    nodes = nodes_of(ROOT / file)
    return ({node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
            | {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)})


@pytest.mark.parametrize("path", DOCS, ids=short)
def test_every_named_function_class_and_member_exists(path: Path) -> None:
    for span in SPAN.findall(prose_of(path)):
        if re.fullmatch(r"@?[A-Za-z_][\w.]*(\(.*\))?", span) and re.search(r"[a-z]_[a-z]|[a-z][A-Z]", span):
            for word in re.findall(r"\w+", span.partition("(")[0]):
                assert word in identifiers() | FROM_ELSEWHERE, f"{short(path)}: nobody knows {word} of {span}"


@pytest.mark.parametrize("path", DOCS, ids=short)
def test_a_name_said_with_its_file_is_defined_there(path: Path) -> None:
    for name, file in SAID_WITH_FILE.findall(re.sub(r"\s+", " ", prose_of(path))):
        assert (ROOT / file).is_file(), f"{short(path)} names {file}"
        assert name in defined_in(file), f"{short(path)} says that {name} stands in {file}"


def test_every_named_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    for path in DOCS:
        for code in code_of(path):
            for target in re.findall(r"(?:^|\s)make ([a-z]+)", code.partition("#")[0]):
                assert target in targets, f"{short(path)} names make {target}"


def test_every_named_flask_command_exists(app: Flask) -> None:
    command = re.compile(r"(?:^|\s|/)flask ([a-z][a-z-]*(?: [a-z][a-z-]*)?)")
    named = {tuple(words.split()) for path in DOCS for code in code_of(path)
             for words in command.findall(code.partition("#")[0])}
    assert ("audit", "check") in named
    migrations.install(app)  # as under `flask`
    runner = app.test_cli_runner()
    for words in sorted(named):
        answer = runner.invoke(FlaskGroup(create_app=lambda: app), [*words, "--help"])
        assert answer.exit_code == 0, f"flask {' '.join(words)}: {answer.output}"


def test_every_named_address_is_a_route(app: Flask) -> None:
    routes = [re.sub(r"<[^>]+>", "<>", rule.rule).rstrip("/") for rule in app.url_map.iter_rules()]
    for path in DOCS:
        for span in SPAN.findall(prose_of(path)):
            address = re.sub(r"<[^>]+>", "<>", span.rstrip("/"))
            if re.fullmatch(r"/[a-z][\w/<>.-]*", address) and address != "/socket.io":
                assert any(route == address or route.startswith(address + "/") for route in routes), \
                    f"{short(path)} names {span}"


def test_every_variable_is_explained_and_every_explained_one_is_read() -> None:
    explained = set(re.findall(r"^([A-Z_]+)=", text_of(ENV_EXAMPLE), re.MULTILINE))
    read = {name for file in sorted((ROOT / "config").glob("*.py"))
            for name in re.findall(r"env(?:iron)?\.get\(\s*\"([A-Z_]+)\"", text_of(file))}
    assert read <= explained, f"config/development.env.example misses {sorted(read - explained)}"
    assert explained <= identifiers(), f"nobody reads {sorted(explained - identifiers())}"
    told = text_of(ROOT / "docs" / "operations.md")
    assert all(f"`{name}`" in told for name in read), "docs/operations.md lists every setting"


@pytest.mark.parametrize("path", [*DOCS, ENV_EXAMPLE], ids=short)
def test_no_document_leans_on_this_machine_or_a_registry(path: Path) -> None:
    found = NOT_OURS.search(text_of(path))
    assert found is None, f"{short(path)} names {found[0] if found else ''}"


@pytest.mark.parametrize("path", [path for path in DOCS if path.name != "CHANGELOG.md"], ids=short)
def test_a_document_has_one_title_and_no_line_that_waits_for_somebody(path: Path) -> None:
    assert len(re.findall(r"^# ", prose_of(path), re.MULTILINE)) == 1
    assert not re.search(r"TODO|FIXME|TBD|lorem", text_of(path))
