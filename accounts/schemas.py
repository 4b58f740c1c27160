"""What accounts takes in and shows: the same schemas for pages and the API."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from accounts.rules.contact import email_advice, plain_telephone, telephone_advice
from accounts.rules.credentials import (
    login_advice,
    password_advice,
    phone_advice,
    plain_login,
    plain_phone,
)
from accounts.rules.identity import WrongNumber, read_identity_number
from kernel.errors import N_, DomainError
from kernel.languages import explain, say
from kernel.schemas import Characters, Count, Instant, Text


class Login(Text):
    """A login as it is kept: trimmed, small letters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(longest=64, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return plain_login(super()._deserialize(value, attr, data, **kwargs) or "")


class NewLogin(Login):
    """A login that somebody wants to have."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        login = super()._deserialize(value, attr, data, **kwargs)
        _refuse(login_advice(login))
        return login


class Password(Characters):
    """A password, every character as it was typed, blanks too."""


class NewPassword(Password):
    """A password that somebody wants to have."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        password = str(super()._deserialize(value, attr, data, **kwargs))
        _refuse(password_advice(password))
        return password


class Phone(Text):
    """A mobile number of the mainland."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        phone = plain_phone(super()._deserialize(value, attr, data, **kwargs) or "")
        _refuse(phone_advice(phone))
        return phone


class Telephone(Text):
    """A court's own number: with an area code, or a hotline."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        telephone = plain_telephone(super()._deserialize(value, attr, data, **kwargs) or "")
        _refuse(telephone_advice(telephone))
        return telephone


class Email(Text):
    """An address for electronic mail, where there is one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        email = super()._deserialize(value, attr, data, **kwargs) or ""
        _refuse(email_advice(email) if email else None)
        return email


class Number(Text):
    """A resident identity number or a unified social credit code, in its plain form."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        typed = super()._deserialize(value, attr, data, **kwargs) or ""
        try:
            return read_identity_number(typed).value
        except WrongNumber as error:
            raise ValidationError(error.advice) from error


class Consent(fields.Boolean):
    """A box that must be ticked."""

    def __init__(self, **kwargs: Any) -> None:
        refused = N_("请先阅读并同意注册须知。")
        super().__init__(error_messages={"required": refused, "refused": refused}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not super()._deserialize(value, attr, data, **kwargs):
            raise self.make_error("refused")
        return True


class Said(fields.String):
    """A marked message, or a refusal, in the reader's language."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if value is None:
            return None
        return explain(value) if isinstance(value, DomainError) else say(value)


def _refuse(advice: str | None) -> None:
    if advice is not None:
        raise ValidationError(advice)


class SignInIn(Schema):
    """A log-in, or the request for a token."""

    login = Login(required=True)
    password = Password(required=True)


class TokenIn(SignInIn):
    """A program asks for a token with its person's login and password."""

    label = Text(longest=80, load_default=None)


class TokenLabelIn(Schema):
    """A person names a token on the account page."""

    label = Text(longest=80, required=True)


class BidderIn(Schema):
    """Somebody registers to bid."""

    name = Text(longest=80, required=True)
    id_number = Number(required=True)
    phone = Phone(required=True)
    login = NewLogin(required=True)
    password = NewPassword(required=True)
    accepts_terms = Consent(required=True)

    @validates_schema(skip_on_field_errors=True)
    def check_password_against_login(self, data: dict[str, Any], **_: Any) -> None:
        """A password that holds the login is no secret."""
        advice = password_advice(data["password"], data["login"])
        if advice is not None:
            raise ValidationError(advice, "password")


class PasswordChangeIn(Schema):
    """A signed-in person changes the password."""

    password = Password(required=True)
    new_password = NewPassword(required=True)


class DecisionIn(Schema):
    """An approver's word."""

    approve = fields.Boolean(required=True)
    reason = Text(longest=500, load_default=None)


class PageIn(Schema):
    """Which part of a long list."""

    page = Count(least=1, most=10_000, load_default=1)


class CourtOut(Schema):
    """A court by its names."""

    id = fields.String()
    name_zh = fields.String()
    name_en = fields.String()


class PersonOut(Schema):
    """A person, to that person alone."""

    id = fields.String()
    login = fields.String()
    name = fields.String(metadata={"description": "the name others see"})
    kind = fields.String(allow_none=True)
    roles = fields.List(fields.String())
    court = fields.Nested(CourtOut, allow_none=True)
    unread_messages = fields.Integer()


class TokenOut(Schema):
    """A token, without its secret."""

    id = fields.String()
    label = fields.String()
    issued_at = Instant()
    expires_at = Instant()


class NewTokenOut(TokenOut):
    """A token on the one occasion when its secret is shown."""

    token = fields.String()


class MessageOut(Schema):
    """A message in the reader's language."""

    id = fields.String()
    text = fields.String()
    url = fields.String()
    sent_at = Instant()
    read_at = Instant(allow_none=True)


class DecisionOut(Schema):
    """One approver's word on a request."""

    person_id = fields.String()
    name = fields.String()
    approve = fields.Boolean()
    reason = fields.String()
    decided_at = Instant()


class ApprovalOut(Schema):
    """A request for approval, as ``accounts.services.seen_by`` shows it to its reader."""

    id = fields.String(attribute="approval.id")
    act = fields.String(attribute="approval.act")
    subject = fields.String(attribute="approval.subject")
    case_id = fields.String(attribute="approval.case_id", allow_none=True)
    summary = Said()
    digest = fields.String(attribute="approval.digest")
    rule = fields.String(attribute="approval.rule")
    url = fields.String(attribute="approval.url")
    role = fields.String(attribute="approval.role")
    needed = fields.Integer(attribute="approval.needed")
    state = fields.String(attribute="approval.state")
    maker_id = fields.String(attribute="approval.maker_id")
    maker = fields.String()
    requested_at = Instant(attribute="approval.requested_at")
    decided_at = Instant(attribute="approval.decided_at", allow_none=True)
    decisions = fields.List(fields.Nested(DecisionOut))
    why_not = Said(attribute="hindrance", allow_none=True, metadata={
        "description": "why the reader may not decide; null where the reader may"})


class CourtIn(Schema):
    """What a court is called."""

    name_zh = Text(required=True, longest=100)
    name_en = Text(required=True, longest=200)


class ContactIn(Schema):
    """How a court is reached, and where complaints about it go (AUC-13, item 10)."""

    address = Text(required=True, longest=200)
    telephone = Telephone(required=True, longest=40)
    supervision_telephone = Telephone(required=True, longest=40)
    email = Email(longest=100, load_default="")
    office_hours = Text(longest=100, load_default="")


class StaffIn(Schema):
    """Somebody who acts for a court or an institution, under a public name."""

    login = NewLogin(required=True)
    name = Text(required=True, longest=60)
