"""Footnotes as Word has them: a part of their own, which the marks in the text refer to.

Word numbers them itself, through the document and in the order of their marks, which is how
the edition numbers them. The first mark of a note refers to it; further ones are fields that
show its number (ECMA-376 part 1, 17.11 and 17.16.5.38).

In two languages a note is one, with the words of both: it has one number, as in every other
format, and keeps it on both sides when an editor adds a note before it. The leading side's
marks refer to it, and the other side's are fields.
"""

from markdown_it.token import Token

from toolkit.document.footnotes import as_written
from toolkit.rendering.docx.elements import Element, field, run, w
from toolkit.rendering.docx.manuscript import Manuscript

REFERENCE, TEXT = "Footnote Reference", "Footnote Text"
STYLES = (TEXT, REFERENCE)
"""What a document with footnotes uses beyond the styles of every document."""


def reference(manuscript: Manuscript, mark: Token) -> list[Element]:
    """What stands in the text for a ``footnote_ref`` token."""
    if "number" not in mark.meta:  # in a line that can have no footnotes
        return [run(as_written(mark).content)]
    number = mark.meta["number"]
    name = f"note_{number}"
    properties = [w("rStyle", val=manuscript.style(REFERENCE))]
    if mark.meta["mark"] > 1 or not manuscript.leads:
        shown = [run(str(number), properties)]
        return field(f"NOTEREF {name} \\f \\h", shown)
    id_ = manuscript.next_id()
    return [
        w("bookmarkStart", id=id_, name=name),
        w("r", w("rPr", *properties), w("footnoteReference", id=number)),
        w("bookmarkEnd", id=id_),
    ]


def add_note(manuscript: Manuscript, number: int, content: list[Element]) -> None:
    """Write a note into the part, its mark before its first words. It ends with a paragraph."""
    from docx.oxml.ns import qn

    style = w("rStyle", val=manuscript.style(REFERENCE))
    if not content or content[0].tag != qn("w:p"):
        content = [manuscript.paragraph(TEXT), *content]
    properties = content[0].find(qn("w:pPr"))
    properties.addnext(run(" "))
    properties.addnext(w("r", w("rPr", style), w("footnoteRef")))
    if content[-1].tag != qn("w:p"):
        content = [*content, manuscript.paragraph(TEXT)]
    manuscript.base.footnotes.element.append(w("footnote", *content, id=number))
