"""Inline Markdown → runs: what stands inside a paragraph.

Looks come from character styles. Word gives a run one character style, so where two
meet (a bold link) the run has the outer one and the properties of the other.
"""

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from toolkit.document import markdown
from toolkit.document.markdown_japanese import ruby_pairs
from toolkit.rendering.body import LINK_SCHEMES
from toolkit.rendering.docx.elements import Element, run, w
from toolkit.rendering.docx.footnotes import reference
from toolkit.rendering.docx.manuscript import Manuscript
from toolkit.rendering.docx.pictures import Place, drawing

MARKS = {"strong": "Strong", "em": "Emphasis", "s": "Struck"}
_RUN_PROPERTIES = re.findall(
    r"\w+",
    "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint "
    "noProof snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u "
    "effect bdr shd fitText vertAlign rtl cs em lang eastAsianLayout",
)
"""The order of the schema (CT_RPr)."""


@dataclass(frozen=True)
class Words:
    """How the words at a place are set.

    Attributes:
        style: the name of the paragraph's style.
        marks: the names of the character styles that apply, outermost first.
        language: of the text, as in ``en-US``, where it is not the document's own.
    """

    style: str
    marks: tuple[str, ...] = ()
    language: str = ""

    def marked(self, style: str) -> "Words":
        """The same, inside one more mark."""
        return self if style in self.marks else replace(self, marks=(*self.marks, style))


def runs(manuscript: Manuscript, text: str, words: Words, section: Path) -> list[Element]:
    """Inline Markdown that is no token yet: a title, a lead, a heading. Pictures are left out."""
    token = markdown.parse_inline(text)
    token.children = [child for child in token.children or [] if child.type != "image"]
    return inline(manuscript, token, words, Place(section, token))


def inline(manuscript: Manuscript, token: Token, words: Words, place: Place) -> list[Element]:
    """The content of an ``inline`` token."""
    tree = SyntaxTreeNode(token.children or [])
    return list(_content(manuscript, tree.children, words, place))


def plain_run(manuscript: Manuscript, text: str, words: Words) -> Element:
    """A run of plain text."""
    return run(text, _run_properties(manuscript, words))


def hyperlink(manuscript: Manuscript, target: str, content: Sequence[Element]) -> Element | None:
    """A link around runs: to a heading (``#id``) or an address; None where it leads to neither."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml.ns import qn

    if target.startswith("#"):
        name = manuscript.bookmarks.get(target[1:])
        return w("hyperlink", *content, anchor=name, history="1") if name else None
    if not is_address(target):
        return None
    part = manuscript.part
    link = w("hyperlink", *content, history="1")
    relation = part.relate_to(target, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link.set(qn("r:id"), relation)
    return link


def is_address(target: str) -> bool:
    """Whether a link can lead somewhere. Word refuses a whole file for one broken address."""
    try:
        parts = urlsplit(target)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.scheme in ("http", "https"):
        return re.fullmatch(r"[\w.-]+|[0-9a-f:.]+", host) is not None
    return parts.scheme in LINK_SCHEMES and bool(parts.path)


def _content(
    manuscript: Manuscript, nodes: Sequence[SyntaxTreeNode], words: Words, place: Place
) -> Iterator[Element]:
    for node in nodes:
        if node.type in MARKS:
            yield from _content(
                manuscript, node.children, _mark(manuscript, node.type, words), place
            )
        elif node.type == "link":
            yield from _link(manuscript, node, words, place)
        elif node.type == "code_inline":
            yield plain_run(manuscript, node.content, words.marked("Inline Code"))
        elif node.type == "ruby":
            assert node.token is not None
            for base, reading in ruby_pairs(node.token):
                yield _ruby(manuscript, base, reading, words)
        elif node.type == "footnote_ref":
            assert node.token is not None
            yield from reference(manuscript, node.token)
        elif node.type == "image":
            assert node.token is not None
            yield drawing(manuscript, node.token, place)
        elif node.type == "hardbreak":
            yield w("r", w("br"))
        elif node.type == "softbreak":
            yield plain_run(manuscript, " ", words)
        elif node.content:
            yield plain_run(manuscript, node.content, words)


def _mark(manuscript: Manuscript, kind: str, words: Words) -> Words:
    """Bold is a toggle in Word (ECMA-376 part 1, 17.7.3): twice bold is light."""
    style = manuscript.emphasis if kind == "em" else MARKS[kind]
    if style == "Strong" and (words.style == "Statement" or manuscript.is_bold(words.style)):
        return words
    return words.marked(style)


def _link(
    manuscript: Manuscript, node: SyntaxTreeNode, words: Words, place: Place
) -> Iterator[Element]:
    target = str(node.attrs.get("href", ""))
    content = list(_content(manuscript, node.children, words.marked("Hyperlink"), place))
    link = hyperlink(manuscript, target, content)
    if link is not None:
        yield link
        return
    manuscript.warn(
        place.section,
        place.token.map[0] + 1 if place.token.map else 0,
        "dead-link",
        f"the link {target} leads nowhere for a reader: give a whole address (https://…) "
        "or a heading of the issue (#…)",
    )
    yield from _content(manuscript, node.children, words, place)


def _ruby(manuscript: Manuscript, base: str, reading: str, words: Words) -> Element:
    """A base with its reading above it, at half its size (ECMA-376 part 1, 17.3.3.25)."""
    size = manuscript.size(words.style)
    half = max(size // 2, 8)
    properties = w(
        "rubyPr",
        w("rubyAlign", val="distributeSpace"),
        w("hps", val=half),
        w("hpsRaise", val=size - 2),
        w("hpsBaseText", val=size),
        w("lid", val="ja-JP"),
    )
    small = [*_run_properties(manuscript, words), w("sz", val=half), w("szCs", val=half)]
    reading_run = run(reading, _ordered(small))
    return w(
        "r",
        w(
            "ruby",
            properties,
            w("rt", reading_run),
            w("rubyBase", plain_run(manuscript, base, words)),
        ),
    )


def _run_properties(manuscript: Manuscript, words: Words) -> list[Element]:
    properties: list[Element] = []
    for position, name in enumerate(words.marks):
        if position == 0:
            properties.append(w("rStyle", val=manuscript.style(name)))
            continue
        there = {element.tag for element in properties}
        own = manuscript.document.styles[name].element.rPr
        properties += [deepcopy(element) for element in own if element.tag not in there]
    if words.language:
        properties.append(w("lang", val=words.language))
    return _ordered(properties)


def _ordered(properties: list[Element]) -> list[Element]:
    from lxml import etree

    return sorted(properties, key=lambda e: _RUN_PROPERTIES.index(etree.QName(e).localname))
