"""Japanese lines as they are set, from WeasyPrint, which has none of it: spread, and with room
between Japanese and Latin.

Japanese has no spaces between words: a line that comes out short, because 禁則 moved a
character or Latin words would not break, is spread evenly between its characters
(Requirements for Japanese Text Layout, 3.8.3). WeasyPrint 70 has no such rule, so this
module gives it one, at the two places where it counts and where it draws what can be
spread. Text in other languages is left alone. A test sees to it that lines end flush.

Between Japanese and Latin there is a thin space (和欧間; ``text-autospace`` in CSS, which
WeasyPrint 70 does not know). A mark without width is put there when the page's boxes are made,
and Pango is told to leave room at it. It is drawn as a shift, not as a character.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby
from typing import Any

from toolkit.document.japanese import is_wide
from toolkit.rendering.wrapping import NEVER_FIRST

BETWEEN_SCRIPTS = 0.09
"""The room between Japanese and Latin, in ems. CSS says an eighth; but from a tenth on, readers
of PDFs (poppler, PDF.js, pdfminer) take it for a space, and 8ギガワット is not found any more."""

BOUNDARY = "\u200b"
"""A zero-width space: a line may break after it, as it may without it."""

_FLOWING = ("normal", "nowrap")
"""Where text is no code."""

_LATIN = "[0-9A-Za-z\u00c0-\u024f]"
_JAPANESE = "[\u3041-\u3096\u30a1-\u30fa\u30fc\u3005\u3400-\u9fff]"
_NEVER_FIRST = f"[{re.escape(''.join(sorted(NEVER_FIRST)))}]"
_BETWEEN = re.compile(
    f"(?<={_LATIN})(?={_JAPANESE})(?!{_NEVER_FIRST})|(?<={_JAPANESE})(?={_LATIN})"
)


@cache
def spreads(language: str | None) -> bool:
    """Whether text in a language is spread between its characters."""
    return bool(language) and str(language).split("-")[0] == "ja"


def wide_characters(text: str) -> Iterator[tuple[int, int]]:
    """Where each full-width character of a text begins and ends, in bytes of UTF-8."""
    position = 0
    for char in text:
        end = position + len(char.encode())
        if is_wide(char):
            yield position, end
        position = end


def with_boundaries(text: str) -> str:
    """A text with ``BOUNDARY`` wherever its Japanese meets its Latin."""
    return _BETWEEN.sub(BOUNDARY, text)


def spacings(text: str, spread: float, own: float, gap: float) -> Iterator[tuple[int, int, float]]:
    """The letter spacing that Pango needs in a text: where it applies, in bytes, and how much.

    Args:
        text: one line, or the beginning of several.
        spread: what its full-width characters are spread by, for each of them.
        own: the letter spacing of its style.
        gap: the room at a boundary, all in all.
    """
    data = text.encode()
    marks = [match.span() for match in re.finditer(BOUNDARY.encode(), data)]
    wide = list(wide_characters(text)) if spread else []

    def share(place: tuple[int, int]) -> int:
        """A character at either end of a text is given half of its spacing."""
        return 2 if place[0] == 0 or place[1] == len(data) else 1

    # Pango puts half of a character's spacing before it and half behind it. What those beside
    # a boundary would put there goes to all.
    halves = {edge: share(place) / 2 for place in wide for edge in place}
    lost = [halves.get(start, 0) + halves.get(end, 0) for start, end in marks]
    if sum(lost) < len(wide):
        spread *= len(wide) / (len(wide) - sum(lost))
    for place, part in zip(marks, lost, strict=True):
        yield *place, share(place) * (max(gap - own, 0) - part * spread)
    # Neighbours that are spread alike are told of together, or each would be set by itself.
    for part, places in groupby(wide, share):
        for start, end in _joined(places):
            yield start, end, part * spread + own


def _joined(places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Places, in order, with those that follow right after each other as one."""
    joined: tuple[int, int] | None = None
    for start, end in places:
        if joined and joined[1] == start:
            joined = joined[0], end
            continue
        if joined:
            yield joined
        joined = start, end
    if joined:
        yield joined


def teach() -> None:
    """Make WeasyPrint set Japanese lines."""
    from weasyprint.formatting_structure import boxes, build
    from weasyprint.layout import inline
    from weasyprint.text.ffi import TO_UNITS, ffi, pango
    from weasyprint.text.line_break import Layout

    create_boxes = build.create_anonymous_boxes
    count_spaces = inline.count_expandable_spaces
    remove_space = inline.remove_last_whitespace
    set_text = Layout.set_text

    def mark_boundaries(box: Any, before: Any) -> Any:
        """Mark the boundaries in a box and that with the text before it on its line; returns the
        last text of its line.
        """
        if isinstance(box, boxes.TextBox):
            if not spreads(box.style["lang"]) or box.style["white_space"] not in _FLOWING:
                return None
            # The mark ends the text before it: no line may break before a zero-width space.
            if before and box.text and _BETWEEN.search(before.text[-1] + box.text[0]):
                before.text += BOUNDARY
            box.text = with_boundaries(box.text)
            return box if box.text else before
        is_inline = isinstance(box, boxes.InlineBox)
        last = before if is_inline else None
        for child in box.children if isinstance(box, boxes.ParentBox) else ():
            last = mark_boundaries(child, last)
        return last if is_inline else None

    def create_marked_boxes(box: Any) -> Any:
        mark_boundaries(box, None)
        return create_boxes(box)

    def count_expandable(box: Any) -> int:
        if not isinstance(box, boxes.TextBox):
            children = box.children if isinstance(box, boxes.LineBox | boxes.InlineBox) else ()
            return sum(count_expandable(child) for child in children)
        spaces: int = count_spaces(box)
        if not spreads(box.style["lang"]):
            return spaces
        return spaces + sum(is_wide(char) for char in box.text)

    def remove_space_or_boundary(context: Any, line: Any) -> None:
        box = line
        while isinstance(box, boxes.LineBox | boxes.InlineBox) and box.children:
            box = box.children[-1]
        if isinstance(box, boxes.TextBox) and box.text.endswith(BOUNDARY):
            # WeasyPrint takes a space out again, with its width.
            box.text = box.text[: -len(BOUNDARY)] + " "
        remove_space(context, line)

    def set_spread_text(self: Any, text: str, justify: bool = False) -> None:
        set_text(self, text, justify)
        spread = self.justification_spacing if justify else 0
        if not (spread or BOUNDARY in self.text) or not spreads(self.style["lang"]):
            return
        attributes = pango.pango_layout_get_attributes(self.layout)
        if attributes == ffi.NULL:
            attributes = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
        own = self.style["letter_spacing"]
        own = 0 if own == "normal" else own
        gap = self.style["font_size"] * BETWEEN_SCRIPTS
        for start, end, spacing in spacings(self.text, spread, own, gap):
            attribute = pango.pango_attr_letter_spacing_new(int(spacing * TO_UNITS))
            attribute.start_index, attribute.end_index = start, end
            pango.pango_attr_list_change(attributes, attribute)
        pango.pango_layout_set_attributes(self.layout, attributes)

    build.create_anonymous_boxes = create_marked_boxes
    inline.count_expandable_spaces = count_expandable
    inline.remove_last_whitespace = remove_space_or_boundary
    Layout.set_text = set_spread_text
