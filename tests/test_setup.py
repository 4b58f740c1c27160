"""What `make setup` leaves behind, and that the fixtures of tests/ do what they promise."""

import hashlib
import importlib.util
import json
import os
import re
import subprocess
from pathlib import Path

import psycopg
import pysqlite3.dbapi2 as sqlite
import pytest
import redis
from sqlalchemy import make_url

from tests.browser import DESK, PHONE, NewVisitor, Visitor, axe_violations

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text(name), re.MULTILINE))


# --- the machine


def test_make_alone_explains_every_target() -> None:
    (phony,) = re.findall(r"^\.PHONY: (.*)", text("Makefile"), re.MULTILINE)
    targets = set(phony.split()) - {"test-tools"}
    shown = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^  make (\w+)", shown, re.MULTILINE)) == targets


def test_a_second_setup_finds_nothing_to_do() -> None:
    asked = subprocess.run(
        ["make", "--question", "setup"], cwd=ROOT, capture_output=True, check=False
    )
    assert asked.returncode == 0


def test_sqlite_keeps_its_commits_and_can_search() -> None:
    assert sqlite.sqlite_version_info >= (3, 51, 3)  # before it, a commit in WAL mode can be lost
    sqlite.connect(":memory:").execute("CREATE VIRTUAL TABLE words USING fts5(text)")


def test_no_websocket_library_stands_in_the_way_of_gunicorn() -> None:
    assert importlib.util.find_spec("geventwebsocket") is None


# --- the lock files


@pytest.mark.parametrize(
    "lock", ["requirements.lock", "requirements-dev.lock", "requirements-node.lock"]
)
def test_a_lock_pins_every_package_by_hash_and_names_no_registry(lock: str) -> None:
    packages = re.split(
        r"\n(?=\S)", re.sub(r"^ *#.*\n", "", text(lock), flags=re.MULTILINE).strip()
    )
    assert all("==" in package and "--hash=sha256:" in package for package in packages)
    assert "://" not in text(lock)


def test_the_lock_of_npm_checks_every_package_and_names_no_registry() -> None:
    packages = json.loads(text("package-lock.json"))["packages"]
    del packages[""]
    assert all(package["integrity"] and "resolved" not in package for package in packages.values())
    assert "://" not in text("package-lock.json")


def test_tests_run_on_the_versions_that_the_platform_runs_on() -> None:
    runtime, tests = pins("requirements.lock"), pins("requirements-dev.lock")
    shared = runtime.keys() & tests.keys()
    assert {name: tests[name] for name in shared} == {name: runtime[name] for name in shared}


def test_browser_libraries_are_as_their_manifest_says() -> None:
    files = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))["files"]
    wanted = json.loads(text("package.json"))["dependencies"]
    assert {line["package"]: line["version"] for line in files} == wanted
    assert {line["file"] for line in files} | {"manifest.json"} == {
        path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()
    }
    for line in files:
        assert hashlib.sha256((VENDOR / line["file"]).read_bytes()).hexdigest() == line["sha256"]


# --- removing the data


@pytest.mark.parametrize("folder", ["/", str(ROOT), str(ROOT.parent), str(Path.home())])
def test_reset_never_removes_more_than_a_data_folder(folder: str) -> None:
    # `rm` is replaced by words, lest a fault in the script be found the hard way.
    script = text("tools/reset").replace("rm -r --", "echo would remove")
    command = ["sh", "-c", script, str(ROOT / "tools/reset"), folder]
    environment = os.environ | {"FORCE": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")


def test_reset_asks_before_it_removes(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for answer, left in (("", True), ("n\n", True), ("y\n", False)):
        subprocess.run(
            ["tools/reset", data],
            cwd=ROOT,
            input=answer,
            text=True,
            capture_output=True,
            check=False,
        )
        assert data.exists() is left


# --- services


def test_postgres_gives_each_module_a_database_with_the_newest_schema(
    postgres_url: str, empty_postgres_url: str
) -> None:
    def tables(url: str) -> set[str]:
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address) as connection:
            assert connection.info.parameter_status("server_encoding") == "UTF8"
            rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            return {name for (name,) in rows}

    assert "alembic_version" in tables(postgres_url)
    assert tables(empty_postgres_url) == set()


def test_valkey_answers(valkey_url: str) -> None:
    with redis.Redis.from_url(valkey_url) as client:
        assert client.ping()


# --- browsers


STRICT = "default-src 'none'; script-src 'self'; style-src 'self'"
LOOSE = "script-src 'unsafe-inline'; img-src data:"


def visit(
    new_visitor: NewVisitor, body: str, *, policy: str = STRICT, size: tuple[int, int] = DESK
) -> Visitor:
    """Open a page with this body, as if a server had sent it under this policy."""
    html = f'<!doctype html><html lang="zh-CN"><title>拍</title><main><h1>拍</h1>{body}</main>'
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}
    visitor = new_visitor("http://luochui.test", size=size)
    visitor.page.route("**", lambda route: route.fulfill(body=html, headers=headers))
    visitor.page.goto("/")
    return visitor


@pytest.mark.browser
def test_a_flawless_page_passes(new_visitor: NewVisitor) -> None:
    visitor = visit(new_visitor, "<p>起拍价 900,000.00 元</p>", size=PHONE)
    assert axe_violations(visitor.page) == []
    assert visitor.page.viewport_size == {"width": 390, "height": 844}


@pytest.mark.browser
@pytest.mark.parametrize(
    ("body", "policy", "said"),
    [
        ("<p style='color: red'>价</p>", STRICT, "console: CSP: style-src-attr refused inline"),
        ("<script>1</script>", STRICT, "console: CSP: script-src-elem refused inline"),
        ("<script>console.error('坏了')</script>", LOOSE, "console: 坏了"),
        ("<script>throw new Error('断了')</script>", LOOSE, "script: 断了"),
    ],
    ids=["style", "script", "console", "exception"],
)
def test_what_goes_wrong_in_a_page_is_noticed(
    new_visitor: NewVisitor, body: str, policy: str, said: str
) -> None:
    visitor = visit(new_visitor, body, policy=policy)
    assert any(problem.startswith(said) for problem in visitor.problems), visitor.problems
    visitor.forgive(".")


@pytest.mark.browser
def test_a_picture_without_words_is_found(new_visitor: NewVisitor) -> None:
    pixel = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
    visitor = visit(new_visitor, f'<img src="{pixel}">', policy=LOOSE)
    assert [line.split(" ")[0] for line in axe_violations(visitor.page)] == ["image-alt"]


@pytest.mark.browser
def test_chinese_is_drawn_and_not_boxed(new_visitor: NewVisitor) -> None:
    """A missing glyph is the same box for every character."""
    visitor = new_visitor()
    drawn = visitor.page.evaluate(
        """() => [..."落槌拍卖"].map((character) => {
            const canvas = new OffscreenCanvas(40, 40);
            const pen = canvas.getContext("2d");
            pen.font = "32px sans-serif";
            pen.fillText(character, 2, 34);
            return pen.getImageData(0, 0, 40, 40).data.join();
        })"""
    )
    assert len(set(drawn)) == 4
