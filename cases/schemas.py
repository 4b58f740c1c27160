"""What pages and programs send and get in cases: the same schema for both."""

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate

from cases.rules.claims import ClaimFacts
from cases.rules.service import GENERAL_NOTICE, NOTICES
from cases.rules.words import (
    ClaimClass,
    DebtorKind,
    DocumentKind,
    FactTopic,
    IdentityReason,
    IdKind,
    ObjectionRight,
    ObjectionState,
    PartyKind,
    PartyRole,
    PropertyCategory,
    PropertyKind,
    PropertyStatus,
    Regime,
    ServiceWay,
)
from kernel.errors import N_
from kernel.schemas import Characters, Choice, Count, Day, Instant, Money, Text, typed_by_a_person

MOST_AREA: Final = 10**11
_SQUARE_METRES: Final = re.compile(r"(\d{1,9})(?:\.(\d{1,2}))?", re.ASCII)


class Line(Text):
    """A text that may be left out; then it is empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(load_default="", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return super()._deserialize(value, attr, data, **kwargs) or ""


class Area(fields.Field[int]):
    """Square metres × 100: a whole number in JSON, ``128.64`` in a form."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        area = _hundredths(str(value)) if typed_by_a_person() else value
        if isinstance(area, bool) or not isinstance(area, int) or not 0 < area < MOST_AREA:
            raise ValidationError(N_("请填写平方米数，最多两位小数，例如 128.64。")
                                  if typed_by_a_person() else
                                  N_("面积必须是以 0.01 平方米为单位的整数。"))
        return area


def _hundredths(typed: str) -> int | None:
    found = _SQUARE_METRES.fullmatch(typed.strip())
    return None if found is None else int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def area_text(hundredths: int) -> str:
    """``12864`` -> ``128.64``."""
    return f"{hundredths // 100}.{hundredths % 100:02d}"


class PerProperty(fields.Field[dict[str, datetime]]):
    """Property id -> instant."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._property_id, self._instant = Characters(), Instant()

    def _deserialize(self, value: Any, attr: str | None, data: Any,
                     **kwargs: Any) -> dict[str, datetime]:
        if not isinstance(value, Mapping):
            raise ValidationError(N_("这里应当是一个对象。"))
        read: dict[str, datetime] = {}
        wrong: dict[str, Any] = {}
        for property_id, at in value.items():
            try:
                name, instant = self._property_id.deserialize(property_id), self._instant.deserialize(at)
                if name is not None and instant is not None:
                    read[name] = instant
            except ValidationError as error:
                wrong[str(property_id)] = error.messages
        if wrong:
            raise ValidationError(wrong)
        return read

    def _serialize(self, value: Mapping[str, datetime] | None, attr: str | None, obj: Any,
                   **kwargs: Any) -> dict[str, Any]:
        return {name: self._instant.serialize(name, dict(value or {})) for name in value or {}}


def _word(words: type[StrEnum], **kwargs: Any) -> fields.Field[Any]:
    return fields.Enum(words, by_value=True, **kwargs)


class CaseIn(Schema):
    number = Text(required=True, longest=40)
    cause = Text(required=True, longest=100)
    basis = Text(required=True, longest=200)
    filed_on = Day(required=True)
    debtor_kind = _word(DebtorKind, required=True)
    regime = _word(Regime, load_default=None, allow_none=True)
    regime_reason = Line(longest=400)


class AssignIn(Schema):
    officer_id = Text(required=True, longest=40)


class PartyIn(Schema):
    role = _word(PartyRole, required=True)
    kind = _word(PartyKind, required=True)
    name = Text(required=True, longest=100)
    id_kind = _word(IdKind, load_default=None, allow_none=True)
    id_number = Line(longest=40)
    address = Line(longest=200)
    phone = Line(longest=40)


class LinkIn(Schema):
    login = Text(required=True, longest=32)


class IdentityIn(Schema):
    reason = _word(IdentityReason, required=True)


class ClaimIn(Schema):
    """As in claims/v1; ``amount_fen`` is the sum of principal and interest."""

    party_id = Text(required=True, longest=40)
    claim_class = _word(ClaimClass, required=True, data_key="class")
    principal_fen = Money(required=True)
    interest_fen = Money(least=0, load_default=0)
    doubled_interest_fen = Money(least=0, load_default=0)
    cap_fen = Money(load_default=None, allow_none=True)
    titled = fields.Boolean(load_default=False)
    title_document = Line(longest=200)
    property_id = Text(longest=40, load_default=None, allow_none=True)
    registered_at = Instant(load_default=None, allow_none=True)
    seized_at = PerProperty(load_default=dict)
    seizure_lapsed = fields.Boolean(load_default=False)
    unadjudged = fields.Boolean(load_default=False)
    late = fields.Boolean(load_default=False)
    reward_percent = Text(longest=12, load_default=None, allow_none=True)
    filed_at = Instant(load_default=None, allow_none=True)


def claim_facts(read: Mapping[str, Any], now: datetime) -> ClaimFacts:
    """The claim that was sent; one without a time of filing is filed now."""
    return ClaimFacts(**{**read, "filed_at": read["filed_at"] or now})


class PropertyIn(Schema):
    kind = _word(PropertyKind, required=True)
    category = _word(PropertyCategory, required=True)
    title = Text(required=True, longest=120)
    seized_on = Day(required=True)
    seizing_document = Text(required=True, longest=200)
    address = Line(longest=200)
    region = Line(longest=120)
    rooms = Line(longest=40)
    floors = Count(least=1, most=200, load_default=None, allow_none=True)
    floor = Count(least=-9, most=200, load_default=None, allow_none=True)
    area_hundredths = Area(load_default=None, allow_none=True)


class FactIn(Schema):
    text = Text(required=True, longest=2000)
    source = Text(required=True, longest=200)
    checked_on = Day(required=True)


class DocumentIn(Schema):
    """The members beside the file of an upload. ``subject``: the case where left out."""

    kind = _word(DocumentKind, required=True, validate=validate.NoneOf(
        [DocumentKind.PHOTOGRAPH], error=N_("照片请在财产的照片处上传。")))
    title = Text(required=True, longest=200)
    subject = Text(longest=80, load_default=None, allow_none=True)
    is_public = fields.Boolean(load_default=False)


class PhotographsIn(Schema):
    title = Line(longest=200)
    is_public = fields.Boolean(load_default=False)


class PublicityIn(Schema):
    is_public = fields.Boolean(load_default=False)


class ServiceIn(Schema):
    party_id = Text(required=True, longest=40)
    way = _word(ServiceWay, required=True)
    title = Text(required=True, longest=200)
    served_at = Instant(required=True)
    document_id = Text(longest=40, load_default=None, allow_none=True)
    notice = Choice(*NOTICES, load_default=GENERAL_NOTICE)


class ListIn(Schema):
    """Which cases to list."""

    mine = fields.Boolean(load_default=False)
    q = Line(longest=100)
    page = fields.Integer(load_default=1, validate=validate.Range(
        min=1, max=10_000, error=N_("没有这一页。")))


class ThirdPartyObjectionIn(Schema):
    """A third party's objection to a seized property (CPL-238)."""

    objector = Text(required=True, longest=100)
    claimed_right = _word(ObjectionRight, required=True)
    reason = Text(required=True, longest=1000)
    filed_on = Day(required=True)


class ThirdPartyStepIn(Schema):
    """What became of an objection, on which day."""

    state = _word(ObjectionState, required=True)
    on = Day(required=True)


class FileIn(Schema):
    file = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


class PicturesIn(Schema):
    files = fields.List(fields.Raw(metadata={"type": "string", "format": "binary"}), required=True)


class ProofIn(Schema):
    proof = fields.Raw(metadata={"type": "string", "format": "binary"})


class PartyOut(Schema):
    id = Text()
    role = _word(PartyRole)
    kind = _word(PartyKind)
    name = Text()
    id_kind = _word(IdKind)
    id_masked = Text()
    address = Text()
    phone = Text()
    person_id = Text()


class ClaimOut(ClaimIn):
    id = Text()
    amount_fen = fields.Integer()
    checked_at = Instant()


class FactOut(FactIn):
    topic = _word(FactTopic)
    version = fields.Integer()
    recorded_at = Instant()


class PropertyOut(PropertyIn):
    id = Text()
    status = _word(PropertyStatus)
    facts = fields.Function(lambda found: FactOut(many=True).dump(found.facts.values()))
    facts_missing = fields.List(_word(FactTopic))


class ThirdPartyObjectionOut(ThirdPartyObjectionIn):
    id = Text()
    property_id = Text()
    state = _word(ObjectionState)
    state_on = Day()
    document_id = Text()
    decision_id = Text()


class DocumentOut(Schema):
    id = Text()
    subject = Text()
    kind = _word(DocumentKind)
    title = Text()
    sha256 = Text()
    media_type = Text()
    size = fields.Integer()
    is_public = fields.Boolean()
    url = Text()
    kept_at = Instant()


class ServiceOut(Schema):
    id = Text()
    party_id = Text()
    subject = Text()
    title = Text()
    way = _word(ServiceWay)
    notice = Text()
    served_at = Instant()
    received_at = Instant()
    document_id = Text()
    proof_document_id = Text()


class CaseLineOut(Schema):
    """A case in a list."""

    id = Text()
    number = Text()
    cause = Text()
    filed_on = Day()
    debtor_kind = _word(DebtorKind)
    regime = _word(Regime)
    officer_id = Text()
    registered_at = Instant()


class CasesOut(Schema):
    cases = fields.List(fields.Nested(CaseLineOut))
    total = fields.Integer()


class CaseOut(CaseLineOut):
    basis = Text()
    regime_reason = Text()
    rule_set = Text()
    parties = fields.List(fields.Nested(PartyOut))
    claims = fields.List(fields.Nested(ClaimOut))
    properties = fields.List(fields.Nested(PropertyOut))


class PapersOut(Schema):
    """The documents of a case and what was served."""

    documents = fields.List(fields.Nested(DocumentOut))
    services = fields.List(fields.Nested(ServiceOut))


class IdentityOut(Schema):
    id_number = Text()


class MyCaseOut(Schema):
    """A case as a party sees it."""

    id = Text()
    number = Text()
    cause = Text()
    roles = fields.List(_word(PartyRole))
    claims = fields.List(fields.Nested(ClaimOut))
    services = fields.List(fields.Nested(ServiceOut))


class MyCasesOut(Schema):
    cases = fields.List(fields.Nested(CaseLineOut))
