"""A large photograph in each format: as fine as a reader can see it, and no finer."""

import zipfile
from base64 import b64decode
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pytest
from bs4 import BeautifulSoup
from docx import Document
from PIL import Image

from tests.rendering.pages import SLUG, copy, edition_of, with_text
from toolkit.rendering import renderer

WIDTH, HEIGHT = 4000, 1000
TEXT_MM = 148
"""How wide the text of a Japanese page is: A4 between margins of 31 mm (print.css)."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copy("ja", tmp_path_factory.mktemp("photo"))
    with_text(root, "# 写真\n\n本文。\n\n![横長の写真](photo.jpg)\n")
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (35.0, 40.0, 52.0)}
    exif[0x010E] = "the garden behind our house"
    noise = Image.effect_noise((WIDTH, HEIGHT), 80).convert("RGB")
    noise.save(root / "issues" / SLUG / "photo.jpg", quality=95, exif=exif)
    return root


def rendered(root: Path, format_: str) -> bytes:
    data = renderer(format_)(edition_of(root)).data
    assert b"the garden" not in data
    return data


def widest(sizes: list[tuple[int, int]]) -> tuple[int, int]:
    return max(sizes)


def is_in_proportion(size: tuple[int, int]) -> bool:
    return abs(size[0] / size[1] - WIDTH / HEIGHT) < 0.02


def test_pdf_has_300_dots_an_inch(root: Path) -> None:
    reader = pypdf.PdfReader(BytesIO(rendered(root, "pdf")))
    drawn: list[Any] = [page["/Resources"] for page in reader.pages]
    images = [x.get_object() for page in drawn for x in page.get("/XObject", {}).values()]
    size = widest([(int(image["/Width"]), int(image["/Height"])) for image in images])
    assert is_in_proportion(size)
    assert size[0] == pytest.approx(300 * TEXT_MM / 25.4, abs=2)


def test_docx_has_220_dots_an_inch(root: Path) -> None:
    document = Document(BytesIO(rendered(root, "docx")))
    shape = min(document.inline_shapes, key=lambda shape: shape.height)
    images = [part for part in document.part.package.iter_parts() if "/media/" in part.partname]
    size = widest([Image.open(BytesIO(part.blob)).size for part in images])
    assert is_in_proportion(size)
    assert is_in_proportion((shape.width, shape.height))
    assert size[0] == pytest.approx(220 * shape.width.inches, abs=2)


def test_a_web_page_has_enough_for_fine_screens(root: Path) -> None:
    page = BeautifulSoup(rendered(root, "html"), "html.parser")
    sources = [str(image["src"]).partition(",")[2] for image in page.find_all("img")]
    size = widest([Image.open(BytesIO(b64decode(source))).size for source in sources])
    assert size == (1600, 400)


def test_an_e_book_has_enough_for_fine_screens(root: Path) -> None:
    with zipfile.ZipFile(BytesIO(rendered(root, "epub"))) as book:
        media = [book.read(name) for name in book.namelist() if name.endswith((".png", ".jpeg"))]
    assert widest([Image.open(BytesIO(data)).size for data in media]) == (1600, 400)
