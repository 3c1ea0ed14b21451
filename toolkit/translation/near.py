"""Sentences that are nearly the same: how alike they are, and what becomes of other numbers.

Likeness is the normalised indel similarity of rapidfuzz, on text without marks, capitals
and the difference of widths. ``grams`` finds them among many.
"""

import re
import unicodedata
from dataclasses import replace

from toolkit.translation.inline import elements
from toolkit.translation.numbers import Amount, Kind, compare_values, find_amounts, realise

LEAST = 70
"""From how many percent on a sentence is worth showing to a translator."""

_ADDRESS = re.compile(r"\]\([^()\s]*\)")
_MARKS = re.compile(r"[*`\[\]\\~]")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")


def normalised(text: str) -> str:
    """A sentence as it is compared: no marks, capitals, widths and addresses of links."""
    if "](" in text:
        text = _ADDRESS.sub("]", text)
    return " ".join(unicodedata.normalize("NFKC", _MARKS.sub("", text)).casefold().split())


def without_digits(text: str) -> str:
    """A normalised sentence with one digit for each number in digits."""
    return _DIGITS.sub("0", text)


def renumbered(old: str, translation: str, new: str, source: str, target: str) -> str | None:
    """The translation of a sentence that differs from a translated one in its numbers only.

    None where that cannot be done with certainty: another number of numbers, of other
    kinds or units; a number that stands there twice and changes once; from one to many,
    where grammar changes too; or where anything is left that the source does not say.
    """
    if elements(old) != elements(new):
        return None
    before, after = find_amounts(old, source), find_amounts(new, source)
    if _around(old, before) != _around(new, after):
        return None
    changes: dict[tuple[object, ...], Amount] = {}
    for one, other in zip(before, after, strict=True):
        if (one.kind, one.unit, one.hedge, one.plus, one.upto is None) != (
            (other.kind, other.unit, other.hedge, other.plus, other.upto is None)
        ):
            return None
        if changes.setdefault(_value(one), other) != other and (
            _value(changes[_value(one)]) != _value(other)
        ):
            return None
    pieces, position = [], 0
    done = set()
    for amount in find_amounts(translation, target):
        wanted = changes.get(_value(amount))
        if wanted is None or _value(wanted) == _value(amount):
            continue
        if amount.kind is Kind.SEVERAL or 1 in (amount.value, wanted.value):
            return None
        done.add(_value(amount))
        changed = replace(amount, value=wanted.value, upto=wanted.upto)
        pieces += [translation[position : amount.start], realise(changed, target)]
        position = amount.end
    if {value for value, other in changes.items() if value != _value(other)} - done:
        return None
    text = "".join([*pieces, translation[position:]])
    if compare_values(new, text, source, target) or elements(text) != elements(translation):
        return None
    return text


def _value(amount: Amount) -> tuple[object, ...]:
    return amount.kind, amount.unit, amount.value, amount.upto


def _around(text: str, amounts: list[Amount]) -> list[str]:
    """What stands between the amounts of a text."""
    pieces, position = [], 0
    for amount in amounts:
        pieces.append(text[position : amount.start])
        position = amount.end
    return [*pieces, text[position:]]
