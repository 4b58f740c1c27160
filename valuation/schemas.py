"""What pages and programs send and get in valuation: the same schema for both."""

import re
from enum import StrEnum
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from cases.rules.words import ServiceWay
from kernel.errors import N_
from kernel.schemas import Count, Day, Instant, Money, Text, Within, typed_by_a_person
from valuation.rules.appraisal import Failure, ReportPart
from valuation.rules.drawing import DrawState
from valuation.rules.ladder import Ground, Method
from valuation.rules.objections import Ground as ObjectionGround
from valuation.rules.selection import ExclusionGround
from valuation.rules.stages import Stage

LEAST_PHRASE: Final = 8
MOST_DIGITS: Final = 16
_HEX: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Line(Text):
    """A text that may be left out; then it is empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(load_default="", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return super()._deserialize(value, attr, data, **kwargs) or ""


class Several(fields.List[Any]):
    """A list; a form sends a bare value where only one was chosen."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if typed_by_a_person() and isinstance(value, str):
            value = [value]
        return super()._deserialize(value, attr, data, **kwargs)


class Names(fields.List[Any]):
    """Names of persons: a list in JSON, in a form one a line or with 、 between them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Text(longest=60), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if typed_by_a_person():
            value = re.split(r"[\n、，,]", str(value))
        names = [name for name in super()._deserialize(value, attr, data, **kwargs) if name]
        if not names:
            raise ValidationError(N_("请填写姓名，每行一位。"))
        return names


class FenOfForm(Money):
    """Money of a multipart call, where every member is a text: whole fen in digits."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        is_digits = isinstance(value, str) and value.isascii() and value.isdecimal()
        if is_digits and not typed_by_a_person() and len(value) <= MOST_DIGITS:
            value = int(value)
        return super()._deserialize(value, attr, data, **kwargs)


class Hexadecimal(fields.Field[bytes]):
    """32 bytes as 64 lower-case hexadecimal digits."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bytes:
        if not isinstance(value, str) or not _HEX.fullmatch(value.strip()):
            raise ValidationError(N_("请填写 64 位小写十六进制数。"))
        return bytes.fromhex(value.strip())


def _word(words: type[StrEnum], **kwargs: Any) -> fields.Field[Any]:
    return fields.Enum(words, by_value=True, **kwargs)


class OpenIn(Schema):
    property_id = Text(required=True, longest=40)
    field = Text(required=True, longest=40)
    has_official_price = fields.Boolean(load_default=False)
    online_possible = fields.Boolean(load_default=False)
    inspection_needed = fields.Boolean(load_default=False)
    appraisal_mandated = fields.Boolean(load_default=False)
    joint_wish = _word(Method, load_default=None, allow_none=True)


class MethodOutIn(Schema):
    method = _word(Method, required=True)
    ground = _word(Ground, required=True)
    on = Day(required=True)
    term_ended_on = Day(load_default=None, allow_none=True)
    note = Line(longest=400)


class TermIn(Schema):
    agree_by_on = Day(required=True)
    party_missing = fields.Boolean(load_default=False)
    wish_a_draw = fields.Boolean(load_default=False)


class AgreementIn(Schema):
    """What the parties agreed on: entries of the list in order, and who signed."""

    institutions = Several(Text(longest=200), required=True)
    party_ids = Several(Text(longest=40), required=True)
    filed_on = Day(required=True)


class ExclusionIn(Schema):
    entry = Text(required=True, longest=200)
    ground = _word(ExclusionGround, required=True)
    note = Line(longest=200)


class ProposalIn(Schema):
    exclusions = fields.List(fields.Nested(ExclusionIn), load_default=list)


class AcceptanceIn(Schema):
    declared = fields.Boolean(load_default=False)


class FailureIn(Schema):
    failure = _word(Failure, required=True)
    failure_note = Line(longest=400)


class ReportIn(Schema):
    """The members beside the file of a report."""

    price_fen = FenOfForm(required=True)
    dated_on = Day(required=True)
    valid_until_on = Day(required=True)
    signed_by = Names(required=True)
    parts = Several(_word(ReportPart), load_default=list)


class ReportServiceIn(Schema):
    way = _word(ServiceWay, required=True, validate=validate.NoneOf(
        [ServiceWay.WAIVED], error=N_("评估报告必须送达，不能放弃。")))
    served_at = Instant(required=True)


class ReportServiceOnIn(ReportServiceIn):
    """The same, with the party named among the members."""

    party_id = Text(required=True, longest=40)


class OwnObjectionIn(Schema):
    """A party's own objection, filed today."""

    grounds = Several(_word(ObjectionGround), required=True, validate=validate.Length(
        min=1, error=N_("请至少选择一项理由。")))
    text = Text(required=True, longest=4000)


class ObjectionIn(OwnObjectionIn):
    """One that came on paper."""

    filed_on = Day(required=True)


class ObjectionOfIn(ObjectionIn):
    party_id = Text(required=True, longest=40)


class SealIn(Schema):
    """A phrase, or the commitment that one made oneself."""

    phrase = Text(longest=200, load_default=None, validate=validate.Length(
        min=LEAST_PHRASE, error=N_("太短了容易被猜到，请至少写 8 个字。")))
    commitment = Hexadecimal(load_default=None)

    @validates_schema
    def one_of_two(self, data: dict[str, Any], **_: Any) -> None:
        _one_of(data, "phrase", "commitment")


class UnsealIn(Schema):
    """The phrase, or the nonce behind one's own commitment."""

    phrase = Text(longest=200, load_default=None)
    nonce = Hexadecimal(load_default=None)

    @validates_schema
    def one_of_two(self, data: dict[str, Any], **_: Any) -> None:
        _one_of(data, "phrase", "nonce")


def _one_of(data: dict[str, Any], phrase: str, own: str) -> None:
    if (data.get(phrase) is None) == (data.get(own) is None):
        raise ValidationError({phrase: [N_("请写一句话，或者填写您自己算好的数，二者选一。")]})


class SecretsIn(Schema):
    count = Count(least=1, most=50, load_default=5)


class InstitutionIn(Schema):
    number = Text(required=True, longest=20, validate=validate.Regexp(
        r"\S+", error=N_("编号里不能有空格。")))
    name = Text(required=True, longest=120)
    field = Text(required=True, longest=40)
    region = Text(required=True, longest=60)


class AccountIn(Schema):
    login = Text(required=True, longest=32)


class ActivityIn(Schema):
    is_active = fields.Boolean(required=True)


class ReportFileIn(Schema):
    file = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


class ReportProofIn(Schema):
    proof = fields.Raw(metadata={"type": "string", "format": "binary"})


class InstitutionOut(Schema):
    id = Text()
    number = Text()
    name = Text()
    field = Text()
    region = Text()
    is_active = fields.Boolean()
    person_id = Text()
    listed_at = Instant()


class MethodOutOut(Schema):
    method = _word(Method)
    ground = _word(Ground)
    on = Day()
    term_ended_on = Day()
    note = Text()


class CommissionOut(Schema):
    id = Text()
    valuation_id = Text()
    institution = Text()
    round = fields.Integer()
    position = fields.Integer()
    sent_on = Day()
    accept_by_on = Day()
    accepted_on = Day()
    report_by_on = Day()
    failure = _word(Failure)
    failed_on = Day()


class ReportOut(Schema):
    id = Text()
    price_fen = fields.Integer()
    dated_on = Day()
    received_on = Day()
    valid_until_on = Day()
    parts = fields.List(Text())
    document_id = Text()
    report_sha256 = Text()


class ReportObjectionOut(Schema):
    id = Text()
    party_id = Text()
    grounds = fields.List(Text())
    filed_on = Day()


class PriceOut(Schema):
    id = Text()
    property_id = Text()
    method = _word(Method)
    amount_fen = fields.Integer()
    valid_until_on = Day()
    in_force_on = Day()
    fixed_at = Instant()
    report_sha256 = Text()


class ValuationLineOut(Schema):
    """A course in a list."""

    id = Text()
    case_id = Text()
    property_id = Text()
    stage = _word(Stage)
    field = Text()
    rule_set = Text()
    opened_at = Instant()


class ValuationOut(ValuationLineOut):
    has_official_price = fields.Boolean()
    online_possible = fields.Boolean()
    inspection_needed = fields.Boolean()
    appraisal_mandated = fields.Boolean()
    joint_wish = _word(Method)
    agree_by_on = Day()
    party_missing = fields.Boolean()
    wish_a_draw = fields.Boolean()
    ways_out = fields.List(fields.Nested(MethodOutOut))
    order = fields.Function(lambda found: list(found.orders[-1].entries) if found.orders else [])
    draw_ids = fields.Function(lambda found: [draw.id for draw in found.draws])
    commissions = fields.List(fields.Nested(CommissionOut))
    reports = fields.List(fields.Nested(ReportOut))
    objections = fields.List(fields.Nested(ReportObjectionOut))


class DrawsIn(Schema):
    """Which page of the draws."""

    page = fields.Integer(load_default=1, validate=Within(min=1, max=100_000))


class SeatOut(Schema):
    role = Text()
    commitment = Text()
    sealed_at = Instant()
    nonce = Text()
    opened_at = Instant()


class DrawLineOut(Schema):
    """A draw in a list."""

    id = Text()
    court_id = Text()
    state = _word(DrawState)
    attempt = fields.Integer()
    secret_number = fields.Integer()
    frozen_at = Instant()
    seal_by_at = Instant()
    open_by_at = Instant()
    done_at = Instant()


class DrawOut(DrawLineOut):
    freeze = fields.Dict()
    exclusions = fields.List(fields.Dict())
    contributions = fields.List(fields.Nested(SeatOut))
    result = fields.Function(lambda draw: (draw.transcript or {}).get("result"))


class SecretOut(Schema):
    number = fields.Integer()
    commitment = Text()
    committed_at = Instant()
    draw_id = Text()
