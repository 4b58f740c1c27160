"""Courts, people and signed-in clients.

Each function may be called inside a unit of work or outside one; outside, it opens its own.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cache
from hashlib import sha1
from itertools import count

from flask import current_app
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.orm import Session
from stdnum.cn import ric, uscc

from accounts import services
from accounts.models import Court, Person
from accounts.passwords import hash_password
from accounts.rules.contact import Contact
from kernel import clock
from kernel.access import SYSTEM, Actor, Role
from kernel.forgery import veiled
from kernel.transactions import in_unit_of_work, unit_of_work

PASSWORD = "demo-demo-demo"
ORIGIN = "test.court.example/luochui"
CONTACT = Contact("临澜市东麓区文汇路 66 号", "026-5550-0102", "026-5550-0112")


_serials = count()


@contextmanager
def acting(session: Session) -> Iterator[Session]:
    """The session of the unit of work one is in, or of a new one."""
    if in_unit_of_work():
        yield session
        return
    with unit_of_work() as work:
        yield work.session


@cache
def known_hash() -> str:
    """The hash of PASSWORD, made once: hashing is slow on purpose."""
    return hash_password(PASSWORD)


def an_installation(session: Session) -> None:
    """The log of the installation, without which nobody can register; once is enough."""
    from audit.models import Log  # noqa: PLC0415 - only here is the table itself of interest

    with acting(session) as s:
        if s.query(Log).filter_by(court_id=services.INSTALLATION).first() is None:
            services.open_installation(s, origin=ORIGIN)


def a_court(session: Session, name_zh: str = "临澜市东麓区人民法院",
            name_en: str = "Donglu District People's Court of Linlan",
            origin: str = ORIGIN, contact: Contact = CONTACT) -> Court:
    """A court with its log and the log of its exercises, and the log of the installation."""
    an_installation(session)
    with acting(session) as s:
        return services.open_court(s, name_zh=name_zh, name_en=name_en, origin=origin,
                                   contact=contact, actor=SYSTEM, now=clock.now())


def a_person(session: Session, role: Role, court: Court | None = None, *,
             also: tuple[Role, ...] = (), name: str = "", login: str = "", id_number: str = "",
             phone: str = "13800138000") -> Person:
    """Somebody who signs in with PASSWORD. Staff need a ``court``; a login is made up."""
    an_installation(session)
    login = login or f"{role}-{secrets.token_hex(4)}".replace("_", "-")
    with acting(session) as s:
        return services.register_person(
            s, login=login, password_hash=known_hash(), name=name or f"测试{login[-4:]}",
            roles=(role, *also), court_id=court.id if court else None, phone=phone, id_number=id_number,
            actor=SYSTEM, now=clock.now())


def a_bidder(session: Session, name: str = "王小明", login: str = "") -> Person:
    """A natural person who registered to bid, with an identity number of their own."""
    return a_person(session, Role.BIDDER, name=name, login=login, id_number=an_id_number())


def an_id_number() -> str:
    """A resident identity number that holds and that nobody has yet, of somebody born in Beijing.

    On 7 March 1990; after a thousand of them on the next day.
    """
    days, serial = divmod(next(_serials), 1000)
    stem = f"110101{date(1990, 3, 7) + timedelta(days):%Y%m%d}{serial:03d}"
    return stem + ric.calc_check_digit(stem + "0")


def a_credit_code() -> str:
    """A unified social credit code that holds."""
    stem = f"91110000{secrets.randbelow(10**9):09d}"
    return stem + uscc.calc_check_digit(stem)


def the_actor(session: Session, person: Person) -> Actor:
    """The person as an actor, for calling services directly."""
    court = services.get_court(session, person.court_id) if person.court_id else None
    return Actor(person.id, person.shown_name, person.roles, person.court_id,
                 court.name_zh if court else None)


def sign_in(client: FlaskClient, person: Person) -> FlaskClient:
    """Let the client act as this person; its forms carry a valid CSRF token from now on."""
    with unit_of_work() as work:
        token = services.sign_in(work.session, person.id, now=clock.machine_now())
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    return with_csrf(client)


def with_csrf(client: FlaskClient) -> FlaskClient:
    """Give the client what a page would: a CSRF token, sent with every request as a header."""
    secret = sha1(secrets.token_bytes(16), usedforsecurity=False).hexdigest()
    with client.session_transaction() as cookie:
        cookie["csrf_token"] = secret
    sealed = URLSafeTimedSerializer(str(current_app.secret_key), salt="wtf-csrf-token")
    client.environ_base["HTTP_X_CSRFTOKEN"] = veiled(sealed.dumps(secret))
    return client


def a_token(session: Session, person: Person) -> str:
    """A bearer token of this person: ``headers={"Authorization": f"Bearer {a_token(…)}"}``."""
    with acting(session) as s:
        return services.issue_token(s, person.id, label="test", now=clock.machine_now())[1]
