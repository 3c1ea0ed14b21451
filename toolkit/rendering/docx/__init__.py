"""An edition as a Word document that an editor can go on working in.

    edition ─▶ base document ─▶ body ─▶ header, footer ─▶ properties ─▶ fonts ─▶ bytes
               (base)          (pages → blocks → inline)               (fonts)  (package)

Every paragraph and most words have a named style, and looks live in the styles:
an editor restyles an issue, or all issues, in Word.
"""

import datetime
from typing import Any

from toolkit.rendering import Rendered
from toolkit.rendering.bilingual import BilingualEdition
from toolkit.rendering.docx import bilingual, fonts, footnotes, pages
from toolkit.rendering.docx.base import BILINGUAL, Base, embeddable, open_base
from toolkit.rendering.docx.manuscript import Manuscript, bookmark_names
from toolkit.rendering.docx.package import to_bytes
from toolkit.rendering.edition import Edition
from toolkit.rendering.fonts import missing_glyphs


def render(edition: Edition | BilingualEdition) -> Rendered:
    """The edition as a .docx file.

    Raises:
        ContentError: a picture is missing or broken, or the publication's own
            ``templates/base.docx`` cannot be used.
    """
    if isinstance(edition, BilingualEdition):
        first = edition.sides[0]
        base = open_base(edition.publication, BILINGUAL, _styles(first))
        manuscript, elements = bilingual.body(edition, base)
    else:
        first = edition
        base = open_base(edition.publication, edition.language, _styles(edition))
        manuscript = Manuscript(edition, base, bookmark_names(edition))
        elements = pages.body(manuscript)
    page = base.document.element.body.sectPr
    for element in elements:
        page.addprevious(element)
    pages.running_head(manuscript, edition.name)
    _properties(first, edition.plain_title, edition.name, base.document)
    fonts.borrow_marks(base.document, (base.document.element.body, base.footnotes.element))
    fonts.embed(base.document, embeddable(), _characters(base))
    findings = (*dict.fromkeys(manuscript.findings), *missing_glyphs(edition))
    return Rendered(to_bytes(base.document), findings=findings)


def _properties(edition: Edition, title: str, publication: str, document: Any) -> None:
    """What a file manager shows. The dates are the issue's, so that the bytes are the same."""
    properties = document.core_properties
    day = datetime.datetime.combine(edition.issue.date, datetime.time())
    publisher = edition.publication.publishers.get(edition.language, "") or edition.name
    properties.title = title
    properties.subject = " ".join(text for text in (publication, edition.number) if text)
    properties.author = properties.last_modified_by = publisher
    properties.language = edition.language
    properties.created = properties.modified = day
    properties.revision = 1


def _styles(edition: Edition) -> tuple[str, ...]:
    """The styles that an edition needs beyond those of every one."""
    cover = (pages.COVER_STYLE,) if edition.cover else ()
    return (*cover, *(footnotes.STYLES if any(edition.notes()) else ()))


def _characters(base: Base) -> set[str]:
    """What the document is written with, running heads and list marks included."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml.ns import qn

    document = base.document
    stories = [document.element.body, base.footnotes.element]
    for rel in document.part.rels.values():
        if rel.reltype in (RELATIONSHIP_TYPE.HEADER, RELATIONSHIP_TYPE.FOOTER):
            stories.append(rel.target_part.element)
    texts = [text.text or "" for story in stories for text in story.iter(qn("w:t"))]
    marks = document.part.numbering_part.element.iter(qn("w:lvlText"))
    return set("".join([*texts, *(mark.get(qn("w:val"), "") for mark in marks)]))
