"""The files of deploy/ as far as they can be judged without the programs that read them."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.demo import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SECRETS = ("LUOCHUI_SECRET_KEY", "LUOCHUI_VAULT_KEY", "LUOCHUI_SIGNING_KEY")


def text(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def variables(name: Path) -> dict[str, str]:
    return dict(re.findall(r"^([A-Z_]+)=(.*)$", name.read_text(encoding="utf-8"), re.MULTILINE))


def settings_of(unit: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(text("compose/compose.yaml"))
    return found


# --- settings


def test_the_example_for_production_holds_no_secret_and_only_variables_that_are_read() -> None:
    example = variables(DEPLOY / "production.env.example")
    assert all(example[name] == "" for name in SECRETS)
    assert example.keys() <= variables(ROOT / "config" / "development.env.example").keys()
    assert example["LUOCHUI_MODE"] == "production"
    assert example["LUOCHUI_PROXIES"] == "1"
    assert "PORT" not in example, "it would win over the port in a unit's name"
    assert ":" not in example["DATABASE_URL"].removeprefix("postgresql+psycopg://").split("@")[0]


def test_no_file_of_deploy_names_a_registry_or_a_secret() -> None:
    for path in DEPLOY.rglob("*"):
        if path.is_file() and path.suffix != ".md":
            found = re.search(r"pypi|npmjs|docker\.io|ghcr|index-url|[0-9a-f]{64}",
                              path.read_text(encoding="utf-8"))
            assert found is None, f"{path} names {found[0] if found else ''}"


# --- systemd


@pytest.mark.parametrize("name", ["luochui@.service", "luochui-migrate.service", "luochui-signer.service"])
def test_a_unit_runs_as_its_own_user_and_may_write_its_data_folder_only(name: str) -> None:
    unit = settings_of(DEPLOY / "systemd" / name)
    assert unit["User"] == ["luochui"]
    assert unit["NoNewPrivileges"] == unit["PrivateTmp"] == unit["ProtectHome"] == ["yes"]
    assert unit["ProtectSystem"] == ["strict"]
    assert unit["CapabilityBoundingSet"] == [""]
    assert variables(DEPLOY / "production.env.example")["DATA_DIR"] == f"/var/lib/{unit['StateDirectory'][0]}"
    assert "ReadWritePaths" not in unit


def test_a_worker_comes_back_after_a_second_however_often_it_dies() -> None:
    unit = settings_of(DEPLOY / "systemd" / "luochui@.service")
    assert (unit["Restart"], unit["RestartSec"], unit["StartLimitIntervalSec"]) == (["always"], ["1"], ["0"])
    assert unit["Environment"] == ["PORT=%i"]
    served = (ROOT / "config" / "gunicorn.py").read_text(encoding="utf-8")
    graceful = re.search(r"^graceful_timeout = (\d+)", served, re.MULTILINE)
    assert graceful is not None
    assert int(unit["TimeoutStopSec"][0]) > int(graceful[1]), "systemd waits for gunicorn"


def test_restarting_the_migration_restarts_no_worker() -> None:
    unit = settings_of(DEPLOY / "systemd" / "luochui@.service")
    assert "luochui-migrate.service" in unit["Wants"][0]
    assert "luochui-migrate.service" in unit["After"][0]
    assert unit.keys().isdisjoint({"Requires", "BindsTo", "Requisite"})


def test_systemd_understands_every_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed on this machine")
    for unit in UNITS:
        # The programs are where a checkout lies on a server, which is not here.
        (tmp_path / unit.name.replace("@.", "@8001.")).write_text(
            unit.read_text(encoding="utf-8").replace("/srv/luochui", str(ROOT)), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))],
                          capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "luochui" in line]
    assert (done.returncode, ours) == (0, []), done.stderr


# --- nginx


def test_nothing_that_a_visitor_says_about_himself_comes_through() -> None:
    sent = dict(re.findall(r"^proxy_set_header (\S+) (.+);", text("nginx/luochui/proxy.conf"), re.MULTILINE))
    assert sent["X-Forwarded-For"] == "$remote_addr", "set, not added to what came"
    assert sent["X-Forwarded-Proto"] == "$scheme"
    assert {name for name, value in sent.items() if value == '""'} == {
        "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Real-IP", "Forwarded", "Proxy"}
    assert "proxy_set_header" not in text("nginx/luochui/luochui.conf"), "one there drops all of these"


def test_no_line_of_the_access_log_holds_a_query() -> None:
    (form,) = re.findall(r"log_format luochui ([^;]+);", text("nginx/luochui/luochui.conf"))
    assert "$uri" in form
    assert not re.search(r"\$(request|request_uri|args|query_string|http_\w+|cookie_\w+)\b", form)


def test_uploads_may_be_as_large_as_the_platform_takes_them() -> None:
    edge = (ROOT / "kernel" / "http.py").read_text(encoding="utf-8")
    assert "MAX_CONTENT_LENGTH=64 * 2**20" in edge
    assert "client_max_body_size 64m;" in text("nginx/luochui/luochui.conf")


@pytest.mark.parametrize("name", ["nginx/luochui/workers.conf", "compose/workers.conf"])
def test_workers_are_reached_by_tcp_and_given_up_within_three_seconds(name: str) -> None:
    lines = re.findall(r"^server (\S+) (.*);", text(name), re.MULTILINE)
    assert lines
    assert all(re.fullmatch(r"[\w.]+:\d+", address) for address, _ in lines)
    assert {options for _, options in lines} == {"max_fails=1 fail_timeout=2s"}
    proxy = text("nginx/luochui/proxy.conf")
    assert "proxy_connect_timeout 1s;" in proxy
    assert "proxy_next_upstream_timeout 3s;" in proxy
    assert "non_idempotent" not in proxy, "a bid that was sent is repeated by its bidder, not by nginx"


# --- compose


def test_compose_starts_every_part_and_waits_for_what_it_needs(compose: dict[str, Any]) -> None:
    parts = compose["services"]
    assert parts.keys() == {"postgres", "valkey", "migrate", "worker", "nginx"}
    for name, part in parts.items():
        assert part.get("depends_on", {}).keys() <= parts.keys(), name
        assert set(part["networks"]) <= compose["networks"].keys(), name
    assert parts["worker"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert parts["migrate"]["command"] == [".venv/bin/flask", "db", "upgrade"]


def test_only_nginx_can_be_reached_from_outside(compose: dict[str, Any]) -> None:
    assert [name for name, part in compose["services"].items() if "ports" in part] == ["nginx"]
    assert compose["networks"]["inner"] == {"internal": True}


def test_compose_builds_from_a_file_that_is_there_and_mounts_what_is_there(compose: dict[str, Any]) -> None:
    folder = DEPLOY / "compose"
    build = compose["services"]["worker"]["build"]
    assert (folder / build["context"]).resolve() == ROOT
    assert (ROOT / build["dockerfile"]).is_file()
    for mount in compose["services"]["nginx"]["volumes"]:
        source = mount.split(":")[0]
        assert (folder / source).exists() or source == "./certificate", mount


def test_an_image_holds_neither_secrets_nor_data() -> None:
    left_out = text("compose/Dockerfile.dockerignore").splitlines()
    assert {"var", "**/*.env", ".git", ".venv"} <= set(left_out)
    assert "USER luochui" in text("compose/Dockerfile")
