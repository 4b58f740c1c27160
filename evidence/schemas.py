"""What an auditor may ask for."""

from typing import Final

from marshmallow import Schema, fields

from kernel.schemas import Choice, Count, Instant, Text, Within

_LAST: Final = 10**12
"""More leaves than a log will ever have."""


class AttemptsIn(Schema):
    """Filters over the attempts of a sale; left out means all."""

    code = Text(longest=40, load_default="")
    verdict = Choice("", "accepted", "refused", load_default="")
    reason = Text(longest=24, load_default="")
    from_at = Instant(load_default=None)
    to_at = Instant(load_default=None)


class MomentIn(Schema):
    """Which attempt a film is stopped at, by its place; left out means the last one."""

    at = fields.Integer(load_default=None, validate=Within(min=1, max=_LAST))


class LeavesIn(Schema):
    """Filters over the leaves of a court's log; left out means all.

    ``before`` and ``after`` are indices of the log: where the page ends, or the one after it begins.
    """

    case_id = Text(longest=40, load_default="")
    lot = Text(longest=40, load_default="")
    code = Text(longest=40, load_default="")
    subject = Text(longest=200, load_default="")
    kind = Text(longest=60, load_default="")
    actor = Text(longest=200, load_default="")
    from_at = Instant(load_default=None)
    to_at = Instant(load_default=None)
    log = Choice("", "exercise", load_default="")
    before = fields.Integer(load_default=None, validate=Within(min=0, max=_LAST))
    after = fields.Integer(load_default=None, validate=Within(min=-1, max=_LAST))


class EarlierIn(Schema):
    """How many leaves the log had when its reader last looked."""

    earlier = fields.Integer(required=True, data_key="from", validate=Within(min=1, max=10**12))


class FindingIn(Schema):
    """A note at a leaf."""

    note = Text(longest=2000, required=True)


class AttemptFindingIn(FindingIn):
    """A note at an attempt, by its place in the sale."""

    position = Count(least=1, required=True)


class LeafFindingIn(FindingIn):
    """A note at a leaf, by its place."""

    log = Text(longest=200, required=True)
    index = Count(least=0, most=_LAST, required=True)


class FindingsIn(Schema):
    """Where a page of findings begins: behind this one."""

    before = Text(longest=40, load_default="")


class ReadingsIn(Schema):
    """Where a page of readings begins: before this instant."""

    before = Instant(load_default=None)


class CompareIn(Schema):
    """Two sales, each as ``LOT/N``."""

    a = Text(longest=60, load_default="")
    b = Text(longest=60, load_default="")
