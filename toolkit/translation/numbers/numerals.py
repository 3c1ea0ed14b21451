"""Japanese numerals: 5000億, 1兆5000億, 5千4百万, 三十五, 二〇二五, 1万1000."""

import re
from decimal import Decimal

DIGITS = r"(?>\d{1,3}(?:,\d{3})++(?!\d)|\d+)(?:\.\d+)?"
"""A number in digits, with or without commas, full-width ones folded before."""

_DIGIT = {char: number for number, char in enumerate("〇一二三四五六七八九")} | {"零": 0}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_BIG = {"万": 10**4, "億": 10**8, "兆": 10**12, "京": 10**16}
_TOKEN = re.compile(rf"({DIGITS})|([〇零一二三四五六七八九]+)|([十百千])|([万億兆京])")


def read_numeral(text: str) -> Decimal | None:
    """The value of a numeral in digits, kanji or both; None where it is none (一二十, 万)."""
    total = section = Decimal(0)
    number: Decimal | None = None
    small, big = 10**4, 10**20
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            return None
        position = token.end()
        digits, kanji, tens, scale = token.groups()
        if digits or kanji:
            if number is not None:
                return None
            number = Decimal(
                digits.replace(",", "") if digits else "".join(str(_DIGIT[char]) for char in kanji)
            )
        elif tens:
            if _SMALL[tens] >= small:
                return None
            small = _SMALL[tens]
            section += scaled(Decimal(1) if number is None else number, small)
            number = None
        else:
            if _BIG[scale] >= big or (number is None and not section):
                return None
            big, small = _BIG[scale], 10**4
            total += scaled(section + (number or 0), big)
            section, number = Decimal(0), None
    rest = section + (number or 0)
    if big < 10**20 and rest >= big:
        return None
    return total + rest if text else None


def scaled(number: Decimal, factor: int) -> Decimal:
    """So many times a number, without the zeros that only the factor brings: 3.5万 is 35000."""
    product = (number * factor).normalize()
    return product if product % 1 else product.quantize(Decimal(1))


def write_numeral(value: Decimal) -> str:
    """A number that is not negative as Japanese newspapers write it: 1兆5000億, 9万4000, 2500.

    Groups of ten thousand with their kanji, no commas, every digit kept.
    """
    whole, fraction = int(value), value - int(value)
    decimals = f"{fraction:f}"[1:] if value != whole or value < 10**4 else ""
    if whole < 10**4:
        return f"{value:f}"
    if decimals and whole % 10**4 == 0:
        return f"{value:,f}"
    text = ""
    for scale, kanji in ((10**16, "京"), (10**12, "兆"), (10**8, "億"), (10**4, "万")):
        if whole >= scale:
            text += f"{whole // scale}{kanji}"
            whole %= scale
    if decimals:
        return f"{text}{whole}{decimals.rstrip('0')}"
    return text + (str(whole) if whole else "")
