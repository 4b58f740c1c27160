"""What the programs' doors share: their blueprint, and the case they speak of."""

from cases import services
from cases.models import Case
from kernel.access import signed_in
from kernel.database import db
from kernel.http import ApiBlueprint

api = ApiBlueprint("cases-api", __name__, url_prefix="/cases",
                   description="Enforcement cases: parties, claims, property, documents, service")


def read_case(case_id: str) -> Case:
    """The case, for staff of its court."""
    case = services.case_file(db.session(), case_id)
    services.may_read(signed_in(), case)
    return case
