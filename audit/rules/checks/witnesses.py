"""``witnesses``: each has cosigned the newest checkpoint, and what bears its name anywhere is true. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final

from audit.rules.findings import Failure, fails
from audit.rules.pinned import Pinned
from audit.rules.unbundling import Shown
from kernel.errors import N_

_fail: Final = fails("witnesses")


def forged(shown: Shown, witnesses: Sequence[Pinned]) -> Iterator[Failure]:
    """Whose cosignature under a checkpoint does not hold."""
    for witness in witnesses:
        if witness.has_signed(shown.note) is False:
            yield _fail(shown.where, N_("以 %(name)s 名义的签名不成立"), name=witness.name)


def absent(newest: Shown, witnesses: Sequence[Pinned]) -> Iterator[Failure]:
    """Who has not cosigned."""
    for witness in witnesses:
        if witness.has_signed(newest.note) is None:
            yield _fail(newest.where, N_("见证方 %(name)s 没有副署"), name=witness.name)
