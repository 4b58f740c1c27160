"""The leaf of a bid is written in one stroke, and is the canonical JSON that anyone else would write."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from auction.rules.bidding import BidIn, Decision, Reason
from auction.rules.replay import bid_body, bid_members, decision_json, decision_members
from audit.rules.leaves import LeafWriter, leaf_hash, text
from kernel.formats import canonical, instant_text
from kernel.money import MAX_FEN

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=64)
INSTANTS = st.integers(0, 10**12).map(
    lambda ms: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms % (20 * 365 * 86_400_000)))
FEN = st.integers(1, MAX_FEN)
BIDS = st.builds(BidIn, ANY_TEXT, FEN, st.none() | st.integers(1, 9), st.none() | ANY_TEXT)
DECISIONS = st.one_of(
    st.builds(Decision, st.just(value=True), st.none(), st.integers(1, 10**6), INSTANTS, FEN),
    st.builds(Decision, st.just(value=False), st.sampled_from(Reason), st.none(), INSTANTS, FEN))


@given(BIDS, INSTANTS, DECISIONS)
def test_the_body_of_a_bid_is_canonical(bid: BidIn, at: datetime, decision: Decision) -> None:
    assert bid_body(bid, at, decision_json(decision)) == canonical(
        {"bid": bid_members(bid, at), "decision": decision_members(decision)})


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT, st.integers(1, 10**9), INSTANTS,
       st.dictionaries(ANY_TEXT, ANY_TEXT | FEN | st.none(), max_size=3))
def test_a_leaf_is_canonical(log: str, kind: str, subject: str, actor: str, seq: int, at: datetime,
                             body: dict[str, str | int | None]) -> None:
    prev = "ab" * 32
    raw, digest = LeafWriter(log, at).leaf(text(kind), text(subject), seq, prev, text(actor), canonical(body))
    assert raw == canonical({
        "v": 1, "alg": "std", "log": log, "kind": kind, "subject": subject, "seq": seq, "prev": prev,
        "at": instant_text(at), "actor": actor, "body": body})
    assert digest.hex() == leaf_hash(raw)
