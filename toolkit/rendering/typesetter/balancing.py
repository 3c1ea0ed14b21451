"""Headlines in lines of about one length, and figures that make do with the rest of a page.

What browsers do for ``text-wrap: balance`` WeasyPrint 70 does not: it fills each line of a
headline, and the last may be a word. A style sheet asks for it with ``--wrap: balance``: the lines
are then as many as they must be, and no longer than they need to be for that.

A figure that does not fit on the rest of a page goes to the next one, and leaves a hole. With
``--least-scale: .8`` it may be set that much smaller, if it fits then with the room of so many ems
below it that ``--room-below`` keeps for its caption.
"""

from typing import Any

_TRIES = 6
"""How often the width of a headline is halved: to a sixty-fourth of the line."""


def value_of(style: Any, name: str) -> Any:
    """The one value of a property of a style sheet's own (``--a-name`` as ``a_name``), or None."""
    tokens = [token for token in style[f"__{name}"] or () if token.type != "whitespace"]
    return tokens[0].value if len(tokens) == 1 else None


def teach() -> None:
    """Make WeasyPrint heed both properties."""
    from weasyprint.formatting_structure import boxes
    from weasyprint.layout import block

    iter_lines, lay_out = block.iter_line_boxes, block.block_level_layout_switch

    def balanced(
        context: Any,
        box: Any,
        position_y: float,
        bottom_space: float,
        skip_stack: Any,
        container: Any,
        absolute_boxes: Any,
        fixed_boxes: Any,
        *first: Any,
    ) -> Any:
        def lines_in(width: float) -> int:
            narrow = narrowed(container, width)
            lines = iter_lines(context, box, position_y, bottom_space, None, narrow, [], [], *first)
            return sum(1 for _ in lines)

        if skip_stack is None and value_of(box.style, "wrap") == "balance":
            count = lines_in(container.width)
            if count > 1:
                least, enough = container.width / 2, container.width
                for _ in range(_TRIES):
                    width = (least + enough) / 2
                    least, enough = (least, width) if lines_in(width) <= count else (width, enough)
                container = narrowed(container, enough)
        return iter_lines(
            context,
            box,
            position_y,
            bottom_space,
            skip_stack,
            container,
            absolute_boxes,
            fixed_boxes,
            *first,
        )

    def narrowed(container: Any, width: float) -> Any:
        narrow = container.copy()
        narrow.width = width
        return narrow

    def fitted(context: Any, box: Any, bottom_space: float, *rest: Any, **named: Any) -> Any:
        result = lay_out(context, box, bottom_space, *rest, **named)
        if isinstance(box, boxes.BlockReplacedBox) and (
            least := value_of(box.style, "least_scale")
        ):
            figure = result[0]
            room = context.page_bottom - bottom_space - figure.content_box_y()
            below = value_of(box.style, "room_below") or 0
            scale = (room - below * figure.style["font_size"]) / figure.height
            if least <= scale < 1:
                aside = figure.width * (1 - scale) / 2
                figure.width, figure.height = figure.width * scale, figure.height * scale
                figure.margin_left += aside
                figure.margin_right += aside
        return result

    block.iter_line_boxes, block.block_level_layout_switch = balanced, fitted
