"""Justified Japanese from WeasyPrint, which spreads a line between its words only.

Japanese has no spaces between words: a line that comes out short, because 禁則 moved a
character or Latin words would not break, is spread evenly between its characters
(Requirements for Japanese Text Layout, 3.8.3). WeasyPrint 70 has no such rule, so this
module gives it one, at the two places where it counts and where it draws what can be
spread. Text in other languages is left alone. A test sees to it that lines end flush.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from toolkit.document.japanese import is_wide


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


@cache
def teach_weasyprint() -> None:
    """Make WeasyPrint spread Japanese lines; once a process."""
    from weasyprint.formatting_structure import boxes
    from weasyprint.layout import inline
    from weasyprint.text.ffi import TO_UNITS, ffi, pango
    from weasyprint.text.line_break import Layout

    count_spaces = inline.count_expandable_spaces
    set_text = Layout.set_text

    def count_expandable(box: Any) -> int:
        if not isinstance(box, boxes.TextBox):
            children = box.children if isinstance(box, boxes.LineBox | boxes.InlineBox) else ()
            return sum(count_expandable(child) for child in children)
        spaces: int = count_spaces(box)
        if not spreads(box.style["lang"]):
            return spaces
        return spaces + sum(is_wide(char) for char in box.text)

    def set_spread_text(self: Any, text: str, justify: bool = False) -> None:
        set_text(self, text, justify)
        if not (justify and self.justification_spacing and spreads(self.style["lang"])):
            return
        attributes = pango.pango_layout_get_attributes(self.layout)
        if attributes == ffi.NULL:
            attributes = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
        own = self.style["letter_spacing"]
        own = 0 if own == "normal" else own
        length = len(self.text.encode())
        for start, end in wide_characters(self.text):
            # Pango gives a character at either end of a text half of its spacing.
            share = 2 if start == 0 or end == length else 1
            spacing = share * self.justification_spacing + own
            attribute = pango.pango_attr_letter_spacing_new(int(spacing * TO_UNITS))
            attribute.start_index, attribute.end_index = start, end
            pango.pango_attr_list_change(attributes, attribute)
        pango.pango_layout_set_attributes(self.layout, attributes)

    inline.count_expandable_spaces = count_expandable
    Layout.set_text = set_spread_text
