"""The public page's own recomputation, in a real browser under the real security policy."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, jsonify, render_template_string
from playwright.sync_api import Page, expect

from kernel.access import public
from tests.browser import PHONE, NewVisitor, axe_violations
from tests.stage import Stage
from tests.valuation.vectors import a_transcript
from valuation.rules import transcript

pytestmark = pytest.mark.browser

PAGE = """
{%- extends "layouts/draw.html" -%}
{%- from "valuation/recompute.html" import recompute, working with context -%}
{% block scripts %}<script type="module" src="{{ asset('valuation/redraw.js') }}"></script>{% endblock %}
{% block heading %}评估机构摇号{% endblock %}
{% block recompute %}{{ recompute('/transcripts/' ~ number, 3, '法院监督部门') }}{% endblock %}
{% block working %}{{ working(redraw) }}{% endblock %}
"""


@pytest.fixture(scope="module", autouse=True)
def pages(stage: Stage) -> Iterator[None]:
    """In this module the platform has a page per known transcript."""
    with stage.apart(add_pages):
        yield


def add_pages(app: Flask) -> None:
    @app.get("/recompute/<number>")
    @public
    def page(number: str) -> str:
        known = a_transcript(number if number.startswith("JD-") else "JD-11")
        return render_template_string(PAGE, number=number,
                                      redraw=transcript.redraw(transcript.read(known)))

    @app.get("/transcripts/<number>")
    @public
    def record(number: str) -> Response | tuple[Response, int]:
        if number == "none":
            return jsonify({}), 404
        return jsonify(a_transcript(number) if number != "broken" else {"format": "jdraw/v1"})


def rows(page: Page) -> dict[str, str]:
    """Check -> its state as shown."""
    return {str(row.get_attribute("data-check")): str(row.get_attribute("class"))
            for row in page.locator("[data-check]").all()}


@pytest.mark.parametrize("number", ["JD-11", "JD-21"])
def test_a_visitor_sees_six_checks_hold_with_their_times_and_how_the_order_came_about(
        address: str, new_visitor: NewVisitor, number: str) -> None:
    page = new_visitor(address).page
    page.goto(f"/recompute/{number}")
    expect(page.locator("[data-when=holds]")).to_be_visible()
    expect(page.locator("[data-when=holds]")).to_contain_text("六项相符，次序一致")
    expect(page.locator("[data-when=holds] [data-offline]")).to_be_visible()
    assert set(rows(page).values()) == {""}
    for row in page.locator("[data-check]").all():
        expect(row.locator("[data-time]")).to_have_text(re.compile(r"(< )?[\d.]+ 毫秒"))
        expect(row.locator("[data-mark=held]")).to_be_visible()
    known = a_transcript(number)
    expect(page.locator("[data-order]")).to_have_text("、".join(known["result"]))
    expect(page.locator("[data-picks] tr")).to_have_count(3)
    expect(page.locator("[data-picks] tr").first).to_contain_text(known["result"][0])
    expect(page.locator("[data-seed]")).to_have_text(re.compile("[0-9a-f]{64}"))


def test_computing_again_asks_the_network_for_nothing(address: str, new_visitor: NewVisitor) -> None:
    visitor = new_visitor(address)
    visitor.page.goto("/recompute/JD-11")
    expect(visitor.page.locator("[data-when=holds]")).to_be_visible()
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.page.context.set_offline(True)
    visitor.page.get_by_role("button", name="再算一遍").click()
    expect(visitor.page.locator("[data-when=holds]")).to_be_visible()
    assert asked == []


def test_a_failed_check_stands_out_and_says_what_it_means_and_whom_to_tell(
        address: str, new_visitor: NewVisitor) -> None:
    page = new_visitor(address).page
    page.goto("/recompute/JD-17")
    expect(page.locator("[data-when=fails]")).to_contain_text("有 2 项不符")
    expect(page.locator("[data-when=fails]")).to_contain_text("法院监督部门")
    assert {check for check, shown in rows(page).items() if shown == "bad"} == {
        "court_commitment", "result_matches"}
    expect(page.locator("[data-check=court_commitment]")).to_contain_text("密值可能被换过")
    for row in page.locator("[data-check].bad").all():
        expect(row.locator("[data-unless-failed]").first).to_be_hidden()
    expect(page.locator("[data-check=pool_distinct] b[data-failed]")).to_be_hidden()


def test_a_file_of_ones_own_is_read_and_named_as_such(address: str, new_visitor: NewVisitor,
                                                      tmp_path: Path) -> None:
    page = new_visitor(address).page
    page.goto("/recompute/JD-11")
    expect(page.locator("[data-when=holds]")).to_be_visible()
    expect(page.locator("[data-own]")).to_be_hidden()
    own = tmp_path / "我的记录.json"
    own.write_text(json.dumps(a_transcript("JD-16")), encoding="utf-8")
    page.locator("[data-file]").set_input_files(own)
    expect(page.locator("[data-when=fails]")).to_contain_text("有 1 项不符")
    expect(page.locator("[data-own]")).to_contain_text("我的记录.json")


def test_a_file_may_be_dropped_and_one_that_does_not_fit_is_named_by_its_field(
        address: str, new_visitor: NewVisitor) -> None:
    page = new_visitor(address).page
    page.goto("/recompute/JD-11")
    expect(page.locator("[data-when=holds]")).to_be_visible()
    broken: dict[str, Any] = a_transcript()
    broken["court"]["secret"] = "00"
    dropped = page.evaluate_handle("""(text) => {
        const taken = new DataTransfer();
        taken.items.add(new File([text], "dropped.json", { type: "application/json" }));
        return taken;
    }""", json.dumps(broken))
    page.dispatch_event("[data-drop-zone]", "drop", {"dataTransfer": dropped})
    expect(page.locator("[data-when=unreadable]")).to_contain_text("court.secret")
    expect(page.locator("[data-picks] tr")).to_have_count(0)
    assert set(rows(page).values()) == {"todo"}


def test_a_transcript_that_cannot_be_fetched_or_read_is_said_in_words(
        address: str, new_visitor: NewVisitor) -> None:
    visitor = new_visitor(address)
    visitor.page.goto("/recompute/none")
    expect(visitor.page.locator("[data-when=unreachable]")).to_be_visible()
    expect(visitor.page.get_by_role("button", name="再算一遍")).to_be_hidden()
    visitor.forgive("404")
    visitor.page.goto("/recompute/broken")
    expect(visitor.page.locator("[data-when=unreadable]")).to_contain_text("hash")


def test_without_scripts_the_page_says_how_to_recompute_with_the_file(
        address: str, new_visitor: NewVisitor) -> None:
    page = new_visitor(address, scripts=False).page
    page.goto("/recompute/JD-11")
    expect(page.locator("[data-when=idle]")).to_contain_text("flask valuation redraw")
    expect(page.get_by_role("button", name="再算一遍")).to_be_hidden()
    expect(page.locator("[data-drop-zone]")).to_be_hidden()
    expect(page.locator("[data-picks] tr")).to_have_count(3)
    expect(page.locator("[data-picks] tr").first).to_contain_text("bf7d9f1ce35d9388")


@pytest.mark.parametrize("size", [PHONE, (1280, 900)])
@pytest.mark.parametrize("number", ["JD-11", "JD-17"])
def test_the_panel_has_nothing_that_axe_finds_fault_with(
        address: str, new_visitor: NewVisitor, number: str, size: tuple[int, int]) -> None:
    page = new_visitor(address, size=size).page
    page.goto(f"/recompute/{number}")
    expect(page.locator("[data-when=idle]")).to_be_hidden()
    expect(page.locator("[data-when=working]")).to_be_hidden()
    assert axe_violations(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
