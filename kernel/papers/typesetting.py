"""From values to the bytes of a PDF/A, by typst and the fonts that set-up installs.

Values reach a template as JSON data: no text of a person is ever read as markup. Nothing of the
machine enters: no clock, no font of the system, no name of a file.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from kernel.formats import canonical, instant_text
from kernel.papers import marks
from kernel.papers.glyphs import characters_of, shown
from kernel.threads import off_loop

FOLDER: Final = Path(__file__).resolve().parents[2] / "templates" / "papers"
STANDARDS: Final = ["a-2a", "ua-1"]
"""PDF/A-2 of level A holds all of level B and also tags and text; PDF/UA for screen readers."""


class PapersNotInstalled(RuntimeError):
    """What sets papers is missing on this machine; the text says what brings it."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The leaf that a paper shows, and where anybody can look it up.

    Attributes:
        page: absolute address of the page on which the paper stands.
    """

    log: str
    index: int
    hash: str
    page: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper before it is set.

    Attributes:
        template: name of a file in templates/papers, without its ending.
        name: what the file is called, without its ending.
        made_at: when what it says became so; the date of the file.
        values: text, lists and mappings of text; ``title`` and ``court`` stand in the frame.
    """

    template: str
    name: str
    made_at: datetime
    values: Mapping[str, Any]
    proof: Proof


@dataclass(frozen=True, slots=True)
class _Press:
    typst: Any
    fonts: Any
    characters: frozenset[int]
    version: str


@cache
def _press() -> _Press:
    """Typst with its fonts; loaded by the first paper, since a start can do without."""
    try:
        import typst  # noqa: PLC0415
        from pylopdf_fonts_zh_cn import sans_path, serif_path  # noqa: PLC0415
    except ImportError as error:
        raise PapersNotInstalled(f"papers cannot be set without {error.name}; run: make setup") from error
    paths = [serif_path(), sans_path()]
    if missing := [path.name for path in paths if not path.is_file()]:
        raise PapersNotInstalled(f"papers cannot be set without {', '.join(missing)}; run: make setup")
    fonts = typst.Fonts(include_system_fonts=False, font_paths=sorted({str(path.parent) for path in paths}))
    sources = b"".join(path.read_bytes() for path in sorted(FOLDER.glob("*.typ")))
    of_typst, of_fonts = metadata.version("typst"), metadata.version("pylopdf-fonts-zh-cn")
    version = f"{of_typst} {of_fonts} {sha256(sources).hexdigest()}"
    return _Press(typst, fonts, frozenset().union(*(characters_of(path) for path in paths)), version)


def fingerprint(paper: Paper) -> str:
    """What the bytes of a paper depend on, as one hash: values, template, typst, fonts."""
    return sha256(canonical({
        "template": paper.template, "made_at": instant_text(paper.made_at), "press": _press().version,
        "values": _texts(paper, _press())})).hexdigest()


def render_pdf(paper: Paper) -> bytes:
    """The bytes of a paper, always the same ones. Slow: never inside a unit of work.

    Raises:
        PapersNotInstalled: typst or its fonts are missing.
    """
    return off_loop(_compile, _press(), paper)


def _compile(press: _Press, paper: Paper) -> bytes:
    compiler = press.typst.Compiler(input=FOLDER / f"{paper.template}.typ", root=FOLDER,
                                    font_paths=press.fonts, ignore_system_fonts=True)
    data, proof = _texts(paper, press), paper.proof
    data["proof"] |= {"qr": marks.qr(f"{proof.page}#{proof.hash}"), "ring": marks.ring(proof.hash)}
    made: bytes = compiler.compile(
        format="pdf", pdf_standards=STANDARDS, timestamp=int(paper.made_at.timestamp()),
        sys_inputs={"values": json.dumps(data, ensure_ascii=False)})
    return made


def _texts(paper: Paper, press: _Press) -> dict[str, Any]:
    proof = paper.proof
    texts: dict[str, Any] = _clean({**paper.values, "proof": {
        "log": proof.log, "index": str(proof.index), "hash": proof.hash, "page": proof.page}},
        press.characters)
    return texts


def _clean(value: Any, known: frozenset[int]) -> Any:
    if isinstance(value, str):
        return shown(value, known)
    if isinstance(value, Mapping):
        return {name: _clean(one, known) for name, one in value.items()}
    return [_clean(one, known) for one in value]
