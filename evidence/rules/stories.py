"""What the leaves of a bundle mean: a sale judged again, a draw done again, a plan computed again. Pure.

The rules are those by which the platform itself decides; the leaves come from a file that nobody has to
trust (docs/contracts.md, bundle/v1).
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from auction.rules import replay
from auction.rules.bidding import FirstAnswer, LotTerms, judge, opening, outcome
from audit.rules.checking import Leaves, Story
from audit.rules.findings import Findings
from audit.rules.unbundling import BundleLeaf, PlanOpening
from kernel.commitments import lp
from kernel.errors import N_
from kernel.formats import FormatError, Reader, canonical
from settlement.rules import plan_format
from settlement.rules.claims import read_claims
from valuation.rules import transcript

_SHOWN: Final = 400
_MISFIT: Final = N_("%(field)s：%(problem)s")
_PAST_9999: Final = N_("终结时间超过 9999 年")


def story_of(subject: str, findings: Findings, plan: PlanOpening | None) -> Story:
    """What the leaves of this subject will tell.

    Raises:
        FormatError: the claims that open a plan are no claims/v1.
    """
    if subject.startswith("lot:"):
        return LotStory(subject, findings)
    if subject.startswith("draw:"):
        return DrawStory(subject, findings)
    return PlanStory(subject, findings, plan)


class LotStory:
    """The checks ``ended`` and ``replay``: every bid and the end, judged again.

    A suspension stands in the log behind the bids that it refused; so the bids are judged when all is read.
    """

    def __init__(self, subject: str, findings: Findings) -> None:
        self.subject, self.findings = subject, findings
        self.outcome: dict[str, Any] | None = None
        self._terms: BundleLeaf | None = None
        self._first_bid: BundleLeaf | None = None
        self._last: BundleLeaf | None = None
        self._stops: list[BundleLeaf] = []

    def take(self, leaf: BundleLeaf) -> None:
        if leaf.kind == "lot.published":
            if self._first_bid is None:
                self._terms = leaf
            else:
                self.findings.fail("replay", leaf.where, N_("首次出价之后发布的条件"))
        elif leaf.kind == "bid":
            if self._last is not None:
                self.findings.fail("ended", leaf.where, N_("终结之后的出价"))
            self._first_bid = self._first_bid or leaf
        elif leaf.kind == "lot.resumed":
            self._stops.append(leaf)
        elif leaf.kind in ("lot.closed", "lot.withdrawn"):
            if self._last is not None:
                self.findings.fail("ended", leaf.where, N_("拍卖第二次终结"))
            self._last = self._last or leaf
            if leaf.kind == "lot.withdrawn" and "suspension" in leaf.body:
                self._stops.append(leaf)

    def end(self, leaves: Leaves) -> None:
        self.findings.begin("ended")
        closed = self._last if self._last is not None and self._last.kind == "lot.closed" else None
        if self._last is None:
            self.findings.fail("ended", self.subject,
                               N_("拍卖未终结：其后是否缺失无从得知"))
        if self._terms is None and self._first_bid is None and closed is None:
            return  # withdrawn before its notice: nothing to judge
        self.findings.begin("replay")
        terms = self._read_terms()
        if terms is None:
            return
        sale = _Sale(terms, self.findings)
        for leaf in leaves() if self._first_bid is not None else ():
            if leaf.kind == "bid" and not sale.is_lost:
                sale.take(leaf)
        if closed is not None:
            self._compare(sale, closed)

    def _read_terms(self) -> LotTerms | None:
        if self._terms is None:
            at = self._first_bid or self._last
            self.findings.fail("replay", at.where if at else self.subject,
                               N_("出价或终结之前没有 lot.published"))
            return None
        try:
            return replay.read_lot(Reader(_with_stops(self._terms, self._stops), "body.lot"))
        except FormatError as error:
            self.findings.fail("replay", self._terms.where, _MISFIT, field=error.field, problem=error.problem)
            return None

    def _compare(self, sale: "_Sale", closed: BundleLeaf) -> None:
        try:
            found = replay.outcome_members(outcome(sale.terms, sale.standing))
        except OverflowError:
            self.findings.fail("replay", closed.where, _PAST_9999)
            return
        if not sale.is_lost:
            self.outcome = found
        given = closed.body.get("outcome")
        if canonical(given) != canonical(found):
            self.findings.fail("replay", closed.where, N_("所记结果为 %(given)s，规则得出 %(expected)s"),
                               given=_shown(given), expected=_shown(found))


def _with_stops(terms: BundleLeaf, stops: list[BundleLeaf]) -> Any:
    """The terms with every suspension of the whole course, each once.

    Raises:
        FormatError: there are none, or what stands for a suspension is none.
    """
    lot = Reader(terms.body, "body").members(("lot",), open_ended=True).at("lot").members((), open_ended=True)
    given = lot.value.get("suspensions", [])
    if not stops or not isinstance(given, list):
        return lot.value
    entries = [*given]
    for leaf in stops:
        entry = Reader(leaf.body, "body").members(("suspension",), open_ended=True).at("suspension").value
        if entry not in entries:
            entries.append(entry)
    return {**lot.value, "suspensions": entries}


class _Sale:
    """A sale whose bids are judged again, leaf by leaf."""

    def __init__(self, terms: LotTerms, findings: Findings) -> None:
        self.terms, self.findings = terms, findings
        self.standing = opening(terms)
        self.is_lost = False
        """A bid that cannot be read leaves all that follows in the dark."""
        self._ranks = replay.Ranks()
        self._first: dict[tuple[str, str], FirstAnswer] = {}

    def take(self, leaf: BundleLeaf) -> None:
        try:
            members = Reader(leaf.body, "body").members(("bid", "decision"), open_ended=True)
            entry = replay.read_bid(members.at("bid"), self._ranks)
            bid, received_at = entry.bid, entry.received_at
            key = None if bid.client_bid_id is None else (bid.code, bid.client_bid_id)
            earlier = None if key is None else self._first.get(key)
            decision, self.standing = judge(self.terms, self.standing, bid, received_at, earlier)
            expected = replay.decision_json(decision)
        except FormatError as error:
            self.is_lost = True
            self.findings.fail("replay", leaf.where, _MISFIT, field=error.field, problem=error.problem)
            return
        except OverflowError:
            self.is_lost = True
            self.findings.fail("replay", leaf.where, _PAST_9999)
            return
        if key is not None:
            self._first.setdefault(key, FirstAnswer(bid.amount_fen, decision))
        if leaf.actor != f"code:{bid.code}":
            self.findings.fail("replay", leaf.where, N_("行为人是 %(actor)s，竞买代码是 %(code)s"),
                               actor=leaf.actor, code=bid.code)
        given = members.value["decision"]
        if decision.repeated:
            self.findings.fail("replay", leaf.where, N_("重复的出价不应另成记录"))
        elif canonical(given) != expected:
            self.findings.fail("replay", leaf.where,
                               N_("序号 %(seq)s：所记决定为 %(given)s，规则得出 %(expected)s"), seq=leaf.seq,
                               given=_shown(given), expected=_cut(expected))


class DrawStory:
    """The check ``draw``: one freeze, one transcript of it, whose six checks hold."""

    def __init__(self, subject: str, findings: Findings) -> None:
        self.subject, self.findings = subject, findings
        self.outcome: dict[str, Any] | None = None
        self._steps: list[BundleLeaf] = []

    def take(self, leaf: BundleLeaf) -> None:
        if leaf.kind in ("draw.frozen", "draw.done"):
            self._steps.append(leaf)

    def end(self, leaves: Leaves) -> None:
        self.findings.begin("draw")
        if [leaf.kind for leaf in self._steps] != ["draw.frozen", "draw.done"]:
            self.findings.fail("draw", self.subject, N_("draw.frozen 与 draw.done 须依次各有一条"))
            return
        frozen, done = self._steps
        try:
            self._check(frozen, done)
        except FormatError as error:
            self.findings.fail("draw", done.where, _MISFIT, field=error.field, problem=error.problem)

    def _check(self, frozen: BundleLeaf, done: BundleLeaf) -> None:
        freeze = Reader(frozen.body, "body").members(("freeze",), open_ended=True).at("freeze")
        freeze.members(("draw_id",), open_ended=True)
        told = Reader(done.body, "body").members(("transcript",), open_ended=True).at("transcript")
        if freeze.at("court").value is None or freeze.at("roles").value is None:
            self.findings.fail("draw", frozen.where, N_("冻结内容没有确定法院与参与方"))
        if freeze.value["draw_id"] != self.subject.removeprefix("draw:"):
            self.findings.fail("draw", frozen.where, N_("摇号编号是 %(given)s"),
                               given=_shown(freeze.value["draw_id"]))
        told.members(("freeze",), open_ended=True)
        if canonical(told.value["freeze"]) != canonical(freeze.value):
            self.findings.fail("draw", done.where, N_("摇号记录的冻结内容不同"))
        for name, holds in transcript.redraw(transcript.read(told.value)).checks.items():
            if not holds:
                self.findings.fail("draw", done.where, N_("%(name)s 一项不成立"), name=str(name))


class PlanStory:
    """The check ``plan``: the plan opened is the one served last, and the one that the rules give."""

    def __init__(self, subject: str, findings: Findings, opened: PlanOpening | None) -> None:
        self.subject, self.findings, self._opened = subject, findings, opened
        self.outcome: dict[str, Any] | None = None
        self._served: BundleLeaf | None = None
        if opened is not None:
            read_claims(opened.claims)

    def take(self, leaf: BundleLeaf) -> None:
        if leaf.kind == "plan.served":
            self._served = leaf

    def end(self, leaves: Leaves) -> None:
        if self._opened is None:
            return
        self.findings.begin("plan")
        claims, plan = canonical(self._opened.claims), canonical(self._opened.plan)
        if self._served is None:
            self.findings.fail("plan", self.subject, N_("没有送达过分配方案"))
        elif self._served.body.get("plan_commitment") != sha256(
                lp(b"jauc/v1/plan", self.subject.encode(), self._opened.salt, claims, plan)).hexdigest():
            self.findings.fail("plan", "plan.json", N_("不是最后送达的方案"))
        if not _is_computed(self._opened.claims, plan):
            self.findings.fail("plan", "plan.json", N_("按这些债权，规则得出另一方案"))


def _is_computed(claims: Mapping[str, Any], plan: bytes) -> bool:
    try:
        return canonical(plan_format.compute(claims)) == plan
    except ValueError:
        return False  # sums beyond what canonical JSON can say; the plan opened has none


def _shown(value: Any) -> str:
    return _cut(canonical(value))


def _cut(raw: bytes) -> str:
    text = raw.decode()
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
