"""Papers for whoever asks: set once, kept by what they depend on, the same bytes for everybody."""

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from flask import Response, request

from kernel.papers.typesetting import Paper, fingerprint, render_pdf


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where this process keeps papers, and under which address people find it."""

    folder: Path
    address: str


_desk: _Desk | None = None


def install(folder: Path, address: str) -> None:
    """Say where papers are kept, and the address of the site that their QR codes hold."""
    global _desk  # noqa: PLW0603 - wired once at start
    _desk = _Desk(folder, address)


def _the_desk() -> _Desk:
    if _desk is None:
        raise RuntimeError("no desk for papers: call kernel.papers.serving.install first")
    return _desk


def address_of(path: str) -> str:
    """The absolute address of a page; the same whatever name a visitor used."""
    return _the_desk().address + path


def bytes_of(paper: Paper) -> bytes:
    """The paper from the cache, or set now and kept there."""
    path = _the_desk().folder / f"{fingerprint(paper)}.pdf"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        made = render_pdf(paper)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.part")
    draft.write_bytes(made)
    draft.replace(path)
    return made


def answer(paper: Paper, *, as_digest: bool = False) -> Response:
    """A paper to read or keep, or its SHA-256 in the form that ``sha256sum --check`` reads.

    A paper cannot hold its own hash. It holds that of its leaf; the hash of the file stands beside it.
    """
    made = bytes_of(paper)
    digest = sha256(made).hexdigest()
    name = f"{paper.name.replace('/', '-')}.pdf"
    if as_digest:
        response = Response(f"{digest}  {name}\n", content_type="text/plain; charset=utf-8")
    else:
        response = Response(made, content_type="application/pdf")
        response.headers["Content-Disposition"] = (
            f"inline; filename=\"{paper.template}.pdf\"; filename*=UTF-8''{quote(name, safe='')}")
    response.set_etag(digest)
    response.headers["Cache-Control"] = "public, no-cache"
    response.make_conditional(request)
    return response
