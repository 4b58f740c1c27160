"""Bid ladders as court platforms print them (CSV), turned into replay/v1 (docs/contracts.md).

Nothing is dropped, sorted or repaired: what contradicts the rules goes out as it stands, and is
named in the notes.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import gcd
from types import MappingProxyType
from typing import Final

from auction.rules.bidding import BidIn, LotTerms
from auction.rules.replay import SELLOFF_SPAN, BidLog, Entry, replay
from kernel.formats import FormatError, instant_text, parse_instant
from kernel.money import parse_yuan, yuan_text

_NAMES: Final[Mapping[str, frozenset[str]]] = MappingProxyType({
    "code": frozenset({"竞买号", "竞买代码", "竞买号牌", "竞拍号", "出价人"}),
    "price": frozenset({"价格", "出价", "出价金额", "出价价格", "报价"}),
    "time": frozenset({"时间", "出价时间", "竞价时间", "报价时间"}),
    "status": frozenset({"状态", "出价状态"}),
})
_NEEDED: Final = MappingProxyType({"code": "竞买号", "price": "价格", "time": "时间"})
_SOLD: Final = "成交"

_UNIT: Final = re.compile(r"[（(\[［【][^（(\[［【]*[）)\]］】]$")
_PRINTED_TIME: Final = re.compile(
    r"(\d{4})(?:年(\d\d)月(\d\d)日|([-/])(\d\d)\4(\d\d))\s+(\d\d:\d\d:\d\d)", re.ASCII)

_LONGEST_CODE: Final = 64
_WINDOW: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Row:
    """One printed bid."""

    line: int
    code: str
    amount_fen: int
    received_at: datetime
    is_sold: bool
    """Printed as 成交."""

    @property
    def key(self) -> tuple[str, int, datetime]:
        """Two rows alike in these are one bid, printed twice where pages overlap."""
        return self.code, self.amount_fen, self.received_at


@dataclass(frozen=True, slots=True)
class GivenTerms:
    """What the caller knows of the announcement; the rest is inferred from the ladder."""

    start_price_fen: int | None = None
    increment_fen: int | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ImportedLog:
    log: BidLog
    notes: tuple[str, ...]
    """What was inferred, and what in the ladder contradicts the rules."""


def import_log(raw: bytes, given: GivenTerms) -> ImportedLog:
    """Turn a printed ladder into a bid log.

    Raises:
        FormatError: names the line, or the term, that does not fit.
    """
    printed = read_ladder(raw)
    rows = _oldest_first(printed)
    try:
        terms, inferred = _terms(rows, given)
        log = BidLog(terms, tuple(Entry(BidIn(row.code, row.amount_fen), row.received_at)
                                  for row in rows))
        return ImportedLog(log, (*inferred, *_contradictions(log, rows, printed)))
    except OverflowError as error:
        raise FormatError("lot.closes_at", "the sale would end after the year 9999") from error


def read_ladder(raw: bytes) -> list[Row]:
    """The rows of a printed ladder, as they stand.

    Raises:
        FormatError: names the line that does not fit, the first being 1.
    """
    rows: list[Row] = []
    columns: dict[str, int] | None = None
    for line, cells in _lines(_decode(raw)):
        found = _columns(cells, line)
        if all(name in found for name in _NEEDED):
            columns = found
        elif columns is None:
            missing = ", ".join(shown for name, shown in _NEEDED.items() if name not in found)
            raise FormatError(f"line {line}", "comes before any heading; a heading names the "
                                              "columns 竞买号, 价格 and 时间, and this line "
                                              f"lacks {missing}")
        else:
            rows.append(_row(cells, columns, line))
    if columns is None:
        raise FormatError("", "has no heading that names the columns 竞买号, 价格 and 时间")
    return rows


def _decode(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FormatError("", "is neither UTF-8 nor GB18030")


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Every line that is not blank, with the number of the (first) line it stands on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield line, stripped
            line = reader.line_num + 1
    except csv.Error as error:
        raise FormatError(f"line {line}", f"is no line of CSV: {error}") from error


def _columns(cells: list[str], line: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for position, cell in enumerate(cells):
        title = _UNIT.sub("", cell).strip()
        for name, titles in _NAMES.items():
            if title in titles and found.setdefault(name, position) != position:
                raise FormatError(f"line {line}", f"names the column {cell} twice")
    return found


def _row(cells: list[str], columns: dict[str, int], line: int) -> Row:
    def cell(name: str) -> str:
        position = columns.get(name, len(cells))
        return cells[position] if position < len(cells) else ""

    code = cell("code")
    if not 1 <= len(code) <= _LONGEST_CODE:
        raise FormatError(f"line {line}", f"needs a 竞买号 of 1 to {_LONGEST_CODE} characters")
    try:
        amount_fen = parse_price(cell("price"))
        received_at = _time(cell("time"))
    except ValueError as error:
        raise FormatError(f"line {line}", str(error)) from error
    return Row(line, code, amount_fen, received_at, cell("status") == _SOLD)


def parse_price(text: str) -> int:
    """Read a price in yuan as printed: ``14,534,399.94``, ``900000``, ``¥1元``.

    Raises:
        ValueError: it is none, or not above zero.
    """
    amount_fen = parse_yuan(text)
    if amount_fen <= 0:
        raise ValueError(f"must be above zero: {text!r}")
    return amount_fen


def _time(text: str) -> datetime:
    found = _PRINTED_TIME.fullmatch(text)
    if found is None:
        try:
            return parse_instant(text)
        except ValueError as error:
            raise ValueError(f"not a time such as 2026年05月26日 10:22:18: {text!r}") from error
    year, month, day, _, other_month, other_day, clock = found.groups()
    return parse_instant(f"{year}-{month or other_month}-{day or other_day}T{clock}+08:00")


def _oldest_first(printed: list[Row]) -> list[Row]:
    unique: dict[tuple[str, int, datetime], Row] = {}
    for row in printed:
        unique.setdefault(row.key, row)
    rows = list(unique.values())
    if rows and rows[0].received_at >= rows[-1].received_at:
        rows.reverse()
    return rows


def _terms(rows: list[Row], given: GivenTerms) -> tuple[LotTerms, list[str]]:
    notes: list[str] = []
    start_price_fen, increment_fen = given.start_price_fen, given.increment_fen
    opens_at, closes_at = given.opens_at, given.closes_at
    if not rows and None in {start_price_fen, opens_at, closes_at}:
        raise FormatError("", "holds no bid, so start price, opening and end must be given")
    if start_price_fen is None:
        start_price_fen = min(row.amount_fen for row in rows)
        notes.append(f"start price {yuan_text(start_price_fen)} yuan: inferred, the lowest price")
    if increment_fen is None:
        steps = [after.amount_fen - before.amount_fen for before, after in pairwise(rows)]
        increment_fen = gcd(*steps) or 1
        notes.append(f"increment {yuan_text(increment_fen)} yuan: inferred, the greatest common "
                     "divisor of the differences between neighbours")
    if opens_at is None:
        opens_at = min(row.received_at for row in rows)
        notes.append(f"opening {instant_text(opens_at)}: inferred, the earliest time")
    if closes_at is None:
        closes_at = max(row.received_at for row in rows) + _WINDOW
        notes.append(f"end {instant_text(closes_at)}: inferred, five minutes after the latest time")
    if closes_at <= opens_at:
        raise FormatError("lot.closes_at", f"{instant_text(closes_at)} must be later than the "
                                           f"opening, {instant_text(opens_at)}")
    return LotTerms(start_price_fen=start_price_fen, increment_fen=increment_fen, opens_at=opens_at,
                    closes_at=closes_at, window=_WINDOW, selloff_span=SELLOFF_SPAN), notes


def _contradictions(log: BidLog, rows: list[Row], printed: list[Row]) -> Iterator[str]:
    winner = None
    for row, decision in zip(rows, replay(log).decisions, strict=True):
        if decision.reason is None:
            winner = row
        else:
            yield f"line {row.line}: {row.code}: refused as {decision.reason.value}"
    for row in printed:
        if row.is_sold and (winner is None or row.key != winner.key):
            yield f"line {row.line}: {row.code}: printed as {_SOLD}, but is not the winning bid"
