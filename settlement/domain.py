"""The doors of this domain."""

from kernel.domain import Domain
from settlement.commands import settlement_commands

DOMAIN = Domain(name="settlement", commands=(settlement_commands,))
