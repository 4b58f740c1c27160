"""Courts: opening one with its logs, and the readings of the law it has chosen."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.errors import NoSuchCourt
from accounts.models import Court
from accounts.rules.contact import Contact
from audit import services as audit
from audit.kinds import Kind
from kernel.access import Actor, Role, of_own_court
from kernel.errors import N_, InvalidInput, NotAllowed
from kernel.ids import new_id
from kernel.law import RuleSet, Value, rule_set

_SLUG: Final = re.compile(r"[a-z][a-z0-9-]{1,29}")
_RESERVED: Final = frozenset({"installation", "exercise"})
"""Words that end the origins of other logs."""

NOT_TOLD: Final = Contact()
INSTALLATION: Final = "installation"
"""The court_id of the log that holds what concerns no court."""


def open_installation(session: Session, *, origin: str) -> None:
    """Open the log ``origin/installation``, once, before anyone can register."""
    audit.open_log(session, court_id=INSTALLATION, origin=f"{origin}/installation")


def found_court(session: Session, *, slug: str, name_zh: str, name_en: str, origin: str,
                actor: Actor, now: datetime, contact: Contact = NOT_TOLD) -> Court:
    """Found a court of this installation: ``court-SLUG``, its log named ``origin/SLUG``.

    The first one opens the installation's own log too.

    Raises:
        InvalidInput: the word that names its log is unfit or taken, or the name is.
    """
    wrong = {}
    if not _SLUG.fullmatch(slug) or slug in _RESERVED:
        wrong["slug"] = N_("法院的短名由 2 至 30 个小写字母、数字、横线组成，以字母开头，例如 donglu。")
    for one in courts(session):
        if one.id == f"court-{slug}" or one.origin == f"{origin}/{slug}":
            wrong["slug"] = N_("这个短名已经有一家法院使用。")
        if one.name_zh == name_zh:
            wrong["name_zh"] = N_("已经有一家同名的法院。")
    if wrong:
        raise InvalidInput(wrong)
    if not audit.has_log(session, INSTALLATION):
        open_installation(session, origin=origin)
    return open_court(session, name_zh=name_zh, name_en=name_en, origin=f"{origin}/{slug}",
                      actor=actor, now=now, court_id=f"court-{slug}", contact=contact)


def open_court(session: Session, *, name_zh: str, name_en: str, origin: str, actor: Actor,
               now: datetime, court_id: str | None = None, contact: Contact = NOT_TOLD) -> Court:
    """Open a court with its log and the log of its exercises (``origin/exercise``)."""
    court = Court(id=court_id or new_id("court"), name_zh=name_zh, name_en=name_en, origin=origin,
                  readings={}, opened_at=now, **asdict(contact))
    session.add(court)
    audit.open_log(session, court_id=court.id, origin=origin)
    audit.open_log(session, court_id=court.id, origin=f"{origin}/exercise", is_exercise=True)
    audit.record(session, court_id=court.id, kind=Kind.COURT_OPENED, subject=f"court:{court.id}",
                 actor=actor, body={"name": name_zh, "origin": origin} | (
                     {"contact": _told(contact)} if contact != NOT_TOLD else {}))
    return court


def get_court(session: Session, court_id: str) -> Court:
    """One court.

    Raises:
        NoSuchCourt: there is none with this id.
    """
    court = session.get(Court, court_id)
    if court is None:
        raise NoSuchCourt
    return court


def courts(session: Session) -> Sequence[Court]:
    """All courts of this installation, in the order in which they were opened."""
    return session.scalars(select(Court).order_by(Court.opened_at, Court.id)).all()


def court_names(session: Session) -> Sequence[tuple[str, str, str]]:
    """Id, Chinese and English name of every court, in the same order."""
    return [(id_, zh, en) for id_, zh, en in session.execute(
        select(Court.id, Court.name_zh, Court.name_en).order_by(Court.opened_at, Court.id))]


def court_law(session: Session, court_id: str, rule_set_id: str) -> RuleSet:
    """A rule set as this court uses it, its own readings put in."""
    return rule_set(rule_set_id).with_settings(get_court(session, court_id).readings)


def set_readings(session: Session, court_id: str, *, rule_set_id: str,
                 readings: Mapping[str, Value], actor: Actor) -> Court:
    """Choose where the law leaves room; what runs already keeps the reading it was begun with.

    Raises:
        LawError: not a setting of this rule set, or not one of the values a court may set.
        NotAllowed: staff of another court.
    """
    court = get_court(session, court_id)
    of_own_court(actor, court_id)
    rule_set(rule_set_id).with_settings(readings)
    court.readings = {**court.readings, **readings}
    audit.record(session, court_id=court_id, kind=Kind.COURT_READINGS_SET,
                 subject=f"court:{court_id}", actor=actor,
                 body={"rules": rule_set_id, "readings": dict(readings)})
    return court


def set_contact(session: Session, court_id: str, contact: Contact, *, actor: Actor) -> Court:
    """Say how a court is reached; what is published already keeps the words it was published with.

    Raises:
        NotAllowed: neither the installation itself nor an administrator of that court.
    """
    court = get_court(session, court_id)
    if actor.id != "system" and not (
            actor.may_act_as(Role.ADMINISTRATOR) and actor.court_id == court_id):
        raise NotAllowed
    if contact != court.contact:
        court.contact = contact
        audit.record(session, court_id=court_id, kind=Kind.COURT_CONTACT_SET,
                     subject=f"court:{court_id}", actor=actor, body=_told(contact))
    return court


def _told(contact: Contact) -> dict[str, str]:
    return {name: value for name, value in asdict(contact).items() if value}
