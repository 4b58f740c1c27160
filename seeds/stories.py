"""The stories of the demo: how far each thing has come, and what happened on its way."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

from auction.services import closing
from cases.rules.words import DocumentKind
from kernel import clock
from seeds import goods, homes
from seeds.court import File, announce, confirm_tenant, keep_paper, officer, register
from seeds.pricing import price_by_agreement, price_by_draw
from seeds.sale import course, deliver, distribute, enter, refund
from seeds.things import Thing
from seeds.world import Story, World

HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)


def of_homes(world: World) -> Iterator[Story]:
    """The four flats of the case that the README walks through."""
    yield sold_home(world)
    yield live_home(world)
    yield announced_home(world)
    yield new_home(world)


def of_goods(world: World) -> Iterator[Story]:
    """Everything else, each at another point of its way."""
    yield sold_car(world)
    yield sold_shop(world)
    yield sold_boxes(world)
    yield failed_office(world)
    yield withdrawn_share(world)
    yield suspended_factory(world)
    yield ending_machines(world)
    yield leased_shop(world)
    for thing in (goods.CAR_SOON, goods.LAND_SOON, goods.SHIP_SOON):
        yield announced(world, thing)


def on_sale(world: World, thing: Thing, then: Callable[[File], Story] | None = None, *,
            hour: int = 11) -> Story:
    """From the registration of the case to the announcement, by agreement on the institutions."""
    yield world.day(thing.begins, hour)
    file = register(world, thing)
    yield from price_by_agreement(world, thing, file)
    yield from announce(world, thing, file)
    if then is not None:
        yield from then(file)


def announced(world: World, thing: Thing) -> Story:
    """A thing announced, open for registration."""
    yield from on_sale(world, thing)


def sold_home(world: World) -> Story:
    """A flat that went all the way, from the case to the creditors' money."""
    home = homes.SOLD
    yield world.day(home.begins)
    file = register(world, home)
    yield from price_by_draw(world, home, file)
    yield from announce(world, home, file)
    yield world.day(home.opens - 3)
    enter(world, home, file, ("bidder-1", "bidder-2", "bidder-3"))
    opens = home.opens_at(world)
    yield from course(world, home, file, (
        (HOUR, "bidder-1", 0), (3 * HOUR, "bidder-2", 3), (9 * HOUR, "bidder-3", 8),
        (20 * HOUR, "bidder-1", 12), (23 * HOUR, "bidder-2", 20), (24 * HOUR - 4 * MINUTE, "bidder-1", 22),
        (24 * HOUR - MINUTE, "bidder-2", 25), (24 * HOUR + 2 * MINUTE, "bidder-1", 27),
        (24 * HOUR + 5 * MINUTE, "bidder-3", 30), (24 * HOUR + 9 * MINUTE, "bidder-1", 33)), opens)
    yield opens + 28 * HOUR
    refund(world)
    yield opens + 50 * HOUR
    yield from deliver(world, home, file)
    yield from distribute(world, home, file)


def live_home(world: World) -> Story:
    """A flat on sale right now, for whoever wants to bid."""
    home = homes.LIVE
    yield world.day(home.begins, 11)
    file = register(world, home)
    yield from price_by_draw(world, home, file)
    yield from announce(world, home, file)
    yield world.day(-5)
    enter(world, home, file, ("bidder-1", "bidder-2", "bidder-3"))
    yield from course(world, home, file, (
        (HOUR, "bidder-3", 0), (4 * HOUR, "bidder-1", 4), (11 * HOUR, "bidder-2", 9),
        (17 * HOUR, "bidder-1", 11)), home.opens_at(world))


def announced_home(world: World) -> Story:
    """A flat announced, open for registration."""
    home = homes.SOON
    yield world.day(home.begins, 14)
    file = register(world, home)
    yield from price_by_draw(world, home, file)
    yield from announce(world, home, file)


def new_home(world: World) -> Story:
    """A case registered the day before yesterday: the way to walk oneself."""
    yield world.day(homes.NEW.begins, 15)
    register(world, homes.NEW)


def sold_car(world: World) -> Story:
    """A car for which three bid, far above its appraisal; handed over."""
    thing = goods.CAR_SOLD

    def then(file: File) -> Story:
        yield world.day(thing.opens - 2)
        enter(world, thing, file, ("bidder-2", "bidder-3", "bidder-5"))
        opens = thing.opens_at(world)
        yield from course(world, thing, file, (
            (2 * HOUR, "bidder-3", 0), (6 * HOUR, "bidder-5", 12), (19 * HOUR, "bidder-2", 30),
            (23 * HOUR, "bidder-5", 46), (24 * HOUR - 3 * MINUTE, "bidder-3", 55),
            (24 * HOUR - MINUTE, "bidder-5", 62), (24 * HOUR + 3 * MINUTE, "bidder-2", 66),
            (24 * HOUR + 7 * MINUTE, "bidder-5", 74)), opens)
        yield opens + 27 * HOUR
        refund(world)
        yield opens + 46 * HOUR
        yield from deliver(world, thing, file)

    yield from on_sale(world, thing, then)


def sold_shop(world: World) -> Story:
    """A shop sold after two bids, its price paid out to the bank."""
    thing = goods.SHOP_SOLD

    def then(file: File) -> Story:
        yield world.day(thing.opens - 4)
        enter(world, thing, file, ("bidder-3", "bidder-5"))
        opens = thing.opens_at(world)
        yield from course(world, thing, file, (
            (5 * HOUR, "bidder-3", 0), (12 * HOUR, "bidder-5", 5), (21 * HOUR, "bidder-3", 9),
            (22 * HOUR, "bidder-5", 16)), opens)
        yield opens + 29 * HOUR
        refund(world)
        yield opens + 60 * HOUR
        yield from deliver(world, thing, file)
        yield from distribute(world, thing, file)

    yield from on_sale(world, thing, then)


def sold_boxes(world: World) -> Story:
    """Containers of another court, sold at the start price; the balance is not paid yet."""
    thing = goods.BOXES_SOLD

    def then(file: File) -> Story:
        yield world.day(thing.opens - 1)
        enter(world, thing, file, ("bidder-5",))
        yield from course(world, thing, file, ((20 * HOUR, "bidder-5", 0),), thing.opens_at(world))

    yield from on_sale(world, thing, then)


def failed_office(world: World) -> Story:
    """An office for which nobody bid."""
    thing = goods.OFFICE_FAILED

    def then(file: File) -> Story:
        yield thing.opens_at(world) + 25 * HOUR

    yield from on_sale(world, thing, then)


def withdrawn_share(world: World) -> Story:
    """A share in a company, taken back before its bidding: the parties have settled."""
    thing = goods.SHARE_WITHDRAWN

    def then(file: File) -> Story:
        yield world.day(-5, 15)
        keep_paper(world, file, thing, subject=f"lot:{file.lot_id}/1", kind=DocumentKind.APPLICATION,
                   title="执行和解协议及撤回拍卖申请书", is_public=False,
                   lines=["双方当事人自愿达成执行和解协议，分三期履行。", "申请执行人申请撤回对股权的拍卖。"])
        world.do(closing.withdraw, file.lot_id, ground="settlement", actor=officer(world, thing),
                 reason="申请执行人与被执行人达成执行和解协议，申请执行人书面申请撤回拍卖，本院予以准许。",
                 now=clock.now())

    yield from on_sale(world, thing, then)


def suspended_factory(world: World) -> Story:
    """A factory whose sale stands still: the applicant agreed to postpone it."""
    thing = goods.FACTORY_SUSPENDED

    def then(file: File) -> Story:
        yield world.day(thing.opens - 2)
        enter(world, thing, file, ("bidder-2", "bidder-3"))
        opens = thing.opens_at(world)
        yield from course(world, thing, file, ((3 * HOUR, "bidder-2", 0), (8 * HOUR, "bidder-3", 3)), opens)
        yield opens + 20 * HOUR
        _, sha256 = keep_paper(
            world, file, thing, subject=f"lot:{file.lot_id}/1", kind=DocumentKind.PANEL_DECISION,
            title="暂缓执行决定书", is_public=True,
            lines=["被执行人提供担保，申请执行人书面同意暂缓。", "本院决定暂缓拍卖，期限三十日。"])
        world.do(closing.suspend, file.lot_id, ground="postponed", document_sha256=sha256,
                 reason="被执行人向本院提供担保，经申请执行人书面同意，决定暂缓拍卖，期限三十日。",
                 actor=officer(world, thing), now=clock.now())

    yield from on_sale(world, thing, then)


def ending_machines(world: World) -> Story:
    """Machines whose sale ends within the hour of the founding."""
    thing = goods.MACHINES_ENDING

    def then(file: File) -> Story:
        yield world.day(-3)
        enter(world, thing, file, ("bidder-2", "bidder-5"))
        yield from course(world, thing, file, (
            (2 * HOUR, "bidder-5", 0), (9 * HOUR, "bidder-2", 2), (15 * HOUR, "bidder-5", 5),
            (22 * HOUR, "bidder-2", 9)), thing.opens_at(world))

    yield from on_sale(world, thing, then)


def leased_shop(world: World) -> Story:
    """A shop on sale with its lease; the tenant holds a confirmed priority right, and a code with it."""
    thing = goods.SHOP_LEASED

    def then(file: File) -> Story:
        yield world.day(-2)
        confirm_tenant(world, thing, file)
        enter(world, thing, file, ("bidder-3", "tenant"))
        yield from course(world, thing, file, ((HOUR, "bidder-3", 0), (3 * HOUR, "bidder-3", 2)),
                          thing.opens_at(world))

    yield from on_sale(world, thing, then)
