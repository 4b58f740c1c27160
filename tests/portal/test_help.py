"""Help, the words of the law the statement on accessibility: right figures, real articles, no dead ends."""

import re

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from kernel.law import CURRENT, RuleSet, instrument_of, rule_set
from portal.rules.figures import figures_of, percent
from portal.rules.glossary import BY_WORD, GLOSSARY, TERMS, Term


def words_of_design() -> list[str]:
    return [
        "标的物", "起拍价", "处置参考价", "增价幅度", "保证金", "竞买代码", "优先购买权", "顺序", "出价",
        "延时", "成交", "流拍", "一拍", "二拍", "变卖", "悔拍", "撤回", "当事人议价", "定向询价", "网络询价",
        "委托评估", "摇号", "异议", "债权", "财产分配方案", "提存", "申请执行人", "被执行人", "案款"]


@pytest.mark.parametrize("word", words_of_design())
def test_every_word_of_the_design_is_explained(word: str) -> None:
    assert BY_WORD[word].meaning


@pytest.mark.parametrize("term", TERMS.values(), ids=lambda term: term.slug)
def test_a_word_fills_in_its_figures_and_names_a_known_law(term: Term) -> None:
    assert "%(" not in term.meaning % figures_of(rule_set(CURRENT))
    if term.article:
        assert instrument_of(term.article)


def test_no_two_words_share_their_place() -> None:
    assert len(TERMS) == sum(len(chapter.terms) for chapter in GLOSSARY)
    assert not set(TERMS) & {f"{chapter.slug}-words" for chapter in GLOSSARY}


def test_figures_are_those_of_the_rule_set() -> None:
    law: RuleSet = rule_set(CURRENT)
    found = figures_of(law)
    assert (found["deposit_min"], found["deposit_max"]) == ("5%", "20%")
    assert (found["window"], found["refund"], found["second_cut"]) == ("5", "24", "20%")
    assert percent(law.fraction("increment_usual_min_ratio")) == "0.1%"


@pytest.mark.parametrize("url", ["/help", "/glossary", "/accessibility"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_of_help_leads_only_to_what_is_there(client: FlaskClient, url: str, language: str) -> None:
    page = client.get(f"{url}?lang={language}")
    assert page.status_code == 200
    assert "%(" not in page.text
    places = set(re.findall(r'id="([^"]+)"', page.text))
    main = page.text.split("<main")[1].split("</main>")[0]
    for link in re.findall(r'href="#([^"]+)"', main):
        assert link in places
    for link in set(re.findall(r'href="(/[^"#]*)', main)):
        assert client.get(link).status_code == 200, link


def test_help_says_the_figures_with_their_rule(client: FlaskClient) -> None:
    page = client.get("/help").text
    assert "起拍价的 5% 至 20% 之间" in page
    assert "最后 5 分钟里有人出价" in page
    for rule in ("AUC-17.1", "AUC-20.4", "AUC-23.2", "CPL-236"):
        assert rule in page


def test_both_languages_of_a_word_stand_side_by_side(client: FlaskClient) -> None:
    for language in ("zh", "en"):
        page = client.get(f"/glossary?lang={language}").text
        assert '<span lang="zh-Hans" itemprop="name">保证金</span>' in page
        assert ">deposit</span>" in page


def test_a_word_is_explained_where_it_stands_as_often_as_it_comes(app: Flask) -> None:
    with app.test_request_context("/"):
        shown = render_template_string(
            '{% from "macros/term.html" import term %}'
            '<p>{{ term("保证金") }} {{ term("保证金", "押金") }}</p>')
    assert re.findall(r'popovertarget="([^"]+)"', shown) == ["term-1", "term-2"]
    assert re.findall(r'id="([^"]+)" popover', shown) == ["term-1", "term-2"]
    assert shown.count('href="/glossary#deposit"') == 2
    assert "押金</button>" in shown
    assert "5% 至 20%" in shown


def test_a_word_that_nobody_explains_is_an_error_of_the_page(app: Flask) -> None:
    with app.test_request_context("/"), pytest.raises(KeyError):
        render_template_string('{% from "macros/term.html" import term %}{{ term("不存在") }}')
