"""What a bidder holds of a sale: of every bid the receipt, and the proof that its leaf stands in the log.

The receipt (receipt/v1) was given the moment the bid was acknowledged; the proof (C2SP tlog-proof) can be
had as soon as a checkpoint covers the leaf. Neither names anybody: a leaf holds a code.
"""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import IO

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from auction.models import Attempt, Registration, Sale
from auction.services.history import leaf_of_attempt
from auction.services.registration import own_registration
from audit import services as audit
from audit.rules.bundle import entry_of
from audit.rules.notes import proof_file
from kernel.access import Actor


@dataclass(frozen=True, slots=True)
class HeldReceipt:
    """One bid, and what its bidder holds of it.

    Attributes:
        index: the place of its leaf in the log, and ``hash`` its hash.
        receipt: receipt/v1 as canonical JSON; None of bids from before there were any.
        proof: the tlog-proof under the newest checkpoint; None until one covers the leaf.
    """

    attempt: Attempt
    index: int
    hash: str
    receipt: bytes | None
    proof: str | None

    @property
    def name(self) -> str:
        """How its files are called: ``bid-12`` for the twelfth attempt of the sale."""
        return f"bid-{self.attempt.position}"


@dataclass(frozen=True, slots=True)
class HeldReceipts:
    """The receipts of one bidder in one sale, the newest bid first.

    Attributes:
        many: how many bids there are; ``held`` may be fewer.
        size: how many leaves the newest checkpoint covers, signed at ``signed_at``; 0 before the first.
    """

    sale: Sale
    code: str
    log: str
    many: int
    held: Sequence[HeldReceipt]
    size: int
    signed_at: datetime | None

    @property
    def sums(self) -> str:
        """SHA-256 of every receipt, in the form that ``sha256sum --check`` reads; oldest bid first."""
        return "".join(f"{sha256(one.receipt).hexdigest()}  receipts/{one.name}.json\n"
                       for one in reversed(self.held) if one.receipt is not None)

    @property
    def digest(self) -> str:
        """One hash for all receipts: SHA-256 of ``sums``, hexadecimal."""
        return sha256(self.sums.encode()).hexdigest()


def own_receipts(session: Session, sale: Sale, actor: Actor, *, now: datetime, most: int | None = None,
                 position: int | None = None) -> HeldReceipts | None:
    """What the actor holds of a sale; None for whoever has not bid in it.

    Args:
        most: only of the newest so many bids.
        position: only of this attempt of the sale.
    """
    mine = own_registration(session, sale, actor)
    if mine is None or mine.code is None:
        return None
    bids = _bids(mine)
    many = session.scalar(select(func.count()).select_from(bids.subquery())) or 0
    wanted = bids if position is None else bids.where(Attempt.position == position)
    attempts = session.scalars(wanted.order_by(Attempt.position.desc()).limit(most)).all()
    if not attempts:
        return None
    return _held(session, sale, mine.code, attempts, many, now)


def has_bid(session: Session, mine: Registration) -> bool:
    """Whether a bidder has bid, with or without effect."""
    return mine.code is not None and session.scalars(_bids(mine).limit(1)).first() is not None


def _bids(mine: Registration) -> Select[Attempt]:
    return select(Attempt).where(Attempt.lot_id == mine.lot_id, Attempt.number == mine.number,
                                 Attempt.code == mine.code)


def _held(session: Session, sale: Sale, code: str, attempts: Sequence[Attempt], many: int,
          now: datetime) -> HeldReceipts:
    first = leaf_of_attempt(session, attempts[0])
    log = first.log
    places = {one.position: one.leaf_index if one.leaf_index is not None
              else leaf_of_attempt(session, one).index for one in attempts}
    leaves = audit.leaves_in(session, log, places.values())
    receipts = audit.receipts_in(session, log, places.values())
    newest = audit.published_checkpoint(session, log, now)
    size = 0 if newest is None else newest.size
    tree = audit.tree_of(session, log, size)

    def proof_of(index: int) -> str | None:
        if newest is None or index >= size:
            return None
        return proof_file(bytes(leaves[index].raw), index, tree.inclusion(index), newest.note)

    return HeldReceipts(
        sale, code, log, many,
        [HeldReceipt(one, places[one.position], leaves[places[one.position]].hash,
                     receipts.get(places[one.position]), proof_of(places[one.position])) for one in attempts],
        size, None if newest is None else newest.signed_at)


def write_receipts(out: IO[bytes], held: HeldReceipts, *, receipt_keys: Sequence[str],
                   log_keys: Sequence[str], readme: str) -> None:
    """All receipts of a sale as one zip: receipts, proofs, the keys that the log names, and how to check.

    Args:
        readme: what the file README.txt says.
    """
    files = {"README.txt": readme, "SHA256SUMS": held.sums,
             "receipt.key": "".join(f"{key}\n" for key in receipt_keys),
             "log.key": "".join(f"{key}\n" for key in log_keys)}
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(entry_of(name), text.encode())
        for one in reversed(held.held):
            if one.receipt is not None:
                archive.writestr(entry_of(f"receipts/{one.name}.json"), one.receipt)
            if one.proof is not None:
                archive.writestr(entry_of(f"proofs/{one.name}.tlog-proof"), one.proof.encode())
