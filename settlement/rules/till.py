"""The money on its way down the ladder: what each source still has, what each claim still lacks."""

from collections.abc import Callable, Sequence

from settlement.rules.claims import Claim, Claims
from settlement.rules.ladder import Reason, Step
from settlement.rules.plan import Ask, Line, share_pot

POOL = None
"""The source that stands for all assets together; lines from it have ``asset`` null."""

_NEEDS_TITLE = frozenset({Step.ORDINARY, Step.DOUBLED})


class Till:
    """One distribution under way; ``left`` maps each asset, and the pool, to what it has left."""

    def __init__(self, claims: Claims) -> None:
        self.claims = claims
        self.left: dict[str | None, int] = {asset.id: asset.proceeds_fen for asset in claims.assets}
        self.left[POOL] = 0
        self.owed = {claim.id: claim.amount_fen for claim in claims.claims}
        self.lines: list[Line] = []

    def pool_all(self) -> None:
        """Pour what the assets have left into the pool."""
        whole = sum(self.left.values())
        self.left = dict.fromkeys(self.left, 0)
        self.left[POOL] = whole

    def taking(self, step: Step) -> list[Claim]:
        """The claims that may take money at this step: in time, and with the title it needs."""
        return [claim for claim in self.claims.claims if bar(claim, step) is None]

    def preferred_due(self, claim: Claim) -> int:
        """What a preferred claim may still ask with priority: all it got so far it got so."""
        return claim.preferred_fen - (claim.amount_fen - self.owed[claim.id])

    def share(self, source: str | None, step: Step, group: Sequence[Claim],
              due: Callable[[Claim], int], *, basis: str, money_fen: int | None = None) -> None:
        """Let a group of equal rank share what a source has left, or that part of it given.

        Whoever has nothing due has no line; where no money is left the lines stand with zero.
        """
        asking = [claim for claim in group if due(claim) > 0]
        if not asking:
            return
        pot = share_pot(self.left[source] if money_fen is None else money_fen,
                        [Ask(claim.id, claim.creditor, due(claim)) for claim in asking])
        for claim, share in zip(asking, pot.shares, strict=True):
            got_fen = share.got_fen
            self.left[source] -= got_fen
            if step is not Step.DOUBLED:
                self.owed[claim.id] -= got_fen
            reserved_fen = got_fen if claim.unadjudged else 0
            reward_fen = 0 if claim.unadjudged else _reward(claim, got_fen)
            self.lines.append(Line(
                id=claim.id, creditor=claim.creditor, step=step, asset=source,
                due_fen=share.ask.due_fen, paid_fen=got_fen - reserved_fen - reward_fen,
                reserved_fen=reserved_fen, reward_fen=reward_fen, exact=share.exact,
                basis=basis, pot=pot, kind=claim.kind,
            ))


def bar(claim: Claim, step: Step) -> Reason | None:
    """Why a claim may take nothing at a step: late (PAR-04), or no title (PAR-01); else None."""
    if claim.late:
        return Reason.LATE
    if step in _NEEDS_TITLE and not claim.titled and not claim.unadjudged:
        return Reason.NO_TITLE
    return None


def _reward(claim: Claim, share_fen: int) -> int:
    """The finder's part of a share, rounded down (PAR-11)."""
    return 0 if claim.reward_percent is None else int(share_fen * claim.reward_percent / 100)
