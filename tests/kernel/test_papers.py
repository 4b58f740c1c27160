"""Papers of the court: the same bytes for the same values, PDF/A, text that can be copied, and no code."""

import io
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from kernel.papers import serving, typesetting, wording
from kernel.papers.glyphs import characters_of, shown
from kernel.papers.marks import qr, ring
from kernel.papers.typesetting import Paper, PapersNotInstalled, Proof, fingerprint, render_pdf

MADE_AT = datetime(2026, 6, 11, 2, 0, tzinfo=UTC)
HASH = "3d97570c9048bcefdf83aa4008f8bf8c0e685c6cea057fd3d5f9881151fda68b"
PROOF = Proof("court.example/luochui/first", 122, HASH, "https://court.example/lots/lot-1/result")
ROOT = Path(__file__).resolve().parents[2]

CONFIRMATION = {
    "title": "网络拍卖成交确认书", "about": "东麓区观澜里8幢2单元1101室", "court": "临澜市东麓区人民法院",
    "number": "（2026）临0102执1240号", "day": "2026 年 6 月 11 日", "instrument": "某规定",
    "buyer": "林知远", "identity": "330***********2055", "code": "E2030", "round": "第一次拍卖",
    "closed": "2026 年 6 月 11 日 10:00:00.000", "lot": "东麓区观澜里8幢2单元1101室",
    "price": "2,020,000.00 元（人民币贰佰零贰万元整）", "deposit": "200,000.00 元（人民币贰拾万元整）",
    "balance": "1,820,000.00 元（人民币壹佰捌拾贰万元整）", "due": "2026 年 6 月 21 日"}


def a_paper(**changes: str) -> Paper:
    return Paper("confirmation", "确认书", MADE_AT, {**CONFIRMATION, **changes}, PROOF)


def a_long_paper(text: str, items: int = 11) -> Paper:
    one = {"name": "拍卖财产", "text": text, "hash": HASH}
    return Paper("notice", "公告", MADE_AT, {
        **{name: CONFIRMATION[name] for name in ("about", "court", "number", "day", "instrument")},
        "title": "拍卖公告", "opens": "甲", "closes": "乙", "window": "5 分钟",
        "terms": [{"name": "拍卖标的", "text": text}],
        "announcement": [one] * items, "notices": [one], "disclosures": [one] * items}, PROOF)


def opened(made: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(made))


def text_of(made: bytes) -> str:
    """What one gets who copies everything, without the breaks of lines."""
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in opened(made).pages))


def objects_of(reader: PdfReader) -> Iterator[DictionaryObject]:
    for number in range(1, len(reader.xref[0]) + len(reader.xref_objStm) + 1):
        found = reader.get_object(IndirectObject(number, 0, reader))
        if isinstance(found, DictionaryObject):
            yield found


# --- the same bytes


def test_the_same_values_give_the_same_bytes_in_another_process() -> None:
    code = ("from hashlib import sha256; from kernel.papers.typesetting import render_pdf; "
            "from tests.kernel.test_papers import a_long_paper; "
            "print(sha256(render_pdf(a_long_paper('观澜里𠮷'))).hexdigest())")
    runs = [subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True,
                           text=True, env={"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C.UTF-8"}).stdout
            for seed, zone in (("1", "Asia/Shanghai"), ("2", "America/New_York"))]
    here = sha256(render_pdf(a_long_paper("观澜里𠮷"))).hexdigest()
    assert {run.strip() for run in runs} == {here}


def test_papers_set_at_the_same_time_do_not_mix() -> None:
    wanted = [a_paper(buyer=name) for name in ("林知远", "贺兰舟", "苏文远", "陈怀瑾")]
    alone = [render_pdf(one) for one in wanted]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(render_pdf, wanted)) == alone


@pytest.mark.parametrize("change", [
    lambda one: a_paper(buyer="林知渊"),
    lambda one: Paper(one.template, one.name, MADE_AT + timedelta(seconds=1), one.values, one.proof),
    lambda one: Paper(one.template, one.name, MADE_AT, one.values, Proof("a", 1, "0" * 64, "https://b"))])
def test_other_values_give_other_bytes(change: Callable[[Paper], Paper]) -> None:
    one = a_paper()
    other = change(one)
    assert render_pdf(one) != render_pdf(other)
    assert fingerprint(one) != fingerprint(other)


def test_the_files_date_is_that_of_what_it_says() -> None:
    about = opened(render_pdf(a_paper())).metadata
    assert about is not None
    assert (about.creation_date, about.modification_date) == (MADE_AT, MADE_AT)
    assert about.title == "网络拍卖成交确认书，东麓区观澜里8幢2单元1101室"
    assert about.author == "临澜市东麓区人民法院"


# --- the form of an archive


def test_a_paper_says_that_it_is_pdf_a_2a_and_pdf_ua() -> None:
    reader = opened(render_pdf(a_paper()))
    root: Any = reader.trailer["/Root"]
    xmp = root["/Metadata"].get_data().decode()
    for words in ("<pdfaid:part>2</pdfaid:part>", "<pdfaid:conformance>A</pdfaid:conformance>",
                  "<pdfuaid:part>1</pdfuaid:part>"):
        assert words in xmp
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "zh-CN"
    assert root["/OutputIntents"][0].get_object()["/DestOutputProfile"].get_object().get_data()


def test_every_font_is_embedded_as_a_subset_and_can_be_read_back() -> None:
    every: list[Any] = list(objects_of(opened(render_pdf(a_paper()))))
    fonts = [one for one in every if one.get("/Type") == "/Font"]
    outer = [one for one in fonts if one["/Subtype"] == "/Type0"]
    inner = [one for one in fonts if one["/Subtype"] != "/Type0"]
    assert outer
    for font in outer:
        assert font["/ToUnicode"].get_object().get_data()
    for font in inner:
        assert re.fullmatch(r"/[A-Z]{6}\+.+", str(font["/BaseFont"]))
        described: Any = font["/FontDescriptor"].get_object()
        embedded = next(described[name].get_object() for name in ("/FontFile2", "/FontFile3")
                        if name in described)
        assert len(embedded.get_data()) < 500_000


def test_nothing_in_a_paper_acts() -> None:
    for one in objects_of(opened(render_pdf(a_paper()))):
        assert not {"/JS", "/JavaScript", "/AA", "/OpenAction", "/EmbeddedFiles", "/URI"} & set(one)


# --- the text


def test_what_stands_on_a_paper_can_be_copied() -> None:
    copied = text_of(render_pdf(a_paper()))
    for words in ("东麓区观澜里8幢2单元1101室", "2,020,000.00元（人民币贰佰零贰万元整）",
                  "（2026）临0102执1240号",
                  "林知远（竞买代码E2030，证件号码330***********2055）", HASH, PROOF.page, "第1页，共1页"):
        assert words in copied, words


@pytest.mark.parametrize("words", [
    "#import \"style.typ\": *", "]#panic(1)[", "\\u{41} \\ \\\\", "$ x^2 $ `raw` ```typ #1 ```",
    "*粗* _斜_ = 题 - 项 + 项 / 词: 义", "<label> @ref ~ -- --- ... // 注 /* 注 */", "{{ _('观') }}{% raw %}",
    "“双引号”‘单引号’\"直\"'撇'", "㐂䶮喆堃犇龘（全角０１２ＡＢ）℃㎡×÷≤≥①②·—…￥¥°′″√"])
def test_what_people_wrote_is_text_and_never_markup(words: str) -> None:
    assert re.sub(r"\s+", "", words) in text_of(render_pdf(a_paper(buyer=words, lot=words)))


@pytest.mark.parametrize("digest", [sha256(bytes([n])).hexdigest() for n in range(4)])
def test_a_hash_is_copied_without_a_gap(digest: str) -> None:
    paper = a_paper()
    made = render_pdf(Paper(paper.template, paper.name, MADE_AT, paper.values, Proof("a", 1, digest, "b")))
    assert digest in opened(made).pages[0].extract_text()


def test_a_character_that_no_font_has_is_named() -> None:
    copied = text_of(render_pdf(a_paper(buyer="𠮷野\U0001f600", title="甲\u202e乙")))
    assert "〓(U+20BB7)野〓(U+1F600)" in copied
    assert "甲〓(U+202E)乙" in copied


def test_shapeless_characters_are_left_out_and_controls_named() -> None:
    known = frozenset(map(ord, "甲乙〓(U+) 0123456789ABCDEF"))
    assert shown("甲\u200b\ufeff乙\ufe0f\t乙\r\n甲", known) == "甲乙 乙\n甲"
    assert shown("甲\x00\x07\u2066\ud800", known) == "甲〓(U+0000)〓(U+0007)〓(U+2066)〓(U+D800)"


def test_the_fonts_have_every_character_of_gbk_and_of_extension_a() -> None:
    from pylopdf_fonts_zh_cn import sans_path, serif_path  # noqa: PLC0415

    both = [bytes([a, b]).decode("gbk", "ignore") for a in range(0x81, 0xff) for b in range(0x40, 0xff)]
    wanted = {ord(one) for one in both if len(one) == 1} - {ord("≒"), 0x7F}
    for font in (serif_path(), sans_path()):
        assert wanted <= characters_of(font), font.name
        assert {*range(0x3400, 0x4DB6)} <= characters_of(font), font.name


def test_a_file_without_characters_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.otf").write_bytes(b"OTTO" + bytes(8))
    with pytest.raises(ValueError, match="no cmap"):
        characters_of(tmp_path / "a.otf")


def test_long_texts_break_into_pages_with_the_proof_on_each() -> None:
    reader = opened(render_pdf(a_long_paper("拍卖财产以实物现状为准，竞买人可以申请实地看样。" * 12)))
    total = len(reader.pages)
    assert total > 5
    for number, page in enumerate(reader.pages, 1):
        copied = re.sub(r"\s+", "", page.extract_text())
        assert HASH in copied
        assert f"第{number}页，共{total}页" in copied


@pytest.mark.parametrize("word", ["A" * 600, "https://court.example/" + "a-b/" * 200, "拍" * 600, "—" * 300])
def test_a_word_longer_than_the_line_stays_on_the_page(word: str) -> None:
    made = render_pdf(a_long_paper(word, items=1))
    assert text_of(made).count(word) >= 1
    for page in opened(made).pages:
        lines = page.extract_text().splitlines()
        assert max(map(len, lines)) < 120


def test_a_name_longer_than_the_line_stays_on_the_page_of_a_confirmation() -> None:
    made = render_pdf(a_paper(buyer="W" * 120, lot="W" * 120, number="W" * 120))
    assert text_of(made).count("W" * 120) == 3
    assert max(map(len, opened(made).pages[0].extract_text().splitlines())) < 70


def test_sums_days_and_instants_are_written_as_courts_write_them() -> None:
    assert wording.sum_of(202_000_050) == "2,020,000.50 元（人民币贰佰零贰万元零伍角整）"
    assert wording.day(datetime(2026, 6, 10, 16, tzinfo=UTC)) == "2026 年 6 月 11 日"
    assert wording.instant(MADE_AT) == "2026 年 6 月 11 日 10:00:00"
    later = MADE_AT + timedelta(milliseconds=7)
    assert wording.instant(later, exact=True) == "2026 年 6 月 11 日 10:00:00.007"


def test_the_marks_are_drawn_from_the_proof() -> None:
    assert ring(HASH).count("L") == 36
    assert ring(HASH) != ring("0" * 64)
    assert qr("a") != qr("b")
    assert re.search(r'viewBox="0 0 (\d+) \1"', qr(f"{PROOF.page}#{HASH}"))


# --- given to whoever asks


def test_a_paper_is_set_once_and_kept(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = serving.bytes_of(a_paper())
    (kept,) = (tmp_path / "cache" / "papers").iterdir()
    assert kept.read_bytes() == first
    monkeypatch.setattr(serving, "render_pdf", lambda paper: pytest.fail("set again"))
    assert serving.bytes_of(a_paper()) == first


def test_an_answer_is_named_in_chinese_and_tagged_with_its_hash(app: Flask) -> None:
    with app.test_request_context():
        answer = serving.answer(a_paper())
        digest = sha256(answer.data).hexdigest()
        told = serving.answer(a_paper(), as_digest=True)
    assert answer.headers["ETag"] == f'"{digest}"'
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert answer.headers["Content-Disposition"] == (
        "inline; filename=\"confirmation.pdf\"; filename*=UTF-8''%E7%A1%AE%E8%AE%A4%E4%B9%A6.pdf")
    assert told.get_data(as_text=True) == f"{digest}  确认书.pdf\n"
    with app.test_request_context(headers={"If-None-Match": f'"{digest}"'}):
        assert serving.answer(a_paper()).status_code == 304


@pytest.mark.parametrize("missing", ["typst", "pylopdf_fonts_zh_cn"])
def test_without_typst_or_its_fonts_the_fault_says_what_to_run(
        monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    typesetting._press.cache_clear()
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(PapersNotInstalled, match=f"{missing}; run: make setup"):
        render_pdf(a_paper())
    typesetting._press.cache_clear()


def test_a_font_file_that_is_gone_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import pylopdf_fonts_zh_cn  # noqa: PLC0415

    typesetting._press.cache_clear()
    monkeypatch.setattr(pylopdf_fonts_zh_cn, "sans_path", lambda: tmp_path / "gone.otf")
    with pytest.raises(PapersNotInstalled, match=r"gone\.otf; run: make setup"):
        render_pdf(a_paper())
    typesetting._press.cache_clear()


def test_a_start_does_not_wait_for_typst() -> None:
    code = "import sys, app; print([name for name in sys.modules if name.startswith(('typst', 'pylopdf'))])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.strip().splitlines()[-1] == "[]"
