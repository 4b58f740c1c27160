"""Reading what happened: attempts of a sale, leaves of a log, and whether every chain holds."""

from evidence.services.sales import Shot, Wanted, check, sale_of_court, shots
from evidence.services.searching import PER_PAGE, LeafQuery, leaf_of, leaves

__all__ = ["PER_PAGE", "LeafQuery", "Shot", "Wanted", "check", "leaf_of", "leaves", "sale_of_court", "shots"]
