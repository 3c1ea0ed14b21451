"""HTML → Markdown, for pages and for what mammoth makes of Word files.

The tree is put into the shape Markdown can say (ruby, definition lists, line breaks,
footnotes), sanitised by nh3 (no script, no style, no address but http, https and mailto),
and written by markdownify.
"""

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

import lxml.html
from lxml import etree
from markdown_it.token import Token

from toolkit.document import markdown
from toolkit.document.japanese import is_wide
from toolkit.sources.notes import mark_footnotes, written

Element: TypeAlias = Any  # lxml.html.HtmlElement, which has no types


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


BLOCKS = _names(
    "address article aside blockquote body caption center dd details div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr legend li main nav ol p pre "
    "section summary table tbody td tfoot th thead tr ul"
)
DEAD = _names(
    "script style noscript template iframe object embed svg math canvas audio video head "
    "link meta base"
)
"""Elements whose content is no text of the page."""

_TAGS = _names(
    "a b blockquote br code del em h1 h2 h3 h4 h5 h6 hr i img li ol p pre s strong sub sup "
    "table tbody td tfoot th thead tr ul div section article figure figcaption caption"
)
_ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt"},
    "ol": {"start"},
    "td": {"colspan"},
    "th": {"colspan"},
}
# A break while its surroundings are unknown, and where ruby begins and ends.
_BREAK, _RUBY, _RUBY_END = "\U00100000", "\U00100001", "\U00100002"
_SIGNS = re.compile("[\U00100000\U00100003-\U0010ffff]")
"""What only signs of ours may be, here and in ``notes``: characters for private use of the last
plane, which mean nothing in a text from outside. Those of ruby a Word file has already, by
``ruby_text``, and no text is lost between two that it has of its own."""


def parse_html(text: str) -> Element:
    """The tree of an HTML text. Comments and processing instructions are left out.

    The parser resolves no entity of a document's own and loads nothing. ``_SIGNS`` are left out.
    """
    parser = lxml.html.HTMLParser(
        remove_comments=True, remove_pis=True, no_network=True, huge_tree=False
    )
    # A declared encoding would contradict a text that is already decoded.
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    root = lxml.html.document_fromstring(text, parser=parser, ensure_head_body=True)
    for element in root.iter():
        for name in ("text", "tail"):
            words = getattr(element, name)
            if words and _SIGNS.search(words):
                setattr(element, name, _SIGNS.sub("", words))
    return root


def to_markdown(root: Element) -> str:
    """The Markdown of an element's content. The element is changed on the way."""
    import nh3
    from markdownify import MarkdownConverter

    _plain_ruby(root)
    _plain_definitions(root)
    mark_footnotes(root)
    _plain_links(root)
    for element in list(root.iter("br")):
        _replace(element, _BREAK)
    html = etree.tostring(root, encoding="unicode", method="html")
    html = nh3.clean(
        html,
        tags=set(_TAGS),
        clean_content_tags={"script", "style"},
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )
    converter = MarkdownConverter(
        heading_style="atx",
        bullets="-",
        escape_misc=True,
        keep_inline_images_in=["td", "th", "h1", "h2", "h3", "h4", "h5", "h6"],
        table_infer_header=True,
    )
    text: str = _breaks(converter.convert(html))
    # Ruby was written before the text was escaped.
    text = re.sub(f"{_RUBY}([^{_RUBY_END}]+){_RUBY_END}", lambda m: m[1].replace("\\|", "|"), text)
    return markdown.write(_levels_in_order(written(text)))


def blocks_of(root: Element) -> Iterator[tuple[Element, str]]:
    """Every block that has words of its own, with those words, in reading order."""
    current: Element | None = None
    words: list[str] = []
    for element, text in _words(root):
        if element is not current:
            if current is not None and "".join(words).strip():
                yield current, "".join(words)
            current, words = element, []
        words.append(text)
    if current is not None and "".join(words).strip():
        yield current, "".join(words)


def _words(element: Element, block: Element | None = None) -> Iterator[tuple[Element, str]]:
    stack: list[tuple[Element, Element, bool]] = [(element, element, False)]
    while stack:
        node, block, done = stack.pop()
        if not isinstance(node.tag, str):
            continue
        if done:
            if node.tail:
                yield block, node.tail
            continue
        if node is not element:
            stack.append((node, block, True))
        if node.tag in DEAD:
            continue
        inner = node if node.tag in BLOCKS else block
        if node.text:
            yield inner, node.text
        stack.extend((child, inner, False) for child in reversed(node))


def _replace(element: Element, text: str) -> None:
    """Put a text where an element stood, keeping what followed it."""
    element.tail = text + (element.tail or "")
    element.drop_tree()


def _plain_ruby(root: Element) -> None:
    """``<ruby>漢字<rt>かんじ</rt></ruby>`` as ``{漢字|かんじ}``."""
    for element in list(root.iter("ruby")):
        for rp in list(element.iter("rp")):
            rp.drop_tree()
        readings = ["".join(rt.itertext()).strip() for rt in element.iter("rt")]
        for rt in list(element.iter("rt")):
            rt.drop_tree()
        base = "".join(element.itertext()).strip()
        _replace(element, ruby_text(base, [reading for reading in readings if reading]))


def ruby_text(base: str, readings: list[str]) -> str:
    """A base and its readings (one, or one a character) as text that becomes our ruby."""
    plain = not re.search(r"[{}|]", base + "".join(readings))
    if base and plain and len(readings) in {1, len(base)}:
        return f"{_RUBY}{{{'|'.join([base, *readings])}}}{_RUBY_END}"
    return base + "".join(f"（{reading}）" for reading in readings)


def _plain_definitions(root: Element) -> None:
    """A definition list as paragraphs, the terms bold."""
    for element in list(root.iter("dt")):
        element.tag = "p"
        bold = lxml.html.Element("strong")
        bold.text, element.text = element.text, None
        bold.extend(list(element))
        element.append(bold)
    for element in list(root.iter("dd")):
        element.tag = "div"
    for element in list(root.iter("dl")):
        element.tag = "div"


def _plain_links(root: Element) -> None:
    """Links into the page itself lead nowhere in an article: their words stay."""
    for element in list(root.iter("a")):
        href = (element.get("href") or "").strip()
        if not href or href.startswith("#"):
            element.drop_tag()


def _breaks(text: str) -> str:
    """Line breaks as Markdown has them: two are a paragraph's end, one inside a Japanese
    sentence is nothing, and any other is a hard break.
    """
    text = re.sub(rf"[ \n]*{_BREAK}(?:\s*{_BREAK})+[ \n]*", "\n\n", text)
    pieces = re.split(rf"([ ]*\n?{_BREAK}\n?[ ]*)", text)
    result = pieces[0]
    for following in pieces[2::2]:
        before, after = result.rstrip("*_")[-1:], following.lstrip("*_")[:1]
        in_cell = result.rpartition("\n")[2].lstrip().startswith(("|", "#"))
        if not before or before == "\n" or not after or after == "\n":
            result += following
        elif in_cell:
            result += (" " if before.isascii() and after.isascii() else "") + following
        elif before not in "。！？!?.」』" and is_wide(before) and is_wide(after):
            result += following
        else:
            indent = re.match(r"[ >]*(?:[-*+] |\d+\. )?", result.rpartition("\n")[2])
            result += "\\\n" + re.sub(r"[^>]", " ", indent[0] if indent else "") + following
    return result


def _levels_in_order(text: str) -> list[Token]:
    """The tokens, with the heading levels that are used moved together: no level is jumped."""
    tokens = markdown.parse(text)
    used = sorted({token.tag for token in tokens if token.type == "heading_open"} - {"h1"})
    levels = {tag: f"h{number}" for number, tag in enumerate(used, 2)}
    return [
        token.copy(tag=levels[token.tag], markup="#" * int(levels[token.tag][1]))
        if token.type in ("heading_open", "heading_close") and token.tag in levels
        else token
        for token in tokens
    ]
