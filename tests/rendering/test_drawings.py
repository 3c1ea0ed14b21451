"""Drawings (SVG) in every format: lines stay lines where they can, words are in our own fonts."""

import email
import email.policy
import shutil
import subprocess
import zipfile
from base64 import b64decode, b64encode
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pypdf
import pytest
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont
from lxml import etree
from PIL import Image, ImageChops

from tests.rendering.pages import DATA, SLUG, copy, edition_of, embedded_fonts, with_text
from tests.rendering.test_epub import EPUBCHECK
from toolkit.document.publication import Publication, read_publication
from toolkit.rendering import Rendered, renderer
from toolkit.rendering.images import Picture, read_picture
from toolkit.rendering.lettering import in_pixels, lettered, with_fonts

ALTERNATIVE, CAPTION, CREDIT = "発電所から街まで", "電気の流れ", "図：灯野みなと"
TEXT = f'# 道\n\n図を見てください。\n\n![{ALTERNATIVE}](diagram.svg "{CAPTION} | {CREDIT}")\n'
WIDTH, HEIGHT = 605, 246
"""160 mm in CSS pixels, and as high as the viewBox, of 640 to 260, makes it."""

with Image.open(DATA / "ja" / "issues" / SLUG / "cost.png") as photograph:
    PHOTOGRAPH = photograph.size
"""The other picture of the issue."""

SVG = "{http://www.w3.org/2000/svg}"
BLUR = '<filter id="f"><feGaussianBlur stdDeviation="2"/></filter><rect filter="url(#f)" '


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = copy("ja", tmp_path)
    manifest = root / "newsletter.toml"
    sender = '\n[email]\nfrom = "letters@example.org"\n'
    manifest.write_text(manifest.read_text("utf-8") + sender, "utf-8")
    path = with_text(root, TEXT, "side-story.md")
    shutil.copy(DATA / "diagram.svg", path.parent)
    return root


def render(root: Path, format_: str, theme: str = "classic") -> Rendered:
    rendered = renderer(format_)(edition_of(root, theme))
    assert [found for found in rendered.findings if found.rule == "drawing"] == []
    return rendered


def drawing(root: Path, inner: str, language: str = "ja") -> Picture:
    """A drawing of 200 × 50 as an edition shows it."""
    folder = root / "issues" / SLUG
    source = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 50">{inner}</svg>'
    (folder / "a.svg").write_text(source, "utf-8")
    picture = read_picture("a.svg", folder, root, folder / "a.md", 1)
    return lettered(picture, publication(root), language)


def publication(root: Path) -> Publication:
    return read_publication(root)


def pixels(picture: Picture, width: int = 400) -> Image.Image:
    with Image.open(BytesIO(in_pixels(picture, width).data)) as image:
        return image.convert("RGB")


def pictures(reader: pypdf.PdfReader) -> set[tuple[int, int]]:
    """How large the pictures in pixels are; each page names those of all."""
    found = [image.image for page in reader.pages for image in page.images]
    return {image.size for image in found if image}


def is_drawn(image: Image.Image) -> bool:
    """Whether black, red and a gradient's yellow are there, on white."""
    data = image.convert("RGB").tobytes()
    colours = set(zip(data[::3], data[1::3], data[2::3], strict=True))
    return {(255, 255, 255), (0, 0, 0), (192, 57, 43)} <= colours and any(
        red > 240 and 190 < green < 215 and 90 < blue < 125 for red, green, blue in colours
    )


@pytest.mark.parametrize("theme", ["classic", "modern"])
def test_pdf_has_its_lines_and_words(root: Path, theme: str) -> None:
    reader = pypdf.PdfReader(BytesIO(render(root, "pdf", theme).data))
    (page,) = [page for page in reader.pages if "Plant" in page.extract_text()]
    text = page.extract_text()
    for words in ("発電所", "275 kV → 66 kV", "Town", "figures of 2025", CAPTION, CREDIT):
        assert words in text
    assert "hidden" not in text
    assert pictures(reader) == {PHOTOGRAPH}
    assert all(embedded_fonts(reader).values())
    ours = ("BIZ-UDPGothic", "BIZ-UDGothic", "BIZ-UDPMincho", "Charis", "Inter")
    for name in embedded_fonts(reader):
        assert any(our in name for our in ours), name


def test_html_shows_it_as_a_picture_that_brings_its_letters(root: Path) -> None:
    page = BeautifulSoup(render(root, "html").data, "html.parser")
    (image,) = page.find_all("img", alt=ALTERNATIVE)
    assert (image["width"], image["height"]) == (str(WIDTH), str(HEIGHT))
    figure = image.find_parent("figure")
    assert figure is not None
    assert CAPTION in figure.get_text()
    assert CREDIT in figure.get_text()
    kind, _, data = str(image["src"]).partition(",")
    assert kind == "data:image/svg+xml;base64"
    root_ = etree.fromstring(b64decode(data))
    (style,) = root_.iter(f"{SVG}style")
    fonts = [part.partition(")")[0] for part in style.text.split("base64,")[1:]]
    assert len(fonts) == 2  # regular and bold
    for font in fonts:
        known = TTFont(BytesIO(b64decode(font))).getBestCmap()
        assert ord("発") in known or ord("街") in known
    assert "hidden" not in "".join(root_.itertext())


def test_epub_holds_it_as_a_file_of_its_own(root: Path, tmp_path: Path) -> None:
    data = render(root, "epub").data
    with zipfile.ZipFile(BytesIO(data)) as book:
        (name,) = [name for name in book.namelist() if name.endswith(".svg")]
        package = book.read("EPUB/package.opf").decode()
        made = etree.fromstring(book.read(name))
        (page,) = [
            etree.fromstring(book.read(name))
            for name in book.namelist()
            if name.endswith("side-story-1.xhtml")
        ]
    assert f'href="{name.removeprefix("EPUB/")}" media-type="image/svg+xml"' in package
    allowed = {"svg", "style", "defs", "marker", "linearGradient", "stop", "g", "use"}
    allowed |= {"path", "line", "rect", "text", "tspan"}
    assert {etree.QName(each).localname for each in made.iter()} <= allowed
    (image,) = page.iter("{http://www.w3.org/1999/xhtml}img")
    assert image.get("alt") == ALTERNATIVE
    if not EPUBCHECK.is_file() or shutil.which("java") is None:
        pytest.skip("EPUBCheck is not installed")
    path = tmp_path / "a.epub"
    path.write_bytes(data)
    command = ["java", "-jar", str(EPUBCHECK), "--failonwarnings", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_word_shows_it_in_twice_the_pixels(root: Path) -> None:
    document = docx.Document(BytesIO(render(root, "docx").data))
    (shape,) = [
        shape for shape in document.inline_shapes if shape._inline.docPr.get("descr") == ALTERNATIVE
    ]
    relation = shape._inline.graphic.graphicData.pic.blipFill.blip.embed
    part: Any = document.part.related_parts[relation]
    assert part.content_type == "image/png"
    with Image.open(BytesIO(part.blob)) as image:
        assert image.width == pytest.approx(2 * shape.width / 9525, abs=1)
        assert image.width / image.height == pytest.approx(640 / 260, rel=0.01)
        assert is_drawn(image)


def test_mail_shows_it_in_twice_the_pixels(root: Path) -> None:
    message = email.message_from_bytes(render(root, "eml").data, policy=email.policy.default)
    (part,) = [part for part in message.walk() if part.get_filename() == "diagram.png"]
    with Image.open(BytesIO(part.get_content())) as image:
        body = message.get_body(("html",))
        assert body is not None
        (shown,) = BeautifulSoup(body.get_content(), "html.parser").find_all("img", alt=ALTERNATIVE)
        assert image.format == "PNG"
        assert image.width == 2 * int(str(shown["width"]))
        assert is_drawn(image)


def test_what_weasyprint_cannot_draw_is_pixels_in_a_pdf(root: Path) -> None:
    drawing(root, f'{BLUR}width="100" height="20" fill="navy"/>')
    with_text(root, "# 道\n\n![霞](a.svg)\n", "side-story.md")
    reader = pypdf.PdfReader(BytesIO(render(root, "pdf").data))
    assert pictures(reader) == {PHOTOGRAPH, (625, 157)}  # 200 × 50 at 300 to an inch


def test_a_gradient_is_seen_in_every_reader(root: Path, tmp_path: Path) -> None:
    """Poppler shows none whose tile is as large as its shape."""
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm is not installed")
    (tmp_path / "a.pdf").write_bytes(render(root, "pdf").data)
    command = ["pdftoppm", "-r", "96", "-png", "a.pdf", "page"]
    subprocess.run(command, cwd=tmp_path, check=True)
    drawn = []
    for path in tmp_path.glob("page*.png"):
        with Image.open(path) as image:
            drawn.append(is_drawn(image))
    assert any(drawn)


class TestLetters:
    def test_a_font_of_another_machine_is_one_of_ours(self, root: Path) -> None:
        def text(family: str) -> Image.Image:
            return pixels(drawing(root, f'<text y="30" {family}>港の灯 Lamp</text>'))

        ours = text('font-family="BIZ UDPGothic"')
        assert ours.getbbox() is not None
        for family in ("", 'font-family="Hiragino Sans, Arial"', 'font-family="monospace"'):
            assert ImageChops.difference(ours, text(family)).getbbox() is None

    def test_a_font_of_the_theme_may_be_chosen(self, root: Path) -> None:
        chosen = drawing(root, '<text y="30" font-family="Charis SIL">Lamp</text>')
        other = drawing(root, '<text y="30">Lamp</text>')
        assert b'font-family="Charis,BIZ UDPGothic,BIZ UDPMincho"' in chosen.data
        assert ImageChops.difference(pixels(chosen), pixels(other)).getbbox() is not None

    def test_a_text_in_two_scripts_stays_bold(self, root: Path) -> None:
        """In English Latin is set in one font and Japanese in another: both of them bold."""
        written = '<text y="30" font-weight="{}">{}</text>'
        for words in ("港", "Lamp"):
            both = [
                drawing(root, written.format(weight, words), "en") for weight in ("400", "bold")
            ]
            regular, bold = (
                sum(255 - value for value in pixels(each).convert("L").tobytes()) for each in both
            )
            assert bold > 1.1 * regular, words
        mixed = pixels(drawing(root, written.format("bold", "港 Lamp 灯"), "en"))
        alone = pixels(drawing(root, written.format("bold", "港"), "en"))
        # The first character is the same, whatever stands behind it.
        assert mixed.crop((0, 0, 30, 100)).tobytes() == alone.crop((0, 0, 30, 100)).tobytes()

    def test_words_stand_where_they_did_when_they_are_parted(self, root: Path) -> None:
        """A line that ends in the middle is as wide as its parts; none is lost."""
        whole = '<text x="100" y="30" text-anchor="middle">港 Lamp 灯</text>'
        box = ImageChops.invert(pixels(drawing(root, whole, "en"))).getbbox()
        assert box is not None
        left, right = box[0], 400 - box[2]
        assert left == pytest.approx(right, abs=6)
        assert right - left < 400

    def test_what_no_font_of_ours_has_is_told(self, root: Path) -> None:
        picture = drawing(root, "<text>港 한 \u200d</text>")
        (note,) = picture.notes
        assert note.startswith("writes 한 (U+D55C), which no font of the theme classic has")

    def test_a_drawing_without_words_carries_no_font(self, root: Path) -> None:
        picture = drawing(root, '<rect width="9" height="9"/>')
        assert with_fonts(picture).data == picture.data
        assert b"font-face" not in picture.data

    def test_the_same_drawing_is_the_same_bytes(self, root: Path) -> None:
        folder = root / "issues" / SLUG

        def made() -> tuple[bytes, bytes]:
            picture = read_picture("diagram.svg", folder, root, folder / "a.md", 1)
            picture = lettered(picture, publication(root), "ja")
            return with_fonts(picture).data, in_pixels(picture, 300).data

        assert made() == made()


def test_a_photograph_within_says_no_more_than_is_seen(root: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "secret camera"
    stream = BytesIO()
    Image.new("RGB", (16, 8), "red").save(stream, "JPEG", exif=exif, quality=95)
    href = f"data:image/jpeg;base64,{b64encode(stream.getvalue() + b'secret').decode()}"
    picture = drawing(root, f'<image href="{href}" width="200" height="50"/>')
    (image,) = etree.fromstring(picture.data).iter(f"{SVG}image")
    data = b64decode(image.get("{http://www.w3.org/1999/xlink}href").partition(",")[2])
    assert b"secret" not in data
    red, green, blue = pixels(picture).getpixel((200, 50))  # type: ignore[misc]
    assert (red > 240, green < 20, blue < 20) == (True, True, True)
