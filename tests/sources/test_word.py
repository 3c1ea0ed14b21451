"""Word files, made here with python-docx: styles, lists, notes, revisions; and hostile zips."""

import io
import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from tests.sources.test_page import PNG
from toolkit.errors import ContentError
from toolkit.sources.importing import Imported, read_source


def imported(document: docx.document.Document, tmp_path: Path) -> Imported:
    path = tmp_path / "report.docx"
    document.save(str(path))
    return read_source(path)


def dropped(source: Imported, rule: str) -> list[str]:
    return [change.before for change in source.changes if change.rule == rule]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("電気は\nどこから\n来るか", "電気はどこから来るか"),
        ("Stargate \n計画の今", "Stargate 計画の今"),
        ("Washington opens\nits desk", "Washington opens its desk"),
        ("A price on\u00a0security", "A price on security"),
    ],
)
def test_a_headline_is_one_line(written: str, read: str, tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph(written, style="Title")
    document.add_heading(written, 1)
    document.styles.add_style("Statement", 1)
    document.add_paragraph(f"「{written}」", style="Statement")
    article = imported(document, tmp_path).article
    assert article.title == read
    assert article.body == f"## {read}\n\n「{read}」\n"


def test_a_report_with_all_its_parts(tmp_path: Path) -> None:
    document = docx.Document()
    document.core_properties.author = "山田花子"
    document.add_paragraph("港の一年", style="Title")
    document.add_heading("背景", 1)
    paragraph = document.add_paragraph("北の町で")
    paragraph.add_run("「深い港」").bold = True
    paragraph.add_run("を掘る。")
    for text, style in (
        ("荷が増えた", "List Bullet"),
        ("米", "List Bullet 2"),
        ("人が減った", "List Bullet"),
        ("測る", "List Number"),
        ("掘る", "List Number"),
    ):
        document.add_paragraph(text, style=style)
    table = document.add_table(2, 2)
    for position, text in enumerate(("年", "額", "2024", "百億円")):
        table.cell(position // 2, position % 2).text = text
    document.add_picture(io.BytesIO(PNG))
    document.add_picture(io.BytesIO(PNG))
    document.add_heading("小見出し", 3)
    document.add_paragraph("待っていた。", style="Quote")
    document.add_paragraph("漁師は言う。")

    source = imported(document, tmp_path)
    article = source.article
    assert (article.title, article.author, article.slug) == ("港の一年", "山田花子", "report")
    assert (
        article.body
        == """\
## 背景

北の町で**「深い港」**を掘る。

- 荷が増えた
  - 米
- 人が減った

1. 測る
1. 掘る

| 年   | 額     |
| ---- | ------ |
| 2024 | 百億円 |

![](images/report-1.png)

![](images/report-1.png)

### 小見出し

> 待っていた。

漁師は言う。
"""
    )
    assert dict(source.images) == {"report-1.png": PNG}


def test_revisions_are_accepted_and_what_goes_is_named(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("値段は")
    for xml in (
        '<w:ins {ns} w:id="1" w:author="佐藤"><w:r><w:t>百円</w:t></w:r></w:ins>',
        '<w:del {ns} w:id="2" w:author="佐藤"><w:r><w:delText>二百円</w:delText></w:r></w:del>',
        '<w:moveFrom {ns} w:id="3" w:author="田中"><w:r><w:t>移した語</w:t></w:r></w:moveFrom>',
    ):
        paragraph._p.append(parse_xml(xml.format(ns=nsdecls("w"))))
    paragraph.add_run("だ。")
    document.add_comment(paragraph.runs[0], text="確かめてください", author="鈴木")
    document.sections[0].header.paragraphs[0].text = "社内限り"

    source = imported(document, tmp_path)
    assert source.article.body == "値段は百円だ。\n"
    assert dropped(source, "tracked-deletion") == ["佐藤: 二百円", "田中: 移した語"]
    assert dropped(source, "word-comments") == ["鈴木: 確かめてください"]
    assert dropped(source, "page-headers") == ["社内限り"]


def test_links_and_footnotes(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("港は深い")
    paragraph._p.append(parse_xml(f'<w:r {nsdecls("w")}><w:footnoteReference w:id="2"/></w:r>'))
    paragraph.add_run("。")
    link = document.part.relate_to(
        "https://example.com/port",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink",
        is_external=True,
    )
    document.add_paragraph("計画は")._p.append(
        parse_xml(
            f'<w:hyperlink {nsdecls("w", "r")} r:id="{link}">'
            "<w:r><w:t>ここ</w:t></w:r></w:hyperlink>"
        )
    )
    path = tmp_path / "notes.docx"
    document.save(str(path))
    notes = (
        f'<w:footnotes {nsdecls("w")}><w:footnote w:id="2"><w:p><w:r><w:t>十五メートル。'
        "</w:t></w:r></w:p></w:footnote></w:footnotes>"
    )
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("word/footnotes.xml", notes)
    body = read_source(path).article.body
    assert body == (
        "港は深い[^1]。\n\n計画は[ここ](https://example.com/port)\n\n[^1]: 十五メートル。\n"
    )


def test_a_second_mark_of_a_footnote_leads_to_it_too(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("港は深い")
    for xml in (
        '<w:bookmarkStart {} w:id="7" w:name="_Ref1"/>',
        '<w:r {}><w:footnoteReference w:id="2"/></w:r>',
        '<w:bookmarkEnd {} w:id="7"/>',
    ):
        paragraph._p.append(parse_xml(xml.format(nsdecls("w"))))
    paragraph.add_run("。岸も深い")
    for xml in (
        '<w:r {}><w:fldChar w:fldCharType="begin"/></w:r>',
        "<w:r {}><w:instrText> NOTEREF _Ref1 \\f \\h </w:instrText></w:r>",
        '<w:r {}><w:fldChar w:fldCharType="separate"/></w:r>',
        "<w:r {}><w:t>1</w:t></w:r>",
        '<w:r {}><w:fldChar w:fldCharType="end"/></w:r>',
    ):
        paragraph._p.append(parse_xml(xml.format(nsdecls("w"))))
    paragraph.add_run("。")
    path = tmp_path / "notes.docx"
    document.save(str(path))
    notes = (
        f'<w:footnotes {nsdecls("w")}><w:footnote w:id="2"><w:p><w:r><w:t>十五メートル。'
        "</w:t></w:r></w:p></w:footnote></w:footnotes>"
    )
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("word/footnotes.xml", notes)
    imported = read_source(path)
    assert imported.article.body == "港は深い[^1]。岸も深い[^1]。\n\n[^1]: 十五メートル。\n"
    # The number that the field showed is a mark now.
    assert dropped(imported, "not-carried") == []


def test_text_that_mammoth_does_not_carry_is_named(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("式は次のとおり。")
    paragraph._p.append(
        parse_xml(
            '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math">'
            "<m:r><m:t>E=mc2</m:t></m:r></m:oMath>"
        )
    )
    source = imported(document, tmp_path)
    assert source.article.body == "式は次のとおり。\n"
    assert dropped(source, "not-carried") == ["E=mc2"]


def test_ruby_arrives_with_its_reading(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("市の")
    paragraph.add_run()._r.append(
        parse_xml(
            f"<w:ruby {nsdecls('w')}><w:rubyPr/><w:rt><w:r><w:t>とうだい</w:t></w:r></w:rt>"
            "<w:rubyBase><w:r><w:t>灯台</w:t></w:r></w:rubyBase></w:ruby>"
        )
    )
    paragraph.add_run("が光る。")
    source = imported(document, tmp_path)
    assert source.article.body.strip() == "市の{灯台|とうだい}が光る。"
    assert dropped(source, "not-carried") == []


def test_several_headings_at_level_1_are_sections(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("一つ目", 1)
    document.add_paragraph("文。")
    document.add_heading("二つ目", 1)
    document.add_paragraph("文その二。")
    source = imported(document, tmp_path)
    assert not source.titled
    assert source.article.body == "## 一つ目\n\n文。\n\n## 二つ目\n\n文その二。\n"


TYPES = ("[Content_Types].xml", "<Types/>")
HOSTILE = {
    "no zip": (None, "is no Word file"),
    "a zip of something else": ([("a.txt", "x")], "no Word file"),
    "a part outside": ([TYPES, ("../../evil.xml", "<x/>")], "leave its folder"),
    "a part with a drive": ([TYPES, ("C:\\evil.xml", "<x/>")], "leave its folder"),
    "a bomb": ([TYPES, ("word/document.xml", "<x>" + " " * 20_000_000 + "</x>")], "too much"),
    "entities": (
        [TYPES, ("word/document.xml", '<!DOCTYPE l [<!ENTITY a "aa">]><x>&a;</x>')],
        "declares a document type",
    ),
    "broken XML": ([TYPES, ("word/document.xml", "<x>")], "is damaged"),
    "no document": ([TYPES], "is damaged"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_and_damaged_files(name: str, tmp_path: Path) -> None:
    members, message = HOSTILE[name]
    path = tmp_path / "bad.docx"
    if members is None:
        path.write_text("hello", encoding="utf-8")
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in members:
                archive.writestr(member, content)
    with pytest.raises(ContentError, match=message) as raised:
        read_source(path)
    assert "\n" not in str(raised.value)


def test_a_locked_file(tmp_path: Path) -> None:
    path = tmp_path / "locked.docx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500)
    with pytest.raises(ContentError, match="locked with a password"):
        read_source(path)


def test_a_file_cut_off_in_the_middle(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("港の話。" * 200)
    path = tmp_path / "cut.docx"
    document.save(str(path))
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(ContentError, match=r"is no Word file|is damaged"):
        read_source(path)


def test_an_empty_document(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="holds no text"):
        imported(docx.Document(), tmp_path)
