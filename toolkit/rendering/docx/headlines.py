"""Headlines that are too long for a line: where they break, in Japanese between phrases.

Word breaks Japanese after any character; it has no property that keeps phrases together, and
no character that Word and LibreOffice both heed. So a headline that does not fit on one line
gets soft line breaks (``w:br``, what Shift+Enter types) between phrases, so that its lines are
about equally long. One that fits is left alone. In English, which breaks between words, a
no-break space keeps the last word from standing alone.

They stand in the headline's paragraph only: contents, bookmarks and properties are made from
the edition, and ``newsletter import`` drops them. They go by the styles of the document; an
editor who makes a style much larger sets them anew, as after any Shift+Enter.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise
from math import ceil, floor
from pathlib import Path
from typing import Any

from toolkit.document.japanese import is_wide
from toolkit.rendering.body import phrases
from toolkit.rendering.docx.base import embeddable
from toolkit.rendering.docx.elements import Element, text_of, w
from toolkit.rendering.docx.footnotes import REFERENCE
from toolkit.rendering.docx.manuscript import Manuscript
from toolkit.rendering.wrapping import NEVER_FIRST, NEVER_LAST

BETWEEN_SCRIPTS = 0.25
"""The room that Word leaves between Japanese and Latin (``w:autoSpaceDE``), in ems."""

SURE = 0.96
"""How much of a line these sums may fill: Word and LibreOffice kern, and differ a little."""

SHORT = 0.5
"""Of a line: the last two words of an English headline stay together if they take less."""

LONGEST = 400
"""The characters of the longest text that is taken for a headline."""

LEAST_LINE = 1 / 3
"""How short a line may be, in the longest one, for the sake of ending with a clause."""

CLAUSE_ENDS = frozenset("、。：；！？\u3000")

TWIPS_PER_HALF_POINT = 10
NO_BREAK = "\u00a0"


@dataclass(frozen=True)
class _Piece:
    """What stands in a headline.

    Attributes:
        start: how many characters stand before it.
        text: its characters.
        element: the ``w:t`` that holds them, or a run of ruby, which no line breaks within.
    """

    start: int
    text: str
    element: Element

    @property
    def end(self) -> int:
        """How many characters stand before what follows."""
        return self.start + len(self.text)


def set_headline(
    manuscript: Manuscript, style: str, content: Sequence[Element], before: str = ""
) -> None:
    """Break a headline that is too long for one line. One in fonts that are not ours is left alone.

    Args:
        manuscript: what it is written with; says how long a line is.
        style: the name of the paragraph's style.
        content: its runs and links, changed in place.
        before: what stands on the same line in front of them: a number, a section's name.
    """
    latin, japanese = (
        _file(family, is_bold=manuscript.is_bold(style)) for family in manuscript.families(style)
    )
    pieces = _pieces(manuscript, content)
    text = "".join(piece.text for piece in pieces)
    if latin is None or japanese is None or len(text) > LONGEST:
        return
    room = manuscript.line(style) * SURE
    size = manuscript.size(style) * TWIPS_PER_HALF_POINT

    @cache
    def width(words: str) -> float:
        return size * _ems(words.rstrip(" "), latin, japanese)

    if width(before + text) <= room:
        return
    if manuscript.edition.language == "ja":
        for place in reversed(_breaks(text, before, room, width)):
            _break_at(pieces, place)
    else:
        _keep_last_words(pieces, text, room, width)


def _breaks(text: str, before: str, room: float, width: Callable[[str], float]) -> list[int]:
    """Where a Japanese headline breaks: between clauses if it takes no more lines and none of them
    is far shorter, else between phrases. Nowhere where a phrase alone is too long.
    """
    ends = _phrase_ends(text)
    between_phrases = _balanced(text, ends, before, room, width)
    clauses = [
        end for end in ends if end == len(text) or text[:end].rstrip(" ")[-1:] in CLAUSE_ENDS
    ]
    between_clauses = _balanced(text, clauses, before, room, width)
    if len(between_clauses) == len(between_phrases):
        places = [0, *between_clauses, len(text)]
        lines = [width(text[start:end]) for start, end in pairwise(places)]
        if min(lines) >= max(lines) * LEAST_LINE:
            return between_clauses
    return between_phrases


def _balanced(
    text: str, ends: Sequence[int], before: str, room: float, width: Callable[[str], float]
) -> list[int]:
    """Some of ``ends``, so that the lines are as few as they can be, and the longest of them as
    short; none where something between two ends is too long for a line.
    """
    words = [text[start:end] for start, end in pairwise([0, *ends])]
    words[0] = before + words[0]
    least = max(map(width, words))
    if least > room:
        return []

    def broken(limit: float) -> list[int]:
        places, line = [], ""
        for start, word in zip([0, *ends], words, strict=False):
            if line and width(line + word) > limit:
                places.append(start)
                line = ""
            line += word
        return places

    count = len(broken(room))
    limits = range(ceil(least), floor(room) + 1)
    shortest = bisect_left(limits, True, key=lambda limit: len(broken(limit)) <= count)
    return broken(limits[shortest] if shortest < len(limits) else room)


def _phrase_ends(text: str) -> list[int]:
    """Where each phrase of a text ends, the last at its end. Clauses and spaces end one, too."""
    found = set(accumulate(map(len, phrases(text))))
    found |= {end for end, char in enumerate(text, 1) if char in CLAUSE_ENDS or char == " "}
    return [
        end
        for end in sorted(found)
        if end == len(text)
        or (
            text[end] not in NEVER_FIRST
            and text[end] != " "
            and text[end - 1] not in NEVER_LAST
            and NO_BREAK not in text[end - 1 : end + 1]
        )
    ]


def _keep_last_words(
    pieces: Sequence[_Piece], text: str, room: float, width: Callable[[str], float]
) -> None:
    """Keep the last two words of an English headline on one line, where they are short."""
    place = text.rstrip(" ").rfind(" ")
    last = text[text.rfind(" ", 0, max(place, 0)) + 1 :]
    if place > 0 and width(last) <= room * SHORT:
        piece = next(piece for piece in pieces if piece.start <= place < piece.end)
        at = place - piece.start
        if piece.element.text == piece.text:
            piece.element.text = piece.text[:at] + NO_BREAK + piece.text[at + 1 :]


def _break_at(pieces: Sequence[_Piece], place: int) -> None:
    """Put a line break where so many characters stand before it; later breaks are there already."""
    from docx.oxml.ns import qn

    piece = next(piece for piece in pieces if piece.start < place <= piece.end)
    at = place - piece.start
    if piece.element.tag == qn("w:t"):
        words = piece.element.text
        piece.element.text = words[:at]
        for element in reversed([w("br"), *text_of(words[at:])]):
            piece.element.addnext(element)
    elif place == piece.end:
        piece.element.append(w("br"))


def _pieces(manuscript: Manuscript, content: Sequence[Element]) -> list[_Piece]:
    """The words of a headline in order; footnotes' marks are none."""
    from docx.oxml.ns import qn

    pieces: list[_Piece] = []
    for run in (run for element in content for run in element.iter(qn("w:r"))):
        if next(run.iterancestors(qn("w:ruby")), None) is not None:
            continue
        base = run.find(f"{qn('w:ruby')}/{qn('w:rubyBase')}")
        style = run.find(f"{qn('w:rPr')}/{qn('w:rStyle')}")
        if style is not None and style.get(qn("w:val")) == manuscript.base.styles.get(REFERENCE):
            continue
        for element in [run] if base is not None else run.findall(qn("w:t")):
            text = "".join(element.itertext()) if base is None else "".join(base.itertext())
            pieces.append(_Piece(pieces[-1].end if pieces else 0, text, element))
    return pieces


def _ems(text: str, latin: Path, japanese: Path) -> float:
    """How wide a text is, in multiples of its size; what neither font has counts as full width."""
    total = 0.0
    for char in text:
        order = (japanese, latin) if is_wide(char) else (latin, japanese)
        advances = (_advance(file, char) for file in order)
        total += next((advance for advance in advances if advance is not None), 1.0)
    return total + BETWEEN_SCRIPTS * sum(map(_is_spaced, text, text[1:]))


def _is_spaced(one: str, other: str) -> bool:
    """Whether there is room between two characters that no space stands between."""
    return is_wide(one) != is_wide(other) and one.isalnum() and other.isalnum()


def _file(family: str, *, is_bold: bool) -> Path | None:
    """The font file that a family is set in; None where it is not ours."""
    faces = embeddable().get(family, {})
    return faces.get("bold" if is_bold else "regular") or faces.get("regular")


@cache
def _advance(file: Path, char: str) -> float | None:
    """How wide a font's glyph is, in ems; None where it has none."""
    font = _font(file)
    glyph = font.get_nominal_glyph(ord(char))
    return font.get_glyph_h_advance(glyph) / font.face.upem if glyph else None


@cache
def _font(file: Path) -> Any:
    import uharfbuzz

    return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(file))))
