"""Fewer bytes on the line: Brotli where the browser takes it, else gzip.

A page is compressed as it is sent, a static file once (``kernel/assets.py``). What an attacker could learn
from the length of a compressed page is the subject of ``kernel/forgery.py``.
"""

import zlib
from typing import Final

import brotli
from flask import Flask, Response, request
from werkzeug.datastructures import Accept

from kernel.threads import off_loop

IN_PASSING: Final = 5
"""Brotli's quality for what is sent once: about a millisecond for a page."""

FOR_EVER: Final = 11
"""For what is compressed once and sent often."""

LEAST: Final = 1000
"""Bytes; what is smaller fits one packet anyway."""

LONG: Final = 200_000
"""Bytes from which compressing would hold up the event loop."""

_KINDS: Final = frozenset((
    "text/html", "text/css", "text/plain", "text/csv", "text/xml", "text/javascript",
    "application/javascript", "application/json", "application/problem+json", "application/ld+json",
    "application/xml", "application/atom+xml", "application/rss+xml", "image/svg+xml"))


def init_app(app: Flask) -> None:
    """Compress answers; to be called before others register what alters an answer."""
    app.after_request(_compress)


def coding_for(accepted: Accept, media_type: str) -> str:
    """``br``, ``gzip``, or nothing where the visitor or the kind of content takes neither."""
    if media_type not in _KINDS:
        return ""
    return next((coding for coding in ("br", "gzip") if accepted.quality(coding) > 0), "")


def compressed(body: bytes, coding: str, quality: int) -> bytes:
    """``body`` in a coding that ``coding_for`` named."""
    if coding == "br":
        packed: bytes = brotli.compress(body, quality=quality)
        return packed
    packer = zlib.compressobj(min(quality, 9), wbits=zlib.MAX_WBITS + 16)  # 16: with gzip's own frame
    return packer.compress(body) + packer.flush()


def _compress(response: Response) -> Response:
    if response.mimetype not in _KINDS or response.is_streamed or response.direct_passthrough:
        return response
    response.vary.add("Accept-Encoding")
    body = response.get_data() if response.status_code not in (204, 206, 304) else b""
    coding = coding_for(request.accept_encodings, response.mimetype)
    if not coding or len(body) < LEAST or "Content-Encoding" in response.headers:
        return response
    if len(body) < LONG:
        response.set_data(compressed(body, coding, IN_PASSING))
    else:
        response.set_data(off_loop(compressed, body, coding, IN_PASSING))
    response.headers["Content-Encoding"] = coding
    etag, _ = response.get_etag()
    if etag is not None:
        response.set_etag(etag, weak=True)
    return response
