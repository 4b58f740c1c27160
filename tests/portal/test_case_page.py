"""The page of a case tells its whole course in words."""

from collections.abc import Callable
from datetime import datetime

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from audit.kinds import Kind
from audit.services import leaves_of_case
from kernel.access import Role
from tests.factories.accounts import a_person, sign_in
from tests.factories.lots import a_published_lot

Walk = Callable[[datetime], None]


def test_every_act_of_a_case_is_told_in_words(
        client: FlaskClient, session: Session, at: Walk) -> None:
    scene = a_published_lot(session, at).scene
    case = scene.case
    sign_in(client, a_person(session, Role.AUDITOR, scene.court))
    page = client.get(f"/desk/cases/{case.id}").text
    log = client.get("/desk/audit/leaves").text
    assert len({leaf.kind for leaf in leaves_of_case(session, case.id)}) > 15
    for leaf in leaves_of_case(session, case.id):
        assert leaf.kind not in page
        assert Kind(leaf.kind).word in page
        assert Kind(leaf.kind).word in log
