"""A bilingual edition in Word: tables of two columns, each row a block and its translation.

The headings of sections stand between the tables, in both languages: Word's navigation pane
and LibreOffice's navigator pass over headings in tables. Those inside a section are in its
table, beside each other. A row that both languages share (a picture, a rule, code) has one
cell; a wide table stands outside, its translation below it.
"""

from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import replace

from toolkit.rendering.bilingual import (
    BilingualEdition,
    BilingualNote,
    BilingualPart,
    Block,
    Layout,
)
from toolkit.rendering.docx import pages
from toolkit.rendering.docx.base import Base
from toolkit.rendering.docx.blocks import blocks, note_text
from toolkit.rendering.docx.elements import Element, run, w
from toolkit.rendering.docx.footnotes import add_note
from toolkit.rendering.docx.headings import TITLE_LEVEL, heading_style, section_name
from toolkit.rendering.docx.headlines import set_headline
from toolkit.rendering.docx.inline import Words, hyperlink, plain_run, runs
from toolkit.rendering.docx.manuscript import EMU_PER_TWIP, Manuscript, bookmark_names
from toolkit.rendering.edition import Heading

GUTTER = 140
"""The room on either side of a column, in twentieths of a point; as in the table's style. The
table reaches out by it, so that its text begins where all text begins."""

BETWEEN_NAMES = " / "


def body(edition: BilingualEdition, base: Base) -> tuple[Manuscript, Iterator[Element]]:
    """The leading side's manuscript, and everything between the running head and foot."""
    first, second = edition.sides
    leading = Manuscript(
        first,
        base,
        bookmark_names(first),
        emphasis=_emphasis(first.language),
        suffix=f"_{first.language}",
    )
    other = replace(
        leading,
        edition=second,
        bookmarks=bookmark_names(second, f"_{second.language}"),
        emphasis=_emphasis(second.language),
        suffix=f"_{second.language}",
        leads=False,
    )
    return leading, _Writer(edition, (leading, other)).body()


def _emphasis(language: str) -> str:
    """One style cannot slant English and put dots on Japanese; in Japanese, bold stresses too."""
    return "Strong" if language == "ja" else "Emphasis"


class _Writer:
    """Writes what is paired.

    Attributes:
        edition: what is written.
        page: for each language, what it is written with over the page's whole width.
        column: the same for a column.
        width: of a column, its room included, in twentieths of a point.
    """

    def __init__(self, edition: BilingualEdition, page: tuple[Manuscript, Manuscript]) -> None:
        self.edition = edition
        self.page = page
        measure = page[0].text_area()[0]
        self.width = measure // EMU_PER_TWIP // 2 + GUTTER
        text = (self.width - 2 * GUTTER) * EMU_PER_TWIP
        first, second = (replace(side, measure=text) for side in page)
        self.column = first, second

    def body(self) -> Iterator[Element]:
        """Everything, in order."""
        yield from self._masthead()
        yield from self._contents()
        for position, part in enumerate(self.edition.parts):
            yield from self._part(part, new_page=position == 0)
        first, second = (side.sources_heading for side in self.edition.sides)
        if first and second:
            yield self._heading((first, second))
            yield from pages.citations(self.page[0])
        for side in self.page:
            yield from pages.colophon(side)

    def _masthead(self) -> Iterator[Element]:
        leading, sides = self.page[0], self.edition.sides
        yield leading.paragraph("Masthead", run(self.edition.name))
        for side in sides:
            if side.tagline:
                yield leading.paragraph("Tagline", run(side.tagline))
        imprints = (
            " / ".join(text for text in (side.number, side.date, side.reading_time) if text)
            for side in sides
        )
        yield leading.paragraph("Issue Line", run("\n".join(imprints)))
        title: list[Element] = []
        for manuscript, side in zip(self.page, sides, strict=True):
            title += [w("r", w("br"))] if title else []
            line = runs(manuscript, side.title, Words("Title"), side.issue.path)
            line += self._mark(manuscript) if side.issue.title_draft else []
            set_headline(manuscript, "Title", line)
            title += line
        yield leading.paragraph("Title", *title)
        rows = []
        leads = []
        for manuscript, side in zip(self.column, sides, strict=True):
            if not side.lead:
                continue
            words = runs(manuscript, side.lead, Words("Subtitle"), side.issue.path)
            words += self._mark(manuscript) if side.issue.lead_draft else []
            leads.append([manuscript.paragraph("Subtitle", *words)])
        if leads:
            rows.append(self._row(leads))
        first, second = (replace(side, highest=pages.BILINGUAL_COVER_HEIGHT) for side in self.page)
        on_cover = _Writer(self.edition, (first, second))
        for part in self.edition.cover:
            for block in part.blocks:
                rows += on_cover._rows(block, part, is_last=True)
        if rows:
            yield self._table(rows)

    def _contents(self) -> Iterator[Element]:
        """The contents in both languages, an entry for each pair of headings."""
        leading = self.page[0]
        entries = []
        deepest = TITLE_LEVEL + pages.contents_depth(leading)
        for headings in self.edition.contents():
            if headings[0].level > deepest:
                continue
            style = f"TOC {headings[0].level - TITLE_LEVEL}"
            entry: list[Element] = []
            for manuscript, heading in zip(self.page, headings, strict=True):
                entry += [run(BETWEEN_NAMES)] if entry else []
                entry += pages.contents_entry(manuscript, heading, Words(style))
            link = hyperlink(leading, f"#{headings[0].id}", entry)
            entries.append(leading.paragraph(style, link))
        if entries:
            title = BETWEEN_NAMES.join(side.labels["contents"] for side in self.edition.sides)
            yield pages.contents_field(leading, entries, title)
        if self.edition.has_drafts:
            for manuscript in self.page:
                labels = manuscript.edition.labels
                mark = plain_run(
                    manuscript, labels["draft-mark"], Words("Tagline", ("Draft Mark",))
                )
                yield manuscript.paragraph("Tagline", mark, run(f" {labels['draft']}"))

    def _part(self, part: BilingualPart, *, new_page: bool = False) -> Iterator[Element]:
        yield self._heading(part.headings, new_page=new_page)
        rows: list[Element] = []
        for position, block in enumerate(part.blocks, 1):
            if block.layout is Layout.STACKED:
                if rows:
                    yield from self._closed(rows)
                    rows = []
                for number in (0, 1):
                    yield from self._cell(self.page[number], block, part, number)
                continue
            goes_on = any(after.continues for after in part.blocks[position : position + 1])
            rows += self._rows(block, part, is_last=not goes_on)
        if rows:
            yield from self._closed(rows)
        for note in part.notes:
            self._write_note(note, part)
        for inner in part.parts:
            yield from self._part(inner)

    def _heading(self, headings: tuple[Heading, Heading], *, new_page: bool = False) -> Element:
        """The heading of a section: both names on one line, then a title below the other."""
        leading = self.page[0]
        style = heading_style(headings[0])
        words = Words(style)
        content: list[Element] = []
        is_section = headings[0].level == TITLE_LEVEL + 1
        if is_section:
            names = BETWEEN_NAMES.join(heading.label for heading in headings)
            kind = "Section Kicker" if headings[0].title else "Section Name"
            content.append(plain_run(leading, names, words.marked(kind)))
        for manuscript, heading in zip(self.page, headings, strict=True):
            if not heading.title:
                continue
            if content:
                content.append(w("r", w("br")))
            before = ""
            if heading.label and not is_section:
                before = section_name(heading, " ")
                content.append(plain_run(manuscript, before, words.marked("Section Label")))
            line = runs(manuscript, heading.title, words, manuscript.edition.issue.path)
            line += self._mark(manuscript) if heading.draft else []
            set_headline(manuscript, style, line, before)
            content += line
        marks = [(leading.next_id(), side.bookmarks[headings[0].id]) for side in self.page]
        return leading.paragraph(
            style,
            *(w("bookmarkStart", id=mark, name=name) for mark, name in marks),
            *content,
            *(w("bookmarkEnd", id=mark) for mark, _ in marks),
            properties=[w("pageBreakBefore"), w("spacing", before=0)] if new_page else [],
        )

    def _rows(self, block: Block, part: BilingualPart, *, is_last: bool) -> Iterator[Element]:
        if block.layout is Layout.ONCE:
            yield self._row([list(self._cell(self.page[0], block, part, 0))])
            return
        if block.layout is Layout.PICTURE:
            yield from self._picture(block, part)
            return
        cells = [list(self._cell(self.column[number], block, part, number)) for number in (0, 1)]
        if not is_last:
            for cell in cells:
                _close_up(cell[-1])
        yield self._row(cells)

    def _write_note(self, note: BilingualNote, part: BilingualPart) -> None:
        """A footnote in both languages, one below the other."""
        content: list[Element] = []
        for number, manuscript in enumerate(self.page):
            text = note_text(manuscript, note.sides[number], part.sides[number].path)
            if note.drafts[number]:
                _paragraphs(text)[-1].extend(self._mark(manuscript))
            content += text
        add_note(self.page[0], note.sides[0].number, content)

    def _cell(
        self, manuscript: Manuscript, block: Block, part: BilingualPart, number: int
    ) -> Iterator[Element]:
        elements = list(blocks(manuscript, block.bodies[number], part.sides[number].path))
        if block.drafts[number]:
            _paragraphs(elements)[-1].extend(self._mark(manuscript))
        yield from elements

    def _picture(self, block: Block, part: BilingualPart) -> Iterator[Element]:
        """The picture over both columns, and a row with its captions."""
        shown, *_ = blocks(self.page[0], block.bodies[0], part.sides[0].path)
        yield self._row([[shown]])
        if not any(block.captions):
            return
        captions = []
        for number, manuscript in enumerate(self.column):
            mark = self._mark(manuscript) if block.drafts[number] else []
            caption = manuscript.paragraph("Caption", run(block.captions[number]), *mark)
            captions.append([caption])
        yield self._row(captions)

    def _mark(self, manuscript: Manuscript) -> list[Element]:
        sign = manuscript.edition.labels["draft-mark"]
        words = Words("Body Text", ("Draft Mark",))
        return [run("\u00a0"), plain_run(manuscript, sign, words)]

    def _closed(self, rows: Sequence[Element]) -> Iterator[Element]:
        """A table, and the paragraph that parts it from what follows."""
        yield self._table(rows)
        yield self.page[0].paragraph("Table End")

    def _table(self, rows: Sequence[Element]) -> Element:
        """A table of two columns, headed by the names of the languages on every page."""
        names = [
            [manuscript.paragraph("Table Heading", run(name), properties=[w("spacing", after=120)])]
            for manuscript, name in zip(self.column, self.edition.language_names, strict=True)
        ]
        look = {"lastRow": 0, "firstColumn": 0, "lastColumn": 0, "noHBand": 1, "noVBand": 1}
        return w(
            "tbl",
            w(
                "tblPr",
                w("tblStyle", val=self.page[0].style("Bilingual Table")),
                w("tblW", w=2 * self.width, type="dxa"),
                w("tblInd", w=-GUTTER, type="dxa"),
                w("tblLayout", type="fixed"),
                w("tblLook", val="0620", firstRow=1, **look),
            ),
            w("tblGrid", *(w("gridCol", w=self.width) for _ in range(2))),
            self._row(names, [w("tblHeader")]),
            *rows,
        )

    def _row(
        self, cells: Sequence[Sequence[Element]], properties: Iterable[Element] = ()
    ) -> Element:
        """A row of two cells, or of one over both columns; whole on its page if it can be."""
        span = 2 // len(cells)
        width = [
            w("tcW", w=span * self.width, type="dxa"),
            *([w("gridSpan", val=span)] if span > 1 else []),
        ]
        return w(
            "tr",
            w("trPr", w("cantSplit"), *properties),
            *(w("tc", w("tcPr", *map(deepcopy, width)), *cell) for cell in cells),
        )


def _paragraphs(elements: Iterable[Element]) -> list[Element]:
    """The paragraphs with words in them, those in tables included; else all."""
    from docx.oxml.ns import qn

    found = [each for element in elements for each in element.iter(qn("w:p"))]
    return [each for each in found if next(each.iter(qn("w:t")), None) is not None] or found


def _close_up(last: Element) -> None:
    """Let the next item of a list follow as closely as within one list."""
    from docx.oxml.ns import qn

    properties = last.find(qn("w:pPr"))
    spacing = None if properties is None else properties.find(qn("w:spacing"))
    if spacing is not None:
        properties.remove(spacing)
