"""The acts that the log knows: ``domain.act``, each said once, in the order of a case's life.

A kind that is no longer written stays listed with the word "retired": old leaves bear it.
Kinds that verifiers read (contracts.md, bundle/v1) keep the names fixed there.
"""

from enum import StrEnum


class Kind(StrEnum):
    """What a leaf says was done."""

    # the log itself
    LOG_OPENED = "log.opened"

    # portal: the demo clock
    CLOCK_WALKED = "clock.walked"
