"""Block Markdown → paragraphs and tables: what stands below each other."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from toolkit.document import markdown
from toolkit.document.captions import caption_line
from toolkit.document.japanese import is_wide
from toolkit.rendering.body import is_statement
from toolkit.rendering.docx.charts import chart
from toolkit.rendering.docx.elements import Element, run, w
from toolkit.rendering.docx.footnotes import TEXT
from toolkit.rendering.docx.headings import heading_paragraph
from toolkit.rendering.docx.headlines import set_headline
from toolkit.rendering.docx.inline import Words, inline
from toolkit.rendering.docx.manuscript import EMU_PER_TWIP, Manuscript
from toolkit.rendering.docx.numbering import (
    BULLET,
    CONTINUE,
    NUMBER,
    list_style,
    numbered,
    restart,
)
from toolkit.rendering.docx.pictures import Place
from toolkit.rendering.notes import Note

STEP = 340
"""How far each level of a list or a quotation is set in, in twentieths of a point; as in
``word/numbering.xml``. Where the two meet, no style can say how far."""

NARROWEST, WIDEST = 8, 36
"""The least and most that a table's column counts for, in half-width characters."""

PADDING = 3
"""What a column counts for beyond its text: the room beside it, and bold in its head."""

WHOLE_ROWS = 12
"""A table with at most so many rows stays on one page."""


@dataclass(frozen=True)
class Item:
    """A list item whose first paragraph is still to come."""

    style: str
    number: int | None


@dataclass(frozen=True)
class Setting:
    """Where blocks stand.

    Attributes:
        section: the file they come from.
        lists, quotes: how many of each they stand in.
        item: the item whose mark the next paragraph carries; None where there is none.
        text: the style of plain paragraphs, where it is not that of all text.
    """

    section: Path
    lists: int = 0
    quotes: int = 0
    item: Item | None = None
    text: str = ""


def blocks(
    manuscript: Manuscript, body: Sequence[Token], section: Path, text: str = ""
) -> Iterator[Element]:
    """The paragraphs and tables of a body; ``text`` is as in ``Setting``."""
    tree = SyntaxTreeNode(body)
    return _blocks(manuscript, tree.children, Setting(section, text=text))


def note_text(manuscript: Manuscript, note: Note, section: Path) -> list[Element]:
    """The words of a footnote of a section's file, for the part that Word keeps footnotes in."""
    writer = replace(manuscript, story=manuscript.base.footnotes)
    tree = SyntaxTreeNode(note.body)
    return list(_blocks(writer, tree.children, Setting(section, text=TEXT)))


def _blocks(
    manuscript: Manuscript, nodes: Sequence[SyntaxTreeNode], setting: Setting
) -> Iterator[Element]:
    for node in nodes:
        if node.type == "paragraph":
            yield from _paragraph(manuscript, node, setting)
        elif node.type == "heading":
            heading = node.meta["heading"]
            yield heading_paragraph(manuscript, heading, setting.section)
        elif node.type in ("bullet_list", "ordered_list"):
            items = list(_list(manuscript, node, setting))
            if not setting.lists:
                _space_after(manuscript, items[-1])
            yield from items
        elif node.type == "blockquote":
            inside = replace(setting, quotes=setting.quotes + 1)
            yield from _blocks(manuscript, node.children, inside)
        elif "figures" in node.meta:
            yield from chart(manuscript, node.meta["figures"])
        elif node.type in ("fence", "code_block"):
            yield _code(manuscript, node.content, setting)
        elif node.type == "table":
            yield from _table(manuscript, node, setting)
        elif node.type == "hr":
            yield manuscript.paragraph("Separator")
        else:
            raise AssertionError(f"no way to write {node.type} in Word")


def _paragraph(manuscript: Manuscript, node: SyntaxTreeNode, setting: Setting) -> Iterator[Element]:
    (content,) = node.children
    token = content.token
    assert token is not None
    place = Place(setting.section, token)
    image = _only_image(token)
    if image is not None and setting.item is None:
        yield from _figure(manuscript, token, image, setting)
        return
    style, properties = _style(manuscript, token, setting)
    words = inline(manuscript, token, Words(style), place)
    if is_statement(token):
        set_headline(manuscript, style, words)
    yield manuscript.paragraph(style, *words, properties=properties)


def _style(manuscript: Manuscript, token: Token, setting: Setting) -> tuple[str, list[Element]]:
    """The style of a paragraph, and what depends on its nesting."""
    if setting.item is not None:
        style = setting.item.style
        number = numbered(setting.item.number, style, manuscript.document, setting.lists)
        indent = _indent(setting.lists + setting.quotes, STEP) if setting.quotes else []
        return style, [*number, *indent]
    if setting.lists and setting.quotes:
        return "Quote", _indent(setting.lists + setting.quotes)
    if setting.lists:
        deeper = setting.lists > 5
        style = list_style(CONTINUE, setting.lists)
        return style, _indent(setting.lists) if deeper else []
    if setting.quotes:
        return "Quote", _indent(setting.quotes) if setting.quotes > 1 else []
    if setting.text:
        return setting.text, []
    if is_statement(token):
        return "Statement", []
    return "Body Text", []


def _indent(steps: int, hanging: int = 0) -> list[Element]:
    more = {"hanging": hanging} if hanging else {}
    return [w("ind", left=steps * STEP, **more)]


def _only_image(token: Token) -> Token | None:
    children = [c for c in token.children or [] if c.type != "text" or c.content.strip()]
    return children[0] if len(children) == 1 and children[0].type == "image" else None


def _figure(
    manuscript: Manuscript, token: Token, image: Token, setting: Setting
) -> Iterator[Element]:
    """A picture on its own, with its title as the caption below it."""
    place = Place(setting.section, token)
    caption = caption_line(str(image.attrs.get("title", "")))
    # The style keeps a picture with its caption; without one, with nothing.
    loose = [] if caption else [w("keepNext", val="0")]
    picture = inline(manuscript, token, Words("Figure"), place)
    yield manuscript.paragraph("Figure", *picture, properties=loose)
    if caption:
        yield manuscript.paragraph("Caption", run(caption))


def _list(manuscript: Manuscript, node: SyntaxTreeNode, setting: Setting) -> Iterator[Element]:
    depth = setting.lists + 1
    style = list_style(BULLET, depth)
    number = None
    if node.type == "ordered_list":
        style = list_style(NUMBER, depth)
        start = int(node.attrs.get("start", 1))
        number = restart(manuscript.document, style, depth, start)
    for item in node.children:
        marked = replace(setting, lists=depth, item=Item(style, number))
        rest = list(item.children)
        if rest and rest[0].type == "paragraph":
            yield from _paragraph(manuscript, rest.pop(0), marked)
        else:
            empty = Token("inline", "", 0, children=[])
            name, properties = _style(manuscript, empty, marked)
            yield manuscript.paragraph(name, properties=properties)
        yield from _blocks(manuscript, rest, replace(marked, item=None))


def _space_after(manuscript: Manuscript, last: Element) -> None:
    """Let text begin after a list as it does after a paragraph."""
    style = manuscript.document.styles["Body Text"]
    if style.paragraph_format.space_after is not None and last.tag.endswith("}p"):
        last.pPr.spacing_after = style.paragraph_format.space_after


def _code(manuscript: Manuscript, text: str, setting: Setting) -> Element:
    nested = setting.lists + setting.quotes
    indent = _indent(nested) if nested else []
    return manuscript.paragraph("Code", run(text.rstrip("\n")), properties=indent)


def _table(manuscript: Manuscript, node: SyntaxTreeNode, setting: Setting) -> Iterator[Element]:
    rows = [row for group in node.children for row in group.children]
    heads = len(node.children[0].children)
    together = len(rows) if len(rows) <= WHOLE_ROWS else 0
    indent = (setting.lists + setting.quotes) * STEP
    widths = _widths(manuscript, rows, indent)
    yield w(
        "tbl",
        w(
            "tblPr",
            w("tblStyle", val=manuscript.style("Newsletter Table")),
            w("tblW", w=sum(widths), type="dxa"),
            *([w("tblInd", w=indent, type="dxa")] if indent else []),
            w(
                "tblLook",
                val="0420",
                firstRow=1,
                lastRow=0,
                firstColumn=0,
                lastColumn=0,
                noHBand=0,
                noVBand=1,
            ),
        ),
        w("tblGrid", *(w("gridCol", w=width) for width in widths)),
        *(
            _row(manuscript, row, number <= heads, number < together, widths, setting)
            for number, row in enumerate(rows, 1)
        ),
    )
    yield manuscript.paragraph("Table End")


def _row(
    manuscript: Manuscript,
    row: SyntaxTreeNode,
    is_head: bool,
    is_held: bool,
    widths: Sequence[int],
    setting: Setting,
) -> Element:
    style = "Table Heading" if is_head else "Table Text"
    cells = []
    for cell, width in zip(row.children, widths, strict=True):
        (content,) = cell.children
        token = content.token
        assert token is not None
        align = re.search("left|center|right", str(cell.attrs.get("style", "")))
        place = Place(setting.section, token)
        cells.append(
            w(
                "tc",
                w("tcPr", w("tcW", w=width, type="dxa")),
                manuscript.paragraph(
                    style,
                    *inline(manuscript, token, Words(style), place),
                    properties=[
                        *([w("keepNext")] if is_held and not is_head else []),
                        *([w("jc", val=align[0])] if align else []),
                    ],
                ),
            )
        )
    return w("tr", w("trPr", w("cantSplit"), *([w("tblHeader")] if is_head else [])), *cells)


def _widths(manuscript: Manuscript, rows: Sequence[SyntaxTreeNode], indent: int) -> list[int]:
    """The columns' widths in twentieths of a point: the text area's, shared out by the text."""
    shares = []
    for column in zip(*(row.children for row in rows), strict=True):
        longest = max(_length(cell.children[0].token) for cell in column)
        shares.append(min(max(longest + PADDING, NARROWEST), WIDEST))
    width = manuscript.text_area()[0] / EMU_PER_TWIP - indent
    half_width = manuscript.size("Table Text") * 5  # half an em: half points to twentieths
    needs = [share * half_width for share in shares]
    if sum(needs) <= width:
        return [round(width * share / sum(shares)) for share in shares]
    # Room is short: columns that need less than an even share of it keep what they need.
    kept: dict[int, float] = {}
    while True:
        even = (width - sum(kept.values())) / max(len(needs) - len(kept), 1)
        small = {n: need for n, need in enumerate(needs) if n not in kept and need <= even}
        if not small:
            return [round(kept.get(column, even)) for column in range(len(needs))]
        kept |= small


def _length(token: Token | None) -> int:
    """How long a text is, in half-width characters."""
    text = markdown.plain(token) if token else ""
    return sum(2 if is_wide(char) else 1 for char in text)
