"""Footnotes in every format, read back by independent readers."""

import dataclasses
import email
import io
import os
import re
import shutil
import subprocess
import zipfile
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pypdf
import pytest
from bs4 import BeautifulSoup, Tag
from lxml import etree
from openxml_audit import FileFormat, OpenXmlValidator

from tests.rendering.docx_reading import Docx
from tests.rendering.tags import read_tags
from toolkit.document.issue import Issue, read_issue
from toolkit.document.publication import Publication, read_publication
from toolkit.rendering import Rendered, renderer
from toolkit.rendering.bilingual import BilingualEdition, pair
from toolkit.rendering.edition import Edition, prepare
from toolkit.translation.segments import segments, translated

SLUG = "2026-01-20"
DEEP_DIVE = """\
# 港の朝

市は七時に始まります[^市]。船は**八時**に出ます^[冬は*九時*です。]。

「港は眠らない」[^市]

| 月 | 便 |
| -- | -- |
| 一[^表] | 十 |

[^市]: 市場のことです。[案内](https://example.com/market)があります。

    二つ目の段落です。

[^表]: 暦の月です。
"""
BRIEF = """\
# 小舟

小舟が帰りました[^市]。

[^市]: 漁師の小舟です。
"""
TEXTS = ["市場のことです。案内があります。", "冬は九時です。", "暦の月です。", "漁師の小舟です。"]
"""What the notes begin with, in the order of their numbers: that of their first marks."""

EPUBCHECK = Path(os.environ.get("EPUBCHECK_JAR", "/usr/share/java/epubcheck.jar"))
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
EPUB = "{http://www.idpf.org/2007/ops}"


def write(root: Path, deep_dive: str = DEEP_DIVE, brief: str = BRIEF) -> Path:
    folder = root / "issues" / SLUG
    folder.mkdir(parents=True)
    (root / "newsletter.toml").write_text(
        'languages = ["ja", "en"]\n[name]\nja = "港の灯"\nen = "Harbour"\n'
        '[email]\nfrom = "Harbour <a@example.org>"\n',
        "utf-8",
    )
    (folder / "issue.toml").write_text(
        f'number = 1\ndate = {SLUG}\ntitle = "朝"\n'
        '[[section]]\nkind = "deep-dive"\nfile = "a.md"\n'
        '[[section]]\nkind = "brief"\nfile = "b.md"\n',
        "utf-8",
    )
    (folder / "a.md").write_text(deep_dive, "utf-8")
    (folder / "b.md").write_text(brief, "utf-8")
    return root


def issue_in(root: Path) -> tuple[Publication, Issue]:
    publication = read_publication(root)
    return publication, read_issue(publication, SLUG)


@cache
def edition() -> Edition:
    return prepare(*issue_in(write(Path(mkdtemp()))))


@cache
def made(format_: str) -> Rendered:
    return renderer(format_)(edition())


def edition_with(root: Path, deep_dive: str, brief: str = BRIEF) -> Edition:
    return prepare(*issue_in(write(root, deep_dive, brief)))


def words(element: Any) -> str:
    text = element.get_text() if isinstance(element, Tag) else "".join(element.itertext())
    return re.sub(r"\s|\u2060|↑", "", text)


def html_of(edition: Edition) -> BeautifulSoup:
    return BeautifulSoup(renderer("html")(edition).data, "html.parser")


class TestTheEdition:
    def test_numbers_the_notes_through_the_issue(self) -> None:
        notes = list(edition().notes())
        assert [note.number for note in notes] == [1, 2, 3, 4]
        assert [note.marks for note in notes] == [2, 1, 1, 1]
        assert [note.label for note in notes] == ["市", "1", "表", "市"]

    @pytest.mark.parametrize(
        ("text", "printed"),
        [
            ("港[^無]です。", "港[^無]です。"),
            ("港です。\n\n[^余]: 余りです。", "港です。[^余]:余りです。"),
            ("港[^1]です。\n\n[^1]: 一\n\n[^1]: 二", "港1です。[^1]:二注1.一"),
            ("港[^1]です。\n\n[^1]: 一[^2]\n\n[^2]: 二", "港1です。[^2]:二注1.一[^2]"),
            ("## 見出し[^1]\n\n港です。\n\n[^1]: 一", "1.見出し[^1]港です。[^1]:一"),
            ("港です。\n\n[^余]:\n    - 項目", "港です。[^余]:項目"),
        ],
    )
    def test_prints_what_is_no_proper_footnote_as_written(
        self, text: str, printed: str, tmp_path: Path
    ) -> None:
        page = html_of(edition_with(tmp_path, f"# 題\n\n{text}\n"))
        article = page.select_one("article.deep-dive")
        assert article is not None
        heading = article.find("h2")
        assert isinstance(heading, Tag)
        heading.decompose()
        for notes in article.select(".notes"):
            notes.insert(0, "注1.")
        assert words(article) == printed.replace(" ", "")

    def test_a_heading_in_one_is_a_paragraph(self, tmp_path: Path) -> None:
        made = edition_with(tmp_path, "# 題\n\n港[^1]。\n\n[^1]: # 注\n\n    ## 次\n\n    文です。")
        assert [heading.text(" ") for heading in made.contents()][:2] == [
            "深掘り記事 題",
            "小ネタ1本",
        ]
        note = html_of(made).select_one("#note-1")
        assert note is not None
        assert [words(p) for p in note.select("p")] == ["注", "次", "文です。"]
        for format_ in ("docx", "txt", "md"):
            assert renderer(format_)(made).data

    def test_a_title_can_have_none(self, tmp_path: Path) -> None:
        made = edition_with(tmp_path, "# 題[^1]\n\n港[^1]。\n\n[^1]: 一")
        assert made.parts[0].heading.text("：") == "深掘り記事：題[^1]"
        assert "題[^1]" in words(html_of(made))


@pytest.mark.parametrize("format_", ["pdf", "docx", "html", "epub", "eml"])
def test_the_same_notes_give_the_same_bytes_in_another_folder(format_: str, tmp_path: Path) -> None:
    again = edition_with(tmp_path, DEEP_DIVE)
    assert renderer(format_)(again).data == made(format_).data


class TestTheWebPage:
    def test_every_mark_and_its_note_lead_to_each_other(self) -> None:
        page = BeautifulSoup(made("html").data, "html.parser")
        marks = page.select('a[role="doc-noteref"]')
        assert [words(mark) for mark in marks] == ["1", "2", "1", "3", "4"]
        for mark in marks:
            note = page.find(id=str(mark["href"])[1:])
            assert isinstance(note, Tag)
            backs = [back["href"] for back in note.select('a[role="doc-backlink"]')]
            assert f"#{mark['id']}" in backs
            assert words(note).startswith(TEXTS[int(words(mark)) - 1])
        ids = [tag["id"] for tag in page.find_all(id=True)]
        assert len(ids) == len(set(ids))

    def test_each_section_has_its_notes_at_its_end(self) -> None:
        page = BeautifulSoup(made("html").data, "html.parser")
        found = page.select('[role="doc-endnotes"]')
        assert [notes.parent and notes.parent["class"] for notes in found] == [
            ["deep-dive"],
            ["brief"],
        ]
        assert [notes.select_one("ol")["start"] for notes in found] == ["1", "4"]  # type: ignore[index]
        assert len({notes["aria-label"] for notes in found}) == 2

    def test_a_statement_with_a_mark_stays_a_statement(self) -> None:
        page = BeautifulSoup(made("html").data, "html.parser")
        statement = page.select_one("p.statement")
        assert statement is not None
        assert words(statement) == "「港は眠らない」1"


def test_the_pdf_links_marks_and_notes_both_ways() -> None:
    reader = pypdf.PdfReader(io.BytesIO(made("pdf").data))
    assert made("pdf").findings == ()
    goals = []
    for page in reader.pages:
        for annotation in page.get("/Annots", []):
            found = annotation.get_object()
            if "/Dest" in found:
                goals.append(str(found["/Dest"]))
    for number, marks in ((1, 2), (2, 1), (3, 1), (4, 1)):
        assert goals.count(f"note-{number}") == marks
        assert sum(goal.startswith(f"note-{number}-mark") for goal in goals) == marks
    text = re.sub(r"\s", "", "".join(page.extract_text() for page in reader.pages))
    for number, words_ in enumerate(TEXTS, 1):
        assert f"{number}.{words_}" in text
    tags = read_tags(made("pdf").data)
    assert tags.problems == []
    notes = tags.of("Note")
    assert len(notes) == len({note.attributes["/ID"] for note in notes}) == 4
    references = tags.of("Reference")
    assert len(references) == 5
    assert all([kid.kind for kid in mark.kids][-1] == "Link" for mark in references)
    # A mark does not begin a line.
    assert not re.search(r"^\d。", "\n".join(p.extract_text() for p in reader.pages), re.MULTILINE)


class TestTheBook:
    def pages(self) -> list[Any]:
        archive = zipfile.ZipFile(io.BytesIO(made("epub").data))
        names = [name for name in archive.namelist() if name.endswith(".xhtml")]
        return [etree.fromstring(archive.read(name)) for name in names]

    def test_says_what_marks_and_notes_are(self) -> None:
        kinds = [
            element.get(f"{EPUB}type")
            for page in self.pages()
            for element in page.iter()
            if element.get(f"{EPUB}type") in ("noteref", "endnotes", "endnote", "backlink")
        ]
        assert [kinds.count(kind) for kind in ("noteref", "endnotes", "endnote", "backlink")] == [
            5,
            2,
            4,
            5,
        ]

    @pytest.mark.skipif(not EPUBCHECK.is_file(), reason="EPUBCheck is not installed")
    @pytest.mark.skipif(shutil.which("java") is None, reason="EPUBCheck needs Java")
    def test_epubcheck_finds_nothing(self, tmp_path: Path) -> None:
        path = tmp_path / "a.epub"
        path.write_bytes(made("epub").data)
        command = ["java", "-jar", str(EPUBCHECK), "--failonwarnings", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_an_e_mail_has_plain_marks_and_no_links_within() -> None:
    message = email.message_from_bytes(made("eml").data, policy=email.policy.default)
    html = next(part for part in message.walk() if part.get_content_type() == "text/html")
    page = BeautifulSoup(html.get_content(), "html.parser")
    assert not [a["href"] for a in page.find_all("a") if str(a["href"]).startswith("#")]
    assert [words(mark) for mark in page.select("sup")] == ["1", "2", "1", "3", "4"]
    items = [item for notes in page.select(".notes") for item in notes.select("li")]
    assert [words(item).startswith(text) for item, text in zip(items, TEXTS, strict=True)] == (
        [True] * 4
    )
    plain = next(part for part in message.walk() if part.get_content_type() == "text/plain")
    assert "始まります（注1）。" in plain.get_content().replace("\n", "")


@pytest.mark.parametrize("format_", ["txt", "md"])
def test_plain_text_has_plain_marks_and_the_notes_below(format_: str) -> None:
    text = made(format_).data.decode("utf-8")
    joined = re.sub(r"\s|\*|［1］", "", text).replace("[案内](https://example.com/market)", "案内")
    assert "市は七時に始まります（注1）。船は八時に出ます（注2）。" in joined
    places = [joined.index(f"（注{n}）{words_}") for n, words_ in enumerate(TEXTS, 1)]
    assert places == sorted(places)
    assert "[^" not in text
    assert places[2] < joined.index("小舟が帰りました（注4）。") < places[3]


class TestTheWordDocument:
    def test_has_words_own_footnotes(self) -> None:
        docx = Docx(made("docx").data)
        notes = {
            int(note.get(f"{W}id")): note for note in docx.xml("word/footnotes.xml") if len(note)
        }
        assert [notes[number].get(f"{W}type") for number in (-1, 0)] == [
            "separator",
            "continuationSeparator",
        ]
        references = [int(r.get(f"{W}id")) for r in docx.document.iter(f"{W}footnoteReference")]
        assert references == [1, 2, 3, 4]
        for number, text in enumerate(TEXTS, 1):
            note = notes[number]
            assert words(note).startswith(text)
            assert len(list(note.iter(f"{W}footnoteRef"))) == 1
            styles = {style.get(f"{W}val") for style in note.iter(f"{W}pStyle")}
            assert {docx.style_name(style) for style in styles} == {"Footnote text"}
        ids = {style.get(f"{W}id") for style in docx.xml("word/settings.xml").iter(f"{W}footnote")}
        assert ids == {"-1", "0"}

    def test_a_second_mark_shows_the_number_of_the_first(self) -> None:
        docx = Docx(made("docx").data)
        codes = [code.text.split() for code in docx.document.iter(f"{W}instrText")]
        fields = [code for code in codes if code[0] == "NOTEREF"]
        names = [mark.get(f"{W}name") for mark in docx.document.iter(f"{W}bookmarkStart")]
        assert len(fields) == 1
        assert fields[0][1] in names

    def test_a_link_in_a_note_belongs_to_the_notes_part(self) -> None:
        docx = Docx(made("docx").data)
        assert list(docx.targets("footnotes").values()) == ["https://example.com/market"]

    def test_is_valid(self, tmp_path: Path) -> None:
        assert audited(made("docx").data, tmp_path) == []

    @pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
    def test_libreoffice_finds_as_many(self, tmp_path: Path) -> None:
        notes = notes_in_libreoffice(made("docx").data, tmp_path)
        assert [citation for citation, _ in notes] == ["1", "2", "3", "4"]
        for (_, body), text in zip(notes, TEXTS, strict=True):
            assert body.startswith(text)


def audited(data: bytes, folder: Path) -> list[str]:
    path = folder / "a.docx"
    path.write_bytes(data)
    result = OpenXmlValidator(file_format=FileFormat.OFFICE_2019).validate(path)
    return [error.description for error in result.errors]


def notes_in_libreoffice(data: bytes, folder: Path) -> list[tuple[str, str]]:
    """The footnotes that LibreOffice finds in a Word document: number and words of each."""
    (folder / "a.docx").write_bytes(data)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "odt", "a.docx"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
    content = etree.fromstring(zipfile.ZipFile(folder / "a.odt").read("content.xml"))
    names = {"text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0"}
    return [
        (
            note.findtext("text:note-citation", namespaces=names),
            words(note.find("text:note-body", names)),
        )
        for note in content.iterfind(".//text:note[@text:note-class='footnote']", names)
    ]


@cache
def both() -> BilingualEdition:
    """The translation of each sentence is its number, two marks of one sentence turned round."""
    publication, issue = issue_in(write(Path(mkdtemp())))
    numbered = {}
    for number, segment in enumerate(segments(issue)):
        marks = re.findall(r"\[\^[^\]]+\]", segment.text)
        numbered[segment.text] = f"No. {number}.{''.join(marks)}"
    turned = "市は七時に始まります[^市]。"
    assert turned in numbered
    numbered[turned] = "No mark here."
    return pair(
        prepare(publication, issue),
        prepare(publication, translated(issue, numbered, "en")),
    )


class TestTheBilingualEdition:
    def test_a_mark_that_a_translation_lacks_stands_at_its_end(self) -> None:
        second = both().sides[1]
        assert [note.label for note in second.notes()] == ["市", "1", "表", "市"]

    def test_pairs_each_note_with_its_translation(self) -> None:
        page = BeautifulSoup(renderer("html")(both()).data, "html.parser")
        rows = page.select(".pair.note")
        assert len(rows) == 4
        for number, row in enumerate(rows, 1):
            ids = [item["id"] for item in row.select("li[id]")]
            assert ids == [f"note-{number}-ja", f"note-{number}-en"]
            first, second = row.select(".cell")
            assert words(first).startswith(TEXTS[number - 1])
            assert words(second).startswith("No.")
        for mark in page.select('a[role="doc-noteref"]'):
            assert page.find(id=str(mark["href"])[1:])

    def test_the_numbers_are_the_leading_sides(self) -> None:
        publication, issue = issue_in(write(Path(mkdtemp())))
        body = [
            dataclasses.replace(token, children=list(reversed(token.children or [])))
            if token.type == "inline" and "始まり" in token.content
            else token
            for token in issue.sections[0].body
        ]
        first = dataclasses.replace(issue.sections[0], body=tuple(body))
        turned = dataclasses.replace(issue, sections=(first, issue.sections[1]))
        paired = pair(prepare(publication, issue), prepare(publication, turned))
        assert [note.label for note in prepare(publication, turned).notes()][:2] == ["1", "市"]
        for note in paired.parts[0].notes:
            assert note.sides[0].label == note.sides[1].label
            assert note.sides[0].number == note.sides[1].number

    def test_the_pdf_keeps_the_rules_of_pdf_ua(self) -> None:
        tags = read_tags(renderer("pdf")(both()).data)
        assert tags.problems == []
        assert (len(tags.of("Note")), len(tags.of("Reference"))) == (8, 10)

    def test_a_word_footnote_has_the_words_of_both_sides(self, tmp_path: Path) -> None:
        data = renderer("docx")(both()).data
        notes = {
            int(note.get(f"{W}id")): [words(p) for p in note.iter(f"{W}p")]
            for note in Docx(data).xml("word/footnotes.xml")
            if note.get(f"{W}type") is None
        }
        assert list(notes) == [1, 2, 3, 4]
        for paragraphs, text in zip(notes.values(), TEXTS, strict=True):
            assert paragraphs[0].startswith(text)
            assert paragraphs[-1].startswith("No.")
        assert audited(data, tmp_path) == []

    def test_the_sides_of_a_word_document_have_the_same_marks(self) -> None:
        docx = Docx(renderer("docx")(both()).data)
        references = [int(r.get(f"{W}id")) for r in docx.document.iter(f"{W}footnoteReference")]
        assert references == [1, 2, 3, 4]
        codes = [code.text.split() for code in docx.document.iter(f"{W}instrText")]
        fields = [code[1] for code in codes if code[0] == "NOTEREF"]
        # Of the first note's two marks the Japanese side has one field, the English side two.
        assert sorted(fields) == ["note_1"] * 3 + ["note_2", "note_3", "note_4"]
        for mark in docx.document.iter(f"{W}bookmarkStart"):
            if mark.get(f"{W}name").startswith("note_"):
                number = mark.get(f"{W}name").removeprefix("note_")
                assert mark.getnext().find(f"{W}footnoteReference").get(f"{W}id") == number

    @pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
    def test_libreoffice_finds_both_languages_in_each_footnote(self, tmp_path: Path) -> None:
        notes = notes_in_libreoffice(renderer("docx")(both()).data, tmp_path)
        assert [citation for citation, _ in notes] == ["1", "2", "3", "4"]
        for (_, body), text in zip(notes, TEXTS, strict=True):
            assert body.startswith(text)
            assert "No." in body.removeprefix(text)
