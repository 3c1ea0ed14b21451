"""The values of two sentences compared."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from toolkit.translation.numbers.amount import FOLD, LONGEST, PARTS, Amount, Kind
from toolkit.translation.numbers.data import number_data
from toolkit.translation.numbers.dates import When
from toolkit.translation.numbers.finding import find_amounts
from toolkit.translation.numbers.numerals import DIGITS, read_numeral


def compare_values(
    source: str, target: str, source_language: str, target_language: str
) -> list[str]:
    """What one sentence says in numbers and the other does not, a line each.

    Dates are compared by year, month and day, so that a sentence may say them in another
    order. A number may be a word on the other side (3社, three companies) or stand in a
    name (S&P500, the S&P 500), but an amount of money, of percent or with a unit must have
    its unit on both sides.
    """
    there = _values(source, source_language)
    here = _values(target, target_language)
    for same in (lambda a, b: a.key == b.key, _same_number):
        for value in list(there):
            found = next((other for other in here if same(value, other)), None)
            if found is not None:
                there.remove(value)
                here.remove(found)
    loose_here = _loose_numbers(target, target_language)
    loose_there = _loose_numbers(source, source_language)
    missing = [value.text for value in there if not value.loosely_in(*loose_here)]
    added = [value.text for value in here if not value.loosely_in(*loose_there)]
    return [f"{text} is missing in the translation" for text in dict.fromkeys(missing)] + [
        f"{text} is in the translation only" for text in dict.fromkeys(added)
    ]


@dataclass(frozen=True)
class _Value:
    """One value of a sentence: a number of a kind, and the text it was written in."""

    kind: str
    number: Decimal
    text: str
    said: Decimal | None = None  # the number as written, where it was brought to another unit

    @property
    def key(self) -> tuple[str, Decimal]:
        return self.kind, self.number

    @property
    def is_loose(self) -> bool:
        """Whether its kind may be said in another way: 第3回 and three, 2倍 and doubled."""
        return self.kind in (
            "number",
            "times",
            "ordinal",
            "year",
            "month",
            "day",
            "quarter",
            "name",
            "unit:point",
        )

    def loosely_in(self, digits: set[Decimal], words: set[Decimal]) -> bool:
        """Whether it may be said by digits in a name, or by words.

        One of something may go without saying (1ドル=150円, 150 yen to the dollar), and
        eight tenths are eight of ten.
        """
        number = abs(self.number if self.said is None else self.said)
        if number == 1 and self.kind.startswith(("number", "unit", "money", "duration")):
            return True
        if self.kind == "percent":
            return number in words or (10 in words and number / 10 in words)
        return number in words or (self.is_loose and number in digits)


def _same_number(one: _Value, other: _Value) -> bool:
    if one.number == other.number and (one.is_loose or other.is_loose):
        return True
    # A minus may be a word: -3% is "fell 3%".
    return one.kind == other.kind and abs(one.number) == abs(other.number)


def _values(text: str, language: str) -> list[_Value]:
    return [
        value
        for amount in find_amounts(text, language)
        for value in _values_of(amount, text[amount.start : amount.end])
    ]


def _values_of(amount: Amount, text: str) -> Iterator[_Value]:
    for value in (amount.value, amount.upto):
        if isinstance(value, When):
            yield from _values_of_date(value, text)
        elif value is not None:
            kind = str(amount.kind)
            said = None
            if amount.kind is Kind.DURATION:
                # 1年半 is 18 months, and 2 weeks are 14日.
                table = number_data().durations[amount.unit]
                kind, said = f"duration:{table['in']}", value
                value *= table["of"]
            elif amount.kind is Kind.FRACTION:
                value /= Decimal(amount.unit)
            elif amount.kind is Kind.SCALE:
                kind = f"{Kind.SEVERAL}:{amount.unit}"  # trillions of dollars are both
            elif amount.kind is Kind.RATE:
                # The one dollar may go without saying.
                kind = f"{Kind.MONEY}:{amount.unit.partition('/')[0]}"
            elif amount.kind in (Kind.MONEY, Kind.UNIT, Kind.SEVERAL):
                kind += f":{amount.unit}"
            yield _Value(kind, value, text, said)


def _values_of_date(when: When, text: str) -> Iterator[_Value]:
    for name in ("year", "month", "day", "quarter"):
        number = getattr(when, name)
        if number is not None:
            yield _Value(name, Decimal(number), text)
    if when.hour is not None:
        # Either language may count the hours to 12 or to 24.
        yield _Value("time", Decimal((when.hour * 60 + (when.minute or 0)) % 720), text)


def _loose_numbers(text: str, language: str) -> tuple[set[Decimal], set[Decimal]]:
    """Numbers in names, and in words, which satisfy a comparison but ask for nothing."""
    folded = text.translate(FOLD)
    found = re.findall(DIGITS, folded)
    digits = {Decimal(number.replace(",", "")) for number in found if len(number) <= LONGEST}
    table = number_data().words[language]
    if language == "ja":
        words = {number for word in table if word in folded for number in table[word]}
        for run in re.findall("[〇一二三四五六七八九十百千万億兆]{1,20}", folded):
            value = read_numeral(run)
            words |= {value} if value is not None else set()
        return digits, words
    tokens = re.findall("[a-z]+", folded.lower())
    words = {number for token in tokens for number in table.get(token, ())}
    for ten, one in pairwise(tokens):
        tens, ones = table.get(ten, ()), table.get(one, ())
        if tens and ones and 20 <= tens[0] <= 90 and ones[0] < 10:
            words.add(tens[0] + ones[0])
        # One five-thousandth.
        if tens and one in ("thousandth", "thousandths"):
            words |= {1 / (number * 1000) for number in tens if number > 1}
    # A third agreed: no amount, for it may be the third, but it answers one.
    parts = {name: whole for whole, name in PARTS.items()} | {"fourth": 4}
    words |= {1 / Decimal(parts[token]) for token in tokens if token in parts}
    for part, whole in re.findall(rf"(?<![\d/])({DIGITS})/({DIGITS})(?![\d/])", folded):
        if len(part) <= LONGEST and len(whole) <= LONGEST and whole.strip("0,"):
            words.add(Decimal(part.replace(",", "")) / Decimal(whole.replace(",", "")))
    # Threefold, and a 70-year-old house, which in Japanese has stood for 70 years.
    folds = [token.removesuffix("fold") for token in tokens if token.endswith("fold")]
    words |= {number for token in folds for number in table.get(token, ())}
    words |= {Decimal(age) for age in re.findall(r"\b(\d{1,4})[- ]years?[- ]old\b", folded)}
    words |= {_roman(numeral) for numeral in re.findall(r"\b[IVX]{1,6}\b", folded)}
    return digits, words


def _roman(numeral: str) -> Decimal:
    values = [{"I": 1, "V": 5, "X": 10}[letter] for letter in numeral]
    return Decimal(sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True)))
