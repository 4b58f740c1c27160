"""How often one may try to sign in, to register and to ask for a token."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis.exceptions import ConnectionError as RedisConnectionError
from sqlalchemy.orm import Session

from accounts.login.limits import limiter
from accounts.models import Person
from tests.clients import json_of
from tests.factories.accounts import PASSWORD, a_bidder, with_csrf


@pytest.fixture
def limits(app: Flask) -> None:
    app.config["COUNT_TRIES"] = True
    limiter.reset()


@pytest.fixture
def bidder(session: Session) -> Person:
    return a_bidder(session)


@pytest.mark.usefixtures("limits")
def test_ten_tries_a_minute_from_one_address_then_not_even_the_right_password(
        client: FlaskClient, bidder: Person) -> None:
    with_csrf(client)
    for n in range(10):
        assert client.post("/login", data={"login": f"nobody{n}", "password": "x"}).status_code == 401
    answer = client.post("/login", data={"login": bidder.login, "password": PASSWORD})
    assert answer.status_code == 429
    assert "每分钟最多 10 次" in answer.text
    assert f'value="{bidder.login}"' in answer.text


@pytest.mark.usefixtures("limits")
def test_ten_tries_a_minute_for_one_login_from_however_many_addresses(client: FlaskClient,
                                                                      bidder: Person) -> None:
    for n in range(11):
        answer = client.post("/api/v1/tokens", json={"login": bidder.login.upper(), "password": "x"},
                             environ_base={"REMOTE_ADDR": f"192.0.2.{n}"})
    assert (answer.status_code, json_of(answer)["code"]) == (429, "too_many_tries")
    other = client.post("/api/v1/tokens", json={"login": "nobody", "password": "x"},
                        environ_base={"REMOTE_ADDR": "192.0.2.99"})
    assert other.status_code == 401


@pytest.mark.usefixtures("limits")
def test_registrations_are_counted_apart_from_log_ins(client: FlaskClient, bidder: Person) -> None:
    wish = {"login": bidder.login, "password": "demo-demo-demo", "name": "王", "phone": "13800138000",
            "id_number": "91110000600037341L", "accepts_terms": True}
    codes = [client.post("/api/v1/people", json=wish).status_code for _ in range(11)]
    assert codes == [422] * 10 + [429]
    token = client.post("/api/v1/tokens", json={"login": bidder.login, "password": PASSWORD})
    assert token.status_code == 201


@pytest.mark.usefixtures("limits")
def test_while_the_place_where_tries_are_counted_does_not_answer_each_process_counts_for_itself(
        client: FlaskClient, bidder: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> bool:
        raise RedisConnectionError("the plug was pulled")

    monkeypatch.setattr(limiter.limiter, "hit", gone)
    given = {"login": bidder.login, "password": PASSWORD}
    codes = [client.post("/api/v1/tokens", json=given).status_code for _ in range(11)]
    assert codes == [201] * 10 + [429]


def test_tests_that_do_not_ask_for_limits_have_none(client: FlaskClient) -> None:
    codes = {client.post("/api/v1/tokens", json={"login": "nobody", "password": "x"}).status_code
             for _ in range(12)}
    assert codes == {401}
