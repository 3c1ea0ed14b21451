"""The tag tree of a PDF against the rules of PDF/UA-1 (ISO 14289-1), read with pypdf.

Nothing of WeasyPrint's is used. The rules are those that a machine can check; which they are
stands at each in the words of the Matterhorn Protocol.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from itertools import pairwise
from typing import Any

import pypdf
from pypdf.generic import ContentStream

_SHOWS_TEXT = (b"Tj", b"TJ", b"'", b'"')


@dataclass
class Node:
    """A structure element.

    Attributes:
        kind: its type, as in ``H1``. ``attributes``: its dictionary.
        marks: the marked content that is its own, as (page, number).
        links: the annotations that are its own.
    """

    kind: str
    attributes: Any
    kids: list["Node"] = field(default_factory=list)
    marks: list[tuple[int, int]] = field(default_factory=list)
    links: list[Any] = field(default_factory=list)

    def walk(self) -> Iterator["Node"]:
        yield self
        for kid in self.kids:
            yield from kid.walk()

    def has_text(self) -> bool:
        return any(node.marks for node in self.walk())


@dataclass
class Tags:
    """What a PDF says of its structure.

    Attributes:
        root: the document's element.
        running: the text that is no content, by page, as it is encoded.
        problems: where the file breaks a rule, one line each.
    """

    root: Node
    running: list[int]
    problems: list[str]

    def of(self, kind: str) -> list[Node]:
        return [node for node in self.root.walk() if node.kind == kind]


def read_tags(data: bytes) -> Tags:
    """Read the tags of a PDF and hold them against the rules."""
    pdf = pypdf.PdfReader(BytesIO(data))
    catalog: Any = pdf.trailer["/Root"]
    pages = {page.indirect_reference.idnum: number for number, page in enumerate(pdf.pages)}  # type: ignore[union-attr]
    root = _node(catalog["/StructTreeRoot"]["/K"], pages)
    tags = Tags(root, [], [])
    tags.problems += _document(pdf, catalog)
    tags.problems += _content(pdf, tags)
    for rule in (_headings, _figures, _lists, _tables):
        tags.problems += rule(root)
    tags.problems += _links(pdf, catalog, root)
    return tags


def _node(item: Any, pages: dict[int, int]) -> Node:
    item = item.get_object()
    if isinstance(item, list):
        (item,) = (each.get_object() for each in item)
    node = Node(str(item["/S"])[1:], item)
    page = pages.get(item.raw_get("/Pg").idnum) if "/Pg" in item else None
    kids = item.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        kid = kid.get_object()
        if isinstance(kid, int):
            assert page is not None
            node.marks.append((page, kid))
        elif kid.get("/Type") == "/OBJR":
            node.links.append(kid["/Obj"].get_object())
        else:
            node.kids.append(_node(kid, pages))
    return node


def _document(pdf: pypdf.PdfReader, catalog: Any) -> Iterator[str]:
    if not catalog.get("/Lang"):  # 11-001
        yield "the document has no language"
    if not catalog.get("/MarkInfo", {}).get("/Marked"):  # 06-001
        yield "the document does not say that it is tagged"
    if not catalog.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):  # 07-001
        yield "the document does not show its title"
    if not (pdf.metadata and pdf.metadata.title):  # 06-003
        yield "the document has no title"


def _content(pdf: pypdf.PdfReader, tags: Tags) -> Iterator[str]:
    """Text is tagged, once, or an artifact (01-003 to 01-005)."""
    tagged = [mark for node in tags.root.walk() for mark in node.marks]
    if len(tagged) != len(set(tagged)):
        yield "some content is in the tree twice"
    drawn: set[tuple[int, int]] = set()
    for number, page in enumerate(pdf.pages):
        open_: list[Any] = []
        running = 0
        content = page.get_contents()
        assert content is not None
        for operands, operator in ContentStream(content, pdf).operations:
            if operator in (b"BMC", b"BDC"):
                mark = operands[1].get("/MCID") if operator == b"BDC" else None
                open_.append("/Artifact" if operands[0] == "/Artifact" else mark)
                if open_[-1] == "/Artifact" and len(open_) > 1:
                    yield f"page {number + 1}: an artifact within content"
                if isinstance(mark, int):
                    drawn.add((number, mark))
            elif operator == b"EMC":
                open_.pop()
            elif operator in _SHOWS_TEXT:
                running += open_[-1:] == ["/Artifact"]
                if not open_ or open_[-1] is None:
                    yield f"page {number + 1}: text that is neither tagged nor an artifact"
        tags.running.append(running)
    if drawn != set(tagged):
        yield f"content outside the tree: {sorted(drawn ^ set(tagged))[:5]}"


def _headings(root: Node) -> Iterator[str]:
    levels = [int(node.kind[1]) for node in root.walk() if re.fullmatch("H[1-6]", node.kind)]
    if levels[:1] != [1] or levels.count(1) != 1:  # 14-002
        yield f"the levels of headings do not begin with the one title: {levels}"
    if any(after - before > 1 for before, after in pairwise(levels)):  # 14-003
        yield f"the levels of headings jump: {levels}"


def _figures(root: Node) -> Iterator[str]:
    for node in root.walk():
        if node.kind == "Figure" and not node.attributes.get("/Alt"):  # 13-004
            yield "a figure has no alternative"


def _lists(root: Node) -> Iterator[str]:
    """L → LI → Lbl?, LBody (09-004 to 09-006); a labelled list says how (16-003)."""
    for node in root.walk():
        kinds = [kid.kind for kid in node.kids]
        if node.kind == "L":
            if not set(kinds) <= {"L", "LI", "Caption"}:
                yield f"a list holds {kinds}"
            labels = [kid for item in node.kids for kid in item.kids if kid.kind == "Lbl"]
            numbering = node.attributes.get("/A", {}).get("/ListNumbering", "/None")
            if bool(labels) != (numbering != "/None"):
                yield f"a list with {len(labels)} labels is numbered {numbering}"
        elif node.kind == "LI" and kinds not in (["Lbl", "LBody"], ["LBody"]):
            yield f"an item holds {kinds}"
        elif node.kind == "Lbl" and not node.has_text():
            yield "an empty label"
        for kid in node.kids:
            if kid.kind in ("LBody", "Lbl") and node.kind != "LI":
                yield f"{kid.kind} within {node.kind}"


def _tables(root: Node) -> Iterator[str]:
    """Table → TR → TH or TD (09-001 to 09-003), whose heads are known (15-003)."""
    for table in root.walk():
        if table.kind != "Table":
            continue
        nodes = list(table.walk())
        heads = [node for node in nodes if node.kind == "TH"]
        ids = {str(head.attributes["/ID"]) for head in heads if "/ID" in head.attributes}
        if not heads or any(head.attributes["/A"].get("/Scope") != "/Column" for head in heads):
            yield "a table without heads, or heads that do not say of what"
        for node in nodes:
            if node.kind == "TR" and not {kid.kind for kid in node.kids} <= {"TH", "TD"}:
                yield "a row that holds no cells"
            if node.kind == "TD":
                of = {str(name) for name in node.attributes["/A"].get("/Headers", [])}
                if not of or not of <= ids:
                    yield f"a cell whose heads are {of}"


def _links(pdf: pypdf.PdfReader, catalog: Any, root: Node) -> Iterator[str]:
    """Each link is in one Link (28-011), says where to (28-012), and leads there and back."""
    nums = catalog["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    parents = {int(nums[i]): nums[i + 1] for i in range(0, len(nums), 2)}
    places = {id(item): node for node in root.walk() for item in node.links}
    found = 0
    for page in pdf.pages:
        for reference in page.get("/Annots", []):
            link = reference.get_object()
            node = places.get(id(link))
            found += 1
            if node is None or node.kind != "Link" or not node.has_text():
                yield f"a link outside a Link with text: {link.get('/Contents')}"
                continue
            if parents[int(link["/StructParent"])].get_object() != node.attributes:
                yield "a link that leads back to another place"
            if not link.get("/Contents") or not link.get("/F", 0) & 4:
                yield "a link that does not say where to, or is not there on paper"
    if found != len(places):
        yield f"{len(places)} links in the tree, {found} on the pages"
    for node in root.walk():
        if node.kind == "Link" and len(node.links) != 1:
            yield f"a Link with {len(node.links)} places to go"
