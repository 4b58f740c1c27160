"""What waits in the ledger: refunds with their 24 hours, credits nobody knows, balances due."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from accounts import services as accounts
from cases import services as cases
from kernel.access import Role
from kernel.clock import end_of_day
from kernel.domain import WorkItem
from kernel.errors import N_
from ledger import services

_FINANCE = frozenset({Role.FINANCE})


def work(session: Session, now: datetime) -> Iterator[WorkItem]:
    """Every open step of this floor."""
    for refund in services.refunds_open(session):
        yield WorkItem(
            court_id=refund.court_id, title=N_("退还保证金 %(amount_fen)s 元，缴款码 %(owner)s")
            if not refund.is_turned_back else N_("退回不符的汇款 %(amount_fen)s 元，%(owner)s"),
            url=f"/desk/money/refunds/{refund.owner}", rule=refund.rule, due_at=refund.due_at,
            roles=_FINANCE, details={"amount_fen": refund.amount_fen,
                                     "owner": refund.owner.removeprefix("line:")})
    for court in accounts.courts(session):
        for credit in services.unidentified_credits(session, court.id):
            yield WorkItem(
                court_id=court.id, title=N_("查明或退回不明汇款 %(amount_fen)s 元，流水 %(line)s"),
                url="/desk/money#unidentified", rule="FUND-15", roles=_FINANCE,
                details={"amount_fen": credit.amount_fen, "line": credit.bank_line})
    due = services.payments_due(session)
    numbers = cases.numbers_of(session, {one.case_id for one in due if one.case_id})
    for one in due:
        if one.due_on is not None and one.case_id is not None:
            yield WorkItem(
                court_id=one.court_id, case_id=one.case_id, rule="AUC-25.1",
                title=N_("买受人缴清余款 %(amount_fen)s 元：%(number)s"),
                url=f"/desk/money/cases/{one.case_id}", due_at=end_of_day(one.due_on),
                details={"amount_fen": one.amount_fen, "number": numbers[one.case_id]},
                who=N_("买受人"))
