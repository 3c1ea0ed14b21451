"""What the first page shows below its masthead, in every format: a statement, or a picture."""

import dataclasses
import email
import email.policy
import re
import shutil
import subprocess
import zipfile
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pypdf
import pytest
from bs4 import BeautifulSoup
from lxml import etree

from tests.rendering.pages import DATA, LANGUAGES, SLUG, THEMES, copy, edition_of, with_text
from tests.rendering.tags import read_tags
from tests.rendering.test_epub import EPUBCHECK
from toolkit.document.issue import read_issue
from toolkit.document.publication import Mail, read_publication
from toolkit.export.inputs import picture_files
from toolkit.rendering import Rendered, renderer
from toolkit.rendering.bilingual import BilingualEdition, pair
from toolkit.rendering.edition import Edition, prepare
from toolkit.translation.segments import segments, translated

STATEMENT = "「港は、荷より先に人の話を積む」"
ALTERNATIVE, CAPTION, CREDIT = "波止場に着く連絡船", "最初の朝の便", "写真：灯野みなと"
COVERS = {
    "statement": f'cover = "{STATEMENT}"',
    "picture": f"cover = '![{ALTERNATIVE}](cost.png \"{CAPTION} | {CREDIT}\")'",
}
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def with_cover(root: Path, cover: str) -> Path:
    """Give the issue a cover."""
    path = root / "issues" / SLUG / "issue.toml"
    path.write_text(path.read_text("utf-8").replace("\n\n", f"\n{cover}\n\n", 1), "utf-8")
    return root


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Edition]:
    return {
        name: edition_of(with_cover(copy("ja", tmp_path_factory.mktemp(name)), cover))
        for name, cover in COVERS.items()
    }


def both(edition: Edition) -> BilingualEdition:
    """The edition beside one in which each sentence of the cover says what it was."""
    known = {segment.text: f"EN {segment.text}" for segment in segments(edition.issue)}
    english = translated(edition.issue, known, "en")
    return pair(edition, prepare(edition.publication, english))


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def html(rendered: Rendered) -> BeautifulSoup:
    return BeautifulSoup(rendered.data, "html.parser")


@cache
def bare() -> Edition:
    return edition_of(DATA / "ja")


class TestAStatement:
    def test_stands_on_the_first_page_of_the_pdf_with_the_whole_of_the_contents(
        self, editions: dict[str, Edition]
    ) -> None:
        pages = pypdf.PdfReader(BytesIO(renderer("pdf")(editions["statement"]).data)).pages
        first = squeezed(pages[0].extract_text())
        assert STATEMENT in first
        assert first.index(STATEMENT) < first.index("目次") < first.index("出典")
        assert STATEMENT not in squeezed(pages[1].extract_text())

    def test_has_a_style_of_its_own_in_word(self, editions: dict[str, Edition]) -> None:
        document: Any = docx.Document(BytesIO(renderer("docx")(editions["statement"]).data))
        styled = {paragraph.text: paragraph.style.name for paragraph in document.paragraphs}
        assert styled[STATEMENT] == "Cover Statement"

    @pytest.mark.parametrize("format_", ["html", "txt", "md"])
    def test_stands_in_what_is_read_on_a_screen(
        self, editions: dict[str, Edition], format_: str
    ) -> None:
        data = renderer(format_)(editions["statement"]).data
        text = html(Rendered(data)).get_text() if format_ == "html" else data.decode()
        assert squeezed(text).count(STATEMENT) == 1

    def test_stands_in_both_parts_of_an_email(self, editions: dict[str, Edition]) -> None:
        edition = editions["statement"]
        mail = Mail("", "letters@example.org", "", "")
        publication = dataclasses.replace(edition.publication, mail=mail)
        data = renderer("eml")(dataclasses.replace(edition, publication=publication)).data
        message: Any = email.message_from_bytes(data, policy=email.policy.default)
        page = html(Rendered(message.get_body(("html",)).get_content().encode()))
        assert [squeezed(each.get_text()) for each in page.select(".frontispiece")] == [STATEMENT]
        assert STATEMENT in squeezed(message.get_body(("plain",)).get_content())

    def test_stands_beside_its_translation(self, editions: dict[str, Edition]) -> None:
        page = html(renderer("html")(both(editions["statement"])))
        cells = page.select("header .frontispiece .cell")
        assert [(cell["lang"], squeezed(cell.get_text())) for cell in cells] == [
            ("ja", STATEMENT),
            ("en", f"EN{STATEMENT}"),
        ]


class TestAPicture:
    def test_its_words_are_translated(self, editions: dict[str, Edition]) -> None:
        issue = editions["picture"].issue
        words = [each for each in segments(issue) if each.path == issue.path][-3:]
        assert [(each.text, each.line) for each in words] == [
            (ALTERNATIVE, 5),
            (CAPTION, 5),
            (CREDIT, 5),
        ]
        page = html(renderer("html")(both(editions["picture"])))
        captions = [cell.get_text() for cell in page.select(".frontispiece figcaption .cell")]
        assert len(page.select(".frontispiece img")) == 1
        assert [squeezed(caption) for caption in captions] == [
            squeezed(CAPTION + CREDIT),
            squeezed(f"EN{CAPTION}EN{CREDIT}"),
        ]

    def test_stands_on_the_first_page_of_the_pdf_with_the_headlines(
        self, editions: dict[str, Edition]
    ) -> None:
        data = renderer("pdf")(editions["picture"]).data
        first = pypdf.PdfReader(BytesIO(data)).pages[0]
        assert len(first.images) == 1
        words = squeezed(first.extract_text())
        assert words.index(CAPTION) < words.index("目次") < words.index("出典")
        tags = read_tags(data)
        assert not tags.problems
        assert ALTERNATIVE in [node.attributes.get("/Alt") for node in tags.of("Figure")]

    def test_is_described_in_word_above_the_headlines(self, editions: dict[str, Edition]) -> None:
        document = docx.Document(BytesIO(renderer("docx")(editions["picture"]).data))
        names = [element.get("descr") for element in document.element.iter("{*}docPr")]
        assert names[0] == ALTERNATIVE
        contents = document.element.find(f".//{W}sdtContent")
        assert '"1-1"' in next(contents.iter(f"{W}instrText")).text
        headlines = [each for each in editions["picture"].headings() if each.level == 2]
        assert len(list(contents.iter(f"{W}hyperlink"))) == len(headlines)

    def test_is_what_a_library_shows_of_the_book(
        self, editions: dict[str, Edition], tmp_path: Path
    ) -> None:
        path = tmp_path / "book.epub"
        path.write_bytes(renderer("epub")(editions["picture"]).data)
        with zipfile.ZipFile(path) as book:
            package = etree.fromstring(book.read("EPUB/package.opf"))
            (cover,) = package.xpath("//*[@properties='cover-image']")
            assert cover.get("media-type") == "image/png"
            page = BeautifulSoup(book.read("EPUB/cover.xhtml"), "xml")
            assert [image["src"] for image in page.find_all("img")] == [cover.get("href")]
        if not EPUBCHECK.is_file() or shutil.which("java") is None:
            pytest.skip("EPUBCheck is not installed")
        command = ["java", "-jar", str(EPUBCHECK), "--failonwarnings", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def test_a_change_to_its_file_is_a_change_to_the_issue(self, tmp_path: Path) -> None:
        root = copy("ja", tmp_path)
        own = root / "issues" / SLUG / "harbour.png"
        shutil.copy(own.with_name("cost.png"), own)
        with_cover(root, "cover = '![船](harbour.png)'")
        publication = read_publication(root)
        assert own in picture_files(publication, read_issue(publication, SLUG))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("headings", [14, 30])
def test_long_contents_stand_on_the_first_page(
    tmp_path: Path, language: str, theme: str, headings: int
) -> None:
    root = copy(language, tmp_path)
    text = "".join(f"\n\n## Harbour {number}\n\nText." for number in range(1, headings + 1))
    with_text(root, f"# Harbours{text}\n", "deep-dive.md")
    edition = edition_of(root, theme)
    first = pypdf.PdfReader(BytesIO(renderer("pdf")(edition).data)).pages[0].extract_text()
    assert squeezed(edition.issue.title) in squeezed(first)
    for number in range(1, headings + 1):
        assert f"Harbour {number}" in first


def test_a_cover_is_not_a_must() -> None:
    assert bare().cover is None
    assert not html(renderer("html")(bare())).select(".frontispiece")
