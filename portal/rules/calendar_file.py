"""A calendar as a file (iCalendar, RFC 5545): text in, text out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

_LONGEST: Final = 75
"""Octets in one line; longer ones go on in the next, behind a blank."""


@dataclass(frozen=True, slots=True)
class Event:
    """One sale, from the first bid that may come to its planned end."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    title: str
    text: str
    url: str


def calendar_file(name: str, events: Iterable[Event], now: datetime) -> str:
    """The whole file, with the line ends that the format wants."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Luochui//Judicial auctions//ZH",
             "CALSCALE:GREGORIAN",
             f"X-WR-CALNAME:{_escaped(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT1H"]
    for event in events:
        lines += ["BEGIN:VEVENT", f"UID:{event.uid}", f"DTSTAMP:{_instant(now)}",
                  f"DTSTART:{_instant(event.starts_at)}", f"DTEND:{_instant(event.ends_at)}",
                  f"SUMMARY:{_escaped(event.title)}", f"DESCRIPTION:{_escaped(event.text)}",
                  f"URL:{event.url}", "TRANSP:TRANSPARENT", "END:VEVENT"]
    lines.append("END:VCALENDAR")
    return "".join(part + "\r\n" for line in lines for part in _folded(line))


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r", ""), ("\n", "\\n")):
        text = text.replace(sign, written)
    return text


def _folded(line: str) -> Iterator[str]:
    """Lines of at most 75 octets, never cut within a character."""
    part, room = "", _LONGEST
    for sign in line:
        size = len(sign.encode())
        if size > room:
            yield part
            part, room = " ", _LONGEST - 1
        part, room = part + sign, room - size
    yield part
