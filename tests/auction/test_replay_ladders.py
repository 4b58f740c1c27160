"""``import-log``: ladders as court platforms print them, made up here, and real ones if given.

Real ladders are not part of the project. They are read where they lie beside it, or in the folder that
``COURT_LADDERS`` names (``ladder-a.csv`` to ``ladder-c.csv``); without them their tests are skipped.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from auction.commands.offline import auction_commands
from auction.rules.ladder_csv import GivenTerms, import_log, read_ladder
from auction.rules.replay import recompute
from kernel.formats import FormatError

HEADING = "状态,竞买号,价格,时间"
LADDER = """\
状态,竞买号,价格,时间
成交,H2515,"1,030,000.50",2026年05月26日 10:04:10
出局,E4004,"1,020,000.50",2026年05月26日 10:00:12
状态,竞买号,价格,时间
出局,H2515,"1,010,000.50",2026年05月26日 09:58:01
出局,E4004,"1,000,000.50",2026年05月25日 13:00:00
,,,
,,,
"""


def run(*arguments: str, stdin: bytes) -> Result:
    return CliRunner().invoke(auction_commands, ["import-log", "-", *arguments], input=stdin)


def imported(text: str | bytes, *arguments: str) -> tuple[dict[str, Any], str]:
    done = run(*arguments, stdin=text.encode() if isinstance(text, str) else text)
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout), done.stderr


def refused(text: str | bytes, *arguments: str) -> str:
    done = run(*arguments, stdin=text.encode() if isinstance(text, str) else text)
    assert (done.exit_code, done.stdout) == (2, "")
    return done.stderr


def bids(log: dict[str, Any]) -> list[tuple[str, int]]:
    return [(bid["code"], bid["amount_fen"]) for bid in log["bids"]]


def test_a_printed_ladder_becomes_a_log_whose_replay_gives_buyer_price_and_every_bid() -> None:
    log, said = imported(LADDER)
    assert log == {
        "format": "replay/v1",
        "lot": {"start_price_fen": 100_000_050, "increment_fen": 1_000_000, "max_steps": None,
                "whole_steps": False, "opens_at": "2026-05-25T13:00:00.000+08:00",
                "closes_at": "2026-05-26T10:09:10.000+08:00", "extension_window_seconds": 300,
                "mode": "auction"},
        "bids": [
            {"code": code, "amount_fen": amount, "received_at": at, "priority_rank": None,
             "id": None} for code, amount, at in (
                ("E4004", 100_000_050, "2026-05-25T13:00:00.000+08:00"),
                ("H2515", 101_000_050, "2026-05-26T09:58:01.000+08:00"),
                ("E4004", 102_000_050, "2026-05-26T10:00:12.000+08:00"),
                ("H2515", 103_000_050, "2026-05-26T10:04:10.000+08:00"))]}
    assert recompute(log)["outcome"] == {
        "state": "sold", "winner_code": "H2515", "price_fen": 103_000_050, "accepted": 4,
        "closed_at": "2026-05-26T10:09:10.000+08:00", "extensions": 0}
    assert said.count("inferred") == 4


def test_with_the_announced_end_the_extensions_follow_from_the_bids() -> None:
    log, said = imported(LADDER, "--closes-at", "2026-05-26T10:00:00+08:00")
    outcome = recompute(log)["outcome"]
    assert (outcome["extensions"], outcome["closed_at"]) == (3, "2026-05-26T10:09:10.000+08:00")
    assert said.count("inferred") == 3


@pytest.mark.parametrize("raw", [
    LADDER.encode(), b"\xef\xbb\xbf" + LADDER.encode(), LADDER.encode("gbk"),
    LADDER.encode("gb18030"), LADDER.replace("\n", "\r\n").encode("gbk")])
def test_encodings_and_line_ends_make_no_difference(raw: bytes) -> None:
    assert imported(raw) == imported(LADDER)


def test_a_code_outside_gbk_is_read_from_gb18030() -> None:
    text = LADDER.replace("H2515", "㐀")
    assert ("㐀", 103_000_050) in bids(imported(text.encode("gb18030"))[0])


@pytest.mark.parametrize("heading", [
    "竞买代码,出价金额（元）,出价时间", "竞买号牌, 报价(元) ,报价时间", "竞拍号,出价价格［元］,竞价时间",
    "出价人,出价,时间", "序号,竞买号,备注,价格【人民币】,时间"])
def test_other_names_of_the_columns_and_other_columns_do(heading: str) -> None:
    columns = heading.count(",") + 1
    cells = "A1,100,2026-05-26 10:00:00" if columns == 3 else "1,A1,,100,2026-05-26 10:00:00"
    assert bids(imported(f"{heading}\n{cells}\n")[0]) == [("A1", 10_000)]


def test_a_heading_may_come_again_in_another_order() -> None:
    text = f"{HEADING}\n出局,B,200,2026-05-26 10:01:00\n时间,价格,竞买号\n2026-05-26 10:00:00,100,A\n"
    assert bids(imported(text)[0]) == [("A", 10_000), ("B", 20_000)]


@pytest.mark.parametrize(("price", "fen"), [
    ("14,534,399.94", 1_453_439_994), ("900000", 90_000_000), ("¥1.5", 150), ("￥2元", 200),
    ("0.01", 1), ("90071992547409.91", 2**53 - 1)])
def test_prices_are_read_as_printed(price: str, fen: int) -> None:
    log, _ = imported(f'{HEADING}\n成交,A,"{price}",2026-05-26 10:00:00\n')
    assert bids(log) == [("A", fen)]


@pytest.mark.parametrize("time", [
    "2026年05月26日 10:22:18", "2026-05-26 10:22:18", "2026/05/26 10:22:18",
    "2026-05-26T10:22:18+08:00", "2026-05-26T02:22:18Z", "2026-05-26T02:22:18.000Z"])
def test_times_are_read_as_printed(time: str) -> None:
    log, _ = imported(f"{HEADING}\n成交,A,100,{time}\n")
    assert log["bids"][0]["received_at"] == "2026-05-26T10:22:18.000+08:00"


@pytest.mark.parametrize(("text", "line"), [
    ("成交,A,100,2026-05-26 10:00:00\n", 1),
    ("\n\n竞买号,价格\nA,100\n", 3),
    (f"{HEADING}\n成交,A,100,2026-05-26 10:00:00\n成交,,100,2026-05-26 10:00:00\n", 3),
    (f"{HEADING}\n成交,{'A' * 65},100,2026-05-26 10:00:00\n", 2),
    (f"{HEADING}\n成交,A,1.005,2026-05-26 10:00:00\n", 2),
    (f"{HEADING}\n成交,A,0,2026-05-26 10:00:00\n", 2),
    (f"{HEADING}\n成交,A,-5,2026-05-26 10:00:00\n", 2),
    (f"{HEADING}\n成交,A,\"1,00\",2026-05-26 10:00:00\n", 2),
    (f"{HEADING}\n成交,A,1e5,2026-05-26 10:00:00\n", 2),
    (f"{HEADING}\n成交,A,\uff11,2026-05-26 10:00:00\n", 2),
    (f"{HEADING}\n成交,A,90071992547409.92,2026-05-26 10:00:00\n", 2),
    (f"{HEADING}\n成交,A,,2026-05-26 10:00:00\n", 2),
    (f"{HEADING}\n成交,A,100\n", 2),
    (f"{HEADING}\n成交,A,100,2026-05-26T10:00:00\n", 2),
    (f"{HEADING}\n成交,A,100,2026-05/26 10:00:00\n", 2),
    (f"{HEADING}\n成交,A,100,2026-02-30 10:00:00\n", 2),
    (f"{HEADING}\n成交,A,100,2026-05-26 10:00:60\n", 2),
    (f"{HEADING}\n成交,A,100,10:00:00\n", 2),
    (f"{HEADING}\n成交,\"A,100,2026-05-26 10:00:00\n\n", 2),
    (f"{HEADING}\n\n成交,\"A\"x,100,2026-05-26 10:00:00\n", 3),
    (f"{HEADING},报价\n", 1),
    (f"{HEADING}\n\"两行\n的备注\",A,100,\n", 2),
])
def test_a_row_that_does_not_fit_is_named_by_its_line(text: str, line: int) -> None:
    assert f"line {line}: " in refused(text)


@pytest.mark.parametrize("raw", [b"", b"\n\n", b",,,\n", b"\xff\xff\xff"])
def test_a_file_without_a_heading_is_refused(raw: bytes) -> None:
    assert refused(raw)


def test_a_bid_printed_twice_counts_once() -> None:
    rows = LADDER.splitlines()
    overlapping = "\n".join([*rows[:3], rows[0], rows[2], *rows[4:]])
    assert bids(imported(overlapping)[0]) == bids(imported(LADDER)[0])


def test_rows_that_are_oldest_first_stay_as_they_are() -> None:
    rows = LADDER.splitlines()
    upright = "\n".join([rows[0], rows[5], rows[4], rows[2], rows[1]])
    assert bids(imported(upright)[0]) == bids(imported(LADDER)[0])


def test_rows_of_one_second_are_taken_as_newest_first() -> None:
    rows = "\n".join(f"出局,{code},{price},2026-05-26 10:00:00" for code, price in (
        ("A", 300), ("B", 200), ("C", 100)))
    assert [code for code, _ in bids(imported(f"{HEADING}\n{rows}\n")[0])] == ["C", "B", "A"]


def test_the_increment_is_what_the_differences_between_neighbours_have_in_common() -> None:
    rows = "\n".join(f"出局,A,{price},2026-05-26 10:00:{second:02d}" for second, price in enumerate(
        (100, 160, 250, 340)))
    assert imported(f"{HEADING}\n{rows}")[0]["lot"]["increment_fen"] == 3000
    assert imported(f"{HEADING}\n{rows.splitlines()[0]}")[0]["lot"]["increment_fen"] == 1


def test_terms_that_are_given_are_not_inferred() -> None:
    log, said = imported(LADDER, "--start-price", "¥950,000", "--increment", "5000元", "--opens-at",
                         "2026-05-25T02:00:00Z", "--closes-at", "2026-05-26T10:00:00+08:00")
    assert said == ""
    assert log["lot"]["start_price_fen"] == 95_000_000
    assert log["lot"]["increment_fen"] == 500_000
    assert log["lot"]["opens_at"] == "2026-05-25T10:00:00.000+08:00"


@pytest.mark.parametrize("option", [
    ("--start-price", "0"), ("--start-price", "1.005"), ("--increment", "x"),
    ("--opens-at", "2026-05-25 10:00:00"), ("--closes-at", "2026-05-25T10:00:00")])
def test_an_option_that_does_not_fit_is_named(option: tuple[str, str]) -> None:
    assert option[0] in refused(LADDER, *option)


def test_an_end_before_the_opening_is_refused() -> None:
    assert "lot.closes_at" in refused(LADDER, "--closes-at", "2026-05-25T13:00:00+08:00")


def test_a_ladder_without_bids_needs_its_terms_given() -> None:
    assert "start price" in refused(HEADING)
    log, _ = imported(HEADING, "--start-price", "1", "--opens-at", "2026-05-25T10:00:00+08:00",
                      "--closes-at", "2026-05-26T10:00:00+08:00")
    assert recompute(log)["outcome"]["state"] == "failed"


def test_what_contradicts_the_rules_goes_out_whole_and_is_named() -> None:
    text = (f"{HEADING}\n"
            "成交,A,900,2026-05-26 10:09:00\n"
            "出局,C,1200,2026-05-26 10:02:00\n"
            "成交,B,1000,2026-05-26 10:01:00\n"
            "出局,A,1100,2026-05-26 10:00:00\n")
    log, said = imported(text, "--start-price", "1000", "--increment", "100", "--closes-at",
                         "2026-05-26T10:00:30+08:00")
    assert len(log["bids"]) == 4
    assert "line 4: B: refused as below_minimum" in said
    assert "line 2: A: refused as closed" in said
    assert "line 2: A: printed as 成交, but is not the winning bid" in said
    assert "line 4: B: printed as 成交, but is not the winning bid" in said
    assert "line 3" not in said


def test_a_file_that_is_not_there_is_told_and_not_a_crash(tmp_path: Path) -> None:
    done = CliRunner().invoke(auction_commands, ["import-log", str(tmp_path / "none.csv")])
    assert (done.exit_code, done.stdout) == (2, "")


@settings(max_examples=200)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode)
       | st.lists(st.sampled_from([HEADING, "成交", "A", ",", '"', "\n", "\r", "100", "\0", "元",
                                   "2026-05-26 10:00:00", "9999-12-31T23:59:59Z"]),
                  max_size=30).map("".join).map(lambda text: f"{HEADING}\n{text}".encode()))
def test_any_bytes_are_read_or_refused_but_never_crash(raw: bytes) -> None:
    try:
        rows = read_ladder(raw)
    except FormatError:
        return
    if rows:
        try:
            log = import_log(raw, GivenTerms()).log
        except FormatError:
            return
        assert len(log.entries) <= len(rows)


BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data" / "court-ladders"
LADDERS = Path(os.environ.get("COURT_LADDERS", BESIDE))
REAL = [
    ("ladder-a.csv", "H2515", 361_381_756, 44, 38),
    ("ladder-b.csv", "R9800", 187_217_309, 65, 61),
    ("ladder-c.csv", "P2720", 853_235_104, 22, 19)]


@pytest.mark.skipif(not LADDERS.is_dir(), reason=f"no real ladders in {LADDERS}")
@pytest.mark.parametrize(("name", "winner", "price", "count", "extensions"), REAL)
def test_a_real_ladder_gives_its_buyer_price_and_every_bid(
        name: str, winner: str, price: int, count: int, extensions: int) -> None:
    raw = (LADDERS / name).read_bytes()
    log, said = imported(raw)
    outcome = recompute(log)["outcome"]
    assert (outcome["winner_code"], outcome["price_fen"], outcome["accepted"]) == (
        winner, price, count)
    assert len(log["bids"]) == count
    assert "refused" not in said
    assert "成交" not in said
    outcome = recompute(imported(raw, "--closes-at", "2026-05-26T10:00:00+08:00")[0])["outcome"]
    assert (outcome["winner_code"], outcome["accepted"], outcome["extensions"]) == (
        winner, count, extensions)
