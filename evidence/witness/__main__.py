"""``python -m evidence.witness``."""

from config import logs
from evidence.witness.command import witness

logs.configure()
witness()
