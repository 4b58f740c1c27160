"""What the auction takes from forms and programs, and what it shows them."""

import re
from typing import Any, Final

from marshmallow import Schema, fields, post_load, validate

from auction.rules.disclosure import AnnouncementPart, SpecialNotice
from auction.rules.priority import MOST_RANK
from cases.rules.words import ServiceWay
from kernel.errors import N_
from kernel.schemas import MOST_WHOLE, Characters, Choice, Count, Day, Instant, Money, Text, Within

_WHOLE: Final = re.compile(r"\d{1,20}", re.ASCII)
CLIENT_BID_ID = validate.Regexp(r"[A-Za-z0-9_.:-]{1,128}\Z",
                                error=N_("client_bid_id 只能用字母、数字和 _ . : -，最多 128 个。"))


class BidIn(Schema):
    """One bid. ``client_bid_id`` is the client's own: a retry under it changes nothing."""

    amount_fen = Money(required=True)
    client_bid_id = Characters(required=True, validate=CLIENT_BID_ID)
    key = Characters(load_default=None, allow_none=True, validate=validate.Length(max=64))


class ChosenSum(Money):
    """A sum that the page offers: whole fen in a form, too. ``own`` says that one is typed instead."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int | None:  # type: ignore[override]
        if value == "own":
            return None
        if not _WHOLE.fullmatch(str(value)):
            raise self.make_error("fen")
        return self.within(int(value))


class RoomBidIn(Schema):
    """A bid as the room's forms send it: a sum chosen (in fen) or typed (in yuan)."""

    amount_fen = ChosenSum(load_default=None)
    amount = Money(load_default=None)
    client_bid_id = Characters(load_default=None, validate=CLIENT_BID_ID)


class SocketBidIn(BidIn):
    lot = Text(required=True, longest=40)


class WatchIn(Schema):
    """A lot to watch; whoever comes back says which bid was the last that reached it."""

    lot = Text(required=True, longest=40)
    key = Characters(load_default=None, allow_none=True, validate=validate.Length(max=64))
    after = fields.Integer(load_default=None, allow_none=True, strict=True,
                           validate=Within(min=0, max=2**31 - 1))


class KeyIn(Schema):
    """The key of an exercise's seat, where no sign-in stands behind the asking."""

    key = Characters(load_default=None, validate=validate.Length(max=64))


class PageIn(Schema):
    page = fields.Integer(load_default=1, validate=Within(min=1, max=10_000))


class AfterIn(Schema):
    after = fields.Integer(load_default=0, validate=Within(min=0, max=2**31 - 1))


class RegisterIn(Schema):
    """Registration for a sale: the notices read and accepted, and the declaration on article 34."""

    notices_version = Text(required=True, longest=64)
    accepts_notices = fields.Boolean(required=True, validate=validate.Equal(
        True, error=N_("请阅读并接受特别提示。")), error_messages={
            "required": N_("请阅读并接受特别提示。")})
    declares_free = fields.Boolean(required=True, validate=validate.Equal(
        True, error=N_("请声明您不属于不得竞买的人员。")), error_messages={
            "required": N_("请声明您不属于不得竞买的人员。")})


class ExerciseIn(Schema):
    """The terms of an exercise lot and the codes to be seated in it."""

    title = Text(required=True, longest=120)
    start_price_fen = Money(required=True)
    increment_fen = Money(required=True)
    opens_at = Instant(required=True)
    closes_at = Instant(required=True)
    extension_window_seconds = Count(required=True, least=1, most=300)
    whole_steps = fields.Boolean(load_default=False)
    max_steps = Count(load_default=None, allow_none=True, least=1)
    codes = fields.List(Text(longest=40), load_default=list)


SUSPENSION_GROUNDS: Final = ("postponed", "stayed", "third_party_objection", "system_fault", "other")
WITHDRAWAL_GROUNDS: Final = ("basis_revoked", "applicant_withdraws", "debt_paid", "settlement",
                             "third_party_objection", "collusion", "other")


class TermsIn(Schema):
    """The terms of a sale as the officer fills them in; what the panel decides among them."""

    title = Text(required=True, longest=120)
    start_price_fen = Money(required=True)
    increment_fen = Money(required=True)
    deposit_fen = Money(required=True)
    opens_at = Instant(required=True)
    closes_at = Instant(required=True)
    balance_days = Count(required=True, least=-MOST_WHOLE)
    """Within what, the law of the sale says (AUC-25.1), and names it."""
    priority_decision = Text(required=True, longest=400)
    enforcement_costs_fen = Money(required=True, least=0)
    unfiled_prior_fen = Money(load_default=0, least=0)
    whole_steps = fields.Boolean(load_default=False)
    max_steps = Count(load_default=None, allow_none=True, least=1)
    disclaims_quality = fields.Boolean(load_default=False)
    all_taxes_on_buyer = fields.Boolean(load_default=False)


class DraftIn(TermsIn):
    property_id = Text(required=True, longest=40)


class PropertyIn(Schema):
    """Which property a new sale is of: by the address, or as the form comes back."""

    property = Text(longest=40, load_default=None)
    property_id = Text(longest=40, load_default=None)


class CourtListIn(Schema):
    """Which lots of the court's own to list."""

    group = Choice("preparing", "running", "delivering", "ended", load_default=None,
                   allow_none=True)


class DisclosureIn(Schema):
    """One item of article 13: said, with a paper of the case if there is one, or not applicable."""

    text = Text(longest=4000, load_default=None, allow_none=True)
    not_applicable_reason = Text(longest=400, load_default=None, allow_none=True)
    document_id = Text(longest=40, load_default=None, allow_none=True)


class _Words(Schema):
    """The words of a fixed list of parts; a part left out is empty."""

    @post_load
    def _filled(self, data: dict[str, str | None], **_: object) -> dict[str, str]:
        return {name: text or "" for name, text in data.items()}


SpecialNoticesIn = _Words.from_dict(
    {notice.value: Text(longest=1000, load_default=None, allow_none=True)
     for notice in SpecialNotice}, name="SpecialNoticesIn")
AnnouncementIn = _Words.from_dict(
    {part.value: Text(longest=2000, load_default=None, allow_none=True)
     for part in AnnouncementPart}, name="AnnouncementIn")


class NoticeIn(Schema):
    """How a party learnt of the coming auction (AUC-16)."""

    party_id = Text(required=True, longest=40)
    way = fields.Enum(ServiceWay, by_value=True, required=True)
    served_at = Instant(required=True)
    unreachable_reason = Text(longest=400, load_default=None, allow_none=True)
    proof_document_id = Text(longest=40, load_default=None, allow_none=True)


class SurplusNoticeIn(Schema):
    """How an applicant learnt that nothing would be left for it (GEN-6)."""

    party_id = Text(required=True, longest=40)
    way = Choice("in_person", "electronic", "post", "public_notice", required=True)
    served_at = Instant(required=True)
    proof_document_id = Text(longest=40, load_default=None, allow_none=True)


class InsistIn(Schema):
    """An applicant's application for the auction to go on, a paper of the case (GEN-6)."""

    insisted_on = Day(required=True)
    document_id = Text(required=True, longest=40)


class InsistedOnIn(Schema):
    """The day of the application, where its paper comes as a file."""

    insisted_on = Day(required=True)


class RightIn(Schema):
    """A priority right as it goes before the panel; its paper is one of the case (AUC-19.1)."""

    party_id = Text(required=True, longest=40)
    rank = Count(required=True, least=1, most=MOST_RANK)
    basis = Text(required=True, longest=400)
    document_id = Text(longest=40, load_default=None, allow_none=True)


class SuspendIn(Schema):
    """AUC-28: why a sale is stopped, on what paper of the case."""

    ground = Choice(*SUSPENSION_GROUNDS, required=True)
    reason = Text(required=True, longest=400)
    document_id = Text(longest=40, load_default=None, allow_none=True)


class CauseEndedIn(Schema):
    ended_on = Day(required=True)


class WithdrawIn(Schema):
    """GEN-17, GEN-19, CPL-268: why a lot is taken back."""

    ground = Choice(*WITHDRAWAL_GROUNDS, required=True)
    reason = Text(required=True, longest=400)


class RulingIn(Schema):
    document_id = Text(required=True, longest=40)


class RulingServiceIn(Schema):
    """How the ruling reached the buyer (AUC-22.2)."""

    way = Choice("in_person", "electronic", "post", required=True)
    served_at = Instant(required=True)
    proof_document_id = Text(longest=40, load_default=None, allow_none=True)


class HandOverIn(Schema):
    note = Text(required=True, longest=400)
