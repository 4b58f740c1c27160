"""A buyer who does not pay (悔拍): what becomes of the deposit (AUC-24, SEL-15)."""

from dataclasses import dataclass

from kernel.money import Fen


@dataclass(frozen=True, slots=True)
class ForfeitedDeposit:
    """A forfeited deposit along the order of 网络司法拍卖规定第二十四条第一款.

    Nothing ever goes back to the buyer in default. For ``residual_fen`` the text is silent: it is
    held until a judge decides. ``unmet_fen`` is what costs and price gap took more than there was;
    whether the buyer owes it is disputed (AUC-24.4), so it is recorded and not claimed.
    """

    costs_fen: Fen
    price_gap_fen: Fen
    debt_of_case_fen: Fen
    related_debt_fen: Fen
    residual_fen: Fen
    unmet_fen: Fen


def use_forfeited_deposit(deposit_fen: Fen, *, costs_fen: Fen, first_price_fen: Fen,
                          second_price_fen: Fen, debt_of_case_fen: Fen,
                          related_debt_fen: Fen) -> ForfeitedDeposit:
    """Divide the deposit once the re-auction's price is known (AUC-24.1, AUC-24.2).

    Args:
        deposit_fen: what the buyer in default had paid in.
        costs_fen: costs of the auction that were lost.
        first_price_fen: the price at which the buyer in default had bought.
        second_price_fen: the price of the re-auction.
        debt_of_case_fen: what the respondent still owes in this case.
        related_debt_fen: what the respondent owes besides in connection with the property.
    """
    gap_fen = Fen(max(0, first_price_fen - second_price_fen))
    costs_used, left = _take(costs_fen, deposit_fen)
    gap_used, left = _take(gap_fen, left)
    debt_used, left = _take(debt_of_case_fen, left)
    related_used, left = _take(related_debt_fen, left)
    unmet_fen = Fen(costs_fen - costs_used + gap_fen - gap_used)
    return ForfeitedDeposit(costs_used, gap_used, debt_used, related_used, left, unmet_fen)


def _take(wanted_fen: Fen, left_fen: Fen) -> tuple[Fen, Fen]:
    used_fen = min(wanted_fen, left_fen)
    return used_fen, Fen(left_fen - used_fen)


@dataclass(frozen=True, slots=True)
class SellOffDefault:
    """A sell-off whose buyer does not pay the balance: only the announced deposit is withheld."""

    withheld_fen: Fen
    returned_fen: Fen


def sell_off_default(prepaid_fen: Fen, announced_deposit_fen: Fen) -> SellOffDefault:
    """Divide the prepayment of a buyer in default (SEL-15); what is withheld follows AUC-24."""
    withheld_fen = min(prepaid_fen, announced_deposit_fen)
    return SellOffDefault(withheld_fen, Fen(prepaid_fen - withheld_fen))


def balance_due(price_fen: Fen, paid_in_fen: Fen) -> Fen:
    """What the buyer still has to pay after deposit or prepayment counted (AUC-23.1, SEL-15)."""
    return Fen(price_fen - paid_in_fen)
