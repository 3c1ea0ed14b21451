"""Lists: their styles, and numbers that begin anew in each list.

The levels and their marks belong to the styles List Bullet and List Number (and so
to whoever restyles them in Word). A bulleted paragraph needs nothing but its style;
an ordered list gets a numbering instance of its own with a ``startOverride``, which
is how Word itself restarts a list.
"""

from typing import Any

from toolkit.rendering.docx.base import LIST_STYLES
from toolkit.rendering.docx.elements import Element, w

LEVELS = 9
"""How many levels a list can have in Word."""

BULLET, NUMBER, CONTINUE = "List Bullet", "List Number", "List Continue"


def list_style(kind: str, depth: int) -> str:
    """The style of a list's paragraphs at a depth counted from 1."""
    level = min(depth, LIST_STYLES)
    return kind if level == 1 else f"{kind} {level}"


def restart(document: Any, style: str, depth: int, start: int) -> int:
    """A numbering instance that counts from ``start`` at a depth; returns its ``numId``."""
    numbering = document.part.numbering_part.element
    instance = numbering.add_num(_definition(document, style))
    level = instance.add_lvlOverride(ilvl=min(depth, LEVELS) - 1)
    level.add_startOverride(max(start, 0))
    return int(instance.numId)


def numbered(number: int | None, style: str, document: Any, depth: int) -> list[Element]:
    """The ``w:numPr`` of a list paragraph, where its style does not say it all.

    Args:
        number: the instance of an ordered list; None for bullets.
        style: the name of the paragraph's style.
        document: a python-docx document.
        depth: how deep the list is nested, from 1.
    """
    if number is None and depth <= LIST_STYLES:
        return []
    if number is None:
        number = _instance(document, style)
    level = min(depth, LEVELS) - 1
    return [w("numPr", w("ilvl", val=level), w("numId", val=number))]


def _instance(document: Any, style: str) -> int:
    return int(document.styles[style].element.pPr.numPr.numId.val)


def _definition(document: Any, style: str) -> int:
    """The abstract numbering that a style is linked to."""
    numbering = document.part.numbering_part.element
    return int(numbering.num_having_numId(_instance(document, style)).abstractNumId.val)
