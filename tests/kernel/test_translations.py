"""The texts of pages and messages: every one is marked, collected, and put into English."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from kernel.law import read_citation

ROOT = Path(__file__).resolve().parents[2]
CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")
PLACE = re.compile(r"%\(\w+\)s|%%|\{\w*\}")
MARKS = {"_", "gettext", "N_", "lazy_gettext"}

CONTENT = {
    "auction/commands/rehearse.py": "title of the exercise lot of a rehearsal",
    "auction/rules/disclosure.py": "articles put together",
    "auction/rules/ladder_csv.py": "columns of the files of court platforms",
    "auction/rules/publication.py": "articles put together",
    "auction/rules/wording.py": "words proposed for announcements, which are Chinese",
    "auction/services/papers.py": "papers of the court, in Chinese whoever reads them",
    "auction/services/publication.py": "title of a document",
    "auction/services/stops.py": "title of a document",
    "auction/views/court.py": "decision proposed to the panel",
    "auction/views/court_priority.py": "title of a document",
    "auction/views/court_sale.py": "titles of documents",
    "auction/views/court_surplus.py": "titles of documents",
    "auction/views/court_words.py": "title of a document",
    "auction/views/lot_page.py": "word by which a text is found",
    "auction/views/words.py": "signs that end a sentence",
    "cases/rules/numbers.py": "form of case numbers",
    "cases/services/files.py": "brackets of case numbers",
    "cases/services/third_parties.py": "titles of documents",
    "kernel/descriptions.py": "words by which descriptions are read",
    "kernel/http.py": "name of the product",
    "kernel/languages.py": "name of a language",
    "kernel/law.py": "titles of instruments",
    "kernel/money.py": "amounts in capitals",
    "kernel/pages.py": "pattern of Chinese dates",
    "kernel/papers/glyphs.py": "sign that stands for one without a glyph",
    "kernel/papers/wording.py": "papers of the court, in Chinese whoever reads them",
    "ledger/rules/payers.py": "signs left out of names",
    "portal/rules/glossary.py": "words of the law, each with its English beside it",
    "portal/schemas.py": "unit that may be typed behind a sum",
    "portal/views/context.py": "pattern of Chinese dates",
    "settlement/services/drafting.py": "brackets around the number of a name",
    "settlement/services/serving.py": "title of a document",
    "templates/auction/confirmation.html": "a paper of the court, in Chinese whoever reads it",
    "templates/base.html": "name of a language",
    "templates/cases/case_form.html": "examples of what is typed",
    "templates/cases/property_form.html": "example of what is typed",
    "templates/desk.html": "name of a language",
    "templates/styleguide.html": "descriptions that are drawn",
    "valuation/schemas.py": "signs that separate names",
    "valuation/services/papers.py": "papers of the court, in Chinese whoever reads them",
    "valuation/services/reports.py": "titles of documents",
}
"""Files with Chinese that is no text of the interface, and what it is."""

IN_CHINESE = ("benchmarks", "migrations", "node_modules", "seeds", "tests", "tools", "var", "verifier")
"""Folders without texts of the interface; the content of the demo court is Chinese."""

GLOSSARY = {
    "标的": "lot|goods|property", "起拍价": "start price", "参考价": "reference price",
    "增价幅度": "increment", "保证金": "deposit", "竞买代码": "code", "优先购买权": "priority right",
    "延时": "exten", "成交价": "sale price", "流拍": "failed|no buyer", "一拍": "first auction",
    "变卖": "sell-off|sale|disposal", "悔拍": "default", "撤回": "with", "议价": "negotiat",
    "定向询价": "directed inquiry", "网络询价": "online inquiry", "委托评估": "commission",
    "摇号": r"\bdraw", "异议": "object", "分配方案": "distribution plan", "提存": "escrow",
    "申请执行人": "applicant", "被执行人": "respondent", "案款": "case money|money is in",
    "合议庭": "panel", "买受人": "buyer|bought", "裁定": "ruling",
}
"""Words of docs/glossary.md, and what an English text with them must hold."""


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with (ROOT / "translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale="en")


@pytest.fixture(scope="module")
def texts(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    folder = tmp_path_factory.mktemp("translations")
    subprocess.run([ROOT / "tools/collect-texts", folder], check=True)
    with (folder / "en/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale="en")


def test_the_catalogue_holds_the_texts_that_are_in_the_code_now(
        texts: list[Message], collected: Catalog) -> None:
    held, found = {str(one.id) for one in texts}, {str(one.id) for one in collected if one.id}
    assert sorted(found - held) == [], "run make translations and translate these"
    assert sorted(held - found) == [], "run make translations: these are gone"


def test_every_text_is_in_english(texts: list[Message]) -> None:
    assert [one.id for one in texts if not one.string] == []


def test_no_translation_is_a_guess_or_left_behind(catalogue: Catalog, texts: list[Message]) -> None:
    assert [one.id for one in texts if one.fuzzy] == []
    assert list(catalogue.obsolete) == []


def test_a_translation_has_the_places_of_its_text(texts: list[Message]) -> None:
    wrong = [one.id for one in texts
             if sorted(PLACE.findall(str(one.id))) != sorted(PLACE.findall(str(one.string)))]
    assert wrong == []


def test_a_text_of_a_page_can_be_filled_in_both_languages(texts: list[Message]) -> None:
    """Jinja fills every text, also one without figures; a lone percent sign would break the page."""
    for one in texts:
        if any(path.startswith("templates/") for path, _ in one.locations):
            figures = dict.fromkeys(re.findall(r"%\((\w+)\)s", str(one.id)), "7")
            assert "7" in str(one.id) % figures or not figures
            assert "7" in str(one.string) % figures or not figures


def test_english_has_chinese_only_in_examples_of_what_is_typed(texts: list[Message]) -> None:
    for one in texts:
        for run in CHINESE.findall(str(one.string)):
            assert "例如" in str(one.id) or "应写作" in str(one.id), one.id
            assert run in str(one.id), one.id


def test_english_does_not_shout(texts: list[Message]) -> None:
    assert [one.string for one in texts if "!" in str(one.string)] == []


def test_english_has_straight_quotes(texts: list[Message]) -> None:
    """Chinese fonts, which come first on every page, draw the curly ones a whole sign wide."""
    assert [one.string for one in texts if re.search("[\u2018\u2019\u201c\u201d]", str(one.string))] == []


@pytest.mark.parametrize("word", GLOSSARY)
def test_the_words_are_those_of_the_glossary(texts: list[Message], word: str) -> None:
    wrong = {one.id: one.string for one in texts if word in str(one.id).partition("例如")[0]
             and not re.search(GLOSSARY[word], str(one.string), re.IGNORECASE)}
    assert wrong == {}


def test_chinese_in_a_template_is_marked() -> None:
    assert [*_unmarked_in_templates()] == []


def test_chinese_in_code_is_marked() -> None:
    assert [*_unmarked_in_code()] == []


def test_what_is_marked_stands_there_in_full() -> None:
    """What is put together at run time cannot be collected."""
    wrong = [f"{path}:{call.lineno}" for path, tree in _modules() for call in ast.walk(tree)
             if isinstance(call, ast.Call) and _name(call) in MARKS and call.args
             and isinstance(call.args[0], ast.JoinedStr | ast.BinOp)]
    assert wrong == []
    assert [f"{path}:{call.lineno}" for path, tree in _modules() for call in ast.walk(tree)
            if isinstance(call, ast.Call) and _name(call) == "N_"
            and not isinstance(call.args[0], ast.Constant)] == []


def test_every_exception_is_still_needed() -> None:
    found = {where.split(":")[0] for where in [*_unmarked_in_templates(everywhere=True),
                                               *_unmarked_in_code(everywhere=True)]}
    assert sorted(set(CONTENT) - found) == []


def _unmarked_in_templates(*, everywhere: bool = False) -> Iterator[str]:
    """Chinese that no mark covers; words of the glossary bring their English with them."""
    environment = jinja2.Environment(extensions=["jinja2.ext.i18n"])  # noqa: S701 - only read
    for file in sorted((ROOT / "templates").rglob("*.html")):
        path = file.relative_to(ROOT).as_posix()
        if path in CONTENT and not everywhere:
            continue
        tokens = [token for token in environment.lex(file.read_text("utf-8"))
                  if token[1] != "whitespace"]
        for place, (line, kind, text) in enumerate(tokens):
            if kind == "data" and (found := CHINESE.search(text)):
                yield f"{path}:{line}: {found[0]}"
            elif kind == "string" and CHINESE.search(text) and not _is_article(text[1:-1]):
                before = [token[2] for token in tokens[max(0, place - 2):place]]
                if before not in (["_", "("], ["term", "("]):
                    yield f"{path}:{line}: {text}"


def _unmarked_in_code(*, everywhere: bool = False) -> Iterator[str]:
    for path, tree in _modules():
        if (path in CONTENT and not everywhere) or "/api" in path or path == "kernel/openapi.py":
            continue
        spared = {id(node.args[0]) for node in ast.walk(tree)
                  if isinstance(node, ast.Call) and _name(node) in MARKS and node.args}
        spared |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) \
                    and CHINESE.search(node.value) and id(node) not in spared \
                    and not _is_article(node.value):
                yield f"{path}:{node.lineno}: {node.value}"


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for file in sorted(ROOT.glob("*/**/*.py")):
        path = file.relative_to(ROOT)
        if path.parts[0] not in IN_CHINESE and not path.parts[0].startswith("."):
            yield path.as_posix(), ast.parse(file.read_text("utf-8"))


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _is_article(text: str) -> bool:
    """Articles are put into the reader's language by ``kernel.languages.cite``."""
    return read_citation(text) is not None or text == "第（九）项"
