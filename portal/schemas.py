"""What the portal takes from forms and programs."""

import re
import unicodedata
from decimal import Decimal
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from auction.rules.lifecycle import Group, Round
from cases.rules.words import PropertyCategory
from kernel.errors import N_
from kernel.money import MAX_FEN
from kernel.schemas import Characters, Choice, Instant, Text, Within
from portal.rules.sieve import Order
from portal.rules.words import LONGEST_QUERY

NO_MONTH: Final = N_("请写年和月，例如 2026-11。")
_SHORT: Final = validate.Length(max=40, error=N_("请从给出的选项中选择。"))
_PATH: Final = validate.Length(max=120, error=N_("请从给出的选项中选择。"))


class WalkIn(Schema):
    """How far to walk the demo clock: to the next deadline, by a fixed span, or to an instant."""

    by = Choice("deadline", "before_deadline", "hour", "day", "instant", load_default="deadline")
    to = Instant(load_default=None, allow_none=True)


class ClockOut(Schema):
    now = Instant()


class PageIn(Schema):
    """Which page of a list."""

    page = fields.Integer(load_default=1, validate=Within(min=1, max=100_000))


class CalendarIn(Schema):
    """Whose calendar; for a court that is not there the page says so and shows all."""

    court = Characters(load_default=None, validate=_SHORT)


class ResultsIn(PageIn):
    """Which ended sales; what is no court, no month or no outcome is said and leaves all of them."""

    court = Characters(load_default=None, validate=_SHORT)
    month = Characters(load_default="", validate=validate.Length(max=7, error=NO_MONTH))
    outcome = Choice("sold", "failed", "withdrawn", load_default=None, allow_none=True)


class Several(fields.List):
    """Any number of values of one name; a single one counts as a list of one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        given = value if isinstance(value, list) else [value]
        return super()._deserialize([one for one in given if one != ""], attr, data, **kwargs)


class Wan(fields.Field[int]):
    """An amount typed in ten thousand yuan, kept in fen: 12.5 is 125,000 yuan."""

    default_error_messages = {  # noqa: RUF012 - marshmallow declares it so
        "wan": N_("请填写以万元为单位的数字，例如 80 或者 12.5。"),
        "range": N_("数字太大。"),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        text = unicodedata.normalize("NFKC", str(value)).strip().replace(",", "").removesuffix("万元")
        if not _WAN.fullmatch(text):
            raise self.make_error("wan")
        amount = Decimal(text) * FEN_IN_WAN
        if amount > MAX_FEN:
            raise self.make_error("range")
        return int(amount)


_WAN: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
FEN_IN_WAN: Final = 1_000_000


class LotsIn(PageIn):
    """What somebody looks for among the lots: by address on the page, by query in the API."""

    q = Text(longest=LONGEST_QUERY, load_default="")
    state = Several(fields.Enum(Group, by_value=True), load_default=list)
    category = Several(fields.Enum(PropertyCategory, by_value=True), load_default=list)
    region = Several(Characters(validate=_PATH), load_default=list)
    court = Several(Characters(validate=_SHORT), load_default=list)
    round = Several(fields.Enum(Round, by_value=True), load_default=list)
    price_from = Wan(load_default=None)
    price_to = Wan(load_default=None)
    deposit_to = Wan(load_default=None)
    sort = fields.Enum(Order, by_value=True, load_default=Order.SOONEST)
    view = Choice("cards", "rows", load_default="cards")

    @validates_schema
    def _check_span(self, data: Any, **_: Any) -> None:
        least, most = data.get("price_from"), data.get("price_to")
        if least is not None and most is not None and least > most:
            raise ValidationError({"price_to": [N_("最高价不能低于最低价，请检查这两个数字。")]})
