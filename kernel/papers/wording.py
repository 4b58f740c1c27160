"""How papers write sums, days and instants: in Chinese, whoever reads them."""

from datetime import date, datetime

from kernel.formats import BEIJING
from kernel.money import Fen, capitals, yuan_text


def sum_of(amount: int) -> str:
    """2,380,000.00 元（人民币贰佰叁拾捌万元整）."""
    return f"{yuan_text(amount)} 元（人民币{capitals(Fen(amount))}）"


def day(value: date | datetime) -> str:
    """2026 年 3 月 2 日; of an instant the day in Beijing."""
    on = value.astimezone(BEIJING).date() if isinstance(value, datetime) else value
    return f"{on.year} 年 {on.month} 月 {on.day} 日"


def instant(value: datetime, *, exact: bool = False) -> str:
    """2026 年 3 月 2 日 10:00:00 in Beijing; ``exact`` with milliseconds."""
    local = value.astimezone(BEIJING)
    thousandths = f".{local.microsecond // 1000:03d}" if exact else ""
    return f"{day(value)} {local:%H:%M:%S}{thousandths}"
