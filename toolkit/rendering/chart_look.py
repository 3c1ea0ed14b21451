"""How charts look: the colours and fonts of the publication's theme.

They are read from the theme's style sheet, so a publication that changes its theme has changed
its charts.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from toolkit.document.chart import MOST_SERIES
from toolkit.document.publication import Publication
from toolkit.errors import ContentError
from toolkit.rendering import theme

_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}")
_BOLD = "700"


@dataclass(frozen=True)
class Look:
    """What a chart is drawn with, in one language.

    Attributes:
        colours: the theme's colours by the names of its properties: ``ink``, ``quiet``,
            ``rule``, ``paper``, and ``chart-1`` and so on for the series.
        families: the names of the fonts, as the style sheet has them; each after the first is
            for what those before it lack.
        regular, bold: their files.
    """

    colours: Mapping[str, str]
    families: tuple[str, ...]
    regular: tuple[Path, ...]
    bold: tuple[Path, ...]

    @property
    def series(self) -> tuple[str, ...]:
        """The names of the colours of series."""
        return tuple(f"chart-{number}" for number in range(1, MOST_SERIES + 1))


def read_look(publication: Publication, language: str) -> Look:
    """How the charts of a publication look in a language.

    Raises:
        ContentError: its theme has no colours or fonts for charts.
    """
    name = f"themes/{publication.theme}.css"
    path = theme.find(publication, name)
    rules = _rules(publication)

    def value(selector: str, key: str) -> str:
        if not (found := _value(rules, selector, key)):
            raise ContentError(
                f"needs {key} in {selector}, for charts: take it from the toolkit's own {name}",
                path,
            )
        return found

    colours = {}
    for key in ("ink", "quiet", "rule", "paper", *(f"chart-{n + 1}" for n in range(MOST_SERIES))):
        colours[key] = value("html", f"--{key}")
        if not _COLOUR.fullmatch(colours[key]):
            raise ContentError(f"--{key} must be a colour like #1f4e79, for charts", path)
    faces = dict(_faces(rules))
    asked = _families(value(f'[lang="{language}"]', "--label-face"))
    families = [family for family in asked if (family, "") in faces]
    if not families:
        raise ContentError(f'names no font of its own as --label-face for "{language}"', path)
    return Look(
        colours,
        tuple(families),
        tuple(faces[family, ""] for family in families),
        tuple(faces.get((family, _BOLD), faces[family, ""]) for family in families),
    )


def display_type(publication: Publication, language: str) -> tuple[tuple[str, ...], bool]:
    """The fonts of titles in a language, and whether they are bold; empty where none are named."""
    rules, selector = _rules(publication), f'[lang="{language}"]'
    weight = _value(rules, selector, "--display-weight") or _value(
        rules, "html", "--display-weight"
    )
    return tuple(_families(_value(rules, selector, "--display-face"))), weight in ("bold", _BOLD)


def _rules(publication: Publication) -> list[tuple[str, dict[str, str]]]:
    sheet = theme.style_sheet(publication, f"themes/{publication.theme}.css", str)
    return [(selector.strip(), _declarations(body)) for selector, body in _RULE.findall(sheet)]


def _value(rules: list[tuple[str, dict[str, str]]], selector: str, key: str) -> str:
    """What a property is in the last rule that has it; empty where none does."""
    found = [declared[key] for own, declared in rules if own == selector and key in declared]
    return found[-1] if found else ""


def _families(value: str) -> list[str]:
    return [name for family in value.split(",") if (name := family.strip().strip("\"'"))]


def _declarations(body: str) -> dict[str, str]:
    pairs = (declaration.partition(":") for declaration in body.split(";"))
    return {name.strip(): value.strip() for name, colon, value in pairs if colon}


def _faces(rules: list[tuple[str, dict[str, str]]]) -> Iterator[tuple[tuple[str, str], Path]]:
    """The upright fonts of a style sheet, by family and weight, the regular weight empty."""
    for selector, declared in rules:
        if selector != "@font-face" or declared.get("font-style", "normal") != "normal":
            continue
        family = declared.get("font-family", "").strip("\"'")
        weight = declared.get("font-weight", "").replace("normal", "").replace("400", "")
        source = re.search(r'url\("(.*?)"\)', declared.get("src", ""))
        if family and source:
            yield (family, weight.replace("bold", _BOLD)), Path(source[1])
