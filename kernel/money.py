"""Money as whole fen (分). No float ever touches an amount."""

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import NewType

Fen = NewType("Fen", int)

MAX_FEN = 2**53 - 1
"""The largest amount a public format may carry (contracts.md): exact in every JSON reader."""
MOST_FEN = 10**15
"""The most that anybody may enter, ten trillion yuan. What is reckoned from two such, as the least next bid
after the highest, can still be written: else one bid could make a leaf that no reader takes for one."""

_YUAN = re.compile(
    r"(?P<sign>-?)(?P<yuan>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<dec>\d{1,2}))?", re.ASCII
)


def share_out(total: Fen, weights: Sequence[int]) -> list[Fen]:
    """Split ``total`` in proportion to ``weights`` and lose not one fen.

    Every share is rounded down; the fen left over go one each to the largest
    remainders, the earlier position winning a tie. The result therefore sums to
    ``total`` exactly and depends on nothing but its two arguments.

    Raises:
        ValueError: ``total`` or a weight is negative, or all weights are zero.
    """
    whole = sum(weights)
    if total < 0 or whole <= 0 or min(weights) < 0:
        raise ValueError("share_out needs total >= 0 and weights >= 0, not all zero")
    shares = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return [Fen(share) for share in shares]


def at_least(amount: Fen, ratio: Fraction) -> Fen:
    """The least whole fen not under ``amount`` × ``ratio``: a lawful lower bound rounds up."""
    return Fen(-(-amount * ratio.numerator // ratio.denominator))


def at_most(amount: Fen, ratio: Fraction) -> Fen:
    """The most whole fen not over ``amount`` × ``ratio``: a lawful upper bound rounds down."""
    return Fen(amount * ratio.numerator // ratio.denominator)


def half_up(value: Fraction) -> Fen:
    """Round an exact, non-negative amount to the fen, half a fen upwards (means and interest)."""
    return Fen((2 * value.numerator + value.denominator) // (2 * value.denominator))


def yuan_text(amount: int) -> str:
    """Print fen as yuan with two decimals and thousands marks: 238000050 -> ``2,380,000.50``."""
    sign = "-" if amount < 0 else ""
    yuan, rest = divmod(abs(amount), 100)
    return f"{sign}{yuan:,}.{rest:02d}"


class AmountTooLarge(ValueError):
    """More than ``MAX_FEN``."""


def parse_yuan(text: str) -> Fen:
    """Read yuan as people and court platforms print them, with or without ¥, 元 and commas.

    Raises:
        AmountTooLarge: above ``MAX_FEN``.
        ValueError: not a number, or more than two decimals.
    """
    cleaned = text.strip().removeprefix("¥").removeprefix("￥").removesuffix("元").strip()
    found = _YUAN.fullmatch(cleaned)
    if found is None:
        raise ValueError(f"not an amount in yuan: {text!r}")
    amount = int(found["yuan"].replace(",", "")) * 100 + int((found["dec"] or "").ljust(2, "0"))
    if amount > MAX_FEN:
        raise AmountTooLarge(f"amount too large: {text!r}")
    return Fen(-amount if found["sign"] else amount)


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("仟", "佰", "拾", "")
_UNITS = (("亿", 10**8), ("万", 10**4))


def capitals(amount: Fen) -> str:
    """Write an amount in capitals (大写金额) as a cheque wants it.

    ``10700053`` is 壹拾万柒仟元零伍角叁分. Source: 正确填写票据和结算凭证的基本规定.
    """
    if amount < 0:
        return "负" + capitals(Fen(-amount))
    yuan, rest = divmod(amount, 100)
    jiao, fen = divmod(rest, 10)
    text = _whole(yuan) + "元" if yuan else ""
    if not rest:
        return (text or "零元") + "整"
    if yuan and (not jiao or yuan % 10 == 0):
        text += "零"
    text += _DIGITS[jiao] + "角" if jiao else ""
    return text + (_DIGITS[fen] + "分" if fen else "整")


def _whole(number: int) -> str:
    for unit, size in _UNITS:
        if number >= size:
            high, low = divmod(number, size)
            gap = "零" if 0 < low < size // 10 else ""
            return _whole(high) + unit + gap + (_whole(low) if low else "")
    text = ""
    gap = ""
    for place, digit in zip(_PLACES, f"{number:04d}", strict=True):
        if digit == "0":
            gap = "零" if text else ""
        else:
            text += gap + _DIGITS[int(digit)] + place
            gap = ""
    return text
