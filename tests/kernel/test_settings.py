"""Settings: nothing secret has a default, and what is missing is said in words."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.logs import without_personal_data
from config.settings import Mode, Settings, SettingsError, make_demo_secrets
from config.witnesses import NO_WITNESSES
from kernel.signing import COSIGNS, Signer

ROOT = Path(__file__).parents[2]
FLASK = Path(sys.executable).with_name("flask")
COMPLETE = {"LUOCHUI_SECRET_KEY": "s" * 32, "LUOCHUI_VAULT_KEY": "0f" * 32, "LUOCHUI_SIGNING_KEY": "1e" * 32,
            "LUOCHUI_ORIGIN": "court.example/luochui"}


def test_production_is_what_one_gets_without_asking(tmp_path: Path) -> None:
    assert Settings.from_env({"DATA_DIR": str(tmp_path)}).mode is Mode.PRODUCTION


def test_a_complete_environment_may_serve(tmp_path: Path) -> None:
    Settings.from_env({**COMPLETE, "DATA_DIR": str(tmp_path)}).require_complete()


@pytest.mark.parametrize("missing", list(COMPLETE))
def test_every_missing_variable_is_named(tmp_path: Path, missing: str) -> None:
    env = {name: value for name, value in COMPLETE.items() if name != missing}
    with pytest.raises(SettingsError, match=missing):
        Settings.from_env({**env, "DATA_DIR": str(tmp_path)}).require_complete()


@pytest.mark.parametrize(("name", "value"), [("LUOCHUI_SECRET_KEY", "s" * 31),
                                             ("LUOCHUI_VAULT_KEY", "0f" * 31),
                                             ("LUOCHUI_VAULT_KEY", "zz" * 32),
                                             ("LUOCHUI_SIGNING_KEY", "1e" * 31)])
def test_a_secret_that_is_too_weak_is_refused(tmp_path: Path, name: str, value: str) -> None:
    env = {**COMPLETE, name: value, "DATA_DIR": str(tmp_path)}
    with pytest.raises(SettingsError, match=name):
        Settings.from_env(env).require_complete()


def test_an_unknown_mode_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="production, demo or test"):
        Settings.from_env({"LUOCHUI_MODE": "debug", "DATA_DIR": str(tmp_path)})


@pytest.mark.parametrize(("given", "proxies"), [({}, 0), ({"LUOCHUI_PROXIES": "2"}, 2)])
def test_proxies_are_believed_only_where_their_number_is_said(
        tmp_path: Path, given: dict[str, str], proxies: int) -> None:
    assert Settings.from_env({**given, "DATA_DIR": str(tmp_path)}).proxies == proxies


def test_a_number_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="LUOCHUI_PROXIES"):
        Settings.from_env({"LUOCHUI_PROXIES": "yes", "DATA_DIR": str(tmp_path)})


@pytest.mark.parametrize(("given", "signs"), [({}, True), ({"LUOCHUI_SIGNER": "here"}, True),
                                             ({"LUOCHUI_SIGNER": "apart"}, False)])
def test_workers_sign_the_logs_unless_it_is_left_to_a_process_of_its_own(
        tmp_path: Path, given: dict[str, str], signs: bool) -> None:
    assert Settings.from_env({**given, "DATA_DIR": str(tmp_path)}).signs is signs


def test_a_signer_that_is_nowhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="here, or apart"):
        Settings.from_env({"LUOCHUI_SIGNER": "away", "DATA_DIR": str(tmp_path)})


def test_a_demo_has_random_secrets_of_its_own_and_keeps_them(tmp_path: Path) -> None:
    make_demo_secrets(tmp_path)
    first = Settings.from_env({"LUOCHUI_MODE": "demo", "DATA_DIR": str(tmp_path)})
    make_demo_secrets(tmp_path)
    again = Settings.from_env({"LUOCHUI_MODE": "demo", "DATA_DIR": str(tmp_path)})
    first.require_complete()
    assert (first.secret_key, first.vault_key) == (again.secret_key, again.vault_key)
    assert first.signing_key == again.signing_key
    assert (tmp_path / "demo-secrets.env").stat().st_mode & 0o077 == 0


def test_a_demo_from_before_a_secret_was_needed_gets_it_and_keeps_the_others(tmp_path: Path) -> None:
    make_demo_secrets(tmp_path)
    path = tmp_path / "demo-secrets.env"
    older = [line for line in path.read_text().splitlines(keepends=True) if "SIGNING" not in line]
    path.write_text("".join(older))
    make_demo_secrets(tmp_path)
    lines = path.read_text().splitlines(keepends=True)
    assert lines[:-1] == older
    assert lines[-1].startswith("LUOCHUI_SIGNING_KEY=")


def test_logs_hold_no_personal_data() -> None:
    entry = without_personal_data(None, "info", {
        "event": "paid by 330106198503150012 tel 13800138000", "name": "王小明", "amount": 5})
    shown = json.dumps(entry, ensure_ascii=False)
    for secret in ("330106198503150012", "13800138000", "王小明"):
        assert secret not in shown
    assert entry["amount"] == 5


@pytest.mark.parametrize(("given", "address"), [
    ({"LUOCHUI_ORIGIN": "court.example/luochui"}, "https://court.example"),
    ({"LUOCHUI_ADDRESS": "https://paimai.court.example"}, "https://paimai.court.example"),
    ({"LUOCHUI_MODE": "demo", "PORT": "8080"}, "http://127.0.0.1:8080")])
def test_papers_print_the_address_that_is_given_or_else_follows(
        tmp_path: Path, given: dict[str, str], address: str) -> None:
    assert Settings.from_env({**given, "DATA_DIR": str(tmp_path)}).address == address


@pytest.mark.parametrize("given", ["court.example", "https://court.example/", "javascript:alert(1)"])
def test_an_address_that_is_none_is_refused(tmp_path: Path, given: str) -> None:
    with pytest.raises(SettingsError, match="LUOCHUI_ADDRESS"):
        Settings.from_env({"LUOCHUI_ADDRESS": given, "DATA_DIR": str(tmp_path)})


GOOD = Signer("w.example", bytes(32), COSIGNS).vkey
LOG_KEY = Signer("w.example", bytes(32)).vkey


def settings(tmp_path: Path, **more: str) -> Settings:
    return Settings.from_env({"LUOCHUI_MODE": "test", "DATA_DIR": str(tmp_path), **more})


def test_witnesses_are_named_by_key_and_address_and_most_of_them_have_to_sign(tmp_path: Path) -> None:
    keys = [Signer(f"w{number}.example", bytes([number]) * 32, COSIGNS).vkey for number in range(3)]
    text = ",\n".join(f"{key} https://w.example:8443/under" for key in keys)
    found = settings(tmp_path, LUOCHUI_WITNESSES=text).witnesses
    assert (found.quorum, [one.key for one in found.named]) == (2, keys)
    assert settings(tmp_path, LUOCHUI_WITNESSES=text, LUOCHUI_WITNESS_QUORUM="3").witnesses.quorum == 3
    assert settings(tmp_path).witnesses == NO_WITNESSES


@pytest.mark.parametrize("text", [
    "w.example", f"{GOOD} ", f"{GOOD} ftp://w.example", f"{GOOD} https://", f"{GOOD} https://w.example/?a=b",
    f"{GOOD} https://w.example:99999", f"{GOOD} https://w.example more", f"{LOG_KEY} https://w.example",
    "nonsense https://w.example", f"{GOOD} https://a.example, {GOOD} https://b.example", "demo"])
def test_a_witness_that_is_none_is_refused_in_words(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="LUOCHUI_WITNESSES"):
        settings(tmp_path, LUOCHUI_WITNESSES=text)


@pytest.mark.parametrize("quorum", ["0", "2", "-1", "x"])
def test_a_quorum_that_cannot_be_met_is_refused(tmp_path: Path, quorum: str) -> None:
    with pytest.raises(SettingsError, match="LUOCHUI_WITNESS_QUORUM"):
        settings(tmp_path, LUOCHUI_WITNESSES=f"{GOOD} https://w.example", LUOCHUI_WITNESS_QUORUM=quorum)


@pytest.mark.parametrize(("name", "value"), [
    ("LUOCHUI_PROXIES", "yes"), ("LUOCHUI_WITNESSES", "garbage"), ("LUOCHUI_MODE", "debug"),
    ("DATABASE_URL", "nonsense"), ("DATABASE_URL", "mysql://h/x"), ("DATABASE_URL", "sqlite:///"),
    ("DATABASE_URL", "postgresql+psycopg://h:bad/x"), ("REDIS_URL", "foo"), ("REDIS_URL", "redis://h:port"),
    ("LUOCHUI_VAULT_KEY", "zzz"), ("LUOCHUI_SIGNING_KEY", "1E" * 32)])
@pytest.mark.parametrize("command", [["audit", "check"], ["--help"]])
def test_a_command_with_a_setting_that_means_nothing_ends_in_one_sentence(
        tmp_path: Path, command: list[str], name: str, value: str) -> None:
    environment = {**os.environ, "DATA_DIR": str(tmp_path), name: value}
    done = subprocess.run([FLASK, *command], cwd=ROOT, env=environment, capture_output=True, text=True,
                          check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert name in done.stderr
    assert done.stderr.count("\n") == 1
