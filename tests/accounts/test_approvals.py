"""Maker and checker: who may decide, what a decision does, and what the log says of it."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session

from accounts import services
from accounts.errors import AlreadyDecided, AlreadyRequested, ApprovalClosed, NotTheApprover, OwnRequest
from accounts.models import Approval, ApprovalDecision, Court, Person
from accounts.rules.approvals import ApprovalState
from accounts.work import work as waiting_work
from audit.services import body_of, leaves_of_subject
from kernel import clock
from kernel.access import Role
from kernel.errors import N_, InvalidInput, NotAllowed
from kernel.transactions import unit_of_work
from tests.clients import json_of
from tests.factories.accounts import a_court, a_person, a_token, sign_in, the_actor

DIGEST = "ab" * 32
OTHER = "cd" * 32


@pytest.fixture
def court(session: Session) -> Court:
    return a_court(session)


@pytest.fixture
def officer(session: Session, court: Court) -> Person:
    return a_person(session, Role.OFFICER, court, name="林静文", also=(Role.JUDGE,))


@pytest.fixture
def judges(session: Session, court: Court) -> list[Person]:
    return [a_person(session, Role.JUDGE, court, name=name) for name in ("邓思远", "陆一鸣", "周若水")]


def ask(session: Session, maker: Person, *, needed: int = 1, digest: str = DIGEST,
        subject: str = "lot:lot-1/1") -> Approval:
    with unit_of_work() as work:
        return services.request_approval(
            work.session, court_id=str(maker.court_id), case_id=None, act="lot.publish", subject=subject,
            summary=N_("发布拍卖公告，起拍价 %(start_fen)s 元"), details={"start_fen": 238_000_000},
            digest=digest, needed=needed, role=Role.JUDGE, url="/desk/lots/lot-1", rule="AUC-5",
            actor=the_actor(session, maker), now=clock.now())


def decide(session: Session, approval: Approval, who: Person, *, approve: bool = True,
           reason: str = "") -> Approval:
    with unit_of_work() as work:
        return services.decide_approval(work.session, approval.id, approve=approve, reason=reason,
                                        actor=the_actor(session, who), now=clock.now())


@pytest.mark.both_databases
def test_enough_different_approvers_approve_and_the_maker_is_told(
        session: Session, officer: Person, judges: list[Person]) -> None:
    approval = ask(session, officer, needed=2)
    assert decide(session, approval, judges[0]).state is ApprovalState.PENDING
    assert decide(session, approval, judges[1]).state is ApprovalState.APPROVED
    latest = services.approval_for(session, subject="lot:lot-1/1", act="lot.publish")
    assert latest is not None
    assert (latest.digest, set(latest.approver_ids)) == (DIGEST, {judges[0].id, judges[1].id})
    (told,) = services.messages_of(session, officer.id)
    assert (told.text, told.url) == ("您提交的事项已获批准：%(summary)s", "/desk/lots/lot-1")
    assert [(leaf.kind, body_of(leaf).get("state")) for leaf in
            leaves_of_subject(session, f"approval:{approval.id}")] == [
        ("approval.requested", None), ("approval.approved", "pending"), ("approval.approved", "approved")]


@pytest.mark.both_databases
def test_the_maker_may_not_approve_even_with_the_role(session: Session, officer: Person) -> None:
    approval = ask(session, officer)
    with pytest.raises(OwnRequest):
        decide(session, approval, officer)
    session.add(ApprovalDecision(approval_id=approval.id, person_id=officer.id, maker_id=officer.id,
                                 approve=True, reason="", decided_at=clock.now()))
    with pytest.raises(IntegrityError):  # the database refuses it as well
        session.flush()
    session.rollback()


@pytest.mark.both_databases
def test_the_database_takes_no_false_maker_in_a_decision(session: Session, officer: Person,
                                                         judges: list[Person]) -> None:
    approval = ask(session, officer)
    session.add(ApprovalDecision(approval_id=approval.id, person_id=officer.id, maker_id=judges[0].id,
                                 approve=True, reason="", decided_at=clock.now()))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


@pytest.mark.both_databases
def test_a_decision_is_never_changed_or_deleted(session: Session, officer: Person,
                                                judges: list[Person]) -> None:
    decide(session, ask(session, officer), judges[0])
    for statement in ("UPDATE approval_decisions SET approve = NOT approve",
                      "DELETE FROM approval_decisions"):
        with pytest.raises(DatabaseError, match="append-only"):
            session.execute(text(statement))
        session.rollback()


def test_each_approver_counts_once(session: Session, officer: Person, judges: list[Person]) -> None:
    approval = ask(session, officer, needed=2)
    decide(session, approval, judges[0])
    with pytest.raises(AlreadyDecided):
        decide(session, approval, judges[0])


def test_one_refusal_ends_the_request_with_its_reason(session: Session, officer: Person,
                                                      judges: list[Person]) -> None:
    approval = ask(session, officer, needed=3)
    with pytest.raises(InvalidInput):
        decide(session, approval, judges[0], approve=False)
    refused = decide(session, approval, judges[0], approve=False, reason="公告漏了租赁")
    assert refused.state is ApprovalState.REFUSED
    with pytest.raises(ApprovalClosed):
        decide(session, approval, judges[1])
    (told,) = services.messages_of(session, officer.id)
    assert told.details["reason"] == "公告漏了租赁"
    body = body_of(leaves_of_subject(session, f"approval:{approval.id}")[-1])
    assert (body["state"], body["approvals"], body["needed"]) == ("refused", 0, 3)
    assert "公告" not in str(body)


def test_someone_without_the_role_or_of_another_court_may_not_decide(
        session: Session, court: Court, officer: Person) -> None:
    approval = ask(session, officer)
    with pytest.raises(NotTheApprover):
        decide(session, approval, a_person(session, Role.FINANCE, court))
    neighbour = a_court(session, "邻县人民法院", "Neighbour Court", "test.court.example/neighbour")
    with pytest.raises(NotAllowed):
        decide(session, approval, a_person(session, Role.JUDGE, neighbour))


@pytest.mark.both_databases
def test_asking_for_a_changed_text_supersedes_the_old_request(session: Session, officer: Person,
                                                              judges: list[Person]) -> None:
    first = ask(session, officer)
    with pytest.raises(AlreadyRequested):
        ask(session, officer)
    second = ask(session, officer, digest=OTHER)
    with pytest.raises(ApprovalClosed):
        decide(session, first, judges[0])
    assert decide(session, second, judges[0]).state is ApprovalState.APPROVED
    assert session.get_one(Approval, first.id).state is ApprovalState.SUPERSEDED
    assert [leaf.kind for leaf in leaves_of_subject(session, f"approval:{first.id}")] == [
        "approval.requested", "approval.superseded"]


def test_a_request_for_what_will_not_be_done_is_withdrawn(session: Session, officer: Person,
                                                          judges: list[Person]) -> None:
    approval = ask(session, officer)
    for _ in range(2):  # withdrawing what no longer waits changes nothing
        with unit_of_work() as work:
            services.withdraw_request(work.session, subject="lot:lot-1/1", act="lot.publish",
                                      actor=the_actor(work.session, officer), now=clock.now())
    with pytest.raises(ApprovalClosed):
        decide(session, approval, judges[0])
    assert [leaf.kind for leaf in leaves_of_subject(session, f"approval:{approval.id}")] == [
        "approval.requested", "approval.superseded"]


def test_after_a_refusal_the_same_may_be_asked_again_and_the_latest_counts(
        session: Session, officer: Person, judges: list[Person], at: Callable[..., None]) -> None:
    at(clock.now())  # both requests at one instant
    first = ask(session, officer)
    decide(session, first, judges[0], approve=False, reason="再想想")
    second = ask(session, officer)
    latest = services.approval_for(session, subject="lot:lot-1/1", act="lot.publish")
    assert latest is not None
    assert (latest.id, latest.number) == (second.id, 2)
    assert services.approval_for(session, subject="lot:lot-2/1", act="lot.publish") is None


@pytest.mark.race
@pytest.mark.both_databases
def test_two_approvers_at_the_same_moment_are_both_counted(
        app: Flask, session: Session, officer: Person, judges: list[Person]) -> None:
    approval_id = ask(session, officer, needed=2).id
    actors = [the_actor(session, judge) for judge in judges[:2]]
    session.rollback()
    start = threading.Barrier(2)
    failures: list[Exception] = []

    def one(position: int) -> None:
        with app.app_context():
            start.wait()
            try:
                with unit_of_work() as work:
                    services.decide_approval(work.session, approval_id, approve=True,
                                             actor=actors[position], now=clock.now())
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=one, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    found = services.get_approval(session, approval_id, actor=actors[0])
    assert (found.state, len(found.approver_ids)) == (ApprovalState.APPROVED, 2)


def test_a_waiting_request_is_work_for_those_who_may_decide(session: Session, officer: Person) -> None:
    approval = ask(session, officer)
    (item,) = waiting_work(session, clock.now())
    assert (item.court_id, item.due_at, item.rule) == (officer.court_id, None, "AUC-5")
    assert item.roles == frozenset({Role.JUDGE})
    assert item.url == f"/desk/approvals#{approval.id}"


def test_the_desk_shows_what_waits_and_the_maker_sees_why_not(
        client: FlaskClient, app: Flask, session: Session, officer: Person, judges: list[Person]) -> None:
    ask(session, officer)
    page = sign_in(client, officer).get("/desk/approvals").text
    assert "发布拍卖公告，起拍价 2,380,000.00 元" in page
    assert "这是您自己提交的，须由另一人批准。" in page
    assert 'name="approve"' not in page
    page = sign_in(app.test_client(), judges[0]).get("/desk/approvals").text
    assert 'name="approve"' in page
    assert "林静文" in page
    assert DIGEST in page


def test_a_judge_approves_on_the_desk(client: FlaskClient, session: Session, officer: Person,
                                      judges: list[Person]) -> None:
    approval = ask(session, officer)
    sign_in(client, judges[0])
    answer = client.post(f"/desk/approvals/{approval.id}", data={"approve": "true"})
    assert (answer.status_code, answer.location) == (302, "/desk/approvals")
    assert session.get_one(Approval, approval.id).state is ApprovalState.APPROVED


def test_a_refusal_without_a_reason_is_shown_again_with_what_is_missing(
        client: FlaskClient, session: Session, officer: Person, judges: list[Person]) -> None:
    approval = ask(session, officer)
    sign_in(client, judges[0])
    answer = client.post(f"/desk/approvals/{approval.id}", data={"approve": "false", "reason": " "})
    assert answer.status_code == 422
    assert "退回必须写明理由" in answer.text
    assert f'href="#f-{approval.id}"' in answer.text
    assert f'id="f-{approval.id}"' in answer.text
    assert session.get_one(Approval, approval.id).state is ApprovalState.PENDING


def test_the_api_lists_and_decides_in_the_reader_s_language(
        client: FlaskClient, session: Session, officer: Person, judges: list[Person]) -> None:
    approval = ask(session, officer)
    mine = {"Authorization": f"Bearer {a_token(session, officer)}"}
    hers = {"Authorization": f"Bearer {a_token(session, judges[0])}"}
    (row,) = json_of(client.get("/api/v1/approvals", headers=mine))
    assert row["why_not"] == "这是您自己提交的，须由另一人批准。"
    (row,) = json_of(client.get("/api/v1/approvals", headers=hers))
    assert row["why_not"] is None
    refused = client.post(f"/api/v1/approvals/{approval.id}/decision", headers=mine, json={"approve": True})
    assert (refused.status_code, json_of(refused)["code"]) == (403, "own_request")
    done = client.post(f"/api/v1/approvals/{approval.id}/decision", headers=hers, json={"approve": True})
    assert done.status_code == 200
    assert (json_of(done)["state"], json_of(done)["decisions"][0]["name"]) == ("approved", "邓思远")
    assert json_of(done)["summary"] == "发布拍卖公告，起拍价 2,380,000.00 元"
