"""What a change does to the look of the key pages: ``python -m tests.visual [COMMIT]``.

The commit and the working tree serve copies of one demo court at one instant; every key page is photographed
from both, on a desk and on a phone, and compared. A pixel differs where a channel differs by more than
``PIXEL`` of 255; a page, where more than ``TOLERANCE`` of its pixels do. Both sides are drawn by the same
Chromium, so no picture is kept from one day to the next. Exit status 1 if any page differs.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path

from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page, sync_playwright

from seeds.people import PASSWORD
from tests.browser import QUIET
from tests.demo import FOUND, environment

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "test-results" / "visual"
TOLERANCE = 0.001
PIXEL = 24
SIZES = {"desk": (1440, 900), "phone": (390, 844)}
SETTLE_MS = 400

PAGES = {
    "": ["/", "/lots", "/lots?q=观澜", "{bidding}", "{published}", "{over}", "{over}/result",
         "{over}/history", "{bidding}/room", "/draws", "/draws/*", "/practice", "/login"],
    "bidder-1": ["/my", "/my/bids", "{bidding}/room"],
    "officer": ["/desk/", "/desk/cases", "/desk/cases/*", "/desk/lots", "/desk/lots/*", "/desk/lots/new"],
    "finance-1": ["/desk/money"],
    "judge-1": ["/desk/approvals"],
    "auditor": ["/desk/audit/leaves"],
}
"""By who looks. ``{state}`` is a lot in that state; ``*`` the first one that the list links to."""


@dataclass
class Seen:
    """One page, seen twice."""

    who: str
    path: str
    size: str
    before: Image.Image
    after: Image.Image
    status: tuple[int, int]

    @property
    def name(self) -> str:
        said = f"{self.who or 'visitor'} {self.path} {self.size}".lower()
        return re.sub(r"[^0-9a-z]+", "-", said).strip("-")

    def compared(self) -> tuple[float, Image.Image]:
        """The share of pixels that differ, and a picture of them."""
        extent = (max(self.before.width, self.after.width), max(self.before.height, self.after.height))
        sides = []
        for image, beyond in ((self.before, "black"), (self.after, "white")):  # what only one has differs
            sides.append(Image.new("RGB", extent, beyond))
            sides[-1].paste(image)
        bands = ImageChops.difference(*sides).split()
        worst = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])
        marks = worst.point(lambda value: 255 if value > PIXEL else 0)
        shown = Image.blend(sides[1].convert("L").convert("RGB"), Image.new("RGB", extent, "white"), 0.7)
        shown.paste((200, 30, 20), mask=marks)
        return marks.histogram()[255] / (extent[0] * extent[1]), shown


def main(against: str = "HEAD") -> int:
    program = shutil.which("chromium")
    if program is None:
        sys.exit("pages are photographed by Chromium, which is missing; as root, `make visual` installs it")
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="luochui-visual-")))
        before = stack.enter_context(_tree(work / "tree", against))
        _run([sys.executable, "-c", FOUND], before, work / "before")
        shutil.copytree(work / "before", work / "after")
        # A minute on: what the founding left is past, and nothing stands at a border.
        instant = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=1)
        addresses = [stack.enter_context(_standing(tree, data, instant))
                     for tree, data in ((before, work / "before"), (ROOT, work / "after"))]
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(
            executable_path=program, args=QUIET + ["--no-sandbox"] * (os.geteuid() == 0))
        seen = list(_seen(browser, addresses, instant))
        browser.close()
    return _report(seen, against)


@contextmanager
def _tree(folder: Path, commit: str) -> Iterator[Path]:
    """The commit in a folder of its own, with the libraries and vendored files of the working tree."""
    subprocess.run(["git", "worktree", "add", "--quiet", "--detach", folder, commit], cwd=ROOT, check=True)
    try:
        shutil.copytree(ROOT / "static" / "vendor", folder / "static" / "vendor")
        for catalogue in folder.glob("translations/*/LC_MESSAGES/*.po"):
            subprocess.run([Path(sys.executable).with_name("pybabel"), "--quiet", "compile", "--locale",
                            catalogue.parts[-3], "--input-file", catalogue, "--output-file",
                            catalogue.with_suffix(".mo")], check=True)
        yield folder
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", folder], cwd=ROOT, check=True)


def _run(command: list[str], tree: Path, data: Path) -> None:
    data.mkdir()
    done = subprocess.run(command, cwd=tree, env=environment(data), capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        sys.exit(f"the demo court of {tree} could not be founded:\n{done.stderr}")


@contextmanager
def _standing(tree: Path, data: Path, instant: datetime) -> Iterator[str]:
    command = [sys.executable, str(Path(__file__).with_name("standing.py")), str(data), instant.isoformat()]
    with (data / "server.log").open("w") as log:
        server = subprocess.Popen(command, cwd=tree, env=environment(data) | {"PYTHONPATH": str(tree)},
                                  stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        assert server.stdout is not None
        said = server.stdout.readline().split()
        if not said:
            sys.exit(f"{tree} could not be served:\n{(data / 'server.log').read_text()}")
        yield said[0]
    finally:
        server.terminate()
        server.wait()


def _seen(browser: Browser, addresses: list[str], instant: datetime) -> Iterator[Seen]:
    for size, (width, height) in SIZES.items():
        for who, paths in PAGES.items():
            visitors = [_visitor(browser, address, who, (width, height), instant) for address in addresses]
            for path in paths:
                real = _real(visitors[0], addresses[0], path)
                (one, before), (two, after) = [_photograph(visitor, address + real)
                                               for visitor, address in zip(visitors, addresses, strict=True)]
                yield Seen(who, path, size, before, after, (one, two))
            for visitor in visitors:
                visitor.context.close()


def _visitor(browser: Browser, address: str, who: str, size: tuple[int, int], instant: datetime) -> Page:
    page = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="zh-CN", timezone_id="Asia/Shanghai",
        reduced_motion="reduce", has_touch=size == SIZES["phone"]).new_page()
    page.clock.install(time=instant)
    page.clock.pause_at(instant + timedelta(seconds=1))
    if who:
        page.goto(f"{address}/login")
        page.fill("[name=login]", who)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "/login" not in url)
    return page


def _real(page: Page, address: str, path: str) -> str:
    """The path with its lot, or the first thing of its list, put in."""
    if "{" in path:
        lots = page.request.get(f"{address}/api/v1/lots").json()["lots"]
        states = {lot["state"]: lot["id"] for lot in lots}
        states["over"] = next(lot["id"] for lot in lots if lot["state"] not in ("bidding", "published"))
        return re.sub(r"\{(\w+)\}", lambda found: f"/lots/{states[found[1]]}", path)
    if path.endswith("*"):
        listed = page.request.get(address + path.removesuffix("/*")).text()
        found = re.search(rf'href="({path.removesuffix("*")}[a-z]+-[0-9a-z]+)"', listed)
        if found is None:
            raise RuntimeError(f"{path.removesuffix('/*')} links to nothing of its kind")
        return found[1]
    return path


def _photograph(page: Page, url: str) -> tuple[int, Image.Image]:
    answer = page.goto(url)
    page.wait_for_load_state("networkidle")  # the room fetches its chart when the line stands
    page.clock.run_for(100)
    page.wait_for_timeout(SETTLE_MS)
    taken = REPORT.parent / "visual-taken.png"
    page.screenshot(path=taken, full_page=True, animations="disabled", caret="hide")
    with Image.open(taken) as image:
        kept = image.convert("RGB")
    taken.unlink()
    return answer.status if answer else 0, kept


def _report(seen: list[Seen], against: str) -> int:
    shutil.rmtree(REPORT, ignore_errors=True)
    REPORT.mkdir(parents=True)
    rows, over = [], 0
    for one in seen:
        share, marks = one.compared()
        differs = share > TOLERANCE or one.status[0] != one.status[1]
        over += differs
        print(f"{'!' if differs else ' '} {share:8.3%}  {one.who or 'visitor':10} {one.size:6} {one.path}")
        if not differs:
            continue
        cells = ""
        for side, image in (("before", one.before), ("after", one.after), ("difference", marks)):
            file = f"{one.name}-{side}.png"
            image.quantize(128).save(REPORT / file, optimize=True)
            cells += f'<td><a href="{file}"><img src="{file}" width="380"></a></td>'
        rows.append(f"<tr><th colspan=3>{escape(one.who or 'visitor')} {escape(one.path)} ({one.size}): "
                    f"{share:.2%}, {one.status[0]} → {one.status[1]}</th></tr><tr>{cells}</tr>")
    verdict = (f"{over} of {len(seen)} pictures differ from {against} in more than {TOLERANCE:.1%} of their "
               "pixels")
    (REPORT / "index.html").write_text(
        f"<!doctype html><meta charset=utf-8><title>{over} of {len(seen)}</title><h1>{escape(verdict)}</h1>"
        f"<p>before, after, difference</p><table cellpadding=8>{''.join(rows)}</table>", encoding="utf-8")
    print(f"{verdict}; see {REPORT.relative_to(ROOT)}/index.html")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
