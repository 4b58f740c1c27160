"""What a domain shows to the app: one object that lists all its doors."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType

from flask import Blueprint, Flask
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from kernel.access import Role
from kernel.http import ApiBlueprint, api
from kernel.jobs import Job


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One thing that a case waits for: an act of somebody, or a term running out.

    Attributes:
        title: a marked message (``N_``) over ``details``.
        due_at: until when the act is due, or when the wait is over; None without a term.
        roles: who must act; empty: nobody must, time or others bring it about.
        person_id: the one person whose act it is; None for anyone of ``roles``.
        who: who must act where neither a role nor an account says it: a name or a marked message.
        rule: rule id that sets the term; empty where no law does, as for an alarm.
    """

    court_id: str
    title: str
    url: str
    rule: str
    case_id: str | None = None
    due_at: datetime | None = None
    roles: frozenset[Role] = frozenset()
    person_id: str | None = None
    details: dict[str, object] = field(default_factory=dict)
    who: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """A room of a desk: where a role finds its pages. ``roles`` says whose desk shows it."""

    url: str
    label: str
    icon: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing of a court that a desk's search found.

    Attributes:
        heap: a marked message: under which heading it stands.
        line: what else tells it apart.
    """

    heap: str
    title: str
    url: str
    line: str = ""


SearchSource = Callable[[Session, str, Sequence[str]], Iterable[Hit]]
"""Session, court, and the pieces that must all be found: a few things of each heading."""
WorkSource = Callable[[Session, datetime], Iterable[WorkItem]]


@dataclass(frozen=True, slots=True)
class Domain:
    """All doors of one domain.

    Attributes:
        events: modules whose import registers socket events.
        work: what waits in this domain, over all courts; ``portal`` sorts it onto desks.
        search: what staff of a court find here; never what is sealed, never an identity number.
        rooms: pages that desks list at the side, in this order.
        setup: wiring of a library that belongs to this domain (the log-in to accounts).
    """

    name: str
    pages: tuple[Blueprint, ...] = ()
    api: tuple[ApiBlueprint, ...] = ()
    jobs: tuple[Job, ...] = ()
    events: tuple[ModuleType, ...] = ()
    commands: tuple[AppGroup, ...] = ()
    work: WorkSource | None = None
    search: SearchSource | None = None
    rooms: tuple[Room, ...] = ()
    setup: Callable[[Flask], None] | None = None

    def register(self, app: Flask) -> None:
        """Open the doors on the app."""
        if self.setup is not None:
            self.setup(app)
        for pages in self.pages:
            app.register_blueprint(pages)
        for part in self.api:
            api.register_blueprint(part, url_prefix=f"/api/v1{part.url_prefix or ''}")
        for group in self.commands:
            app.cli.add_command(group)
