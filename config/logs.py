"""Structured logs: one JSON object a line, and nobody's name, number or address in them."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_ID_NUMBER = re.compile(r"\b\d{17}[\dXx]\b")
_PHONE = re.compile(r"\b1[3-9]\d{9}\b")
_PERSONAL = frozenset({"name", "id_number", "phone", "address", "password", "payer", "email", "login"})


def configure(level: int = logging.INFO) -> None:
    """Send structured logs to standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            without_personal_data,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=StandardError,
        cache_logger_on_first_use=True,
    )


class StandardError:
    """Prints a line to what standard error is at that moment: whoever redirects it gets it."""

    def __init__(self, *_: object) -> None:
        self.debug = self.info = self.warning = self.error = self.critical = self.exception = self.msg

    def msg(self, message: str) -> None:
        """Print one line at once."""
        sys.stderr.write(f"{message}\n")
        sys.stderr.flush()


def without_personal_data(_logger: Any, _method: str,
                          entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank personal members, and id and telephone numbers wherever they stand in a text."""
    for member, value in entry.items():
        if member in _PERSONAL:
            entry[member] = "•"
        elif isinstance(value, str):
            entry[member] = _PHONE.sub("•", _ID_NUMBER.sub("•", value))
    return entry
