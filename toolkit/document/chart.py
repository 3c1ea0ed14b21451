"""A chart as an editor writes it: a fenced block with a small table.

    ```chart bar
    title: データセンターの消費電力
    unit: TWh
    source: 国際エネルギー機関

    国,2020年,2024年
    米国,"1,080",183
    ```

The kind is ``bar``, ``line`` or ``share``. ``title``, ``unit`` and ``source`` may each be left
out. The table is CSV (RFC 4180): its first line names the series, the first cell of each line
after it what is counted. Figures may be full width, have commas between thousands and a minus
in any form that is printed (-, −, △, ▲); an empty cell, a dash or n/a is a missing figure.
"""

import csv
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from markdown_it.token import Token

from toolkit.errors import ContentError

KEYS = ("title", "unit", "source")

MOST_SERIES = 6
"""How many series, or parts of a whole, a reader can tell apart."""

MOST_ROWS = {"bar": 40, "line": 120, "share": MOST_SERIES}
"""How many rows a chart of each kind can have and still be read on a page."""

MOST_WHOLES = 12

LARGEST = Decimal(10) ** 15
"""What every figure is below, in the unit it is given in: sums and scales of it stay exact."""

LONGEST_NAME, LONGEST_TEXT = 100, 500
"""The most characters of a name in the table, and of a title, a unit or a source."""

_KEY = re.compile(r"([A-Za-z]+)\s*[:：]\s*(.*)")
_MINUS = str.maketrans(dict.fromkeys("−‐‑‒–—―△▲", "-"))
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d{1,9})?")
_MISSING = ("", "-", "...", "n/a", "na", "不明")


class ChartKind(StrEnum):
    """What is drawn."""

    BAR = "bar"
    LINE = "line"
    SHARE = "share"


@dataclass(frozen=True)
class Row:
    """A line of the table: what is counted, and a figure for each series."""

    label: str
    values: tuple[Decimal | None, ...]
    line: int


@dataclass(frozen=True)
class Chart:
    """A chart, in one language.

    Attributes:
        kind: what is drawn.
        title, unit, source: as written; each may be empty.
        corner: what the first column is called; may be empty.
        series: the names of the series. A single one may be empty. In a chart of shares, each
            series is a whole, and each row a part.
        rows: the table.
        lines: where title, unit, source and the head of the table stand, from 1.
    """

    kind: ChartKind
    title: str
    unit: str
    source: str
    corner: str
    series: tuple[str, ...]
    rows: tuple[Row, ...]
    lines: tuple[int, int, int, int]

    def texts(self) -> Iterator[tuple[str, int]]:
        """What is said in words, each with its line, but for the unit; none is empty."""
        title, _, source, head = self.lines
        yield from ((text, title) for text in (self.title,) if text)
        yield from ((text, head) for text in (self.corner, *self.series) if text)
        yield from ((row.label, row.line) for row in self.rows)
        yield from ((text, source) for text in (self.source,) if text)

    def in_words(self, words: Callable[[str], str]) -> "Chart":
        """The chart with each of its texts replaced, but for the unit."""

        def said(text: str) -> str:
            return words(text) if text else ""

        return replace(
            self,
            title=said(self.title),
            source=said(self.source),
            corner=said(self.corner),
            series=tuple(map(said, self.series)),
            rows=tuple(replace(row, label=said(row.label)) for row in self.rows),
        )


def is_chart(token: Token) -> bool:
    """Whether a block is a chart, well written or not."""
    return token.type == "fence" and token.info.split()[:1] == ["chart"]


def read_chart(token: Token, path: Path) -> Chart:
    """The chart that a fenced block of a file holds.

    Raises:
        ContentError: it cannot be drawn; the error names the line and what to do.
    """
    first = token.map[0] + 1 if token.map else 1

    def fail(message: str, line: int) -> ContentError:
        return ContentError(f"the chart {message}", path, line)

    kind = token.info.split()[1:]
    if len(kind) != 1 or kind[0] not in list(ChartKind):
        kinds = ", ".join(ChartKind)
        raise fail(f"needs one kind of {kinds} after its name: ```chart bar", first)
    lines = token.content.split("\n")
    keys: dict[str, tuple[str, int]] = {}
    start = 0
    for start, text in enumerate(lines):
        match = _KEY.fullmatch(text.strip())
        if match is None and text.strip():
            break
        if match is None:
            continue
        key, line = match[1].lower(), first + 1 + start
        if key not in KEYS:
            raise fail(
                f"has a line {match[1]}:, which nobody reads (known: {', '.join(KEYS)}); "
                "put a name with a colon in quotes",
                line,
            )
        if key in keys:
            raise fail(f"has {key}: twice", line)
        if len(match[2]) > LONGEST_TEXT:
            raise fail(f"has a {key} of {len(match[2])} letters: {LONGEST_TEXT} can be read", line)
        keys[key] = match[2].strip(), line
    cells = _cells(lines[start:], first + 1 + start, fail)
    return _chart(ChartKind(kind[0]), keys, cells, first, fail)


_Fail = Callable[[str, int], ContentError]


def _cells(lines: Sequence[str], first: int, fail: _Fail) -> list[tuple[int, list[str]]]:
    """The lines of the table in cells, each with where it stands; empty lines are none."""
    reader = csv.reader([line + "\n" for line in lines], strict=True, skipinitialspace=True)
    found = []
    begin = first
    try:
        for cells in reader:
            if len(cells) > 1 or any(cell.strip() for cell in cells):
                found.append((begin, [" ".join(cell.split()) for cell in cells]))
            begin = first + reader.line_num
    except csv.Error as error:
        raise fail(f"has a table that cannot be read ({error}): mend its quotes", begin) from None
    return found


def _chart(
    kind: ChartKind,
    keys: dict[str, tuple[str, int]],
    cells: Sequence[tuple[int, list[str]]],
    first: int,
    fail: _Fail,
) -> Chart:
    if len(cells) < 2:
        raise fail("needs a table: a line of names (,2023,2024), then lines of figures", first)
    (head, names), *body = cells
    if len(names) < 2:
        raise fail("needs a comma between what is counted and each figure: ,2023,2024", head)
    corner, *series = names
    for line, found in [(head, names), *((line, row[:1]) for line, row in body)]:
        longest = max(map(len, found))
        if longest > LONGEST_NAME:
            raise fail(f"has a name of {longest} letters, and {LONGEST_NAME} can be read", line)
    if len(series) > 1 and not all(series):
        raise fail("has a column without a name", head)
    wholes = kind is ChartKind.SHARE
    most = MOST_WHOLES if wholes else MOST_SERIES
    if len(series) > most:
        raise fail(f"has {len(series)} columns of figures, and {most} can be told apart", head)
    if len(body) > MOST_ROWS[kind]:
        more = "gather the small ones in one line" if wholes else "leave some out, or make two"
        raise fail(f"has {len(body)} lines, and {MOST_ROWS[kind]} can be read: {more}", body[0][0])
    rows = tuple(_row(line, row, len(names), fail) for line, row in body)
    if all(value is None for row in rows for value in row.values):
        raise fail("has no figures", head)
    if wholes:
        _check_shares(rows, fail)
    texts = {key: keys.get(key, ("", first)) for key in KEYS}
    (title, title_line), (unit, unit_line), (source, source_line) = (texts[key] for key in KEYS)
    lines = (title_line, unit_line, source_line, head)
    return Chart(kind, title, unit, source, corner, tuple(series), rows, lines)


def _row(line: int, cells: Sequence[str], width: int, fail: _Fail) -> Row:
    label, *figures = cells
    if len(cells) != width:
        raise fail(
            f"has a line of {len(cells)} cells where its first line has {width}: put figures "
            'with commas in quotes ("1,020"), and leave a cell empty where one is missing',
            line,
        )
    if not label:
        raise fail("has a line that does not say what it counts", line)
    values = []
    for figure in figures:
        value = read_figure(figure)
        if value is None and not _is_missing(figure):
            raise fail(f"has {figure!r}, which is no number: what it counts goes to unit:", line)
        if value is not None and abs(value) >= LARGEST:
            raise fail("has a figure of more than 15 digits: give it in a larger unit:", line)
        values.append(value)
    return Row(label, tuple(values), line)


def read_figure(text: str) -> Decimal | None:
    """A cell's number; None where it holds none."""
    plain = _plain(text)
    return Decimal(plain.replace(",", "")) if _NUMBER.fullmatch(plain) else None


def _is_missing(text: str) -> bool:
    return _plain(text).lower() in _MISSING


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).translate(_MINUS).strip()


def _check_shares(rows: Sequence[Row], fail: _Fail) -> None:
    for row in rows:
        if any(value is None or value < 0 for value in row.values):
            raise fail(
                "has a share that is missing or below zero: all parts make a whole", row.line
            )
    for column in zip(*(row.values for row in rows), strict=True):
        if not any(column):
            raise fail("has a whole of nothing: every figure of a column is zero", rows[0].line)
