"""Static files: where they live, how long they are kept, how few bytes they are; and answers compressed."""

import gzip
import os
import re
from pathlib import Path

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from kernel import assets, compression, http
from tests.factories.accounts import a_bidder, a_court, sign_in

ROOT = Path(__file__).resolve().parents[2]
FOR_A_YEAR = "public, max-age=31536000, immutable"


@pytest.fixture(name="small")
def a_small_app(tmp_path: Path) -> Flask:
    """An app with a tree of its own, which a test may change."""
    for name in assets.SHEETS:
        write(tmp_path, f"css/{name}.css", f".{name} {{ color: red }}")
    write(tmp_path, "img/icons.svg", '<svg><symbol id="check"></symbol></svg>')
    write(tmp_path, "js/page.js", 'import "./money.js";\n' + "// a long way round\n" * 100)
    return Flask("small", root_path=str(tmp_path), static_folder=None)


def write(folder: Path, path: str, text: str) -> None:
    file = folder / "static" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def address_of(app: Flask, path: str) -> str:
    with app.test_request_context("/"):
        return app.jinja_env.from_string("{{ asset(path) }}").render(path=path)


def test_an_address_carries_the_hash_of_the_whole_tree(small: Flask, tmp_path: Path) -> None:
    assets.init_app(small, {}, frozen=True)
    before = address_of(small, "js/page.js")
    assert re.fullmatch(r"/static/[0-9a-f]{12}/js/page\.js", before)
    write(tmp_path, "js/money.js", "export const fen = 2;")
    assets.init_app(small, {}, frozen=True)
    assert address_of(small, "js/page.js") != before  # its neighbour is another one now


def test_an_address_of_this_release_is_kept_for_ever_and_any_other_asked_again(small: Flask) -> None:
    assets.init_app(small, {})
    client = small.test_client()
    here = address_of(small, "js/page.js")
    assert client.get(here).headers["Cache-Control"] == FOR_A_YEAR
    for other in ("/static/js/page.js", "/static/0123456789ab/js/page.js"):
        answer = client.get(other)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")
        assert answer.data == client.get(here).data


def test_what_was_seen_already_is_not_sent_again(small: Flask) -> None:
    assets.init_app(small, {})
    client = small.test_client()
    first = client.get("/static/js/page.js", headers={"Accept-Encoding": "br"})
    again = client.get("/static/js/page.js",
                       headers={"Accept-Encoding": "br", "If-None-Match": first.headers["ETag"]})
    plain = client.get("/static/js/page.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert (again.headers["ETag"], again.headers["Vary"]) == (first.headers["ETag"], "Accept-Encoding")
    assert plain.status_code == 200  # other bytes than those that were seen


def test_the_sheets_of_every_page_are_one_file_in_their_order(small: Flask) -> None:
    assets.init_app(small, {})
    sheet = small.test_client().get(address_of(small, "css/base.css"))
    assert sheet.mimetype == "text/css"
    assert re.findall(r"\.(\w+) \{", sheet.text) == list(assets.SHEETS)


def test_a_changed_file_is_seen_with_the_next_page_unless_the_tree_is_frozen(
        small: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "_LOOK_EVERY_S", 0.0)
    living = assets.init_app(small, {})
    frozen = assets.init_app(Flask("frozen", root_path=str(tmp_path), static_folder=None), {}, frozen=True)
    before = living.release
    assert frozen.release == before
    write(tmp_path, "css/tokens.css", ".tokens { color: blue }")
    changed = living.find("css/tokens.css")
    kept = frozen.find("css/tokens.css")
    assert changed is not None
    assert b"blue" in changed.body
    assert kept is not None
    assert b"red" in kept.body
    assert living.release != before == frozen.release


@pytest.mark.parametrize("path", ["../app.py", "%2e%2e/app.py", "css", "css/", "", "/etc/hosts", "no.css"])
def test_nothing_but_the_tree_is_served(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/static/{path}")
    assert answer.status_code == 404
    assert "找不到" in answer.text


def test_static_files_are_read_and_never_written(client: FlaskClient) -> None:
    assert client.post("/static/js/page.js").status_code in (404, 405)
    head = client.head("/static/js/page.js")
    assert (head.status_code, head.data) == (200, b"")


def test_a_static_file_has_nothing_to_do_with_who_asks(client: FlaskClient, session: Session) -> None:
    a_court(session)
    sign_in(client, a_bidder(session))
    answer = client.get("/static/js/page.js")
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "Set-Cookie" not in answer.headers
    for name, value in http.HEADERS.items():
        assert answer.headers[name] == value


@pytest.mark.parametrize(("accepted", "coding"), [
    ("br, gzip", "br"), ("gzip, deflate", "gzip"), ("br;q=0, gzip", "gzip"), ("identity", ""), ("", "")])
@pytest.mark.parametrize("path", ["/static/css/tokens.css", "/login", "/lots"])
def test_files_and_pages_come_in_the_best_coding_the_browser_takes(
        client: FlaskClient, path: str, accepted: str, coding: str) -> None:
    answer = client.get(path, headers={"Accept-Encoding": accepted})
    assert answer.status_code == 200
    assert answer.headers.get("Content-Encoding", "") == coding
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    opened = unpacked(answer)
    assert opened.startswith((b"<!doctype html>", b"/*", b"@", b":root"))
    if coding:
        assert len(answer.data) < len(opened) / 2


def unpacked(answer: TestResponse) -> bytes:
    coding = answer.headers.get("Content-Encoding")
    if coding == "br":
        return bytes(brotli.decompress(answer.data))
    return gzip.decompress(answer.data) if coding == "gzip" else answer.data


def test_what_fits_one_packet_or_is_a_picture_stays_as_it_is(client: FlaskClient) -> None:
    everything = {"Accept-Encoding": "br, gzip"}
    assert "Content-Encoding" not in client.get("/healthz", headers=everything).headers
    assert compression.coding_for(client.get("/healthz").request.accept_encodings, "image/png") == ""


def test_what_is_long_is_compressed_as_well(new_app: Flask) -> None:
    text = os.urandom(8).hex() * 20_000
    new_app.add_url_rule("/long", "long", lambda: text)
    answer = new_app.test_client().get("/long", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(answer.data).decode() == text


def test_every_file_that_a_template_names_is_there(app: Flask) -> None:
    known = assets.Assets(ROOT / "static", frozen=True)
    missing = [f"{page.relative_to(ROOT)}: {name}" for page in (ROOT / "templates").rglob("*.html")
               for name in re.findall(r"""asset\(['"]([^'"]+\.\w+)['"]\)""", page.read_text("utf-8"))
               if known.find(name) is None]
    assert missing == []


def test_every_module_finds_its_neighbours() -> None:
    missing = [f"{module.relative_to(ROOT)}: {name}" for module in (ROOT / "static").rglob("*.js")
               if "vendor" not in module.parts
               for name in re.findall(r"""(?:\bfrom|^import|\bimport\()\s*["']([./][^"']+)["']""",
                                      module.read_text("utf-8"))
               if not (module.parent / name).is_file()]
    assert missing == []


def test_no_template_goes_around_the_address_of_the_release() -> None:
    found = [page.name for page in (ROOT / "templates").rglob("*.html")
             if re.search(r"""["'(]/static/|url_for\(['"]static""", page.read_text("utf-8"))]
    assert found == []
