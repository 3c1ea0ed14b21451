"""``numbers.toml``, read once: what amounts are written with in each language."""

import tomllib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class NumberData:
    """The tables of ``numbers.toml``; see the comments there."""

    currencies: Mapping[str, Any]
    units: Mapping[str, Any]
    durations: Mapping[str, Any]
    before_names: Sequence[str]
    not_nouns: Set[str]
    hedges: Mapping[str, Any]
    eras: Mapping[str, int]
    words: Mapping[str, Mapping[str, tuple[Decimal, ...]]]


@cache
def number_data() -> NumberData:
    """The data, from the file beside this module."""
    path = Path(__file__).with_name("numbers.toml")
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    words = {
        language: {word: tuple(map(Decimal, values.split())) for word, values in table.items()}
        for language, table in data["words"].items()
    }
    return NumberData(
        currencies=data["currency"],
        units=data["unit"],
        durations=data["duration"],
        before_names=data["names"]["before"].split(),
        not_nouns=frozenset(data["names"]["not-nouns"].split()),
        hedges=data["hedge"],
        eras=data["era"],
        words=words,
    )
