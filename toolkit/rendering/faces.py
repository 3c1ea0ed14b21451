"""The fonts of a theme by family, weight and style, as its style sheet names them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from toolkit.document.publication import Publication
from toolkit.rendering import theme

_RULE = re.compile(r"@font-face\s*\{([^}]*)\}")
_URL = re.compile(r'url\("(.*?)"\)')


@dataclass(frozen=True)
class Face:
    """A font.

    Attributes:
        family: what the style sheet calls it, and others with it.
        is_bold, is_italic: which of the family it is.
        path: its file.
    """

    family: str
    is_bold: bool
    is_italic: bool
    path: Path


def faces(publication: Publication) -> tuple[Face, ...]:
    """The fonts of the publication's theme, in the order it names them."""
    sheet = theme.style_sheet(publication, f"themes/{publication.theme}.css", str)
    return tuple(_faces(sheet))


def _faces(sheet: str) -> Iterator[Face]:
    for body in _RULE.findall(sheet):
        declared = {
            name.strip(): value.strip()
            for name, colon, value in (line.partition(":") for line in body.split(";"))
            if colon
        }
        source = _URL.search(declared.get("src", ""))
        family = declared.get("font-family", "").strip("\"'")
        if family and source:
            weight = declared.get("font-weight", "400")
            is_bold = weight == "bold" or (weight.isdigit() and int(weight) >= 600)
            is_italic = declared.get("font-style", "normal") != "normal"
            yield Face(family, is_bold, is_italic, Path(source[1]))


@cache
def own_name(font: Path) -> str:
    """The family's name that a font file gives itself."""
    from fontTools.ttLib import TTFont

    with TTFont(font, lazy=True) as read:
        return str(read["name"].getDebugName(1))
