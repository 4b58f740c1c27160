"""The auditor sees every attempt, checks every chain, and gets the sale as a file."""

import json

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from accounts.models import Court
from auction.rules.replay import recompute
from auction.services import reading
from evidence import services
from kernel.access import Role
from tests.factories.accounts import a_court, a_person, sign_in
from tests.factories.auction import OPENS_AT, START_FEN, a_code, a_lot_on_sale, bid


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["audit", *words])


def a_sale_with_a_refusal(session: Session) -> tuple[str, str, str]:
    """Lot, court, and the code of its one bidder, who bids once too little and once enough."""
    court = a_court(session)
    lot = a_lot_on_sale(session, court)
    lot_id, court_id = lot.id, court.id
    _, registration = a_code(session, lot)
    bid(session, registration, START_FEN - 1, OPENS_AT)
    bid(session, registration, START_FEN, OPENS_AT)
    return lot_id, court_id, registration.code or ""


def test_every_attempt_is_shown_with_its_verdict_and_reason(client: FlaskClient, session: Session) -> None:
    lot_id, court_id, code = a_sale_with_a_refusal(session)
    sign_in(client, a_person(session, Role.AUDITOR, session.get_one(Court, court_id)))
    page = client.get(f"/desk/audit/lots/{lot_id}/1")
    assert page.status_code == 200
    assert code in page.text
    assert "低于起拍价" in page.text
    assert "与当时的记录一致" in page.text
    only = client.get(f"/desk/audit/lots/{lot_id}/1?verdict=refused").text
    assert "共 1 次，全部 2 次" in only


def test_the_sale_as_a_file_is_recomputed_to_the_same_answers(client: FlaskClient, session: Session) -> None:
    lot_id, court_id, code = a_sale_with_a_refusal(session)
    sign_in(client, a_person(session, Role.AUDITOR, session.get_one(Court, court_id)))
    file = client.get(f"/desk/audit/lots/{lot_id}/1/replay.json")
    found = recompute(json.loads(file.data))
    assert [one["reason"] for one in found["decisions"]] == ["below_start", None]
    assert found["outcome"]["winner_code"] == code


def test_an_auditor_of_another_court_finds_nothing(client: FlaskClient, session: Session) -> None:
    lot_id, _, _ = a_sale_with_a_refusal(session)
    other = a_court(session, name_zh="临澜市西麓区人民法院", name_en="Xilu", origin="west.example/log")
    sign_in(client, a_person(session, Role.AUDITOR, other))
    assert client.get(f"/desk/audit/lots/{lot_id}/1").status_code == 404
    assert lot_id not in client.get("/desk/audit").text


def test_nobody_but_auditors_and_supervisors_may_look(client: FlaskClient, session: Session) -> None:
    court = a_court(session)
    sign_in(client, a_person(session, Role.OFFICER, court))
    assert client.get("/desk/audit").status_code == 403
    assert client.get("/desk/audit/leaves").status_code == 403


def test_a_stored_verdict_that_the_rules_do_not_give_is_named(session: Session) -> None:
    lot_id, _, _ = a_sale_with_a_refusal(session)
    session.execute(text("DROP TRIGGER attempts_no_update"))
    session.execute(text("UPDATE attempts SET minimum_fen = minimum_fen + 1 WHERE accepted"))
    session.commit()
    sale = reading.get_lot(session, lot_id).sale
    assert [shot.agrees for shot in services.shots(session, sale)] == [True, False]


def test_the_command_says_of_every_log_that_it_holds(app: Flask, session: Session) -> None:
    a_sale_with_a_refusal(session)
    done = run(app, "check")
    assert done.exit_code == 0
    assert done.output.count("holds") == 3


def test_the_command_names_the_first_leaf_that_does_not_fit(app: Flask, session: Session) -> None:
    lot_id, _, _ = a_sale_with_a_refusal(session)
    session.execute(text("DROP TRIGGER leaves_no_update"))
    session.execute(text("UPDATE leaves SET actor = 'code:Z0000' WHERE subject = :subject AND kind = 'bid'"),
                    {"subject": f"lot:{lot_id}/1"})
    session.commit()
    done = run(app, "check")
    assert done.exit_code == 1
    assert f"lot:{lot_id}/1" in done.output
    assert "column actor" in done.output


def test_a_leaf_is_shown_with_its_bytes_and_hash(client: FlaskClient, session: Session) -> None:
    _, court_id, _ = a_sale_with_a_refusal(session)
    court = session.get_one(Court, court_id)
    origin = court.origin
    sign_in(client, a_person(session, Role.AUDITOR, court))
    page = client.get(f"/desk/audit/leaves/{origin}/0")
    assert page.status_code == 200
    assert "log.opened" in page.text
    found = client.get("/desk/audit/leaves?kind=bid").text
    assert "共 2 片" in found
    wrong = client.get("/desk/audit/leaves?from_at=yesterday")
    assert wrong.status_code == 422
    assert "yesterday" in wrong.text


@pytest.mark.both_databases
@pytest.mark.parametrize("index", [2**53 - 1, 2**53, 2**63 - 1, 2**63, 10**40])
def test_a_leaf_beyond_every_log_is_not_found(client: FlaskClient, session: Session, index: int) -> None:
    _, court_id, _ = a_sale_with_a_refusal(session)
    court = session.get_one(Court, court_id)
    sign_in(client, a_person(session, Role.AUDITOR, court))
    assert client.get(f"/desk/audit/leaves/{court.origin}/{index}").status_code == 404
    assert client.get(f"/desk/audit/leaves/{court.origin}/{index}/findings").status_code == 404
    assert client.post(f"/desk/audit/leaves/{court.origin}/{index}/findings", data={"note": "没有这一片。"}
                       ).status_code == 404


def test_the_chains_are_recomputed_on_a_page_of_their_own(client: FlaskClient, session: Session) -> None:
    lot_id, court_id, _ = a_sale_with_a_refusal(session)
    sign_in(client, a_person(session, Role.AUDITOR, session.get_one(Court, court_id)))
    assert "日志完整，没有要查的断裂" in client.get("/desk/audit/chains").text
    session.execute(text("DROP TRIGGER leaves_no_update"))
    session.execute(text("UPDATE leaves SET actor = 'code:Z0000' WHERE subject = :subject AND kind = 'bid'"),
                    {"subject": f"lot:{lot_id}/1"})
    session.commit()
    assert "1 条日志链断裂" in client.get("/desk/audit/chains").text
