"""Headings: a Word heading, a bookmark, and the numbers and names the edition settled.

Numbers and section names are text, set by character styles, not Word's automatic
numbering. They are the edition's: ``1.`` and ``①`` count in the deep dive alone, a
publication words them in ``labels.toml``, and the same must stand in the PDF and in
what other programs read. Word's numbering can say none of that; LibreOffice,
Google Docs, Pages and every converter change or lose automatic numbers, and text
they keep.
"""

from pathlib import Path

from toolkit.rendering.docx.elements import Element, w
from toolkit.rendering.docx.headlines import set_headline
from toolkit.rendering.docx.inline import Words, plain_run, runs
from toolkit.rendering.docx.manuscript import Manuscript
from toolkit.rendering.edition import Heading

TITLE_LEVEL = 1
"""The edition's level 1 is the title, which in Word has a style of its own."""


def heading_style(heading: Heading) -> str:
    """The style of a heading: the edition's level 2 is Word's Heading 1."""
    return f"Heading {heading.level - TITLE_LEVEL}"


def section_name(heading: Heading, separator: str) -> str:
    """The name of a section before its title, with what separates the two."""
    return heading.label if heading.label[-1] in "：: " else heading.label + separator


def heading_paragraph(
    manuscript: Manuscript, heading: Heading, section: Path, *, new_page: bool = False
) -> Element:
    """A heading's paragraph: name of the section, number and title, inside its bookmark.

    The name stands on a line of its own above the title of a whole section, and before
    a brief's. It is part of the heading, so that Word's outline and contents show it.
    """
    style = heading_style(heading)
    words = Words(style)
    content: list[Element] = []
    before = ""
    if heading.label and not heading.title:
        content.append(plain_run(manuscript, heading.label, words.marked("Section Name")))
    elif heading.label and heading.level == TITLE_LEVEL + 1:
        content.append(plain_run(manuscript, heading.label, words.marked("Section Kicker")))
        content.append(w("r", w("br")))
    elif heading.label:
        before = section_name(heading, " ")
        content.append(plain_run(manuscript, before, words.marked("Section Label")))
    if heading.number:
        before += f"{heading.number} "
        content.append(plain_run(manuscript, heading.number, words.marked("Heading Number")))
        content.append(plain_run(manuscript, " ", words))
    if heading.title:
        title = runs(manuscript, heading.title, words, section)
        set_headline(manuscript, style, title, before)
        content += title
    mark = manuscript.next_id()
    return manuscript.paragraph(
        style,
        w("bookmarkStart", id=mark, name=manuscript.bookmarks[heading.id]),
        *content,
        w("bookmarkEnd", id=mark),
        properties=[w("pageBreakBefore"), w("spacing", before=0)] if new_page else [],
    )
