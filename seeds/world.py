"""How the demo's stories act: through the same services as everybody, in the order of time.

A story is a generator that yields the instant until which it waits. ``tell`` runs all stories
together, walking the demo clock from one instant to the next, with the jobs doing their part.
"""

import heapq
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from typing import Concatenate, Final, ParamSpec, TypeVar

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts import services as accounts
from audit import services as audit
from audit.kinds import Kind
from audit.models import Log
from kernel import clock
from kernel.access import SYSTEM, Actor, Role
from kernel.database import db
from kernel.formats import BEIJING, instant_text
from kernel.ids import new_id
from kernel.jobs import run_once
from kernel.transactions import unit_of_work
from portal.jobs import JOBS as FOLLOWERS
from portal.models import ClockWalk
from portal.services.clock import walk_to

P = ParamSpec("P")
T = TypeVar("T")
Story = Generator[datetime, None, None]

A_MOMENT: Final = timedelta(milliseconds=1)


class World:
    """The demo while it is being told: its app, its present day, its people as actors."""

    def __init__(self, app: Flask, today: datetime) -> None:
        self.app = app
        self.today = today
        self.ids: dict[str, str] = {}
        self._actors: dict[tuple[str, Role], Actor] = {}
        self._session: Session | None = None

    def day(self, offset: float, hour: int = 10, minute: int = 0) -> datetime:
        """``offset`` days from today at an hour in Beijing."""
        on = (self.today.astimezone(BEIJING) + timedelta(days=offset)).date()
        return datetime.combine(on, time(hour, minute), BEIJING).astimezone(UTC)

    def actor(self, login: str, role: Role) -> Actor:
        """An account of the demo as an actor."""
        if (login, role) not in self._actors:
            with self.app.app_context():
                court = accounts.person(db.session(), self.ids[login]).court_id
            self._actors[login, role] = Actor(id=self.ids[login], name=login, roles=frozenset({role}),
                                              court_id=court)
        return self._actors[login, role]

    def do(self, act: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """One act, in a unit of work of its own unless several are done at once."""
        if self._session is not None:
            return act(self._session, *args, **kwargs)
        with unit_of_work() as work:
            return act(work.session, *args, **kwargs)

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """What somebody does at one sitting, in one unit of work: each act has its leaf all the same."""
        with unit_of_work() as work:
            self._session = work.session
            try:
                yield
            finally:
                self._session = None

    def settle(self) -> None:
        """Let the jobs bring about what is due, again while one of them makes another due."""
        size = -1
        while size != (size := self._leaves()):
            for job in self.app.extensions["jobs"]:
                if job not in FOLLOWERS:
                    run_once(self.app, job)

    def follow(self) -> None:
        """Let what only reads the log catch up with it."""
        for job in FOLLOWERS:
            run_once(self.app, job)

    def _leaves(self) -> int:
        """How many leaves all logs hold: what a job did stands in one of them."""
        with self.app.app_context():
            size = db.session.scalar(select(func.sum(Log.size)))
            db.session.remove()
        return size or 0

    def tell(self, stories: Sequence[Story]) -> None:
        """Run the stories side by side, always the one whose time is next."""
        waiting = [(clock.now(), place, story) for place, story in enumerate(stories)]
        heapq.heapify(waiting)
        while waiting:
            due, place, story = heapq.heappop(waiting)
            if due > clock.now():
                self.walk(due)
                self.settle()
            try:
                heapq.heappush(waiting, (next(story), place, story))
            except StopIteration:
                continue

    def walk(self, to_at: datetime) -> None:
        """Walk the demo clock; the jump is a leaf. Nothing to do where the time came by itself meanwhile."""
        with unit_of_work() as work:
            now = clock.now()
            if to_at > now:
                ahead = walk_to(work.session, to_at, actor=SYSTEM, now=now, offset=clock.offset())
                work.after_commit(lambda: clock.set_offset(ahead))

    def begin(self, start: datetime) -> None:
        """Set a new demo's clock back to where its stories begin, before anything was recorded."""
        clock.begin(start - (clock.now() - clock.offset()))
        with unit_of_work() as work:
            work.session.add(ClockWalk(
                id=new_id("walk"), from_at=clock.now(), to_at=clock.now(),
                offset_ms=clock.offset() // A_MOMENT, walked_by=SYSTEM.id))
            audit.record(work.session, court_id="installation", kind=Kind.CLOCK_WALKED,
                         subject="clock", actor=SYSTEM, body={"begins": instant_text(clock.now())})
