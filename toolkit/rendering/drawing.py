"""Figures → a drawing: SVG for what can show it, PNG for the rest.

The plan (``chart_plan``) says what stands where. As SVG its shapes are written as they are, with
nothing but shapes and words; as PNG matplotlib draws them (``chart_pixels``), which takes most
of a second to load. The same figures give the same bytes.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from markupsafe import Markup, escape

from toolkit.rendering import fonts
from toolkit.rendering.chart_look import Look
from toolkit.rendering.chart_plan import Mark, Plan, Stroke, Words, plan
from toolkit.rendering.charts import Figures
from toolkit.rendering.images import Picture

WIDE = {"ja": 420.0, "en": 386.0}
NARROW = 240.0
"""How wide a drawing is, in points: as a page's text (print.css), or a column of two, a phone."""

POINTS_PER_INCH = 72
PIXELS_PER_INCH = 96
"""Of CSS."""

DENSITY = 2
"""How many pixels of a PNG there are to one of CSS."""

_SVG = "http://www.w3.org/2000/svg"

_CORNERS: Mapping[str, Sequence[tuple[float, float]]] = {
    "s": ((-1, 1), (1, 1), (1, -1), (-1, -1)),
    "^": ((0, -1), (-1, 1), (1, 1)),
    "v": ((0, 1), (1, -1), (-1, -1)),
    "D": ((0, math.sqrt(2)), (math.sqrt(2), 0), (0, -math.sqrt(2)), (-math.sqrt(2), 0)),
    "P": (
        *((-1 / 3, 1), (1 / 3, 1), (1 / 3, 1 / 3), (1, 1 / 3), (1, -1 / 3), (1 / 3, -1 / 3)),
        *((1 / 3, -1), (-1 / 3, -1), (-1 / 3, -1 / 3), (-1, -1 / 3), (-1, 1 / 3), (-1 / 3, 1 / 3)),
    ),
}
"""The marks of a line's points but the round one, in halves of their size; as in matplotlib."""


class Ink(StrEnum):
    """How an SVG names its colours and fonts."""

    FIXED = "fixed"
    """As they are, fonts by their names: for a PDF, which has the fonts."""
    STYLED = "styled"
    """By the page's own custom properties, light or dark, in its own font."""
    OUTLINED = "outlined"
    """As they are, text as outlines: for a reader that has no font of ours."""


@dataclass(frozen=True)
class Drawing:
    """A finished drawing.

    Attributes:
        data: SVG, or a PNG.
        width, height: in points; of a PNG in pixels.
    """

    data: bytes
    width: float
    height: float


Draw = Callable[[Figures, Look, bool], Markup | Picture]
"""Makes a chart for a page: its HTML, or a picture to embed; ``True`` asks for a narrow one."""


def on_page(shown: Figures, look: Look, is_narrow: bool) -> Markup:
    """The chart as a part of a web page, whose styles colour it; for phones, once more narrow."""
    width = WIDE[shown.language]
    widths = {"only": NARROW} if is_narrow else {"wide": width, "narrow": NARROW}
    drawn = Markup()
    for name, width in widths.items():
        svg = draw_svg(shown, look, width, Ink.STYLED).data.decode().removeprefix("<svg ")
        head = Markup('<svg class="{}" role="img" aria-label="{}" ').format(name, shown.alternative)
        drawn += head + Markup(svg)  # noqa: S704
    return drawn


def as_svg(ink: Ink) -> Draw:
    """What makes a chart a picture of its own, as vectors."""

    def draw(shown: Figures, look: Look, is_narrow: bool) -> Picture:
        width = NARROW if is_narrow else WIDE[shown.language]
        drawing = draw_svg(shown, look, width, ink)
        return _picture(drawing.data, "image/svg+xml", drawing.width, drawing.height)

    return draw


def as_png(shown: Figures, look: Look, is_narrow: bool) -> Picture:
    """The chart as a picture in pixels, ``DENSITY`` of them to one of CSS."""
    width = NARROW if is_narrow else WIDE[shown.language]
    drawing = draw_png(shown, look, width, DENSITY * PIXELS_PER_INCH)
    scale = POINTS_PER_INCH / PIXELS_PER_INCH / DENSITY
    return _picture(drawing.data, "image/png", drawing.width * scale, drawing.height * scale)


def _picture(data: bytes, mime: str, width: float, height: float) -> Picture:
    """A drawing of a size in points as a picture, named by its content."""
    name = f"chart-{sha256(data).hexdigest()[:12]}.{mime.partition('/')[2].partition('+')[0]}"
    across, down = (round(side * PIXELS_PER_INCH / POINTS_PER_INCH) for side in (width, height))
    return Picture(Path(name), mime, data, across, down)


def draw_svg(shown: Figures, look: Look, width: float, ink: Ink) -> Drawing:
    """The figures as an SVG drawing, ``width`` points wide. It has no id and no script."""
    made = plan(shown, look, width, Measure(look))
    size = {"viewBox": f"0 0 {_short(made.width)} {_short(made.height)}"}
    if ink is not Ink.STYLED:
        size |= {"width": f"{_short(made.width)}pt", "height": f"{_short(made.height)}pt"}
    shapes = "".join(_shapes(made, look, ink))
    data = f"<svg {_attributes({'xmlns': _SVG} | size)}>{shapes}</svg>"
    return Drawing(data.encode(), made.width, made.height)


def draw_png(shown: Figures, look: Look, width: float, resolution: int) -> Drawing:
    """The figures as a PNG on the theme's paper, ``width`` points wide.

    Args:
        shown: the figures.
        look: what they are drawn with.
        width: in points.
        resolution: in pixels to an inch.
    """
    from toolkit.rendering.chart_pixels import png

    return Drawing(*png(plan(shown, look, width, Measure(look)), look, resolution))


@dataclass(frozen=True)
class Measure:
    """How wide words are, in points."""

    look: Look

    def __call__(self, text: str, size: float, *, bold: bool = False) -> float:
        """The width of a text at a size in points."""
        return _extent(self.look.bold if bold else self.look.regular, text, size)


_extent = lru_cache(maxsize=4096)(fonts.width)


def _shapes(made: Plan, look: Look, ink: Ink) -> Iterator[str]:
    for shape in made.shapes:
        # A custom property is understood in a style only.
        paint = f"var(--{shape.colour})" if ink is Ink.STYLED else look.colours[shape.colour]
        fill = {"style": f"fill:{paint}"} if ink is Ink.STYLED else {"fill": paint}
        if isinstance(shape, Mark):
            right, bottom = shape.x + shape.width, shape.y + shape.height
            corners = (shape.x, shape.y), (right, shape.y), (right, bottom), (shape.x, bottom)
            yield _path(f"{_line(corners)} z", fill)
        elif isinstance(shape, Stroke):
            if len(shape.points) > 1:
                about = {
                    "fill": "none",
                    "stroke-width": _short(shape.width),
                    "stroke-linejoin": "round",
                }
                key = "style" if ink is Ink.STYLED else "stroke"
                about[key] = f"stroke:{paint}" if ink is Ink.STYLED else paint
                yield _path(_line(shape.points), about)
            for x, y in shape.points if shape.marker else ():
                place = {"transform": f"translate({_short(x)} {_short(y)})"}
                yield _path(_marker(shape.marker, shape.marker_size / 2), place | fill)
        elif ink is Ink.OUTLINED:
            from toolkit.rendering.chart_pixels import outline

            extent = Measure(look)(shape.text, shape.size, bold=shape.bold)
            start = shape.x - extent * {"start": 0, "middle": 0.5, "end": 1}[shape.anchor]
            yield _path(" ".join(_outline(outline(shape, look), start, shape.y)), fill)
        else:
            yield _words(shape, look, fill, named=ink is Ink.FIXED)


def _words(shape: Words, look: Look, fill: Mapping[str, str], *, named: bool) -> str:
    about = {"x": _short(shape.x), "y": _short(shape.y), "font-size": _short(shape.size)}
    if shape.anchor != "start":
        about["text-anchor"] = shape.anchor
    if shape.bold:
        about["font-weight"] = "700"
    if named:
        about["font-family"] = ", ".join(look.families)
    return f"<text {_attributes({**about, **fill})}>{escape(shape.text)}</text>"


def _path(data: str, about: Mapping[str, str]) -> str:
    return f"<path {_attributes({'d': data, **about})}/>"


def _attributes(values: Mapping[str, str]) -> str:
    return " ".join(f'{name}="{escape(value)}"' for name, value in values.items())


def _line(points: Sequence[tuple[float, float]]) -> str:
    return "M " + " L ".join(f"{_short(x)} {_short(y)}" for x, y in points)


def _marker(kind: str, half: float) -> str:
    """A mark around 0, 0, of half its size each way."""
    if kind == "o":
        return f"M 0 {_short(half)} {' '.join(_arcs(half))} z"
    return f"{_line([(x * half, y * half) for x, y in _CORNERS[kind]])} z"


def _arcs(radius: float) -> Iterator[str]:
    """A circle around 0, 0 from its lowest point, in eight curves."""
    tangent = 4 / 3 * math.tan(math.pi / 16)
    for number in range(8):
        first, last = number * math.pi / 4, (number + 1) * math.pi / 4
        points = (
            (
                math.sin(first) + tangent * math.cos(first),
                math.cos(first) - tangent * math.sin(first),
            ),
            (math.sin(last) - tangent * math.cos(last), math.cos(last) + tangent * math.sin(last)),
            (math.sin(last), math.cos(last)),
        )
        yield "C " + " ".join(f"{_short(x * radius)} {_short(y * radius)}" for x, y in points)


def _outline(
    pieces: Sequence[tuple[str, Sequence[tuple[float, float]]]], start: float, baseline: float
) -> Iterator[str]:
    """Outlines of letters, which count up from the baseline, at their place."""
    for command, points in pieces:
        yield " ".join(
            (command, *(f"{_short(start + x)} {_short(baseline - y)}" for x, y in points))
        )


def _short(number: float) -> str:
    """A length to a hundredth of a point."""
    return f"{round(number, 2) + 0.0:.2f}".rstrip("0").rstrip(".")
