"""What the ladder yields: lines, and beside each the pot of money it was drawn from."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from kernel.money import Fen, share_out
from settlement.rules.ladder import ClaimClass, Reason, Regime, Step


@dataclass(frozen=True, slots=True)
class Ask:
    """Who asks a pot for how much. ``id`` is that of a cost, reserve, claim or asset."""

    id: str
    name: str | None
    due_fen: int


@dataclass(frozen=True, slots=True)
class Share:
    """What an ask got; ``exact`` is the share before it was rounded to the fen."""

    ask: Ask
    got_fen: int
    exact: Fraction


@dataclass(frozen=True, slots=True)
class Pot:
    """Money that asks of equal rank share: in full where it suffices, else pro rata (RND-02)."""

    money_fen: int
    asked_fen: int
    shares: tuple[Share, ...]

    @property
    def suffices(self) -> bool:
        return self.money_fen >= self.asked_fen

    @property
    def odd_fen(self) -> int:
        """How many fen were left when every share had been rounded down."""
        return sum(share.got_fen - int(share.exact) for share in self.shares)


def share_pot(money_fen: int, asks: Sequence[Ask]) -> Pot:
    """Share a pot among asks of more than zero, by largest remainder, ties by their order."""
    asked_fen = sum(ask.due_fen for ask in asks)
    if money_fen >= asked_fen:
        full = tuple(Share(ask, ask.due_fen, Fraction(ask.due_fen)) for ask in asks)
        return Pot(money_fen, asked_fen, full)
    return split_pot(money_fen, asks)


def split_pot(money_fen: int, asks: Sequence[Ask]) -> Pot:
    """Divide all of the money in proportion to the asks, be it more or less than they ask."""
    asked_fen = sum(ask.due_fen for ask in asks)
    shares = share_out(Fen(money_fen), [ask.due_fen for ask in asks])
    return Pot(money_fen, asked_fen, tuple(
        Share(ask, got_fen, Fraction(money_fen * ask.due_fen, asked_fen))
        for ask, got_fen in zip(asks, shares, strict=True)
    ))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a plan.

    Attributes:
        asset: what it is paid from; None for the pool of all assets.
        exact: the share before rounding; for costs and reserves what they get.
        pot: the money it was drawn from and who shared it; None where ``reason`` bars it.
        kind: class of the claim; None for a cost or a reserve.
        split: how a common cost was laid on the assets; None for all others.
    """

    id: str
    creditor: str | None
    step: Step
    asset: str | None
    due_fen: int
    paid_fen: int
    reserved_fen: int
    reward_fen: int
    exact: Fraction
    basis: str
    reason: Reason | None = None
    pot: Pot | None = None
    kind: ClaimClass | None = None
    split: Pot | None = None

    @property
    def got_fen(self) -> int:
        return self.paid_fen + self.reserved_fen + self.reward_fen

    @property
    def unpaid_fen(self) -> int:
        return self.due_fen - self.got_fen


@dataclass(frozen=True, slots=True)
class Plan:
    """Where every fen of the proceeds goes: lines as the money flowed, the rest to the debtor."""

    regime: Regime
    lines: tuple[Line, ...]
    surplus_fen: int
    total_fen: int
