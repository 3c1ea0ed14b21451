"""A catalog as a Word document to correct: a table a section, findings as comments."""

import io
import zipfile
from collections.abc import Sequence
from typing import Any, TypeAlias

import polib

from toolkit.document import markdown
from toolkit.document.glossary import Glossary
from toolkit.document.issue import Issue
from toolkit.translation.catalog import state
from toolkit.translation.review.keys import key_of, words
from toolkit.translation.review.rows import AUTHOR, ReviewRow, groups, identifier
from toolkit.translation.xmltext import writable

_Element: TypeAlias = Any  # python-docx has no types
_NAMES = {"ja": "Japanese", "en": "English"}
_WIDTHS = (1.9, 9.3, 9.3, 2.1, 3.9)  # cm, on landscape A4 with margins of 1.6 cm
_FACES = {"ascii": "Calibri", "hAnsi": "Calibri", "cs": "Calibri", "eastAsia": "Yu Gothic"}
_QUIET, _TINT, _HEAD = "6A6A6A", "FFF4D6", "E8ECF1"


def write_review(
    issue: Issue, catalog: polib.POFile, language: str, glossary: Glossary
) -> tuple[bytes, int, int]:
    """The review of an issue's catalog, in line with the issue (see ``catalog.merge``).

    The same catalog gives the same bytes.

    Returns:
        the .docx, the number of its rows, and how many of them are marked.
    """
    found = list(groups(issue, catalog, language, glossary))
    document = _document(issue, language)
    rows = [row for group in found for row in group.rows]
    marked = [row for row in rows if row.findings]
    _guide(document, issue, language, marked)
    for group in found:
        document.add_heading(writable(group.heading), 2)
        _table(document, group.rows, issue.language, language)
    return _packed(document), len(rows), len(marked)


# The document -----------------------------------------------------------------------------


def _document(issue: Issue, language: str) -> _Element:
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Cm, Pt, RGBColor

    document = docx.Document()
    # python-docx brings a copy of its styles for Word 2007; ours would not be in it.
    relations = document.part.rels
    for name in [n for n, r in relations.items() if r.reltype.endswith("/stylesWithEffects")]:
        relations.pop(name)
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = Cm(1.6)
    section.top_margin = section.bottom_margin = Cm(1.6)

    def style(name: str, size: float, code: str, color: str = "", bold: bool = False) -> None:
        try:
            made = document.styles[name]
        except KeyError:
            made = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            made.base_style = document.styles["Normal"]
        made.font.size, made.font.bold = Pt(size), bold
        if color:
            made.font.color.rgb = RGBColor.from_string(color)
        made.paragraph_format.space_after = Pt(2)
        made.paragraph_format.space_before = Pt(12 if name.startswith("Heading") else 0)
        made.paragraph_format.line_spacing = 1.15
        _set_face(made, code)

    style("Normal", 10.5, "en")
    style("Title", 18, "en", "1A1D21")
    style("Heading 2", 12.5, "en", "1A1D21", bold=True)
    style("Review ja", 10.5, "ja")
    style("Review en", 10.5, "en")
    style("Review small", 8.5, "en", "444444")
    style("Review key", 5.5, "en", _QUIET)
    properties = document.core_properties
    properties.author = properties.last_modified_by = AUTHOR
    properties.title = f"{issue.slug}: review"
    properties.identifier = identifier(issue.slug, language)
    properties.comments = properties.keywords = ""
    properties.language = language
    return document


def _set_face(style: _Element, language: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    properties = style.element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name, face in _FACES.items():
        fonts.set(qn(f"w:{name}"), face)
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    lang = OxmlElement("w:lang")
    lang.set(qn("w:val"), "ja-JP" if language == "ja" else "en-US")
    lang.set(qn("w:eastAsia"), "ja-JP")
    properties.append(lang)  # it comes last of what is set here (CT_RPr)


def _guide(document: _Element, issue: Issue, language: str, marked: Sequence[ReviewRow]) -> None:
    title = markdown.plain(markdown.parse_inline(issue.title))
    document.add_heading(writable(f"{issue.slug} {title}"), 0)
    names = f"{_NAMES[issue.language]} → {_NAMES[language]}"
    document.add_paragraph(names, style="Review small")
    for kind, code in (("guide", "en"), ("guide-ja", "ja")):
        for line in words()[kind]:
            document.add_paragraph(line, style=f"Review {code}")
    first = document.add_paragraph(style="Review en")
    if not marked:
        first.add_run(words()["nothing"]).bold = True
        return
    first.add_run(f"{words()['first']} ").bold = True
    for position, row in enumerate(marked):
        if position:
            first.add_run(", ")
        _link(first, f"row{row.number}", str(row.number))


def _link(paragraph: _Element, anchor: str, text: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), anchor)
    run = paragraph.add_run(text)
    run.font.underline = True
    link.append(run._r)
    paragraph._p.append(link)


def _table(document: _Element, rows: Sequence[ReviewRow], source: str, target: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm

    table = document.add_table(rows=len(rows) + 1, cols=len(_WIDTHS), style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, _WIDTHS, strict=True):
        column.width = Cm(width)
    lines = list(table.rows)
    names = {1: _NAMES[source], 2: _NAMES[target]}
    for position, cell in enumerate(_cells(lines[0])):
        text = words()["columns"][position]
        _write(cell, f"{text} ({names[position]})" if position in names else text, "small")
        cell.paragraphs[0].runs[0].bold = True
        _shade(cell, _HEAD)
    head = lines[0]._tr.get_or_add_trPr()
    head.append(OxmlElement("w:cantSplit"))
    head.append(OxmlElement("w:tblHeader"))
    for line, row in zip(lines[1:], rows, strict=True):
        line._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        cells = _cells(line)
        _write(cells[0], str(row.number), "small")
        _bookmark(cells[0].paragraphs[0], f"row{row.number}", row.number)
        _set_style(cells[0].add_paragraph(str(key_of(row.entry))), "key")
        _write(cells[1], row.entry.msgid, source)
        _write(cells[2], row.entry.msgstr, target)
        _write(cells[3], state(row.entry).value, "small")
        _write(cells[4], "\n".join(row.findings), "small")
        if row.findings:
            for cell in cells:
                _shade(cell, _TINT)
            runs = cells[2].paragraphs[0].runs or [cells[2].paragraphs[0].add_run("")]
            comment = document.add_comment(
                runs, text=writable("\n".join(row.findings)), author=AUTHOR, initials="nl"
            )
            # Without the time of writing, the same catalog gives the same bytes.
            comment._comment_elm.attrib.pop(qn("w:date"), None)


def _cells(row: _Element) -> list[_Element]:
    """The cells of a row, each with its width: without it, LibreOffice makes them all alike."""
    from docx.shared import Cm

    cells = list(row.cells)
    for cell, width in zip(cells, _WIDTHS, strict=True):
        cell.width = Cm(width)
    return cells


def _write(cell: _Element, text: str, style: str) -> None:
    paragraph = cell.paragraphs[0]
    _set_style(paragraph, style)
    if text:
        paragraph.add_run(writable(text).strip())


def _set_style(paragraph: _Element, style: str) -> None:
    """Set one of our styles by its id: python-docx would look through all of them each time."""
    paragraph._p.style = f"Review{style}"


def _shade(cell: _Element, color: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", color)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)


def _bookmark(paragraph: _Element, name: str, number: int) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for mark in (start, end):
        mark.set(qn("w:id"), str(number))
    start.set(qn("w:name"), name)
    paragraph.runs[0]._r.addprevious(start)
    paragraph.runs[0]._r.addnext(end)


def _packed(document: _Element) -> bytes:
    """The document, saved: its members sorted and without the current time."""
    import datetime

    epoch = datetime.datetime(1980, 1, 1, tzinfo=datetime.UTC)
    document.core_properties.created = document.core_properties.modified = epoch
    saved, packed = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with (
        zipfile.ZipFile(saved) as archive,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out,
    ):
        for name in sorted(archive.namelist()):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(info, archive.read(name))
    return packed.getvalue()
