"""``flask auction rehearse``: a court's drill before a big sale.

Drives a bid ladder over real connections against an exercise lot of a running server, with every
time divided by N, and compares winner, price, accepted bids and extensions with a replay.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import click

from auction.commands.client import Bidder, Platform, Refused
from auction.commands.offline import auction_commands, terms_from_options
from auction.rules.bidding import LotTerms
from auction.rules.ladder_csv import import_log
from auction.rules.replay import BidLog, outcome_members, replay
from auction.services.exercises import RULE_SET
from kernel.formats import FormatError, instant_text
from kernel.law import rule_set
from kernel.offline import Status, print_value, read_bytes

WINDOW: Final = timedelta(seconds=300)
LEAD: Final = 4.0
"""Seconds between opening the exercise and its first bid: time to seat and connect everybody."""
EARLY: Final = 0.9
"""By how much of a ladder's second every bid is sent early: a ladder prints whole seconds, so a bid
that is on its way for up to this long is still judged in its own second."""
OPEN_BEFORE: Final = 0.25
"""Seconds by which the exercise opens before the ladder does: a ladder begins with its first bid, and no
error in reading the server's clock shall refuse that one."""
LATE: Final = 1.0
"""Seconds by which an exercise ends later where the ladder extends nothing: a bid five minutes before the end
that is late on its way shall not extend there what it did not extend in the sale."""
COMPARED: Final = ("state", "winner_code", "price_fen", "accepted", "extensions")


@auction_commands.command("rehearse", with_appcontext=False)
@click.argument("file")
@click.option("--speed", type=int, required=True, metavar="N", help="Divide every time by N; N divides 300.")
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="The running platform.")
@click.option("--login", default="officer", show_default=True, help="An officer's account.")
@click.option("--password", envvar="LUOCHUI_PASSWORD", prompt=True, hide_input=True,
              help="Its password; else LUOCHUI_PASSWORD, else asked for.")
@click.option("--start-price", metavar="YUAN", help="As in import-log.")
@click.option("--increment", metavar="YUAN", help="As in import-log.")
@click.option("--opens-at", metavar="TIME", help="As in import-log.")
@click.option("--closes-at", metavar="TIME", help="As in import-log.")
@click.pass_context
def rehearse(context: click.Context, file: str, speed: int, url: str, login: str, password: str,
             **given: str | None) -> None:
    """Rehearse a ladder FILE (CSV, as court platforms print it) on a running platform.

    Exit status: 0 the rehearsal ended as a replay says, 1 it did not, 2 the input does not fit.
    """
    try:
        _check_speed(speed)
        log = import_log(read_bytes(file), terms_from_options(given)).log
        found = run(log, speed, url, login, password)
    except (FormatError, Refused) as error:
        click.echo(f"{file}: {error}", err=True)
        context.exit(Status.BAD_INPUT)
    except OSError as error:
        click.echo(f"{file}: cannot be read: {error}", err=True)
        context.exit(Status.BAD_INPUT)
    print_value(found)
    context.exit(Status.DONE if found["agrees"] else Status.FAILS)


def _check_speed(speed: int) -> None:
    if speed < 1 or 300 % speed:
        raise FormatError("--speed", "must divide 300: 1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 25, 30, 50, "
                                     "60, 75, 100, 150 or 300")


def run(log: BidLog, speed: int, url: str, login: str, password: str) -> dict[str, Any]:
    """Do the rehearsal and say what was expected and what came of it."""
    platform = Platform(url)
    platform.sign_in(login, password)
    ahead = platform.clock_difference()
    begins_at = datetime.fromtimestamp(time.time() + ahead + LEAD, UTC)
    begins_at = begins_at.replace(microsecond=begins_at.microsecond // 1000 * 1000)
    codes = list(dict.fromkeys(entry.bid.code for entry in log.entries))
    outcome = replay(log).outcome
    later = timedelta(seconds=0 if outcome.extensions else LATE)
    made = platform.post("/exercises", _terms(log.terms, speed, begins_at, later, codes))
    keys = {seat["code"]: seat["key"] for seat in made["seats"]}
    bidders = {code: Bidder(platform, made["lot"], code, keys[code]) for code in codes}
    late, refused = _drive(log, bidders, speed, begins_at.timestamp() - ahead)
    for bidder in bidders.values():
        bidder.leave()
    result = _result(platform, made["lot"])
    expected = {name: value for name, value in outcome_members(outcome).items()
                if name in COMPARED}
    return {"lot": made["lot"], "speed": speed, "codes": len(codes), "bids": len(log.entries),
            "expected": expected, "found": result, "agrees": expected == result,
            "refused": refused, "latest_bid_ms": round(late * 1000)}


def _terms(terms: LotTerms, speed: int, begins_at: datetime, later: timedelta,
           codes: list[str]) -> dict[str, Any]:
    a_second = timedelta(seconds=1) / speed
    closes_at = begins_at + a_second + (terms.closes_at - terms.opens_at) / speed + later
    least = rule_set(RULE_SET).span("bidding.min_time")
    opens_at = min(begins_at - timedelta(seconds=OPEN_BEFORE), closes_at - least)
    return {
        "title": f"演练（{speed} 倍速）", "start_price_fen": terms.start_price_fen,
        "increment_fen": terms.increment_fen, "opens_at": instant_text(opens_at),
        "closes_at": instant_text(closes_at + timedelta(microseconds=999)), "codes": codes,
        "extension_window_seconds": int(WINDOW.total_seconds()) // speed,
    }


def _drive(log: BidLog, bidders: dict[str, Bidder], speed: int, began: float
           ) -> tuple[float, list[dict[str, Any]]]:
    """Send every bid at its time, each only after the one before it was acknowledged."""
    late = 0.0
    refused = []
    for place, entry in enumerate(log.entries):
        passed = (entry.received_at - log.terms.opens_at).total_seconds()
        due = began + (passed + 1 - EARLY) / speed
        time.sleep(max(0.0, due - time.time()))
        late = max(late, time.time() - due)
        answer = bidders[entry.bid.code].bid(entry.bid.amount_fen, f"rehearsal-{place}")
        if not answer.get("ok") or not answer["decision"]["accepted"]:
            refused.append({"place": place, "answer": answer})
    return late, refused


def _result(platform: Platform, lot: str) -> dict[str, Any]:
    """Wait for the server's word that the sale has ended."""
    while True:
        standing = platform.get(f"/lots/{lot}")["standing"]
        result = standing.get("result")
        if result is not None:
            return {"state": result["outcome"], "winner_code": result["winner"],
                    "price_fen": result["price_fen"], "accepted": result["accepted"],
                    "extensions": result["extensions"]}
        time.sleep(0.25)
