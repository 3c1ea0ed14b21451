"""Lines from WeasyPrint that are full, and found without setting four of them.

Where a piece of text would fit a line but for the space at its end, as before something bold,
Pango lets that space hang over the edge and breaks nothing; WeasyPrint 70 takes this for a
word that is longer than the line, and leaves the first word of the text alone on it. So this
module asks again: a plain space may hang, as CSS Text 3 (4.1.2) has it, and before a no-break
space the line breaks as late as it can.

To find the end of a line, WeasyPrint lets Pango set as many characters as there are quarters of
an em on it: enough for narrow letters, and four lines of Japanese, whose characters are an em
wide. Of Japanese it is given little more than a line.
"""

import re
from math import inf
from typing import Any

_CHARACTERS = 1.6
"""Of Japanese, so many characters are looked at for each that a line has room for, ..."""

_ROOM = 1.2
"""... and are enough if the wide ones among them need so many lines: more of these come after the
end of the first, and between them a line may break."""

_NOT_WIDE = re.compile("[^\u3001-\u30ff\u3400-\u9fff\uff01-\uff5e]+")


def beginning_of(text: str, ems: float) -> str:
    """A Japanese text's beginning that is longer than a line of so many ems; or the text."""
    beginning = text[: int(_CHARACTERS * ems) + 8]
    is_enough = len(_NOT_WIDE.sub("", beginning)) > _ROOM * ems + 4
    return beginning if is_enough and len(beginning) < len(text) else text


def teach() -> None:
    """Make WeasyPrint fill such lines."""
    from weasyprint.layout import inline
    from weasyprint.text.line_break import create_layout, line_size

    split_first_line = inline.split_first_line

    def split_full_line(
        text: str,
        style: Any,
        context: Any,
        max_width: float | None,
        justification_spacing: float,
        **options: Any,
    ) -> Any:
        def split(text: str, width: float | None) -> Any:
            return split_first_line(text, style, context, width, justification_spacing, **options)

        def measure(piece: str, width: float | None = None) -> tuple[float, bool]:
            layout = create_layout(piece, style, context, width, justification_spacing)
            line, resume = layout.get_first_line()
            return line_size(line, style)[0], resume is None

        if max_width is None or max_width == inf or not style["font_size"]:
            return split(text, max_width)
        is_flowing = style["white_space"] == "normal"
        beginning = beginning_of(text, max_width / style["font_size"]) if is_flowing else text
        found = split(beginning, max_width)
        if beginning is not text:
            if found[2] is not None:
                return found
            found = split(text, max_width)
        resume = found[2]
        if resume is None or not text[-1].isspace():
            return found
        if b" " in text.encode()[:resume].strip():
            return found  # more than one word: no such line
        whole, is_one_line = measure(text, max_width)
        if not is_one_line or whole <= max_width:
            return found
        if measure(text.rstrip(" "))[0] <= max_width:
            return split(text, inf)
        return split(text, max_width - (whole - measure(text.rstrip())[0]))

    inline.split_first_line = split_full_line
