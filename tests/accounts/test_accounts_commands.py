"""``flask accounts …``: a court and its first people, from the terminal."""

import json
import logging
import os
from dataclasses import replace

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from accounts import services
from accounts.models import Court, Person
from accounts.passwords import verify_password
from audit.models import Log
from audit.services import body_of, check_logs, leaves_of_subject
from kernel.access import Role

PASSWORD = "correct-horse-7"
COURT = ["found-court", "donglu", "--name-zh", "临澜市东麓区人民法院", "--name-en", "Donglu District Court"]
ADMIN = ["register", "admin", "--name", "许知微", "--role", "administrator"]


def run(app: Flask, *args: str, typed: str = "") -> Result:
    return app.test_cli_runner().invoke(args=["accounts", *args], input=typed)


def twice(password: str = PASSWORD) -> str:
    return f"{password}\n{password}\n"


@pytest.mark.both_databases
def test_the_first_court_opens_the_installation_and_the_second_its_own_logs_only(
        app: Flask, session: Session) -> None:
    done = run(app, *COURT)
    assert (done.exit_code, done.stdout) == (
        0, "court-donglu  临澜市东麓区人民法院  log test.court.example/luochui/donglu\n")
    second = run(app, "found-court", "linxi", "--name-zh", "临澜市临溪区人民法院", "--name-en", "Linxi")
    assert second.exit_code == 0
    session.rollback()
    base = "test.court.example/luochui"
    assert {log.origin for log in session.query(Log)} == {
        f"{base}/installation", f"{base}/donglu", f"{base}/donglu/exercise", f"{base}/linxi",
        f"{base}/linxi/exercise"}
    (leaf,) = leaves_of_subject(session, "court:court-donglu")
    assert (leaf.kind, leaf.actor) == ("court.opened", "system")
    assert body_of(leaf) == {"name": "临澜市东麓区人民法院", "origin": f"{base}/donglu"}
    assert not any(check_logs(session).values())
    assert run(app, "list-courts").stdout.splitlines() == [done.stdout.strip(), second.stdout.strip()]


def test_a_court_is_founded_with_how_it_is_reached_or_refused_with_the_field(
        app: Flask, session: Session) -> None:
    told = ["--address", "文汇路 66 号", "--telephone", "026-5550-0102"]
    refused = run(app, *COURT, *told)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith("supervision_telephone: ")
    assert run(app, *COURT, *told, "--supervision-telephone", "12368").exit_code == 0
    session.rollback()
    (leaf,) = leaves_of_subject(session, "court:court-donglu")
    assert body_of(leaf)["contact"] == {
        "address": "文汇路 66 号", "telephone": "026-5550-0102", "supervision_telephone": "12368"}


@pytest.mark.parametrize(("changed", "said"), [
    ({"slug": "donglu", "name_zh": "另一家法院"}, "slug: "),
    ({"slug": "other", "name_zh": "临澜市东麓区人民法院"}, "name_zh: "),
    ({"slug": "Donglu"}, "slug: "), ({"slug": "d"}, "slug: "), ({"slug": "installation"}, "slug: "),
    ({"slug": "exercise"}, "slug: "), ({"slug": "a/b"}, "slug: "), ({"slug": "x" * 31}, "slug: "),
    ({"name_zh": " "}, "name_zh: "), ({"name_en": ""}, "name_en: "), ({"name_zh": "院" * 101}, "name_zh: ")])
def test_a_court_that_does_not_fit_is_refused_with_the_field_and_nothing_is_written(
        app: Flask, session: Session, changed: dict[str, str], said: str) -> None:
    run(app, *COURT)
    given = {"slug": "linxi", "name_zh": "临澜市临溪区人民法院", "name_en": "Linxi"} | changed
    refused = run(app, "found-court", given["slug"], "--name-zh", given["name_zh"],
                  "--name-en", given["name_en"])
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith(said)
    session.rollback()
    assert session.query(Court).count() == 1


@pytest.mark.both_databases
def test_staff_are_registered_with_a_password_that_is_asked_for_and_nowhere_shown(
        app: Flask, session: Session, caplog: pytest.LogCaptureFixture) -> None:
    run(app, *COURT)
    with caplog.at_level(logging.DEBUG):
        done = run(app, *ADMIN, typed=twice())
    assert done.exit_code == 0, done.output
    assert PASSWORD not in done.output + caplog.text
    session.rollback()
    person = services.person_by_login(session, "admin")
    assert person is not None
    assert (person.court_id, person.roles, person.public_name) == (
        "court-donglu", frozenset({Role.ADMINISTRATOR}), "许知微")
    assert verify_password(person.password_hash, PASSWORD)
    (leaf,) = leaves_of_subject(session, f"person:{person.id}")
    assert (leaf.kind, leaf.actor) == ("person.registered", "system")
    written = json.dumps(body_of(leaf), ensure_ascii=False)
    assert PASSWORD not in written
    assert "许知微" not in written


def test_a_password_may_be_made_and_is_printed_once(app: Flask, session: Session) -> None:
    run(app, *COURT)
    done = run(app, *ADMIN, "--role", "officer", "--generate-password")
    password = done.stdout.splitlines()[1].removeprefix("password: ")
    session.rollback()
    found = services.credentials(session, "admin")
    assert found is not None
    assert verify_password(found[1], password)
    assert len(password) == 20
    other = run(app, "register", "officer-2", "--name", "沈", "--role", "officer", "--generate-password")
    assert password not in other.stdout


def test_an_institutions_contact_belongs_to_no_court(app: Flask, session: Session) -> None:
    run(app, *COURT)
    done = run(app, "register", "pg-01", "--name", "江东正衡", "--role", "institution", typed=twice())
    assert done.exit_code == 0, done.output
    session.rollback()
    person = services.person_by_login(session, "pg-01")
    assert person is not None
    assert (person.court_id, person.roles) == (None, frozenset({Role.INSTITUTION}))


@pytest.mark.parametrize(("args", "typed", "said"), [
    (["register", "13800138000", "--name", "许", "--role", "officer"], twice(), "login: "),
    (["register", "admin-2", "--name", " ", "--role", "officer"], twice(), "name: "),
    (["register", "admin-2", "--name", "许", "--role", "officer"], twice("short"), "password: "),
    (["register", "admin-2", "--name", "许", "--role", "officer"], twice("my-admin-2-word"), "password: "),
    (["register", "admin", "--name", "许", "--role", "officer"], twice(), "login: "),
    (["register", "admin-2", "--name", "许", "--role", "officer", "--court", "court-x"], "", "court: "),
    (["register", "admin-2", "--name", "许", "--role", "officer", "--role", "auditor"],
     twice(), "Auditors and supervisors"),
    (["register", "admin-2", "--name", "许", "--role", "bidder"], "", "Usage"),
    (["register", "admin-2", "--name", "许"], "", "Usage")])
def test_a_person_who_does_not_fit_is_refused_with_the_field_and_nothing_is_written(
        app: Flask, session: Session, args: list[str], typed: str, said: str) -> None:
    run(app, *COURT)
    run(app, *ADMIN, typed=twice())
    refused = run(app, *args, typed=typed)
    assert (refused.exit_code, refused.stdout) == (2, ""), refused.output
    assert said in refused.stderr
    session.rollback()
    assert session.query(Person).count() == 1


def test_staff_wait_for_their_court_and_of_several_it_is_named(app: Flask) -> None:
    early = run(app, *ADMIN, typed=twice())
    assert early.exit_code == 2
    assert "found-court" in early.stderr
    run(app, *COURT)
    run(app, "found-court", "linxi", "--name-zh", "临澜市临溪区人民法院", "--name-en", "Linxi")
    unnamed = run(app, *ADMIN, typed=twice())
    assert unnamed.stderr == "court: one of court-donglu, court-linxi\n"
    assert run(app, *ADMIN, "--court", "court-linxi", typed=twice()).exit_code == 0


def test_without_secrets_nothing_is_begun_and_the_missing_ones_are_named(app: Flask) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], vault_key="", origin="")
    refused = run(app, *COURT)
    assert refused.exit_code == 2
    assert "LUOCHUI_VAULT_KEY" in refused.stderr
    assert "LUOCHUI_ORIGIN" in refused.stderr
    assert "LUOCHUI_SECRET_KEY" not in refused.stderr


def test_a_database_without_tables_is_said_so(app: Flask, session: Session) -> None:
    session.rollback()
    with app.app_context():
        Court.metadata.drop_all(session.get_bind())
    refused = run(app, *COURT)
    assert refused.exit_code == 2
    assert "make migrate" in refused.stderr
    assert os.linesep.join(refused.stdout.splitlines()) == ""
