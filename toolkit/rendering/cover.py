"""The picture that stands for an issue on a shelf of e-books, drawn where the issue has none.

How it looks is settled by ``templates/epub/cover.svg.j2``; here its texts are broken into lines,
which SVG does not do: Japanese between phrases, and all lines of a text about equally long.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from toolkit.document import markdown
from toolkit.document.svg import read_svg
from toolkit.errors import ContentError
from toolkit.rendering import fonts, theme
from toolkit.rendering.body import phrases
from toolkit.rendering.chart_look import display_type, read_look
from toolkit.rendering.edition import Edition
from toolkit.rendering.faces import faces
from toolkit.rendering.images import DRAWING, Picture
from toolkit.rendering.lettering import lettered
from toolkit.rendering.wrapping import units

TEMPLATE = "epub/cover.svg.j2"

WIDTH = 1000
"""Of the cover in pixels, which shelves show a few hundred of."""

_CUT = "…"


@dataclass(frozen=True)
class Lines:
    """A text that was fitted.

    Attributes:
        size: of its letters, in units of the drawing.
        lines: its lines.
    """

    size: float
    lines: tuple[str, ...]


def draw_cover(edition: Edition) -> Picture:
    """The cover of an edition, as a drawing in the theme's fonts.

    Raises:
        ContentError: the template is wrong, or the theme has no fonts for it.
    """
    publication, language = edition.publication, edition.language
    look = read_look(publication, language)
    display, is_display_bold = display_type(publication, language)
    families = {"label": look.families, "display": display or look.families}

    def fit(
        text: str, face: str, width: float, sizes: Sequence[float], most: int, bold: bool = False
    ) -> Lines:
        files = _files(edition, families[face], is_bold=bold)
        pieces = _pieces(text, language)

        def measure(run: str, size: float) -> float:
            return fonts.width(files, run, size)

        return _fitted(pieces, width, sizes, most, measure)

    context = {
        "language": language,
        "name": edition.name,
        "tagline": edition.tagline,
        "number": edition.number,
        "date": edition.date,
        "title": edition.plain_title,
        "statement": _statement(edition),
        "lead": markdown.plain(markdown.parse_inline(edition.lead)) if edition.lead else "",
        "publisher": publication.publishers.get(language, ""),
        "colours": look.colours,
        "faces": {name: ",".join(own) for name, own in families.items()},
        "is_display_bold": is_display_bold,
        "fit": fit,
    }
    written = theme.fill_template(publication, TEMPLATE, context)
    path = theme.find(publication, TEMPLATE)
    try:
        drawing = read_svg(written.strip().encode())
    except ContentError as error:
        raise ContentError(f"the drawing that the template makes {error.message}", path) from None
    picture = Picture(path, DRAWING, drawing.data, round(drawing.width), round(drawing.height))
    return lettered(picture, publication, language)


def _statement(edition: Edition) -> str:
    """What the issue's cover says; empty where it says nothing, or shows a picture."""
    tokens = edition.cover.body if edition.cover else ()
    texts = [markdown.plain(token) for token in tokens if token.type == "inline"]
    return " ".join(texts).strip()


def _files(edition: Edition, families: Sequence[str], *, is_bold: bool) -> tuple[Path, ...]:
    """The upright fonts of families; the regular one where there is no bold."""
    known = [face for face in faces(edition.publication) if not face.is_italic]
    files = []
    for family in families:
        own = [face for face in known if face.family == family]
        own = [face for face in own if face.is_bold == is_bold] or own
        files += [face.path for face in own[:1]]
    return tuple(files)


def _pieces(text: str, language: str) -> list[str]:
    """A text cut where its lines may break, spaces at the ends of pieces."""
    if language == "ja":
        return phrases(text)
    return [unit + space for unit, space in units(text)]


def _fitted(
    pieces: Sequence[str],
    width: float,
    sizes: Sequence[float],
    most: int,
    measure: Callable[[str, float], float],
) -> Lines:
    """The text in the largest size in which it takes no more lines than it may.

    Where even the smallest takes more, what is beyond is cut off.
    """
    for size in sizes:
        lines = _broken(pieces, width, partial(_measured, measure, size))
        if len(lines) <= most:
            return Lines(size, tuple(lines))
    smallest = sizes[-1]
    lines = _greedy(pieces, width, lambda run: measure(run + _CUT, smallest))
    return Lines(smallest, (*lines[: most - 1], lines[most - 1].rstrip("、。,.") + _CUT))


def _measured(measure: Callable[[str, float], float], size: float, run: str) -> float:
    return measure(run, size)


def _broken(pieces: Sequence[str], room: float, measure: Callable[[str], float]) -> list[str]:
    """Lines as few as may be, and as equal as they can be then."""
    whole: list[str] = []
    for piece in pieces:
        # A phrase wider than a line breaks within.
        is_wide = measure(piece.rstrip()) > room
        whole += [unit + space for unit, space in units(piece)] if is_wide else [piece]
    best = _greedy(whole, room, measure)
    low, high = 0.0, room
    while high - low > room / 100:
        middle = (low + high) / 2
        lines = _greedy(whole, middle, measure)
        if len(lines) <= len(best) and all(measure(line) <= middle for line in lines):
            best, high = lines, middle
        else:
            low = middle
    return best


def _greedy(pieces: Sequence[str], room: float, measure: Callable[[str], float]) -> list[str]:
    lines = [""]
    for piece in pieces:
        if lines[-1] and measure((lines[-1] + piece).rstrip()) > room:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines]
