"""Whether a sale whose end has passed may be closed: wait, close, or hold (design: "A bid", "Closing").

Pure. What the processes say of themselves comes in as marks, what is known to have failed as outages; all
instants are the platform's time. A sale is closed only if everybody could bid until its end and every bid
that came in time is decided; otherwise it is held, and no winner is declared (AUC-28.2).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kernel.errors import N_

GRACE: Final = timedelta(milliseconds=250)
"""From the stamp of a bid to its place among the undecided: so long the close waits for the last ones."""
MARK_EVERY: Final = timedelta(milliseconds=250)
"""How often a process says how far it has decided (reliability 4d)."""
LEASE: Final = timedelta(seconds=3)
"""A process that was not heard of for so long is taken for dead (reliability 4d)."""
LAST_MOMENTS: Final = timedelta(seconds=10)
"""A process that died shortly before the end took bidders' last chance with it (design: FAULT_HOLD)."""
MOST_SILENCE: Final = timedelta(seconds=5)
"""For so long in the last window it may have been impossible to bid (design: FAULT_HOLD; C7)."""
MOST_CLOCK_MS: Final = 100
"""By so much a clock may differ from the database's (design: FAULT_HOLD; T2)."""
MOST_WAIT: Final = timedelta(seconds=10)
"""So long a bid may wait for its decision (design: FAULT_HOLD; B10)."""


class Fault(StrEnum):
    """Why a sale is held instead of closed."""

    SILENCE = "silence"
    """Nobody could bid for too long within the last window."""
    CLOCK = "clock"
    """A clock was off."""
    LOST = "lost"
    """A process was gone in the last moments."""
    WAITED = "waited"
    """A bid that came in time waited too long for its decision."""
    RESTORED = "restored"
    """The platform came back from a backup that lacks signed acts (reliability 4h)."""


FAULT_WORDS: Final[Mapping[Fault, str]] = MappingProxyType({
    Fault.SILENCE: N_("竞价的最后阶段，平台有超过五秒不能接受出价。竞价没有结束，没有人竞得，已有出价保留。"),
    Fault.CLOCK: N_("竞价的最后阶段，平台的时钟偏差超过十分之一秒。竞价没有结束，没有人竞得，已有出价保留。"),
    Fault.LOST: N_("竞价的最后十秒，平台有一个服务进程中断。竞价没有结束，没有人竞得，已有出价保留。"),
    Fault.WAITED: N_("有一次按时的出价，平台超过十秒没有处理完。竞价没有结束，没有人竞得，已有出价保留。"),
    Fault.RESTORED: N_("平台从备份恢复，缺少一部分已签名的记录。竞价没有结束，没有人竞得。"),
})
"""What everybody reads where a sale is held (AUC-28.3)."""
OBJECTED: Final = N_("案外人对标的提出异议，处理期间暂停拍卖。")
"""What everybody reads where a third party's objection stops a sale (AUC-36.2)."""
STOP_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {str(fault): text for fault, text in FAULT_WORDS.items()} | {"objected": OBJECTED})
"""The platform's own reasons for a suspension by their codes; a court writes its own."""
SYSTEM_FAULT: Final = "system_fault"
"""The ground under which a held sale is suspended (design: FAULT_HOLD)."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What one process last said of itself; one that left in good order says nothing any more.

    Attributes:
        low_water_at: every bid that it received earlier is decided and durable.
        lease_until: until when it counts as alive.
        clock_off_ms: by how much its clock is known to differ from the database's.
    """

    low_water_at: datetime
    lease_until: datetime
    clock_off_ms: int = 0


@dataclass(frozen=True, slots=True)
class Outage:
    """What is known to have failed, and when.

    Attributes:
        lasted: how long in real time: a demo's clock may have been walked over the rest.
    """

    fault: Fault
    from_at: datetime
    to_at: datetime
    lasted: timedelta


@dataclass(frozen=True, slots=True)
class Wait:
    """It is too early, or a bid that came in time is still undecided."""


@dataclass(frozen=True, slots=True)
class Close:
    """Every bid that came in time is decided, and everybody could bid."""


@dataclass(frozen=True, slots=True)
class Hold:
    """No winner may be declared."""

    fault: Fault


Verdict = Wait | Close | Hold


def stop_code(reason: str) -> str | None:
    """The code of a reason that the platform gave; None for one that a court wrote."""
    return next((code for code, text in STOP_WORDS.items() if text == reason), None)


def verdict(end: datetime, window: timedelta, now: datetime, marks: Iterable[Mark] = (),
            outages: Iterable[Outage] = ()) -> Verdict:
    """What becomes of a running sale at ``now``, if no bid moves its ``end`` any more.

    Args:
        window: the last time of the sale, in which a bid would move its end.
    """
    if now < end + GRACE:
        return Wait()
    return settled(end, window, now, marks, outages)


def settled(end: datetime, window: timedelta, now: datetime, marks: Iterable[Mark] = (),
            outages: Iterable[Outage] = ()) -> Verdict:
    """The same without the grace: whether what came after the end may already be called late."""
    marks = tuple(marks)
    behind = [one for one in marks if one.lease_until >= now and one.low_water_at < end]
    if any(now - one.low_water_at > MOST_WAIT for one in behind):
        return Hold(Fault.WAITED)
    if behind or now < end:
        return Wait()
    fault = next(_faults(end, window, now, marks, tuple(outages)), None)
    return Close() if fault is None else Hold(fault)


def _faults(end: datetime, window: timedelta, now: datetime, marks: tuple[Mark, ...],
            outages: tuple[Outage, ...]) -> Iterator[Fault]:
    # What a dead process had not yet said to be decided may have died with it, unanswered.
    last = [*outages, *(Outage(Fault.LOST, one.low_water_at, one.lease_until, LEASE)
                        for one in marks if one.lease_until < now)]
    if any(abs(one.clock_off_ms) > MOST_CLOCK_MS for one in marks if one.lease_until >= now):
        yield Fault.CLOCK
    for one in last:
        if one.fault is Fault.SILENCE:
            is_grave = _within(one, end - window, end) > MOST_SILENCE
        else:
            reach = LAST_MOMENTS if one.fault is Fault.LOST else window
            is_grave = one.from_at < end and one.to_at > end - reach
        if is_grave:
            yield one.fault


def _within(outage: Outage, from_at: datetime, to_at: datetime) -> timedelta:
    """How much of an outage fell into a time, as far as it really lasted."""
    return min(min(outage.to_at, to_at) - max(outage.from_at, from_at), outage.lasted)


def waited_too_long(received_at: datetime, now: datetime) -> bool:
    """Whether a bid has waited so long that its sale is held instead of judging it (B10)."""
    return now - received_at > MOST_WAIT
