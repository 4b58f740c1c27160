"""A bidder's way to a code: notices accepted, deposit paid under a random reference, admitted.

Until the sale has ended nobody sees who stands behind a code, staff included (AUC-8.2, AUC-18.3):
the registration finds its owner by a keyed digest, and finance sees only the reference.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.errors import AlreadyRegistered, Barred, NoticesNotAccepted, NotQualified, NotRunning
from auction.models import Registration, Sale
from auction.rules.lifecycle import LotState
from auction.services import priority
from auction.services.reading import announced_sale, end_in_force, lock_sale
from audit import services as audit
from audit.kinds import Kind
from kernel.access import Actor, Role
from kernel.commitments import SALT_BYTES, identity_commitment
from kernel.errors import N_, NotAllowed
from kernel.ids import new_bidder_code, new_id
from kernel.vault import the_vault
from ledger import services as ledger

TAKES_REGISTRATIONS: Final = frozenset({
    LotState.PUBLISHED, LotState.BIDDING, LotState.SELLOFF_PUBLISHED, LotState.SELLOFF_OPEN,
    LotState.SELLOFF_BIDDING})
"""Registration and deposit are open until the bidding ends, not only until it begins (AUC-18.1)."""


def register_bidder(session: Session, *, lot_id: str, notices_version: str, is_barred: bool,
                    actor: Actor, now: datetime) -> Registration:
    """Register for a sale and give the reference under which the deposit is to be paid.

    Args:
        notices_version: the version of the special notices that the bidder accepted (AUC-14).
        is_barred: what the bidder declared about article 34; the truth is a bidder's duty.

    Raises:
        NotRunning: not announced, or the bidding has ended.
        AlreadyRegistered: this person has registered for this sale.
        NoticesNotAccepted: the notices have changed meanwhile.
        Barred: excluded by article 34, or in default in an earlier sale of this lot.
        NotAllowed: not registered as a bidder.
    """
    sale = lock_sale(session, lot_id, announced_sale(session, lot_id).number)
    if not takes_registrations(sale, now):
        raise NotRunning(rule="AUC-18.1")
    check_may_bid(sale, actor)
    if is_barred:
        raise Barred
    if notices_version != sale.notices_version:
        raise NoticesNotAccepted({"accepts_notices": N_("特别提示已经更新，请重新阅读并接受。")})
    digest = person_digest(sale, actor.id)
    if _by_digest(session, sale, digest) is not None:
        raise AlreadyRegistered
    registration = Registration(
        id=new_id("reg"), lot_id=sale.lot_id, number=sale.number, person_digest=digest,
        sealed_person=b"", accepted_notices=notices_version, accepted_at=now,
        deposit_fen=sale.deposit_fen)
    registration.sealed_person = the_vault().seal({"person": actor.id}, _place(registration))
    expected = ledger.expect_payment(
        session, court_id=sale.lot.court_id, case_id=sale.lot.case_id,
        purpose=ledger.Purpose.DEPOSIT, subject=sale.subject, amount_fen=sale.deposit_fen,
        payer_person_id=actor.id, actor="registrant", now=now)
    registration.reference = expected.reference
    session.add(registration)
    audit.record(session, court_id=sale.lot.court_id, kind=Kind.BIDDER_REGISTERED,
                 subject=sale.subject, actor="registrant", case_id=sale.lot.case_id,
                 body={"registration": registration.id, "notices": notices_version})
    session.flush()
    return registration


def takes_registrations(sale: Sale, now: datetime) -> bool:
    """Whether one may still register: until the bidding has ended (AUC-18.1)."""
    return (sale.state in TAKES_REGISTRATIONS and now < end_in_force(sale)
            and not sale.lot.is_exercise)


def check_may_bid(sale: Sale, actor: Actor) -> None:
    """Let nobody register whom the law or the accounts keep out.

    Raises:
        Barred: staff of the court that sells (AUC-34); a buyer in default here (AUC-24.3).
        NotAllowed: not registered as a bidder.
    """
    if actor.is_staff and actor.court_id == sale.lot.court_id:
        raise Barred(N_("本院工作人员不得参加本院标的物的竞买。"))
    if not actor.may_act_as(Role.BIDDER):
        raise NotAllowed(N_("只有注册为竞买人的账号可以报名。"))
    for earlier in sale.lot.sales:
        if (earlier.state == LotState.DEFAULT and earlier.delivery is not None
                and earlier.delivery.buyer_person_id == actor.id):
            raise Barred(N_("您在本标的物上一次拍卖中悔拍，不得参加重新拍卖。"), rule="AUC-24.3")


def person_digest(sale: Sale, person_id: str) -> str:
    """What finds a person's own registration without naming the person."""
    return the_vault().digest(person_id, f"registration:{sale.subject}")


def own_registration(session: Session, sale: Sale, actor: Actor | None) -> Registration | None:
    """The actor's registration for this sale, if there is one."""
    return None if actor is None else _by_digest(session, sale, person_digest(sale, actor.id))


def admitted(session: Session, sale: Sale, *, actor: Actor | None, key: str | None) -> Registration:
    """The registration under which a bid may be made: the actor's own, or an exercise's by its key.

    Raises:
        NotQualified: none, or not admitted yet.
    """
    if key is not None and sale.lot.is_exercise:
        found = _by_digest(session, sale, person_digest(sale, key))
    else:
        found = own_registration(session, sale, actor)
    if found is None or found.code is None:
        raise NotQualified
    return found


def admitted_before(session: Session, sale: Sale, *, actor: Actor | None, key: str | None
                    ) -> list[Registration]:
    """The codes that whoever asks had in earlier sales of the same lot, latest first."""
    who = key if key is not None and sale.lot.is_exercise else None if actor is None else actor.id
    earlier = [one for one in sale.lot.sales if one.number < sale.number] if sale.number > 1 else []
    if who is None or not earlier:
        return []
    return [found for _sale, found in registrations_of_person(session, earlier[::-1], who)
            if found.code is not None]


def ever_admitted(session: Session, sale: Sale, *, actor: Actor | None, key: str | None
                  ) -> list[Registration]:
    """The codes that whoever asks has in this sale and had in earlier ones of the same lot, latest first.

    Raises:
        NotQualified: none in any of them.
    """
    earlier = admitted_before(session, sale, actor=actor, key=key)
    try:
        return [admitted(session, sale, actor=actor, key=key), *earlier]
    except NotQualified:
        if earlier:
            return earlier
        raise


def registrations_of_person(session: Session, sales: Sequence[Sale], person_id: str
                            ) -> list[tuple[Sale, Registration]]:
    """A person's own registrations among these sales, in their order."""
    digests = {person_digest(sale, person_id): sale for sale in sales}
    found = {one.person_digest: one for one in session.scalars(
        select(Registration).where(Registration.person_digest.in_(list(digests))))}
    return [(sale, found[digest]) for digest, sale in digests.items() if digest in found]


def _by_digest(session: Session, sale: Sale, digest: str) -> Registration | None:
    return session.scalars(select(Registration).where(
        Registration.lot_id == sale.lot_id, Registration.number == sale.number,
        Registration.person_digest == digest)).one_or_none()


def _place(registration: Registration) -> str:
    return f"registrations.sealed_person:{registration.id}"


def person_behind(registration: Registration) -> str:
    """The person's id; the caller answers for the sale having ended, and logs why it asks."""
    return the_vault().open(registration.sealed_person, _place(registration))["person"]


def paid_registrations(session: Session) -> list[Registration]:
    """Registrations without a code whose deposit the ledger has received, oldest first."""
    waiting = session.scalars(
        select(Registration).join(Sale, (Sale.lot_id == Registration.lot_id)
                                  & (Sale.number == Registration.number))
        .where(Registration.code.is_(None), Registration.deposit_ended_at.is_(None),
               Registration.reference.is_not(None), Sale.state.in_(list(TAKES_REGISTRATIONS)))
        .order_by(Registration.accepted_at)).all()
    return [one for one in waiting if ledger.is_received(session, one.reference or "")]


def admit(session: Session, registration_id: str, *, now: datetime) -> Registration | None:
    """Give a paid registration its random code, and commit to who stands behind it.

    None where there is nothing to do: admitted meanwhile, or the bidding over. Money that came
    from somebody else never gets here: the ledger sends it back (AUC-17.2). No message is sent:
    its time beside that of the leaf would tell who is behind the code (AUC-18.3). A priority right
    confirmed by now goes into the code; one confirmed later does not, for a code has one order in
    all its bids (AUC-19.1).
    """
    known = session.get(Registration, registration_id)
    if known is None:
        return None
    sale = lock_sale(session, known.lot_id, known.number)
    # Read under the lock: every process looks for paid bidders, and another may have been quicker.
    registration = session.get(Registration, registration_id, populate_existing=True)
    if registration is None or registration.code is not None:
        return None
    payment = ledger.payment(session, registration.reference or "")
    if not takes_registrations(sale, now) or not payment.is_received:
        return None
    person_id = person_behind(registration)
    priority.note_decisions(session, sale, now=now)
    registration.priority_rank = priority.rank_of_person(session, sale, person_id)
    give_code(session, sale, registration, identity=accounts.identity_for_machine(session, person_id),
              code=free_code(session, sale), now=now)
    return registration


def give_code(session: Session, sale: Sale, registration: Registration, *,
              identity: accounts.Identity, code: str, now: datetime) -> None:
    """Admit a bidder under a code, with two salted commitments to the identity in the leaf."""
    shown = {"name": identity.name, "masked_number": identity.masked_number}
    full = {"name": identity.name, "id_number": identity.id_number, "phone": identity.phone}
    salts = [secrets.token_bytes(SALT_BYTES), secrets.token_bytes(SALT_BYTES)]
    shown_commitment, full_commitment = (
        identity_commitment(subject=sale.subject, code=code, salt=salt, identity=value)
        for salt, value in zip(salts, (shown, full), strict=True))
    registration.code, registration.admitted_at = code, now
    registration.sealed_commitments = the_vault().seal(
        {"identity_salt": salts[0].hex(), "sealed_salt": salts[1].hex()}, _place_of_salts(registration))
    audit.record(session, court_id=sale.lot.court_id, kind=Kind.BIDDER_ADMITTED,
                 subject=sale.subject, actor="system", case_id=sale.lot.case_id,
                 is_exercise=sale.lot.is_exercise,
                 body={"code": code, "identity_commitment": shown_commitment,
                       "sealed_commitment": full_commitment,
                       "priority_rank": registration.priority_rank})
    session.flush()


def opening_salt(registration: Registration) -> bytes:
    """What opens the commitment to name and masked number of an admitted bidder; 32 bytes.

    The caller answers for the identity being published, or the bidder's own.
    """
    sealed = the_vault().open(registration.sealed_commitments or b"", _place_of_salts(registration))
    return bytes.fromhex(sealed["identity_salt"])


def _place_of_salts(registration: Registration) -> str:
    return f"registrations.sealed_commitments:{registration.id}"


def free_code(session: Session, sale: Sale) -> str:
    """A code that nobody has in this sale."""
    taken = set(session.scalars(select(Registration.code).where(
        Registration.lot_id == sale.lot_id, Registration.number == sale.number)))
    while (code := new_bidder_code()) in taken:
        pass
    return code
