"""What a chart's figures count: 億円 is a hundred million of ¥, in English ``¥ billion``.

Units that ``numbers.toml`` knows are put by rule, and with them their scales: no engine, and no
editor in a hurry, makes billions of what were 億. What else is counted (人, people) is a word
to be translated like any other.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path

from markdown_it.token import Token

from toolkit.document.chart import Chart, Row, read_chart
from toolkit.translation.numbers.data import number_data

_SCALES: Mapping[str, Mapping[str, int]] = {
    "ja": {
        **{"千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7},
        **{"億": 8, "十億": 9, "百億": 10, "兆": 12},
    },
    "en": {
        **{"thousand": 3, "million": 6, "billion": 9, "trillion": 12},
        **{"k": 3, "m": 6, "mn": 6, "bn": 9, "tn": 12},
    },
}
"""What may stand before a unit, as a power of ten."""

_SHOWN = {"ja": {"万": 4, "億": 8, "兆": 12}, "en": {"million": 6, "billion": 9, "trillion": 12}}
"""The scales that figures are shown in where their author chose none, the smallest first."""

LONGEST = 100_000
"""From where on figures are shown in a larger scale."""


@dataclass(frozen=True)
class Measure:
    """A unit taken apart.

    Attributes:
        scale: what each figure is a multiple of.
        name: what is counted, in the language of the unit; may be empty.
        code: its code in ``numbers.toml``; empty for words.
    """

    scale: Decimal
    name: str
    code: str = ""


def read_measure(unit: str, language: str) -> Measure:
    """A unit as written, taken apart."""
    text = unit.strip()
    scales = "|".join(sorted(_SCALES[language], key=len, reverse=True))
    if language == "ja":
        match = re.fullmatch(rf"({scales})?(.*)", text)
        assert match is not None  # everything is optional
        found, name = match[1], match[2]
    else:
        match = re.fullmatch(
            rf"(?P<sign>[^\w\s]|\w{{1,3}}[$¥])?\s*(?:(?P<scale>{scales})s?\b(?:\s+of\b)?)?\s*(?P<name>.*)",
            text,
            re.IGNORECASE,
        )
        assert match is not None
        sign, found, name = match["sign"] or "", match["scale"], match["name"]
        if (sign and name) or (found and len(found) <= 2 and not sign):
            # A letter alone is a scale only behind a sign: $bn, but 5 m.
            found, name = None, text
        elif sign:
            name = sign
    power = _SCALES[language][found.lower()] if found else 0
    return Measure(Decimal(10) ** power, name, _codes(language).get(name.casefold(), ""))


def chart_of(token: Token, path: Path) -> Chart:
    """The chart of a fenced block of a file: as translated, or as written.

    Raises:
        ContentError: it cannot be drawn; the error names the line and what to do.
    """
    chart = token.meta.get("chart") or read_chart(token, path)
    assert isinstance(chart, Chart)
    return chart


def chart_texts(chart: Chart, language: str) -> Iterator[tuple[str, int]]:
    """What of a chart is translated as words, each with its line."""
    measure = read_measure(chart.unit, language)
    if measure.name and not measure.code:
        yield measure.name, chart.lines[1]
    yield from chart.texts()


def in_language(chart: Chart, source: str, target: str, words: dict[str, str]) -> Chart:
    """A chart's figures and unit in another language.

    Args:
        chart: the chart, its other texts in whichever language.
        source, target: the languages.
        words: the translation of a unit's name that no rule knows.
    """
    measure = read_measure(chart.unit, source)
    rows = (
        replace(row, values=tuple(None if v is None else v * measure.scale for v in row.values))
        for row in chart.rows
    )
    name = words.get(measure.name, measure.name)
    if measure.code:
        name = _written(measure.code, target, measure.name)
    return replace(chart, unit=name, rows=tuple(rows))


def shown(chart: Chart, language: str) -> tuple[str, Decimal]:
    """The unit that a chart's figures are shown in, and what to divide them by.

    A scale that the author chose stays. Otherwise figures of six digits and more are shown in
    the largest scale of the language that the smallest of them reaches, or in the first that
    brings the largest below six digits; in none that would leave nothing of a small one.
    """
    measure = read_measure(chart.unit, language)
    sizes = [abs(value) for value in _values(chart.rows) if value]
    if measure.scale != 1 or not sizes or max(sizes) < LONGEST:
        return chart.unit, Decimal(1)
    power, word = 0, ""
    for name, exponent in _SHOWN[language].items():
        is_reached = min(sizes) >= Decimal(10) ** exponent
        is_needed = max(sizes).scaleb(-power) >= LONGEST and max(sizes).scaleb(-exponent) >= 1
        if (is_reached or is_needed) and all(_is_left(v.scaleb(-exponent)) for v in sizes):
            power, word = exponent, name
    if not word:
        return chart.unit, Decimal(1)
    if language == "ja":
        unit = word + measure.name
    elif measure.code in number_data().currencies and not measure.name.isalpha():
        unit = f"{measure.name} {word}"
    else:
        unit = f"{word} {measure.name}".strip()
    return unit, Decimal(10) ** power


def _is_left(value: Decimal) -> bool:
    """Whether three decimals say all of a figure, or at least its first three digits."""
    return value >= Decimal("0.1") or value == round(value, 3)


def _values(rows: tuple[Row, ...]) -> list[Decimal | None]:
    return [value for row in rows for value in row.values]


@cache
def _codes(language: str) -> dict[str, str]:
    """The currencies and units by how they may be written, in small letters."""
    data = number_data()
    codes = {"%": "%", "％": "%", "パーセント": "%", "percent": "%", "per cent": "%"}
    for tables in (data.currencies, data.units):
        for code, table in tables.items():
            for name in (*table[language], *table.get("signs", ())):
                codes.setdefault(name.casefold(), code)
    return codes


def _written(code: str, language: str, own: str) -> str:
    """A currency or unit as it is written beside figures; a symbol stays what it is."""
    data = number_data()
    if code == "%":
        return "%"
    if code in data.currencies:
        table = data.currencies[code]
        if language == "en":
            return str(table.get("sign") or table["en"][1])
        return str(table["ja"][0])
    names = data.units[code][language]
    if own in names:
        return own
    return str(names[0] if language == "ja" else names[1])
