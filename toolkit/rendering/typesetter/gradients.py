"""A gradient of a drawing as WeasyPrint writes it, so that every PDF reader shows it.

WeasyPrint paints a shape with a tile of exactly the shape's size. Poppler (Evince, Okular) then
shows nothing, where the size is no whole number of pixels, and PDFium a line at the edge. Here the
tile reaches beyond the shape.
"""

from typing import Any


def teach() -> None:
    """Make WeasyPrint paint gradients with a wider tile."""
    from weasyprint import svg
    from weasyprint.pdf.stream import Stream

    draw_gradient, add_pattern = svg.draw_gradient, Stream.add_pattern
    drawing: list[bool] = []

    def draw_widely(*arguments: Any, **named: Any) -> Any:
        drawing.append(True)
        try:
            return draw_gradient(*arguments, **named)
        finally:
            drawing.pop()

    def add_wide_pattern(
        self: Any, x: float, y: float, width: float, height: float, *rest: Any
    ) -> Any:
        if not drawing:
            return add_pattern(self, x, y, width, height, *rest)
        matrix = rest[-1]
        box = x - width, y - height, 3 * width, 3 * height
        pattern = add_pattern(self, *box, *box[2:], matrix)
        pattern.add_group = lambda *_: type(pattern).add_group(pattern, *box)
        return pattern

    svg.draw_gradient, Stream.add_pattern = draw_widely, add_wide_pattern
