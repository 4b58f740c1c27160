"""What a phone feels on a bad line: the first view of each page in headless Chromium.

Slow 4G (1.6 Mbit/s, 150 ms round trip), the processor four times slower, 390 x 844, nothing in the cache.
Held against one bare page of as many bytes from the same server; bytes against the same before compression.
"""

import json
import os
import shutil
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from benchmarks.figures import Figure
from benchmarks.serving import bare, platform, serving
from seeds.people import PASSWORD

AGAIN = 3
SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8,
           "uploadThroughput": 750_000 / 8}
SLOWER_PROCESSOR = {"rate": 4}
PHONE: Any = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True,
              "has_touch": True, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
SETTLED_MS = 1500
"""After the last byte; what moves later moved because somebody touched it."""

PATIENCE_S = 30
PHOTOGRAPHS = ("image/jpeg", "image/png", "image/webp", "image/avif")
LIVE = "luochui:live"
"""Set by static/auction/room.js when the room has heard the server and shows what it heard."""

WATCH = """
window.seen = { lcp: 0, cls: 0 };
const watch = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take))
  .observe({ type, buffered: true });
watch("largest-contentful-paint", (paint) => { seen.lcp = paint.startTime; });
watch("layout-shift", (shift) => { if (!shift.hadRecentInput) seen.cls += shift.value; });
"""

QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-gpu", "--disable-quic",
         "--disable-sync", "--no-first-run"]


@dataclass
class View:
    """One first view of one page."""

    lcp_s: float = 0.0
    cls: float = 0.0
    live_s: float = 0.0
    sent: int = 0
    plain: int = 0
    requests: int = 0
    photographs: set[str] = field(default_factory=set)


def measure() -> Iterator[Figure]:
    program = shutil.which("chromium")
    if program is None:
        sys.exit("pages are measured in Chromium, which is missing; as root, `make bench` installs it")
    with tempfile.TemporaryDirectory(prefix="luochui-bench-") as data_dir, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=QUIET + ["--no-sandbox"] * (os.geteuid() == 0))
        with serving(platform, data_dir) as address, serving(bare, data_dir) as limit:
            yield from _figures(browser, address, limit)
        browser.close()


def _figures(browser: Browser, address: str, limit: str) -> Iterator[Figure]:
    lots = {lot["state"]: f"/lots/{lot['id']}" for lot in _asked(f"{address}/api/v1/lots")["lots"]}
    running, upcoming = lots.pop("bidding"), lots.pop("published")
    over = next(iter(lots.values()))
    bidder = _signed_in(browser, address, "bidder-1")
    pages: list[tuple[str, str, Any]] = [
        ("home", "/", None), ("lots", "/lots", None), ("lot", running, None),
        ("lot-upcoming", upcoming, None), ("result", f"{over}/result", None),
        ("history", f"{over}/history", None), ("draws", "/draws", None),
        ("room-watcher", f"{running}/room", None), ("room-bidder", f"{running}/room", bidder)]
    for name, path, visitor in pages:
        is_room = name.startswith("room")
        views = [see(browser, address + path, visitor, wait_for_live=is_room) for _ in range(AGAIN)]
        bytes_sent = sorted(view.sent for view in views)[AGAIN // 2]
        least = [see(browser, f"{limit}/{bytes_sent}", None) for _ in range(AGAIN)]
        of = _runs_of(views, least)
        yield of(f"pages.{name}.lcp", "s", lambda view: view.lcp_s)
        if is_room:
            yield Figure(f"pages.{name}.interactive", "s", [view.live_s for view in views],
                         [view.lcp_s for view in least])
        yield of(f"pages.{name}.cls", "", lambda view: view.cls)
        yield Figure(f"pages.{name}.sent", "KB", [view.sent / 1000 for view in views],
                     [view.plain / 1000 for view in views])
        yield of(f"pages.{name}.requests", "", lambda view: view.requests)


def _runs_of(views: list[View], least: list[View]) -> Callable[[str, str, Callable[[View], float]], Figure]:
    def figure(name: str, unit: str, of: Callable[[View], float]) -> Figure:
        return Figure(name, unit, [of(view) for view in views], [of(view) for view in least])

    return figure


def _asked(url: str) -> Any:
    with urllib.request.urlopen(url) as answer:  # noqa: S310  # our own address
        return json.load(answer)


def _signed_in(browser: Browser, address: str, login: str) -> Any:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/login")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in urllib.parse.urlsplit(url).path)
    kept = context.storage_state()
    context.close()
    return kept


def see(browser: Browser, url: str, visitor: Any, *, wait_for_live: bool = False) -> View:
    """Open a page as somebody does who was never here, but may have a session."""
    context = browser.new_context(**PHONE, storage_state=visitor)
    page = context.new_page()
    page.add_init_script(WATCH)
    line = context.new_cdp_session(page)
    view = View()
    _count(line, view)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW_4G)
    line.send("Emulation.setCPUThrottlingRate", SLOWER_PROCESSOR)
    page.goto(url, wait_until="load")
    if wait_for_live:
        view.live_s = _live(page)
    page.wait_for_timeout(SETTLED_MS)
    seen = page.evaluate("seen")
    view.lcp_s, view.cls = seen["lcp"] / 1000, seen["cls"]
    context.close()
    return view


def _live(page: Page) -> float:
    for _ in range(PATIENCE_S * 10):  # wait_for_function would want what our policy forbids: eval
        at = page.evaluate("(name) => performance.getEntriesByName(name)[0]?.startTime", LIVE)
        if at is not None:
            return float(at) / 1000
        page.wait_for_timeout(100)
    raise RuntimeError(f"{page.url} never set the mark {LIVE}; open it by hand to see why")


def _count(line: CDPSession, view: View) -> None:
    def begun(event: dict[str, Any]) -> None:
        view.requests += 1
        if event["response"]["mimeType"] in PHOTOGRAPHS:
            view.photographs.add(event["requestId"])

    def grown(event: dict[str, Any]) -> None:
        if event["requestId"] not in view.photographs:
            view.plain += event["dataLength"]

    def done(event: dict[str, Any]) -> None:
        if event["requestId"] not in view.photographs:
            view.sent += int(event["encodedDataLength"])

    line.on("Network.responseReceived", begun)
    line.on("Network.dataReceived", grown)
    line.on("Network.loadingFinished", done)
