"""``/api/v1``: people, tokens, oneself, approvals. Same schemas and services as the pages."""

from typing import Any

from accounts import services
from accounts.login import sign_in
from accounts.login.registration import add_bidder
from accounts.models import ApiToken, Message
from accounts.rules.messages import unpack
from accounts.schemas import (
    ApprovalOut,
    BidderIn,
    DecisionIn,
    MessageOut,
    NewTokenOut,
    PageIn,
    PasswordChangeIn,
    PersonOut,
    TokenIn,
    TokenOut,
)
from kernel import clock
from kernel.access import STAFF, access, public, signed_in
from kernel.database import db
from kernel.http import ApiBlueprint
from kernel.languages import say
from kernel.transactions import unit_of_work

people = ApiBlueprint("people-api", __name__, url_prefix="/people",
                      description="People who register to bid.")
tokens = ApiBlueprint("tokens-api", __name__, url_prefix="/tokens",
                      description="Bearer tokens of programs.")
me = ApiBlueprint("me-api", __name__, url_prefix="/me", description="Whoever asks.")
approvals = ApiBlueprint("approvals-api", __name__, url_prefix="/approvals",
                         description="What waits for a second person.")


@people.post("")
@people.arguments(BidderIn, location="json")
@people.response(201, PersonOut)
@public
def register(wish: dict[str, Any]) -> dict[str, Any]:
    """Register to bid."""
    return _person(add_bidder(wish))


@tokens.post("")
@tokens.arguments(TokenIn, location="json")
@tokens.response(201, NewTokenOut)
@public
def issue_token(wish: dict[str, Any]) -> dict[str, Any]:
    """A bearer token for login and password; its secret is shown this once."""
    person_id = sign_in.check_password(wish["login"], wish["password"], act="token")
    with unit_of_work() as work:
        token, secret = services.issue_token(work.session, person_id, label=wish["label"] or "API",
                                             now=clock.machine_now())
        return {**_token(token), "token": secret}


@tokens.get("")
@tokens.response(200, TokenOut(many=True))
@access()
def my_tokens() -> list[dict[str, Any]]:
    """One's own tokens that work, without their secrets."""
    return [_token(token) for token in services.tokens_of(
        db.session(), signed_in().id, now=clock.machine_now())]


@tokens.delete("/<token_id>")
@tokens.response(204)
@access()
def revoke_token(token_id: str) -> None:
    """Stop one of one's own tokens at once."""
    with unit_of_work() as work:
        services.revoke_token(work.session, token_id, actor=signed_in(), now=clock.machine_now())


@me.get("")
@me.response(200, PersonOut)
@access()
def who_am_i() -> dict[str, Any]:
    """Who the token or session belongs to."""
    return _person(signed_in().id)


@me.put("/password")
@me.arguments(PasswordChangeIn, location="json")
@me.response(204)
@access()
def change_password(wish: dict[str, Any]) -> None:
    """Change one's own password; every other session ends."""
    sign_in.replace_password(wish, signed_in())


@me.get("/messages")
@me.arguments(PageIn, location="query")
@me.response(200, MessageOut(many=True))
@access()
def messages(wish: dict[str, Any]) -> list[dict[str, Any]]:
    """The inbox, newest first, twenty a page."""
    return [_message(one) for one in services.messages_of(
        db.session(), signed_in().id, page=wish["page"])]


@me.post("/messages/<message_id>/read")
@me.response(200, MessageOut)
@access()
def read_message(message_id: str) -> dict[str, Any]:
    """Mark one message read."""
    with unit_of_work() as work:
        return _message(services.open_message(work.session, message_id, person_id=signed_in().id,
                                              now=clock.now()))


@approvals.get("")
@approvals.response(200, ApprovalOut(many=True))
@access(*STAFF)
def list_approvals() -> list[services.SeenApproval]:
    """What waits for the asker or was asked by them."""
    actor, session = signed_in(), db.session()
    return services.seen_by(session, services.approvals_of(session, actor), actor)


@approvals.post("/<approval_id>/decision")
@approvals.arguments(DecisionIn, location="json")
@approvals.response(200, ApprovalOut)
@access(*STAFF)
def decide(wish: dict[str, Any], approval_id: str) -> services.SeenApproval:
    """Approve or send back."""
    actor, session = signed_in(), db.session()
    with unit_of_work() as work:
        services.decide_approval(work.session, approval_id, approve=wish["approve"],
                                 reason=wish["reason"] or "", actor=actor, now=clock.now())
    decided = services.get_approval(session, approval_id, actor=actor)
    return services.seen_by(session, [decided], actor)[0]


def _person(person_id: str) -> dict[str, Any]:
    session = db.session()
    found = services.person(session, person_id)
    return {"id": found.id, "login": found.login, "name": found.shown_name, "kind": found.kind,
            "roles": sorted(found.roles),
            "court": services.get_court(session, found.court_id) if found.court_id else None,
            "unread_messages": services.unread_count(session, person_id)}


def _token(token: ApiToken) -> dict[str, Any]:
    return {"id": token.id, "label": token.label, "issued_at": token.issued_at,
            "expires_at": token.expires_at}


def _message(message: Message) -> dict[str, Any]:
    return {"id": message.id, "text": say(message.text, unpack(message.details)),
            "url": message.url, "sent_at": message.sent_at, "read_at": message.read_at}
