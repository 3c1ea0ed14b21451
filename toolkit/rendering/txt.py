"""Edition → plain text for reading: in a terminal, in a mail, pasted anywhere.

Lines are broken and tables drawn by the width of characters on a screen. Links are
numbered, and their addresses stand at the end of the section. Marks, rules and widths
are in ``templates/text.toml``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from toolkit.document import markdown
from toolkit.document.captions import caption_line
from toolkit.document.publication import Publication
from toolkit.document.toml import read_toml, value_line
from toolkit.errors import ContentError
from toolkit.findings import Finding
from toolkit.rendering import Rendered
from toolkit.rendering.body import dead_link, is_statement, leads_somewhere
from toolkit.rendering.charts import Figures, table_tokens
from toolkit.rendering.edition import Citation, Edition, Heading, Part
from toolkit.rendering.wrapping import columns_of, pad, printable, width, wrap
from toolkit.resources import folder

FILE = "text.toml"
GAP = 2
"""Columns between two cells of a table."""


def render(edition: Edition) -> Rendered:
    """The edition as plain text, UTF-8, lines ending in ``\\n``.

    Raises:
        ContentError: the publication's ``templates/text.toml`` is broken.
    """
    text, findings = write_text(edition)
    return Rendered(text.encode("utf-8"), findings=tuple(findings))


def write_text(edition: Edition) -> tuple[str, list[Finding]]:
    """The text, and what an editor should know about it.

    Raises:
        ContentError: the publication's ``templates/text.toml`` is broken.
    """
    page = _Page(edition, read_look(edition.language, edition.publication))
    lines = [line.rstrip(" ") for line in page.lines()]
    return "\n".join(lines) + "\n", page.findings


def read_look(language: str, publication: Publication) -> dict[str, Any]:
    """How text of a language looks, the publication's own words over the toolkit's.

    Raises:
        ContentError: the publication's file is broken, or has a key that nobody reads.
    """
    data, _ = read_toml(folder("templates") / FILE)
    look: dict[str, Any] = dict(data[language])
    own = publication.root / "templates" / FILE
    if own.is_file():
        overrides, text = read_toml(own)
        for key, value in overrides.get(language, {}).items():
            line = value_line(text, language, key)
            if key not in look or type(value) is not type(look[key]):
                raise ContentError(f"{key} is not as in the toolkit's {FILE}", own, line)
            look[key] = value
    return look


@dataclass
class _Page:
    """What is needed while an edition is written, and what was found."""

    edition: Edition
    look: Mapping[str, Any]
    findings: list[Finding] = field(default_factory=list)
    links: int = 0
    notes: dict[str, int] = field(default_factory=dict)

    @property
    def columns(self) -> int:
        return int(self.look["width"])

    @property
    def ambiguous(self) -> int:
        return int(self.look["ambiguous"])

    def lines(self) -> Iterator[str]:
        """The whole edition."""
        edition = self.edition
        separator = edition.labels["list-separator"]
        yield from self.rule("title-rule")
        yield from self.wrapped(edition.name)
        if edition.tagline:
            yield from self.wrapped(edition.tagline)
        imprint = (edition.number, edition.date, edition.reading_time)
        yield from self.wrapped(separator.join(text for text in imprint if text))
        yield from self.rule("title-rule")
        yield ""
        yield from self.wrapped(_words(edition.title))
        if edition.lead:
            yield ""
            yield from self.wrapped(_words(edition.lead))
        if edition.cover:
            for block in SyntaxTreeNode(edition.cover.body).children:
                yield ""
                yield from self.block(block, edition.cover, self.columns)
        yield from ("", "")
        yield from self.heading_lines(2, edition.labels["contents"])
        yield ""
        for heading in edition.contents():
            mark = self.look["bullets"][0] if heading.level == 2 else "　" * 2
            if self.ambiguous == 1 and heading.level > 2:
                mark = "    "
            yield from self.hung(mark, self.heading_text(heading))
        for part in edition.parts:
            yield from self.part(part)
        if edition.sources_heading:
            yield from ("", "")
            yield from self.heading(edition.sources_heading)
            yield ""
            for number, citation in enumerate(edition.citations, 1):
                yield from self.hung(f"{number}. ", self.citation(citation))
        yield from ("", "")
        yield from self.rule("end-rule")
        if edition.notice:
            yield from self.wrapped(edition.notice)
            yield ""
        for line in edition.colophon:
            yield from self.wrapped(line)

    def part(self, part: Part) -> Iterator[str]:
        """A section with those below it, its links at its end."""
        yield from ("", "") if part.heading.level == 2 else ("",)
        yield from self.heading(part.heading)
        tree = SyntaxTreeNode(part.body)
        self.notes = {}
        for block in tree.children:
            yield ""
            yield from self.block(block, part, self.columns)
        for note in part.notes:
            yield ""
            mark = self.filled("note", number=note.number)
            yield from self.hung_blocks(mark, SyntaxTreeNode(note.body).children, part)
        if self.notes:
            yield ""
            for address, number in self.notes.items():
                yield from self.hung(self.filled("link", number=number) + " ", address)
        for below in part.parts:
            yield from self.part(below)

    def heading_text(self, heading: Heading) -> str:
        """A heading in one line, its label and number before its title."""
        return heading.text(self.edition.labels["label-separator"] if heading.level == 2 else " ")

    def heading(self, heading: Heading) -> Iterator[str]:
        """A heading with its mark, and its rules above and below."""
        if heading.level == 2:
            yield from self.rule("section-rule")
        yield from self.heading_lines(heading.level, self.heading_text(heading))

    def heading_lines(self, level: int, text: str) -> Iterator[str]:
        """A heading in lines, underlined where the look says so."""
        level = min(level, 4)
        lines = list(self.hung(self.look[f"head-{level}"], text))
        yield from lines
        if under := self.look[f"underline-{level}"]:
            longest = max(width(line, self.ambiguous) for line in lines)
            yield under * (longest // width(under, self.ambiguous))

    def block(self, node: SyntaxTreeNode, part: Part, columns: int) -> Iterator[str]:
        """A block of a body in lines of at most ``columns``."""
        match node.type:
            case "heading":
                yield from self.heading(node.meta["heading"])
            case "paragraph":
                inline = node.children[0].token
                assert inline is not None
                text = self.inline(inline, part)
                if node.level == 0 and is_statement(inline):
                    indent = " " * int(self.look["statement-indent"])
                    lines = wrap(text, columns - len(indent), self.ambiguous)
                    yield from (indent + line for line in lines)
                else:
                    yield from wrap(text, columns, self.ambiguous)
            case "bullet_list" | "ordered_list":
                yield from self.items(node, part, columns)
            case "blockquote":
                mark = self.look["quote"]
                inside = columns - width(mark, self.ambiguous)
                for line in self.blocks(node.children, part, inside):
                    yield mark + line
            case "table":
                yield from self.table(node, part, columns)
            case "hr":
                mark = self.look["rule"]
                yield " " * max((columns - width(mark, self.ambiguous)) // 2, 0) + mark
            case "fence" if "figures" in node.meta:
                yield from self.chart(node.meta["figures"], part, columns)
            case "fence" | "code_block":
                # Code is kept as it is, however long its lines are.
                yield from ("    " + line for line in printable(node.content).splitlines())

    def blocks(
        self, nodes: Sequence[SyntaxTreeNode], part: Part, columns: int, *, tight: bool = False
    ) -> Iterator[str]:
        """Blocks with an empty line between them, but for those of a tight list."""
        for position, node in enumerate(nodes):
            if position and not tight:
                yield ""
            yield from self.block(node, part, columns)

    def items(self, node: SyntaxTreeNode, part: Part, columns: int) -> Iterator[str]:
        """A list, its items hanging from their marks."""
        depth = 0
        above = node.parent
        while above is not None:
            depth += above.type == "bullet_list"
            above = above.parent
        bullets = self.look["bullets"]
        start = int(node.attrs.get("start", 1))
        last = f"{start + len(node.children) - 1}. "
        for number, item in enumerate(node.children, start):
            mark = bullets[depth % len(bullets)]
            if node.type == "ordered_list":
                mark = f"{number}. ".rjust(len(last))
            tight = all(child.hidden for child in item.children if child.type == "paragraph")
            if not tight and number > start:
                yield ""
            size = width(mark, self.ambiguous)
            # However deep a list is, some words fit on each line.
            inside = max(columns - size, 16)
            lines = list(self.blocks(item.children, part, inside, tight=tight)) or [""]
            yield mark + lines[0]
            yield from (" " * size + line if line else "" for line in lines[1:])

    def hung_blocks(self, mark: str, nodes: Sequence[SyntaxTreeNode], part: Part) -> Iterator[str]:
        """Blocks hanging from a mark."""
        mark += "" if mark.endswith("）") else " "
        size = width(mark, self.ambiguous)
        lines = list(self.blocks(nodes, part, self.columns - size)) or [""]
        yield mark + lines[0]
        yield from (" " * size + line if line else "" for line in lines[1:])

    def table(self, node: SyntaxTreeNode, part: Part, columns: int) -> Iterator[str]:
        """A table in columns; where they would not fit, a list of its rows."""
        cells = [row.children for group in node.children for row in group.children]
        rows = [[self.inline(cell.children[0].token, part) for cell in row] for row in cells]
        aligns = [
            str(cell.attrs.get("style", "")).removeprefix("text-align:") or "left"
            for cell in cells[0]
        ]
        sizes = columns_of(rows, columns, GAP, self.ambiguous)
        if sizes is None:
            yield from self.records(rows, columns)
            return
        for position, row in enumerate(rows):
            wrapped = [
                wrap(cell, size, self.ambiguous) for cell, size in zip(row, sizes, strict=True)
            ]
            for line in range(max(map(len, wrapped))):
                yield (" " * GAP).join(
                    pad(lines[line] if line < len(lines) else "", size, self.ambiguous, align)
                    for lines, size, align in zip(wrapped, sizes, aligns, strict=True)
                )
            if position == 0:
                yield (" " * GAP).join("-" * size for size in sizes)

    def chart(self, shown: Figures, part: Part, columns: int) -> Iterator[str]:
        """A chart as a table, its title above and where it comes from below."""
        if head := shown.head(self.edition.labels):
            yield from wrap(printable(head), columns, self.ambiguous)
            yield ""
        table = SyntaxTreeNode(table_tokens(shown)).children[0]
        yield from self.table(table, part, columns)
        if shown.credit:
            yield ""
            yield from wrap(printable(shown.credit), columns, self.ambiguous)

    def records(self, rows: list[list[str]], columns: int) -> Iterator[str]:
        """The rows of a table too wide for columns, each cell under its column's name."""
        separator = self.edition.labels["label-separator"]
        head, *body = rows
        for position, row in enumerate(body):
            if position:
                yield ""
            for name, cell in zip(head, row, strict=True):
                if cell:
                    text = f"{name}{separator}{cell}" if name else cell
                    yield from self.hung(self.look["bullets"][0], text, columns)

    def inline(self, token: Token | None, part: Part) -> str:
        """The words of an inline token with their marks."""
        assert token is not None
        nodes = SyntaxTreeNode(token.children or []).children
        return printable("".join(self.words(node, token, part) for node in nodes)).strip()

    def words(self, node: SyntaxTreeNode, inline: Token, part: Part) -> str:
        """A node inside a paragraph as words."""
        inside = "".join(self.words(child, inline, part) for child in node.children)
        match node.type:
            case "strong" | "em" | "s":
                name = {"strong": "strong", "em": "emphasis", "s": "struck"}[node.type]
                return self.filled(name, text=inside)
            case "link":
                return self.link(str(node.attrs.get("href", "")), inside, inline, part)
            case "image":
                title = caption_line(str(node.attrs.get("title") or ""))
                picture = self.filled("picture", text=inside or title)
                return f"{picture}\n{title}" if title and inside else picture
            case "footnote_ref":
                return self.filled("note", number=node.meta["number"])
            case "ruby":
                return f"{node.content}（{''.join(node.meta['readings'])}）"
            case "softbreak":
                return " "
            case "hardbreak":
                return "\n"
        return node.content

    def link(self, href: str, words: str, inline: Token, part: Part) -> str:
        """A link's words with the number of its address, which is noted."""
        ids = {heading.id for heading in self.edition.headings()}
        if not leads_somewhere(href, ids):
            line = inline.map[0] + 1 if inline.map else 0
            self.findings.append(dead_link(part.path, line, href))
            return words
        address = printable(href)
        if href.startswith("#") or words in (address, address.removeprefix("mailto:")):
            return words
        if address not in self.notes:
            self.links += 1
            self.notes[address] = self.links
        return words + self.filled("link", number=self.notes[address])

    def citation(self, citation: Citation) -> str:
        """A source in one paragraph, its address on a line of its own."""
        labels = self.edition.labels
        author = citation.author if citation.author != citation.source else ""
        title = labels.fill("title-quote", title=citation.title)
        fields = (author, title, citation.source, citation.published)
        text = labels["list-separator"].join(text for text in fields if text)
        return f"{text}\n{citation.url}" if citation.url else text

    def filled(self, name: str, **values: object) -> str:
        """A mark of the look with its ``{…}`` filled in."""
        mark = str(self.look[name])
        for key, value in values.items():
            mark = mark.replace(f"{{{key}}}", str(value))
        return mark

    def rule(self, name: str) -> Iterator[str]:
        """A line across the page, where the look has one."""
        if mark := self.look[name]:
            yield mark * (self.columns // width(mark, self.ambiguous))

    def wrapped(self, text: str) -> Iterator[str]:
        """A paragraph."""
        yield from wrap(printable(text), self.columns, self.ambiguous)

    def hung(self, mark: str, text: str, columns: int = 0) -> Iterator[str]:
        """A paragraph whose first line begins with a mark, under which no other begins."""
        size = width(mark, self.ambiguous)
        lines = wrap(printable(text), (columns or self.columns) - size, self.ambiguous)
        yield mark + lines[0]
        yield from (" " * size + line for line in lines[1:])


def _words(text: str) -> str:
    """A line of Markdown in plain words."""
    return markdown.plain(markdown.parse_inline(text))
