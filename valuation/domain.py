"""The doors of this domain."""

from kernel.domain import Domain
from valuation.commands import valuation_commands

DOMAIN = Domain(name="valuation", commands=(valuation_commands,))
