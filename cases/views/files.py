"""The files themselves, under their hash: public ones to anyone, private ones to whom they concern."""

import io
import mimetypes
from typing import Final

from flask import Blueprint, request, send_file
from flask.typing import ResponseReturnValue

from cases import services
from cases.errors import NoSuchDocument
from kernel.access import current_actor, public
from kernel.database import db
from kernel.files import the_store

pages = Blueprint("files", __name__, url_prefix="/files")

_YEAR: Final = 365 * 24 * 3600
_ENDINGS: Final = {"image/webp": ".webp", "image/jpeg": ".jpg"}


@pages.get("/<sha256>")
@public
def show(sha256: str) -> ResponseReturnValue:
    """Send a file; ``?download`` offers it for saving.

    Its bytes can never change, so a public file may be cached for ever. A private one is asked
    for each time, as the right to open it may end. ``?w=640`` sends a photograph no wider than
    needed, and a part of a file is sent to whoever asks for a part, as players of videos do.
    """
    if len(sha256) != 64:
        raise NoSuchDocument
    document = services.readable_file(db.session(), sha256, current_actor())
    ending = _ENDINGS.get(document.media_type) or mimetypes.guess_extension(document.media_type)
    width = request.args.get("w", 0, type=int) if document.media_type == "image/webp" else 0
    raw = the_store().view(document.sha256, width).read_bytes()
    response = send_file(
        io.BytesIO(raw), mimetype=document.media_type, etag=False, conditional=False,
        download_name=document.title + (ending or ""), as_attachment="download" in request.args)
    response.set_etag(document.sha256 if len(raw) == document.size else f"{document.sha256}-{width}")
    response.headers["Cache-Control"] = (
        f"public, max-age={_YEAR}, immutable" if document.is_public else "private, no-cache")
    return response.make_conditional(request, accept_ranges=True, complete_length=len(raw))
