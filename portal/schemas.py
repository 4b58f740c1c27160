"""What the portal takes from forms and programs."""

from marshmallow import Schema

from kernel.schemas import Choice, Instant


class WalkIn(Schema):
    """How far to walk the demo clock: to the next deadline, by a fixed span, or to an instant."""

    by = Choice("deadline", "before_deadline", "hour", "day", "instant", load_default="deadline")
    to = Instant(load_default=None, allow_none=True)


class ClockOut(Schema):
    now = Instant()
