"""What stands between an act and the law: not "refused", but each obstacle and what would be right.

A gate is a pure function that returns its obstacles; none means that the way is free. A page
shows them beside the button, a service refuses with them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from kernel.errors import N_, WrongState


class Basis(NamedTuple):
    """Where a rule stands: its id in the catalogue and the article."""

    rule: str
    article: str


class Weight(StrEnum):
    """Whether an obstacle forbids the act, or only wants a second look."""

    REFUSE = "refuse"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing in the way.

    Attributes:
        code: stable, for programs.
        basis: the rule that is not met.
        problem: what is in the way, a marked message over ``details``.
        remedy: what would be right, a marked message over ``details``; empty where the problem
            says it already.
        details: the figures of both; names as in ``DomainError``.
        about: the field of the form, or the fact, that it speaks of; empty for the act as a whole.
        weight: whether it forbids.
    """

    code: str
    basis: Basis
    problem: str
    remedy: str = ""
    details: Mapping[str, object] = field(default_factory=dict)
    about: str = ""
    weight: Weight = Weight.REFUSE

    @property
    def rule(self) -> str:
        return self.basis.rule

    @property
    def article(self) -> str:
        return self.basis.article


class GateClosed(WrongState):
    """An act was tried though obstacles stand in its way; the first one speaks for all."""

    code = "gate_closed"
    message = N_("还不能这样做。")

    def __init__(self, obstacles: Sequence[Obstacle]) -> None:
        first = obstacles[0]
        super().__init__(first.problem, code=first.code, rule=first.basis.rule, **first.details)
        self.obstacles = tuple(obstacles)


def pass_gate(obstacles: Sequence[Obstacle]) -> None:
    """Go through, or say all that is in the way.

    Raises:
        GateClosed: there are obstacles.
    """
    if obstacles:
        raise GateClosed(obstacles)
