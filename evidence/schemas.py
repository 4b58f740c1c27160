"""What an auditor may ask for."""

from marshmallow import Schema, fields

from kernel.schemas import Choice, Instant, Text, Within


class AttemptsIn(Schema):
    """Filters over the attempts of a sale; left out means all."""

    code = Text(longest=40, load_default="")
    verdict = Choice("", "accepted", "refused", load_default="")
    reason = Text(longest=24, load_default="")
    from_at = Instant(load_default=None)
    to_at = Instant(load_default=None)


class LeavesIn(Schema):
    """Filters over the leaves of a court's logs; left out means all."""

    case_id = Text(longest=40, load_default="")
    subject = Text(longest=200, load_default="")
    kind = Text(longest=60, load_default="")
    actor = Text(longest=200, load_default="")
    from_at = Instant(load_default=None)
    to_at = Instant(load_default=None)
    page = fields.Integer(load_default=1, validate=Within(min=1, max=100_000))


class EarlierIn(Schema):
    """How many leaves the log had when its reader last looked."""

    earlier = fields.Integer(required=True, data_key="from", validate=Within(min=1, max=10**12))
