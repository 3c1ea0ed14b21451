"""Footnotes as Word has them: a part of their own, which the marks in the text refer to.

Word numbers them itself, through the document and in the order of their marks, which is how
the edition numbers them. The first mark of a note refers to it; further ones are fields that
show its number (ECMA-376 part 1, 17.11 and 17.16.5.38).
"""

from markdown_it.token import Token

from toolkit.document.footnotes import as_written
from toolkit.rendering.docx.elements import Element, field, run, w
from toolkit.rendering.docx.manuscript import Manuscript
from toolkit.rendering.notes import Note, mark_id

REFERENCE, TEXT = "Footnote Reference", "Footnote Text"
STYLES = (TEXT, REFERENCE)
"""What a document with footnotes uses beyond the styles of every document."""


def reference(manuscript: Manuscript, mark: Token) -> list[Element]:
    """What stands in the text for a ``footnote_ref`` token."""
    if "number" not in mark.meta:  # in a line that can have no footnotes
        return [run(as_written(mark).content)]
    number = mark.meta["number"]
    name = note_bookmark(manuscript, number)
    properties = [w("rStyle", val=manuscript.style(REFERENCE))]
    if not manuscript.word_notes:
        link = w("hyperlink", run(str(number), properties), anchor=name, history="1")
        if mark.meta["mark"] > 1:
            return [link]
        return bookmarked(manuscript, mark_bookmark(manuscript, number), [link])
    if mark.meta["mark"] > 1:
        shown = [run(str(number), properties)]
        return field(f"NOTEREF {name} \\f \\h", shown)
    referring = w("r", w("rPr", *properties), w("footnoteReference", id=number))
    return bookmarked(manuscript, name, [referring])


def bookmarked(manuscript: Manuscript, name: str, content: list[Element]) -> list[Element]:
    """Elements inside a bookmark."""
    mark = manuscript.next_id()
    return [
        w("bookmarkStart", id=mark, name=name),
        *content,
        w("bookmarkEnd", id=mark),
    ]


def note_bookmark(manuscript: Manuscript, number: int) -> str:
    """The bookmark that leads to a note: of its first mark, or of the note itself where notes
    stand in the text.
    """
    return f"note_{number}{manuscript.suffix}"


def mark_bookmark(manuscript: Manuscript, number: int) -> str:
    """The bookmark of a note's first mark, where notes stand in the text."""
    return mark_id(number, 1).replace("-", "_") + manuscript.suffix


def add_note(manuscript: Manuscript, note: Note, content: list[Element]) -> None:
    """Write a note into the part."""
    style = w("rStyle", val=manuscript.style(REFERENCE))
    mark = [w("r", w("rPr", style), w("footnoteRef"))]
    content = with_mark(manuscript, mark, content)
    manuscript.base.footnotes.element.append(w("footnote", *content, id=note.number))


def standing_mark(manuscript: Manuscript, note: Note) -> list[Element]:
    """The mark of a note that stands in the text: it leads back to the first mark."""
    shown = run(str(note.number), [w("rStyle", val=manuscript.style(REFERENCE))])
    back = w("hyperlink", shown, anchor=mark_bookmark(manuscript, note.number), history="1")
    return bookmarked(manuscript, note_bookmark(manuscript, note.number), [back])


def with_mark(manuscript: Manuscript, mark: list[Element], content: list[Element]) -> list[Element]:
    """The content of a note with its mark before its first words; it ends with a paragraph."""
    from docx.oxml.ns import qn

    if not content or content[0].tag != qn("w:p"):
        content = [manuscript.paragraph(TEXT), *content]
    properties = content[0].find(qn("w:pPr"))
    for element in reversed([*mark, run(" ")]):
        properties.addnext(element)
    return content if content[-1].tag == qn("w:p") else [*content, manuscript.paragraph(TEXT)]
