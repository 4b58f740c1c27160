"""What the leaves of a bundle mean: a sale judged again, a draw done again, a plan computed again. Pure.

The rules are those by which the platform itself decides; the leaves come from a file that nobody has to
trust (docs/contracts.md, bundle/v1). Each check stands in a module of ``evidence/rules/checks``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from audit.rules.checking import SubjectCheck
from audit.rules.unbundling import Bundle
from evidence.rules.checks.draw import Draw
from evidence.rules.checks.ended import Ended
from evidence.rules.checks.plan import Plan
from evidence.rules.checks.replay import Replay


@dataclass(frozen=True, slots=True)
class Story:
    """The checks of one subject, to be told its leaves."""

    checks: Sequence[SubjectCheck]
    sale: Replay | None = None

    @property
    def outcome(self) -> dict[str, Any] | None:
        """How a sale ended by the rules, once its leaves are told; None where they give none."""
        return None if self.sale is None else self.sale.outcome


def story_of(bundle: Bundle) -> Story:
    """What the leaves of this bundle will tell.

    Raises:
        FormatError: the claims that open a plan are no claims/v1.
    """
    subject = bundle.subject
    if subject.startswith("lot:"):
        sale = Replay(subject, bundle.told)
        return Story((Ended(subject), sale), sale)
    if subject.startswith("draw:"):
        return Story((Draw(subject),))
    return Story(() if bundle.plan is None else (Plan(subject, bundle.plan),))
