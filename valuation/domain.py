"""The doors of this domain."""

from kernel.domain import Domain

DOMAIN = Domain(name="valuation")
