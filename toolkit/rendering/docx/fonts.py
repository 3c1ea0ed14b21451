"""The fonts a document carries, so that it looks the same on a machine without them.

A face is cut down to the characters of the document and those a small correction
may need, obfuscated as ECMA-376 part 1, section 17.8.1 asks, and listed in the font
table. It keeps its name, by which Word finds it: the Open Font License counts fonts
in a document as no distribution of them (OFL FAQ 1.15). A family that is not among
ours (an editor's own base document may name any) is left to the reader's machine.
"""

import hashlib
import io
import re
import uuid
from collections.abc import Iterable, Mapping
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any

from toolkit.rendering.docx.elements import Element, w
from toolkit.rendering.fonts import characters

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.obfuscatedFont"
FACES = {"regular": "embedRegular", "bold": "embedBold", "italic": "embedItalic"}
OBFUSCATED = 32
"""How many bytes at the start of the file are obfuscated."""

_ALWAYS = {
    *map(chr, range(0x20, 0x7F)),
    *map(chr, range(0xA0, 0x100)),
    *map(chr, range(0x2010, 0x2027)),
    *map(chr, range(0x3000, 0x3100)),
    *map(chr, range(0xFF01, 0xFF5F)),
}
"""ASCII, Latin-1, punctuation, kana, full-width forms: what a correction in Word may type."""

_MARKS = re.compile("([\u2460-\u24ff\u25a0-\u25ff]+)")
"""Enclosed numbers and geometric shapes."""

_MAXIMA = (
    "maxZones",
    "maxTwilightPoints",
    "maxStorage",
    "maxFunctionDefs",
    "maxInstructionDefs",
    "maxStackElements",
    "maxSizeOfInstructions",
)
"""Entries of ``maxp`` that only TrueType has and that say: no instructions. fontTools counts
the others (OpenType specification, maxp)."""

_LANGUAGES_OF_NAMES = {0x409, 0x411}
"""English and Japanese (the ``name`` table's Windows language ids): Word finds a font by either."""


def embed(document: Any, fonts: Mapping[str, Mapping[str, Path]], text: set[str]) -> None:
    """Embed each of our families that the document's styles name.

    Args:
        document: a python-docx document.
        fonts: family → face (``regular``, ``bold``, ``italic``) → font file.
        text: the characters that the document is written with.
    """
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part
    from docx.oxml import parse_xml
    from docx.oxml.ns import qn
    from lxml import etree

    package = document.part.package
    part = _font_table(document)
    table = parse_xml(part.blob)
    _forget_embedded(part, table)
    for family in sorted(set(fonts) & _families(document)):
        entry = _entry(table, family)
        for face, tag in FACES.items():
            if face not in fonts[family]:
                continue
            data = subset(fonts[family][face], text | _ALWAYS)
            key = uuid.UUID(bytes=hashlib.sha256(data).digest()[:16])
            name = PackURI(f"/word/fonts/{fonts[family][face].stem}.odttf")
            font = Part(name, CONTENT_TYPE, obfuscate(data, key), package)
            embedded = w(tag, fontKey=f"{{{str(key).upper()}}}", subsetted="true")
            embedded.set(qn("r:id"), part.relate_to(font, RELATIONSHIP_TYPE.FONT))
            entry.append(embedded)
    part._blob = etree.tostring(table, encoding="UTF-8", xml_declaration=True, standalone=True)


def borrow_marks(document: Any, stories: Iterable[Element]) -> None:
    """Set ``①`` and the like in the Japanese font where text is in a Latin one.

    Word and LibreOffice take them for Latin, whose fonts have no such glyphs, and would
    fill in from whatever the machine has. The font is that of the style Strong, and
    ``stories`` are what holds the text.
    """
    from docx.oxml.ns import qn

    fonts = document.styles["Strong"].element.find(f".//{qn('w:rFonts')}")
    family = None if fonts is None else fonts.get(qn("w:eastAsia"))
    if family is None or family == fonts.get(qn("w:ascii")):
        return
    for whole in [run for story in stories for run in story.iter(qn("w:r"))]:
        if not any(_MARKS.search(text.text or "") for text in whole.findall(qn("w:t"))):
            continue
        for child in whole:
            if child.tag != qn("w:rPr"):
                for piece in _split(child):
                    part = w("r", *map(deepcopy, whole.findall(qn("w:rPr"))), piece)
                    if _MARKS.fullmatch(piece.text or ""):
                        own = part.get_or_add_rPr().get_or_add_rFonts()
                        for script in ("ascii", "hAnsi", "eastAsia"):
                            own.set(qn(f"w:{script}"), family)
                        own.set(qn("w:hint"), "eastAsia")
                    whole.addprevious(part)
        whole.getparent().remove(whole)


def _split(child: Element) -> list[Element]:
    """The content of a run: a text with marks in it in pieces, anything else as it is."""
    pieces = []
    for text in _MARKS.split(child.text or ""):
        if text:
            pieces.append(deepcopy(child))
            pieces[-1].text = text
    return pieces or [deepcopy(child)]


def subset(file: Path, text: Iterable[str]) -> bytes:
    """A TrueType font with the glyphs of these characters that the font has."""
    return _subset(file, characters(file) & frozenset(map(ord, text)))


@lru_cache(maxsize=8)
def _subset(file: Path, codes: frozenset[int]) -> bytes:
    import uharfbuzz

    face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(file)))
    plan = uharfbuzz.SubsetInput()
    plan.unicode_set.update(codes)
    plan.name_lang_id_set.update(_LANGUAGES_OF_NAMES)
    # Word applies no features of these fonts; without them no further glyphs are drawn in.
    plan.layout_feature_tag_set.clear()
    flags = uharfbuzz.SubsetFlags
    plan.flags = flags.NO_HINTING | flags.NOTDEF_OUTLINE | flags.NO_LAYOUT_CLOSURE
    data = bytes(plan.subset(face).blob.data)
    return _with_quadratic_outlines(data) if file.suffix == ".otf" else data


def obfuscate(font: bytes, key: uuid.UUID) -> bytes:
    """XOR the start of a font with its key, last byte first; once more gives it back."""
    mask = key.bytes[::-1] * (OBFUSCATED // 16)
    start = bytes(byte ^ bits for byte, bits in zip(font[:OBFUSCATED], mask, strict=True))
    return start + font[OBFUSCATED:]


def _with_quadratic_outlines(font: bytes) -> bytes:
    """An OpenType font with its PostScript outlines redrawn as TrueType: Word embeds no others."""
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen
    from fontTools.ttLib import TTFont, newTable

    made = TTFont(io.BytesIO(font), recalcTimestamp=False)
    names = made.getGlyphOrder()
    drawn = made.getGlyphSet()
    glyphs = {}
    for name in names:
        pen = TTGlyphPen(None)
        # Off by at most a thousandth of the size: nobody sees it on paper.
        drawn[name].draw(Cu2QuPen(pen, made["head"].unitsPerEm / 1000, reverse_direction=True))
        glyphs[name] = pen.glyph()
    made["loca"] = newTable("loca")
    made["glyf"] = newTable("glyf")
    made["glyf"].glyphOrder = names
    made["glyf"].glyphs = glyphs
    maxp = made["maxp"]
    maxp.tableVersion = 0x00010000
    for name in _MAXIMA:
        setattr(maxp, name, int(name == "maxZones"))
    made["post"].formatType = 3.0
    for table in ("CFF ", "VORG"):
        if table in made:
            del made[table]
    made.sfntVersion = "\0\1\0\0"
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def _font_table(document: Any) -> Any:
    from docx.opc.constants import CONTENT_TYPE as CONTENT
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part
    from lxml import etree

    try:
        return document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    except KeyError:
        blob = etree.tostring(w("fonts"))
        uri = PackURI("/word/fontTable.xml")
        part = Part(uri, CONTENT.WML_FONT_TABLE, blob, document.part.package)
        document.part.relate_to(part, RELATIONSHIP_TYPE.FONT_TABLE)
        return part


def _forget_embedded(part: Any, table: Any) -> None:
    """Drop what an earlier issue embedded, where one of ours became the base document."""
    from docx.oxml.ns import qn

    for kind in ("Regular", "Bold", "Italic", "BoldItalic"):
        for embedded in list(table.iter(qn(f"w:embed{kind}"))):
            part.rels.pop(embedded.get(qn("r:id")), None)
            embedded.getparent().remove(embedded)


def _families(document: Any) -> set[str]:
    """The fonts that the styles and the numbering name."""
    from docx.oxml.ns import qn

    elements = [document.styles.element, document.part.numbering_part.element]
    return {
        value
        for element in elements
        for fonts in element.iter(qn("w:rFonts"))
        for key, value in fonts.attrib.items()
        if key in map(qn, ("w:ascii", "w:hAnsi", "w:eastAsia"))
    }


def _entry(table: Any, family: str) -> Any:
    from docx.oxml.ns import qn

    for entry in table.findall(qn("w:font")):
        if entry.get(qn("w:name")) == family:
            return entry
    entry = w("font", name=family)
    table.append(entry)
    return entry
