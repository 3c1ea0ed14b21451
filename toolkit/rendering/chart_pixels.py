"""A planned chart in pixels, and words as outlines, by matplotlib.

Nothing of the user's matplotlib takes part (no pyplot, no matplotlibrc, no font of the machine),
and the same plan gives the same bytes.
"""

import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from toolkit.rendering.chart_look import Look
from toolkit.rendering.chart_plan import Mark, Plan, Stroke, Words

POINTS_PER_INCH = 72

_ANCHORS: Mapping[str, Any] = {"start": "left", "middle": "center", "end": "right"}


def png(made: Plan, look: Look, resolution: int) -> tuple[bytes, int, int]:
    """A plan as a PNG on the theme's paper, with its width and height in pixels.

    Args:
        made: the plan.
        look: what it is drawn with.
        resolution: in pixels to an inch.
    """
    from PIL import Image

    stream, small = BytesIO(), BytesIO()
    with _own_matplotlib():
        figure = _figure(made, look)
        figure.savefig(
            stream,
            format="png",
            dpi=resolution,
            facecolor=look.colours["paper"],
            metadata={"Software": None},
        )
    with Image.open(BytesIO(stream.getvalue())) as image:
        whole = image.convert("RGB")
        whole.save(small, "PNG", optimize=True, dpi=(resolution, resolution))
        return small.getvalue(), *whole.size


def outline(words: Words, look: Look) -> list[tuple[str, list[tuple[float, float]]]]:
    """The outlines of words, as the commands of an SVG path with their points.

    The points count right from the start of the words and up from their baseline.
    """
    from matplotlib.path import Path as Outline
    from matplotlib.textpath import TextPath

    commands = {
        Outline.MOVETO: "M",
        Outline.LINETO: "L",
        Outline.CURVE3: "Q",
        Outline.CURVE4: "C",
        Outline.CLOSEPOLY: "z",
    }
    with _own_matplotlib():
        path = TextPath((0, 0), words.text, size=words.size, prop=_font(words, look))
    pieces = []
    for numbers, code in path.iter_segments(simplify=False, curves=True):
        command = commands[code]
        points = [] if command == "z" else [*zip(numbers[::2], numbers[1::2], strict=True)]
        pieces.append((command, points))
    return pieces


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
    with matplotlib.rc_context(), warnings.catch_warnings():
        # A character that no font has is a finding already, with its place.
        warnings.filterwarnings("ignore", message="Glyph ")
        # Matplotlib checks what it is told, which takes long: it is told what differs.
        parameters.update(
            {name: value for name, value in _wanted().items() if parameters[name] != value}
        )
        yield


@cache
def _wanted() -> Mapping[str, Any]:
    """Matplotlib's own defaults, and what is ours."""
    from matplotlib import rcParamsDefault

    # Asking for the backend would load one that shows windows.
    names = (name for name in rcParamsDefault if not name.startswith("backend"))
    defaults: Mapping[str, Any] = {name: rcParamsDefault[name] for name in names}
    return {
        **defaults,
        "text.parse_math": False,
        "text.usetex": False,
        "text.hinting": "none",
        "axes.unicode_minus": True,
        "path.simplify": False,
        "path.sketch": None,
        "path.effects": [],
    }


def _font(words: Words, look: Look) -> Any:
    from matplotlib.font_manager import FontProperties

    files = look.bold if words.bold else look.regular
    return FontProperties(family=[_name(path) for path in files], size=words.size)


@cache
def _name(path: Path) -> str:
    """A name by which matplotlib finds this file, and no font of the machine's instead."""
    from matplotlib.font_manager import FontEntry, fontManager

    name = f"newsletter {path}"
    fontManager.ttflist.append(FontEntry(fname=str(path), name=name, size="scalable"))
    return name


def _figure(made: Plan, look: Look) -> Any:
    """A plan as a matplotlib figure."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle
    from matplotlib.text import Text
    from matplotlib.transforms import Affine2D

    size = (made.width / POINTS_PER_INCH, made.height / POINTS_PER_INCH)
    figure = Figure(figsize=size, dpi=POINTS_PER_INCH)
    FigureCanvasAgg(figure)
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
            artist = Text(
                shape.x,
                shape.y,
                shape.text,
                color=colour,
                fontproperties=_font(shape, look),
                horizontalalignment=_ANCHORS[shape.anchor],
                verticalalignment="baseline",
                parse_math=False,
            )
        artist.set_transform(place)
        artist.set_clip_on(False)
        artist.set_zorder(order)
        figure.add_artist(artist)
    return figure
