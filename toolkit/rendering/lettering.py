"""The words of a drawing, in the theme's own fonts: the same letters on every machine.

A drawing names the fonts of the machine it was made on. Whatever it names, it is set in the
theme's fonts for labels, as charts are; a family of the theme may be chosen by its name.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any

from toolkit.document.publication import Publication
from toolkit.document.svg import NAMESPACE, parse
from toolkit.rendering.chart_look import read_look
from toolkit.rendering.faces import Face, faces, own_name
from toolkit.rendering.fonts import characters, is_drawn, subset, woff
from toolkit.rendering.images import DRAWING, Picture

PAPER = "#ffffff"
"""What a drawing in pixels lies on: without it, black lines are lost on a dark page."""

DENSITY = 2
"""How many pixels of a drawing in pixels there are to one of CSS."""

_BOLD = "700"
_SLANTED = ("italic", "oblique")
_IDENTIFIER = re.compile(r"[A-Za-z_][\w-]*(?: [A-Za-z_][\w-]*)*")


def lettered(picture: Picture, publication: Publication, language: str) -> Picture:
    """A drawing whose words name the theme's fonts, and no others; another picture as it is.

    What no font of the theme can write is among its ``notes``.

    Raises:
        ContentError: the theme of the publication has no fonts for labels.
    """
    if picture.mime != DRAWING:
        return picture
    root = parse(picture.data)
    words = _words(root)
    if not words:
        return picture
    known = faces(publication)
    labels = read_look(publication, language).families
    names = {face.family.lower(): face.family for face in known}
    names |= {own_name(face.path).lower(): face.family for face in known}
    used = set(labels)
    for element in root.iter():
        wanted = element.get("font-family", "")
        if wanted or element is root:
            asked = [name.strip(" \"'").lower() for name in wanted.split(",")]
            families = dict.fromkeys([*(names[name] for name in asked if name in names), *labels])
            used |= set(families)
            element.set("font-family", ",".join(map(_quoted, families)))
    chosen = tuple(face for face in known if face.family in used)
    written = frozenset().union(*(characters(face.path) for face in chosen))
    missing = sorted(char for char in set(words) if ord(char) not in written and is_drawn(char))
    notes = picture.notes
    if missing:
        listed = " ".join(f"{char} (U+{ord(char):04X})" for char in missing[:8])
        notes += (
            f"writes {listed}, which no font of the theme {publication.theme} has: it comes out "
            "as an empty box; write it another way, or draw it as a shape",
        )
    return replace(picture, data=_to_bytes(root), faces=chosen, notes=notes)


def with_fonts(picture: Picture) -> Picture:
    """A drawing that brings along what of the fonts its words need, for a page of its own."""
    if picture.mime != DRAWING or not picture.faces:
        return picture
    root = parse(picture.data)
    chars: dict[Face, set[str]] = {}
    for element, text in _texts(root):
        for face, run in _runs(text, element, picture.faces):
            if face:
                chars.setdefault(face, set()).update(run)
    rules = []
    for face in picture.faces:
        if face not in chars:
            continue
        font = b64encode(woff(subset(face.path, sorted(chars[face])))).decode()
        weight = f";font-weight:{_BOLD}" if face.is_bold else ""
        slant = ";font-style:italic" if face.is_italic else ""
        rules.append(
            f'@font-face{{font-family:"{face.family}"{weight}{slant};'
            f"src:url(data:font/woff;base64,{font})}}"
        )
    if rules:
        style = root.makeelement(f"{{{NAMESPACE}}}style")
        style.text = "".join(rules)
        root.insert(0, style)
    return replace(picture, data=_to_bytes(root), faces=())


def in_pixels(picture: Picture, width: int) -> Picture:
    """A drawing as a PNG that is ``width`` pixels wide, on white paper.

    Raises:
        ValueError: resvg cannot draw it.
    """
    import resvg_py

    root = parse(picture.data)
    for element in list(root.iter()):
        _split(element, picture.faces)
    data = resvg_py.svg_to_bytes(
        svg_string=_to_bytes(root).decode(),
        background=PAPER,
        skip_system_fonts=True,
        font_files=[str(face.path) for face in picture.faces],
        width=width,
    )
    # IHDR of a PNG: its size.
    across, down = (int.from_bytes(data[place : place + 4]) for place in (16, 20))
    return replace(picture, mime="image/png", data=data, width=across, height=down, faces=())


def draws_alike(picture: Picture) -> bool:
    """Whether WeasyPrint draws a drawing as browsers and resvg do.

    It knows hardly a filter, sets no text from top to bottom, and spends for ever on a gradient
    that repeats in small steps.
    """
    return not any(
        element.tag == f"{{{NAMESPACE}}}filter"
        or element.get("writing-mode", "").startswith(("tb", "vertical"))
        or element.get("spreadMethod", "pad") != "pad"
        for element in parse(picture.data).iter()
    )


def _words(root: Any) -> str:
    return "".join(root.itertext()).strip()


def _quoted(family: str) -> str:
    return family if _IDENTIFIER.fullmatch(family) else f"'{family}'"


def _to_bytes(root: Any) -> bytes:
    from lxml import etree

    data: bytes = etree.tostring(root, encoding="utf-8")
    return data


def _texts(root: Any) -> Iterator[tuple[Any, str]]:
    """Each stretch of text with the element whose properties it has."""
    for element in root.iter():
        if element.text:
            yield element, element.text
        if element.tail:
            yield element.getparent(), element.tail


def _split(element: Any, known: Iterable[Face]) -> None:
    """Say of each stretch of text which font has it: resvg would set all of a text in one."""
    if element.text:
        spans = list(_spans(element, element.text, known))
        element.text = None
        for place, span in enumerate(spans):
            element.insert(place, span)
    if element.tail:
        spans = list(_spans(element.getparent(), element.tail, known))
        element.tail = None
        for span in reversed(spans):
            element.addnext(span)


def _spans(element: Any, text: str, known: Iterable[Face]) -> Iterator[Any]:
    for face, run in _runs(text, element, known):
        span = element.makeelement(f"{{{NAMESPACE}}}tspan")
        if face:
            span.set("font-family", own_name(face.path))
        span.text = run
        yield span


def _runs(text: str, element: Any, known: Iterable[Face]) -> Iterator[tuple[Face | None, str]]:
    """A text cut by the font that has it: the first of those that its element names.

    What none has goes to the first; no font at all is where the element names none of ours.
    """
    inherited = [element, *element.iterancestors()]

    def value(key: str) -> str:
        return next((str(found) for each in inherited if (found := each.get(key))), "")

    is_bold, is_italic = value("font-weight") == _BOLD, value("font-style") in _SLANTED
    candidates: list[Face] = []
    for family in value("font-family").split(","):
        own = [face for face in known if face.family == family.strip(" \"'")]
        # As CSS chooses: the style first, then the weight.
        own = [face for face in own if face.is_italic == is_italic] or own
        own = [face for face in own if face.is_bold == is_bold] or own
        candidates += own[:1]

    def face_of(char: str) -> Face | None:
        having = (face for face in candidates if ord(char) in characters(face.path))
        return next(having, candidates[0] if candidates else None)

    for face, run in groupby(text, face_of):
        yield face, "".join(run)
