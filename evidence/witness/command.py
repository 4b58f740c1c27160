"""``flask audit witness``; as ``python -m evidence.witness`` it runs without the rest of the platform."""

from pathlib import Path

import click

from evidence.witness.desk import Desk
from evidence.witness.folder import NotReady, open_folder
from evidence.witness.server import serve
from kernel.offline import Status
from kernel.signing import ED25519, public_of


@click.command("witness")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--name", help="What a new witness is called, such as court.example/witness; it never changes.")
@click.option("--log", "logs", multiple=True, metavar="VKEY",
              help="A log to witness: its key, known from elsewhere. May be repeated; two of one name are "
                   "the keys of one log before and after a change.")
@click.option("--logs", "file", type=click.Path(path_type=Path, dir_okay=False, exists=True),
              help="A file of such keys, one a line; # begins a remark.")
@click.option("--listen", default="127.0.0.1:8090", show_default=True, metavar="HOST:PORT",
              help="Where to take requests; port 0 is any that is free.")
@click.option("--first", is_flag=True, help="The key in FOLDER was brought along and has never signed.")
@click.option("--until-stdin-ends", is_flag=True, help="End when standard input is closed.")
@click.pass_context
def witness(context: click.Context, folder: Path, name: str | None, logs: tuple[str, ...], file: Path | None,
            listen: str, first: bool, until_stdin_ends: bool) -> None:
    """Be a witness of logs (C2SP tlog-witness), with key and memory in FOLDER.

    Prints its own key, which others pin, and its address. POST /add-checkpoint signs what begins with all
    that was signed before; / shows how far each log was seen, /evidence what logs signed against their own
    word. Needs no database and no secret of the platform.

    Exit status: 0 told to end, 2 it cannot start.
    """
    try:
        keys = _keys((*logs, *(file.read_text("utf-8").splitlines() if file else ())))
        host, port = _address(listen)
        signer, memory, evidence = open_folder(folder, name=name, is_first=first)
        click.echo(f"key {signer.vkey}")
        serve(Desk(signer, memory, keys, evidence), host, port, told=lambda url: click.echo(f"url {url}"),
              until_stdin_ends=until_stdin_ends)
    except (NotReady, OSError, UnicodeDecodeError) as error:
        click.echo(f"the witness does not start: {error}", err=True)
        context.exit(Status.BAD_INPUT)


def _keys(lines: tuple[str, ...]) -> list[str]:
    keys = [key for line in lines if (key := line.partition("#")[0].strip())]
    for key in keys:
        try:
            kind = public_of(key)[2]
        except ValueError as error:
            raise NotReady(f"{key[:80]!r} is no key of the form name+8 hex digits+base64") from error
        if kind != ED25519:
            raise NotReady(f"{key[:80]!r} is no key of a log")
    if not keys:
        raise NotReady("no log is named: give --log or --logs")
    return keys


def _address(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise NotReady(f"--listen is {listen!r}; it is HOST:PORT, such as 127.0.0.1:8090")
    return host.strip("[]"), int(port)
