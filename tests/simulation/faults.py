"""What goes wrong: chosen by the seed, most of it around an end."""

from collections.abc import Callable

from auction.rules import engine
from auction.rules.lifecycle import LotState
from tests.simulation.house import House
from tests.simulation.process import Process
from tests.simulation.world import MS, LostConnection, Steps

KINDS = ("kill", "kill", "pause", "pause", "cut off", "skew", "database", "answers", "bus", "forged hint",
         "suspend", "withdraw", "database clock", "database clock", "short pause", "short pause")
JUMPS_MS = (-86_400_000, -3_600_000, -1_000, -150, 150, 1_000, 3_600_000)
AT_WORK = frozenset({"kill", "pause", "short pause", "cut off", "database", "database clock"})
STAFF = ("judge-1", "judge-2", "clerk")


class Nemesis:
    """Sets faults into one run, and heals each of them."""

    def __init__(self, house: House) -> None:
        self.house, self.world = house, house.world

    def faults(self, how_many: int) -> Steps:
        world = self.world
        for _ in range(how_many):
            kind = world.random.choice(KINDS)
            lot = world.random.choice(sorted(self.house.database.sales))
            sale = self.house.database.sales[lot]
            end = sale.standing.closes_at
            if world.chance(0.75) and end > world.now:
                at = end + world.between(-13_000 if world.chance(0.75) else -25_000, 800) * MS
                yield max(0, (at - world.now) // MS)
            else:
                yield world.between(100, 30_000)
            if all(one.state not in engine.TAKES_BIDS for one in self.house.database.sales.values()):
                return
            world.spawn(None, self.fault(kind, lot))

    def fault(self, kind: str, lot: str) -> Steps:
        """One fault and, after a while, its end."""
        world = self.world
        process = world.random.choice(self.house.processes)
        faults: dict[str, Callable[[], Steps]] = {
            "kill": lambda: self.kill(process),
            "pause": lambda: self.pause(process, world.between(500, 30_000)),
            "short pause": lambda: self.pause(process, world.between(50, 3_500)),
            "cut off": lambda: self.cut_off(process),
            "skew": lambda: self.skew(process),
            "database": self.crash,
            "database clock": self.skew_database,
            "answers": self.lose_answers,
            "bus": self.silence_bus,
            "forged hint": lambda: self.forge(lot),
            "suspend": lambda: self.order(lot, engine.Suspend("postponed")),
            "withdraw": lambda: self.order(lot, engine.Withdraw()),
        }
        if kind in AT_WORK and world.chance(0.6):
            yield from self.until_it_writes(process)
        yield from faults[kind]()

    def until_it_writes(self, process: Process) -> Steps:
        """The worst moment: bids are on their way into the database."""
        for _ in range(600):
            if process.writing:
                yield self.world.between(0, 14)
                return
            yield 5

    def skew(self, process: Process) -> Steps:
        process.clock.jump(self.world.random.choice(JUMPS_MS))
        self.world.say(f"clock of {process.name} jumps, now off by {process.clock.error() / MS:.0f} ms")
        yield self.world.between(200, 8_000)
        process.clock.set_right()
        self.world.say(f"clock of {process.name} is set right")

    def crash(self) -> Steps:
        if self.house.database.is_up:
            self.house.database.crash()
            yield self.world.between(100, 9_000)
            self.house.database.restart()

    def skew_database(self) -> Steps:
        """Once at a time: all are measured by this clock, and a leap of over 100 ms nobody knows at once."""
        clock = self.house.database.clock
        if clock.error():
            return
        clock.jump(self.world.random.choice((-60, 60)))
        self.world.say(f"database's clock is now off by {clock.error() / MS:.0f} ms")
        yield self.world.between(100, 4_000)
        clock.set_right()

    def lose_answers(self) -> Steps:
        self.house.database.commit_answer_lost = 0.5
        yield self.world.between(500, 5_000)
        self.house.database.commit_answer_lost = 0.0

    def silence_bus(self) -> Steps:
        self.house.network.bus_is_up = False
        yield self.world.between(1_000, 20_000)
        self.house.network.bus_is_up = True

    def forge(self, lot: str) -> Steps:
        self.house.network.publish({"lot": lot, "seq": 99, "price_fen": 10**12, "code": "forged",
                                    "state": LotState.SOLD, "ended": "0" * 64})
        self.world.say(f"forged hint on {lot}")
        yield 0

    def kill(self, process: Process) -> Steps:
        if process.is_alive:
            process.kill()
            yield self.world.between(300, 6_000)
            process.start()

    def pause(self, process: Process, ms: int) -> Steps:
        if process.is_alive and not process.is_paused:
            life = process.life
            process.pause()
            yield ms
            if process.life == life:
                process.wake()

    def cut_off(self, process: Process) -> Steps:
        if process.is_alive and not process.is_cut_off:
            life = process.life
            process.is_cut_off = True
            self.world.say(f"{process.name} is cut off from the database")
            yield self.world.between(200, 25_000)
            if process.life == life:
                process.is_cut_off = False
                self.world.say(f"{process.name} reaches the database again")

    # The court

    def order(self, lot: str, command: engine.Command, note: tuple[str, ...] = ()) -> Steps:
        """An officer acts, by whichever process answers."""
        for _ in range(20):
            process = self.world.random.choice(self.house.processes)
            if process.is_alive and not process.is_paused and not process.clock_is_off():
                process.world.spawn(process, self._carry_out(process, lot, command, note))
                yield 1
                return
            yield 500

    def _carry_out(self, process: Process, lot: str, command: engine.Command, note: tuple[str, ...]) -> Steps:
        try:
            yield from process.decide(lot, lambda *_: command, note)
        except LostConnection:
            self.world.say(f"{process.name} could not carry out an order on {lot}")

    def court(self) -> Steps:
        """Whatever stands still is let go on after a while: one asks, another one approves."""
        asked: dict[str, str] = {}
        while True:
            yield self.world.between(2_000, 6_000)
            for lot, sale in self.house.database.sales.items():
                if sale.state is not LotState.SUSPENDED:
                    asked.pop(lot, None)
                    continue
                person = self.world.random.choice(STAFF)
                if lot not in asked:
                    asked[lot] = person
                elif self.may_approve(asked[lot], person):
                    yield from self.order(lot, engine.Resume(), (asked.pop(lot), person))

    def may_approve(self, maker: str, checker: str) -> bool:
        return maker != checker
