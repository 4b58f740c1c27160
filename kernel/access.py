"""Who may do what: roles, actors, and the guard on every route and socket event.

A guard is declared on the view and enforced before it runs. The app refuses to start with
a route or event that declares none.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, g
from werkzeug.exceptions import HTTPException

from kernel.errors import N_, NotAllowed, NotSignedIn


class Role(StrEnum):
    """What a person may act as. One person may hold several within one court."""

    OFFICER = "officer"
    JUDGE = "judge"
    DRAW_CLERK = "draw_clerk"
    FINANCE = "finance"
    AUDITOR = "auditor"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    INSTITUTION = "institution"
    PARTY = "party"
    BIDDER = "bidder"


ROLE_NAMES: Final[dict[Role, str]] = {
    Role.OFFICER: N_("执行人员"),
    Role.JUDGE: N_("合议庭成员"),
    Role.DRAW_CLERK: N_("司法辅助人员"),
    Role.FINANCE: N_("财务人员"),
    Role.AUDITOR: N_("审计人员"),
    Role.SUPERVISOR: N_("监督人员"),
    Role.ADMINISTRATOR: N_("系统管理员"),
    Role.INSTITUTION: N_("评估机构"),
    Role.PARTY: N_("案件当事人"),
    Role.BIDDER: N_("竞买人"),
}

STAFF: Final = frozenset({Role.OFFICER, Role.JUDGE, Role.DRAW_CLERK, Role.FINANCE, Role.AUDITOR,
                          Role.SUPERVISOR, Role.ADMINISTRATOR})
"""Roles that act for a court and therefore see only that court."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as a plain value fixed at the edge.

    Attributes:
        id: the person's public id; ``system`` for the platform itself.
        court_id: the court of a member of staff; None for everyone else.
    """

    id: str
    name: str
    roles: frozenset[Role] = field(default_factory=frozenset)
    court_id: str | None = None
    court_name: str | None = None

    @property
    def text(self) -> str:
        """How the log names this actor: an id, never a name."""
        return "system" if self.id == "system" else f"person:{self.id}"

    @property
    def is_staff(self) -> bool:
        return bool(self.roles & STAFF)

    def may_act_as(self, *roles: Role) -> bool:
        return bool(self.roles.intersection(roles))


SYSTEM: Final = Actor(id="system", name=N_("系统"))


@dataclass(frozen=True, slots=True)
class Guard:
    """What a route asks of whoever comes. ``roles`` empty: anyone signed in."""

    is_public: bool
    roles: frozenset[Role] = frozenset()

    def check(self, actor: Actor | None) -> None:
        """Let the actor pass.

        Raises:
            NotSignedIn: a guarded route without a sign-in.
            NotAllowed: signed in, without any of the roles.
        """
        if self.is_public:
            return
        if actor is None:
            raise NotSignedIn
        if self.roles and not actor.roles & self.roles:
            raise NotAllowed


View = TypeVar("View", bound=Callable[..., object])
PUBLIC: Final = Guard(is_public=True)


def public(view: View) -> View:
    """Let anyone in, signed in or not (AUC-3: the whole course is open to the public)."""
    view.__guard__ = PUBLIC  # type: ignore[attr-defined]
    return view


def access(*roles: Role) -> Callable[[View], View]:
    """Let in whoever is signed in and holds one of ``roles``; none named: anyone signed in."""

    def declare(view: View) -> View:
        view.__guard__ = Guard(is_public=False, roles=frozenset(roles))  # type: ignore[attr-defined]
        return view

    return declare


def guard_of(view: Callable[..., object]) -> Guard | None:
    return getattr(view, "__guard__", None)


_LIBRARIES_OWN: Final = frozenset({"api-docs.openapi_json"})


def check_all_guarded(app: Flask) -> None:
    """Refuse to start with a route nobody decided about.

    Raises:
        RuntimeError: names every endpoint without a guard.
    """
    bare = [name for name, view in app.view_functions.items()
            if name not in _LIBRARIES_OWN and guard_of(view) is None]
    if bare:
        raise RuntimeError(f"routes without an access guard: {', '.join(sorted(bare))}")


ActorLoader = Callable[[], Actor | None]
_load_actor: ActorLoader = lambda: None  # noqa: E731 - accounts hands in the real one


def set_actor_loader(loader: ActorLoader) -> None:
    """Let ``accounts`` say who is behind the present request; the kernel knows no people."""
    global _load_actor  # noqa: PLW0603 - wired once at start
    _load_actor = loader


def current_actor() -> Actor | None:
    """Who is behind the present request or socket event; None for the public."""
    if "actor" not in g:
        g.actor = _load_actor()
    actor: Actor | None = g.actor
    return actor


def present_session() -> str | None:
    """The token of the session by which the present actor acts; None where it is another or none."""
    token: str | None = g.get("session_token") if current_actor() is not None else None
    return token


def signed_in() -> Actor:
    """The actor of a guarded route.

    Raises:
        NotSignedIn: nobody is signed in.
    """
    actor = current_actor()
    if actor is None:
        raise NotSignedIn
    return actor


def may_open(url: str) -> bool:
    """Whether the reader's roles open this page; so that no list links to a refusal.

    Whose object it is, the page itself decides.
    """
    try:
        endpoint, _ = current_app.url_map.bind("").match(urlsplit(url).path, method="GET")
    except HTTPException:
        return False
    guard = guard_of(current_app.view_functions[endpoint])
    try:
        (guard or PUBLIC).check(current_actor())
    except (NotSignedIn, NotAllowed):
        return False
    return True


def of_own_court(actor: Actor, court_id: str) -> None:
    """Courts on one installation do not see each other: a stranger's object is unknown, not forbidden.

    Raises:
        NotAllowed: staff of another court.
    """
    if actor.is_staff and actor.court_id != court_id:
        raise NotAllowed
