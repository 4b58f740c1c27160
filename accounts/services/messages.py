"""The inbox: one line per person and event, in the reader's words."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from accounts.errors import NoSuchMessage
from accounts.models import Message
from accounts.rules.messages import pack
from kernel.ids import new_id

PER_PAGE = 20


def send_message(session: Session, *, person_id: str, text: str,
                 details: Mapping[str, object] | None = None, url: str = "",
                 now: datetime) -> Message:
    """Put a line into a person's inbox.

    ``text`` is a marked template (``N_``) over ``details``, whose names say what they are
    (``…_fen``, ``…_at``, ``…_on``; a ``Filled`` is a sentence within the sentence); ``url`` is
    the page it speaks of.
    """
    message = Message(id=new_id("message"), person_id=person_id, text=text,
                      details=pack(details or {}), url=url, sent_at=now, read_at=None)
    session.add(message)
    return message


def messages_of(session: Session, person_id: str, *, page: int = 1) -> Sequence[Message]:
    """One page of an inbox, newest first."""
    return session.scalars(
        select(Message).where(Message.person_id == person_id)
        .order_by(Message.sent_at.desc(), Message.id)
        .limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()


def message_count(session: Session, person_id: str) -> int:
    return session.scalar(select(func.count()).where(Message.person_id == person_id)) or 0


def unread_count(session: Session, person_id: str) -> int:
    return session.scalar(select(func.count()).where(Message.person_id == person_id,
                                                     Message.read_at.is_(None))) or 0


def open_message(session: Session, message_id: str, *, person_id: str, now: datetime) -> Message:
    """Mark one message read and return it.

    Raises:
        NoSuchMessage: none with this id in this person's inbox.
    """
    message = session.get(Message, message_id)
    if message is None or message.person_id != person_id:
        raise NoSuchMessage
    message.read_at = message.read_at or now
    return message


def mark_read(session: Session, person_id: str, *, now: datetime) -> None:
    """Mark everything in an inbox read."""
    session.execute(update(Message).where(Message.person_id == person_id, Message.read_at.is_(None))
                    .values(read_at=now))
