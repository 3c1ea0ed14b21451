"""Lines from WeasyPrint that are full: it breaks some of them after their first word.

Where a piece of text would fit a line but for the space at its end, as before something bold,
Pango lets that space hang over the edge and breaks nothing; WeasyPrint 70 takes this for a
word that is longer than the line, and leaves the first word of the text alone on it. So this
module asks again: a plain space may hang, as CSS Text 3 (4.1.2) has it, and before a no-break
space the line breaks as late as it can.
"""

from functools import cache
from math import inf
from typing import Any


@cache
def teach_weasyprint() -> None:
    """Make WeasyPrint fill such lines; once a process."""
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
        def split(width: float | None) -> Any:
            return split_first_line(text, style, context, width, justification_spacing, **options)

        def measure(piece: str, width: float | None = None) -> tuple[float, bool]:
            layout = create_layout(piece, style, context, width, justification_spacing)
            line, resume = layout.get_first_line()
            return line_size(line, style)[0], resume is None

        found = split(max_width)
        resume = found[2]
        if resume is None or max_width is None or max_width == inf or not text[-1].isspace():
            return found
        if b" " in text.encode()[:resume].strip():
            return found  # more than one word: no such line
        whole, is_one_line = measure(text, max_width)
        if not is_one_line or whole <= max_width:
            return found
        if measure(text.rstrip(" "))[0] <= max_width:
            return split(inf)
        return split(max_width - (whole - measure(text.rstrip())[0]))

    inline.split_first_line = split_full_line
