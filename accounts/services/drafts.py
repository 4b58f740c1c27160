"""Drafts of long forms: kept for their writer alone, until the form is sent, thrown away or forgotten."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from accounts.errors import DraftTooLarge
from accounts.models import Draft
from accounts.rules.drafts import MOST_PER_PERSON, Typed, is_small, keepable


def save_draft(session: Session, *, person_id: str, address: str, typed: Typed, now: datetime) -> Draft:
    """Keep what a person has typed, in place of what was kept for this form before.

    The oldest drafts of the person make room.

    Raises:
        DraftTooLarge: more than any form of this platform holds.
    """
    values = keepable(typed)
    if not is_small(values):
        raise DraftTooLarge
    draft = session.get(Draft, (person_id, address))
    if draft is None:
        draft = Draft(person_id=person_id, address=address)
        session.add(draft)
    draft.values, draft.saved_at = dict(values), now
    session.flush()
    _make_room(session, person_id)
    return draft


def draft_of(session: Session, person_id: str, address: str) -> Draft | None:
    """What this person has typed into the form of this address and not yet sent."""
    return session.get(Draft, (person_id, address))


def discard_draft(session: Session, person_id: str, address: str) -> None:
    """Forget a draft: the form was sent, or its writer does not want it."""
    draft = session.get(Draft, (person_id, address))
    if draft is not None:
        session.delete(draft)


def forget_drafts(session: Session, *, saved_before: datetime) -> None:
    """Delete drafts that nobody came back to."""
    session.execute(delete(Draft).where(Draft.saved_at < saved_before))


def drafts_of(session: Session, person_id: str) -> Mapping[str, datetime]:
    """The forms a person has begun, and when they last typed; the latest first."""
    return {draft.address: draft.saved_at for draft in session.scalars(
        select(Draft).where(Draft.person_id == person_id).order_by(Draft.saved_at.desc(), Draft.address))}


def _make_room(session: Session, person_id: str) -> None:
    for address in list(drafts_of(session, person_id))[MOST_PER_PERSON:]:
        discard_draft(session, person_id, address)
