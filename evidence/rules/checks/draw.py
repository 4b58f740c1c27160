"""``draw``: it was frozen once, held once as it was frozen, and its order is the one that comes out. Pure."""

from collections.abc import Iterator
from typing import Final

from audit.rules.findings import Failure, fails, misfit, quoted
from audit.rules.unbundling import BundleLeaf
from kernel.errors import N_
from kernel.formats import FormatError, Reader, canonical
from valuation.rules import transcript

_STEPS: Final = ("draw.frozen", "draw.done")
_fail: Final = fails("draw")


class Draw:
    """The steps of a draw, compared when all are told."""

    name, applies = "draw", True

    def __init__(self, subject: str) -> None:
        self._subject = subject
        self._steps: list[BundleLeaf] = []

    def take(self, leaf: BundleLeaf) -> Iterator[Failure]:
        if leaf.kind in _STEPS and len(self._steps) <= len(_STEPS):   # one too many is enough to know
            self._steps.append(leaf)
        return iter(())

    def rest(self) -> Iterator[Failure]:
        if tuple(leaf.kind for leaf in self._steps) != _STEPS:
            yield _fail(self._subject, N_("draw.frozen 与 draw.done 须依次各有一条"))
            return
        frozen, done = self._steps
        try:
            yield from _unlike(self._subject.removeprefix("draw:"), frozen, done)
        except FormatError as error:
            yield misfit(_fail, done.where, error)


def _unlike(draw_id: str, frozen: BundleLeaf, done: BundleLeaf) -> Iterator[Failure]:
    """Where the two steps are not the freeze and the transcript of this draw.

    Raises:
        FormatError: a member of theirs does not fit.
    """
    freeze = _member(frozen, "freeze").members(("draw_id",), open_ended=True)
    told = _member(done, "transcript")
    if freeze.at("court").value is None or freeze.at("roles").value is None:
        yield _fail(frozen.where, N_("冻结内容没有确定法院与参与方"))
    if freeze.value["draw_id"] != draw_id:
        yield _fail(frozen.where, N_("摇号编号是 %(given)s"), given=quoted(freeze.value["draw_id"]))
    if canonical(told.members(("freeze",), open_ended=True).value["freeze"]) != canonical(freeze.value):
        yield _fail(done.where, N_("摇号记录的冻结内容不同"))
    for name, holds in transcript.redraw(transcript.read(told.value)).checks.items():
        if not holds:
            yield _fail(done.where, N_("%(name)s 一项不成立"), name=str(name))


def _member(leaf: BundleLeaf, name: str) -> Reader:
    return Reader(leaf.body, "body").members((name,), open_ended=True).at(name)
