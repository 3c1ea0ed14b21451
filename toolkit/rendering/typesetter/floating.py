"""Figures that let the text after them go first, rather than leave the foot of a page empty.

A figure that does not fit on the rest of a page goes to the next one. In a book the text then goes
on below, and the figure stands in it a little later, on top of the next page or soon after. A
style sheet allows it with ``--may-wait: 1``: paragraphs that stand right after the figure move
before it, as many as begin on the page. It passes no heading, list, table or other figure.
"""

from typing import Any

from toolkit.rendering.typesetter.balancing import value_of


def teach() -> None:
    """Make WeasyPrint heed the property."""
    from weasyprint.layout import block

    lay_out = block._in_flow_layout

    def waiting(
        context: Any,
        box: Any,
        index: int,
        child: Any,
        new_children: list[Any],
        page_is_empty: bool,
        absolute_boxes: Any,
        fixed_boxes: Any,
        adjoining_margins: list[Any],
        bottom_space: float,
        position_y: float,
        skip_stack: Any,
        first_letter_style: Any,
        first_line_style: Any,
        discard: bool,
        next_page: Any,
        max_lines: Any,
    ) -> Any:
        def place(number: int, one: Any, state: tuple[Any, ...]) -> Any:
            margins, y, page, lines, laid_out = state
            return lay_out(
                context, box, number, one, laid_out, page_is_empty, absolute_boxes, fixed_boxes,
                margins, bottom_space, y, skip_stack, first_letter_style, first_line_style, discard,
                page, lines,
            )  # fmt: skip

        left = child.position_x, child.position_y
        # What is laid out is added to the list, and margins too: both are kept as they are.
        before = [*adjoining_margins], position_y, next_page, max_lines, [*new_children]
        result = place(
            index, child, (adjoining_margins, position_y, next_page, max_lines, new_children)
        )
        if not (_left_over(result, index) and value_of(child.style, "may_wait")):
            return result
        number, y = index, left[1]
        while (follower := _paragraph(box, number + 1)) is not None:
            follower.position_x, follower.position_y = left[0], y
            tried = place(number, follower, before)
            abort, stop, resume_at, y, margins, page, laid_out, lines = tried
            begun = stop and resume_at is not None and resume_at.get(number) is not None
            if abort or (stop and not begun):
                break
            _swap(box, number)
            number += 1
            result = (False, True, {number: None}, y, margins, page, laid_out, lines)
            if begun:
                return tried
            before = [*margins], y, page, lines, [*laid_out]
        return result

    block._in_flow_layout = waiting


def _left_over(result: tuple[Any, ...], index: int) -> bool:
    """Whether a box was left for the next page, and what stands before it was not."""
    abort, stop, resume_at, *_ = result
    return stop and not abort and resume_at == {index: None}


def _paragraph(box: Any, index: int) -> Any:
    """The paragraph that is a box's child of that number; None if another box is, or none."""
    if index >= len(box.children):
        return None
    child = box.children[index]
    return child if child.element_tag == "p" and child.is_in_normal_flow() else None


def _swap(box: Any, index: int) -> None:
    """Let two children change places, in what the next page is set from too."""
    children = list(box.children)
    children[index], children[index + 1] = children[index + 1], children[index]
    box.children = children
