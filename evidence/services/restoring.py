"""After a restore that lost acts: two people of a court know it, the log says so, live sales are held."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.services import closing
from audit import services as audit
from audit.rules.outside import Compared, Verdict
from evidence.errors import LossCannotBeAccepted, NothingLost, NotTwoPeople
from kernel.access import SYSTEM, Role


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was written.

    Attributes:
        logs: of which the loss is accepted; held: subjects of the sales that are held now.
    """

    logs: list[str]
    held: list[str]


def accept_restore(session: Session, found: Iterable[Compared], *, administrator_id: str, judge_id: str,
                   minutes_sha256: str, now: datetime) -> Accepted:
    """Accept what a restore has taken from the logs of a court, and from that of the platform itself.

    Args:
        found: the logs beside all checkpoints outside.
        administrator_id, judge_id: two people whose passwords were verified.
        minutes_sha256: of the record that says why there is no newer backup, in hexadecimal.

    Raises:
        NotTwoPeople: not an administrator and a judge of one court, or one person.
        NothingLost: the logs that they may speak for continue all that lies outside.
        LossCannotBeAccepted: such a log is not in the database, or a checkpoint cannot be read.
    """
    court_id = _court_of_both(session, administrator_id, judge_id)
    lost: dict[str, list[Compared]] = {}
    for one in found:
        log_of = audit.court_of_log(session, one.outside.origin)
        if not one.verdict.is_fine and log_of in (court_id, accounts.INSTALLATION, None):
            lost.setdefault(one.outside.origin, []).append(one)
    if not lost:
        raise NothingLost
    for origin, losses in lost.items():
        known = [one.known for one in losses if one.known is not None and one.size]
        if len(known) != len(losses) or any(one.verdict is Verdict.GARBLED for one in losses):
            raise LossCannotBeAccepted(log=origin or losses[0].outside.source)
        audit.accept_loss(session, origin, known, signed_by=[administrator_id, judge_id],
                          minutes_sha256=minutes_sha256, actor=SYSTEM)
    return Accepted(sorted(lost), closing.hold_restored(session, court_id, now=now))


def _court_of_both(session: Session, administrator_id: str, judge_id: str) -> str:
    places = []
    for person_id, role in ((administrator_id, Role.ADMINISTRATOR), (judge_id, Role.JUDGE)):
        person = accounts.person(session, person_id)
        places += [grant.court_id for grant in person.grants
                   if grant.role is role and grant.revoked_at is None]
    if administrator_id == judge_id or len(places) != 2 or places[0] != places[1] or places[0] is None:
        raise NotTwoPeople
    return places[0]
