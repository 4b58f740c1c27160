"""``python -m evidence.witness``."""

from evidence.witness.command import witness

witness()
