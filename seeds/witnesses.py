"""Three witnesses beside the server of a demo: real ones, each a process with a key and a memory of its own.

On one machine, under one hand, they prove nothing, and the page of the logs says so. They show how it works.
"""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

import structlog
from flask import Flask
from sqlalchemy import select

from audit.models import Log
from config.settings import Settings
from config.witnesses import Witness, Witnesses, majority
from kernel import signing
from kernel.database import db

log = structlog.get_logger()

NAMES: Final = ("witness-1.demo.example", "witness-2.demo.example", "witness-3.demo.example")
_ROOT: Final = Path(__file__).resolve().parent.parent


def start_beside(app: Flask) -> None:
    """Start them where the settings ask for it, and let the platform ask them once they listen.

    Each ends by itself once this process has ended, however that happens: its standard input is closed then.
    """
    settings: Settings = app.extensions["settings"]
    if not settings.witnesses.beside:
        return
    with app.app_context():
        keys = [signing.signer(origin).vkey for origin in db.session.scalars(select(Log.origin))]
        db.session.remove()
    processes = app.extensions["beside"] = [
        _start(settings.data_dir / "witnesses" / name, name, keys) for name in NAMES]
    named = tuple(found for process in processes if (found := _told(process)) is not None)
    running = Witnesses(majority(len(named)), named, beside=True)
    app.extensions["settings"] = replace(settings, witnesses=running)


def _start(folder: Path, name: str, keys: list[str]) -> subprocess.Popen[str]:
    pinned = [part for key in keys for part in ("--log", key)]
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "evidence.witness", str(folder), "--name", name, "--listen", "127.0.0.1:0",
         "--until-stdin-ends", *pinned],
        cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _told(process: subprocess.Popen[str]) -> Witness | None:
    """Its key and address, as it prints them; None where it did not start, and said why."""
    assert process.stdout is not None   # noqa: S101 - it was asked for
    key, url = (process.stdout.readline().partition(" ")[2].strip() for _line in range(2))
    if not url:
        log.error("witness.not_started", witness=str(process.args))
        return None
    return Witness(key, url)
