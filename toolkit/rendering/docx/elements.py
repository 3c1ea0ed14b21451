"""WordprocessingML (ECMA-376 part 1, chapter 17), written short.

``w("pStyle", val="Title")`` is ``<w:pStyle w:val="Title"/>``. The order of children
matters in Word; whoever calls these functions keeps the order of the schema.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

Element = Any
"""An lxml element with python-docx's classes, which have no types."""

_NAMESPACES = {"w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main"}
_W = f"{{{_NAMESPACES['w']}}}"
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """Text without the characters that XML 1.0 cannot hold (section 2.2): most controls."""
    return _NO_XML.sub("", text)


def w(tag: str, /, *children: Element, **attributes: str | int) -> Element:
    """An element of the ``w`` namespace, with attributes of the same namespace."""
    named = {f"{_W}{key}": clean(str(value)) for key, value in attributes.items()}
    element = _make()(f"{_W}{tag}", named, _NAMESPACES)
    element.extend(children)
    return element


@cache
def _make() -> Callable[..., Element]:
    """What makes an element; a large table has hundreds of thousands of them."""
    from docx.oxml.parser import oxml_parser

    make: Callable[..., Element] = oxml_parser.makeelement
    return make


def text_of(text: str) -> list[Element]:
    """What a run holds of a text: ``w:t``, with ``w:br`` and ``w:tab`` for its controls."""
    content = []
    for piece in re.split("([\n\t])", clean(text).replace("\r\n", "\n").replace("\r", "\n")):
        if piece == "\n":
            content.append(w("br"))
        elif piece == "\t":
            content.append(w("tab"))
        elif piece:
            words = w("t")
            words.text = piece
            words.set(_XML_SPACE, "preserve")
            content.append(words)
    return content


def run(text: str, properties: Iterable[Element] = ()) -> Element:
    """A run of text; its properties in the order of the schema."""
    children = list(properties)
    return w("r", *([w("rPr", *children)] if children else []), *text_of(text))


def paragraph(style: str, *content: Element, properties: Iterable[Element] = ()) -> Element:
    """A paragraph in the style with this id; further properties in the order of the schema."""
    return w("p", w("pPr", w("pStyle", val=style), *properties), *content)


def field(code: str, result: Iterable[Element]) -> list[Element]:
    """A complex field: its instruction, and the result that shows until it is updated."""
    instruction = w("instrText")
    instruction.text = f" {code} "
    instruction.set(_XML_SPACE, "preserve")
    return [
        w("r", w("fldChar", fldCharType="begin")),
        w("r", instruction),
        w("r", w("fldChar", fldCharType="separate")),
        *result,
        w("r", w("fldChar", fldCharType="end")),
    ]
