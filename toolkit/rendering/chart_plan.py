"""What stands where in a chart: bars, lines and words, in points from the upper left corner.

Figures stand at what they belong to wherever there is room, and then no axis repeats them;
series are named at their ends. No frame, no shadow, no colour without a meaning.
"""

import itertools
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from toolkit.document.chart import ChartKind
from toolkit.rendering.chart_look import Look
from toolkit.rendering.charts import Figures, write_number
from toolkit.rendering.wrapping import printable

SIZE = 8.0
"""The size of words, in points."""

LINE = 11.0
"""From one line of words to the next."""

_SWATCH, _GAP = 7.0, 4.0
_BETWEEN = 14.0
"""Between two entries of a legend."""

_MARKERS = ("o", "s", "^", "D", "v", "P")
_THICKEST = 46.0
_TIME = re.compile(r"(?:Q[1-4]\s*)?['’]?(\d{2,4})\D{0,8}")
_YEAR = re.compile(r"(?:FY\s?)?(\d{4})(?:年度?)?")
_ROUND = tuple(map(Decimal, ("1", "2", "2.5", "5", "10")))
_CLEAR = "chart-2"
"""The one colour of series on which ink is read better than paper, in light and in dark."""


@dataclass(frozen=True)
class Mark:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float
    colour: str


@dataclass(frozen=True)
class Stroke:
    """A line through points, with a mark at each where ``marker`` says so."""

    points: tuple[tuple[float, float], ...]
    colour: str
    width: float
    marker: str = ""
    marker_size: float = 0.0


@dataclass(frozen=True)
class Words:
    """A text on its baseline; ``anchor`` says which of its ends (or its middle) is at ``x``."""

    x: float
    y: float
    text: str
    colour: str
    anchor: str = "start"
    bold: bool = False
    size: float = SIZE


@dataclass(frozen=True)
class Plan:
    """A drawing's shapes, the lowest first, and its size."""

    width: float
    height: float
    shapes: tuple[Mark | Stroke | Words, ...]


class Measure(Protocol):
    """Tells how wide a text is at a size, in points."""

    def __call__(self, text: str, size: float, *, bold: bool = False) -> float:
        """The width."""
        ...


def plan(shown: Figures, look: Look, width: float, measure: Measure) -> Plan:
    """Lay a chart out over a width in points; its height is what it needs."""
    sheet = _Sheet(shown, look, width, measure)
    draw = {ChartKind.BAR: _bars, ChartKind.LINE: _lines, ChartKind.SHARE: _shares}
    height = draw[shown.chart.kind](sheet)
    return Plan(width, math.ceil(height), tuple(sheet.shapes))


class _Sheet:
    """What is drawn on: the figures, and the shapes so far."""

    def __init__(self, shown: Figures, look: Look, width: float, measure: Measure) -> None:
        self.shown = shown
        self.width = width
        self.measure = measure
        self.series = look.series
        self.shapes: list[Mark | Stroke | Words] = []

    def wide(self, text: str, *, bold: bool = False) -> float:
        return self.measure(text, SIZE, bold=bold)

    def widest(self, texts: Sequence[str], *, bold: bool = False) -> float:
        return max((self.wide(text, bold=bold) for text in texts), default=0.0)

    def mark(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        self.shapes.append(Mark(x, y, width, height, colour))

    def stroke(self, points: Sequence[tuple[float, float]], colour: str, width: float) -> None:
        self.shapes.append(Stroke(tuple(points), colour, width))

    def words(
        self,
        x: float,
        y: float,
        text: str,
        colour: str,
        anchor: str = "start",
        *,
        bold: bool = False,
    ) -> None:
        if text := printable(text).strip():
            self.shapes.append(Words(x, y, text, colour, anchor, bold))

    def values(self) -> list[float]:
        return [float(v) for row in self.shown.numbers for v in row if v is not None]

    def legend(self, names: Sequence[str]) -> float:
        """The names of the colours in a row or more; returns where the chart below it begins."""
        x, y = 0.0, 0.0
        for name, colour in zip(names, self.series, strict=False):
            lines = _wrapped(name, self.width - _SWATCH - _GAP, self)
            taken = _SWATCH + _GAP + self.widest(lines)
            if x and x + taken > self.width:
                x, y = 0.0, y + LINE + 2
            self.mark(x, y + 1.5, _SWATCH, _SWATCH, colour)
            for number, line in enumerate(lines):
                self.words(x + _SWATCH + _GAP, y + SIZE + number * LINE, line, "ink")
            y += (len(lines) - 1) * LINE
            x += taken + _BETWEEN
        return y + LINE + 8


def _bars(sheet: _Sheet) -> float:
    names = sheet.shown.chart.series
    top = sheet.legend(names) if len(names) > 1 or names[0] else 0.0
    labels = [row.label for row in sheet.shown.chart.rows]
    slot = sheet.width / len(labels)
    is_time = all(_TIME.fullmatch(label) for label in labels)
    if is_time or (len(labels) <= 12 and _in_slots(labels, slot - 4, sheet)):
        return _standing(sheet, top)
    return _lying(sheet, top)


def _standing(sheet: _Sheet, top: float) -> float:
    """Bars side by side on one base, for what follows each other or has short names."""
    shown = sheet.shown
    rows, count = shown.chart.rows, len(shown.chart.series)
    low, high = min(0.0, *sheet.values(), 0.0), max(0.0, *sheet.values(), 0.0)
    longest = sheet.widest([text for row in shown.labels for text in row])
    slot = sheet.width / len(rows)
    thick = min(slot * (0.62 if count == 1 else 0.8) / count, _THICKEST)
    room = slot if count == 1 else thick + (slot - count * thick) / count
    told = longest + 2 <= room
    left = 0.0
    if not told:
        ticks = _ticks(low, high)
        low, high = min(low, ticks[0]), max(high, ticks[-1])
        texts = [_tick(tick, ticks, shown) for tick in ticks]
        left = sheet.widest(texts) + 6
        slot = (sheet.width - left) / len(rows)
        thick = min(slot * (0.62 if count == 1 else 0.8) / count, _THICKEST)
    plot = min(max(0.34 * sheet.width, 90.0), 150.0)
    y0 = top + (LINE if told else SIZE / 2)

    def y(value: float) -> float:
        return y0 + (high - value) / ((high - low) or 1) * plot

    if not told:
        for tick, text in zip(ticks, texts, strict=True):
            sheet.stroke([(left, y(tick)), (sheet.width, y(tick))], "rule", 0.5)
            sheet.words(left - 6, y(tick) + 2.8, text, "quiet", "end")
    for number, (row, told_row) in enumerate(zip(shown.numbers, shown.labels, strict=True)):
        middle = left + (number + 0.5) * slot
        for place, (value, text) in enumerate(zip(row, told_row, strict=True)):
            x = middle + (place - count / 2) * thick
            if value is None:
                sheet.words(x + thick / 2, y(0) - 3, "–", "quiet", "middle")
                continue
            reach = y(float(value))
            gap = 0.75 if count > 1 else 0.0
            sheet.mark(
                x + gap, min(reach, y(0)), thick - 2 * gap, abs(reach - y(0)), sheet.series[place]
            )
            if told:
                below = reach + SIZE + 1 if value < 0 else reach - 3
                sheet.words(x + thick / 2, below, text, "ink", "middle")
    sheet.stroke([(left, y(0)), (sheet.width, y(0))], "ink", 0.8)
    bottom = y0 + plot + (LINE if told and low < 0 else 0)
    middles = [left + (n + 0.5) * slot for n in range(len(rows))]
    return _below(sheet, middles, slot, bottom, sheet.width)


def _below(
    sheet: _Sheet, middles: Sequence[float], slot: float, bottom: float, right: float
) -> float:
    """The names under a chart: all of them in two lines, or as many as there is room for."""
    labels = [row.label for row in sheet.shown.chart.rows]
    wrapped = _in_slots(labels, slot - 4, sheet) or [
        _wrapped(label, right * 0.6, sheet) for label in labels
    ]
    free = math.inf
    # The last one is always there, and the others as far as they keep clear of each other.
    for middle, lines in reversed(list(zip(middles, wrapped, strict=True))):
        half = sheet.widest(lines) / 2
        middle = max(min(middle, right - half), half)
        if middle + half > free:
            continue
        free = middle - half - 4
        for place, line in enumerate(lines):
            sheet.words(middle, bottom + LINE + place * (LINE - 1), line, "ink", "middle")
    return bottom + LINE + max(map(len, wrapped)) * (LINE - 1) - 6


def _in_slots(labels: Sequence[str], width: float, sheet: _Sheet) -> list[list[str]] | None:
    """Names in at most two lines of a width; None where that would break words."""
    if any(sheet.wide(piece.rstrip()) > width for label in labels for piece in _pieces(label)):
        return None
    wrapped = [_wrapped(label, width, sheet) for label in labels]
    return wrapped if all(len(lines) <= 2 for lines in wrapped) else None


def _lying(sheet: _Sheet, top: float) -> float:
    """Bars below each other, each after its name: for names that need room."""
    shown = sheet.shown
    rows, count = shown.chart.rows, len(shown.chart.series)
    low, high = min(0.0, *sheet.values(), 0.0), max(0.0, *sheet.values(), 0.0)
    most = 0.4 * sheet.width
    names = [_wrapped(row.label, most, sheet) for row in rows]
    left = min(max(map(sheet.widest, names)), most) + 8
    longest = sheet.widest([text for row in shown.labels for text in row]) + 5
    begin = left + (longest if low < 0 else 0)
    unit = (sheet.width - begin - (longest if high > 0 or low == 0 else 0)) / ((high - low) or 1)
    zero = begin - low * unit
    thick = 12.0 if count == 1 else 9.0
    y = top
    for lines, row, told in zip(names, shown.numbers, shown.labels, strict=True):
        height = max(count * (thick + 1), len(lines) * LINE)
        middle = y + height / 2
        for number, line in enumerate(lines):
            baseline = middle + (number - len(lines) / 2) * LINE + SIZE + 0.4
            sheet.words(left - 8, baseline, line, "ink", "end")
        for place, (value, text) in enumerate(zip(row, told, strict=True)):
            at = middle + (place - count / 2) * (thick + 1)
            baseline = at + thick / 2 + 2.9
            if value is None:
                sheet.words(zero + 4, baseline, text, "quiet")
                continue
            reach = zero + float(value) * unit
            sheet.mark(min(zero, reach), at, abs(reach - zero), thick, sheet.series[place])
            beside, anchor = (reach - 4, "end") if value < 0 else (reach + 4, "start")
            sheet.words(beside, baseline, text, "ink", anchor)
        y += height + 7
    sheet.stroke([(zero, top - 2), (zero, y - 5)], "ink", 0.8)
    return y - 4


def _lines(sheet: _Sheet) -> float:
    shown = sheet.shown
    values = sheet.values()
    low, high = min(values), max(values)
    if low > 0 and low < 0.6 * high:
        low = 0.0
    ticks = _ticks(low, high)
    texts = [_tick(tick, ticks, shown) for tick in ticks]
    left = sheet.widest(texts) + 6
    ends = _ends(sheet)
    beside = 17 if len(shown.chart.series) > 1 else 8
    words = sheet.width - max((sheet.widest(lines, bold=True) for *_, lines in ends), default=0)
    right = words - beside
    heights = [len(lines) * LINE for *_, lines in ends]
    plot = max(min(max(0.4 * sheet.width, 100.0), 170.0), sum(heights) - 2 * SIZE)
    floor, top = ticks[0], SIZE

    def y(value: float) -> float:
        return top + (ticks[-1] - value) / (ticks[-1] - floor) * plot

    places = _along([row.label for row in shown.chart.rows])
    inset = 6.0
    xs = [left + inset + place * (right - left - 2 * inset) for place in places]
    for tick, text in zip(ticks, texts, strict=True):
        is_base = tick == 0 or (tick == floor and floor > 0)
        sheet.stroke(
            [(left, y(tick)), (right, y(tick))],
            "ink" if is_base else "rule",
            0.8 if is_base else 0.5,
        )
        sheet.words(left - 6, y(tick) + 2.8, text, "quiet", "end")
    for place in range(len(shown.chart.series)):
        column = [row[place] for row in shown.numbers]
        for is_gap, run in itertools.groupby(
            zip(xs, column, strict=True), lambda pair: pair[1] is None
        ):
            if not is_gap:
                points = tuple((x, y(float(value))) for x, value in run if value is not None)
                marker = _MARKERS[place] if len(xs) <= 16 or len(points) == 1 else ""
                size = 4.6 if marker else 0.0
                sheet.shapes.append(Stroke(points, sheet.series[place], 1.7, marker, size))
    wanted = [y(value) for _, value, _ in ends]
    for (place, _, lines), middle in zip(ends, _apart(wanted, heights, top, plot), strict=True):
        for number, line in enumerate(lines):
            baseline = middle + (number - len(lines) / 2) * LINE + SIZE + 0.6
            if number == 0 and len(sheet.shown.chart.series) > 1:
                # In the colour itself, words of a light one would be hard to read.
                key = ((right + 11, baseline - 2.8),)
                sheet.shapes.append(Stroke(key, sheet.series[place], 0, _MARKERS[place], 5.0))
            sheet.words(words, baseline, line, "ink", bold=number < len(lines) - 1)
    gaps = [after - before for before, after in itertools.pairwise(xs)]
    slot = min(gaps, default=right - left)
    return _below(sheet, xs, slot, y(floor), max(right, words - 4))


def _ends(sheet: _Sheet) -> list[tuple[int, float, list[str]]]:
    """For each series its number, its last figure, and what stands there: its name, the figure."""
    ends = []
    for place, name in enumerate(sheet.shown.chart.series):
        known = [n for n, row in enumerate(sheet.shown.numbers) if row[place] is not None]
        if not known:
            continue
        lines = _wrapped(name, 0.26 * sheet.width, sheet, bold=True) if name else []
        value = sheet.shown.numbers[known[-1]][place]
        assert value is not None
        ends.append((place, float(value), [*lines, sheet.shown.labels[known[-1]][place]]))
    return sorted(ends, key=lambda end: -end[1])


def _apart(
    wanted: Sequence[float], heights: Sequence[float], top: float, plot: float
) -> list[float]:
    """Where labels stand that want to be at some height and must not cover each other."""
    placed: list[float] = []
    end = top - SIZE
    for middle, height in zip(wanted, heights, strict=True):
        placed.append(max(middle, end + height / 2))
        end = placed[-1] + height / 2
    limit = top + plot + SIZE
    for number in reversed(range(len(placed))):
        placed[number] = min(placed[number], limit - heights[number] / 2)
        limit = placed[number] - heights[number] / 2
    return placed


def _along(labels: Sequence[str]) -> list[float]:
    """Where each point stands from 0 to 1: years by their distance, all else evenly."""
    years = [match and int(match[1]) for match in map(_YEAR.fullmatch, labels)]
    count = len(labels)
    if count > 1 and all(
        before and after and before < after for before, after in itertools.pairwise(years)
    ):
        first, last = years[0] or 0, years[-1] or 0
        return [((year or 0) - first) / (last - first) for year in years]
    return [number / (count - 1) if count > 1 else 0.5 for number in range(count)]


def _shares(sheet: _Sheet) -> float:
    """A band for each whole, its parts side by side."""
    shown = sheet.shown
    wholes = shown.chart.series
    names = [row.label for row in shown.chart.rows]
    if len(wholes) == 1:
        names = [f"{name} {row[0]}" for name, row in zip(names, shown.shares, strict=True)]
    y = sheet.legend(names)
    most = 0.28 * sheet.width
    heads = [_wrapped(name, most, sheet) for name in wholes]
    widest = max(map(sheet.widest, heads))
    left = min(widest, most) + 8 if widest else 0.0
    thick = 22.0
    for column, head in enumerate(heads):
        for number, line in enumerate(head):
            baseline = y + thick / 2 + (number - len(head) / 2) * LINE + SIZE + 0.4
            sheet.words(left - 8, baseline, line, "ink", "end")
        parts = [float(row[column] or 0) for row in shown.numbers]
        x, unit = left, (sheet.width - left) / sum(parts)
        for place, part in enumerate(parts):
            colour, taken = sheet.series[place], part * unit
            # A hair of paper between the parts, also where two are alike on a grey page.
            sheet.mark(x, y, max(taken - 1, 0.25) if part else 0, thick, colour)
            text = shown.shares[place][column]
            if sheet.wide(text, bold=True) + 5 <= taken:
                over = "ink" if colour == _CLEAR else "paper"
                sheet.words(x + taken / 2, y + thick / 2 + 2.9, text, over, "middle", bold=True)
            x += taken
        y += max(thick, len(head) * LINE) + 7
    return y - 6


def _ticks(low: float, high: float) -> list[float]:
    """Round figures around a range, three to six of them."""
    if low == high:
        low, high = (0.0, high) if high > 0 else (low, 0.0) if low < 0 else (0.0, 1.0)
    first, last = Decimal(repr(low)), Decimal(repr(high))
    least = (last - first) / 4
    power = Decimal(1).scaleb(least.adjusted())
    step = next(step for n in _ROUND if (step := n * power) >= least)
    begin, end = math.floor(first / step), math.ceil(last / step)
    return [float(number * step) for number in range(begin, end + 1)]


def _tick(tick: float, ticks: Sequence[float], shown: Figures) -> str:
    step = Decimal(repr(round(ticks[1] - ticks[0], 12))).normalize().as_tuple().exponent
    assert isinstance(step, int)  # no tick is infinite
    value = Decimal(repr(round(tick, 12))) + 0
    return write_number(value, max(0, -step)) + shown.sign


def _wrapped(text: str, width: float, sheet: _Sheet, *, bold: bool = False) -> list[str]:
    """A text in lines that fit a width, broken between words or phrases where it can be."""

    def fits(line: str) -> bool:
        return sheet.wide(line.rstrip(), bold=bold) <= width

    if fits(text):
        return [text]
    lines = [""]
    for piece in _pieces(text):
        for part in [piece] if fits(piece) else piece:
            if lines[-1] and not fits(lines[-1] + part):
                lines.append("")
            lines[-1] += part
    return [line.strip() for line in lines]


def _pieces(text: str) -> Iterator[str]:
    """A text cut where a line may end."""
    from toolkit.rendering.body import phrases

    for word in re.findall(r"\S+\s*", text):
        yield from phrases(word)
