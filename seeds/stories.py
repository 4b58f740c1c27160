"""Four seized homes of the demo, each left at another point of the way."""

from datetime import timedelta
from typing import Final

from seeds.court import Home, announce, price, register
from seeds.sale import course, deliver, distribute, enter, refund
from seeds.world import Story, World

SOLD: Final = Home(1187, "海棠里 6 幢 1 单元 1602 室", "临澜市东麓区映波路 218 号海棠里 6 幢 1 单元 1602 室",
                   "3室2厅2卫", 18, 16, 12864, 268_000_000, 188_000_000, 20_000_000, 150_000_000,
                   -118, -92, -60, 10)
LIVE: Final = Home(1203, "观澜里 8 幢 2 单元 1101 室", "临澜市东麓区观澜路 66 号观澜里 8 幢 2 单元 1101 室",
                   "3室2厅1卫", 24, 11, 10938, 231_500_000, 163_000_000, 16_000_000, 120_000_000,
                   -70, -42, -1, 0)
SOON: Final = Home(1240, "听松苑 3 幢 702 室", "临澜市东麓区松涛路 9 号听松苑 3 幢 702 室",
                   "2室1厅1卫", 11, 7, 8275, 142_800_000, 100_000_000, 10_000_000, 80_000_000,
                   -46, -18, 16, 10)
NEW: Final = Home(1301, "映月湾 12 幢 2501 室", "临澜市东麓区滨江大道 1 号映月湾 12 幢 2501 室",
                  "4室2厅2卫", 32, 25, 16840, 0, 0, 0, 310_000_000, -2, 0, 0, 0)


def sold_home(world: World) -> Story:
    """A flat that went all the way, from the case to the creditors' money."""
    home = SOLD
    yield world.day(home.begins)
    file = register(world, home)
    yield from price(world, home, file)
    yield from announce(world, home, file)
    yield world.day(home.opens - 3)
    enter(world, home, file, ("bidder-1", "bidder-2", "bidder-3"))
    opens = world.day(home.opens, home.opens_hour)
    hour, minute = timedelta(hours=1), timedelta(minutes=1)
    yield from course(world, home, file, (
        (hour, "bidder-1", 0), (3 * hour, "bidder-2", 3), (9 * hour, "bidder-3", 8),
        (20 * hour, "bidder-1", 12), (23 * hour, "bidder-2", 20), (24 * hour - 4 * minute, "bidder-1", 22),
        (24 * hour - minute, "bidder-2", 25), (24 * hour + 2 * minute, "bidder-1", 27),
        (24 * hour + 5 * minute, "bidder-3", 30), (24 * hour + 9 * minute, "bidder-1", 33)), opens)
    yield opens + 28 * hour
    refund(world)
    yield opens + 50 * hour
    yield from deliver(world, home, file)
    yield from distribute(world, file)


def live_home(world: World) -> Story:
    """A flat on sale right now, for whoever wants to bid."""
    home = LIVE
    yield world.day(home.begins, 11)
    file = register(world, home)
    yield from price(world, home, file)
    yield from announce(world, home, file)
    yield world.day(-5)
    enter(world, home, file, ("bidder-1", "bidder-2", "bidder-3"))
    hour = timedelta(hours=1)
    yield from course(world, home, file, (
        (hour, "bidder-3", 0), (4 * hour, "bidder-1", 4), (11 * hour, "bidder-2", 9),
        (17 * hour, "bidder-1", 11)), world.today - 21 * hour)


def announced_home(world: World) -> Story:
    """A flat announced, open for registration."""
    yield world.day(SOON.begins, 14)
    file = register(world, SOON)
    yield from price(world, SOON, file)
    yield from announce(world, SOON, file)


def new_home(world: World) -> Story:
    """A case registered the day before yesterday: the way to walk oneself."""
    yield world.day(NEW.begins, 15)
    register(world, NEW)
