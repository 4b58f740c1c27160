"""``plan``: the plan that is opened is the one served last, and the one that the rules give. Pure."""

from collections.abc import Iterator
from typing import Final

from audit.rules.findings import Failure, fails
from audit.rules.unbundling import BundleLeaf, PlanOpening
from kernel.errors import N_
from kernel.formats import canonical
from settlement.rules.claims import read_claims
from settlement.rules.plan_format import compute, plan_commitment

_OPENING: Final = "plan.json"
_fail: Final = fails("plan")


class Plan:
    """A plan that somebody has opened.

    Raises:
        FormatError: the claims that open it are no claims/v1.
    """

    name, applies = "plan", True

    def __init__(self, subject: str, opened: PlanOpening) -> None:
        read_claims(opened.claims)
        self._subject, self._opened = subject, opened
        self._served: BundleLeaf | None = None

    def take(self, leaf: BundleLeaf) -> Iterator[Failure]:
        if leaf.kind == "plan.served":
            self._served = leaf
        return iter(())

    def rest(self) -> Iterator[Failure]:
        opened = self._opened
        if self._served is None:
            yield _fail(self._subject, N_("没有送达过分配方案"))
        elif self._served.body.get("plan_commitment") != plan_commitment(
                subject=self._subject, salt=opened.salt, claims=opened.claims, plan=opened.plan):
            yield _fail(_OPENING, N_("不是最后送达的方案"))
        if not _is_computed(opened):
            yield _fail(_OPENING, N_("按这些债权，规则得出另一方案"))


def _is_computed(opened: PlanOpening) -> bool:
    try:
        return canonical(compute(opened.claims)) == canonical(opened.plan)
    except ValueError:
        return False  # sums beyond what canonical JSON can say; the plan opened has none
