"""Time, chance and tasks of one simulated run: no real clock, no threads, everything by the seed.

A task is a generator. It yields how many milliseconds something takes, or something it waits for
(a lock, a commit); between two yields nothing else happens. A task belongs to a process, and stands
still or dies with it.
"""

import heapq
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from tests.simulation.clocks import Clock

START = datetime(2026, 4, 2, 2, 0, tzinfo=UTC)
MS = timedelta(milliseconds=1)
SECOND = timedelta(seconds=1)

Steps = Generator[Any, Any, Any]


class LostConnection(Exception):
    """The database did not answer; whether it did what it was asked, nobody knows."""


class Owner(Protocol):
    """Whoever runs tasks: a process."""

    life: int
    is_alive: bool
    is_paused: bool
    is_cut_off: bool
    clock: "Clock"
    stalled: list[tuple["Task", Any, BaseException | None]]


class Task:
    """A generator on its way."""

    __slots__ = ("life", "owner", "steps")

    def __init__(self, owner: Owner | None, steps: Steps) -> None:
        self.owner, self.steps = owner, steps
        self.life = 0 if owner is None else owner.life


class Wait(Protocol):
    """What a task may yield besides a number of milliseconds."""

    def begin(self, task: Task) -> None: ...


class World:
    """One run.

    Attributes:
        now: the true time.
        version: grows whenever something happened that an invariant may speak about.
        trace: what happened, for whoever must understand a failure.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = Random(seed)  # noqa: S311 (the same run for the same seed)
        self.now = START
        self.version = 0
        self.steps = 0
        self.trace: list[tuple[datetime, str]] = []
        self._order = count()
        self._due: list[tuple[datetime, int, Callable[..., None], tuple[Any, ...]]] = []

    def say(self, text: str) -> None:
        """Something happened."""
        self.version += 1
        self.trace.append((self.now, text))

    def after(self, ms: int, do: Callable[..., None], *arguments: Any) -> None:
        heapq.heappush(self._due, (self.now + ms * MS, next(self._order), do, arguments))

    def spawn(self, owner: Owner | None, steps: Steps) -> None:
        self.after(0, self.go_on, Task(owner, steps))

    def go_on(self, task: Task, value: Any = None, error: BaseException | None = None) -> None:
        """Let a task do its next step, unless its process is dead or stands still."""
        owner = task.owner
        if owner is not None:
            if not owner.is_alive or owner.life != task.life:
                task.steps.close()
                return
            if owner.is_paused:
                owner.stalled.append((task, value, error))
                return
        try:
            wait = task.steps.send(value) if error is None else task.steps.throw(error)
        except StopIteration:
            return
        if isinstance(wait, int):
            self.after(wait, self.go_on, task)
        else:
            wait.begin(task)

    def step(self) -> bool:
        """The next event; False when nothing is left to happen."""
        if not self._due:
            return False
        self.now, _, do, arguments = heapq.heappop(self._due)
        self.steps += 1
        do(*arguments)
        return True

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def between(self, least: int, most: int) -> int:
        return self.random.randint(least, most)
