"""Flask-Login wired to our sessions and tokens, in HTTP requests and in socket events alike.

The session cookie carries a random token under Flask-Login's ``_user_id``; what it opens is
asked from the database every time, so a session ended elsewhere is dead here too.
"""

from collections.abc import Callable

import structlog
from flask import Flask, g, has_request_context, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from accounts import services
from accounts.errors import WrongCredentials
from accounts.login import limits
from accounts.passwords import hash_password, verify_password
from config.settings import Mode, Settings
from kernel import clock
from kernel.access import Actor, set_actor_loader
from kernel.database import db
from kernel.errors import N_, InvalidInput
from kernel.languages import reader_language
from kernel.transactions import in_unit_of_work, unit_of_work

log = structlog.get_logger()
login_manager = LoginManager()

BEARER = "Bearer "


class SignedIn(UserMixin):
    """What Flask-Login calls a user: a session's token and the actor behind it."""

    def __init__(self, token: str, actor: Actor) -> None:
        self.token = token
        self.actor = actor

    def get_id(self) -> str:
        """What the cookie holds."""
        return self.token


def init_app(app: Flask) -> None:
    """Wire Flask-Login, the limits and the kernel's question who acts."""
    settings: Settings = app.extensions["settings"]
    if settings.mode is Mode.PRODUCTION:
        app.config.update(SESSION_COOKIE_SECURE=True, SESSION_COOKIE_NAME="__Host-session")
    login_manager.session_protection = None  # phones change their address in the middle of a sale
    login_manager.init_app(app, add_context_processor=False)
    login_manager.user_loader(_by_session)
    login_manager.request_loader(_by_token)
    limits.init_app(app)
    set_actor_loader(load_actor)


def load_actor() -> Actor | None:
    """Who is behind this request or socket event, asked afresh."""
    if not has_request_context():
        return None
    g.pop("_login_user", None)
    g.session_token = current_user.token or None if current_user.is_authenticated else None
    return current_user.actor if current_user.is_authenticated else None


def _by_session(token: str) -> SignedIn | None:
    if _bearer() is not None:
        return None  # a request with a token acts by it alone, or not at all
    actor = _ask(services.actor_of_session, token)
    return SignedIn(token, actor) if actor else None


def _by_token(_request: object) -> SignedIn | None:
    token = _bearer()
    actor = _ask(services.actor_of_token, token) if token else None
    return SignedIn("", actor) if actor else None


def _bearer() -> str | None:
    header = request.headers.get("Authorization", "")
    return header.removeprefix(BEARER).strip() if header.startswith(BEARER) else None


def _ask(question: Callable[..., Actor | None], token: str) -> Actor | None:
    found = db.session()
    try:
        return question(found, token, now=clock.machine_now(),
                        in_english=reader_language() == "en")
    finally:
        if not in_unit_of_work():
            found.rollback()  # no transaction stays open while the view hashes or renders


def check_password(login: str, password: str, *, act: str) -> str:
    """The id of the person whose login and password these are.

    Tries are counted under ``act``: ``sign_in``, ``token``, ``password``.

    Raises:
        WrongCredentials: no such login, or another password; both take the same time.
        TooManyTries: see ``accounts.login.limits``.
    """
    limits.count_try(act, login)
    found = services.credentials(db.session(), login)
    db.session.rollback()  # hashing waits for a thread; no transaction may wait with it
    if not verify_password(found[1] if found else None, password) or found is None:
        log.info("sign_in.refused", act=act, person_id=found[0] if found else None)
        raise WrongCredentials
    return found[0]


def replace_password(wish: dict[str, str], actor: Actor) -> None:
    """Verify the old password, set the new one, and end every session but this browser's.

    Raises:
        InvalidInput: the old password is wrong, or the new one the same.
        TooManyTries: see ``accounts.login.limits``.
    """
    login = services.person(db.session(), actor.id).login
    try:
        check_password(login, wish["password"], act="password")
    except WrongCredentials as error:
        raise InvalidInput({"password": N_("现在的密码不对。")}) from error
    if wish["new_password"] == wish["password"]:
        raise InvalidInput({"new_password": N_("新密码与现在的密码相同。")})
    password_hash = hash_password(wish["new_password"])
    with unit_of_work() as work:
        services.change_password(work.session, password_hash=password_hash, actor=actor,
                                 now=clock.now())
        services.sign_out_everywhere(work.session, actor.id, now=clock.machine_now(),
                                     but=_present_token())


def begin(person_id: str) -> Actor:
    """Sign a person in in this browser: what the old cookie held is forgotten first."""
    now = clock.machine_now()
    with unit_of_work() as work:
        token = services.sign_in(work.session, person_id, now=now)
    actor = _ask(services.actor_of_session, token)
    assert actor is not None  # noqa: S101 - the session was committed a moment ago
    session.clear()
    login_user(SignedIn(token, actor))
    g.actor = actor
    return actor


def end() -> None:
    """Sign out: the token is dead in the database, not only gone from this browser."""
    token = session.get("_user_id")
    if token:
        with unit_of_work() as work:
            services.sign_out(work.session, token, now=clock.machine_now())
    logout_user()
    session.clear()
    g.actor = None


def _present_token() -> str | None:
    return session.get("_user_id") if _bearer() is None else None
