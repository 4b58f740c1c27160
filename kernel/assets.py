"""Static files, served from memory under one address that carries the hash of them all.

A module names its neighbours relatively, so the mark of the release stands in front of the whole tree:
``/static/<release>/js/page.js`` finds ``./money.js`` of the same release. Such addresses may be kept for
ever. Addresses of another release, or of none, get today's file and are asked again.
"""

import hashlib
import mimetypes
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from flask import Flask, request
from markupsafe import Markup
from werkzeug import Request, Response

from kernel.compression import FOR_EVER, coding_for, compressed
from kernel.threads import off_loop

PREFIX: Final = "/static/"
SHEETS: Final = ("tokens", "type", "shell", "controls", "money", "tables", "states", "records", "charts")
BASE: Final = "css/base.css"
"""What every page looks like: the sheets above in one file, for each request costs a phone a round trip."""

FOR_A_YEAR: Final = "public, max-age=31536000, immutable"
_RELEASE: Final = re.compile(r"[0-9a-f]{12}/")
_LOOK_EVERY_S: Final = 0.5


@dataclass
class Asset:
    """One file; each coding is computed when first asked for, and then kept."""

    body: bytes
    media_type: str
    mark: str
    _coded: dict[str, bytes] = field(default_factory=dict)

    def coded(self, coding: str) -> bytes:
        if not coding:
            return self.body
        if coding not in self._coded:
            self._coded[coding] = off_loop(compressed, self.body, coding, FOR_EVER)
        return self._coded[coding]


class Assets:
    """The tree under ``static/`` as it stood at the start; unless ``frozen``, as it stands now."""

    def __init__(self, root: Path, *, frozen: bool) -> None:
        self._root = root
        self._frozen = frozen
        self._seen: tuple[tuple[str, int, int], ...] = ()
        self._looked_at = 0.0
        self._files: dict[str, Asset] = {}
        self._icons: frozenset[str] = frozenset()
        self.release = ""
        self._read()

    def find(self, path: str) -> Asset | None:
        """The file of a path below ``/static/``, whatever release it names."""
        self._look_again()
        return self._files.get(_RELEASE.sub("", path, count=1) if _RELEASE.match(path) else path)

    def url(self, path: str) -> str:
        """The address of ``static/<path>`` in this release.

        Raises:
            FileNotFoundError: a template names a file that is not there.
        """
        self._look_again()
        if path not in self._files:
            raise FileNotFoundError(self._root / path)
        return f"{request.script_root}{PREFIX}{self.release}/{path}"

    def icon(self, name: str, size: str = "", label: str = "") -> Markup:
        """One icon of the sprite; without a ``label`` it is hidden from screen readers.

        Args:
            name: id of the symbol in ``static/img/icons.svg``.
            size: ``""`` (20 px), ``"s"`` (16) or ``"l"`` (28).
            label: what it says where no word stands beside it.

        Raises:
            KeyError: no such icon.
        """
        if name not in self._icons:
            raise KeyError(f"no icon named {name!r}")
        spoken = Markup('aria-hidden="true"')
        if label:
            spoken = Markup('role="img" aria-label="{}"').format(label)
        return Markup('<svg class="i{}" {}><use href="{}#{}"></use></svg>').format(
            f" {size}" if size else "", spoken, self.url("img/icons.svg"), name)

    def _look_again(self) -> None:
        if not self._frozen and time.monotonic() - self._looked_at > _LOOK_EVERY_S:
            self._read()

    def _read(self) -> None:
        self._looked_at = time.monotonic()
        found = sorted(path for path in self._root.rglob("*") if path.is_file())
        seen = tuple((str(path), (kept := path.stat()).st_mtime_ns, kept.st_size) for path in found)
        if seen == self._seen:
            return
        bodies = {path.relative_to(self._root).as_posix(): path.read_bytes() for path in found}
        bodies[BASE] = b"\n".join(bodies[f"css/{name}.css"] for name in SHEETS)
        self._seen = seen
        self._files = {path: _asset(path, body) for path, body in bodies.items()}
        self._icons = frozenset(re.findall(r'<symbol id="([^"]+)"', bodies["img/icons.svg"].decode()))
        marks = "".join(f"{path} {asset.mark}\n" for path, asset in sorted(self._files.items()))
        self.release = hashlib.sha256(marks.encode()).hexdigest()[:12]


def _asset(path: str, body: bytes) -> Asset:
    media_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return Asset(body, media_type, hashlib.sha256(body).hexdigest()[:16])


Start = Callable[..., Any]
Wsgi = Callable[[dict[str, Any], Start], Iterable[bytes]]


class Serving:
    """Answers for static files before the app is asked: no session, no database, nothing to vary by."""

    def __init__(self, wsgi_app: Wsgi, assets: Assets, headers: dict[str, str]) -> None:
        self._next = wsgi_app
        self._assets = assets
        self._headers = headers

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(PREFIX) and environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            inner = path.removeprefix(PREFIX)
            asset = self._assets.find(inner)
            if asset is not None:
                return self._answer(asset, inner, environ)(environ, start)
        return self._next(environ, start)

    def _answer(self, asset: Asset, path: str, environ: dict[str, Any]) -> Response:
        coding = coding_for(Request(environ).accept_encodings, asset.media_type)
        response = Response(asset.coded(coding), mimetype=asset.media_type, headers=self._headers)
        for_ever = path.startswith(f"{self._assets.release}/")
        response.headers["Cache-Control"] = FOR_A_YEAR if for_ever else "no-cache"
        response.vary.add("Accept-Encoding")
        if coding:
            response.headers["Content-Encoding"] = coding
        response.set_etag(f"{asset.mark}-{coding or 'plain'}")
        return response.make_conditional(environ)


def init_app(app: Flask, headers: dict[str, str], *, frozen: bool = False) -> Assets:
    """Serve ``static/`` with these headers, and let templates say ``asset`` and ``icon``.

    Args:
        app: an app without a static folder of Flask's own.
        headers: what every answer of the platform carries.
        frozen: serve what was there at the start, whatever happens to the files meanwhile.
    """
    assets = Assets(Path(app.root_path) / "static", frozen=frozen)
    app.jinja_env.globals.update(asset=assets.url, icon=assets.icon)
    app.wsgi_app = Serving(app.wsgi_app, assets, headers)  # type: ignore[assignment, method-assign]
    return assets
