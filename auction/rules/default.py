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
    gap_fen = max(0, first_price_fen - second_price_fen)
    left = int(deposit_fen)
    used = []
    for wanted in (costs_fen, gap_fen, debt_of_case_fen, related_debt_fen):
        used.append(Fen(min(left, wanted)))
        left -= used[-1]
    unmet_fen = costs_fen + gap_fen - used[0] - used[1]
    return ForfeitedDeposit(*used, residual_fen=Fen(left), unmet_fen=Fen(unmet_fen))


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
