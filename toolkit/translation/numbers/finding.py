"""Amounts and dates found in a text."""

from functools import cache

from toolkit.translation.numbers import english, japanese
from toolkit.translation.numbers.amount import FOLD, Amount, Kind, Rule
from toolkit.translation.numbers.dates import find_dates


def find_amounts(text: str, language: str) -> list[Amount]:
    """The amounts and dates of a text in ``ja`` or ``en``, in order, none overlapping.

    Digits that belong to a name (GPT-4, S&P500, H100) are no amounts, nor are English
    numbers in words below a million, nor single kanji numbers (一部, 一人).
    """
    folded = text.translate(FOLD)
    taken = bytearray(len(text))
    amounts = []
    for dated in find_dates(folded, language):
        taken[dated.start : dated.end] = b"\1" * (dated.end - dated.start)
        amounts.append(Amount(dated.start, dated.end, Kind.DATE, dated.when, upto=dated.upto))
    for pattern, read in _patterns(language):
        for match in pattern.finditer(folded):
            amount = read(match)
            if amount is None or any(taken[amount.start : amount.end]):
                continue
            taken[amount.start : amount.end] = b"\1" * (amount.end - amount.start)
            amounts.append(amount)
    return sorted(amounts, key=lambda amount: amount.start)


@cache
def _patterns(language: str) -> tuple[Rule, ...]:
    return japanese.patterns() if language == "ja" else english.patterns()
