"""Drafts of long forms: saved while somebody types, offered again, gone once the form is sent.

A form takes part by the field ``FIELD`` that the macro ``form_tag`` puts into it. The page works without any
script; then the platform still keeps what was typed when an act is refused or fails.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, g, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from accounts import services
from accounts.errors import DraftTooLarge
from accounts.rules.addresses import own_page
from accounts.rules.drafts import keepable
from kernel import clock
from kernel.access import access, current_actor, signed_in
from kernel.database import db
from kernel.errors import N_, InvalidInput
from kernel.languages import ARGUMENT, say
from kernel.pages import when
from kernel.transactions import unit_of_work

pages = Blueprint("drafts", __name__, url_prefix="/my/drafts")

FIELD: Final = "draft_address"
RESTORE: Final = "draft"
LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Kept:
    """What a page knows of the draft of its form."""

    address: str
    saved_at: datetime
    values: dict[str, Any]
    is_wanted: bool

    @property
    def restore_url(self) -> str:
        return f"{self.address}{'&' if '?' in self.address else '?'}{RESTORE}=restore"


def setup(app: Flask) -> None:
    """Let every form of the platform take part."""
    app.jinja_env.globals.update(draft_address=here, kept_draft=kept_draft)
    app.after_request(_follow_the_act)


def here() -> str:
    """The page that is being read, as the address of its form."""
    kept = [(name, value) for name, value in request.args.items(multi=True)
            if name not in (RESTORE, ARGUMENT)]
    return request.path + (f"?{urlencode(kept)}" if kept else "")


def kept_draft(address: str) -> Kept | None:
    """The reader's draft of a form; None where the form comes back from being sent, as it holds it all."""
    actor = current_actor()
    if actor is None or request.method != "GET":
        return None
    draft = services.draft_of(db.session(), actor.id, address)
    if draft is None:
        return None
    return Kept(address, draft.saved_at, draft.values, request.args.get(RESTORE) == "restore")


@pages.post("")
@access()
def save() -> ResponseReturnValue:
    """Keep what stands in a form just now; the answer says when it was kept."""
    typed = _typed()
    with unit_of_work() as work:
        draft = services.save_draft(work.session, person_id=signed_in().id, address=_address(),
                                    typed=typed, now=clock.now())
        saved_at = draft.saved_at
    whole = len(keepable(typed)) == len(typed)
    said = (N_("已自动保存 %(time)s") if whole else N_("已自动保存 %(time)s，证件号码、电话和账号除外"))
    return jsonify({"said": say(said, {"time": when(saved_at, "hour", markup=False)})})


@pages.post("/discard")
@access()
def discard() -> ResponseReturnValue:
    """Throw a draft away and show the form as it stands in the file."""
    address = _address()
    with unit_of_work() as work:
        services.discard_draft(work.session, signed_in().id, address)
    return redirect(address)


def _follow_the_act(response: Response) -> Response:
    """Once a form was taken its draft goes; when it was refused or failed, what was typed is kept."""
    if not g.get("csrf_valid") or request.blueprint == pages.name or response.status_code in (200, 413):
        return response  # not sent from a page of ours, or shown again unsent, or too large to be read
    actor, address = current_actor(), request.form.get(FIELD, "")
    if actor is None or not _is_own(address):
        return response
    with unit_of_work() as work:
        if response.status_code < 400:
            services.discard_draft(work.session, actor.id, address)
        else:
            _keep_if_small(work.session, actor.id, address)
    return response


def _keep_if_small(session: Any, person_id: str, address: str) -> None:
    try:
        services.save_draft(session, person_id=person_id, address=address, typed=_typed(), now=clock.now())
    except DraftTooLarge:
        return  # the page that is sent back holds it still


def _typed() -> dict[str, list[str]]:
    return {name: found for name, found in request.form.lists() if name not in (FIELD, "csrf_token")}


def _address() -> str:
    address = request.form.get(FIELD, "")
    if not _is_own(address):
        raise InvalidInput({FIELD: N_("应为本平台上一个表单的地址。")})
    return address


def _is_own(address: str) -> bool:
    return 0 < len(address) <= LONGEST and own_page(address, "") == address
