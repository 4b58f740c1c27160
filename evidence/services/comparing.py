"""Two checkpoints that somebody brings, compared by the platform's own rules, and what is said of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from audit.rules.pinned import pinned
from audit.rules.splits import Finding, Split, Verdict
from kernel.errors import N_
from kernel.languages import say
from kernel.offline import printable
from kernel.signing import ED25519

_TWO_HISTORIES: Final = N_("构成证据：日志签了两个不能并存的历史")
_NO_PROOF: Final = N_("不构成证据")
_NO_CONTRADICTION: Final = N_("没有矛盾")

_FOUND: Final[Mapping[Finding, tuple[str, str]]] = {
    Finding.TWO_ROOTS: (_TWO_HISTORIES, N_("同一大小签了两个树根。")),
    Finding.OTHER_BEGINNING: (
        _TWO_HISTORIES, N_("较长日志的前 %(size)s 条，树根不是当初为这 %(size)s 条所签的那个。")),
    Finding.SAME: (_NO_CONTRADICTION, N_("两份说的一样。")),
    Finding.CONSISTENT: (_NO_CONTRADICTION, N_("较长的日志以较短的为开头。")),
    Finding.UNDECIDED: (
        _NO_PROOF, N_("大小不同，又没有路径从较大的树根通向较短的日志。这不能说明什么，路径谁都可以弄坏。"
                      "请取平台对 …/consistency?from=%(size)s 的回答再比一次。")),
    Finding.NOT_SIGNED: (_NO_PROOF, N_("没有日志的签名，谁都可以造出来。")),
    Finding.OTHER_LOG: (_NO_PROOF, N_("所给密钥属于日志 %(name)s，两份检查点却不都是它的。")),
}
"""What each finding comes to, and why."""


@dataclass(frozen=True)
class Compared:
    """What two checkpoints come to under the keys of one log.

    Attributes:
        name: of the log whose keys were given.
    """

    verdict: Verdict
    name: str

    @property
    def report(self) -> dict[str, Any]:
        """split-report/v1 (docs/contracts.md)."""
        both = self.verdict.checkpoints
        return {"format": "split-report/v1", "proof": self.verdict.is_proof,
                "finding": str(self.verdict.finding), "origin": both[1].origin,
                "checkpoints": [{"size": one.size, "root": one.root.hex()} for one in both]}

    def for_people(self, title: str) -> str:
        """The report in the language of the moment: what it comes to, which two checkpoints, and why."""
        comes_to, why = _FOUND[self.verdict.finding]
        both = self.verdict.checkpoints
        signed, unsigned = say(N_("签名成立")), say(N_("没有所给密钥的签名"))
        lines = [f"{title}: {say(comes_to)}"]
        for one, is_signed in zip(both, self.verdict.signed, strict=True):
            told = say(N_("%(origin)s，%(size)s 条，树根 %(root)s"),
                       {"origin": one.origin, "size": one.size, "root": one.root.hex()})
            lines.append(f"  [{signed if is_signed else unsigned}] {told}")
        lines.append(f"  {say(why, {'size': both[0].size, 'name': self.name})}")
        return "".join(printable(line) + "\n" for line in lines)


def compare_two(split: Split, keys: Sequence[str]) -> Compared:
    """Judge two checkpoints.

    Args:
        keys: of the log, known from elsewhere, as vkeys, all of one name.

    Raises:
        BadNote: one of the two is no checkpoint.
        ValueError: a key is none.
    """
    return Compared(split.judge(keys), pinned(keys[0], ED25519).name)
