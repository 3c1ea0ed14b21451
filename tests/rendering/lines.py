"""The lines of a PDF as they stand on its pages, read with PDFium."""

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

GUTTER = 1.6
"""What parts the columns of a page: a gap this wide, in sizes of the text."""

MARKS = "•–"
"""What stands before the items of a list."""


@dataclass(frozen=True)
class Line:
    """A line of text; lengths in points, from the foot of its page and its left edge.

    Attributes:
        text: its characters, in the order in which they are written.
        size: of the largest character.
        left, right, baseline: where it stands.
        page: from 1.
        boxes: of each character the left and right edge.
    """

    text: str
    size: float
    left: float
    right: float
    baseline: float
    page: int
    boxes: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class _Char:
    text: str
    size: float
    left: float
    right: float
    baseline: float


def read_lines(data: bytes, least: float = 8) -> list[Line]:
    """The lines of all pages, without what is set smaller: running heads, readings, marks of
    notes. The mark before the item of a list is no part of its line.
    """
    document = pypdfium2.PdfDocument(data)
    lines = []
    for number, page in enumerate(document, 1):
        text = page.get_textpage()
        chars = [char for char in _chars(text.raw) if char.size >= least]
        lines += [line for line in _lines(chars, number) if line.text]
        text.close()
        page.close()
    document.close()
    return lines


def _chars(page: object) -> Iterator[_Char]:
    x, y, *edges = (ctypes.c_double() for _ in range(6))
    matrix = pdfium.FS_MATRIX()
    for index in range(pdfium.FPDFText_CountChars(page)):
        if pdfium.FPDFText_IsGenerated(page, index) == 1:
            continue
        pdfium.FPDFText_GetCharOrigin(page, index, x, y)
        pdfium.FPDFText_GetCharBox(page, index, *edges)
        # A space has no ink, and so no box.
        left = edges[0].value or x.value
        right = edges[1].value or x.value
        pdfium.FPDFText_GetMatrix(page, index, matrix)
        size = pdfium.FPDFText_GetFontSize(page, index) * abs(matrix.d)
        char = chr(pdfium.FPDFText_GetUnicode(page, index))
        yield _Char(char, size, left, right, y.value)


def _lines(chars: list[_Char], page: int) -> Iterator[Line]:
    line: list[_Char] = []
    for char in chars:
        if line and (
            abs(char.baseline - line[-1].baseline) > 0.5
            or char.left < line[-1].left - char.size
            or char.left > line[-1].right + GUTTER * char.size
        ):
            yield _line(line, page)
            line = []
        line.append(char)
    if line:
        yield _line(line, page)


def _line(chars: list[_Char], page: int) -> Line:
    if chars[0].text in MARKS:
        chars = chars[1:]
    while chars and chars[-1].text.isspace():
        chars = chars[:-1]
    while chars and chars[0].text.isspace():
        chars = chars[1:]
    return Line(
        "".join(char.text for char in chars),
        max((char.size for char in chars), default=0),
        min((char.left for char in chars), default=math.nan),
        max((char.right for char in chars), default=math.nan),
        chars[0].baseline if chars else math.nan,
        page,
        tuple((char.left, char.right) for char in chars),
    )
