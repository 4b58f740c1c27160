"""What of the log is for everybody. Pure."""

from typing import Final

OPEN_TO_ALL: Final = ("lot:", "draw:", "plan:", "log:")
"""Subjects whose leaves anybody may see and have proved; those of cases are for whom they concern."""
