"""Verify this yourself: whoever looks at a result checks it in his own browser, and sees what differs."""

import io
import json
import re
import zipfile
from base64 import b64decode, b64encode
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy.orm import Session

from accounts.models import Court
from auction.models import Lot
from evidence.jobs import sign_checkpoints
from evidence.services import export
from evidence.services.exporting import end_of
from kernel import clock, signing
from settlement.services import opening_of
from tests.browser import PHONE, NewVisitor, axe_violations
from tests.factories.auction import OPENS_AT, START_FEN, a_code, a_lot_on_sale, bid, closed
from tests.factories.settlement import a_served_plan, a_sold_case
from tests.factories.valuation import Walk, a_done_draw, a_scene
from tests.verifier.bundles import Json, Key, with_manifest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

BUNDLE = re.compile(r"/api/v1/bundles/")


@pytest.fixture
def sold(session: Session) -> str:
    """The subject of a sale that ended after three good bids."""
    lot = a_lot_on_sale(session)
    bidders = [a_code(session, lot)[1] for _ in range(2)]
    for turn in range(3):
        bid(session, bidders[turn % 2], START_FEN + turn * lot.sale.increment_fen,
            OPENS_AT + timedelta(minutes=turn))
    closed(session, lot)
    return signed(session, f"lot:{lot.id}/1")


def signed(session: Session, subject: str) -> str:
    sign_checkpoints()
    session.rollback()
    return subject


def page_of(subject: str) -> str:
    kind, _, name = subject.partition(":")
    return f"/verify/{kind}/{name}"


def exported(session: Session, subject: str) -> bytes:
    out = io.BytesIO()
    export(session, subject, out, now=clock.now())
    session.rollback()
    return out.getvalue()


def states(page: Page) -> dict[str, str]:
    """Check -> the mark that is shown at it."""
    return {str(row.get_attribute("data-check")):
            str(row.locator("[data-mark]:visible").first.get_attribute("data-mark"))
            for row in page.locator("[data-check]").all()}


def expect_told(page: Page, words: str) -> None:
    """What stands in the status, of all that may."""
    expect(page.get_by_role("status").locator("[data-when]:visible")).to_contain_text(words)


def expect_all_holds(page: Page) -> None:
    expect_told(page, "全部相符")
    assert set(states(page).values()) <= {"held", "none"}


def retold(raw: bytes, change: dict[str, int]) -> bytes:
    """The same bundle with the last bid changed, under a manifest that fits: a careful forger's."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    lines = [json.loads(line) for line in files["leaves.ndjson"].splitlines()]
    for line in reversed(lines):
        leaf = json.loads(b64decode(line["leaf"]))
        if leaf["kind"] == "bid":
            leaf["body"]["bid"] |= change
            text = json.dumps(leaf, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            line["leaf"] = b64encode(text.encode()).decode()
            break
    files["leaves.ndjson"] = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw_entry in with_manifest(files).items():
            archive.writestr(name, raw_entry)
    return out.getvalue()


@pytest.mark.parametrize("size", [PHONE, (1440, 900)], ids=["phone", "desk"])
def test_from_the_result_one_press_checks_the_sale_and_says_who_bought_at_what_price(
        address: str, new_visitor: NewVisitor, session: Session, sold: str, size: tuple[int, int]) -> None:
    page = new_visitor(address, size=size).page
    page.goto(f"/lots/{sold.removeprefix('lot:').removesuffix('/1')}/result")
    page.get_by_role("link", name="自己核验").click()
    expect_all_holds(page)
    assert {name for name, mark in states(page).items() if mark == "held"} >= {
        "download", "checkpoint", "leaves", "chain", "inclusion", "ended", "replay", "manifest"}
    lines = exported(session, sold)
    with zipfile.ZipFile(io.BytesIO(lines)) as archive:
        leaves = [json.loads(b64decode(json.loads(line)["leaf"]))
                  for line in archive.read("leaves.ndjson").splitlines()]
    outcome = next(leaf for leaf in leaves if leaf["kind"] == "lot.closed")["body"]["outcome"]
    expect(page.locator("[data-outcome]")).to_contain_text(outcome["winner_code"])
    expect(page.locator("[data-outcome]")).to_contain_text(f"{outcome['price_fen'] / 100:,.2f}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert axe_violations(page) == []


def test_a_draw_is_checked_too(address: str, new_visitor: NewVisitor, session: Session, at: Walk) -> None:
    draw = a_done_draw(session, a_scene(session), at)[1]
    subject = signed(session, draw.subject)
    page = new_visitor(address).page
    page.goto(page_of(subject).replace("/verify/draw/", "/draws/"))
    page.get_by_role("link", name="连同日志自己核验").click()
    expect_all_holds(page)
    assert states(page)["draw"] == "held"


def test_so_is_a_plan_by_its_commitment_without_a_name(
        address: str, new_visitor: NewVisitor, session: Session) -> None:
    subject = signed(session, a_served_plan(session, a_sold_case(session)).subject)
    page = new_visitor(address).page
    page.goto(page_of(subject).replace("/verify/plan/", "/plans/"))
    page.get_by_role("link", name="自己核验").click()
    expect_told(page, "日志相符；金额未核验")
    expect_told(page, "放进下面的框里")
    assert (states(page)["chain"], states(page)["plan"]) == ("held", "none")
    expect(page.locator("[data-check=plan]")).to_contain_text("没有开启材料，金额没有核验。")
    assert axe_violations(page) == []


def test_a_party_has_every_fen_of_the_plan_checked_with_what_opens_its_commitment(
        address: str, new_visitor: NewVisitor, session: Session) -> None:
    plan = a_served_plan(session, a_sold_case(session))
    opening = opening_of(plan)
    subject = signed(session, plan.subject)
    page = new_visitor(address).page
    page.goto(page_of(subject))
    mine = page.get_by_label("您是当事人？")

    def bring(value: Json) -> None:
        mine.set_input_files({"name": "opening.json", "mimeType": "application/json",
                              "buffer": json.dumps(value).encode()})

    bring(opening)
    expect_all_holds(page)
    assert states(page)["plan"] == "held"
    bring(opening | {"plan": opening["plan"] | {"surplus_fen": opening["plan"]["surplus_fen"] + 1}})
    expect_told(page, "有 1 项不符")
    expect(page.locator("[data-check=plan] [data-differs]")).to_contain_text("不是最后送达的方案")
    expect(page.locator("[data-check=plan] [data-differs]")).to_contain_text("规则得出另一方案")
    bring({"salt": "00"})
    expect_told(page, "这个文件不是“承诺的开启材料”")
    expect_told(page, "不是卷宗的问题")


def test_a_bid_changed_on_its_way_is_named_in_both_languages(
        address: str, new_visitor: NewVisitor, session: Session, sold: str) -> None:
    forged = retold(exported(session, sold), {"amount_fen": START_FEN})
    for locale, verdict, words in (
            ("zh-CN", "有 3 项不符", "路径不通向已签名的树根"),
            ("en", "3 of the checks do not agree", "its path does not lead to the signed root")):
        page = new_visitor(address, locale=locale).page
        page.route(BUNDLE, lambda route: route.fulfill(body=forged, content_type="application/zip"))
        page.goto(page_of(sold) + "#begin")
        expect_told(page, verdict)
        assert {name for name, mark in states(page).items() if mark == "failed"} >= {"inclusion", "replay"}
        expect(page.locator("[data-check=inclusion] [data-differs]")).to_contain_text(words)
        expect(page.locator("[data-check=inclusion] [data-differs]")).to_contain_text(re.compile(r"leaf \d+"))
        assert axe_violations(page) == []


def test_a_good_bundle_of_another_sale_is_no_answer(
        address: str, new_visitor: NewVisitor, session: Session, sold: str) -> None:
    lot = session.get_one(Lot, sold.removeprefix("lot:").removesuffix("/1"))
    other = a_lot_on_sale(session, session.get_one(Court, lot.court_id))
    closed(session, other)
    elsewhere = exported(session, signed(session, f"lot:{other.id}/1"))
    page = new_visitor(address).page
    page.route(BUNDLE, lambda route: route.fulfill(body=elsewhere, content_type="application/zip"))
    page.goto(page_of(sold) + "#begin")
    expect_told(page, "这是另一件事的卷宗")
    expect(page.get_by_role("status")).to_contain_text(f"lot:{other.id}/1")
    expect(page.locator("[data-outcome]")).to_be_hidden()


def test_what_is_no_bundle_and_what_does_not_come_gives_no_verdict(
        address: str, new_visitor: NewVisitor, session: Session, sold: str) -> None:
    visitor = new_visitor(address)
    page = visitor.page
    answers = iter([lambda route: route.fulfill(body=b"PK rubbish", content_type="application/zip"),
                    lambda route: route.fulfill(status=404, body=b"{}"),
                    lambda route: route.continue_()])

    def answer(route: Route) -> None:
        next(answers)(route)

    page.route(BUNDLE, answer)
    page.goto(page_of(sold))
    page.get_by_role("button", name="开始核验").click()
    expect_told(page, "文件损坏或者被改动")
    expect_told(page, "它不是完整的压缩包")
    expect_told(page, "技术原因：no zip: it has no end of a zip")
    page.get_by_role("button", name="再核验一遍").click()
    expect_told(page, "没有取到卷宗")
    visitor.forgive("404")
    page.get_by_role("button", name="再核验一遍").click()
    expect_all_holds(page)


def test_the_visitors_own_key_takes_the_place_of_the_servers(
        address: str, new_visitor: NewVisitor, session: Session, sold: str) -> None:
    origin = end_of(session, sold, clock.now()).origin
    page = new_visitor(address).page
    page.goto(page_of(sold))
    own = page.get_by_label("您自己的密钥，一行一把")
    assert own.input_value() == ""
    own.fill(Key(origin, word="another").vkey)
    page.get_by_role("button", name="开始核验").click()
    expect_told(page, "有 1 项不符")
    assert states(page)["checkpoint"] == "failed"
    expect(page.get_by_text("这次用的是您自己的密钥。")).to_be_visible()

    own.fill(f"{signing.signer(origin).vkey}\n{Key('witness.example/w1', 4).vkey}\n")
    page.get_by_role("button", name="再核验一遍").click()
    expect_told(page, "有 1 项不符")
    assert (states(page)["checkpoint"], states(page)["witnesses"]) == ("held", "failed")

    own.fill("no key")
    page.get_by_role("button", name="再核验一遍").click()
    expect_told(page, "这不是一把密钥")
    expect(own).to_be_focused()
    own.fill(f"{signing.signer(origin).vkey}\n{Key('elsewhere.example/log').vkey}")
    page.get_by_role("button", name="再核验一遍").click()
    expect_told(page, "这些密钥不属于同一份日志")
    own.fill(Key("elsewhere.example/log").vkey)
    page.get_by_role("button", name="再核验一遍").click()
    expect_told(page, "这是那份日志的密钥吗？")
    expect_told(page, f"出自日志 {origin}，密钥却属于 elsewhere.example/log")
    own.fill("")
    page.get_by_role("button", name="再核验一遍").click()
    expect_all_holds(page)
    expect(page.get_by_text("这次用的是服务器给出的密钥。")).to_be_visible()


def test_a_file_of_ones_own_is_checked_without_the_network(
        address: str, new_visitor: NewVisitor, session: Session, sold: str, tmp_path: Path) -> None:
    file = tmp_path / "sale.zip"
    file.write_bytes(exported(session, sold))
    key = signing.signer(end_of(session, sold, clock.now()).origin).vkey
    page = new_visitor(address).page
    page.goto("/verify")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.get_by_label("您自己的密钥，一行一把").fill(key)
    page.locator("[data-file]").set_input_files(file)
    expect_all_holds(page)
    expect(page.locator("[data-check=witnesses]")).to_contain_text("您没有填写，所以没有核验")
    assert axe_violations(page) == []


def test_a_damaged_entry_is_named_in_the_readers_language(
        address: str, new_visitor: NewVisitor, session: Session, sold: str) -> None:
    raw = bytearray(exported(session, sold))
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        leaves = archive.getinfo("leaves.ndjson")
    raw[leaves.header_offset + 60 + leaves.compress_size // 2] ^= 1
    key = signing.signer(end_of(session, sold, clock.now()).origin).vkey
    for locale, words in (
            ("zh-CN", ("文件损坏或者被改动", "其中的 leaves.ndjson 不能解开。", "技术原因：leaves.ndjson")),
            ("en", ("damaged or was changed", "leaves.ndjson in it cannot be unpacked."))):
        page = new_visitor(address, locale=locale).page
        page.goto("/verify")
        page.locator("#own-key").fill(key)
        page.locator("[data-file]").set_input_files(
            {"name": "sale.zip", "mimeType": "application/zip", "buffer": bytes(raw)})
        for said in words:
            expect_told(page, said)
        assert axe_violations(page) == []


def test_an_unopened_plan_brought_as_a_file_is_not_said_to_agree_in_all(
        address: str, new_visitor: NewVisitor, session: Session) -> None:
    subject = signed(session, a_served_plan(session, a_sold_case(session)).subject)
    page = new_visitor(address).page
    page.goto("/verify")
    page.locator("#own-key").fill(signing.signer(end_of(session, subject, clock.now()).origin).vkey)
    page.locator("[data-file]").set_input_files(
        {"name": "plan.zip", "mimeType": "application/zip", "buffer": exported(session, subject)})
    expect_told(page, "日志相符；金额未核验")
    expect_told(page, "放进该方案自己的核验页面")


def test_the_sign_of_the_button_stands_beside_its_word(
        address: str, new_visitor: NewVisitor, sold: str) -> None:
    page = new_visitor(address, size=PHONE).page
    page.goto(page_of(sold))
    button = page.get_by_role("button", name="开始核验")
    sign, word, whole = (found.bounding_box() for found in (
        button.locator("svg"), button.locator("[data-first]"), button))
    assert sign is not None
    assert word is not None
    assert whole is not None
    assert sign["x"] + sign["width"] <= word["x"]
    assert abs(sign["y"] + sign["height"] / 2 - whole["y"] - whole["height"] / 2) <= 1


def test_with_the_keyboard_alone_the_check_begins_and_the_button_keeps_the_focus(
        address: str, new_visitor: NewVisitor, sold: str) -> None:
    page = new_visitor(address).page
    page.goto(page_of(sold))
    begin = page.get_by_role("button", name="开始核验")
    begin.focus()
    page.keyboard.press("Enter")
    expect_all_holds(page)
    expect(page.get_by_role("button", name="再核验一遍")).to_be_focused()
    assert page.locator("[role=status], [aria-live]").filter(has_text="全部相符").count() == 1


def test_without_scripts_the_page_says_how_to_do_it_with_the_file(
        address: str, new_visitor: NewVisitor, sold: str) -> None:
    page = new_visitor(address, scripts=False).page
    page.goto(page_of(sold))
    expect_told(page, "没有脚本，这个页面不能核验")
    expect(page.get_by_role("button", name="开始核验")).to_have_count(0)
    expect(page.get_by_role("link", name="下载卷宗")).to_be_visible()
    with page.expect_download() as loading:
        page.get_by_role("link", name="下载 verify.py").click()
    assert loading.value.path().read_bytes() == (
        Path(__file__).parents[2] / "verifier" / "verify.py").read_bytes()


def test_a_sale_that_goes_on_is_said_to_go_on(
        address: str, new_visitor: NewVisitor, session: Session) -> None:
    lot = a_lot_on_sale(session)
    path = page_of(signed(session, f"lot:{lot.id}/1"))
    visitor = new_visitor(address)
    answer = visitor.page.goto(path)
    assert answer is not None
    assert answer.status == 409
    expect(visitor.page.get_by_text("还没有结束")).to_be_visible()
    visitor.forgive("409")
