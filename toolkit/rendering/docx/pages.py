"""The pages around the text: masthead and contents before it, sources and colophon after."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from toolkit.document import markdown
from toolkit.rendering.docx.blocks import blocks, note_text
from toolkit.rendering.docx.elements import Element, field, run, w
from toolkit.rendering.docx.footnotes import add_note
from toolkit.rendering.docx.headings import TITLE_LEVEL, heading_paragraph, section_name
from toolkit.rendering.docx.headlines import set_headline
from toolkit.rendering.docx.inline import Words, hyperlink, plain_run, runs
from toolkit.rendering.docx.manuscript import Manuscript
from toolkit.rendering.edition import Citation, Heading, Part

LOCALES = {"ja": "ja-JP", "en": "en-US"}

COVER_STYLE = "Cover Statement"
COVER_HEIGHT, BILINGUAL_COVER_HEIGHT = 0.23, 0.15
"""The most of the text area's height that the cover's picture takes."""

COVER_SPACE = 480
"""Room between what stands on a cover that shows something, in twentieths of a point; there
the contents need the rest."""

CONTENTS = 'TOC \\o "1-{depth}" \\n \\h \\z'
"""The field of the contents: Heading 1 and 2 (see ``contents_depth``), linked, without
page numbers (``\\n``). Numbers cannot be known before Word lays the pages out; leaving them
to ``updateFields`` would greet every reader with a question. Updating the field keeps it as
it is here."""


def body(manuscript: Manuscript) -> Iterator[Element]:
    """Everything between the running head and foot, in order."""
    yield from _masthead(manuscript)
    yield from _cover(manuscript)
    yield from _contents(manuscript)
    for position, part in enumerate(manuscript.edition.parts):
        yield from _part(manuscript, part, new_page=position == 0)
    yield from _sources(manuscript)
    yield from colophon(manuscript)


def _part(manuscript: Manuscript, part: Part, *, new_page: bool = False) -> Iterator[Element]:
    yield heading_paragraph(manuscript, part.heading, part.path, new_page=new_page)
    yield from blocks(manuscript, part.body, part.path)
    for note in part.notes:
        add_note(manuscript, note.number, note_text(manuscript, note, part.path))
    for inner in part.parts:
        yield from _part(manuscript, inner)


def _masthead(manuscript: Manuscript) -> Iterator[Element]:
    edition = manuscript.edition
    path = edition.issue.path
    yield manuscript.paragraph("Masthead", run(edition.name))
    if edition.tagline:
        yield manuscript.paragraph("Tagline", run(edition.tagline))
    imprint = (edition.number, edition.date, edition.reading_time)
    line = " / ".join(text for text in imprint if text)
    yield manuscript.paragraph("Issue Line", run(line))
    before = [w("spacing", before=2 * COVER_SPACE)] if edition.cover else []
    title = runs(manuscript, edition.title, Words("Title"), path)
    set_headline(manuscript, "Title", title)
    yield manuscript.paragraph("Title", *title, properties=before)
    if edition.lead:
        lead = runs(manuscript, edition.lead, Words("Subtitle"), path)
        after = [w("spacing", after=COVER_SPACE)] if edition.cover else []
        yield manuscript.paragraph("Subtitle", *lead, properties=after)


def _cover(manuscript: Manuscript) -> Iterator[Element]:
    """What the first page shows below its masthead."""
    shown = manuscript.edition.cover
    if shown:
        on_cover = replace(manuscript, highest=COVER_HEIGHT)
        yield from blocks(on_cover, shown.body, shown.path, COVER_STYLE)


def contents_depth(manuscript: Manuscript) -> int:
    """How many of Word's heading levels the contents list.

    The headlines alone have room on a cover with a picture, or with anything in two languages.
    """
    shown = manuscript.edition.cover
    if shown is None:
        return 2
    has_picture = any(child.type == "image" for child in shown.body[1].children or [])
    return 1 if has_picture or manuscript.base.is_bilingual else 2


def _contents(manuscript: Manuscript) -> Iterator[Element]:
    """The contents as a field with its entries filled in, each a link to its heading."""
    edition = manuscript.edition
    deepest = TITLE_LEVEL + contents_depth(manuscript)
    headings = [heading for heading in edition.contents() if heading.level <= deepest]
    if not headings:
        return
    entries = []
    for heading in headings:
        style = f"TOC {heading.level - TITLE_LEVEL}"
        entry = list(contents_entry(manuscript, heading, Words(style)))
        entries.append(manuscript.paragraph(style, hyperlink(manuscript, f"#{heading.id}", entry)))
    yield contents_field(manuscript, entries, edition.labels["contents"])


def contents_field(manuscript: Manuscript, entries: list[Element], title: str) -> Element:
    """The field of the contents around its entries, which are paragraphs."""
    start = field(CONTENTS.format(depth=contents_depth(manuscript)), [])
    end = start.pop()
    for position, element in enumerate(start, 1):
        entries[0].insert(position, element)
    entries[-1].append(end)
    return w(
        "sdt",
        w(
            "sdtPr",
            w("docPartObj", w("docPartGallery", val="Table of Contents"), w("docPartUnique")),
        ),
        w("sdtContent", manuscript.paragraph("TOC Heading", run(title)), *entries),
    )


def contents_entry(manuscript: Manuscript, heading: Heading, words: Words) -> Iterator[Element]:
    """A line of the contents: name of the section, number and title in plain words."""
    separator = manuscript.edition.labels["label-separator"]
    title = replace(heading, label="").text(separator)
    if heading.label and title:
        name = section_name(heading, separator if heading.level == TITLE_LEVEL + 1 else " ")
        yield plain_run(manuscript, name, words.marked("Section Label"))
        yield run(title)
    elif title:
        yield run(title)
    else:
        yield plain_run(manuscript, heading.label, words.marked("Section Label"))


def _sources(manuscript: Manuscript) -> Iterator[Element]:
    edition = manuscript.edition
    if not edition.sources_heading:
        return
    yield heading_paragraph(manuscript, edition.sources_heading, edition.issue.path)
    yield from citations(manuscript)


def citations(manuscript: Manuscript) -> Iterator[Element]:
    """The list of sources, without its heading."""
    for citation in manuscript.edition.citations:
        yield manuscript.paragraph("Sources", *_citation(manuscript, citation))


def _citation(manuscript: Manuscript, citation: Citation) -> Iterator[Element]:
    """Author, title, publisher and date, in the source's own language; below them the address."""
    edition = manuscript.edition
    words = Words("Sources", language=LOCALES.get(citation.language, ""))
    detail = words.marked("Source Detail")
    parts: list[list[Element]] = []
    # An author that is the publisher is named once.
    if citation.author and citation.author != citation.source:
        author = edition.labels.fill("author", author=citation.author)
        parts.append([plain_run(manuscript, author, words)])
    title = edition.labels.fill("title-quote", title=citation.title)
    parts.append(runs(manuscript, title, words, edition.issue.path))
    if citation.source:
        parts.append([plain_run(manuscript, citation.source, detail)])
    if citation.published:
        own = Words("Sources", ("Source Detail",))
        parts.append([plain_run(manuscript, citation.published, own)])
    for position, part in enumerate(parts):
        if position:
            yield run(edition.labels["list-separator"])
        yield from part
    if citation.url:
        address = re.sub(r"^https?://(www\.)?|/$", "", citation.url)
        shown = plain_run(manuscript, address, Words("Sources", ("Hyperlink",)))
        target = markdown.parser().normalizeLink(citation.url)
        link = hyperlink(manuscript, target, [shown])
        yield w("r", w("br"))
        yield shown if link is None else link


def colophon(manuscript: Manuscript) -> Iterator[Element]:
    """The notice, where there are drafts, and the imprint."""
    if manuscript.edition.notice:
        yield manuscript.paragraph("Notice", run(manuscript.edition.notice))
    for line in manuscript.edition.colophon:
        yield manuscript.paragraph("Colophon", run(line))


def running_head(manuscript: Manuscript, publication: str) -> None:
    """Write the header and the footer: the first paragraph of each; what else they hold stays.

    The page with the masthead has neither.
    """
    edition = manuscript.edition
    place = "\u2002".join(text for text in (edition.number, edition.date) if text)
    section = manuscript.document.sections[0]
    name = plain_run(manuscript, publication, Words("Header", ("Strong",)))
    _fill(manuscript, section.header, "Header", [name, run(f"\t{place}")])
    _fill(manuscript, section.footer, "Footer", list(_page_number(manuscript)))


def _page_number(manuscript: Manuscript) -> Iterator[Element]:
    codes = {"{page}": "PAGE", "{pages}": "NUMPAGES"}
    for piece in re.split("({pages?})", manuscript.edition.labels["page"]):
        if piece in codes:
            yield from field(codes[piece], [run("1")])
        elif piece:
            yield run(piece)


def _fill(manuscript: Manuscript, story: Any, style: str, content: list[Element]) -> None:
    paragraphs = story.paragraphs
    element = paragraphs[0]._p if paragraphs else story.add_paragraph()._p
    for child in list(element):
        element.remove(child)
    element.append(w("pPr", w("pStyle", val=manuscript.style(style))))
    element.extend(content)
