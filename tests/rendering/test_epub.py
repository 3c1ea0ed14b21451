"""The e-book, taken apart with zipfile and lxml, and read by EPUBCheck where that is installed."""

import os
import posixpath
import re
import shutil
import subprocess
import zipfile
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from PIL import Image

from tests.rendering.pages import DATA, LANGUAGES, SLUG, copy, edition_of, with_text
from toolkit.errors import ContentError
from toolkit.rendering import Rendered
from toolkit.rendering.edition import Edition
from toolkit.rendering.epub import render

NAMES = {
    "c": "urn:oasis:names:tc:opendocument:xmlns:container",
    "opf": "http://www.idpf.org/2007/opf",
    "dc": "http://purl.org/dc/elements/1.1/",
    "h": "http://www.w3.org/1999/xhtml",
    "epub": "http://www.idpf.org/2007/ops",
}
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
PAGES = [
    "cover.xhtml",
    "nav.xhtml",
    "deep-dive-1.xhtml",
    "side-story-1.xhtml",
    "briefs.xhtml",
    "editors-note-1.xhtml",
    "colophon.xhtml",
]
EPUBCHECK = Path(os.environ.get("EPUBCHECK_JAR", "/usr/share/java/epubcheck.jar"))


class Book:
    """An e-book read back."""

    def __init__(self, data: bytes) -> None:
        self.archive = zipfile.ZipFile(BytesIO(data))
        self.members = self.archive.namelist()
        container = etree.fromstring(self.archive.read("META-INF/container.xml"))
        self.package_path = str(
            container.xpath("string(//c:rootfile/@full-path)", namespaces=NAMES)
        )
        self.folder = posixpath.dirname(self.package_path)
        self.package = etree.fromstring(self.archive.read(self.package_path))

    def find(self, path: str) -> list[Any]:
        return list(self.package.xpath(path, namespaces=NAMES))

    def read(self, href: str) -> bytes:
        return self.archive.read(f"{self.folder}/{href}")

    def page(self, name: str) -> Any:
        return etree.fromstring(self.read(name))

    def pages(self) -> dict[str, Any]:
        items = {item.get("id"): item.get("href") for item in self.find("//opf:item")}
        hrefs = [items[ref.get("idref")] for ref in self.find("//opf:itemref")]
        return {href: self.page(href) for href in hrefs}

    def meta(self, name: str) -> list[str]:
        return [str(meta.text) for meta in self.find(f"//opf:meta[@property='{name}']")]


@cache
def book(language: str) -> tuple[Edition, Rendered, Book]:
    edition = edition_of(DATA / language)
    rendered = render(edition)
    return edition, rendered, Book(rendered.data)


def words(element: Any) -> str:
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def broken_references(made: Book) -> list[str]:
    """Every link, picture and style of the pages that leads to nothing in the book."""
    pages = made.pages()
    ids = {f"{name}#{target}" for name, root in pages.items() for target in root.xpath("//@id")}
    broken = []
    for name, root in pages.items():
        for reference in root.xpath("//@href | //@src"):
            if re.match(r"(https?|mailto|tel):", reference):
                continue
            path, _, target = str(reference).partition("#")
            path = path or name
            if f"{made.folder}/{path}" not in made.members or (
                target and f"{path}#{target}" not in ids
            ):
                broken.append(f"{name}: {reference}")
    return broken


@pytest.mark.parametrize("language", LANGUAGES)
class TestEveryBook:
    def test_begins_with_its_type_bare(self, language: str) -> None:
        data = book(language)[1].data
        # What a reader looks for at these very places (EPUB 3.3, section 4.3).
        assert data[:4] == b"PK\3\4"
        assert data[30:58] == b"mimetypeapplication/epub+zip"

    def test_names_every_file_once_and_no_other(self, language: str) -> None:
        made = book(language)[2]
        hrefs = [f"{made.folder}/{item.get('href')}" for item in made.find("//opf:item")]
        named = ["mimetype", "META-INF/container.xml", made.package_path, *hrefs]
        assert sorted(named) == sorted(made.members)
        ids = made.find("//@id")
        assert len(ids) == len(set(ids))

    def test_is_read_part_by_part(self, language: str) -> None:
        made = book(language)[2]
        assert list(made.pages()) == PAGES
        assert made.find("//opf:spine/@page-progression-direction") == ["ltr"]

    def test_every_reference_leads_to_one_place(self, language: str) -> None:
        made = book(language)[2]
        assert broken_references(made) == []
        for root in made.pages().values():
            ids = root.xpath("//@id")
            assert len(ids) == len(set(ids))
            assert set(root.xpath("//@aria-labelledby")) <= set(ids)

    def test_says_its_language_for_browsers_and_for_xml(self, language: str) -> None:
        made = book(language)[2]
        assert made.package.get(XML_LANG) == language
        for root in made.pages().values():
            assert root.get("lang") == language
            for element in root.xpath("//*[@lang]"):
                assert element.get(XML_LANG) == element.get("lang")

    def test_holds_the_headings_of_the_edition(self, language: str) -> None:
        edition, _, made = book(language)
        pages = made.pages()
        headings = [
            (int(found.tag[-1]), found.get("id"))
            for name in PAGES[2:]
            for found in pages[name].xpath(
                "//*[re:test(local-name(), '^h[1-6]$')]",
                namespaces={"re": "http://exslt.org/regular-expressions"},
            )
        ]
        assert headings == [(heading.level, heading.id) for heading in edition.headings()]
        assert words(pages["cover.xhtml"].find(".//h:h1", NAMES)) == edition.plain_title

    def test_its_contents_are_those_of_the_edition(self, language: str) -> None:
        edition, _, made = book(language)
        nav = made.page("nav.xhtml")
        assert made.find("//opf:item[@properties='nav']/@href") == ["nav.xhtml"]
        links = nav.xpath("//h:nav[@epub:type='toc']//h:a/@href", namespaces=NAMES)
        assert [link.partition("#")[2] for link in links] == [
            heading.id for heading in edition.contents()
        ]
        landmarks = nav.xpath("//h:nav[@epub:type='landmarks']//h:a/@epub:type", namespaces=NAMES)
        assert landmarks == ["titlepage", "toc", "bodymatter", "bibliography"]

    def test_raises_no_finding_and_has_no_pages(self, language: str) -> None:
        rendered = book(language)[1]
        assert (rendered.findings, rendered.pages) == ((), None)

    def test_the_same_edition_gives_the_same_bytes(self, language: str, tmp_path: Path) -> None:
        assert render(edition_of(copy(language, tmp_path))).data == book(language)[1].data

    @pytest.mark.skipif(not EPUBCHECK.is_file(), reason="EPUBCheck is not installed")
    @pytest.mark.skipif(shutil.which("java") is None, reason="EPUBCheck needs Java")
    def test_epubcheck_finds_nothing(self, language: str, tmp_path: Path) -> None:
        path = tmp_path / f"{language}.epub"
        path.write_bytes(book(language)[1].data)
        command = ["java", "-jar", str(EPUBCHECK), "--failonwarnings", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "0 errors / 0 warnings" in done.stdout


class TestThePackage:
    def test_says_what_a_library_shows(self) -> None:
        made = book("ja")[2]
        assert made.package.get("version") == "3.0"
        found = {element.tag.partition("}")[2]: element.text for element in made.find("//dc:*")}
        assert found["title"] == "連絡船が帰ってきた冬に、港町は何を積んで出ていくのか"
        assert (found["creator"], found["publisher"]) == ("港の灯編集室", "港の灯編集室")
        assert (found["language"], found["date"]) == ("ja", "2026-01-06")
        assert made.meta("dcterms:modified") == ["2026-01-06T00:00:00Z"]
        assert made.meta("belongs-to-collection") == ["週刊「港の灯」"]
        assert made.meta("group-position") == ["128"]

    def test_says_whom_it_serves(self) -> None:
        made = book("ja")[2]
        assert made.meta("schema:accessMode") == ["textual", "visual"]
        assert made.meta("schema:accessModeSufficient") == ["textual"]
        assert {"tableOfContents", "alternativeText", "rubyAnnotations"} <= set(
            made.meta("schema:accessibilityFeature")
        )
        assert made.meta("schema:accessibilityHazard") == ["none"]
        assert "代替テキスト" in made.meta("schema:accessibilitySummary")[0]

    def test_claims_no_alternatives_that_are_not_there(self, tmp_path: Path) -> None:
        root = copy("en", tmp_path)
        with_text(root, "# A picture\n\nWords.\n\n![](cost.png)\n")
        made = Book(render(edition_of(root)).data)
        assert "alternativeText" not in made.meta("schema:accessibilityFeature")
        assert made.meta("schema:accessModeSufficient") == ["textual,visual"]
        assert "no text alternative" in made.meta("schema:accessibilitySummary")[0]

    def test_an_edition_keeps_its_identifier(self, tmp_path: Path) -> None:
        def identifier(edition: Edition) -> str:
            return str(Book(render(edition).data).find("//dc:identifier")[0].text)

        root = copy("en", tmp_path)
        before = identifier(edition_of(root))
        assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-.*", before)
        with_text(root, "# Another text\n\nEntirely.\n")
        assert identifier(edition_of(root)) == before
        assert identifier(edition_of(root, slug="2026-01-13")) != before
        assert identifier(edition_of(root, language="ja")) != before


class TestThePages:
    def test_hold_what_a_text_can_hold(self) -> None:
        dive = book("ja")[2].page("deep-dive-1.xhtml")
        rubies = dive.xpath("//h:ruby", namespaces=NAMES)
        assert [words(ruby) for ruby in rubies] == ["時化（しけ）", "舵（だ）輪（りん）"]
        heads = dive.xpath("//h:th", namespaces=NAMES)
        assert [head.get("scope") for head in heads] == ["col"] * 4
        assert words(dive.find(".//h:pre", NAMES)).startswith("2026-01-05 06:40 港 → 島")
        image = dive.find(".//h:figure/h:img", NAMES)
        assert image.get("alt") == "棒が三本並ぶ図。左から燃料、人件費、保険料で、燃料が最も長い。"
        assert words(dive.find(".//h:figcaption", NAMES)).startswith("運航一日あたりの費用。")
        picture = DATA / "ja" / "issues" / SLUG / "cost.png"
        assert book("ja")[2].read(image.get("src")) == picture.read_bytes()
        numbers = dive.xpath("//h:h3/h:span[@class='number']/text()", namespaces=NAMES)
        assert numbers == [f"{number}." for number in range(1, 8)]

    def test_break_japanese_headlines_between_phrases(self) -> None:
        title = book("ja")[2].page("cover.xhtml").find(".//h:h1", NAMES)
        breaks = [child.tag.partition("}")[2] for child in title]
        assert breaks[:3] == ["span", "wbr", "span"]
        assert "wbr" not in book("en")[1].data.decode("latin-1")

    def test_name_the_sources_and_the_notice(self, tmp_path: Path) -> None:
        colophon = Book(render(edition_of(copy("en", tmp_path), drafts=2)).data).page(PAGES[-1])
        notice = colophon.xpath("//*[@class='notice']", namespaces=NAMES)[0]
        assert words(notice).startswith("This edition contains 2 machine-translated sentences")
        plain = book("ja")[2].page("colophon.xhtml")
        assert plain.xpath("//*[@class='notice']") == []
        cites = plain.xpath("//h:cite", namespaces=NAMES)
        assert [(cite.get("lang"), cite.get(XML_LANG)) for cite in cites] == [
            (None, None),
            ("en", "en"),
        ]

    def test_links_lead_to_other_pages(self, tmp_path: Path) -> None:
        root = copy("en", tmp_path)
        with_text(root, "# Links\n\n[a](#deep-dive-1-2) [b](#brief-1) [c](#sources)\n")
        made = Book(render(edition_of(root)).data)
        links = made.page("briefs.xhtml").xpath("//h:a/@href", namespaces=NAMES)
        assert links == ["deep-dive-1.xhtml#deep-dive-1-2", "#brief-1", "colophon.xhtml#sources"]
        assert broken_references(made) == []

    def test_markup_and_controls_in_the_text_are_text_or_left_out(self, tmp_path: Path) -> None:
        root = copy("en", tmp_path)
        hostile = "<script>alert(1)</script> ]]> &nbsp; <!-- \x01\x0b\x1f\ufffe --> \"'&"
        with_text(root, f"# {hostile}\n\n{hostile}\n\n- {hostile}\n\n`{hostile}`\n")
        made = Book(render(edition_of(root)).data)
        text = words(made.page("briefs.xhtml"))
        assert text.count("<script>alert(1)</script> ]]>") == 4
        assert made.page("briefs.xhtml").xpath("//h:script", namespaces=NAMES) == []

    def test_show_webp_to_readers_that_do_not_know_it(self, tmp_path: Path) -> None:
        root = copy("en", tmp_path)
        picture = root / "issues" / SLUG / "cat.webp"
        Image.new("RGBA", (8, 5), (200, 30, 30, 128)).save(picture, lossless=True)
        with_text(root, "# A cat\n\n![A red cat](cat.webp)\n\n![The same cat](cat.webp)\n")
        made = Book(render(edition_of(root)).data)
        sources = made.page("briefs.xhtml").xpath("//h:img/@src", namespaces=NAMES)
        assert len(set(sources)) == 1
        with Image.open(BytesIO(made.read(sources[0]))) as shown:
            assert (shown.format, shown.size, shown.getpixel((0, 0))) == (
                "PNG",
                (8, 5),
                (200, 30, 30, 128),
            )


@pytest.mark.parametrize("width", [320, 600])
def test_nothing_runs_off_the_page(width: int, tmp_path: Path) -> None:
    from weasyprint import CSS, HTML

    name, address = "a_name_in_code_without_end_" * 6, f"https://example.org/{'0123456789' * 12}"
    text = f"# 題\n\n`{name}` {address} [{address}]({address})[^1]\n\n[^1]: {address}\n"
    root = copy("ja", tmp_path)
    with_text(root, text)
    made = Book(render(edition_of(root)).data)
    made.archive.extractall(tmp_path / "book")
    sheet = CSS(string=f"@page {{ size: {width}px 800px; margin: 20px }}")
    page = tmp_path / "book" / made.folder / "briefs.xhtml"
    shown = HTML(page, media_type="screen").render(stylesheets=[sheet])
    lines = [
        box
        for sheet_of_paper in shown.pages
        for box in sheet_of_paper._page_box.descendants()
        if hasattr(box, "text")
    ]
    assert "".join(box.text for box in lines).count(address) == 3
    over = {box.text for box in lines if box.position_x + box.width > width - 20}
    # WeasyPrint lets the arrow that leads back hang a few pixels after a broken address.
    assert over <= {"↑"}


class TestAPublicationsOwnLooks:
    def own(self, root: Path, name: str, text: str) -> Path:
        path = root / "templates" / "epub" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def test_a_style_brings_its_font_along(self, tmp_path: Path) -> None:
        root = copy("en", tmp_path)
        face = "@font-face { font-family: Own; src: url(../fonts/Inter-Regular.otf) }"
        self.own(root, "book.css", face)
        made = Book(render(edition_of(root)).data)
        item = made.find("//opf:item[@media-type='font/otf']")[0]
        assert f'url("{item.get("href")}")' in made.read("book.css").decode()
        assert made.read(item.get("href"))[:4] == b"OTTO"

    def test_a_template_that_is_no_xml_is_one_line(self, tmp_path: Path) -> None:
        root = copy("en", tmp_path)
        path = self.own(root, "cover.xhtml.j2", "<html><body><p>A line<br></p></body></html>")
        with pytest.raises(ContentError, match="not well-formed") as raised:
            render(edition_of(root))
        assert raised.value.path == path
        assert "\n" not in str(raised.value)

    def test_a_template_reads_no_file(self, tmp_path: Path) -> None:
        root = copy("en", tmp_path)
        secret = tmp_path / "secret.txt"
        secret.write_text("the secret", "utf-8")
        entity = f'<!DOCTYPE html [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        page = '<html xmlns="http://www.w3.org/1999/xhtml"><body><p>&x;</p></body></html>'
        self.own(root, "cover.xhtml.j2", entity + page)
        with pytest.raises(ContentError, match="leave the doctype out"):
            render(edition_of(root))
