"""Who answers for a sale at the court, and under which law it runs."""

from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.models import Lot, Sale
from auction.services.reading import get_lot, lock_sale
from audit import services as audit
from audit.kinds import Kind
from cases import services as cases
from kernel.access import SYSTEM, Actor, Role
from kernel.errors import NotAllowed
from kernel.law import RuleSet


def handled_sale(session: Session, lot_id: str, actor: Actor) -> Sale:
    """The latest sale of a lot, locked, for the officer in charge of its case.

    An exercise has no case: any officer of its court answers for it. The platform itself may act
    where the law lets it stop a sale first and report afterwards (AUC-28.2).

    Raises:
        NoSuchLot: there is none.
        NotAllowed: anyone else.
    """
    sale = lock_sale(session, lot_id)
    may_handle_lot(session, sale.lot, actor)
    return sale


def may_handle_lot(session: Session, lot: Lot, actor: Actor) -> None:
    """Let in the officer in charge.

    Raises:
        NotAllowed: see ``handled_sale``.
    """
    if actor == SYSTEM:
        return
    if lot.case_id is not None:
        cases.may_handle(actor, cases.get_case(session, lot.case_id))
    elif actor.court_id != lot.court_id or not actor.may_act_as(Role.OFFICER):
        raise NotAllowed


def court_lot(session: Session, lot_id: str, actor: Actor) -> Lot:
    """A lot for staff of its court, published or not.

    Raises:
        NoSuchLot: there is none.
        NotAllowed: others, and staff of another court.
    """
    lot = get_lot(session, lot_id)
    if not actor.is_staff or actor.court_id != lot.court_id:
        raise NotAllowed
    return lot


def law_of(session: Session, sale: Sale) -> RuleSet:
    """The rule set of the sale as its court reads it."""
    return accounts.court_law(session, sale.lot.court_id, sale.rule_set)


def record(session: Session, sale: Sale, kind: Kind, actor: Actor | str,
           body: dict[str, object]) -> None:
    """The leaf of an act upon a sale."""
    audit.record(session, court_id=sale.lot.court_id, kind=kind, subject=sale.subject, actor=actor,
                 body=body, case_id=sale.lot.case_id, is_exercise=sale.lot.is_exercise)
