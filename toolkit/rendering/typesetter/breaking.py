"""Lines from WeasyPrint that are full, and found without setting four of them.

Where a piece of text would fit a line but for the space at its end, as before something bold,
Pango lets that space hang over the edge and breaks nothing; WeasyPrint 70 takes this for a
word that is longer than the line, and leaves the first word of the text alone on it. So this
module asks again: a plain space may hang, as CSS Text 3 (4.1.2) has it, and before a no-break
space the line breaks as late as it can.

To find the end of a line, WeasyPrint lets Pango set as many characters as there are quarters of
an em on it: enough for narrow letters, and four lines of Japanese, whose characters are an em
wide. Of Japanese it is given little more than a line. And it sets each line once more by itself,
to measure it; where it ends between two full-width characters, it is as wide as it was.
"""

import re
from functools import lru_cache, wraps
from math import inf
from typing import Any

from toolkit.rendering.typesetter.justification import spreads

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


def breaks_between_wide(text: str, end: int) -> bool:
    """Whether a text is broken between two characters that take no notice of each other.

    Args:
        end: the place, in bytes of UTF-8.
    """
    data = text.encode()
    around = data[max(end - 3, 0) : end + 3].decode(errors="ignore")
    return len(around) == 2 and not _NOT_WIDE.search(around)


def teach() -> None:
    """Make WeasyPrint fill such lines, and find them sooner."""
    from weasyprint.layout import inline, preferred
    from weasyprint.text import line_break
    from weasyprint.text.ffi import FROM_UNITS, pango
    from weasyprint.text.line_break import create_layout, line_size

    first_line_metrics = line_break.first_line_metrics

    @wraps(first_line_metrics)
    def measure_first_line(
        first_line: Any,
        text: str,
        layout: Any,
        resume_at: int | None,
        space_collapse: bool,
        style: Any,
        *hyphens: Any,
    ) -> Any:
        is_as_wide = (
            not any(hyphens[:1])  # whether it was hyphenated
            and resume_at is not None
            and resume_at == first_line.length
            and spreads(style["lang"])
            and style["letter_spacing"] in ("normal", 0)
            and breaks_between_wide(text, resume_at)
        )
        if not is_as_wide:
            return first_line_metrics(
                first_line, text, layout, resume_at, space_collapse, style, *hyphens
            )
        layout.text = text.encode()[:resume_at].decode()  # what is drawn
        size = line_size(first_line, style)
        baseline = pango.pango_layout_get_baseline(layout.layout) * FROM_UNITS
        layout.deactivate()
        return layout, resume_at, resume_at, *size, baseline

    # Asked of each text again for every line that it is on.
    can_break = lru_cache(maxsize=1024)(line_break.can_break_text)
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
    line_break.first_line_metrics = measure_first_line
    inline.can_break_text = preferred.can_break_text = can_break
