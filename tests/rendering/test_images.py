"""Pictures: what is taken, and the one line that says why something is not."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zlib import crc32

import pytest
from markdown_it.token import Token
from PIL import Image, ImageFile

from toolkit.document import markdown
from toolkit.errors import ContentError
from toolkit.rendering import images
from toolkit.rendering.images import Picture, image_line, read_picture

LINE = 7


def drawn(kind: str, size: tuple[int, int] = (4, 3), **options: object) -> bytes:
    stream = BytesIO()
    Image.new("RGB", size, "navy").save(stream, kind, **options)
    return stream.getvalue()


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], Picture]:
    folder = tmp_path / "publication" / "issues" / "one"
    folder.mkdir(parents=True)
    root = tmp_path / "publication"
    return lambda source: read_picture(source, folder, root, folder / "text.md", LINE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "publication" / "issues" / "one"


@pytest.mark.parametrize(
    ("kind", "mime"),
    [
        ("PNG", "image/png"),
        ("JPEG", "image/jpeg"),
        ("GIF", "image/gif"),
        ("WEBP", "image/webp"),
    ],
)
def test_the_content_decides_what_a_picture_is(
    read: Callable[[str], Picture], folder: Path, kind: str, mime: str
) -> None:
    data = drawn(kind)
    (folder / "a.bin").write_bytes(data)
    assert read("a.bin") == Picture(folder / "a.bin", mime, data, 4, 3)


@pytest.mark.parametrize("source", ["図 1.png", "%E5%9B%B3%201.png", "./図%201.png"])
def test_a_name_may_be_percent_encoded(
    read: Callable[[str], Picture], folder: Path, source: str
) -> None:
    (folder / "図 1.png").write_bytes(drawn("PNG"))
    assert read(source).width == 4


def test_a_picture_may_be_shared_by_issues(read: Callable[[str], Picture], folder: Path) -> None:
    (folder.parents[1] / "logo.png").write_bytes(drawn("PNG"))
    assert read("../../logo.png").mime == "image/png"


def test_a_photograph_stands_upright(read: Callable[[str], Picture], folder: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    (folder / "a.jpg").write_bytes(drawn("JPEG", (8, 3), exif=exif))
    picture = read("a.jpg")
    assert (picture.width, picture.height) == (3, 8)
    with Image.open(BytesIO(picture.data)) as image:
        assert image.size == (3, 8)
        assert image.getexif().get(0x0112, 1) == 1


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("https://example.org/a.png", "is a URL"),
        ("//example.org/a.png", "is a URL"),
        ("data:image/png;base64,AAAA", "is a URL"),
        ("file:///etc/hostname", "is a URL"),
        ("http://[", "cannot be read"),
        ("../../../outside.png", "outside the publication"),
        ("/etc/hostname", "outside the publication"),
        ("link.png", "outside the publication"),
        ("", "needs the name of its file"),
        ("a%00.png", "needs the name of its file"),
        ("none.png", "there is no picture none.png in one/"),
        ("folder", "there is no picture folder"),
        ("text.png", "text.png is no picture"),
        ("drawing.svg", "drawing.svg is no picture"),
        ("empty.png", "empty.png is no picture"),
        ("cut.png", "is damaged"),
        ("cut.jpg", "is damaged"),
    ],
)
def test_what_is_no_picture_is_one_line(
    read: Callable[[str], Picture], folder: Path, source: str, message: str
) -> None:
    outside = folder.parents[2] / "outside.png"
    outside.write_bytes(drawn("PNG"))
    (folder / "link.png").symlink_to(outside)
    (folder / "folder").mkdir()
    (folder / "text.png").write_text("just words", "utf-8")
    (folder / "drawing.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", "utf-8")
    (folder / "empty.png").write_bytes(b"")
    (folder / "cut.png").write_bytes(drawn("PNG", (200, 200))[:-40])
    (folder / "cut.jpg").write_bytes(drawn("JPEG", (200, 200))[:-400])
    with pytest.raises(ContentError, match=message) as raised:
        read(source)
    assert (raised.value.path, raised.value.line) == (folder / "text.md", LINE)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_truncated_picture_is_damaged_whatever_weasyprint_thinks(
    read: Callable[[str], Picture], folder: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    (folder / "cut").write_bytes(drawn(kind, (200, 200))[:-400])
    with pytest.raises(ContentError, match="is damaged"):
        read("cut")
    assert ImageFile.LOAD_TRUNCATED_IMAGES


def test_a_picture_with_too_many_pixels(read: Callable[[str], Picture], folder: Path) -> None:
    stream = BytesIO()
    Image.new("1", (30_000, 3_000)).save(stream, "PNG")
    (folder / "a.png").write_bytes(stream.getvalue())
    with pytest.raises(ContentError, match="has 30000×3000 pixels; scale it down to 60 million"):
        read("a.png")


def test_a_picture_that_decompresses_without_end(
    read: Callable[[str], Picture], folder: Path
) -> None:
    data = bytearray(drawn("PNG"))
    data[16:24] = (100_000).to_bytes(4) + (100_000).to_bytes(4)
    data[29:33] = crc32(data[12:29]).to_bytes(4)
    (folder / "a.png").write_bytes(data)
    with pytest.raises(ContentError, match="has too many pixels"):
        read("a.png")


def test_a_picture_file_that_is_too_large(
    read: Callable[[str], Picture], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "SIZE_LIMIT", 10)
    (folder / "a.png").write_bytes(drawn("PNG"))
    with pytest.raises(ContentError, match="is too large") as raised:
        read("a.png")
    assert raised.value.line == LINE


def test_the_line_of_an_image_within_a_paragraph() -> None:
    inline = markdown.parse("Text.\n\nA line,\nand ![one](a.png)\n![二](%E5%9B%B3.png)\n")[4]
    found: list[Token] = [child for child in inline.children or [] if child.type == "image"]
    assert [image_line(inline, image) for image in found] == [4, 5]
