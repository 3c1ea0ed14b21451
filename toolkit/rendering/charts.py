"""A chart as a reader meets it: its figures as they are written, in words, and as a table.

    Chart (document) ─▶ Figures ─▶ a drawing (drawing), a text alternative, a table

What is drawn and what is said come from the same figures, so they cannot differ.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from markdown_it.token import Token

from toolkit.document.chart import Chart, ChartKind
from toolkit.rendering.labels import Labels
from toolkit.translation.measures import read_measure, shown

MINUS = "\u2212"
_DECIMALS = 3
"""The most decimals that are shown of figures in a larger scale than they were given in."""


@dataclass(frozen=True)
class Figures:
    """A chart in the numbers and words of its edition.

    Attributes:
        chart: the chart, in the edition's language.
        language: that language.
        numbers: for each row its figures, in the unit in which they are shown.
        labels: the same as they are written; of one that is missing, what says so.
        shares: of a chart of shares, for each row its share of each whole, in percent, as
            written; else empty.
        unit: what the figures count, as it stands beside the title; may be empty.
        sign: what each figure carries itself: ``%`` or nothing.
        credit: where the figures come from; may be empty.
        alternative: the whole chart in words.
        decimals: how many each figure has.
    """

    chart: Chart
    language: str
    numbers: tuple[tuple[Decimal | None, ...], ...]
    labels: tuple[tuple[str, ...], ...]
    shares: tuple[tuple[str, ...], ...]
    unit: str
    sign: str
    credit: str
    alternative: str
    decimals: int

    @property
    def title(self) -> str:
        """The title; may be empty."""
        return self.chart.title

    def head(self, labels: Labels) -> str:
        """Title and unit in one line; may be empty."""
        if self.title and self.unit:
            return labels.fill("chart-with-unit", chart=self.title, unit=self.unit)
        return self.title or self.unit

    def texts(self) -> str:
        """All that the drawing and what stands around it may be written with."""
        words = [text for text, _ in self.chart.texts()]
        rows = [*self.labels, *self.shares]
        return "".join([*words, self.unit, self.credit, MINUS, *(t for row in rows for t in row)])


def figures(chart: Chart, language: str, labels: Labels) -> Figures:
    """A chart's figures in the numbers and words of an edition's language."""
    unit, scale = shown(chart, language)
    is_percent = read_measure(unit, language).code == "%"
    sign = "%" if is_percent else ""
    numbers = tuple(
        tuple(None if value is None else value / scale for value in row.values)
        for row in chart.rows
    )
    decimals = max(_decimals(value) for row in numbers for value in row if value is not None)
    if scale != 1:
        decimals = min(decimals, _DECIMALS)
    missing = labels["chart-missing"]
    written = tuple(
        tuple(missing if v is None else write_number(v, decimals) + sign for v in row)
        for row in numbers
    )
    shares = _shares(numbers) if chart.kind is ChartKind.SHARE else ()
    beside = labels.fill("chart-unit", unit=unit) if unit and not is_percent else ""
    credit = labels.fill("chart-source", source=chart.source) if chart.source else ""
    return Figures(
        chart=chart,
        language=language,
        numbers=numbers,
        labels=written,
        shares=shares,
        unit=beside,
        sign=sign,
        credit=credit,
        alternative=_alternative(chart, written, shares, beside, labels),
        decimals=decimals,
    )


def write_number(value: Decimal, decimals: int) -> str:
    """A number as both languages write it in charts: 1,234.5, and a minus, not a hyphen."""
    rounded = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{abs(rounded):,f}" if rounded >= 0 else f"{MINUS}{abs(rounded):,f}"


def table(shown: Figures) -> list[list[str]]:
    """The figures as a table: a line of names, then a line for each row."""
    chart = shown.chart
    return [
        [chart.corner, *chart.series],
        *([row.label, *labels] for row, labels in zip(chart.rows, shown.labels, strict=True)),
    ]


def table_tokens(shown: Figures) -> list[Token]:
    """The table as block tokens, as Markdown's own would be, figures to the right."""
    head, *body = table(shown)
    tokens = [Token("table_open", "table", 1), Token("thead_open", "thead", 1)]
    tokens += [*_row_tokens(head, "th"), Token("thead_close", "thead", -1)]
    tokens += [Token("tbody_open", "tbody", 1)]
    for row in body:
        tokens += _row_tokens(row, "td")
    return [*tokens, Token("tbody_close", "tbody", -1), Token("table_close", "table", -1)]


def _row_tokens(cells: Sequence[str], tag: str) -> Iterator[Token]:
    yield Token("tr_open", "tr", 1)
    for position, cell in enumerate(cells):
        align: dict[str, str | int | float] = {"style": "text-align:right"} if position else {}
        yield Token(f"{tag}_open", tag, 1, attrs=align)
        yield Token("inline", "", 0, content=cell, children=[Token("text", "", 0, content=cell)])
        yield Token(f"{tag}_close", tag, -1)
    yield Token("tr_close", "tr", -1)


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)  # every figure is a number
    whole = value.normalize().as_tuple().exponent
    assert isinstance(whole, int)
    # 1.0 says more than 1; what multiplying has appended says nothing.
    return max(0, -exponent if abs(exponent) <= _DECIMALS else -whole)


def _shares(numbers: Sequence[Sequence[Decimal | None]]) -> tuple[tuple[str, ...], ...]:
    """What each figure is of the sum of its column, in percent, half up.

    Whole percents, or tenths where a part would come to nothing.
    """
    wholes = [
        sum((value or Decimal(0) for value in column), Decimal(0))
        for column in zip(*numbers, strict=True)
    ]
    parts = [
        [100 * (value or 0) / whole for value, whole in zip(row, wholes, strict=True)]
        for row in numbers
    ]
    small = any(0 < part < Decimal("0.5") for row in parts for part in row)
    return tuple(tuple(write_number(part, int(small)) + "%" for part in row) for row in parts)


def _alternative(
    chart: Chart,
    written: Sequence[Sequence[str]],
    shares: Sequence[Sequence[str]],
    unit: str,
    labels: Labels,
) -> str:
    """The chart in words, series by series: 棒グラフ：電力（単位：TWh）。米国：2023年 176、…。"""
    said = []
    for column, name in enumerate(chart.series):
        items = []
        for position, row in enumerate(chart.rows):
            value = written[position][column]
            if shares and shares[position][column] != value:
                value = labels.fill("chart-part", value=value, share=shares[position][column])
            items.append(labels.fill("chart-item", name=row.label, value=value))
        text = labels["chart-separator"].join(items)
        key = "chart-series" if name else "chart-values"
        said.append(labels.fill(key, name=name, values=text))
    kind = labels[f"chart-{chart.kind}"]
    head = labels.fill("chart-named", kind=kind, title=chart.title) if chart.title else kind
    if unit:
        head = labels.fill("chart-with-unit", chart=head, unit=unit)
    return labels["chart-sentences"].join([labels.fill("chart-head", chart=head), *said])
