"""Figures → a drawing, by matplotlib: SVG for what can show it, PNG for the rest.

The plan (``chart_plan``) says what stands where; here it becomes shapes of matplotlib, and what
matplotlib writes becomes as little SVG as possible. Nothing of the user's matplotlib takes part
(no pyplot, no matplotlibrc, no font of the machine), and the same figures give the same bytes.
"""

import logging
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from markupsafe import Markup

from toolkit.rendering.chart_look import Look
from toolkit.rendering.chart_plan import Mark, Plan, Stroke, plan
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
_HASH_SALT = "newsletter"
_ANCHORS: Mapping[str, Any] = {"start": "left", "middle": "center", "end": "right"}
_NUMBER = re.compile(r"-?\d+\.\d+")


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
    pixels = (round(length * PIXELS_PER_INCH / POINTS_PER_INCH) for length in (width, height))
    return Picture(Path(name), mime, data, *pixels)


def draw_svg(shown: Figures, look: Look, width: float, ink: Ink) -> Drawing:
    """The figures as an SVG drawing, ``width`` points wide. It has no id and no script."""
    stream = BytesIO()
    with _own_matplotlib():
        made = plan(shown, look, width, Measure(look))
        figure = _figure(made, look, outlined=ink is Ink.OUTLINED)
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return Drawing(_tidied(stream.getvalue(), made, look, ink), made.width, made.height)


def draw_png(shown: Figures, look: Look, width: float, resolution: int) -> Drawing:
    """The figures as a PNG on the theme's paper, ``width`` points wide.

    Args:
        shown: the figures.
        look: what they are drawn with.
        width: in points.
        resolution: in pixels to an inch.
    """
    stream = BytesIO()
    with _own_matplotlib():
        made = plan(shown, look, width, Measure(look))
        figure = _figure(made, look)
        figure.patch.set_visible(True)
        figure.savefig(
            stream,
            format="png",
            dpi=resolution,
            facecolor=look.colours["paper"],
            metadata={"Software": None},
        )
    from PIL import Image

    small = BytesIO()
    with Image.open(BytesIO(stream.getvalue())) as image:
        whole = image.convert("RGB")
        whole.save(small, "PNG", optimize=True, dpi=(resolution, resolution))
        size = whole.size
    return Drawing(small.getvalue(), *size)


@dataclass(frozen=True)
class Measure:
    """How wide words are, in points."""

    look: Look

    def __call__(self, text: str, size: float, *, bold: bool = False) -> float:
        """The width of a text at a size in points."""
        return _extent(self.look.bold if bold else self.look.regular, text, size)


@lru_cache(maxsize=4096)
def _extent(files: tuple[Path, ...], text: str, size: float) -> float:
    from matplotlib.ft2font import LoadFlags

    font = _font(files)
    font.set_size(size, POINTS_PER_INCH)
    font.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    return float(font.get_width_height()[0]) / 64


@cache
def _font(files: tuple[Path, ...]) -> Any:
    from matplotlib.font_manager import get_font

    return get_font([str(path) for path in files])


@contextmanager
def _own_matplotlib() -> Iterator[None]:
    """Matplotlib with its own defaults, whatever a matplotlibrc says, and no word of its cache."""
    logger = logging.getLogger("matplotlib")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with _defaults():
            yield
    finally:
        logger.setLevel(level)


@contextmanager
def _defaults() -> Iterator[None]:
    import matplotlib

    parameters: Any = matplotlib.rcParams
    settings = {
        "svg.hashsalt": _HASH_SALT,
        "svg.fonttype": "none",
        "text.parse_math": False,
        "text.usetex": False,
        "text.hinting": "none",
        "axes.unicode_minus": True,
        "path.simplify": False,
        "path.sketch": None,
        "path.effects": [],
    }
    with matplotlib.rc_context(), warnings.catch_warnings():
        # A character that no font has is a finding already, with its place.
        warnings.filterwarnings("ignore", message="Glyph ")
        matplotlib.rcdefaults()
        parameters.update(settings)
        yield


def _names(files: tuple[Path, ...]) -> list[str]:
    """Names by which matplotlib finds these files, and no font of the machine's instead."""
    from matplotlib.font_manager import FontEntry, fontManager

    names = []
    known = {entry.name for entry in fontManager.ttflist}
    for path in files:
        name = f"newsletter {path}"
        if name not in known:
            fontManager.ttflist.append(FontEntry(fname=str(path), name=name, size="scalable"))
        names.append(name)
    return names


def _figure(made: Plan, look: Look, *, outlined: bool = False) -> Any:
    """A plan as a matplotlib figure; each artist's id names its colour."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib.lines import Line2D
    from matplotlib.patches import PathPatch, Rectangle
    from matplotlib.text import Text
    from matplotlib.textpath import TextPath
    from matplotlib.transforms import Affine2D

    size = (made.width / POINTS_PER_INCH, made.height / POINTS_PER_INCH)
    figure = Figure(figsize=size, dpi=POINTS_PER_INCH)
    FigureCanvasAgg(figure)
    figure.patch.set_visible(False)
    # Plans count points down from the upper left corner, figures inches up from the lower.
    down = Affine2D().scale(1, -1).translate(0, made.height).scale(1 / POINTS_PER_INCH)
    place = down + figure.dpi_scale_trans
    for order, shape in enumerate(made.shapes, 1):
        colour = look.colours[shape.colour]
        if isinstance(shape, Mark):
            artist: Any = Rectangle(
                (shape.x, shape.y), shape.width, shape.height, facecolor=colour, linewidth=0
            )
        elif isinstance(shape, Stroke):
            artist = Line2D(
                [x for x, _ in shape.points],
                [y for _, y in shape.points],
                color=colour,
                linewidth=shape.width,
                marker=shape.marker or None,
                markersize=shape.marker_size,
                markerfacecolor=colour,
                markeredgewidth=0,
                solid_capstyle="butt",
                solid_joinstyle="round",
            )
        else:
            names = _names(look.bold if shape.bold else look.regular)
            font = FontProperties(family=names, size=shape.size)
            anchor = _ANCHORS[shape.anchor]
            if outlined:
                path = TextPath((0, 0), shape.text, size=shape.size, prop=font)
                extent = Measure(look)(shape.text, shape.size, bold=shape.bold)
                start = shape.x - extent * {"left": 0, "center": 0.5, "right": 1}[anchor]
                flipped = Affine2D().scale(1, -1).translate(start, shape.y)
                artist = PathPatch(flipped.transform_path(path), facecolor=colour, linewidth=0)
            else:
                artist = Text(
                    shape.x,
                    shape.y,
                    shape.text,
                    color=colour,
                    fontproperties=font,
                    horizontalalignment=anchor,
                    verticalalignment="baseline",
                    parse_math=False,
                )
        artist.set_transform(place)
        artist.set_gid(f"{shape.colour}{' bold' if getattr(shape, 'bold', False) else ''}")
        artist.set_clip_on(False)
        artist.set_zorder(order)
        figure.add_artist(artist)
    return figure


def _tidied(data: bytes, made: Plan, look: Look, ink: Ink) -> bytes:
    """Matplotlib's SVG with nothing left but shapes and words."""
    from lxml import etree

    parser = etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True)
    root = etree.fromstring(data, parser)
    size = {"viewBox": f"0 0 {_short(made.width)} {_short(made.height)}"}
    if ink is not Ink.STYLED:
        size |= {"width": f"{_short(made.width)}pt", "height": f"{_short(made.height)}pt"}
    svg = etree.Element(f"{{{_SVG}}}svg", size, nsmap={None: _SVG})
    defined = {
        str(element.get("id")): element
        for element in root.iter(f"{{{_SVG}}}path")
        if element.get("id")
    }
    for element in root.iter(f"{{{_SVG}}}path", f"{{{_SVG}}}text", f"{{{_SVG}}}use"):
        group = next(
            (g.get("id") for g in element.iterancestors(f"{{{_SVG}}}g") if g.get("id")), ""
        )
        colour, _, weight = str(group).partition(" ")
        if colour not in look.colours or _is_defined(element):
            continue
        style = _style(element)
        paint = _paint(colour, look, ink)
        kind = etree.QName(element).localname
        if kind == "use":
            target = str(element.get("{http://www.w3.org/1999/xlink}href")).removeprefix("#")
            path = etree.SubElement(svg, f"{{{_SVG}}}path")
            path.set("d", _path(str(defined[target].get("d"))))
            place = f"{_short(float(element.get('x')))} {_short(float(element.get('y')))}"
            path.set("transform", f"translate({place})")
            _set_paint(path, "fill", paint)
        elif kind == "path":
            path = etree.SubElement(svg, f"{{{_SVG}}}path")
            path.set("d", _path(str(element.get("d"))))
            if style.get("fill") == "none":
                path.set("fill", "none")
                path.set("stroke-width", style.get("stroke-width", "1"))
                path.set("stroke-linejoin", "round")
                _set_paint(path, "stroke", paint)
            else:
                _set_paint(path, "fill", paint)
        else:
            text = etree.SubElement(svg, f"{{{_SVG}}}text")
            text.text = element.text
            text.set("x", _short(float(element.get("x"))))
            text.set("y", _short(float(element.get("y"))))
            text.set("font-size", style["font-size"].removesuffix("px"))
            if style.get("text-anchor", "start") != "start":
                text.set("text-anchor", style["text-anchor"])
            if weight:
                text.set("font-weight", "700")
            if ink is Ink.FIXED:
                text.set("font-family", ", ".join(look.families))
            _set_paint(text, "fill", paint)
    data = etree.tostring(svg, encoding="utf-8")
    return bytes(data)


def _is_defined(element: Any) -> bool:
    """Whether an element is only there to be used by others."""
    return next(element.iterancestors(f"{{{_SVG}}}defs"), None) is not None


def _paint(colour: str, look: Look, ink: Ink) -> str:
    return f"var(--{colour})" if ink is Ink.STYLED else look.colours[colour]


def _set_paint(element: Any, kind: str, paint: str) -> None:
    """A custom property is understood in a style only."""
    if paint.startswith("var("):
        element.set("style", f"{kind}:{paint}")
    else:
        element.set(kind, paint)


def _style(element: Any) -> Mapping[str, str]:
    pairs = (part.partition(":") for part in str(element.get("style", "")).split(";"))
    return {name.strip(): value.strip() for name, colon, value in pairs if colon}


def _path(text: str) -> str:
    return _NUMBER.sub(lambda number: _short(float(number[0])), " ".join(text.split()))


def _short(number: float) -> str:
    """A length to a hundredth of a point."""
    return f"{round(number, 2) + 0.0:.2f}".rstrip("0").rstrip(".")
