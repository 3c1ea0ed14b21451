"""What an amount is, and the words that its finding, writing and comparing share."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

from toolkit.translation.numbers.data import number_data
from toolkit.translation.numbers.dates import When
from toolkit.translation.numbers.numerals import read_numeral

SCALES = {
    "quadrillion": Decimal(10**15),
    "trillion": Decimal(10**12),
    "billion": Decimal(10**9),
    "million": Decimal(10**6),
}
LONGEST = 24  # digits; no amount is longer, and decimals are exact up to 28
FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {ord("−"): "-", ord("　"): " "}

SEVERAL = {
    1: ("several dozen", "数十"),
    2: ("several hundred", "数百"),
    3: ("several thousand", "数千"),
    4: ("tens of thousands of", "数万"),
    5: ("hundreds of thousands of", "数十万"),
    6: ("several million", "数百万"),
    7: ("tens of millions of", "数千万"),
    8: ("hundreds of millions of", "数億"),
    9: ("several billion", "数十億"),
    10: ("tens of billions of", "数百億"),
    11: ("hundreds of billions of", "数千億"),
    12: ("several trillion", "数兆"),
}
SCALE_WORDS = {
    3: "千", 4: "万", 6: "百万", 7: "千万", 8: "億", 9: "十億", 10: "百億", 11: "千億", 12: "兆"
}  # fmt: skip
"""What a table's figures are in (単位は百万円), by the power of ten."""


PARTS = {
    2: "half", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth",
    9: "ninth", 10: "tenth", 100: "hundredth", 1000: "thousandth",
}  # fmt: skip
"""What English calls one part of so many; of others it writes 1/12."""
SMALL_NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


class Kind(StrEnum):
    """What an amount is of."""

    NUMBER = "number"
    MONEY = "money"
    RATE = "rate"
    PERCENT = "percent"
    TIMES = "times"
    FRACTION = "fraction"
    UNIT = "unit"
    DURATION = "duration"
    ORDINAL = "ordinal"
    SEVERAL = "several"
    SCALE = "scale"
    NAME = "name"
    DATE = "date"


@dataclass(frozen=True)
class Amount:
    """An amount or a date in a text, from ``start`` up to ``end``.

    Attributes:
        value: the number, exact; a ``When`` where the kind is ``DATE``; for ``SEVERAL`` and
            ``SCALE`` (a table in 億円) the power of ten that there are several of.
        unit: the code of the currency or unit in ``numbers.toml``; for a rate of exchange those
            of both (JPY/USD is yen to the dollar); for an ordinal, what Japanese counts with
            (回, 代); for a name, its digits and what stands with them;
            for a fraction its denominator, ``value`` being the numerator.
        upto: the upper end of a range.
        hedge: ``about``, ``at least`` and so on, where it is a part of the amount.
        plus: whether a plus sign is written.
    """

    start: int
    end: int
    kind: Kind
    value: Decimal | When
    unit: str = ""
    upto: Decimal | When | None = None
    hedge: str = ""
    plus: bool = False


def any_of(words: Iterable[str]) -> str:
    """The words as alternatives of a pattern, the longest first."""
    return "|".join(re.escape(word) for word in sorted(set(words), key=len, reverse=True))


@cache
def unit_names(language: str) -> dict[str, tuple[Kind, str]]:
    """Every name of a unit or currency, with the kind and code it stands for."""
    data = number_data()
    names = {
        name: (Kind.MONEY, code)
        for code, currency in data.currencies.items()
        for name in currency[language]
    }
    names |= {
        name: (Kind.UNIT, code) for code, unit in data.units.items() for name in unit[language]
    }
    names |= {
        name: (Kind.DURATION, code)
        for code, duration in data.durations.items()
        for name in duration[language]
        if language == "en"
    }
    percent = ["%", "パーセント"] if language == "ja" else ["%", "percent", "per cent", "pct"]
    return names | dict.fromkeys(percent, (Kind.PERCENT, ""))


@cache
def _in_any_case(language: str) -> dict[str, tuple[Kind, str]]:
    """The names for a headline: FIVE MILLION TONS, One Million Dollars."""
    return {name.lower(): meant for name, meant in unit_names(language).items()}


@cache
def signs() -> dict[str, str]:
    """The code of the currency that each sign stands for."""
    return {
        sign: code
        for code, currency in number_data().currencies.items()
        for sign in currency["signs"]
    }


CODE = re.compile(
    r"(?<![\w.,])(?<!\d[-–])(?P<code>\d+(?:-\d+){2,}|0\d+-\d+|\d+-0\d+)(?![\w%-]|[.,]\d)", re.ASCII
)
"""A telephone number, a postcode, an ISBN: its hyphens are no ranges, its noughts are kept."""


def read_code(match: re.Match[str]) -> Amount | None:
    """The digits of a code as a name, which is the same in every language."""
    code = match["code"]
    if len(code) > LONGEST:
        return None
    return Amount(match.start(), match.end(), Kind.NAME, Decimal(code.replace("-", "")), code)


def hedges(language: str, place: str) -> dict[str, str]:
    """The words of a language that hedge an amount, and the hedge each is.

    ``place`` is where Japanese sets them, ``before`` or ``after``; English has ``en``.
    """
    return {
        word: name
        for name, hedge in number_data().hedges.items()
        for word in hedge.get(place, [])
        if language == "ja" or place == "en"
    }


def numeral(text: str) -> Decimal | None:
    """The value of a Japanese numeral; None where it is none, or longer than any amount."""
    return read_numeral(text) if len(text) <= LONGEST else None


def unit_of(name: str | None, sign: str | None, language: str) -> tuple[Kind, str, int]:
    """The kind and code of a unit's name or a currency's sign, and what to multiply with."""
    if name:
        name = name.strip(" -")
        if name == "割":
            return Kind.PERCENT, "", 10
        if name == "倍":
            return Kind.TIMES, "", 1
        names = unit_names(language)
        kind, code = names.get(name) or _in_any_case(language)[name.lower()]
        return kind, code, 1
    return (Kind.MONEY, signs()[sign], 1) if sign else (Kind.NUMBER, "", 1)


def unit_table(code: str) -> dict[str, Any]:
    """What ``numbers.toml`` says of a currency, unit or length of time."""
    data = number_data()
    table: dict[str, Any] = (
        data.currencies.get(code) or data.units.get(code) or data.durations[code]
    )
    return table


Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], Amount | None]]
"""A pattern, and what reads its match; nothing where it is no amount after all."""


def first_of(match: re.Match[str]) -> int:
    """Where a match begins: at the currency's sign, if there is one."""
    return match.start("cs") if match["cs"] else match.start("a")
