"""A bundle, check by check: what holds, what fails, what is no bundle at all."""

import json
import random
import stat
import zipfile
import zlib
from base64 import b64decode
from io import BytesIO
from typing import Any

import pytest

from audit.rules import archive
from tests.verifier import browser
from tests.verifier.bundles import (
    LOT,
    ORIGIN,
    Files,
    Key,
    Log,
    Sale,
    a_draw,
    a_plan,
    bundle,
    canonical,
    lines,
    pack,
    printed,
    with_manifest,
)
from tests.verifier.conftest import Report, Run, examine, examine_at_desk
from verifier import verify

WITNESS = Key("witness.example/w1", 4)
SUBJECT = "lot:L-7/1"


def a_sale(**how: Any) -> Sale:
    return Sale(random.Random(7), **how)  # noqa: S311 - the same course in every run


def verdict(files: Files, *keys: Key) -> Report:
    return examine(pack(files), keys or (Log().key,))


def terms(log: Log, lot: Any = LOT) -> None:
    log.add("lot.published", SUBJECT, {"lot": lot})


def bid(log: Log, amount_fen: int, *, accepted: bool = True, actor: str = "code:B1", **members: Any) -> None:
    """A bid of the code B1, one minute after the opening, and what the rules say of it."""
    log.add("bid", SUBJECT, {
        "bid": {"code": "B1", "amount_fen": amount_fen, "received_at": "2026-04-02T10:01:00.000+08:00",
                "priority_rank": None, "id": "one"},
        "decision": {"accepted": accepted, "reason": None if accepted else "below_start",
                     "seq": 1 if accepted else None, "closes_at": LOT["closes_at"],
                     "minimum_fen": amount_fen + 10_000 if accepted else LOT["start_price_fen"], **members},
    }, actor=actor)


def closed(log: Log, winner: str | None = "B1", price_fen: int | None = 1_000_000) -> None:
    log.add("lot.closed", SUBJECT, {"outcome": {
        "state": "sold" if winner else "failed", "winner_code": winner, "price_fen": price_fen,
        "closed_at": LOT["closes_at"], "accepted": 1 if winner else 0, "extensions": 0}})


# --- what holds ----------------------------------------------------------------------------------


def test_a_sale_holds_with_its_outcome_and_nothing_to_check_is_null() -> None:
    sale = a_sale()
    report = verdict(bundle(sale.log, SUBJECT))
    assert report.status == 0
    assert report.value["outcome"] == sale.result["outcome"]
    nothing = {check for check, result in report.value["checks"].items() if result is None}
    assert nothing == {"witnesses", "consistency", "receipts", "openings", "draw", "plan"}
    assert report.value | {"checks": {}, "outcome": {}} == {
        "format": "bundle-report/v1", "ok": True, "subject": SUBJECT, "origin": ORIGIN, "checks": {},
        "size": len(sale.log.leaves), "leaves": len([leaf for leaf in sale.log.leaves if b"L-7" in leaf]),
        "outcome": {}, "failures": []}


@pytest.mark.parametrize("how", [{"suspended": True}, {"withdrawn": True}, {"bids": 0},
                                 {"suspended": True, "withdrawn": True}])
def test_a_suspended_a_withdrawn_and_an_unwanted_lot_hold(how: dict[str, Any]) -> None:
    assert verdict(bundle(a_sale(**how).log, SUBJECT, others=True)).status == 0


def test_a_lot_withdrawn_before_its_notice_has_nothing_to_replay() -> None:
    log = Log()
    log.add("lot.drafted", SUBJECT, {})
    log.add("lot.withdrawn", SUBJECT, {"reason": "撤回"})
    report = verdict(bundle(log, SUBJECT))
    assert (report.status, report.value["checks"]["replay"]) == (0, None)


def test_a_draw_and_a_plan_hold_and_a_plan_without_names_has_nothing_to_check() -> None:
    log = Log()
    draw, _ = a_draw(log)
    plan, opening = a_plan(log)
    assert verdict(bundle(log, draw)).value["checks"]["draw"] is True
    assert verdict(bundle(log, plan, plan=opening)).value["checks"]["plan"] is True
    assert verdict(bundle(log, plan)).value["checks"]["plan"] is None


def test_any_of_the_keys_before_and_after_a_rotation_may_have_signed() -> None:
    sale, old = a_sale(), Log(word="the key before")
    earlier = Log(word="the key before", leaves=sale.log.leaves[:5]).checkpoint()
    files = bundle(sale.log, SUBJECT, earlier=earlier, sizes=[5])
    assert verdict(files, sale.log.key, old.key).status == 0
    assert verdict(files, sale.log.key).failed == {"checkpoint"}


def test_json_may_be_written_in_any_way() -> None:
    files = bundle(a_sale().log, SUBJECT)
    for name in ("leaves.ndjson", "proofs.ndjson"):
        values = [json.loads(line) for line in files[name].splitlines()]
        files[name] = b"".join(
            json.dumps(dict(reversed(value.items())), indent=None, separators=(" ,", " : ")).encode() + b"\n"
            for value in values)
    assert verdict(with_manifest(files)).status == 0


# --- signatures and witnesses --------------------------------------------------------------------


def test_every_given_witness_must_have_cosigned_and_others_are_ignored() -> None:
    sale, other = a_sale(), Key("witness.example/w2", 4)
    raw = pack(bundle(sale.log, SUBJECT, witnesses=[WITNESS, Key(ORIGIN, 1, "a stranger of that name")]))
    assert examine(raw, [sale.log.key], [WITNESS]).value["checks"]["witnesses"] is True
    report = examine(raw, [sale.log.key], [WITNESS, other])
    assert (report.failed, report.value["failures"][0]["where"]) == ({"witnesses"}, "checkpoint")


def test_a_signature_in_the_name_and_id_of_a_given_key_must_hold_whatever_else_does() -> None:
    sale = a_sale()
    other = Log(leaves=sale.log.leaves[:-1])
    false = [line for line in other.checkpoint(signers=[WITNESS]).splitlines(keepends=True)
             if line.startswith("—".encode())]
    for line, check in zip(false, ("checkpoint", "witnesses"), strict=True):
        files = bundle(sale.log, SUBJECT, witnesses=[WITNESS])
        files["checkpoint"] += line
        assert examine(pack(with_manifest(files)), [sale.log.key], [WITNESS]).failed == {check}


def test_the_example_of_the_specification_of_cosignatures_is_read() -> None:
    # c2sp.org/tlog-cosignature, "Transparency Log Cosignatures"
    raw = ("example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
           "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1g"
           "GzGku9nTo+zyWE+xeMcTOAYQ8=\n").encode()
    checkpoint = verify.read_checkpoint(raw, "checkpoint")
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.note.signatures[0][1].hex() == "033de0ae"


# --- consistency, receipts, openings -------------------------------------------------------------


def consistency(files: Files, value: Any) -> Files:
    return with_manifest({**files, "consistency.json": canonical(value)})


def test_consistency_is_proved_for_every_smaller_size_and_for_no_other() -> None:
    sale = a_sale()
    files = bundle(sale.log, SUBJECT, earlier=sale.log.checkpoint(5), sizes=[5])
    proof = json.loads(files["consistency.json"])[0]
    assert verdict(files).status == 0
    others = [{"from": 6, "to": proof["to"], "path": [h.hex() for h in sale.log.tree().consistency(6)]}]
    for value in ([], [proof, *others], [{**proof, "to": proof["to"] - 1}],
                  [{**proof, "path": proof["path"][1:]}]):
        assert verdict(consistency(files, value)).failed == {"consistency"}
    assert verdict(consistency(files, [proof, proof])).status == 2


def test_a_checkpoint_of_the_same_size_and_root_needs_no_proof() -> None:
    sale = a_sale()
    files = bundle(sale.log, SUBJECT, earlier=sale.log.checkpoint())
    assert verdict(files).value["checks"]["consistency"] is True


def test_a_receipt_must_be_of_the_subject_at_its_index_in_its_own_checkpoint() -> None:
    sale = a_sale()
    log, mine = sale.log, sale.places("bid")[1]
    foreign = next(i for i, leaf in enumerate(log.leaves) if b"case:" in leaf)
    size = len(log.leaves)

    def with_receipt(raw: bytes) -> Report:
        return verdict(bundle(log, SUBJECT, receipts={"r": raw}, sizes=[size], others=True))

    assert with_receipt(log.proof(mine)).status == 0
    good = log.proof(mine)
    changed = good.replace(b"index %d\n" % mine, b"index %d\n" % (mine + 1))
    for raw in (log.proof(foreign), changed, Log(word="other", leaves=log.leaves).proof(mine),
                Log(leaves=[*log.leaves[:mine], log.leaves[mine] + b" "]).proof(mine)):
        assert "receipts" in with_receipt(raw).failed
    for raw in (b"", good[:-1], good.replace(b"extra ", b"extras "), good.split(b"\n", 1)[1],
                good.replace(b"index ", b"index 0"), good.replace(b"\nindex", b"\n\nindex")):
        assert with_receipt(raw).status == 2


def test_an_opening_must_be_what_its_leaf_commits_to() -> None:
    sale = a_sale()
    right = sale.openings[0]
    wrong = [
        {**right, "salt": "00" * 32}, {**right, "identity": {"name": "李四"}}, {**right, "index": 10**6},
        {**right, "index": sale.places("bid")[0]}, {**right, "index": right["index"] + 1},
    ]
    assert verdict(bundle(sale.log, SUBJECT, openings=[right])).value["checks"]["openings"] is True
    for opening in wrong:
        assert verdict(bundle(sale.log, SUBJECT, openings=[opening])).failed == {"openings"}
    for misfit in ({**right, "salt": "00"}, {**right, "identity": {"name": 7}}, {**right, "identity": {}},
                   {**right, "index": -1}, {**right, "more": 1}):
        assert verdict(bundle(sale.log, SUBJECT, openings=[misfit])).status == 2


# --- the end and the replay ----------------------------------------------------------------------


def test_a_sale_that_has_not_ended_or_ended_twice_or_goes_on_after_its_end_fails() -> None:
    for steps in ("tb", "tbcc", "tbcw", "tcb"):
        log = Log()
        for step in steps:
            if step == "w":
                log.add("lot.withdrawn", SUBJECT, {"reason": "x"})
            elif step == "b":
                bid(log, 1_000_000)
            elif step == "t":
                terms(log)
            else:
                closed(log)
        assert "ended" in verdict(bundle(log, SUBJECT)).failed, steps


def test_the_terms_that_count_are_the_last_before_the_first_bid() -> None:
    log = Log()
    terms(log, {**LOT, "start_price_fen": 5})
    terms(log)
    bid(log, 1_000_000)
    closed(log)
    assert verdict(bundle(log, SUBJECT)).status == 0

    log = Log()
    terms(log)
    bid(log, 1_000_000)
    terms(log)
    closed(log)
    assert verdict(bundle(log, SUBJECT)).failed == {"replay"}

    log = Log()
    bid(log, 1_000_000)
    closed(log)
    assert verdict(bundle(log, SUBJECT)).failed == {"replay"}


def test_a_bid_of_another_actor_a_repeat_and_what_is_no_bid_fail() -> None:
    for wrong in ("actor", "repeat", "misfit", "true for 1"):
        log = Log()
        terms(log)
        bid(log, 1_000_000, actor="code:B2" if wrong == "actor" else "code:B1",
            **({"seq": True} if wrong == "true for 1" else {}))
        if wrong == "repeat":
            bid(log, 1_000_000, repeated=True)
        if wrong == "misfit":
            log.add("bid", SUBJECT, {"bid": {}, "decision": {}})
        closed(log)
        assert verdict(bundle(log, SUBJECT)).failed == {"replay"}, wrong


def test_a_wrong_winner_is_named_with_what_the_rules_give() -> None:
    log = Log()
    terms(log)
    bid(log, 1_000_000)
    closed(log, winner="B2")
    report = verdict(bundle(log, SUBJECT))
    assert report.failed == {"replay"}
    assert report.value["outcome"]["winner_code"] == "B1"
    (failure,) = report.value["failures"]
    assert failure["where"] == "leaf 2 (lot:L-7/1 seq 3)"
    assert '"winner_code":"B2"' in failure["message"]
    assert '"winner_code":"B1"' in failure["message"]


def test_an_end_past_the_year_9999_fails_and_breaks_nothing() -> None:
    log = Log()
    terms(log, {**LOT, "opens_at": "9999-12-31T00:00:00Z", "closes_at": "9999-12-31T15:59:59Z"})
    log.add("bid", SUBJECT, {"bid": {"code": "B1", "amount_fen": 10**6,
                                     "received_at": "9999-12-31T15:59:58Z"}, "decision": {}}, actor="code:B1")
    closed(log)
    assert verdict(bundle(log, SUBJECT)).failed == {"replay"}


def a_late_sale(
    lot: dict[str, Any], received_at: str, closed_at: str, *stop: str, decision: Any = None
) -> Report:
    """A bid, perhaps a suspension, and an end that says that nobody has bid."""
    log = Log()
    terms(log, {**LOT, **lot})
    log.add("bid", SUBJECT, {"bid": {"code": "B1", "amount_fen": 10**6, "received_at": received_at},
                             "decision": decision}, actor="code:B1")
    if stop:
        log.add("lot.resumed", SUBJECT, {"suspension": dict(zip(("from", "to"), stop, strict=True))})
    log.add("lot.closed", SUBJECT, {"outcome": {
        "state": "failed", "winner_code": None, "price_fen": None, "closed_at": closed_at, "accepted": 0,
        "extensions": 0}})
    return verdict(bundle(log, SUBJECT))


def failing(report: Report) -> list[str]:
    return [failure["where"].partition(" (")[0] for failure in report.value["failures"]]


LATE = {"opens_at": "9999-12-31T00:00:00+08:00", "closes_at": "9999-12-31T23:59:59+08:00"}
THE_END = "9999-12-31T23:59:59.000+08:00"


@pytest.mark.parametrize("window", [300, 86_400])
def test_a_bid_that_would_move_the_end_past_9999_has_moved_nothing(window: int) -> None:
    lot = {**LATE, "extension_window_seconds": window}
    assert failing(a_late_sale(lot, "9999-12-31T23:59:58+08:00", THE_END)) == ["leaf 1"]


def test_a_suspension_that_would_move_the_end_past_9999_leaves_no_end() -> None:
    report = a_late_sale(LATE, "9999-12-31T23:59:10+08:00", THE_END,
                         "9999-12-31T09:00:00+08:00", "9999-12-31T23:59:00+08:00")
    assert failing(report) == ["leaf 1", "leaf 3"]


def test_an_end_past_9999_counts_even_where_the_first_bid_of_a_selloff_would_bring_it_back() -> None:
    lot = {**LATE, "mode": "selloff", "opens_at": "9999-11-01T00:00:00+08:00",
           "closes_at": "9999-12-31T04:00:00+08:00"}
    end = "9999-12-31T01:00:00.000+08:00"
    decision = {"accepted": True, "reason": None, "seq": 1, "closes_at": end, "minimum_fen": 1_010_000}
    report = a_late_sale(lot, "9999-12-30T01:00:00+08:00", end, "9999-12-29T00:00:00+08:00",
                         "9999-12-30T00:00:00+08:00", decision=decision)
    assert failing(report) == ["leaf 1", "leaf 3"]


def test_the_largest_amount_has_a_next_minimum_that_no_leaf_can_hold() -> None:
    log, most = Log(), 2**53 - 1
    terms(log)
    bid(log, most, minimum_fen=most)
    closed(log, price_fen=most)
    report = verdict(bundle(log, SUBJECT))
    assert failing(report) == ["leaf 1"]
    assert f'"minimum_fen":{most + 10_000}' in report.value["failures"][0]["message"]


def test_of_many_failures_the_first_hundred_are_listed_and_the_rest_counted() -> None:
    log = Log()
    terms(log)
    for _ in range(150):
        bid(log, 1, accepted=False, reason="not_open")
    closed(log, None, None)
    report = verdict(bundle(log, SUBJECT))
    assert len(report.value["failures"]) == 101
    assert report.value["failures"][-1] == {"check": "replay", "where": "", "message": "and 50 more"}


# --- plan and draw -------------------------------------------------------------------------------


def test_the_plan_must_be_the_one_served_last_and_the_one_the_rules_give() -> None:
    log = Log()
    subject, opening = a_plan(log)
    assert verdict(bundle(log, subject, plan={**opening, "salt": "00" * 32})).failed == {"plan"}
    plan = {**opening["plan"], "surplus_fen": opening["plan"]["surplus_fen"] + 1}
    assert verdict(bundle(log, subject, plan={**opening, "plan": plan})).failed == {"plan"}
    log.add("plan.served", subject, {"plan_commitment": "00" * 32})
    assert verdict(bundle(log, subject, plan=opening)).failed == {"plan"}
    for misfit in ({**opening, "claims": {}}, {**opening, "plan": {}}, {**opening, "salt": "00"},
                   {**opening, "plan": {**plan, "surplus_fen": 1.5}}):
        assert verdict(bundle(log, subject, plan=misfit)).status == 2
    assert verdict(bundle(a_sale().log, SUBJECT, plan=opening)).status == 2


def test_a_draw_that_is_not_done_fails() -> None:
    log = Log()
    subject, _ = a_draw(log)
    assert verdict(bundle(Log(leaves=log.leaves[:-1]), subject)).failed == {"draw"}


# --- leaves and chains ---------------------------------------------------------------------------


@pytest.mark.parametrize(("old", "new"), [
    (b'"v":1', b'"v":true'), (b'"v":1', b'"v":2'), (b'"alg":"std"', b'"alg":"gm"'),
    (b'"seq":1,', b'"seq":0,'), (b'"prev":"0', b'"prev":"G'), (b'+08:00"', b'"'), (b'{"actor"', b'{ "actor"'),
    (b'"body":{', b'"body":{"a":1.0,'), (b'"body":{', b'"body":{"a":9007199254740992,'),
    (b'"body":{', b'"body":{"a":' + b"[" * 70 + b"]" * 70 + b","), (b'"actor":"system"', b'"actor":""'),
    (b'"body":{', b'"a":1,"body":{'), (b'"body":{', b'"body":{"\\ud800":1,'),
    (b'"actor":"', b'"actor":"\xff'), (b'"body":{', b'"body":' + b'{"a":' * 5000 + b"{"),
])
def test_a_leaf_of_another_form_fails_a_check(old: bytes, new: bytes) -> None:
    log = Log()
    log.add("case.amended", "case:1", {"z": 1})
    log.leaves[0] = log.leaves[0].replace(old, new)
    terms(log)
    closed(log, None, None)
    assert verdict(bundle(log, SUBJECT, others=True)).failed == {"leaves"}


def test_time_must_not_go_back_and_chains_of_others_hold_where_they_follow_each_other() -> None:
    sale = a_sale()
    log = sale.log
    told = [i for i, leaf in enumerate(log.leaves) if b"case:0" in leaf or b"L-7" in leaf]
    files = bundle(log, SUBJECT, others=True)
    for name in ("leaves.ndjson", "proofs.ndjson"):
        files[name] = lines(v for v in map(json.loads, files[name].splitlines()) if v["index"] in told[3:] or
                            b"L-7" in log.leaves[v["index"]])
    assert verdict(with_manifest(files)).status == 0

    log = Log()
    terms(log)
    log.leaves[0] = log.leaves[0].replace(b'"at":"2026', b'"at":"2027')
    log.heads[SUBJECT] = (1, verify.leaf_hash(log.leaves[0]).hex())
    closed(log, None, None)
    assert verdict(bundle(log, SUBJECT)).failed == {"leaves"}
    assert printed(log.now) in json.dumps(verdict(bundle(log, SUBJECT)).value)


def test_a_bundle_without_a_leaf_of_its_subject_fails() -> None:
    assert verdict(bundle(a_sale().log, "lot:L-8/1")).failed == {"chain", "ended"}


# --- what is no bundle ---------------------------------------------------------------------------


def test_the_manifest_names_every_other_entry_and_no_more() -> None:
    files = bundle(a_sale().log, SUBJECT)
    manifest = json.loads(files["manifest.json"])
    for change in ({"checkpoint.prev": "00" * 32}, {"checkpoint": "00" * 32}):
        changed = {**manifest, "files": manifest["files"] | change}
        assert verdict({**files, "manifest.json": canonical(changed)}).failed == {"manifest"}
    del manifest["files"]["checkpoint"]
    assert verdict({**files, "manifest.json": canonical(manifest)}).failed == {"manifest"}


def test_of_many_names_the_first_by_code_point_are_listed() -> None:
    files = bundle(a_sale().log, SUBJECT)
    manifest = json.loads(files["manifest.json"])
    spare = {f"{sign}{number:02}": "00" * 32 for sign in "\U0001f600\uffee" for number in range(99)}
    changed = {**manifest, "files": manifest["files"] | spare}
    report = verdict({**files, "manifest.json": canonical(changed)})
    assert [failure["where"][0] for failure in report.value["failures"][:-1]].count("\uffee") == 99


@pytest.mark.parametrize(("subject", "status"), [
    ("draw:a\rb", 1), ("draw:a\u2028b", 1), ("draw:a\nb", 2), ("draw:", 2), ("lot:a\r/1", 1),
    ("lot:a/b/1", 2),
])
def test_a_subject_may_have_any_sign_but_the_end_of_a_line(subject: str, status: int) -> None:
    log = Log()
    log.add("thing.done", subject, {})
    assert verdict(bundle(log, subject)).status == status


def broken(name: str, old: bytes, new: bytes) -> Any:
    return pytest.param(name, old, new, id=f"{name} {new[:20]!r}")


@pytest.mark.parametrize(("name", "old", "new"), [
    broken("leaves.ndjson", b'{"index": 0', b'{"index": 00'),
    broken("leaves.ndjson", b'{"index": 0', b'{"index": 0.0'),
    broken("leaves.ndjson", b'{"index": 0', b'{"index": 0, "index": 0'),
    broken("leaves.ndjson", b'{"index": 0', b'{"more": 1, "index": 0'),
    broken("leaves.ndjson", b'{"index": 0', b'\n{"index": 0'),
    broken("leaves.ndjson", b'"leaf": "', b'"leaf": "\xc3\xa9'),
    broken("leaves.ndjson", b'"leaf": "', b'"leaf": "=='),
    broken("leaves.ndjson", b'"leaf": "', b'"leaf": "A'),
    broken("leaves.ndjson", b"}\n", b"}\r"),
    broken("proofs.ndjson", b'"path": ["', b'"path": ["A'),
    broken("proofs.ndjson", b'"path": [', b'"path": [7, '),
    broken("proofs.ndjson", b'"path": [', b'"paths": ['),
    broken("proofs.ndjson", b'"size": ', b'"size": -'),
    broken("proofs.ndjson", b'"size": ', b'"size": "1", "size": '),
    broken("checkpoint", b"\n\n", b"\nmore\n\n"),
    broken("checkpoint", b"luochui\n", b"luochui\r\n"),
    broken("checkpoint", b"luochui\n", b"luochui\n0"),
    broken("checkpoint", b"=\n\n", b"\n\n"),
    broken("checkpoint", "—".encode(), b"-"),
    broken("checkpoint", "—".encode(), "—\x07".encode()),
    broken("consistency.json", b"[", b"\xef\xbb\xbf["),
    broken("consistency.json", b"[", b"{"),
    broken("openings.json", b"[]", b"{}"),
    broken("manifest.json", b"bundle/v1", b"bundle/v2"),
    broken("manifest.json", b"lot:L-7/1", b"lot:L-7/0"),
    broken("manifest.json", b'"rules":', b'"more":1,"rules":'),
])
def test_a_form_that_is_broken_makes_the_bundle_unreadable(name: str, old: bytes, new: bytes) -> None:
    log = Log()
    terms(log)
    closed(log, None, None)
    files = bundle(log, SUBJECT)
    assert old in files[name]
    files[name] = files[name].replace(old, new, 1)
    report = verdict(files)
    assert report.status == 2
    assert report.refusal.strip()


def entry(name: str, mode: int = 0o644 | stat.S_IFREG) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


def zipped(entries: list[tuple[zipfile.ZipInfo, bytes]]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for info, raw in entries:
            archive.writestr(info, raw)
    return out.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_another_entry_a_double_one_a_link_and_a_folder_are_refused() -> None:
    files = bundle(a_sale().log, SUBJECT)
    good = [(entry(name), raw) for name, raw in files.items()]
    assert examine(zipped(good), [Log().key]).status == 0
    others = ["more", "../checkpoint", "/checkpoint", "receipts/", "receipts/.a.tlog-proof", "CHECKPOINT",
              "receipts/a/b.tlog-proof", f"receipts/{'a' * 81}.tlog-proof", "receipts/a.txt", "checkpoint\0x"]
    for name in others:
        assert examine(zipped([*good, (entry(name), b"")]), [Log().key]).status == 2, name
    assert examine(zipped([*good, (entry("checkpoint"), files["checkpoint"])]), [Log().key]).status == 2
    link = [(entry(name, 0o777 | stat.S_IFLNK), raw) for name, raw in files.items()]
    assert examine(zipped(link), [Log().key]).status == 2
    for missing in files:
        assert examine(zipped([one for one in good if one[0].filename != missing]), [Log().key]).status == 2
    lzma = BytesIO()
    with zipfile.ZipFile(lzma, "w", zipfile.ZIP_LZMA) as archive:
        for name, raw in files.items():
            archive.writestr(name, raw)
    assert examine(lzma.getvalue(), [Log().key]).status == 2


@pytest.mark.parametrize(("version", "status"), [(20, 0), (63, 0), (64, 2), (148, 2)])
def test_an_entry_that_asks_for_a_newer_format_than_there_is_is_refused(version: int, status: int) -> None:
    raw = bytearray(pack(bundle(a_sale().log, SUBJECT)))
    raw[raw.index(b"PK\1\2") + 6] = version
    assert examine(bytes(raw), [Log().key]).status == status


def test_every_limit_is_counted_while_unpacking(monkeypatch: pytest.MonkeyPatch) -> None:
    files = bundle(a_sale().log, SUBJECT)
    raw = pack(files)
    leaves = len(files["leaves.ndjson"])
    longest = max(map(len, files["leaves.ndjson"].splitlines()))
    unpacked = sum(map(len, files.values()))
    small = {**dict.fromkeys(archive.LIMITS, 100), "leaves.ndjson": 10**9, "proofs.ndjson": 10**9}
    limits: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("entries", {"MOST_ENTRIES": 5}, {"MOST_ENTRIES": 5}),
        ("one small file", {"MOST_OF_OTHERS": 100}, {"LIMITS": small}),
        ("all files", {"MOST_UNPACKED": unpacked - 1}, {"MOST_UNPACKED": unpacked - 1}),
        ("one large file", {"MOST_OF_ENTRY": {"leaves.ndjson": leaves - 1}},
         {"LIMITS": {**archive.LIMITS, "leaves.ndjson": leaves - 1}}),
        ("a line", {"LONGEST_LINE": longest - 1}, {"LONGEST_LINE": longest - 1}),
    ]
    for _name, theirs, ours in limits:
        for a_part in (1, 64, 10**6):
            with monkeypatch.context() as patch:
                for program, values in ((verify, {**theirs, "CHUNK": a_part}),
                                        (archive, {**ours, "_PART": a_part})):
                    for name, value in values.items():
                        patch.setattr(program, name, value)
                assert examine_at_desk(raw, [Log().key]).status == 2, (_name, a_part)
    with monkeypatch.context() as patch:
        for program, in_parts in ((verify, "CHUNK"), (archive, "_PART")):
            patch.setattr(program, in_parts, 1)
            patch.setattr(program, "LONGEST_LINE", longest)
            patch.setattr(program, "MOST_UNPACKED", unpacked)
        assert examine_at_desk(raw, [Log().key]).status == 0


def test_a_size_that_the_zip_lies_about_is_not_believed() -> None:
    raw = pack(bundle(a_sale().log, SUBJECT))
    for lie in (-1, 1):
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            info = archive.getinfo("leaves.ndjson")
        size = info.file_size.to_bytes(4, "little")
        forged = raw.replace(size, (info.file_size + lie).to_bytes(4, "little"))
        assert forged != raw
        assert examine(forged, [Log().key]).status == 2


@pytest.mark.parametrize("packed", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_bytes_behind_the_declared_size_of_an_entry_are_not_passed_over(packed: int) -> None:
    """Its size and checksum are those of the beginning: zipfile alone would read no further."""
    files = bundle(a_sale().log, SUBJECT)
    name, out = "leaves.ndjson", BytesIO()
    with zipfile.ZipFile(out, "w", packed) as archive:
        for one, raw in files.items():
            archive.writestr(one, raw + b'{"index":9,"leaf":"AA=="}\n' if one == name else raw)
        info = archive.getinfo(name)
        info.file_size, info.CRC = len(files[name]), zlib.crc32(files[name])
    assert examine(out.getvalue(), [Log().key]).status == 2


@pytest.mark.parametrize("many", [65_534, 65_536])
def test_a_browser_says_that_it_cannot_take_a_bundle_of_very_many_entries(many: int) -> None:
    files = bundle(a_sale().log, SUBJECT)
    entries = [(entry(f"receipts/r{number}.tlog-proof"), b"") for number in range(many - len(files))]
    raw = zipped([*((entry(name), raw) for name, raw in files.items()), *entries])
    told = browser.ask_of_bundle(raw, [Log().key.vkey], [])
    assert told["status"] == 2
    assert ("than a browser takes" in told["message"]) == (many > 65_535)


def test_a_small_zip_that_names_millions_of_entries_is_refused_before_they_are_listed() -> None:
    many = b"".join(b"PK\1\2" + bytes(42) for _ in range(verify.MOST_ENTRIES + 1))
    end = b"PK\5\6" + bytes(8) + len(many).to_bytes(4, "little") + bytes(6)
    report = examine(many + end, [Log().key])
    assert report.status == 2
    assert "entries" in report.refusal


def test_what_looks_like_an_entry_in_a_comment_is_none() -> None:
    log = Log()
    log.add("lot.withdrawn", SUBJECT, {"reason": "撤回"})
    receipts = {f"r{number}": log.proof(0) for number in range(26)}
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, raw in bundle(log, SUBJECT, receipts=receipts).items():
            packed.writestr(name, raw)
        for info in packed.infolist():
            info.comment = b"PK\1\2" * 16_383
        packed.comment = b"PK\1\2" * 16_383
    assert out.getvalue().count(b"PK\1\2") > 2 * verify.MOST_ENTRIES
    assert examine(out.getvalue(), [log.key]).status == 0


# --- the tree ------------------------------------------------------------------------------------


def test_the_published_vectors_of_trees_and_proofs_come_out_the_same(merkle: Any) -> None:
    for case in merkle.values():
        given, expected = case["input"], case["expect"]
        name, _, _ = case["id"].removeprefix("BAD-").partition("-")
        if name == "ROOT":
            leaves = [bytes.fromhex(leaf) for leaf in given["leaves"]]
            assert Log(leaves=leaves).tree().root().hex() == expected["root"]
            continue
        path = expected.get("path", given.get("path"))
        if name == "INCL":
            root = bytes.fromhex(expected.get("root") or given["root"])
            leaf = verify.leaf_hash(bytes.fromhex(given["leaf"]))
            alone = verify.root_of_path(leaf, given["index"], given["size"], path) == root
            assert alone is expected["valid"], case["id"]
            assert verify.Inclusion(given["size"], root).holds(given["index"], leaf, path) is alone
        else:
            roots = bytes.fromhex(given["from_root"]), bytes.fromhex(given["to_root"])
            holds = verify.is_consistent(given["from"], roots[0], given["to"], roots[1], path)
            assert holds is expected["valid"], case["id"]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65])
def test_leaf_by_leaf_a_path_holds_as_it_does_alone_whatever_stands_between(size: int) -> None:
    rng = random.Random(size)  # noqa: S311 - the same course in every run
    tree = Log(leaves=[b"%d" % i for i in range(size)]).tree()
    for _ in range(30):
        inclusion = verify.Inclusion(size, tree.root())
        for index in sorted(rng.sample(range(size), rng.randrange(1, size + 1))):
            path = [hash_.hex() for hash_ in tree.path(index)]
            wrong = list(path)
            if wrong:
                wrong[rng.randrange(len(wrong))] = rng.randbytes(32).hex()
                assert not inclusion.holds(index, tree.hashes[index], wrong)
                assert not inclusion.holds(index, tree.hashes[index], path[1:])
            assert not inclusion.holds(index, tree.hashes[index], [*path, "00" * 32])
            assert not inclusion.holds(index, rng.randbytes(32), path)
            assert inclusion.holds(index, tree.hashes[index], path)
        assert not inclusion.holds(size, tree.hashes[0], [])


@pytest.mark.parametrize("size", [2, 3, 7, 8, 13, 16, 21])
def test_consistency_holds_from_every_smaller_size_and_for_no_other_root(size: int) -> None:
    log = Log(leaves=[b"%d" % i for i in range(size)])
    root = log.tree().root()
    for first in range(1, size):
        old, path = log.tree(first).root(), [hash_.hex() for hash_ in log.tree().consistency(first)]
        assert verify.is_consistent(first, old, size, root, path)
        assert not verify.is_consistent(first, root, size, root, path)
        assert not verify.is_consistent(first, old, size, old, path)
        assert not verify.is_consistent(first, old, size, root, path[:-1])
        assert not verify.is_consistent(first, old, size, root, [*path, "00" * 32])


# --- the command ---------------------------------------------------------------------------------


def test_the_command_prints_the_report_and_tells_people_in_their_language(verify_bundle: Run) -> None:
    sale = a_sale()
    raw = pack(bundle(sale.log, SUBJECT, witnesses=[WITNESS]))
    done = verify_bundle(raw, "--key", sale.log.key.vkey, "--witness", WITNESS.vkey)
    assert done.returncode == 0
    assert json.loads(done.stdout)["outcome"] == sale.result["outcome"]
    assert "通过" in done.stderr.decode()
    done = verify_bundle(raw, "--key", sale.log.key.vkey, "--witness", Key("w2", 4).vkey, "--lang", "en")
    assert done.returncode == 1
    assert json.loads(done.stdout)["failures"][0]["check"] == "witnesses"
    assert b"FAILS" in done.stderr
    assert b"the witness w2 has not cosigned it" in done.stderr


def test_a_key_may_be_the_name_of_a_file_and_a_wrong_one_is_refused(
    verify_bundle: Run, tmp_path: Any
) -> None:
    sale = a_sale()
    raw, file = pack(bundle(sale.log, SUBJECT)), tmp_path / "log.vkey"
    file.write_text(sale.log.key.vkey + "\n")
    assert verify_bundle(raw, "--key", str(file)).returncode == 0
    good = sale.log.key.vkey
    for wrong in (good.replace("+", "+0", 1), good[:-4], WITNESS.vkey, "nowhere", "", str(tmp_path)):
        done = verify_bundle(raw, "--key", wrong)
        assert (done.returncode, done.stdout) == (2, b""), wrong
        assert done.stderr.strip()
        assert b"Traceback" not in done.stderr
    two = verify_bundle(raw, "--key", good, "--key", Key("elsewhere").vkey)
    assert (two.returncode, two.stdout) == (2, b"")


def test_what_is_no_bundle_ends_with_2_and_a_message(verify_bundle: Run) -> None:
    for raw in (b"", b"PK", b"garbage", pack({"more": b""})):
        done = verify_bundle(raw, "--key", Log().key.vkey)
        assert (done.returncode, done.stdout) == (2, b"")
        assert done.stderr.count(b"\n") == 1


def test_without_the_package_the_message_says_what_is_needed(verify: Run, tmp_path: Any) -> None:
    sale = a_sale()
    file = tmp_path / "lot.zip"
    file.write_bytes(pack(bundle(sale.log, SUBJECT)))
    done = verify("bundle", {}, str(file), "--key", sale.log.key.vkey)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"cryptography" in done.stderr


def test_what_a_file_says_does_not_steer_the_terminal() -> None:
    log = Log()
    log.add("lot.withdrawn", "lot:\x1b[2J\u202e/1", {"reason": "x"})
    archive = verify.Archive(BytesIO(pack(bundle(log, "lot:\x1b[2J\u202e/1"))))
    told = verify.Bundle(archive, [verify.read_key(log.key.vkey, 1)], [])
    told.check()
    assert verify.printable(f"{told.subject} 标的") == "lot:\\x1b[2J\\u202e/1 标的"


def test_the_leaves_of_the_builder_are_what_they_seem() -> None:
    files = bundle(a_sale().log, SUBJECT)
    first = json.loads(files["leaves.ndjson"].splitlines()[0])
    assert json.loads(b64decode(first["leaf"]))["kind"] == "lot.published"
