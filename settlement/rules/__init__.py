"""Pure rules of settlement: the ladder of payment, interest, terms of a plan, payouts."""
