"""What a Word document says: read back with zip, lxml and python-docx."""

import dataclasses
import datetime
import io
import re
from pathlib import Path
from typing import Any

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from PIL import Image

from tests.rendering.docx_reading import SLUG, Docx, R, W, sample, small, value
from toolkit.errors import ContentError
from toolkit.rendering import renderer
from toolkit.rendering.docx import render
from toolkit.rendering.docx.elements import run

CASES = [
    case.split("\n.\n")[:3]
    for case in re.split(
        r"(?<=\n\.\n)\n", (Path(__file__).parent / "docx_cases.md").read_text("utf-8")
    )
]
CASES[0][0] = CASES[0][0].split("\n\n")[1]  # the file begins with how to read it


@pytest.mark.parametrize(("title", "body", "expected"), CASES, ids=[case[0] for case in CASES])
def test_body_becomes_paragraphs(title: str, body: str, expected: str, tmp_path: Path) -> None:
    document = Docx(render(small(tmp_path, body)).data)
    paragraphs = [str(paragraph) for paragraph in document.paragraphs()]
    start = paragraphs.index("Heading 1: {Section Kicker|深掘り記事}↵見出し") + 1
    end = paragraphs.index("Colophon: 誌名 · 2026年1月13日")
    assert paragraphs[start:end] == expected.split("\n")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_headings_are_those_of_the_edition_in_order(language: str) -> None:
    edition = sample(language)
    document = docx.Document(io.BytesIO(render(edition).data))
    found = [
        (int(style.removeprefix("Heading ")), text)
        for style, text in ((_style(p), p.text) for p in document.paragraphs)
        if style.startswith("Heading")
    ]
    assert [level for level, _ in found] == [heading.level - 1 for heading in edition.headings()]
    for (_, text), heading in zip(found, edition.headings(), strict=True):
        for words in (heading.label, heading.number, heading.title.replace("**", "")):
            assert words in text.replace("\u00a0", " ")


def test_headings_have_outline_levels() -> None:
    styles = Docx(render(sample("ja")).data).styles
    levels = [value(styles[f"Heading{number}"], "pPr/outlineLvl") for number in range(1, 6)]
    assert levels == ["0", "1", "2", "3", "4"]


def test_first_page_names_the_issue() -> None:
    paragraphs = [str(p) for p in Docx(render(sample("ja")).data).paragraphs()]
    assert paragraphs[:3] == [
        "Masthead: 港町通信",
        "Tagline: 世界の動きを、週に一度、机の上で読む",
        "Issue Line: 第12号 / 2026年1月13日 / 約2分で読めます",
    ]
    assert paragraphs[3] == (
        "Title: 海峡の流れを電気に変える↵町と、港ごとに生まれる↵小さな電力網の現在地"
    )
    assert paragraphs[4].startswith("Subtitle: 潮は毎日、")
    assert "{Strong|仕組み}" in paragraphs[4]


def test_contents_are_a_field_already_filled_in() -> None:
    document = Docx(render(sample("ja")).data)
    contents = document.document.find(f".//{W}sdtContent")
    marks = [e.get(f"{W}fldCharType") for e in contents.iter(f"{W}fldChar")]
    assert marks == ["begin", "separate", "end"]
    assert next(contents.iter(f"{W}instrText")).text.split() == (
        ["TOC", "\\o", '"1-2"', "\\n", "\\h", "\\z"]
    )
    assert [str(p) for p in document.paragraphs() if p.style.startswith("Toc")] == [
        "Toc 1: {→#deep_dive_1|{Section Label|深掘り記事：}潮流発電という静かな賭け}",
        "Toc 2: {→#deep_dive_1_1|1. 仕組み：流れを受ける羽根}",
        "Toc 2: {→#deep_dive_1_2|2. 数字で見る}",
        "Toc 2: {→#deep_dive_1_5|3. お金の出どころ}",
        "Toc 2: {→#deep_dive_1_6|4. 制度の話}",
        "Toc 2: {→#deep_dive_1_7|5. 海外の例}",
        "Toc 2: {→#deep_dive_1_8|6. これから}",
        "Toc 2: {→#deep_dive_1_9|7. まとめ}",
        "Toc 1: {→#side_story_1|{Section Label|気になった記事：}"
        "港ごとの小さな電力網が、停電に強い町をつくる}",
        "Toc 1: {→#briefs|{Section Label|小ネタ2本}}",
        "Toc 2: {→#brief_1|{Section Label|小ネタ①：}灯台に観測カメラ}",
        "Toc 2: {→#brief_2|{Section Label|小ネタ②：}海藻の値段が三割高}",
        "Toc 1: {→#editors_note_1|{Section Label|編集後記}}",
        "Toc 1: {→#sources|{Section Label|出典}}",
    ]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_links_inside_lead_to_bookmarks(language: str) -> None:
    document = Docx(render(sample(language)).data).document
    names = [e.get(f"{W}name") for e in document.iter(f"{W}bookmarkStart")]
    ids = [e.get(f"{W}id") for e in document.iter(f"{W}bookmarkStart")]
    anchors = {e.get(f"{W}anchor") for e in document.iter(f"{W}hyperlink")} - {None}
    assert len(set(names)) == len(names)
    assert ids == [e.get(f"{W}id") for e in document.iter(f"{W}bookmarkEnd")]
    assert "deep_dive_1_1" in anchors
    assert anchors <= set(names)


def test_running_head_and_page_numbers() -> None:
    read = Docx(render(sample("en")).data)
    words = {
        name: "".join(read.xml(f"word/{name}.xml").itertext()).split()
        for name in ("header", "footer", "headerFirst", "footerFirst")
    }
    assert words["header"] == ["Harbour", "LetterNo.", "12", "January", "13,", "2026"]
    assert words["footer"] == ["PAGE", "1", "/", "NUMPAGES", "1"]
    assert words["headerFirst"] == words["footerFirst"] == []


def test_sources_stand_in_their_own_language() -> None:
    document = Docx(render(sample("en")).data)
    first, second = document.text_of("Sources")
    assert first == (
        "浜野 渚, “潮の力で灯す町——小さな{Strong|潮流発電}の実験”, {Source Detail|沿岸経済新聞}, "
        "{Source Detail|January 9, 2026}↵"
        "{→https://example.org/tide/power?id=1&lang=ja|example.org/tide/power?id=1&lang=ja}"
    )
    assert second.startswith("Ada Quay, “Harbour towns test a grid of their own”")
    languages: dict[str, str] = {}
    for words in document.document.iter(f"{W}r"):
        for language in words.iter(f"{W}lang"):
            code = language.get(f"{W}val")
            languages[code] = languages.get(code, "") + "".join(words.itertext())
    assert languages == {
        "ja-JP": "浜野 渚“潮の力で灯す町——小さな潮流発電の実験”沿岸経済新聞",
        "en-US": "Ada Quay“Harbour towns test a grid of their own”The Coastal Review",
    }


def test_drafts_are_owned_up_to() -> None:
    notice = Docx(render(sample("en", drafts=3, written_in="ja")).data).text_of("Notice")
    assert notice == [
        "This edition contains 3 machine-translated sentences that nobody has reviewed yet."
    ]
    assert Docx(render(sample("en")).data).text_of("Notice") == []


def test_properties_come_from_the_issue() -> None:
    properties = docx.Document(io.BytesIO(render(sample("ja")).data)).core_properties
    day = datetime.datetime(2026, 1, 13, tzinfo=datetime.UTC)
    assert properties.title.startswith("海峡の流れを電気に変える町と")
    assert properties.subject == "港町通信 第12号"
    assert (properties.author, properties.language) == ("港町通信編集室", "ja")
    assert properties.created == properties.modified == day


def test_a_picture_has_alternative_and_caption_and_fits() -> None:
    read = Docx(render(sample("ja")).data)
    paragraphs = [str(p) for p in read.paragraphs()]
    figure = paragraphs.index("Figure: {image: 潮の満ち引きと発電量の関係を示す図}")
    assert paragraphs[figure + 1] == "Caption: 図1　潮位と発電量（二日間、町の資料から作成）"
    extent = next(read.document.iter("{*}extent"))
    width, height = int(extent.get("cx")), int(extent.get("cy"))
    page = read.document.find(f".//{W}sectPr/{W}pgMar")
    text = 11906 - int(page.get(f"{W}left")) - int(page.get(f"{W}right"))
    assert width == pytest.approx(text * 635, abs=2)
    assert width / height == pytest.approx(900 / 420, rel=1e-3)


def test_pictures_of_every_kind_are_carried_once_and_readable(tmp_path: Path) -> None:
    body = "\n\n".join(f"![絵{kind}](a.{kind})" for kind in ("png", "jpeg", "gif", "webp", "png"))
    edition = small(tmp_path, body)
    for kind in ("png", "jpeg", "gif", "webp"):
        Image.new("RGB", (40, 20), kind and "#8a2b2b").save(
            tmp_path / "issues" / SLUG / f"a.{kind}"
        )
    read = Docx(render(edition).data)
    media = [name for name in read.archive.namelist() if name.startswith("word/media/")]
    assert sorted(Path(name).suffix for name in media) == [".gif", ".jpeg", ".png", ".png"]
    for name in media:
        Image.open(io.BytesIO(read.archive.read(name))).verify()
    blips = [blip.get(f"{R}embed") for blip in read.document.iter("{*}blip")]
    assert len(blips) == 5
    assert blips[0] == blips[4]


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        ("nowhere.png", "there is no picture nowhere.png"),
        ("https://example.org/a.png", "is a URL"),
        ("../../../outside.png", "lies outside the publication"),
    ],
)
def test_a_picture_that_cannot_be_used_is_an_error_at_its_line(
    picture: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(ContentError, match=message) as caught:
        render(small(tmp_path, f"前の段落\n\n![絵]({picture})"))
    assert caught.value.path == tmp_path / "issues" / SLUG / "a.md"
    assert caught.value.line == 5


def test_pictures_in_a_title_and_sources_in_any_language(tmp_path: Path) -> None:
    edition = sample("ja", title="海![印](x.png)の話")
    citation = dataclasses.replace(edition.citations[0], language="fr", url="https://e.org/a b")
    read = Docx(render(dataclasses.replace(edition, citations=(citation,))).data)
    assert read.text_of("Title") == ["海の話"]
    assert read.text_of("Sources")[0].endswith("{→https://e.org/a%20b|e.org/a b}")


def test_table_heads_repeat_and_columns_fit() -> None:
    read = Docx(render(sample("ja")).data)
    (table,) = read.document.iter(f"{W}tbl")
    rows = list(table.iter(f"{W}tr"))
    assert [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows] == (
        [True, False, False, False]
    )
    assert read.style_name(value(table, "tblPr/tblStyle")) == "Newsletter Table"
    widths = [int(column.get(f"{W}w")) for column in table.iter(f"{W}gridCol")]
    assert sum(widths) == pytest.approx(8392, abs=4)
    aligned = [value(cell, "p/pPr/jc") for cell in rows[1].iter(f"{W}tc")]
    assert aligned == ["left", "right", "right", "left"]


def test_a_link_that_leads_nowhere_is_text_and_reported(tmp_path: Path) -> None:
    body = "前\n\n[資料](report.pdf)と[節](#nowhere)と[先](http://[)と[口](http://e.org:x/)"
    made = render(small(tmp_path, body))
    assert "Body Text: 資料と節と先と口" in [str(p) for p in Docx(made.data).paragraphs()]
    dead = [finding for finding in made.findings if finding.rule == "dead-link"]
    assert [(finding.path.name, finding.line) for finding in dead] == [("a.md", 5)] * 4


def test_what_xml_cannot_hold_is_left_out(tmp_path: Path) -> None:
    edition = small(
        tmp_path, "鐘\x07と\x1b[0m葉\ufffe\n\n```\na\x0cb\n```\n\n[先](https://e.org/\x01)"
    )
    paragraphs = [str(p) for p in Docx(render(edition).data).paragraphs()]
    assert "Body Text: 鐘と[0m葉" in paragraphs
    assert "Code: ab" in paragraphs


@given(st.text())
@settings(max_examples=200)
def test_any_text_survives_as_xml(text: str) -> None:
    written = etree.tostring(run(text))
    allowed = "".join(
        char
        for char in text.replace("\r\n", "\n").replace("\r", "\n")
        if char in "\t\n"
        or " " <= char <= "\ud7ff"
        or "\ue000" <= char <= "\ufffd"
        or char > "\uffff"
    )
    read = etree.fromstring(written)
    names = {f"{W}br": "\n", f"{W}tab": "\t"}
    assert "".join(names.get(child.tag, child.text or "") for child in read) == allowed


def test_hostile_sizes_are_written(tmp_path: Path) -> None:
    rows = "\n".join(f"| {n} | {n * n} |" for n in range(2000))
    deep = "\n".join("  " * level + f"- 段{level}" for level in range(15))
    body = f"{'あ' * 200_000}\n\n| n | n² |\n| --- | --- |\n{rows}\n\n{deep}\n\nשלום 👩‍👩‍👧 e\u0301"
    read = Docx(render(small(tmp_path, body)).data)
    assert len(list(read.document.iter(f"{W}tr"))) == 2001
    levels = [int(e.get(f"{W}val")) for e in read.document.iter(f"{W}ilvl")]
    assert max(levels) == 8
    assert "Body Text: שלום 👩‍👩‍👧 e\u0301" in [str(p) for p in read.paragraphs()]


def test_looks_are_in_the_styles() -> None:
    """Nothing in the text names a font, a size or a colour, but where two styles meet."""
    read = Docx(render(sample("ja")).data)
    direct = {
        (etree.QName(child).localname, "".join(element.itertext()))
        for element in read.document.iter(f"{W}r")
        for child in element.findall(f"{W}rPr/*")
        if child.tag not in (f"{W}rStyle", f"{W}lang")
    }
    readings = {"かいきょう", "ちょう", "りゅう", "ゆくえ"}
    assert {words for _, words in direct} == readings
    assert {name for name, _ in direct} == {"sz", "szCs"}


def test_the_renderer_is_found_by_its_format() -> None:
    assert renderer("docx") is render


def test_python_docx_reads_the_same_lists() -> None:
    document = docx.Document(io.BytesIO(render(sample("en")).data))
    numbered = {_style(p) for p in document.paragraphs if p._p.xpath("w:pPr/w:numPr")}
    assert numbered == {"List Number", "List Number 2"}


def _style(paragraph: Any) -> str:
    name: str = paragraph.style.name
    return name
