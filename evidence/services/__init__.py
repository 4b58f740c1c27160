"""Reading what happened: attempts of a sale, leaves of a log, and whether every chain holds."""

from evidence.services.sales import (
    Happening,
    Shot,
    Wanted,
    check,
    course_of,
    happenings,
    moment_of,
    sale_of_court,
    shots,
    wanted_shots,
)
from evidence.services.searching import PER_PAGE, LeafQuery, leaf_of, leaves

__all__ = [
    "PER_PAGE", "Happening", "LeafQuery", "Shot", "Wanted", "check", "course_of", "happenings", "leaf_of",
    "leaves", "moment_of", "sale_of_court", "shots", "wanted_shots",
]
