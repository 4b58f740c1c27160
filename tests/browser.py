"""A person at a browser: headless Chromium in which nothing may go wrong unnoticed.

Errors in the console, errors in scripts, violations of the Content-Security-Policy and answers of
the kind 5xx fail the test at its end. A test that provokes one says so with ``Visitor.forgive``.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextvars import Context
from dataclasses import dataclass, field
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright
from werkzeug.serving import make_server

PHONE = (390, 844)
DESK = (1280, 900)

# Without these Chromium looks for its maker's hosts at every start.
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--lang=en-US",  # of the browser's own parts, such as the order in a field for a day
    "--no-first-run",
]

REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} refused ${event.blockedURI || "inline code"}`));
"""


@dataclass
class Visitor:
    """One browser context with one page, and what went wrong in it."""

    page: Page
    problems: list[str] = field(default_factory=list)

    def forgive(self, pattern: str) -> None:
        """Drop the problems so far that match; at least one must, or the test expected wrongly."""
        forgiven = [problem for problem in self.problems if re.search(pattern, problem)]
        assert forgiven, f"nothing to forgive: no problem matches {pattern!r} in {self.problems}"
        self.problems = [problem for problem in self.problems if problem not in forgiven]

    def watch(self) -> None:
        """Collect from now on what goes wrong."""
        self.page.context.add_init_script(REPORT_VIOLATIONS)
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        self.page.on("response", self._on_response)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _on_response(self, response: Response) -> None:
        if response.status >= 500:
            self.problems.append(f"answer {response.status}: {response.url}")


NewVisitor = Callable[..., Visitor]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    program = shutil.which("chromium")
    if program is None:
        missing = "Chromium is missing; as root, `make test` installs it from Debian"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET + as_root)
        yield browser
        browser.close()


@pytest.fixture
def new_visitor(chromium: Browser) -> Iterator[NewVisitor]:
    """Open a browser for one more person: ``new_visitor(base_url, locale="en", size=PHONE)``.

    Each has cookies of their own. The test fails at its end if anything went wrong in any of them.
    """
    visitors: list[Visitor] = []

    def open_browser(
        base_url: str | None = None,
        *,
        locale: str = "zh-CN",
        size: tuple[int, int] = DESK,
        scripts: bool = True,
    ) -> Visitor:
        width, height = size
        context = chromium.new_context(
            base_url=base_url,
            locale=locale,
            timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": height},
            has_touch=size == PHONE,
            java_script_enabled=scripts,
        )
        visitor = Visitor(context.new_page())
        visitor.watch()
        visitors.append(visitor)
        return visitor

    yield open_browser
    for visitor in visitors:
        visitor.page.context.close()
    problems = [problem for visitor in visitors for problem in visitor.problems]
    assert not problems, "\n".join(problems)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The app on a port of its own; every connection has a thread, so sockets may stay open."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=Context().run, args=(server.serve_forever,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def axe_violations(page: Page) -> list[str]:
    """Return what axe finds against accessibility on the page as it stands, one line an element."""
    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']} ({fault['impact']}) {' '.join(map(str, node['target']))}: {fault['help']}"
        for fault in found
        for node in fault["nodes"]
    ]
