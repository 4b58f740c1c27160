"""Where anybody checks what has ended, in their own browser: static/verify/ does it, these pages carry it."""

import re
from functools import cache
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, current_app, render_template
from flask.typing import ResponseReturnValue

from auction.services import reading
from audit import services as audit
from evidence.services import ended
from kernel import clock
from kernel.access import public
from kernel.database import db
from kernel.languages import gettext as _
from kernel.languages import say
from kernel.pages import yuan
from settlement import services as settlement
from valuation import services as valuation

_NEIGHBOUR: Final = re.compile(r'from "\./(\w+\.js)"')

pages = Blueprint("verify", __name__, url_prefix="/verify")


@pages.get("")
@public
def own_file() -> ResponseReturnValue:
    """Check a bundle that one has already; it is not sent anywhere."""
    session = db.session()
    keys = {origin: audit.log_keys(session, origin) for origin in audit.log_sizes(session)}
    return render_template("evidence/verify_file.html", modules=_modules(), logs=keys)


@pages.get("/lot/<lot_id>/<int:number>")
@public
def sale(lot_id: str, number: int) -> ResponseReturnValue:
    """Check how a sale ended."""
    lot = reading.get_lot(db.session(), lot_id)
    back = f"/lots/{lot_id}/result?number={number}"
    return _page("lot", f"{lot_id}/{number}", lot.title, back, _("拍卖结果"))


@pages.get("/draw/<draw_id>")
@public
def draw(draw_id: str) -> ResponseReturnValue:
    """Check a draw that was held."""
    found = valuation.public_draw(db.session(), draw_id)
    return _page("draw", draw_id, _("评估机构摇号，%(field)s", field=say(found.valuation.field)),
                 f"/draws/{draw_id}", _("评估摇号"))


@pages.get("/plan/<plan_id>")
@public
def plan(plan_id: str) -> ResponseReturnValue:
    """Check a plan that was served; its names are not part of it."""
    found = settlement.public_plan(db.session(), plan_id)
    return _page("plan", plan_id, _("%(sum)s 怎样分配", sum=yuan(found.result["total_fen"])),
                 f"/plans/{plan_id}", _("价款分配"))


@pages.get("/verify.py")
@public
def program() -> Response:
    """The independent verifier, to keep: one file that needs nothing of the platform."""
    response = Response(_program(), content_type="text/x-python; charset=utf-8", headers={
        "Content-Disposition": 'attachment; filename="verify.py"'})
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _page(kind: str, name: str, title: str, back: str, back_word: str) -> ResponseReturnValue:
    found = ended(db.session(), f"{kind}:{name}", clock.now())
    return render_template(
        "evidence/verify.html", kind=kind, found=found, title=title, back=back, back_word=back_word,
        url=f"/api/v1/bundles/{kind}/{name}.zip", file=f"{name.replace('/', '-')}.zip", modules=_modules())


@cache
def _program() -> bytes:
    return (Path(current_app.root_path) / "verifier" / "verify.py").read_bytes()


@cache
def _modules() -> tuple[str, ...]:
    """What the page will ask for, told at once: a phone on a bad line must not wait for file after file."""
    folder = Path(current_app.root_path) / "static" / "verify"
    found, left = set[str](), ["page.js"]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += _NEIGHBOUR.findall((folder / name).read_text("utf-8"))
    return tuple(f"verify/{name}" for name in sorted(found))
