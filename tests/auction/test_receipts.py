"""A bidder's receipts: the page, the files and the paper; nobody else gets them, and they hold without us."""

import io
import json
import re
import subprocess
import sys
import zipfile
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
import segno
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy.orm import Session

from accounts.models import Person
from auction.models import Lot
from auction.services.papers import receipts_paper
from auction.services.reading import find_sale
from auction.services.receipts import HeldReceipts, own_receipts
from audit import services as audit
from audit.rules.proofs import read_proof
from evidence.jobs import sign_checkpoints
from kernel import clock
from kernel.papers import marks
from tests.factories.accounts import a_bidder, sign_in, the_actor
from tests.factories.auction import OPENS_AT, START_FEN, a_code, a_lot_on_sale, bid, closed

pytestmark = pytest.mark.both_databases
VERIFIER = Path(__file__).parents[2] / "verifier" / "verify.py"
Bidders = tuple[Lot, Person, Person]


@pytest.fixture
def sale(session: Session) -> Bidders:
    """A sale in which two people bid in turn, the first one last, below the minimum."""
    lot = a_lot_on_sale(session)
    (mine, first), (other, second) = a_code(session, lot, a_bidder(session, "林知远")), a_code(session, lot)
    for turn, who in enumerate((first, second, first, second)):
        bid(session, who, START_FEN + turn * lot.sale.increment_fen, OPENS_AT + timedelta(minutes=turn))
    bid(session, first, START_FEN, OPENS_AT + timedelta(minutes=5))
    return lot, mine, other


def address(lot: Lot, rest: str = "") -> str:
    return f"/my/bids/{lot.id}/1/receipts{rest}"


def held_by(session: Session, lot: Lot, mine: Person) -> HeldReceipts:
    found = find_sale(session, lot.id, 1)
    assert found is not None
    held = own_receipts(session, found, the_actor(session, mine), now=clock.now())
    assert held is not None
    return held


def test_the_page_lists_every_bid_of_mine_and_no_other(
        client: FlaskClient, session: Session, sale: Bidders) -> None:
    lot, mine, _ = sale
    sign_checkpoints()
    page = sign_in(client, mine).get(address(lot)).text
    assert re.findall(r'data-position="(\d+)"', page) == ["5", "3", "1"]
    assert "无效" in page
    assert client.get("/my/bids/receipts").text.count(address(lot)) >= 1
    for where in (f"/my/bids/{lot.id}", f"/lots/{lot.id}/room"):
        assert address(lot) in client.get(where).text, where


def test_the_result_leads_a_bidder_to_the_receipts_and_nobody_else(
        client: FlaskClient, session: Session, sale: Bidders) -> None:
    lot, mine, _ = sale
    closed(session, lot)
    assert address(lot) not in client.get(f"/lots/{lot.id}/result").text
    assert address(lot) in sign_in(client, mine).get(f"/lots/{lot.id}/result").text


@pytest.mark.parametrize("rest", ["", ".zip", ".pdf", "/1.json", "/1.tlog-proof"])
def test_others_and_wrong_ids_find_nothing(
        client: FlaskClient, session: Session, sale: Bidders, rest: str) -> None:
    lot, mine, other = sale
    sign_checkpoints()
    stranger = a_bidder(session)
    assert client.get(address(lot, rest)).status_code in (302, 303, 401)
    assert sign_in(client, stranger).get(address(lot, rest)).status_code == 404
    assert sign_in(client, mine).get(address(lot, rest)).status_code == 200
    for wrong in (f"/my/bids/{lot.id}/2/receipts{rest}", f"/my/bids/none/1/receipts{rest}",
                  f"/my/bids/{lot.id}/{10**30}/receipts{rest}"):
        assert client.get(wrong).status_code == 404, wrong
    if rest.startswith("/"):   # the first attempt is mine, the second is not
        assert client.get(address(lot, rest.replace("1", "2"))).status_code == 404
        assert sign_in(client, other).get(address(lot, rest)).status_code == 404


def test_a_receipt_is_the_one_that_was_given_byte_for_byte(
        client: FlaskClient, session: Session, sale: Bidders) -> None:
    lot, mine, _ = sale
    held = held_by(session, lot, mine)
    sign_in(client, mine)
    for one in held.held:
        given = audit.receipt_of(session, held.log, one.index)
        assert client.get(address(lot, f"/{one.attempt.position}.json")).data == given
    assert client.get(address(lot, "/1.tlog-proof")).status_code == 404   # no checkpoint yet
    sign_checkpoints()
    proof = read_proof(client.get(address(lot, "/1.tlog-proof")).data)
    assert (proof.index, proof.checkpoint.origin) == (held.held[-1].index, held.log)


def test_the_zip_holds_without_us_and_says_how(
        client: FlaskClient, session: Session, sale: Bidders, tmp_path: Path) -> None:
    lot, mine, _ = sale
    closed(session, lot)
    sign_checkpoints()
    raw = sign_in(client, mine).get(address(lot, ".zip")).data
    assert raw == client.get(address(lot, ".zip")).data
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        archive.extractall(tmp_path)
    names = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert names == ["README.txt", "SHA256SUMS", "log.key",
                     *(f"proofs/bid-{n}.tlog-proof" for n in (1, 3, 5)), "receipt.key",
                     *(f"receipts/bid-{n}.json" for n in (1, 3, 5))]
    done = subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=tmp_path, capture_output=True,
                          check=False)
    assert done.returncode == 0
    assert "/verify/verify.py 下载" in (tmp_path / "README.txt").read_text("utf-8")
    (command,) = re.findall(r"^    python3 verify\.py (receipt \S+ --key receipt\.key)$",
                            (tmp_path / "README.txt").read_text("utf-8"), re.MULTILINE)
    checked = subprocess.run([sys.executable, str(VERIFIER), *command.split()], cwd=tmp_path,
                             capture_output=True, text=True, check=False)
    assert (checked.returncode, json.loads(checked.stdout)["ok"]) == (0, True), checked.stderr
    text = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()).decode()
    assert "林知远" not in text


def test_the_paper_lists_the_bids_and_its_code_leads_to_the_newest_leaf(
        client: FlaskClient, session: Session, sale: Bidders) -> None:
    lot, mine, _ = sale
    sign_checkpoints()
    made = sign_in(client, mine).get(address(lot, ".pdf"))
    assert (made.mimetype, made.headers["Cache-Control"]) == ("application/pdf", "private, no-cache")
    said = re.sub(r"\s+", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(made.data)).pages))
    held = held_by(session, lot, mine)
    assert all(one.hash in said for one in held.held)
    assert held.digest in said
    assert held.code in said
    assert "林知远" not in said
    with zipfile.ZipFile(io.BytesIO(client.get(address(lot, ".zip")).data)) as archive:
        assert sha256(archive.read("SHA256SUMS")).hexdigest() == held.digest

    newest = held.held[0]
    where = f"https://test.court.example/logs/{held.log}/leaves/{newest.index}"
    proof = receipts_paper(session, held, page=where).proof
    assert (proof.page, proof.hash) == (where, newest.hash)
    assert re.sub(r"\s", "", where) in said
    matrix = segno.make_qr(f"{where}#{newest.hash}", error="m").matrix
    assert drawn(marks.qr(f"{proof.page}#{proof.hash}"), len(matrix)) == [
        [bool(module) for module in row] for row in matrix]


def drawn(svg: str, size: int) -> list[list[bool]]:
    """The modules of a code as its drawing has them."""
    modules = [[False] * size for _ in range(size)]
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1", svg):
        for step in range(int(length)):
            modules[int(y)][int(x) + step] = True
    return modules


def test_the_page_of_a_leaf_says_whether_the_log_has_it_and_not_who_bid(
        client: FlaskClient, session: Session, sale: Bidders) -> None:
    lot, mine, _ = sale
    held = held_by(session, lot, mine)
    where = f"/logs/{held.log}/leaves/{held.held[0].index}"
    assert "这条记录还没有进入签名日志" in client.get(where).text
    sign_checkpoints()
    page = client.get(where).text
    assert held.held[0].hash in page
    assert "这条记录在签名日志里" in page
    assert "林知远" not in page
    for wrong in (f"/logs/{held.log}/leaves/99999", f"/logs/elsewhere/leaves/{held.held[0].index}",
                  f"/logs/{held.log}/leaves/{10**30}"):
        assert client.get(wrong).status_code == 404, wrong
    (case_leaf, *_) = [one for one in audit.leaves_of_case(session, lot.case_id or "")
                       if one.subject.startswith("case:")]
    assert client.get(f"/logs/{held.log}/leaves/{case_leaf.index}").status_code == 404


def test_programs_get_receipts_and_proofs_in_one_answer(
        client: FlaskClient, session: Session, sale: Bidders) -> None:
    lot, mine, _ = sale
    sign_checkpoints()
    told = sign_in(client, mine).get(f"/api/v1/my/receipts/{lot.id}/1").get_json()
    assert [(one["position"], one["accepted"]) for one in told["bids"]] == [(5, False), (3, True), (1, True)]
    assert told["many"] == 3
    for one in told["bids"]:
        assert one["receipt"]["format"] == "receipt/v1"
        assert read_proof(one["proof"].encode()).index == one["leaf"]["index"]
    assert told["keys"]["log"]
    assert told["keys"]["receipts"][0].startswith(f"{told['log']}/receipt+")
    assert sign_in(client, a_bidder(session)).get(f"/api/v1/my/receipts/{lot.id}/1").status_code == 404
