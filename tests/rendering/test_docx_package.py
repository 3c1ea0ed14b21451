"""A Word document as a file: valid, the same each time, with its fonts, over its base."""

import io
import shutil
import subprocess
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from fontTools.ttLib import TTFont
from openxml_audit import FileFormat, OpenXmlValidator

from tests.rendering.docx_reading import Docx, R, W, sample, small, value
from toolkit.errors import ContentError
from toolkit.rendering.docx import render
from toolkit.rendering.docx.base import STYLES
from toolkit.rendering.edition import Edition

LOOKS = [(language, theme) for language in ("ja", "en") for theme in ("classic", "modern")]
SOFFICE = shutil.which("soffice")


def _errors(data: bytes, folder: Path) -> list[str]:
    path = folder / "audited.docx"
    path.write_bytes(data)
    result = OpenXmlValidator(file_format=FileFormat.OFFICE_2019).validate(path)
    return [str(error) for error in result.errors]


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_is_valid_open_xml(language: str, theme: str, tmp_path: Path) -> None:
    assert _errors(render(sample(language, theme, drafts=2)).data, tmp_path) == []


def test_every_case_is_valid_open_xml(tmp_path: Path) -> None:
    cases = (Path(__file__).parent / "docx_cases.md").read_text("utf-8").split("\n.\n")
    assert _errors(render(small(tmp_path, "\n\n".join(cases[1::3]))).data, tmp_path) == []


def test_the_same_edition_gives_the_same_bytes() -> None:
    assert render(sample("ja")).data == render(sample("ja")).data


def test_members_are_sorted_and_undated() -> None:
    members = Docx(render(sample("ja")).data).archive.infolist()
    names = [member.filename for member in members]
    assert names == sorted(names)
    assert names[0] == "[Content_Types].xml"
    assert {member.date_time for member in members} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_every_style_exists_and_every_value_is_filled_in(language: str, theme: str) -> None:
    read = Docx(render(sample(language, theme)).data)
    for name in read.archive.namelist():
        if name.endswith(".xml"):
            assert b"{" not in read.archive.read(name).replace(b'w:fontKey="{', b"")
    names = {value(style, "name").lower() for style in read.styles.values()}
    assert {style.lower() for style in STYLES} <= names
    tags = ("pStyle", "rStyle", "tblStyle", "basedOn", "next", "link")
    used = {e.get(f"{W}val") for tag in tags for e in read.document.iter(f"{W}{tag}")}
    used |= {
        e.get(f"{W}val")
        for tag in tags
        for style in read.styles.values()
        for e in style.iter(f"{W}{tag}")
    }
    assert used <= set(read.styles)


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_styles_name_japanese_fonts_and_languages(language: str, theme: str) -> None:
    styles = Docx(render(sample(language, theme)).data).xml("word/styles.xml")
    fonts = list(styles.iter(f"{W}rFonts"))
    assert all(font.get(f"{W}eastAsia").startswith("BIZ UDP") for font in fonts)
    assert not any("Theme" in key for font in fonts for key in font.attrib)
    default = styles.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}lang")
    assert (default.get(f"{W}val"), default.get(f"{W}eastAsia")) == ("en-US", "ja-JP")


EMBEDDED = {
    ("ja", "classic"): {"BIZ UDPGothic": "RegularBold", "BIZ UDPMincho": "Regular"},
    ("ja", "modern"): {"BIZ UDPGothic": "RegularBold"},
    ("en", "classic"): {
        "BIZ UDPGothic": "RegularBold",
        "BIZ UDPMincho": "Regular",
        "Charis SIL": "RegularBoldItalic",
    },
    ("en", "modern"): {"BIZ UDPGothic": "RegularBold", "Inter": "RegularBoldItalic"},
}


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_fonts_are_embedded_and_hold_the_text(language: str, theme: str) -> None:
    made = render(sample(language, theme)).data
    assert len(made) < 400_000
    read = Docx(made)
    targets = read.targets("fontTable")
    text = set("".join(read.document.itertext())) - set("\n\t")
    found: dict[str, str] = {}
    glyphs: set[int] = set()
    for entry in read.xml("word/fontTable.xml"):
        for embedded in entry:
            if "embed" not in embedded.tag:
                continue
            family = entry.get(f"{W}name")
            found[family] = found.get(family, "") + embedded.tag.removeprefix(f"{W}embed")
            data = read.archive.read("word/" + targets[embedded.get(f"{R}id")])
            # ECMA-376 part 1, 17.8.1: the key's bytes, last one first, over the first 32.
            key = uuid.UUID(embedded.get(f"{W}fontKey")).bytes[::-1]
            start = bytes(a ^ b for a, b in zip(data[:32], key * 2, strict=True))
            font = TTFont(io.BytesIO(start + data[32:]))
            assert font["name"].getDebugName(1) == family
            assert "glyf" in font  # Word embeds TrueType outlines only
            for name in font.getGlyphOrder():
                font["glyf"][name].getCoordinates(font["glyf"])
            glyphs |= set(font.getBestCmap())
    assert found == EMBEDDED[language, theme]
    assert {char for char in text if ord(char) not in glyphs} == set()


def _own_base(
    folder: Path, change: Callable[[docx.document.Document], None] | None = None
) -> Edition:
    """A small edition of a publication whose ``base.docx`` is an issue, changed as in Word."""
    made = render(sample("ja", "classic"))
    document = docx.Document(io.BytesIO(made.data))
    if change:
        change(document)
    edition = small(folder, "- 点\n\n1. 甲\n2. 乙\n\n「声」")
    (folder / "templates").mkdir()
    document.save(str(folder / "templates" / "base.docx"))
    return edition


def test_an_issue_restyled_in_word_is_a_base(tmp_path: Path) -> None:
    def change(document: docx.document.Document) -> None:
        document.styles["Body Text"].font.size = docx.shared.Pt(14)
        document.sections[0].header.add_paragraph("毎週火曜日発行")

    made = render(_own_base(tmp_path, change))
    read = Docx(made.data)
    assert value(read.styles["BodyText"], "rPr/sz") == "28"
    texts = [str(p) for p in read.paragraphs()]
    assert "List Bullet: • 点" in texts
    assert "List Number: 2. 乙" in texts
    assert not any("潮流" in text for text in texts)
    header = "".join(read.xml("word/header.xml").itertext())
    assert "誌名" in header
    assert "港町通信" not in header
    assert "毎週火曜日発行" in header
    assert not any(name.startswith("word/media/") for name in read.archive.namelist())
    fonts = [name for name in read.archive.namelist() if name.startswith("word/fonts/")]
    assert len(fonts) == len(set(fonts)) == 3
    assert _errors(made.data, tmp_path) == []


def test_a_base_that_numbers_its_separators_as_notes_works(tmp_path: Path) -> None:
    """LibreOffice numbers them from 0, and Word may add a notice of its own with number 1."""

    def change(document: docx.document.Document) -> None:
        (rel,) = [rel for rel in document.part.rels.values() if "footnotes" in rel.reltype]
        notice = b'<w:footnote w:type="continuationNotice" w:id="2"><w:p/></w:footnote>'
        blob = rel.target_part.blob.replace(b'w:id="0"', b'w:id="1"')
        blob = blob.replace(b'w:id="-1"', b'w:id="0"')
        rel.target_part._blob = blob.replace(b"</w:footnotes>", notice + b"</w:footnotes>")
        listed = list(document.settings.element.iter(f"{W}footnote"))
        for number, reference in enumerate(listed):
            reference.set(f"{W}id", str(number))

    _own_base(tmp_path, change)
    made = render(small(tmp_path, "文[^1]。続き[^2]。\n\n[^1]: 注\n\n[^2]: 注"))
    read = Docx(made.data)
    notes = [
        (note.get(f"{W}id"), note.get(f"{W}type"))
        for note in read.xml("word/footnotes.xml").iter(f"{W}footnote")
    ]
    assert notes == [
        ("-1", "separator"),
        ("0", "continuationSeparator"),
        ("1", None),
        ("2", None),
    ]
    listed = read.xml("word/settings.xml").iter(f"{W}footnote")
    assert [reference.get(f"{W}id") for reference in listed] == ["-1", "0"]
    assert _errors(made.data, tmp_path) == []


def test_a_base_whose_style_ids_word_renamed_works(tmp_path: Path) -> None:
    """Word in Japanese calls Body Text "a3"; only the names stay."""
    edition = _own_base(tmp_path)
    base = tmp_path / "templates" / "base.docx"
    with zipfile.ZipFile(base) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for name in ("word/styles.xml", "word/numbering.xml"):
        members[name] = members[name].replace(b'"ListNumber"', b'"a3"')
    with zipfile.ZipFile(base, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    read = Docx(render(edition).data)
    assert "List Number: 1. 甲" in [str(p) for p in read.paragraphs()]
    assert [e.get(f"{W}val") for e in read.document.iter(f"{W}pStyle")].count("a3") == 2


def test_a_base_without_a_style_is_refused(tmp_path: Path) -> None:
    def change(document: docx.document.Document) -> None:
        document.styles["Statement"].delete()

    edition = _own_base(tmp_path, change)
    with pytest.raises(ContentError, match="lacks the style Statement") as caught:
        render(edition)
    assert caught.value.path == tmp_path / "templates" / "base.docx"


def test_a_base_whose_list_style_is_no_list_is_refused(tmp_path: Path) -> None:
    def change(document: docx.document.Document) -> None:
        style = document.styles["List Number 2"].element
        style.pPr.remove(style.pPr.numPr)

    edition = _own_base(tmp_path, change)
    with pytest.raises(ContentError, match="List Number 2 has lost its numbers"):
        render(edition)


def _zipped(name: str, data: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return stream.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no zip at all",
        _zipped("a.txt", b"no document"),
        _zipped("word/document.xml", b"<broken"),
        _zipped("word/document.xml", bytes(300_000_000)),
    ],
    ids=["empty", "text", "other zip", "broken", "bomb"],
)
def test_a_base_that_is_no_word_document_is_refused(data: bytes, tmp_path: Path) -> None:
    edition = small(tmp_path, "文")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "base.docx").write_bytes(data)
    with pytest.raises(ContentError, match="no Word document"):
        render(edition)


def test_a_character_without_a_glyph_is_reported(tmp_path: Path) -> None:
    findings = render(small(tmp_path, "鯨🐋です")).findings
    assert [finding.rule for finding in findings] == ["missing-glyph"]
    assert "🐋" in findings[0].message


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed here")
def test_libreoffice_reads_headings_lists_and_links(tmp_path: Path) -> None:
    (tmp_path / "issue.docx").write_bytes(render(sample("ja")).data)
    home = f"-env:UserInstallation={(tmp_path / 'home').as_uri()}"
    command = [str(SOFFICE), home, "--headless", "--convert-to", "fodt", "issue.docx"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    read = (tmp_path / "issue.fodt").read_text("utf-8")
    assert read.count("<text:h ") == len(list(sample("ja").headings()))
    assert read.count("<text:ruby ") == 4
    assert '<text:list-level-style-bullet text:level="5"' in read
    assert 'xlink:href="https://example.org/report"' in read
    assert 'xlink:href="#deep_dive_1_1"' in read
    assert "<text:table-of-content " in read
    assert "<svg:desc>潮の満ち引きと発電量の関係を示す図</svg:desc>" in read
    assert "<table:table-header-rows>" in read
    assert "<text:page-number" in read
