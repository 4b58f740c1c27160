"""Languages: whose choice counts, and how a refusal prints its figures."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, g

from kernel.errors import Filled, InvalidInput
from kernel.gates import Basis, Obstacle, Weight
from kernel.languages import (
    DEFAULT,
    cite,
    explain,
    init_app,
    list_obstacles,
    reader_language,
    say,
)

CATALOGUE = Path(__file__).resolve().parents[2] / "translations/en/LC_MESSAGES/messages.po"


@pytest.fixture
def english(tmp_path: Path) -> Flask:
    """An app with the English catalogue as it stands in the sources now."""
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with CATALOGUE.open("rb") as texts, (folder / "messages.mo").open("wb") as compiled:
        write_mo(compiled, read_po(texts, locale="en"))
    app = Flask("english")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(tmp_path)
    init_app(app)
    return app


@pytest.mark.parametrize(("accepts", "language"), [
    ("zh-CN,zh;q=0.9,en;q=0.8", "zh_Hans_CN"), ("en-US,en;q=0.9,zh;q=0.8", "en"), ("en", "en"),
    ("zh", "zh_Hans_CN"), ("fr-FR,fr;q=0.9", "zh_Hans_CN"), ("fr;q=0.9,en;q=0.5", "en"),
    ("", "zh_Hans_CN"), ("*", "zh_Hans_CN")])
def test_a_browser_says_what_it_prefers(app: Flask, accepts: str, language: str) -> None:
    with app.test_request_context(headers={"Accept-Language": accepts}):
        assert reader_language() == language


@pytest.mark.parametrize(("cookie", "language"), [
    ("zh_Hans_CN", "zh_Hans_CN"), ("en", "en"), ("de", "en"), ("../en", "en"), ("", "en")])
def test_what_a_reader_chose_counts_more(app: Flask, cookie: str, language: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "en", "Cookie": f"language={cookie}"}):
        assert reader_language() == language


def test_what_was_chosen_in_this_request_counts_most(app: Flask) -> None:
    with app.test_request_context(headers={"Cookie": "language=en"}):
        g.language = "zh_Hans_CN"
        assert reader_language() == "zh_Hans_CN"


def test_outside_a_request_it_is_chinese(app: Flask) -> None:
    with app.app_context():
        assert reader_language() == DEFAULT


def test_figures_are_printed_by_their_names(app: Flask) -> None:
    details = {"least_fen": 123_456_789, "due_at": datetime(2026, 11, 21, 2, 0, tzinfo=UTC),
               "due_on": date(2026, 11, 21), "count": 7, "who": "甲"}
    with app.test_request_context():
        assert say("%(least_fen)s 元，%(due_at)s，%(due_on)s，%(count)s，%(who)s", details) == (
            "1,234,567.89 元，2026-11-21 10:00:00，2026-11-21，7，甲")


def test_days_and_instants_in_a_sentence_are_english_too(app: Flask) -> None:
    details = {"due_at": datetime(2026, 11, 21, 2, 0, tzinfo=UTC), "due_on": date(2026, 12, 2)}
    with app.test_request_context(headers={"Cookie": "language=en"}):
        assert say("%(due_at)s, %(due_on)s", details) == "21 Nov 2026, 10:00:00, 2 Dec 2026"


def test_a_text_without_figures_may_hold_a_percent_sign(app: Flask) -> None:
    with app.test_request_context():
        assert say("不得低于评估价的 70%。") == "不得低于评估价的 70%。"


def test_a_sentence_may_be_a_figure_of_another(app: Flask) -> None:
    inner = Filled("至少 %(least_fen)s 元", least_fen=100)
    with app.test_request_context():
        assert say("出价有误：%(why)s。", {"why": inner}) == "出价有误：至少 1.00 元。"
        assert say(Filled("最多 %(longest)s 个字。", longest=80)) == "最多 80 个字。"


def test_several_of_a_kind_are_enumerated(app: Flask) -> None:
    inner = Filled("至少 %(least_fen)s 元", least_fen=100)
    with app.test_request_context():
        assert say("还差 %(who)s。", {"who": ["甲", "乙", inner]}) == "还差 甲、乙、至少 1.00 元。"
        assert say("还差 %(who)s。", {"who": ("甲",)}) == "还差 甲。"


def test_an_article_is_cited_as_its_reader_writes_it(english: Flask) -> None:
    article = "网络司法拍卖规定第十条第二款"
    with english.test_request_context():
        assert cite(article) == article
        assert cite("") == ""
    with english.test_request_context(headers={"Cookie": "language=en"}):
        assert cite(article) == "Online Judicial Auction Provisions, art. 10(2)"
        assert cite("网络司法拍卖规定第十三条第（九）项") == (
            "Online Judicial Auction Provisions, art. 13, item 9")
        assert cite("网络变卖通知") == "Online Sell-off Notice"
        assert cite("民诉解释第五百零八条、第五百一十四条") == (
            "Civil Procedure Interpretation, arts. 508 and 514")
        assert cite("本院内部规定") == "本院内部规定"


def test_figures_and_words_within_a_sentence_are_english_too(english: Flask) -> None:
    with english.test_request_context(headers={"Cookie": "language=en"}):
        assert say("%(account)s 余额不足，还差 %(missing_fen)s。",
                   {"account": Filled("保证金"), "missing_fen": 1_234_500}) == (
            "Deposit does not hold enough; 12,345.00 is missing.")
        assert say("名单中仍有前一轮没有完成评估的机构：%(institutions)s。",
                   {"institutions": ["A", "B"]}) == (
            "The pool still holds institutions that did not complete in the last round: A, B.")


def test_a_refusal_is_explained_with_its_figures(app: Flask) -> None:
    with app.test_request_context():
        assert explain(InvalidInput({}, "共 %(total_fen)s 元。", total_fen=5)) == "共 0.05 元。"


def test_obstacles_are_listed_in_words(app: Flask) -> None:
    found = [Obstacle("late", Basis("AUC-12.1", "网络司法拍卖规定第十二条"), "公告太晚，最迟 %(last_on)s。",
                      details={"last_on": date(2026, 1, 2)}, weight=Weight.WARN)]
    with app.test_request_context():
        assert list_obstacles(found) == [{
            "code": "late", "rule": "AUC-12.1", "article": "网络司法拍卖规定第十二条", "field": "",
            "weight": "warn", "message": "公告太晚，最迟 2026-01-02。", "remedy": ""}]
