"""A bundle/v1 checked from its zip alone, every check by its name (docs/contracts.md). Pure.

This is the platform's own reading; ``verifier/verify.py`` is another one, written apart. What the leaves of
the subject mean (a sale, a draw, a plan) is told by a ``Story``, which the floors above know.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Protocol

from audit.rules.archive import Archive, Unreadable
from audit.rules.findings import Findings
from audit.rules.leaves import GENESIS, leaf_hash
from audit.rules.notes import BadNote, Checkpoint, Note
from audit.rules.pinned import Pinned
from audit.rules.proofs import LeafProof, read_proof, read_signed_checkpoint
from audit.rules.tiles import is_consistent
from audit.rules.tree import root_from
from audit.rules.unbundling import (
    BundleLeaf,
    NoLeaf,
    PlanOpening,
    read_consistency,
    read_leaf,
    read_leaf_line,
    read_manifest,
    read_openings,
    read_plan_opening,
    read_proof_line,
)
from kernel.commitments import lp
from kernel.errors import N_
from kernel.formats import instant_text

REPORT: Final = "bundle-report/v1"

Leaves = Callable[[], Iterator[BundleLeaf]]


class Story(Protocol):
    """What the leaves of the subject tell together."""

    outcome: dict[str, Any] | None

    def take(self, leaf: BundleLeaf) -> None:
        """The next leaf of the subject."""

    def end(self, leaves: Leaves) -> None:
        """None follows; ``leaves`` reads those of the subject once more."""


Tell = Callable[[str, Findings, PlanOpening | None], Story]
"""Makes the story of a subject. Raises FormatError where the opening of a plan holds no claims."""


class BundleCheck:
    """One bundle, read once or twice from its zip.

    Args:
        keys: of the log, known from elsewhere, all of one name.
        witnesses: each must have cosigned the checkpoint.

    Raises:
        Unreadable, FormatError: it is no bundle/v1 (also ``run``).
    """

    def __init__(self, archive: Archive, keys: Sequence[Pinned], witnesses: Sequence[Pinned], tell: Tell
                 ) -> None:
        self.archive, self.keys, self.witnesses = archive, keys, witnesses
        self.findings = Findings()
        self.manifest = read_manifest(archive.json("manifest.json"))
        self.subject = self.manifest.subject
        self.note, self.checkpoint = self._checkpoint("checkpoint")
        self.openings = read_openings(archive.json("openings.json"))
        plan = read_plan_opening(archive.json("plan.json")) if "plan.json" in archive else None
        if plan is not None and not self.subject.startswith("plan:"):
            raise Unreadable("plan.json stands only in the bundle of a plan")
        self.story = tell(self.subject, self.findings, plan)
        self.earlier: dict[tuple[int, bytes], str] = {}
        """Other checkpoints by size and root: the entry in which each stands."""
        self.held: dict[int, list[tuple[str, bytes]]] = {}
        """What receipts say: by index the entry, and the SHA-256 of the leaf that must stand there."""
        self.many = 0
        self._chains: dict[str, tuple[int, str]] = {}
        self._last_at: datetime | None = None

    def run(self) -> None:
        """Every check; what is broken in its form ends it."""
        self.findings.begin("manifest", "checkpoint", "leaves", "chain", "inclusion")
        self._signatures(self.note, self.checkpoint, "checkpoint", "checkpoint")
        if "checkpoint.prev" in self.archive:
            note, earlier = self._checkpoint("checkpoint.prev")
            self._signatures(note, earlier, "checkpoint", "checkpoint.prev")
            self.earlier[earlier.size, earlier.root] = "checkpoint.prev"
        self._cosignatures()
        self._receipts()
        self._consistency()
        for index, raw, hashed in self._proved():
            leaf = self._leaf(index, raw)
            self._held_at(index, raw, leaf)
            if leaf is not None:
                self._chain(leaf, hashed)
                self._opened_by(leaf)
                if leaf.subject == self.subject:
                    self.story.take(leaf)
        self._all_found()
        self.story.end(self._told_again)
        self._manifest()

    def report(self) -> dict[str, Any]:
        """bundle-report/v1 but for ``failures``, which are put into words elsewhere."""
        return {"format": REPORT, "ok": self.findings.ok, "subject": self.subject,
                "origin": self.checkpoint.origin, "size": self.checkpoint.size, "leaves": self.many,
                "outcome": self.story.outcome, "checks": dict(self.findings.checks)}

    # --- signatures ---------------------------------------------------------------------------------

    def _checkpoint(self, name: str) -> tuple[Note, Checkpoint]:
        try:
            return read_signed_checkpoint(self.archive.read(name))
        except BadNote as error:
            raise Unreadable(f"{name}: {error}") from error

    def _signatures(self, note: Note, checkpoint: Checkpoint, check: str, where: str) -> None:
        """The origin is the name of the pinned keys, and one of these has signed."""
        name = self.keys[0].name
        if checkpoint.origin != name:
            self.findings.fail(check, where, N_("来源是 %(origin)s，指定的密钥属于 %(name)s"),
                               origin=checkpoint.origin, name=name)
        verdicts = [key.has_signed(note) for key in self.keys]
        if False in verdicts:
            self.findings.fail(check, where, _BAD_SIGNATURE, name=name)
        elif True not in verdicts:
            self.findings.fail(check, where, N_("没有指定密钥的签名"))
        for witness in self.witnesses:
            if witness.has_signed(note) is False:
                self.findings.fail("witnesses", where, _BAD_SIGNATURE, name=witness.name)

    def _cosignatures(self) -> None:
        for witness in self.witnesses:
            self.findings.begin("witnesses")
            if witness.has_signed(self.note) is None:
                self.findings.fail("witnesses", "checkpoint", N_("见证方 %(name)s 没有副署"),
                                   name=witness.name)

    # --- receipts and other checkpoints -------------------------------------------------------------

    def _receipts(self) -> None:
        seen: set[bytes] = set()  # many receipts share one checkpoint
        for name in self.archive.names:
            if not name.startswith("receipts/"):
                continue
            self.findings.begin("receipts")
            proof = self._proof(name)
            at = proof.checkpoint
            mark = sha256(proof.note.text.encode()).digest()
            if mark not in seen:
                self._signatures(proof.note, at, "receipts", name)
                seen.add(mark)
            hashed = bytes.fromhex(leaf_hash(proof.leaf))
            if root_from(hashed, proof.index, at.size, proof.path) != at.root:
                self.findings.fail("receipts", name, N_("记录不在回执自己的检查点之中"))
            self.earlier.setdefault((at.size, at.root), name)
            self.held.setdefault(proof.index, []).append((name, sha256(proof.leaf).digest()))

    def _proof(self, name: str) -> LeafProof:
        try:
            return read_proof(self.archive.read(name))
        except BadNote as error:
            raise Unreadable(f"{name}: {error}") from error

    def _held_at(self, index: int, raw: bytes, leaf: BundleLeaf | None) -> None:
        for where, digest in self.held.pop(index, ()):
            if digest != sha256(raw).digest():
                self.findings.fail("receipts", where, _NOT_THERE, index=index)
            elif leaf is None or leaf.subject != self.subject:
                self.findings.fail("receipts", where, N_("其记录不属于本卷宗的事项"))

    def _consistency(self) -> None:
        """Every other checkpoint of the bundle is a beginning of ``checkpoint``."""
        proofs, now = read_consistency(self.archive.json("consistency.json")), self.checkpoint
        if proofs or self.earlier:
            self.findings.begin("consistency")
        smaller = {size for size, _root in self.earlier if size < now.size}
        for size, (to, _path) in proofs.items():
            if size not in smaller:
                self.findings.fail("consistency", "consistency.json",
                                   N_("大小 %(size)s 没有对应的检查点，却有证明"), size=size)
            if to != now.size:
                self.findings.fail("consistency", "consistency.json",
                                   N_("通向大小 %(size)s，不是 checkpoint 的大小"), size=to)
        roots = {now.size: now.root}
        for (size, root), where in self.earlier.items():
            if roots.setdefault(size, root) != root:
                self.findings.fail("consistency", where,
                                   N_("同一大小 %(size)s 签了两个树根：日志有两个版本"), size=size)
            if size > now.size:
                self.findings.fail("consistency", where, N_("大小 %(size)s 超过 checkpoint"), size=size)
            elif size < now.size and size not in proofs:
                self.findings.fail("consistency", where, N_("缺少自大小 %(size)s 起的一致性证明"), size=size)
            elif size < now.size and not is_consistent(size, root, now.size, now.root, proofs[size][1]):
                self.findings.fail("consistency", "consistency.json",
                                   N_("大小 %(size)s 的日志（%(entry)s）不是现在日志的开头"),
                                   size=size, entry=where)

    # --- leaves -------------------------------------------------------------------------------------

    def _proved(self) -> Iterator[tuple[int, bytes, str]]:
        """Index, bytes and hash of every leaf, its proof checked on the way."""
        last, proofs, number = -1, self.archive.lines("proofs.ndjson"), 0
        for number, line in enumerate(self.archive.lines("leaves.ndjson"), 1):
            index, raw = read_leaf_line(line, f"leaves.ndjson line {number}")
            if index <= last:
                raise Unreadable(f"leaves.ndjson line {number}: the index does not rise")
            last, hashed = index, leaf_hash(raw)
            self.many += 1
            self._inclusion(index, hashed, next(proofs, None), f"proofs.ndjson line {number}")
            yield index, raw, hashed
        for spare, line in enumerate(proofs, number + 1):
            index = read_proof_line(line, f"proofs.ndjson line {spare}")[0]
            self.findings.fail("inclusion", f"leaf {index}", N_("有证明而没有记录"))

    def _inclusion(self, index: int, hashed: str, line: bytes | None, where: str) -> None:
        proved, size, path = (-1, 0, []) if line is None else read_proof_line(line, where)
        now, leaf = self.checkpoint, f"leaf {index}"
        if proved != index:
            self.findings.fail("inclusion", leaf, N_("没有收录证明"))
        elif size != now.size:
            self.findings.fail("inclusion", leaf, N_("证明针对 %(size)s 条，检查点是 %(expected)s 条"),
                               size=size, expected=now.size)
        elif root_from(bytes.fromhex(hashed), index, size, path) != now.root:
            self.findings.fail("inclusion", leaf, N_("路径不通向已签名的树根"))

    def _leaf(self, index: int, raw: bytes) -> BundleLeaf | None:
        try:
            leaf = read_leaf(index, raw)
        except NoLeaf as error:
            self.findings.fail("leaves", f"leaf {index}", N_("不是合格的记录：%(problem)s"),
                               problem=str(error))
            return None
        if leaf.log != self.keys[0].name:
            self.findings.fail("leaves", leaf.where, N_("属于另一日志 %(log)s"), log=leaf.log)
        if self._last_at is not None and leaf.at < self._last_at:
            self.findings.fail("leaves", leaf.where, N_("时间 %(time)s 早于前一条记录"),
                               time=instant_text(leaf.at))
        self._last_at = leaf.at
        return leaf

    def _chain(self, leaf: BundleLeaf, hashed: str) -> None:
        """Of the subject every leaf from 1 on; of others those that follow each other."""
        seq, prev = self._chains.get(leaf.subject, (0, GENESIS))
        is_gap = leaf.subject != self.subject and leaf.seq > seq + 1
        if not is_gap and leaf.seq != seq + 1:
            self.findings.fail("chain", leaf.where, N_("序号是 %(seq)s，应为 %(expected)s"), seq=leaf.seq,
                               expected=seq + 1)
        elif not is_gap and leaf.prev != prev:
            self.findings.fail("chain", leaf.where, N_("prev 不是前一条记录的哈希值"))
        self._chains[leaf.subject] = leaf.seq, hashed

    def _opened_by(self, leaf: BundleLeaf) -> None:
        for opening in self.openings.pop(leaf.index, ()):
            self.findings.begin("openings")
            code, committed = leaf.body.get("code"), leaf.body.get("identity_commitment")
            if not isinstance(code, str) or not isinstance(committed, str):
                self.findings.fail("openings", opening.where, N_("第 %(index)s 条记录没有身份承诺"),
                                   index=leaf.index)
                continue
            message = lp(b"jauc/v1/id", leaf.subject.encode(), code.encode(), opening.salt, opening.identity)
            if sha256(message).hexdigest() != committed:
                self.findings.fail("openings", opening.where, N_("与第 %(index)s 条记录封存的不符"),
                                   index=leaf.index)

    def _all_found(self) -> None:
        if self.subject not in self._chains:
            self.findings.fail("chain", "leaves.ndjson", N_("没有 %(subject)s 的任何记录"),
                               subject=self.subject)
        for index, held in self.held.items():
            for where, _digest in held:
                self.findings.fail("receipts", where, _NOT_THERE, index=index)
        for index, openings in self.openings.items():
            for opening in openings:
                self.findings.fail("openings", opening.where, N_("没有第 %(index)s 条记录"), index=index)

    def _told_again(self) -> Iterator[BundleLeaf]:
        for number, line in enumerate(self.archive.lines("leaves.ndjson"), 1):
            index, raw = read_leaf_line(line, f"leaves.ndjson line {number}")
            try:
                leaf = read_leaf(index, raw)
            except NoLeaf:
                continue  # it was found the first time
            if leaf.subject == self.subject:
                yield leaf

    def _manifest(self) -> None:
        named = self.manifest.files
        there = {name: self.archive.hashes[name] for name in self.archive.names if name != "manifest.json"}
        for name in sorted(named.keys() | there.keys()):
            if name not in named:
                self.findings.fail("manifest", name, N_("清单没有列出它"))
            elif name not in there:
                self.findings.fail("manifest", name, N_("清单列有它，但它不在"))
            elif named[name] != there[name]:
                self.findings.fail("manifest", name, N_("内容与清单所列不符"))


_BAD_SIGNATURE: Final = N_("以 %(name)s 名义的签名不成立")
_NOT_THERE: Final = N_("位置 %(index)s 上没有这条记录")
