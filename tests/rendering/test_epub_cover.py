"""The cover that an e-book is given where its issue has no cover picture.

That EPUBCheck has nothing against it is seen in ``test_epub.py``, whose books have one.
"""

import re
import shutil
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from PIL import Image

from tests.rendering.pages import DATA, LANGUAGES, SLUG, THEMES, copy, edition_of
from tests.rendering.test_cover import with_cover
from toolkit.errors import ContentError
from toolkit.rendering import epub
from toolkit.rendering.body import phrases
from toolkit.rendering.cover import WIDTH, draw_cover
from toolkit.rendering.edition import Edition
from toolkit.rendering.lettering import in_pixels

OPF = {"opf": "http://www.idpf.org/2007/opf"}
LONG = {
    "ja": "データセンターの電気はどこから来て、だれが払うのか。港町から見た十年と、これから",
    "en": "Where the Electricity of Data Centers Comes From, and Who Will Pay for It in the End",
}
HEIGHT = WIDTH * 3 // 2
MARGIN = WIDTH // 12
BELOW, BOTTOM = HEIGHT // 3, HEIGHT - HEIGHT // 60
"""Where the coloured bands end and begin."""


def cover_of(data: bytes) -> tuple[str, Image.Image]:
    """The media type of the cover in an e-book, and the picture."""
    with zipfile.ZipFile(BytesIO(data)) as book:
        package = etree.fromstring(book.read("EPUB/package.opf"))
        (item,) = package.xpath("//opf:item[@properties='cover-image']", namespaces=OPF)
        (old,) = package.xpath("//opf:meta[@name='cover']/@content", namespaces=OPF)
        assert old == item.get("id")
        with Image.open(BytesIO(book.read(f"EPUB/{item.get('href')}"))) as image:
            return item.get("media-type"), image.convert("RGB")


def is_paper(image: Image.Image, left: int, right: int) -> bool:
    """Whether a strip between the bands is white."""
    strip = image.crop((left, BELOW, right, BOTTOM))
    return strip.getcolors(1 << 24) == [((right - left) * (BOTTOM - BELOW), (255, 255, 255))]


def texts(edition: Edition) -> list[Any]:
    return list(etree.fromstring(draw_cover(edition).data).iter("{*}text"))


def joined(lines: list[Any]) -> str:
    return re.sub(r"\s", "", "".join(line.text for line in lines))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_says_what_the_issue_is(language: str, theme: str) -> None:
    edition = edition_of(DATA / language, theme)
    said = joined(texts(edition))
    for text in (edition.name, edition.number, edition.date, edition.plain_title, edition.tagline):
        assert re.sub(r"\s", "", text) in said


def test_says_the_statement_where_there_is_one(tmp_path: Path) -> None:
    statement = "「港は、荷より先に人の話を積む」"
    edition = edition_of(with_cover(copy("ja", tmp_path), f'cover = "{statement}"'))
    assert statement in joined(texts(edition))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_long_title_stays_within_the_margins(language: str) -> None:
    """As drawn: nothing but paper at the sides, below the coloured band."""
    edition = edition_of(DATA / language, title=LONG[language], lead=LONG[language] * 5)
    with Image.open(BytesIO(in_pixels(draw_cover(edition), WIDTH).data)) as image:
        assert image.size == (WIDTH, HEIGHT)
        picture = image.convert("RGB")
    assert is_paper(picture, 0, MARGIN)
    assert is_paper(picture, WIDTH - MARGIN, WIDTH)
    assert not is_paper(picture, MARGIN, WIDTH - MARGIN)


def test_a_japanese_title_breaks_between_phrases() -> None:
    edition = edition_of(DATA / "ja", title=LONG["ja"])
    sizes = {line.get("font-size") for line in texts(edition)}
    (title,) = [
        lines
        for size in sizes
        if joined(lines := [line for line in texts(edition) if line.get("font-size") == size])
        == LONG["ja"]
    ]
    assert len(title) > 2
    ends = {len("".join(phrases(LONG["ja"])[:count])) for count in range(len(phrases(LONG["ja"])))}
    taken = 0
    for line in title[:-1]:
        taken += len(line.text)
        assert taken in ends, line.text


def test_a_word_longer_than_the_cover_is_broken() -> None:
    edition = edition_of(DATA / "ja", title="電" * 60)
    assert "電" * 30 in joined(texts(edition))
    with Image.open(BytesIO(in_pixels(draw_cover(edition), WIDTH).data)) as image:
        assert is_paper(image.convert("RGB"), WIDTH - MARGIN, WIDTH)


def test_is_in_the_book_and_in_none_of_its_pages() -> None:
    data = epub.render(edition_of(DATA / "ja")).data
    mime, image = cover_of(data)
    assert (mime, image.size) == ("image/png", (WIDTH, HEIGHT))
    with zipfile.ZipFile(BytesIO(data)) as book:
        pages = [book.read(name) for name in book.namelist() if name.endswith(".xhtml")]
    assert not any(b"media/cover.png" in page for page in pages)


def test_a_picture_of_the_issue_stays_the_cover(tmp_path: Path) -> None:
    root = with_cover(copy("ja", tmp_path), "cover = '![船](cost.png)'")
    mime, image = cover_of(epub.render(edition_of(root)).data)
    with Image.open(root / "issues" / SLUG / "cost.png") as own:
        assert (mime, image.size) == ("image/png", own.size)


def test_a_drawing_on_the_cover_is_on_its_page_and_the_shelf_shows_pixels(tmp_path: Path) -> None:
    root = with_cover(copy("ja", tmp_path), "cover = '![道](diagram.svg)'")
    shutil.copy(DATA / "diagram.svg", root / "issues" / SLUG)
    data = epub.render(edition_of(root)).data
    assert cover_of(data)[0] == "image/png"
    with zipfile.ZipFile(BytesIO(data)) as book:
        page = etree.fromstring(book.read("EPUB/cover.xhtml"))
    (image,) = page.iter("{http://www.w3.org/1999/xhtml}img")
    assert image.get("src").endswith(".svg")


def test_a_publication_draws_its_own(tmp_path: Path) -> None:
    root = copy("ja", tmp_path)
    own = root / "templates" / "epub" / "cover.svg.j2"
    own.parent.mkdir(parents=True)
    own.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 150">'
        '<rect width="100" height="150" fill="#123456"/><title>{{ title }}</title></svg>',
        "utf-8",
    )
    _, image = cover_of(epub.render(edition_of(root)).data)
    assert image.size == (WIDTH, HEIGHT)
    assert image.getcolors() == [(WIDTH * HEIGHT, (0x12, 0x34, 0x56))]
    own.write_text('<svg viewBox="0 0 1 1"><image href="file:///etc/passwd"/></svg>', "utf-8")
    with pytest.raises(ContentError, match="shows file:///etc/passwd, another file") as raised:
        epub.render(edition_of(root))
    assert raised.value.path == own
