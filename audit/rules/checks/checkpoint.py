"""``checkpoint``: it is of the log whose keys are pinned, and one of these has signed it. Pure.

Signatures by other keys say nothing, be they true or false.
"""

from collections.abc import Iterator, Sequence

from audit.rules.findings import Failure, fails
from audit.rules.pinned import Pinned
from audit.rules.unbundling import Shown
from kernel.errors import N_


def unsigned(shown: Shown, keys: Sequence[Pinned], check: str = "checkpoint") -> Iterator[Failure]:
    """What a checkpoint lacks to be the word of this log.

    Args:
        keys: of the log, all of one name, which is its origin.
        check: whose failure it is; a receipt brings a checkpoint of its own.
    """
    fail, name = fails(check), keys[0].name
    if shown.checkpoint.origin != name:
        yield fail(shown.where, N_("来源是 %(origin)s，指定的密钥属于 %(name)s"),
                   origin=shown.checkpoint.origin, name=name)
    signed = {key.has_signed(shown.note) for key in keys} - {None}
    if False in signed:
        yield fail(shown.where, N_("以 %(name)s 名义的签名不成立"), name=name)
    elif not signed:
        yield fail(shown.where, N_("没有指定密钥的签名"))
