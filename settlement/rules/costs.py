"""Steps 1 and 2: costs of enforcement (PRI-01), then what decisions keep back (PRI-02, -01t)."""

from fractions import Fraction

from settlement.rules.claims import Asset, Cost, Reserve
from settlement.rules.ladder import Step
from settlement.rules.plan import Ask, Line, Pot, Share, split_pot
from settlement.rules.till import POOL, Till


def pay_costs(till: Till) -> None:
    """Pay the costs of each asset from it, then the common ones from all, in the order of the list.

    What an asset cannot pay of its own costs stays unpaid: no other asset bears it.
    """
    for cost in till.claims.costs:
        if cost.asset is not None:
            _pay_cost(till, cost, cost.asset, cost.amount_fen)
    for cost in till.claims.costs:
        if cost.asset is None:
            _pay_common_cost(till, cost)


def _pay_common_cost(till: Till, cost: Cost) -> None:
    """Lay a common cost on the assets by what they have left at this moment."""
    bearers = [Ask(asset.id, None, left_fen) for asset in till.claims.assets
               if (left_fen := till.left[asset.id]) > 0]
    if not bearers:
        _pay_cost(till, cost, POOL, cost.amount_fen)
        return
    split = split_pot(cost.amount_fen, bearers)
    for part in split.shares:
        if part.got_fen > 0:
            _pay_cost(till, cost, part.ask.id, part.got_fen, split)


def _pay_cost(
    till: Till, cost: Cost, source: str | None, due_fen: int, split: Pot | None = None
) -> None:
    pot = _take(till, source, Ask(cost.id, cost.advanced_by, due_fen))
    got_fen = pot.shares[0].got_fen
    till.lines.append(Line(
        id=cost.id, creditor=cost.advanced_by, step=Step.COSTS, asset=source, due_fen=due_fen,
        paid_fen=got_fen, reserved_fen=0, reward_fen=0, exact=Fraction(got_fen), basis="PRI-01",
        pot=pot, split=split,
    ))


def keep_reserves(till: Till, asset: Asset) -> None:
    """Keep back what decisions reserve from one asset, in the order of the list."""
    for reserve in till.claims.reserves:
        if reserve.asset == asset.id:
            _keep(till, reserve)


def _keep(till: Till, reserve: Reserve) -> None:
    pot = _take(till, reserve.asset, Ask(reserve.id, None, reserve.amount_fen))
    got_fen = pot.shares[0].got_fen
    till.lines.append(Line(
        id=reserve.id, creditor=None, step=Step.RESERVES, asset=reserve.asset,
        due_fen=reserve.amount_fen, paid_fen=0, reserved_fen=got_fen, reward_fen=0,
        exact=Fraction(got_fen), basis=reserve.kind.basis, pot=pot,
    ))


def _take(till: Till, source: str | None, ask: Ask) -> Pot:
    """One ask alone takes what it is due, as far as the money goes."""
    money_fen = till.left[source]
    got_fen = min(ask.due_fen, money_fen)
    till.left[source] = money_fen - got_fen
    return Pot(money_fen, ask.due_fen, (Share(ask, got_fen, Fraction(got_fen)),))
