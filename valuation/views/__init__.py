"""The pages of valuation: the way of a reference price, draws, institutions, one's own part."""
