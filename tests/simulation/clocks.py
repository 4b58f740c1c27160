"""The clocks of the simulated machines: off by a little, running a little fast, sometimes jumping."""

from datetime import datetime, timedelta

from tests.simulation.world import MS, World


class Clock:
    """The wall clock of one machine."""

    def __init__(self, world: World, *, offset_ms: int = 0, drift: float = 0.0) -> None:
        self._world = world
        self._offset = offset_ms * MS
        self._drift = drift
        self._since = world.now
        self.jumps = 0

    def now(self) -> datetime:
        now = self._world.now
        found = now + self._offset
        if self._drift:
            found += (now - self._since) * self._drift
        beyond = found.microsecond % 1000
        return found - timedelta(microseconds=beyond) if beyond else found

    def error(self) -> timedelta:
        """How far it is off; nobody inside the simulation knows."""
        return self.now() - self._world.now

    def jump(self, ms: int) -> None:
        self._offset += ms * MS
        self.jumps += 1

    def set_right(self) -> None:
        """What the machine's time service does."""
        self.jumps += 1
        self._offset, self._drift, self._since = timedelta(0), 0.0, self._world.now
