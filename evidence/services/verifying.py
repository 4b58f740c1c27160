"""A bundle/v1 that somebody brings, checked by the platform's own rules, and what is said of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any, Final

from audit.rules.archive import Archive, Unreadable
from audit.rules.checking import check
from audit.rules.findings import CHECKS, Failure
from audit.rules.pinned import Pinned
from audit.rules.unbundling import Bundle
from evidence.rules.stories import story_of
from kernel.errors import N_
from kernel.formats import FormatError
from kernel.languages import in_language, say
from kernel.offline import printable

REPORT: Final = "bundle-report/v1"


@dataclass(frozen=True)
class Verified:
    """What a bundle holds, and what does not hold.

    Attributes:
        report: bundle-report/v1, its messages in English.
    """

    report: dict[str, Any]
    failures: Sequence[Failure]

    @property
    def ok(self) -> bool:
        return bool(self.report["ok"])

    @property
    def _is_sealed_plan(self) -> bool:
        """A plan that nobody has opened: the log holds its commitment alone, and no amount."""
        return str(self.report["subject"]).startswith("plan:") and self.report["checks"]["plan"] is None

    def for_people(self, name: str) -> str:
        """The report in the language of the moment: what was checked, what differs, where."""
        holds, fails, nothing = say(N_("通过")), say(N_("不通过")), say(N_("无可核验"))
        title = say(N_("%(subject)s，日志 %(origin)s，%(leaves)s 条记录，日志共 %(size)s 条"), self.report)
        verdict = say(N_("日志相符；金额未核验")) if self._is_sealed_plan else holds
        lines = [f"{name}: {title}: {verdict if self.ok else fails}"]
        for one, result in self.report["checks"].items():
            word = nothing if result is None else holds if result else fails
            lines.append(f"  [{word}] {one}: {say(CHECKS[one])}")
        if self.failures:
            lines.append(say(N_("不一致之处：")))
        lines += [f"  {one.check} {one.where}: {say(one.message, one.details)}" for one in self.failures]
        return "".join(printable(line) + "\n" for line in lines)


def verify(file: IO[bytes], keys: Sequence[Pinned], witnesses: Sequence[Pinned]) -> Verified:
    """Check every check of a bundle.

    Args:
        keys: of the log, known from elsewhere, all of one name.

    Raises:
        Unreadable: it is no bundle/v1.
    """
    try:
        bundle = Bundle(Archive(file))
        story = story_of(bundle)
        found = check(bundle, keys, witnesses, story.checks)
    except FormatError as error:
        raise Unreadable(str(error)) from error
    failures, newest = found.findings.failures, bundle.checkpoint.checkpoint
    with in_language("en"):
        told = [{"check": one.check, "where": one.where, "message": say(one.message, one.details)}
                for one in failures]
    report = {"format": REPORT, "ok": found.findings.ok, "subject": bundle.subject, "origin": newest.origin,
              "size": newest.size, "leaves": found.leaves, "outcome": story.outcome,
              "checks": found.findings.checks, "failures": told}
    return Verified(report, failures)
