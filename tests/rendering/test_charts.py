"""Charts in every format, read back by other libraries than those that wrote them."""

import re
import zipfile
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from io import BytesIO
from pathlib import Path

import pdfplumber
import pytest
from bs4 import BeautifulSoup
from docx import Document
from lxml import etree
from PIL import Image

from tests.rendering.pages import SLUG, copy, edition_of, with_text
from tests.rendering.tags import read_tags
from toolkit.document.issue import read_issue
from toolkit.document.publication import read_publication
from toolkit.errors import ContentError
from toolkit.rendering import renderer
from toolkit.rendering.bilingual import pair
from toolkit.rendering.edition import prepare
from toolkit.translation.segments import translated

CHART = """\
# 図のある小ネタ

前の段落。

```chart bar
title: 電力の消費
unit: 億kWh
source: 港の発電所

港,2020年,2024年
東の港,"１，１００",1830
西の港,-40,
```

後の段落。
"""
JAPANESE = (
    "棒グラフ「電力の消費」（単位：億kWh）。2020年は、東の港 1,100、西の港 −40。"
    "2024年は、東の港 1,830、西の港 データなし。"
)
ENGLISH = (
    "Bar chart, “Electricity used” (billion kWh). 2020: East 110, West −4. "
    "2024: East 183, West no data."
)
WORDS = {
    "電力の消費": "Electricity used",
    "港": "Port",
    "2020年": "2020",
    "2024年": "2024",
    "東の港": "East",
    "西の港": "West",
    "港の発電所": "The power station",
}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copy("ja", tmp_path_factory.mktemp("charts"))
    with_text(root, CHART)
    manifest = root / "newsletter.toml"
    sender = '\n[email]\nfrom = "港の灯 <light@example.org>"\n'
    manifest.write_text(manifest.read_text("utf-8") + sender, "utf-8")
    return root


def rendered(root: Path, format_: str) -> bytes:
    result = renderer(format_)(edition_of(root))
    assert [str(f) for f in result.findings if "by-hand" not in f.rule] == []
    return result.data


def test_a_pdf_holds_the_chart_as_vectors_with_its_words(root: Path) -> None:
    data = rendered(root, "pdf")
    with pdfplumber.open(BytesIO(data)) as document:
        # The brief stands before the last page, which has the editor's note.
        page = document.pages[-2]
        text = page.extract_text()
        assert page.images == []
        shapes = [*page.rects, *page.curves]
        red = pytest.approx((138 / 255, 43 / 255, 43 / 255), abs=0.01)
        assert len([shape for shape in shapes if shape["non_stroking_color"] == red]) >= 3
    for word in ("1,100", "1,830", "−40", "東の港", "2024年", "単位：億kWh", "出典：港の発電所"):
        assert word in text
    tags = read_tags(data)
    assert tags.problems == []
    assert JAPANESE in [figure.attributes["/Alt"] for figure in tags.of("Figure")]


def test_a_web_page_draws_it_in_the_colours_of_the_page(root: Path) -> None:
    page = BeautifulSoup(rendered(root, "html"), "html.parser")
    figure = page.select_one("figure.chart")
    assert figure is not None
    assert figure.figcaption is not None
    assert figure.figcaption.get_text() == "電力の消費 単位：億kWh"
    assert [p.get_text() for p in figure.find_all("p")] == ["出典：港の発電所"]
    wide, narrow = figure.find_all("svg")
    for svg in (wide, narrow):
        assert (svg["role"], svg["aria-label"]) == ("img", JAPANESE)
        assert "1,830" in [text.get_text() for text in svg.find_all("text")]
        paints = {str(each["style"]) for each in svg.find_all(style=True)}
        assert "fill:var(--chart-1)" in paints
        assert all(re.fullmatch(r"(fill|stroke):var\(--[\w-]+\)", paint) for paint in paints)
        assert svg.find_all(id=True) == []
        assert "#" not in str(svg)
    assert str(wide["viewbox"]).split()[2] > str(narrow["viewbox"]).split()[2]


def test_an_e_book_holds_outlines(root: Path) -> None:
    with zipfile.ZipFile(BytesIO(rendered(root, "epub"))) as book:
        (name,) = [name for name in book.namelist() if name.endswith(".svg")]
        svg = etree.fromstring(book.read(name))
        pages = [book.read(n).decode() for n in book.namelist() if n.endswith(".xhtml")]
        package = book.read("EPUB/package.opf").decode()
    assert {element.tag for element in svg.iter()} == {f"{SVG}svg", f"{SVG}path"}
    assert 'media-type="image/svg+xml"' in package
    (page,) = [page for page in pages if Path(name).name in page]
    assert f'alt="{JAPANESE}"' in page


def test_a_mail_shows_twice_the_pixels_and_its_text_a_table(root: Path) -> None:
    message = message_from_bytes(rendered(root, "eml"), policy=default)
    assert isinstance(message, EmailMessage)
    pictures = [p for p in message.walk() if str(p.get_filename()).startswith("chart-")]
    (picture,) = pictures
    with Image.open(BytesIO(picture.get_content())) as image:
        assert image.format == "PNG"
        assert image.width == 2 * 560
        height = image.height
    html = message.get_body(("html",))
    assert html is not None
    page = BeautifulSoup(html.get_content(), "html.parser")
    (img,) = [img for img in page.find_all("img") if img["alt"] == JAPANESE]
    assert img["width"] == "560"
    assert int(str(img["height"])) == pytest.approx(height / 2, abs=1)
    text = message.get_body(("plain",))
    assert text is not None
    assert re.search(r"東の港 +1,100 +1,830\r?\n", text.get_content())


def test_a_word_file_has_a_picture_with_a_description(root: Path) -> None:
    document = Document(BytesIO(rendered(root, "docx")))
    paragraphs = document.paragraphs
    (place,) = [n for n, p in enumerate(paragraphs) if p.text.startswith("電力の消費")]
    head, figure, credit = paragraphs[place : place + 3]
    assert [p.style and p.style.name for p in (head, figure, credit)] == [
        "Caption",
        "Figure",
        "Caption",
    ]
    assert (head.text, credit.text) == ("電力の消費\u2002単位：億kWh", "出典：港の発電所")
    (properties,) = figure._p.xpath(".//wp:docPr")
    assert properties.get("descr") == JAPANESE
    (relation,) = figure._p.xpath(".//a:blip/@r:embed")
    blob = document.part.related_parts[relation].blob
    (extent,) = figure._p.xpath(".//wp:extent")
    inches = int(extent.get("cx")) / 914400
    with Image.open(BytesIO(blob)) as image:
        assert image.format == "PNG"
        assert image.width / inches == pytest.approx(2 * 96, abs=1)
        assert int(extent.get("cx")) / int(extent.get("cy")) == pytest.approx(
            image.width / image.height, rel=0.01
        )


def test_texts_to_paste_hold_a_table(root: Path) -> None:
    assert (
        "電力の消費（単位：億kWh）\n"
        "\n"
        "| 港     | 2020年 |     2024年 |\n"
        "| ------ | -----: | ---------: |\n"
        "| 東の港 |  1,100 |      1,830 |\n"
        "| 西の港 |    −40 | データなし |\n"
        "\n"
        "出典：港の発電所\n"
    ) in rendered(root, "md").decode()


def test_both_languages_stand_side_by_side(root: Path) -> None:
    publication = read_publication(root)
    written = read_issue(publication, SLUG)
    english = translated(written, WORDS, "en", drafts={"西の港"})
    edition = pair(prepare(publication, written), prepare(publication, english))
    page = BeautifulSoup(renderer("html")(edition).data, "html.parser")
    charts = page.select("figure.chart svg")
    assert [svg["aria-label"] for svg in charts] == [JAPANESE, ENGLISH]
    cells = [svg.find_parent(class_="cell") for svg in charts]
    assert [cell["lang"] for cell in cells if cell] == ["ja", "en"]
    assert [cell.select_one(".draft") is not None for cell in cells if cell] == [False, True]
    words = Document(BytesIO(renderer("docx")(edition).data)).element.body
    described = [each.get("descr") for each in words.xpath(".//wp:docPr")]
    assert [text for text in described if text in (JAPANESE, ENGLISH)] == [JAPANESE, ENGLISH]


def test_a_chart_that_cannot_be_drawn_names_its_line(tmp_path: Path) -> None:
    root = copy("ja", tmp_path)
    path = with_text(root, CHART.replace("1830", "約1830"))
    with pytest.raises(ContentError, match="約1830") as raised:
        edition_of(root)
    assert (raised.value.path, raised.value.line) == (path, 11)


def test_a_theme_of_ones_own_needs_colours_for_charts(tmp_path: Path) -> None:
    root = copy("ja", tmp_path)
    with_text(root, CHART)
    theme = root / "templates" / "themes" / "classic.css"
    theme.parent.mkdir(parents=True)
    own = (Path("templates") / "themes" / "classic.css").read_text("utf-8")
    theme.write_text(own.replace("--chart-1: #8a2b2b;", ""), "utf-8")
    with pytest.raises(ContentError, match="needs --chart-1 in html, for charts") as raised:
        renderer("html")(edition_of(root))
    assert raised.value.path == theme
    theme.write_text(own.replace("--chart-1: #8a2b2b;", "--chart-1: #123456;"), "utf-8")
    page = renderer("html")(edition_of(root)).data.decode()
    assert "--chart-1: #123456" in page
