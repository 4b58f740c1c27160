"""Checking a sale of 400 bids in a phone's browser, on a bad line: against fetching the same and hashing it.

The phone and the line are those of ``pages``. Each press is that of somebody who has read the page.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from accounts import services as accounts
from app import create_app
from benchmarks.figures import Figure
from benchmarks.pages import PHONE, QUIET, SLOW_4G, SLOWER_PROCESSOR
from benchmarks.place import our_place
from benchmarks.serving import serving
from config.settings import Settings
from evidence.jobs import sign_checkpoints
from kernel.database import db
from tests.factories.auction import OPENS_AT, START_FEN, a_code, a_lot_on_sale, bid, closed

ROUNDS = 5
BIDS, BIDDERS = 400, 12
PATIENCE_S = 60
VERDICT = "[data-when=holds]:not([hidden])"
MARK = "luochui:verified"
"""Set by static/verify/page.js: from the press to the verdict, and from the bundle's last byte to it."""

BARE = """async (url) => {
  const begun = performance.now();
  const bytes = await (await fetch(url, { cache: "no-store" })).arrayBuffer();
  const here = performance.now();
  await crypto.subtle.digest("SHA-256", bytes);
  return [performance.now() - begun, performance.now() - here, bytes.byteLength];
}"""


def measure() -> Iterator[Figure]:
    program = shutil.which("chromium")
    if program is None:
        sys.exit("this is measured in Chromium, which is missing; as root, `make bench` installs it")
    with tempfile.TemporaryDirectory(prefix="luochui-bench-") as folder, sync_playwright() as playwright:
        place = our_place(Path(folder), None, 1, 1)
        path = _a_sale(place.environment)
        browser = playwright.chromium.launch(
            executable_path=program, args=QUIET + ["--no-sandbox"] * (os.geteuid() == 0))
        with serving(_server, folder, place.environment) as address:
            seen = [_verified(browser, address, path) for _ in range(ROUNDS)]
            bare = [_bare(browser, address, path) for _ in range(ROUNDS)]
        browser.close()
    yield Figure("verify.phone", "s", [run["pressed"] / 1e3 for run in seen], [run[0] / 1e3 for run in bare])
    yield Figure("verify.phone.computing", "ms", [run["read"] for run in seen], [run[1] for run in bare])
    yield Figure("verify.bundle", "KB", [run[2] / 1e3 for run in bare], [run[2] / 1e3 for run in bare])


def _server(port: int) -> list[str]:
    return [str(Path(sys.executable).with_name("gunicorn")), "--config", "config/gunicorn.py",
            "--bind", f"127.0.0.1:{port}", "app:create_app()"]


def _a_sale(environment: dict[str, str]) -> str:
    """A sale of so many good bids that has ended: where its bundle and its page are."""
    app = create_app(Settings.from_env(environment))
    with app.app_context():
        session = db.session()
        (court,) = accounts.courts(session)
        lot = a_lot_on_sale(session, court=court)
        bidders = [a_code(session, lot)[1] for _ in range(BIDDERS)]
        for turn in range(BIDS):
            bid(session, bidders[turn % BIDDERS], START_FEN + turn * lot.sale.increment_fen,
                OPENS_AT + timedelta(minutes=turn))
        closed(session, lot)
        sign_checkpoints()
        path = f"lot/{lot.id}/1"
        db.session.remove()
        db.engine.dispose()
    return path


def _phone(browser: Browser, url: str) -> Page:
    context = browser.new_context(**PHONE)
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW_4G)
    line.send("Emulation.setCPUThrottlingRate", SLOWER_PROCESSOR)
    page.goto(url, wait_until="load")
    page.wait_for_timeout(1000)
    return page


def _verified(browser: Browser, address: str, path: str) -> dict[str, float]:
    """Milliseconds from the press, and from the bundle's last byte, to the verdict."""
    page = _phone(browser, f"{address}/verify/{path}")
    page.get_by_role("button", name="开始核验").click()
    page.wait_for_selector(VERDICT, timeout=PATIENCE_S * 1000)
    found: dict[str, float] = page.evaluate(
        "(mark) => performance.getEntriesByName(mark)[0].detail", MARK)
    page.context.close()
    return found


def _bare(browser: Browser, address: str, path: str) -> Any:
    page = _phone(browser, f"{address}/verify/{path}")
    found = page.evaluate(BARE, f"/api/v1/bundles/{path}.zip")
    page.context.close()
    return found
