"""The base document: styles, numbering, page and settings that an issue is poured into.

Ours lies in ``templates/docx`` as the parts of a Word document, readable XML, with
the values of ``looks.toml`` filled in by theme and language. A publication may put
a ``templates/base.docx`` of its own in their place: any issue made here, restyled
in Word. Its text is dropped; its styles, page, and what else its header and footer
hold are kept.
"""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from toolkit.document.publication import Publication
from toolkit.document.toml import read_toml
from toolkit.errors import ContentError
from toolkit.files import read_bytes
from toolkit.rendering.docx.elements import w
from toolkit.rendering.docx.package import pack
from toolkit.resources import folder

OWN = Path("templates") / "base.docx"
SIZE_LIMIT = 50 * 1024 * 1024
"""The largest base document that is read, in bytes, packed; unpacked it may be four times that."""

_EMPTY = re.compile(r'<w:\w+ w:val=""/>\s*')
"""An element whose value ``looks.toml`` leaves empty."""

LIST_STYLES = 5
"""How many levels of lists have styles of their own, as in Word itself."""

LISTS = tuple(
    f"List {kind}{'' if level == 1 else f' {level}'}"
    for kind in ("Bullet", "Number")
    for level in range(1, LIST_STYLES + 1)
)
PARAGRAPH_STYLES = (
    "Body Text",
    "Statement",
    "Quote",
    "Code",
    "Separator",
    *(f"Heading {level}" for level in range(1, 6)),
    *LISTS,
    *(name.replace("Bullet", "Continue") for name in LISTS[:LIST_STYLES]),
    "Figure",
    "Caption",
    "Table Text",
    "Table Heading",
    "Table End",
    "Masthead",
    "Tagline",
    "Issue Line",
    "Title",
    "Subtitle",
    "TOC Heading",
    "TOC 1",
    "TOC 2",
    "Header",
    "Footer",
    "Sources",
    "Notice",
    "Colophon",
)
CHARACTER_STYLES = (
    "Strong",
    "Emphasis",
    "Struck",
    "Inline Code",
    "Hyperlink",
    "Heading Number",
    "Section Label",
    "Section Kicker",
    "Section Name",
    "Source Detail",
)
TABLE_STYLES = ("Newsletter Table",)
STYLES = (*PARAGRAPH_STYLES, *CHARACTER_STYLES, *TABLE_STYLES)
"""Every style that a document uses, by its name in Word."""

BILINGUAL = "both"
"""What ``looks.toml`` calls the language of a document in two languages."""
BILINGUAL_STYLES = ("Draft Mark", "Bilingual Table")
"""What such a document uses beyond these."""


@dataclass(frozen=True)
class Base:
    """A base document, opened and emptied.

    Attributes:
        document: the python-docx document; its body holds nothing but the page's settings.
        styles: style ids by the names in ``STYLES`` (Word in another language renames ids).
        footnotes: the part that footnotes go into.
    """

    document: Any
    styles: Mapping[str, str]
    footnotes: Any

    @property
    def is_bilingual(self) -> bool:
        """Whether it is for a document in two languages."""
        return set(BILINGUAL_STYLES) <= self.styles.keys()


def open_base(publication: Publication, language: str, more: Sequence[str] = ()) -> Base:
    """The publication's own base document, or ours in its theme, for a language (``BILINGUAL``
    for two); ``more`` are the styles that this edition needs beyond those of every one.

    Raises:
        ContentError: its own is no Word document, or lacks a style.
    """
    import docx

    own = publication.root / OWN
    data = (
        _read_own(own) if own.is_file() else _ours(publication.theme, publication.paper, language)
    )
    try:
        document = docx.Document(io.BytesIO(data))
    except (ValueError, KeyError, SyntaxError) as error:
        raise ContentError(
            f"is no Word document ({error}): save an issue that was made here as .docx", own
        ) from None
    # Word writes its own names in small letters in the file: "toc 1".
    ids = {style.name.lower(): style.style_id for style in document.styles}
    needed = (*STYLES, *(BILINGUAL_STYLES if language == BILINGUAL else ()), *more)
    lacking = [name for name in needed if name.lower() not in ids]
    if lacking:
        raise ContentError(
            f"lacks the style {', '.join(lacking)}: begin with an issue that was made here "
            "and change its styles",
            own,
        )
    unlinked = [name for name in LISTS if not _is_numbered(document, name)]
    if unlinked:
        raise ContentError(
            f"the style {', '.join(unlinked)} has lost its numbers or bullets: begin with an "
            "issue that was made here and change its styles",
            own,
        )
    _empty(document)
    return Base(document, {name: ids[name.lower()] for name in needed}, _footnotes(document))


def embeddable() -> dict[str, dict[str, Path]]:
    """The faces that a document may carry: family → face → file."""
    fonts = folder("templates") / "fonts"
    return {
        family: {face: fonts / name for face, name in faces.items()}
        for family, faces in _looks()["fonts"].items()
    }


@cache
def _looks() -> dict[str, Any]:
    return read_toml(folder("templates") / "docx" / "looks.toml")[0]


@cache
def _ours(theme: str, paper: str, language: str) -> bytes:
    """Our base document as a file, its values filled in."""
    root = folder("templates") / "docx"
    looks = _looks()
    values = looks["theme"][theme] | looks["faces"][theme][language] | looks["language"][language]
    values |= looks["paper"][paper]
    values["margin"] = str((int(values["width"]) - int(values["measure"])) // 2)
    members = {}
    for path in sorted(root.rglob("*")):
        if path.name.endswith((".xml", ".rels")):
            text = path.read_text("utf-8")
            for name, value in values.items():
                text = text.replace(f"{{{name}}}", value)
            text = _EMPTY.sub("", text)
            members[path.relative_to(root).as_posix()] = text.encode()
    return pack(members)


def _read_own(path: Path) -> bytes:
    data = read_bytes(path, SIZE_LIMIT)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(member.file_size for member in archive.infolist())
            names = archive.namelist()
    except zipfile.BadZipFile:
        raise ContentError(
            "is no Word document: save an issue that was made here as .docx", path
        ) from None
    if size > 4 * SIZE_LIMIT or "word/document.xml" not in names:
        raise ContentError("is no Word document, or far too large", path)
    return data


def _is_numbered(document: Any, style: str) -> bool:
    """Whether a list style is linked to a numbering that is there."""
    from docx.opc.constants import RELATIONSHIP_TYPE

    kinds = [rel.reltype for rel in document.part.rels.values()]
    numbers = document.styles[style].element.xpath("w:pPr/w:numPr/w:numId/@w:val")
    if RELATIONSHIP_TYPE.NUMBERING not in kinds or not numbers:
        return False
    numbering = document.part.numbering_part.element
    return bool(numbering.xpath(f"w:num[@w:numId='{int(numbers[0])}']"))


def _empty(document: Any) -> None:
    """Take out the text, and the pictures and links that only the text used."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml.ns import qn

    body = document.element.body
    body.get_or_add_sectPr()
    for child in list(body):
        if child.tag != qn("w:sectPr"):
            body.remove(child)
    rels = document.part.rels
    for key, rel in list(rels.items()):
        if rel.reltype in (RELATIONSHIP_TYPE.IMAGE, RELATIONSHIP_TYPE.HYPERLINK):
            rels.pop(key)


def _footnotes(document: Any) -> Any:
    """The part of a document that its footnotes go into: with its separators, and no notes."""
    from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import XmlPart
    from docx.oxml import parse_xml
    from docx.oxml.ns import qn

    rels = document.part.rels
    own = [key for key, rel in rels.items() if rel.reltype == RELATIONSHIP_TYPE.FOOTNOTES]
    if own:
        data = rels[own[0]].target_part.blob
    else:
        data = (folder("templates") / "docx" / "word" / "footnotes.xml").read_bytes()
    element = parse_xml(data)
    # By the numbers that Word gives them: another program's may be those of notes.
    numbers = {"separator": "-1", "continuationSeparator": "0"}
    for note in list(element):
        if number := numbers.get(note.get(qn("w:type"))):
            note.set(qn("w:id"), number)
        else:
            element.remove(note)
    for listed in document.settings.element.findall(qn("w:footnotePr")):
        for reference in listed.findall(qn("w:footnote")):
            listed.remove(reference)
        listed.extend(w("footnote", id=note.get(qn("w:id"))) for note in element)
    for key in own:
        rels.pop(key)
    name = PackURI("/word/footnotes.xml")
    part = XmlPart(name, CONTENT_TYPE.WML_FOOTNOTES, element, document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    return part
