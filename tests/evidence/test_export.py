"""Export: what the platform writes about itself holds before the independent verifier, or is not written."""

import io
import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from auction.models import Sale
from audit import services as audit
from audit.models import Leaf, Log
from audit.rules.archive import Unreadable
from audit.rules.pinned import pinned
from config.witnesses import read_witnesses
from evidence.errors import NoCheckpointYet, NoSuchSubject, NotAnEarlierCheckpoint, NotOver
from evidence.jobs import ask_witnesses, sign_checkpoints
from evidence.services import export, verify
from kernel import clock, signing
from kernel.signing import COSIGNS, Signer
from tests.factories.auction import OPENS_AT, START_FEN, a_code, a_lot_on_sale, bid, closed
from tests.factories.audit import grow
from tests.factories.settlement import a_served_plan, a_sold_case
from tests.factories.valuation import Walk, a_done_draw, a_scene
from tests.factories.witnesses import Running

pytestmark = pytest.mark.both_databases
VERIFIER = Path(__file__).parents[2] / "verifier" / "verify.py"


@dataclass
class Checked:
    """What the verifier says of a file."""

    status: int
    report: dict[str, Any]
    said: str


def verified(raw: bytes, folder: Path, origin: str, *more: str) -> Checked:
    """Ask ``verifier/verify.py`` in a process of its own, with the key of the log pinned; the platform's own
    rules must find just the same."""
    file = folder / "bundle.zip"
    file.write_bytes(raw)
    done = subprocess.run([sys.executable, str(VERIFIER), "bundle", str(file), "--key",
                           signing.signer(origin).vkey, *more], capture_output=True, text=True, check=False)
    found = Checked(done.returncode, json.loads(done.stdout or "{}"), done.stderr)
    try:
        own = verify(io.BytesIO(raw), [pinned(signing.signer(origin).vkey, signing.ED25519)],
                     [pinned(key, COSIGNS) for flag, key in pairwise(more) if flag == "--witness"]).report
    except Unreadable:
        own = {}
    assert ({name: value for name, value in own.items() if name != "failures"}
            == {name: value for name, value in found.report.items() if name != "failures"}), found.said
    return found


def origin_of(session: Session, subject: str) -> str:
    return session.scalars(select(Leaf.log).where(Leaf.subject == subject).limit(1)).one()


def exported(session: Session, subject: str, earlier: str | None = None, **more: Any) -> bytes:
    out = io.BytesIO()
    export(session, subject, out, now=clock.now(), earlier=earlier, **more)
    return out.getvalue()


def entries_of(raw: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def sold(session: Session) -> str:
    """A sale with three bidders, refused bids and an extension, that was closed."""
    lot = a_lot_on_sale(session)
    subject = f"lot:{lot.id}/1"
    bidders = [a_code(session, lot)[1] for _ in range(3)]
    for turn in range(12):
        bid(session, bidders[turn % 3], START_FEN + turn // 2 * lot.sale.increment_fen,
            OPENS_AT + timedelta(minutes=5 + turn))
    closed(session, lot)
    sign_checkpoints()
    return subject


def test_a_closed_sale_holds_in_every_check(session: Session, sold: str, tmp_path: Path) -> None:
    found = verified(exported(session, sold), tmp_path, origin_of(session, sold))
    assert found.status == 0, found.said
    assert found.report["subject"] == sold
    assert found.report["outcome"]["state"] == "sold"
    held = {name for name, holds in found.report["checks"].items() if holds}
    assert held >= {"manifest", "checkpoint", "leaves", "chain", "inclusion", "ended", "replay"}


def test_the_buyer_is_opened_as_sealed_and_nobody_else(session: Session, sold: str, tmp_path: Path) -> None:
    raw = exported(session, sold)
    found = verified(raw, tmp_path, origin_of(session, sold))
    assert found.report["checks"]["openings"] is True
    (opening,) = json.loads(entries_of(raw)["openings.json"])
    lot_id, _, number = sold.removeprefix("lot:").partition("/")
    sale = session.get_one(Sale, (lot_id, int(number)))
    assert sale.delivery is not None
    assert opening["identity"] == {"name": sale.delivery.buyer_name,
                                   "masked_number": sale.delivery.buyer_masked_number}
    leaf = session.get_one(Leaf, (origin_of(session, sold), opening["index"]))
    assert audit.body_of(leaf)["code"] == sale.leader_code


def test_a_sale_that_failed_opens_nobody(session: Session, tmp_path: Path) -> None:
    lot = a_lot_on_sale(session)
    a_code(session, lot)
    closed(session, lot)
    sign_checkpoints()
    found = verified(exported(session, f"lot:{lot.id}/1"), tmp_path, origin_of(session, f"lot:{lot.id}/1"))
    assert (found.status, found.report["checks"]["openings"]) == (0, None)


def test_the_same_sale_gives_the_same_bytes(session: Session, sold: str) -> None:
    assert exported(session, sold) == exported(session, sold)


def test_an_earlier_checkpoint_is_shown_to_be_the_beginning(
        session: Session, sold: str, tmp_path: Path) -> None:
    origin = origin_of(session, sold)
    newest = audit.newest_checkpoint(session, origin)
    assert newest is not None
    early = newest.note
    grow(origin, 300)
    sign_checkpoints()
    found = verified(exported(session, sold, early), tmp_path, origin)
    assert found.status == 0, found.said
    assert found.report["checks"]["consistency"] is True


def test_a_plan_holds_by_its_commitment_without_a_name(session: Session, tmp_path: Path) -> None:
    plan = a_served_plan(session, a_sold_case(session))
    sign_checkpoints()
    subject = plan.subject
    found = verified(exported(session, subject), tmp_path, origin_of(session, subject))
    assert found.status == 0, found.said


@pytest.mark.parametrize("is_opened", [False, True])
@pytest.mark.parametrize(("lang", "all_holds", "log_holds"), [
    ("zh", "条: 通过\n", "日志相符；金额未核验"),
    ("en", ": holds\n", "The log holds; the amounts were not verified")])
def test_of_a_plan_that_is_not_opened_both_programs_say_that_no_amount_was_verified(
        app: Flask, session: Session, tmp_path: Path, lang: str, all_holds: str, log_holds: str,
        is_opened: bool) -> None:
    subject = a_served_plan(session, a_sold_case(session)).subject
    sign_checkpoints()
    origin = origin_of(session, subject)
    theirs = verified(exported(session, subject, names=is_opened), tmp_path, origin, "--lang", lang)
    key = signing.signer(origin).vkey
    ours = app.test_cli_runner().invoke(args=[
        "audit", "verify", str(tmp_path / "bundle.zip"), "--key", key, "--lang", lang])
    assert (theirs.status, ours.exit_code) == (0, 0)
    for said in (theirs.said, ours.stderr):
        heading = said.splitlines(keepends=True)[0]
        assert (all_holds in heading, log_holds in heading) == (is_opened, not is_opened)


def test_a_sealed_plan_under_another_key_does_not_hold_in_its_log_either(
        session: Session, tmp_path: Path) -> None:
    subject = a_served_plan(session, a_sold_case(session)).subject
    sign_checkpoints()
    raw, origin = exported(session, subject), origin_of(session, subject)
    signing.install(b"another secret of thirty-two by.")
    found = verified(raw, tmp_path, origin)
    assert found.status == 1
    assert found.said.splitlines()[0].endswith(": 不通过")


def test_a_plan_for_those_who_may_see_names_is_recomputed(session: Session, tmp_path: Path) -> None:
    subject = a_served_plan(session, a_sold_case(session)).subject
    sign_checkpoints()
    found = verified(exported(session, subject, names=True), tmp_path, origin_of(session, subject))
    assert (found.status, found.report["checks"]["plan"]) == (0, True), found.said
    assert "plan.json" not in entries_of(exported(session, subject))


def test_a_draw_holds_with_its_transcript(session: Session, at: Walk, tmp_path: Path) -> None:
    subject = a_done_draw(session, a_scene(session), at)[1].subject
    sign_checkpoints()
    found = verified(exported(session, subject), tmp_path, origin_of(session, subject))
    assert found.status == 0, found.said
    assert found.report["checks"]["draw"] is True


def test_another_key_is_not_the_one_that_signed(session: Session, sold: str, tmp_path: Path) -> None:
    raw = exported(session, sold)
    signing.install(b"another secret of thirty-two by.")
    found = verified(raw, tmp_path, origin_of(session, sold))
    assert found.status == 1
    assert found.report["checks"]["checkpoint"] is False


def test_a_changed_bid_is_found(session: Session, sold: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(exported(session, sold))) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    lines = entries["leaves.ndjson"].splitlines(keepends=True)
    lines[4], lines[5] = lines[5], lines[4]
    entries["leaves.ndjson"] = b"".join(lines)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, raw in entries.items():
            archive.writestr(name, raw)
    assert verified(out.getvalue(), tmp_path, origin_of(session, sold)).status in (1, 2)


def test_a_sale_that_goes_on_is_not_exported(session: Session) -> None:
    lot = a_lot_on_sale(session)
    sign_checkpoints()
    with pytest.raises(NotOver):
        exported(session, f"lot:{lot.id}/1")


def test_what_is_not_under_a_checkpoint_yet_is_not_exported(session: Session) -> None:
    lot = a_lot_on_sale(session)
    closed(session, lot)
    with pytest.raises(NoCheckpointYet):
        exported(session, f"lot:{lot.id}/1")


@pytest.mark.parametrize("subject", ["lot:none/1", "case:1", "", "lot:", "log:court.example"])
def test_what_the_log_does_not_know_is_not_exported(session: Session, sold: str, subject: str) -> None:
    with pytest.raises(NoSuchSubject):
        exported(session, subject)


def test_a_text_that_is_no_checkpoint_of_this_log_is_refused(session: Session, sold: str) -> None:
    for text in ("", "rubbish", "other.example\n3\n" + "A" * 43 + "=\n\n— a AAAAAAAA\n"):
        with pytest.raises(NotAnEarlierCheckpoint):
            exported(session, sold, text)


def test_the_command_writes_the_file_whole_or_not_at_all(
        app: Flask, session: Session, sold: str, tmp_path: Path) -> None:
    session.commit()
    runner = app.test_cli_runner()
    file = tmp_path / "sale.zip"
    done = runner.invoke(args=["audit", "export", sold, "-o", str(file)])
    assert done.exit_code == 0, done.output
    assert verified(file.read_bytes(), tmp_path, origin_of(session, sold)).status == 0
    missing = tmp_path / "none.zip"
    done = runner.invoke(args=["audit", "export", "lot:none/1", "-o", str(missing)])
    assert done.exit_code == 2
    assert "lot:none/1" in done.output
    assert not list(tmp_path.glob("none*"))


def test_the_command_verifies_what_it_exported_and_says_so_in_both_languages(
        app: Flask, session: Session, sold: str, tmp_path: Path) -> None:
    session.commit()
    runner, file, key = app.test_cli_runner(), tmp_path / "sale.zip", tmp_path / "log.key"
    vkey = signing.signer(origin_of(session, sold)).vkey
    key.write_text(vkey + "\n")
    assert runner.invoke(args=["audit", "export", sold, "-o", str(file)]).exit_code == 0
    for lang, word in (("zh", "通过"), ("en", "holds")):
        done = runner.invoke(args=["audit", "verify", str(file), "--key", str(key), "--lang", lang])
        assert (done.exit_code, json.loads(done.stdout)["ok"]) == (0, True), done.output
        assert word in done.stderr
    other = signing.Keyring(b"o" * 32).signer(origin_of(session, sold)).vkey
    done = runner.invoke(args=["audit", "verify", str(file), "--key", other, "--lang", "en"])
    assert done.exit_code == 1
    assert "no pinned key has signed it" in done.stderr
    assert json.loads(done.stdout)["failures"][0]["check"] == "checkpoint"


@pytest.mark.parametrize("wrong", [["--key", "rubbish"], [], ["--key", "KEY", "--witness", "KEY"]])
def test_what_cannot_be_verified_ends_with_2(
        app: Flask, session: Session, sold: str, tmp_path: Path, wrong: list[str]) -> None:
    file = tmp_path / "sale.zip"
    file.write_bytes(exported(session, sold))
    given = [signing.signer(origin_of(session, sold)).vkey if one == "KEY" else one for one in wrong]
    assert app.test_cli_runner().invoke(args=["audit", "verify", str(file), *given]).exit_code == 2
    for broken in (b"", b"PK", file.read_bytes()[:-30]):
        file.write_bytes(broken)
        done = app.test_cli_runner().invoke(
            args=["audit", "verify", str(file), "--key", signing.signer(origin_of(session, sold)).vkey])
        assert (done.exit_code, done.stdout) == (2, "")
        assert f"{file}：没有核验，因为" in done.stderr


def test_a_bundle_bears_the_cosignatures_of_the_log_s_witnesses(
        app: Flask, session: Session, sold: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    origin = origin_of(session, sold)
    keys = [signing.signer(log).vkey for log in session.scalars(select(Log.origin))]
    with Running(tmp_path / "witness", keys) as witness:
        named = read_witnesses(witness.setting, "")
        monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], witnesses=named))
        for _ in range(2):
            ask_witnesses()
            sign_checkpoints()
        ask_witnesses()
        key = witness.key
    found = verified(exported(session, sold), tmp_path, origin, "--witness", key)
    assert found.status == 0, found.said
    assert found.report["checks"]["witnesses"] is True
    stranger = Signer("stranger.example", bytes(32), COSIGNS).vkey
    assert verified(exported(session, sold), tmp_path, origin, "--witness", stranger).status == 1
    session.commit()
    done = app.test_cli_runner().invoke(args=["audit", "export", sold, "-o", str(tmp_path / "sale.zip")])
    assert "cosigned by 1 of 1 witnesses\n" in done.output


def test_a_log_whose_witnesses_are_down_is_exported_all_the_same_and_says_so(
        app: Flask, session: Session, sold: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        at: Walk) -> None:
    silent = Signer("silent.example", bytes(32), COSIGNS).vkey
    named = read_witnesses(f"{silent} http://127.0.0.1:9", "")
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], witnesses=named))
    ask_witnesses()
    sign_checkpoints()
    at(clock.now() + timedelta(seconds=6))
    assert verified(exported(session, sold), tmp_path, origin_of(session, sold)).status == 0
    session.commit()
    done = app.test_cli_runner().invoke(args=["audit", "export", sold, "-o", str(tmp_path / "sale.zip")])
    assert (done.exit_code, "LESS than the 1" in done.output) == (0, True)
