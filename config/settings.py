"""Settings from the environment. Nothing secret has a default; what is missing is said in words."""

import os
import re
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from config.witnesses import NO_WITNESSES, Unfit, Witnesses, read_witnesses


class Mode(StrEnum):
    """``demo`` may walk the clock and shows its accounts; ``production`` can do neither."""

    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


class SocketDriver(StrEnum):
    """What carries WebSockets: our thin one (``kernel/websocket.py``), or that of the libraries."""

    THIN = "thin"
    STOCK = "stock"


class SettingsError(Exception):
    """The start is refused; the text says every variable that is missing or wrong."""


SECRETS: Final = {
    "LUOCHUI_SECRET_KEY": "signs sessions: at least 32 characters",
    "LUOCHUI_VAULT_KEY": "seals identities: 64 hexadecimal digits (32 bytes)",
    "LUOCHUI_SIGNING_KEY": "signs receipts: 64 hexadecimal digits (32 bytes)",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """One installation.

    Attributes:
        origin: schema-less address that names the log, such as ``court.example/luochui``.
        secret_key, vault_key, signing_key: None where not given; ``require_complete`` refuses to serve then.
        socket_driver: what carries WebSockets; ``stock`` is the way back if ours should fail.
        signs: whether the workers sign the logs, or leave it to ``config.signer``.
        proxies: how many proxies stand in front and may say who the visitor is.
        checkpoint_dir: folder in which the newest signed checkpoint of each log lies outside of the
            database, at best on another disk; None for ``checkpoints`` in the data folder.
        address: where people find the platform, such as ``https://court.example``; papers print it.
        witnesses: who is asked to cosign checkpoints.
    """

    mode: Mode
    data_dir: Path
    database_url: str
    redis_url: str | None
    origin: str
    secret_key: str | None
    vault_key: str | None
    signing_key: str | None
    proxies: int = 0
    address: str = "http://127.0.0.1:8000"
    socket_driver: SocketDriver = SocketDriver.THIN
    signs: bool = True
    checkpoint_dir: Path | None = None
    witnesses: Witnesses = NO_WITNESSES

    @property
    def checkpoints(self) -> Path:
        return self.checkpoint_dir or self.data_dir / "checkpoints"

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Read the environment; secrets of a demo lie in its data folder.

        Raises:
            SettingsError: a variable holds something it cannot mean.
        """
        env = dict(os.environ if env is None else env)
        shown = env.get("LUOCHUI_MODE", "production")
        try:
            mode = Mode(shown)
        except ValueError as error:
            raise SettingsError(f"LUOCHUI_MODE is {shown!r}; it is production, demo or test") from error
        data_dir = Path(env.get("DATA_DIR") or "var").resolve()
        if mode is Mode.DEMO:
            env = _stored_secrets(data_dir) | env
        return cls(
            mode=mode,
            data_dir=data_dir,
            database_url=_database(env.get("DATABASE_URL")) or f"sqlite:///{data_dir / 'luochui.sqlite'}",
            redis_url=_redis(env.get("REDIS_URL")),
            origin=env.get("LUOCHUI_ORIGIN", "demo.court.example/luochui" if mode is Mode.DEMO else ""),
            secret_key=env.get("LUOCHUI_SECRET_KEY") or None,
            vault_key=_key("LUOCHUI_VAULT_KEY", env),
            signing_key=_key("LUOCHUI_SIGNING_KEY", env),
            proxies=_count("LUOCHUI_PROXIES", env.get("LUOCHUI_PROXIES", "0")),
            address=_address(env, mode),
            checkpoint_dir=_folder(env.get("LUOCHUI_CHECKPOINTS")),
            socket_driver=_driver(env.get("LUOCHUI_SOCKET_DRIVER") or SocketDriver.THIN),
            signs=_signs(env.get("LUOCHUI_SIGNER") or "here"),
            witnesses=_witnesses(env, mode),
        )

    @classmethod
    def of_command(cls) -> "Settings":
        """``from_env`` for a command: who typed it reads a sentence, and the status is 2."""
        try:
            return cls.from_env()
        except SettingsError as error:
            sys.stderr.write(f"{error}\n")
            raise SystemExit(2) from error

    def require_complete(self) -> None:
        """Refuse to serve with anything missing.

        Raises:
            SettingsError: names every missing or unfit variable with what it is for.
        """
        given = {"LUOCHUI_SECRET_KEY": self.secret_key, "LUOCHUI_VAULT_KEY": self.vault_key,
                 "LUOCHUI_SIGNING_KEY": self.signing_key}
        wrong = [f"{name} is missing ({meaning})" for name, meaning in SECRETS.items()
                 if not given[name]]
        if self.secret_key and len(self.secret_key) < 32:
            wrong.append("LUOCHUI_SECRET_KEY is too short (at least 32 characters)")
        if not self.origin:
            wrong.append("LUOCHUI_ORIGIN is missing (names the log, such as court.example/luochui)")
        if wrong:
            raise SettingsError("the platform does not start: " + "; ".join(wrong))


def _count(name: str, text: str) -> int:
    if not text.isdecimal():
        raise SettingsError(f"{name} is {text!r}; it is a number, 0 for none")
    return int(text)


def _database(shown: str | None) -> str | None:
    if shown and not (re.match(r"sqlite:///.|postgresql\+psycopg://.", shown) and _has_no_odd_port(shown)):
        raise SettingsError("DATABASE_URL is no address of a database; it is sqlite:///path or "
                            "postgresql+psycopg://user@host/name")
    return shown or None


def _redis(shown: str | None) -> str | None:
    if shown and not (re.match(r"(rediss?|unix)://.", shown) and _has_no_odd_port(shown)):
        raise SettingsError("REDIS_URL is no address of a Redis or Valkey; it is redis://host:6379/0, "
                            "rediss://… or unix://…")
    return shown or None


def _has_no_odd_port(address: str) -> bool:
    try:
        return urlsplit(address).port != 0
    except ValueError:
        return False


def _folder(shown: str | None) -> Path | None:
    return Path(shown).resolve() if shown else None


def _driver(shown: str) -> SocketDriver:
    try:
        return SocketDriver(shown)
    except ValueError as error:
        raise SettingsError(f"LUOCHUI_SOCKET_DRIVER is {shown!r}; it is thin or stock") from error


def _witnesses(env: Mapping[str, str], mode: Mode) -> Witnesses:
    try:
        found = read_witnesses(env.get("LUOCHUI_WITNESSES", ""), env.get("LUOCHUI_WITNESS_QUORUM", ""))
    except Unfit as error:
        raise SettingsError(str(error)) from error
    if found.beside and mode is not Mode.DEMO:
        raise SettingsError("LUOCHUI_WITNESSES is demo; witnesses beside the server prove nothing")
    return found


def _signs(shown: str) -> bool:
    if shown not in ("here", "apart"):
        raise SettingsError(f"LUOCHUI_SIGNER is {shown!r}; it is here, or apart where config.signer runs")
    return shown == "here"


def _address(env: Mapping[str, str], mode: Mode) -> str:
    """The address that is given; else where a demo listens, or the host that names the log."""
    given = env.get("LUOCHUI_ADDRESS")
    if given:
        if not re.fullmatch(r"https?://[0-9A-Za-z.:\[\]-]+", given):
            raise SettingsError(f"LUOCHUI_ADDRESS is {given!r}; it is https:// and a host, no more")
        return given
    if mode is Mode.DEMO:
        return f"http://{env.get('HOST') or '127.0.0.1'}:{env.get('PORT') or '8000'}"
    return f"https://{env.get('LUOCHUI_ORIGIN', '').split('/')[0]}"


def _key(name: str, env: Mapping[str, str]) -> str | None:
    """A secret of 32 bytes; what is given instead is not shown."""
    text = env.get(name)
    if text and not re.fullmatch("[0-9a-f]{64}", text):
        raise SettingsError(f"{name} is not 64 hexadecimal digits")
    return text or None


def _secrets_file(data_dir: Path) -> Path:
    return data_dir / "demo-secrets.env"


def _stored_secrets(data_dir: Path) -> dict[str, str]:
    path = _secrets_file(data_dir)
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line)


def make_demo_secrets(data_dir: Path) -> None:
    """Give a demo its own random secrets, readable by its owner alone; those it has it keeps."""
    has = _stored_secrets(data_dir)
    new = {"LUOCHUI_SECRET_KEY": secrets.token_urlsafe(48), "LUOCHUI_VAULT_KEY": secrets.token_hex(32),
           "LUOCHUI_SIGNING_KEY": secrets.token_hex(32)}
    missing = {name: value for name, value in new.items() if name not in has}
    if not missing:
        return
    data_dir.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(_secrets_file(data_dir), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as out:
        out.writelines(f"{name}={value}\n" for name, value in missing.items())
