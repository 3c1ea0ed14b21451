"""Edition → one Markdown file, for pasting into note.com, Substack and the like.

What stands there is CommonMark with GFM's tables and ``~~``, and nothing of the toolkit's
own dialect:

- Bold begins and ends with a letter. ``**「…」**です`` is not bold by CommonMark's flanking
  rules, so the marks at its edges move out: ``「**…**」です``. That reads the same, needs no
  invisible characters and no HTML, and is bold in every parser. Beside a space or a mark,
  or at the edge of a paragraph, every parser agrees, and bold stays as it was written.
- Ruby is written out: 漢字（かんじ）.
- A statement on a line of its own is a block quote, which these sites set large.
- A chart is a table of its figures.
- Pictures cannot be pasted: the text names each by its file, and a finding lists it.
- Footnotes are plain marks, their text at the end of the section: neither site reads
  ``[^1]``.
- Links to headings of the edition are plain words: each site makes ids of its own.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from markdown_it.common.utils import isMdAsciiPunct
from markdown_it.token import Token
from mdformat.plugins import PARSER_EXTENSIONS
from mdformat.renderer import MDRenderer, RenderContext, RenderTreeNode

from toolkit.document import markdown, mdformat_dialect
from toolkit.document.captions import caption_line
from toolkit.findings import Finding, Severity
from toolkit.rendering import Rendered
from toolkit.rendering.body import dead_link, is_statement, is_web_address, leads_somewhere
from toolkit.rendering.charts import Figures, table_tokens
from toolkit.rendering.edition import Citation, Edition, Heading, Part
from toolkit.rendering.images import image_line, read_picture
from toolkit.rendering.notes import Note

EMPHASIS = ("strong", "em", "s")
_PAIRS = ("「」", "『』", "（）", "【】", "〔〕", "〈〉", "《》", "“”", "‘’", "()", "[]")


def render(edition: Edition) -> Rendered:
    """The edition as Markdown.

    Raises:
        ContentError: a picture cannot be used.
    """
    findings: list[Finding] = []
    text = _write(list(_edition(edition, findings)))
    return Rendered(text.encode("utf-8"), findings=tuple(findings))


def portable(children: Sequence[Token]) -> list[Token]:
    """Inline tokens so that every CommonMark parser reads back the same words as bold.

    Ruby is written out and line breaks of the source become spaces.
    """
    return list(_tokens(_tidied(_spans(_standard(children)))))


def _edition(edition: Edition, findings: list[Finding]) -> Iterator[Token]:
    separator = edition.labels["list-separator"]
    yield from _heading(1, "", edition.title)
    imprint = (edition.name, edition.number, edition.date, edition.reading_time)
    yield from _paragraph([_text(separator.join(text for text in imprint if text))])
    if edition.lead:
        lead = markdown.parse_inline(edition.lead).children or []
        yield from _paragraph(portable(_unlinked(lead)))
    if edition.cover:
        yield from _body(edition.cover.body, edition.cover, edition, findings)
    for part in edition.parts:
        yield from _part(part, edition, findings)
    if edition.sources_heading:
        yield from _edition_heading(edition.sources_heading, edition)
        yield from _citations(edition)
    yield Token("hr", "hr", 0)
    for line in (edition.notice, *edition.colophon):
        if line:
            yield from _paragraph([_text(line)])


def _part(part: Part, edition: Edition, findings: list[Finding]) -> Iterator[Token]:
    yield from _edition_heading(part.heading, edition)
    yield from _body(part.body, part, edition, findings)
    for note in part.notes:
        yield from _note(note, part, edition, findings)
    for below in part.parts:
        yield from _part(below, edition, findings)


def _body(
    body: Sequence[Token], part: Part, edition: Edition, findings: list[Finding]
) -> Iterator[Token]:
    position = 0
    while position < len(body):
        token = body[position]
        if token.type == "heading_open":
            yield from _edition_heading(token.meta["heading"], edition)
            position += 3
        elif "figures" in token.meta:
            yield from _chart(token.meta["figures"], edition)
            position += 1
        elif token.type == "paragraph_open" and body[position + 1].type == "inline":
            yield from _body_paragraph(body[position : position + 3], part, edition, findings)
            position += 3
        else:
            yield _inline(token, part, edition, findings) if token.type == "inline" else token
            position += 1


def _note(note: Note, part: Part, edition: Edition, findings: list[Finding]) -> Iterator[Token]:
    """A footnote as text that begins with its mark."""
    mark = edition.labels.fill("note-mark", number=note.number)
    body = list(note.body)
    if body and body[0].type == "paragraph_open":
        gap = "" if mark.endswith("）") else " "
        body[1] = replace(body[1], children=[_text(mark + gap), *(body[1].children or [])])
    else:
        yield from _paragraph([_text(mark)])
    yield from _body(body, part, edition, findings)


def _chart(shown: Figures, edition: Edition) -> Iterator[Token]:
    """A chart as a table, which can be pasted: its title above, where it comes from below."""
    if head := shown.head(edition.labels):
        yield from _paragraph([_text(head)])
    yield from table_tokens(shown)
    if shown.credit:
        yield from _paragraph([_text(shown.credit)])


def _body_paragraph(
    tokens: Sequence[Token], part: Part, edition: Edition, findings: list[Finding]
) -> Iterator[Token]:
    opening, inline, closing = tokens
    written = _inline(inline, part, edition, findings)
    pictures = [child for child in written.children or [] if child.type == "image"]
    if pictures and len(pictures) == len(written.children or []):
        for picture in pictures:
            caption = caption_line(str(picture.attrs.pop("title", "") or ""))
            yield from _paragraph([picture])
            if caption:
                yield from _paragraph([_text(caption)])
    elif opening.level == 0 and is_statement(inline):
        yield Token("blockquote_open", "blockquote", 1, markup=">")
        yield from (opening, written, closing)
        yield Token("blockquote_close", "blockquote", -1, markup=">")
    else:
        yield from (opening, written, closing)


def _inline(token: Token, part: Part, edition: Edition, findings: list[Finding]) -> Token:
    """An inline token made portable, and what an editor should know about it."""
    children: list[Token] = []
    kept: list[bool] = []
    line = token.map[0] + 1 if token.map else 0
    ids = {heading.id for heading in edition.headings()}
    for child in token.children or []:
        if child.type == "link_open":
            href = str(child.attrs.get("href", ""))
            if not leads_somewhere(href, ids):
                findings.append(dead_link(part.path, line, href))
            kept.append(leads_somewhere(href, ()))
            if not kept[-1]:
                continue
        elif child.type == "link_close" and not kept.pop():
            continue
        elif child.type == "footnote_ref":
            child = _text(edition.labels.fill("note-mark", number=child.meta["number"]))
        elif child.type == "image":
            findings.append(_picture(child, token, part, edition))
            child = replace(child, attrs=dict(child.attrs))
        children.append(child)
    return replace(token, children=portable(children))


def _picture(image: Token, inline: Token, part: Part, edition: Edition) -> Finding:
    line = image_line(inline, image)
    source = str(image.attrs.get("src", ""))
    picture = read_picture(source, part.base, edition.publication.root, part.path, line)
    return Finding(
        part.path,
        line,
        Severity.NOTE,
        "picture-by-hand",
        f"a pasted text brings no pictures: put {picture.path.name} in its place by hand",
    )


def _citations(edition: Edition) -> Iterator[Token]:
    yield Token("ordered_list_open", "ol", 1, markup=".")
    for citation in edition.citations:
        yield Token("list_item_open", "li", 1, markup=".")
        inline = Token("inline", "", 0, children=list(_citation(citation, edition)))
        yield Token("paragraph_open", "p", 1, hidden=True)
        yield inline
        yield Token("paragraph_close", "p", -1, hidden=True)
        yield Token("list_item_close", "li", -1, markup=".")
    yield Token("ordered_list_close", "ol", -1, markup=".")


def _citation(citation: Citation, edition: Edition) -> Iterator[Token]:
    separator = edition.labels["list-separator"]
    author = citation.author if citation.author != citation.source else ""
    if author:
        yield _text(author + separator)
    title = _text(edition.labels.fill("title-quote", title=citation.title))
    if is_web_address(citation.url):
        yield Token("link_open", "a", 1, attrs={"href": citation.url})
        yield title
        yield Token("link_close", "a", -1)
    else:
        yield title
    for text in (citation.source, citation.published):
        if text:
            yield _text(separator + text)


def _edition_heading(heading: Heading, edition: Edition) -> Iterator[Token]:
    label = heading.label
    if label and heading.title and label[-1] not in "： :":
        label += edition.labels["label-separator"] if heading.level == 2 else " "
    number = f"{heading.number} " if heading.number else ""
    yield from _heading(heading.level, label + number, heading.title)


def _heading(level: int, before: str, title: str) -> Iterator[Token]:
    """A heading is bold as it is, and leads nowhere."""
    children = markdown.parse_inline(title).children or [] if title else []
    plain = [
        child
        for child in _unlinked(children)
        if child.type != "image" and child.type.rpartition("_")[0] not in EMPHASIS
    ]
    markup = "#" * level
    yield Token("heading_open", f"h{level}", 1, markup=markup)
    yield Token("inline", "", 0, children=portable([_text(before), *plain]))
    yield Token("heading_close", f"h{level}", -1, markup=markup)


def _paragraph(children: list[Token]) -> Iterator[Token]:
    yield Token("paragraph_open", "p", 1)
    yield Token("inline", "", 0, children=children)
    yield Token("paragraph_close", "p", -1)


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _unlinked(children: Iterable[Token]) -> list[Token]:
    return [child for child in children if child.type not in ("link_open", "link_close")]


# Bold in every parser. Inline tokens are read as a tree, tidied, and written as tokens again.


@dataclass(frozen=True)
class _Span:
    """Emphasis or a link: its opening and closing token, and what stands between."""

    opening: Token
    closing: Token
    nodes: "tuple[_Node, ...]"

    @property
    def kind(self) -> str:
        return self.opening.type.removesuffix("_open")


_Node = Token | _Span


def _standard(children: Sequence[Token]) -> Iterator[Token]:
    """Inline tokens without what only the toolkit knows."""
    for child in children:
        if child.type == "ruby":
            yield _text(f"{child.content}（{''.join(child.meta['readings'])}）")
        elif child.type == "softbreak":
            yield _text(" ")
        elif child.type != "text" or child.content:
            yield child


def _spans(tokens: Iterable[Token]) -> list[_Node]:
    """The tree of a flat list of tokens; emphasis within the same emphasis says nothing more."""
    nodes: list[_Node] = []
    outer: list[tuple[Token, list[_Node]]] = []
    for token in tokens:
        if token.nesting == 1:
            outer.append((token, nodes))
            nodes = []
        elif token.nesting == -1:
            opening, around = outer.pop()
            repeated = token.type.removesuffix("_close") in EMPHASIS and any(
                opening.type == above.type for above, _ in outer
            )
            around += nodes if repeated else [_Span(opening, token, tuple(nodes))]
            nodes = around
        else:
            nodes.append(token)
    return nodes


def _tidied(nodes: Sequence[_Node], before: str = "", after: str = "") -> list[_Node]:
    """The nodes, with emphasis that begins and ends where every parser sees it.

    Args:
        nodes: what stands in a row.
        before, after: the characters around them; empty at the edges of a paragraph.
    """
    tidied: list[_Node] = []
    rest = list(nodes)
    for position, node in enumerate(rest):
        following = rest[position + 1 :]
        left = _edge(tidied, -1) or before
        right = _edge(following, 0) or after
        if isinstance(node, Token):
            tidied.append(node)
        elif node.kind in EMPHASIS:
            tidied += _emphasis(node, left, right)
        else:
            tidied.append(replace(node, nodes=tuple(_tidied(node.nodes, "[", "]"))))
    return _merged(tidied)


def _emphasis(span: _Span, left: str, right: str) -> list[_Node]:
    """Emphasis, with what cannot stand at its edges moved out of it."""
    nodes = _tidied(span.nodes, "*", "*")
    words = "".join(token.content for token in _tokens(nodes))
    if words[:1] + words[-1:] in _PAIRS and not (_is_gap(left) and _is_gap(right)):
        # Brackets stay together, both inside or both outside.
        left = right = "*"
    leading: list[_Node] = []
    trailing: list[_Node] = []
    while nodes:
        first = nodes[0]
        out, kept = _split(first, span, left, at_end=False)
        leading += out
        nodes[:1] = kept
        if kept == [first]:
            break
    while nodes:
        last = nodes[-1]
        out, kept = _split(last, span, right, at_end=True)
        trailing = out + trailing
        nodes[-1:] = kept
        if kept == [last]:
            break
    inner: list[_Node] = [replace(span, nodes=tuple(nodes))] if nodes else []
    return leading + inner + trailing


def _split(
    node: _Node, span: _Span, beside: str, *, at_end: bool
) -> tuple[list[_Node], list[_Node]]:
    """What of the first or last node of an emphasis stands outside of it, and what inside."""
    if isinstance(node, _Span):
        if node.kind in EMPHASIS:
            if (node.kind == "s") == (span.kind == "s") or _is_gap(beside):
                return [], [node]
            # No parser reads あ~~**い**~~う: struck words stay struck, and are not bold.
            return ([node], []) if node.kind == "s" else ([], list(node.nodes))
        # A bold link is a link of bold words.
        inner = replace(span, nodes=node.nodes)
        return [replace(node, nodes=tuple(_emphasis(inner, "[", "]")))], []
    if node.type != "text":
        return ([], [node]) if node.type == "code_inline" and _is_gap(beside) else ([node], [])
    content = node.content
    free = _is_gap(beside)
    count = 0
    for char in reversed(content) if at_end else content:
        if not (char.isspace() or (not free and _is_mark(char))):
            break
        count += 1
    if not count:
        return [], [node]
    cut = len(content) - count if at_end else count
    outside, inside = (content[cut:], content[:cut]) if at_end else (content[:cut], content[cut:])
    return [_text(outside)], [_text(inside)] if inside else []


def _merged(nodes: Sequence[_Node]) -> list[_Node]:
    """The nodes with emphasis of a kind that stands side by side made one, and texts, too."""
    merged: list[_Node] = []
    for node in nodes:
        last = merged[-1] if merged else None
        if isinstance(node, _Span) and isinstance(last, _Span):
            if node.kind == last.kind and node.kind in EMPHASIS:
                merged[-1] = replace(last, nodes=tuple(_merged([*last.nodes, *node.nodes])))
                continue
        elif (
            isinstance(node, Token) and isinstance(last, Token) and node.type == last.type == "text"
        ):
            merged[-1] = _text(last.content + node.content)
            continue
        merged.append(node)
    return merged


def _edge(nodes: Sequence[_Node], position: int) -> str:
    """The character that is written at the start (0) or the end (-1) of nodes."""
    if not nodes:
        return ""
    node = nodes[position]
    if isinstance(node, _Span):
        return "*" if node.kind in EMPHASIS else "[)"[position]
    if node.type == "text":
        return node.content[position]
    return "\n" if node.type == "hardbreak" else "`"


def _is_gap(char: str) -> bool:
    """Whether a mark beside this character can begin or end emphasis in every parser."""
    # More of * and ~ would make another delimiter of the one that stands here.
    if char in ("*", "~"):
        return False
    is_punctuation = char != "" and (
        isMdAsciiPunct(ord(char)) or unicodedata.category(char)[0] == "P"
    )
    return not char or char.isspace() or is_punctuation


def _is_mark(char: str) -> bool:
    """Whether CommonMark counts a character as punctuation: since 0.31, symbols too."""
    return isMdAsciiPunct(ord(char)) or unicodedata.category(char)[0] in "PS"


def _tokens(nodes: Iterable[_Node]) -> Iterator[Token]:
    markup = {"strong": "**", "em": "*", "s": "~~"}
    for node in nodes:
        if isinstance(node, Token):
            yield node
        else:
            mark = markup.get(node.kind, node.opening.markup)
            yield replace(node.opening, markup=mark)
            yield from _tokens(node.nodes)
            yield replace(node.closing, markup=mark)


# Writing


def _write(tokens: Sequence[Token]) -> str:
    options: dict[str, Any] = {
        "mdformat": {"wrap": "keep", "number": True},
        "parser_extension": [PARSER_EXTENSIONS["tables"], _DIALECT],
    }
    text: str = MDRenderer().render(tokens, options, {"references": {}})
    return text


def _hard_breaks(text: str, node: RenderTreeNode, context: RenderContext) -> str:
    """Some sites show the backslash of a hard break; two spaces at the end are never seen."""
    return re.sub(r"(?<!\\)((?:\\\\)*)\\\n", r"\1  \n", text)


def _rule(node: RenderTreeNode, context: RenderContext) -> str:
    return "---"


def _strike_escape(text: str, node: RenderTreeNode, context: RenderContext) -> str:
    return text.replace("~~", "\\~~")


_DIALECT = SimpleNamespace(
    RENDERERS={**mdformat_dialect.RENDERERS, "hr": _rule},
    POSTPROCESSORS={"text": _strike_escape, "paragraph": _hard_breaks},
)
