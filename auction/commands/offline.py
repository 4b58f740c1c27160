"""``flask auction replay`` and ``flask auction import-log``: a bid log, recomputed from a file."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import click
from flask.cli import AppGroup

from auction.rules import replay as replay_rules
from auction.rules.ladder_csv import GivenTerms, import_log, parse_price
from kernel.formats import FormatError, parse_instant
from kernel.offline import Answer, Status, answer, print_value, read_bytes

T = TypeVar("T")

auction_commands = AppGroup("auction", help="Recompute the bidding of a lot.")


@auction_commands.command("replay", with_appcontext=False)
@click.argument("file")
@click.pass_context
def replay(context: click.Context, file: str) -> None:
    """Judge every bid of a replay/v1 FILE (- reads standard input) and say how the sale ended.

    Exit status: 0, or 2 if the file does not fit.
    """
    context.exit(answer(file, lambda value: Answer(replay_rules.recompute(value))))


@auction_commands.command("import-log", with_appcontext=False)
@click.argument("file")
@click.option("--start-price", metavar="YUAN", help="Start price; else the lowest price.")
@click.option("--increment", metavar="YUAN", help="Increment; else what the prices have in common.")
@click.option("--opens-at", metavar="TIME", help="Opening (RFC 3339); else the earliest time.")
@click.option("--closes-at", metavar="TIME", help="End (RFC 3339); else the latest time + 5 min.")
@click.pass_context
def import_ladder(context: click.Context, file: str, start_price: str | None,
                  increment: str | None, opens_at: str | None, closes_at: str | None) -> None:
    """Turn a bid ladder FILE (CSV, as court platforms print it) into replay/v1.

    What was inferred, and what contradicts the rules, is said on standard error.
    Exit status: 0, or 2 if the file does not fit.
    """
    try:
        given = terms_from_options({
            "start_price": start_price, "increment": increment, "opens_at": opens_at,
            "closes_at": closes_at})
        imported = import_log(read_bytes(file), given)
    except FormatError as error:
        click.echo(f"{file}: {error}", err=True)
        context.exit(Status.BAD_INPUT)
    except OSError as error:
        click.echo(f"{file}: cannot be read: {error.strerror}", err=True)
        context.exit(Status.BAD_INPUT)
    for note in imported.notes:
        click.echo(f"{file}: {note}", err=True)
    print_value(imported.log.as_json())


def terms_from_options(typed: Mapping[str, str | None]) -> GivenTerms:
    """What the caller knows of the announcement, from the four options.

    Raises:
        FormatError: names the option that does not fit.
    """
    return GivenTerms(
        _option("--start-price", typed["start_price"], parse_price),
        _option("--increment", typed["increment"], parse_price),
        _option("--opens-at", typed["opens_at"], parse_instant),
        _option("--closes-at", typed["closes_at"], parse_instant))


def _option(name: str, text: str | None, read: Callable[[str], T]) -> T | None:
    if text is None:
        return None
    try:
        return read(text)
    except ValueError as error:
        raise FormatError(name, str(error)) from error
