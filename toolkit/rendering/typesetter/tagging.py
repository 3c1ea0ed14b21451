"""The tag tree of a PDF, where WeasyPrint 70 leaves it short of PDF/UA-1 (ISO 14289-1:2014).

A reader that speaks goes by the tags. WeasyPrint tags running heads as text that belongs
nowhere, makes a link again of every piece of a link, and knows no passage in another language,
no label of a list item and no direction of a table's head. This module gives it those, at the
places where it draws text and builds the tree; an independent reader walks the tree in the tests.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

_PRINT = 4
"""The flag of an annotation that is there on paper too (ISO 32000-1, 12.5.3)."""

_NUMBERING = {"ol": "/Decimal", "ul": "/Disc"}
_SCOPES = {"row": "/Row", "col": "/Column"}


def finisher(titles: Mapping[str, str]) -> Any:
    """What completes the links of a PDF: each says where it leads, in words.

    Args:
        titles: of the headings, by their ids.
    """
    import pydyf

    def finish(_: Any, pdf: Any) -> None:
        for item in pdf.objects:
            if isinstance(item, dict) and item.get("Subtype") == "/Link":
                item["F"] = _PRINT
                if "Dest" in item and (title := titles.get(item["Dest"].string)):
                    item["Contents"] = pydyf.String(title)

    return finish


def teach() -> None:
    """Make WeasyPrint tag all of it."""
    import pydyf
    from weasyprint import document
    from weasyprint.formatting_structure import boxes
    from weasyprint.pdf import tags
    from weasyprint.pdf.stream import Stream

    build_tree, get_tag = tags._build_box_tree, tags._get_pdf_tag
    draw_page, gather_anchors = document.draw_page, document.gather_anchors
    marked = Stream.marked
    name_pages = pydyf.PDF.page_references.fget

    def page_references(self: Any) -> tuple[bytes, ...]:
        # Every element names its page, and pydyf would write the names of all pages for each.
        names: tuple[bytes, ...] = getattr(self, "page_names", ())
        if len(names) != self.pages["Count"]:
            names = self.page_names = name_pages(self)
        return names

    def tag_of(tag: str | None) -> str:
        # What a style sheet writes around a link is no link.
        kind: str = "Span" if tag in ("a::before", "a::after") else get_tag(tag)
        return kind

    def tree(box: Any, parent: Any, pdf: Any, *rest: Any) -> Iterator[Any]:
        if isinstance(box, boxes.MarginBox):
            return
        for element in build_tree(box, parent, pdf, *rest):
            _complete(getattr(box, "_box", box), element, pdf)
            yield element

    def draw(page: Any, stream: Any) -> None:
        margins = (child for child in page.children if isinstance(child, boxes.MarginBox))
        stream.running = {box for margin in margins for box in margin.descendants()}
        draw_page(page, stream)

    def mark(self: Any, box: Any, tag: str) -> AbstractContextManager[None]:
        is_running = box in getattr(self, "running", ())
        context: AbstractContextManager[None] = (
            self.artifact() if is_running else marked(self, box, tag)
        )
        return context

    def gather(box: Any, anchors: Any, links: list[Any], *rest: Any) -> None:
        found: list[Any] = []
        gather_anchors(box, anchors, found, *rest)
        links += _once(found)

    tags._build_box_tree, tags._get_pdf_tag = tree, tag_of
    document.draw_page, document.gather_anchors = draw, gather
    Stream.marked = mark
    pydyf.PDF.page_references = property(page_references)


def _once(links: list[Any]) -> Iterator[Any]:
    """The links of a page without those of the boxes within them.

    A link that is set in lines is one link a line, each with a box of its own.
    """
    from weasyprint.formatting_structure import boxes

    blocks: set[Any] = set()
    for link in links:
        box = link[3]
        if box.element_tag != "a" or box.element in blocks:
            continue
        if not isinstance(box, boxes.InlineBox):
            blocks.add(box.element)
        yield link


def _complete(box: Any, element: Any, pdf: Any) -> None:
    """Give a structure element what it lacks; those within it have theirs."""
    import pydyf
    from weasyprint.formatting_structure import boxes

    kind, tag = element["S"], box.element_tag
    if isinstance(box, boxes.PageBox) or tag in ("html", "body"):
        return
    if kind == "/LI":
        _label(element, pdf)
        if (box.element.get("id") or "").startswith("note-"):
            _note(element, pdf)
    elif tag == "sup" and box.element.get("class") == "note-mark":
        element["S"] = "/Reference"
    elif kind == "/L":
        items = [_within(item, pdf) for item in element["K"]]
        has_labels = any(below["S"] == "/Lbl" for item in items for below in _kids(item, pdf))
        numbering = _NUMBERING.get(tag, "/None") if has_labels else "/None"
        element["A"] = pydyf.Dictionary({"O": "/List", "ListNumbering": numbering})
    elif kind == "/TH":
        element["A"]["Scope"] = _SCOPES[box.element.get("scope", "col")]
    elif tag == "li::before" or (tag == "p::before" and kind == "/NonStruct"):
        element["S"] = "/Lbl"
    if "::" not in tag and (language := box.element.get("lang")):
        element["Lang"] = pydyf.String(language)


def _label(item: Any, pdf: Any) -> None:
    """Put the mark of a list item, which is the first thing in its text, before its text."""
    above = item
    while kids := list(_kids(above, pdf)):
        if kids[0]["S"] == "/Lbl":
            if above is not item:
                reference = above["K"].pop(0)
                kids[0]["P"] = item.reference
                item["K"].insert(0, reference)
            return
        above = kids[0]


def _note(item: Any, pdf: Any) -> None:
    """Say of the text of a list item that it is a footnote (PDF/UA-1, 7.9)."""
    import pydyf

    bodies = [kid for kid in _kids(item, pdf) if kid["S"] == "/LBody"]
    for body in bodies:
        note = pydyf.Dictionary(
            {"Type": "/StructElem", "S": "/Note", "K": body["K"], "P": body.reference}
        )
        pdf.add_object(note)
        # A note that goes on overleaf is two items here, and no two have one name.
        note["ID"] = pydyf.String(f"note-{note.number}")
        for kid in _kids(note, pdf):
            kid["P"] = note.reference
        body["K"] = pydyf.Array([note.reference])


def _kids(element: Any, pdf: Any) -> Iterator[Any]:
    """The structure elements within one; not the text."""
    for kid in element["K"]:
        if isinstance(kid, bytes | str):
            within = _within(kid, pdf)
            if "S" in within:
                yield within


def _within(reference: Any, pdf: Any) -> Any:
    return pdf.objects[int(reference.split()[0])]
