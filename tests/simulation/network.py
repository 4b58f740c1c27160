"""What lies between the machines: it loses, doubles, delays and turns round what it carries.

The bus between processes carries hints; anybody on it may also forge them. Updates go to watchers
the same bad way. Bids go over connections that break with their process.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.simulation.world import World


@dataclass(frozen=True, slots=True)
class Quality:
    """How bad a way is."""

    loss: float
    doubling: float
    least_ms: int
    most_ms: int


class Network:
    """All ways of one run have the same quality; ``is_silent`` while the bus is down."""

    def __init__(self, world: World, quality: Quality) -> None:
        self.world = world
        self.quality = quality
        self.bus_is_up = True
        self.listeners: list[Callable[[dict[str, Any]], None]] = []

    def send(self, deliver: Callable[..., None], *message: Any) -> None:
        """Some time, perhaps twice, perhaps never."""
        world, quality = self.world, self.quality
        if world.chance(quality.loss):
            return
        for _ in range(2 if world.chance(quality.doubling) else 1):
            world.after(world.between(quality.least_ms, quality.most_ms), deliver, *message)

    def publish(self, hint: dict[str, Any]) -> None:
        """Tell all processes."""
        if self.bus_is_up:
            for listener in self.listeners:
                self.send(listener, hint)
