"""What a check of a bundle finds: every check by its name, and what differs, where. Pure.

The texts are marked for translation, and their figures kept beside them: a program reads the report in
English, people in their own language.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Protocol

from kernel.errors import N_
from kernel.formats import FormatError, canonical

MOST: Final = 100
"""Failures of one check that are listed; the rest is counted."""
_LONGEST: Final = 400

CHECKS: Final[Mapping[str, str]] = MappingProxyType({
    "manifest": N_("文件清单：各文件与清单所列一致"),
    "checkpoint": N_("检查点：由法院日志签名"),
    "witnesses": N_("见证：见证方已对检查点副署"),
    "leaves": N_("记录：格式、所属日志、时间先后"),
    "chain": N_("链条：同一事项的记录没有缺失、增加或调换"),
    "inclusion": N_("收录：每条记录都在已签名的日志之中"),
    "consistency": N_("一致：先前的检查点都是现在日志的开头"),
    "receipts": N_("回执：竞买人手中的回执都在日志之中"),
    "openings": N_("开封：公开的身份就是当时封存的身份"),
    "ended": N_("终结：拍卖已终结且仅一次，其后没有出价"),
    "replay": N_("重放：每次出价和结果都符合规则"),
    "draw": N_("摇号：次序正是各方密值算出的次序"),
    "plan": N_("分配：方案就是所送达的方案，也是规则算出的方案"),
})
"""The checks of a bundle in the order of the report (docs/contracts.md, bundle/v1)."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One place where a check fails: a marked text with its figures."""

    check: str
    where: str
    message: str
    details: Mapping[str, object]


class Fails(Protocol):
    """Makes the failures of one check."""

    def __call__(self, where: str, message: str, /, **details: object) -> Failure:
        """One of them; ``message`` is marked for translation, ``details`` are its figures."""


def fails(check: str) -> Fails:
    """What makes the failures of this check."""
    def failure(where: str, message: str, /, **details: object) -> Failure:
        return Failure(check, where, message, details)
    return failure


def misfit(fail: Fails, where: str, error: FormatError) -> Failure:
    """A failure where something is not of its format."""
    return fail(where, N_("%(field)s：%(problem)s"), field=error.field, problem=error.problem)


def quoted(value: object) -> str:
    """A value, or one that is canonical JSON already, as a failure quotes it: cut where it is long."""
    text = (value if isinstance(value, bytes) else canonical(value)).decode()
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


class Findings:
    """What was checked, and what differs; a check that never began has nothing to check."""

    def __init__(self) -> None:
        self._begun: set[str] = set()
        self._failed: Counter[str] = Counter()
        self._listed: list[Failure] = []

    @property
    def ok(self) -> bool:
        return not self._failed

    @property
    def checks(self) -> dict[str, bool | None]:
        """Every check in the order of the report: whether it holds, None where there was nothing to check."""
        return {check: check not in self._failed if check in self._begun | self._failed.keys() else None
                for check in CHECKS}

    def begin(self, *checks: str) -> None:
        """There is something to check; it holds until something fails."""
        self._begun.update(checks)

    def add(self, failures: Iterable[Failure]) -> None:
        """What differs; a check that never began is one that fails all the same."""
        for failure in failures:
            if self._failed[failure.check] < MOST:
                self._listed.append(failure)
            self._failed[failure.check] += 1

    @property
    def failures(self) -> list[Failure]:
        """What differs, check by check in the order of the report; what is not listed is counted."""
        uncounted = [Failure(check, "", N_("另有 %(count)s 处"), {"count": many - MOST})
                     for check, many in self._failed.items() if many > MOST]
        order = list(CHECKS)
        return sorted(self._listed + uncounted, key=lambda failure: order.index(failure.check))
