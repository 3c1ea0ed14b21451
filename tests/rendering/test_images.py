"""Pictures: what is taken, and the one line that says why something is not."""

import random
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zlib import crc32

import pytest
from markdown_it.token import Token
from PIL import Image, ImageChops, ImageCms, ImageFile, ImageStat
from PIL.PngImagePlugin import PngInfo

from toolkit.document import markdown, pictures
from toolkit.errors import ContentError
from toolkit.rendering import images
from toolkit.rendering.images import Picture, image_line, read_picture, scaled

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
        ("drawing.svg", "the drawing drawing.svg has no size"),
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
    with pytest.raises(ContentError, match="has 30000×3000 pixels: scale it down to 60 million"):
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
    monkeypatch.setattr(pictures, "SIZE_LIMIT", 10)
    (folder / "a.png").write_bytes(drawn("PNG"))
    with pytest.raises(ContentError, match="has 0 MB: save it smaller") as raised:
        read("a.png")
    assert raised.value.line == LINE


def test_the_line_of_an_image_within_a_paragraph() -> None:
    inline = markdown.parse("Text.\n\nA line,\nand ![one](a.png)\n![二](%E5%9B%B3.png)\n")[4]
    found: list[Token] = [child for child in inline.children or [] if child.type == "image"]
    assert [image_line(inline, image) for image in found] == [4, 5]


WITH_PLACE = Image.Exif()
WITH_PLACE[0x010F] = "A camera"
WITH_PLACE[0x8825] = {1: "N", 2: (35.0, 40.0, 52.0)}


def moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (40, 20), colour) for colour in ("red", "green", "blue")]
    stream = BytesIO()
    frames[0].save(stream, kind, save_all=True, append_images=frames[1:], duration=80)
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_tells_no_place_and_no_camera(
    read: Callable[[str], Picture], folder: Path, kind: str
) -> None:
    data = drawn(kind, (40, 30), exif=WITH_PLACE.tobytes(), xmp=b"<x:xmpmeta>Tokyo</x:xmpmeta>")
    assert b"A camera" in data
    (folder / "a").write_bytes(data)
    picture = read("a")
    assert b"A camera" not in picture.data
    assert b"Tokyo" not in picture.data
    with Image.open(BytesIO(picture.data)) as image:
        assert (image.format, image.size, dict(image.getexif())) == (kind, (40, 30), {})


def test_a_png_loses_its_comments(read: Callable[[str], Picture], folder: Path) -> None:
    comments = PngInfo()
    comments.add_text("Author", "Somebody at home")
    (folder / "a.png").write_bytes(drawn("PNG", pnginfo=comments))
    assert b"Somebody" not in read("a.png").data


def block(kind: str) -> bytes:
    """A picture with a block of some program's own in the middle of its file."""
    data = drawn(kind, (40, 30))
    own = b"the work of an editor!"
    size = len(own)
    if kind == "PNG":
        chunk = size.to_bytes(4) + b"prVW" + own + crc32(b"prVW" + own).to_bytes(4)
        return data[:33] + chunk + data[33:]
    if kind == "JPEG":
        return data[:2] + b"\xff\xe4" + (size + 2).to_bytes(2) + own + data[2:]
    if kind == "WEBP":
        data += b"EDIT" + size.to_bytes(4, "little") + own
        return data[:4] + (len(data) - 8).to_bytes(4, "little") + data[8:]
    after = data.index(b",")
    for label in (b"\xfe", b"\x01", b"\xff\x0bXMP DataXMP", b"\xff\x0bNETSCAPE2.0\3\1\0\0"):
        data = data[:after] + b"!" + label + bytes([size]) + own + b"\0" + data[after:]
    return data


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_what_a_program_keeps_in_a_picture_is_left_out(
    read: Callable[[str], Picture], folder: Path, kind: str
) -> None:
    data = block(kind)
    assert b"the work of an editor!" in data
    (folder / "a").write_bytes(data)
    with Image.open(folder / "a") as before:  # it is a picture, and one of this kind
        assert before.format == kind
        before.load()
        made = read("a").data
        assert b"the work of an editor!" not in made
        with Image.open(BytesIO(made)) as image:
            assert (image.format, image.size) == (kind, (40, 30))
            pixel = image.convert("RGB").getpixel((20, 15))
            assert isinstance(pixel, tuple)
            assert pixel == pytest.approx((0, 0, 128), abs=4)


def test_a_gif_that_moves_keeps_its_frames_byte_for_byte(
    read: Callable[[str], Picture], folder: Path
) -> None:
    stream = BytesIO()
    frames = [Image.new("P", (40, 20), number) for number in range(3)]
    for frame in frames:
        frame.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    frames[0].save(
        stream,
        "GIF",
        save_all=True,
        append_images=frames[1:],
        duration=[80, 90, 100],
        loop=0,
        comment=b"made by somebody at home",
    )
    data = stream.getvalue()
    assert b"somebody" in data
    (folder / "a.gif").write_bytes(data + b"what was cut off")
    made = read("a.gif").data
    assert b"somebody" not in made
    assert made.endswith(b";")
    assert len(made) < len(data)
    with Image.open(BytesIO(data)) as before, Image.open(BytesIO(made)) as after:
        assert (before.n_frames, after.n_frames) == (3, 3)  # type: ignore[attr-defined]
        assert after.info["loop"] == 0
        for number in range(3):
            before.seek(number)
            after.seek(number)
            assert after.info["duration"] == before.info["duration"]
            assert after.convert("RGB").tobytes() == before.convert("RGB").tobytes()


def test_a_gif_that_forgets_its_end_is_given_one(
    read: Callable[[str], Picture], folder: Path
) -> None:
    data = drawn("GIF", (40, 30))
    (folder / "a.gif").write_bytes(data.removesuffix(b";"))
    assert read("a.gif").data == data


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_what_stands_behind_a_picture_in_its_file_is_left_out(
    read: Callable[[str], Picture], folder: Path, kind: str
) -> None:
    """As of screenshots that were cut, and of photographs with a film."""
    data = drawn(kind, (40, 30))
    (folder / "a").write_bytes(data)
    assert read("a").data == data
    (folder / "a").write_bytes(data + b"what was cut off" + data[-12:])
    assert b"what was cut off" not in read("a").data


def test_the_second_picture_behind_a_phones_jpeg_is_left_out(
    read: Callable[[str], Picture], folder: Path
) -> None:
    stream = BytesIO()
    first, second = (Image.new("RGB", (64, 48), colour) for colour in ("navy", "red"))
    first.save(stream, "MPO", save_all=True, append_images=[second])
    (folder / "a.jpg").write_bytes(stream.getvalue())
    picture = read("a.jpg")
    assert picture.mime == "image/jpeg"
    assert len(picture.data) < len(stream.getvalue())


def test_colours_for_print_become_those_of_screens(
    read: Callable[[str], Picture], folder: Path
) -> None:
    stream = BytesIO()
    Image.new("CMYK", (20, 20), (0, 255, 255, 0)).save(stream, "JPEG")
    (folder / "a.jpg").write_bytes(stream.getvalue())
    with Image.open(BytesIO(read("a.jpg").data)) as image:
        assert image.mode == "RGB"
        pixel = image.getpixel((10, 10))
        assert isinstance(pixel, tuple)
        assert pixel[0] > 200
        assert max(pixel[1:]) < 60


def test_colours_follow_their_profile(read: Callable[[str], Picture], folder: Path) -> None:
    # A profile of our own: that of sRGB, with red and blue exchanged.
    swapped = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = swapped.index(b"rXYZ"), swapped.index(b"bXYZ")
    swapped[red : red + 4], swapped[blue : blue + 4] = b"bXYZ", b"rXYZ"
    name = "sRGB".encode("utf-16-be")
    profile = bytes(swapped).replace(name, "swap".encode("utf-16-be"))
    (folder / "a.png").write_bytes(drawn("PNG", icc_profile=profile))  # navy: (0, 0, 128)
    with Image.open(BytesIO(read("a.png").data)) as image:
        assert "icc_profile" not in image.info
        pixel = image.getpixel((0, 0))
        assert isinstance(pixel, tuple)
        assert pixel[0] > 100
        assert pixel[2] < 20


def test_sixteen_bits_of_grey_stay_grey(read: Callable[[str], Picture], folder: Path) -> None:
    stream = BytesIO()
    Image.new("I;16", (4, 3), 0x8080).save(stream, "PNG")
    (folder / "a.png").write_bytes(stream.getvalue())
    with Image.open(BytesIO(read("a.png").data)) as image:
        assert image.getpixel((0, 0)) == 0x80


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_a_picture_that_moves_goes_on_moving(
    read: Callable[[str], Picture], folder: Path, kind: str
) -> None:
    (folder / "a").write_bytes(moving(kind))
    picture = read("a")
    assert scaled(picture, 10, 10) == picture
    with Image.open(BytesIO(picture.data)) as image:
        assert getattr(image, "n_frames", 1) == 3


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize(
    ("size", "most", "expected"),
    [
        ((400, 300), (200, 900), (200, 150)),
        ((400, 300), (900, 150), (200, 150)),
        ((400, 300), (400, 300), (400, 300)),
        ((40, 30), (400, 300), (40, 30)),
        ((3000, 2), (100, 100), (100, 1)),
    ],
)
def test_a_picture_is_scaled_down_and_never_up(
    kind: str, size: tuple[int, int], most: tuple[int, int], expected: tuple[int, int]
) -> None:
    whole = Picture(Path("a"), images.MIME_TYPES[kind], drawn(kind, size), *size)
    small = scaled(whole, *most)
    assert (small.width, small.height) == expected
    with Image.open(BytesIO(small.data)) as image:
        assert (image.format, image.size) == (kind, expected)
    assert scaled(whole, *most).data == small.data


def test_a_photograph_that_is_read_small_looks_as_if_it_were_read_whole() -> None:
    draw = random.Random(1)
    grain = Image.frombytes("L", (160, 100), draw.randbytes(160 * 100))
    stream = BytesIO()
    grain.resize((1600, 1000), Image.Resampling.BICUBIC).save(stream, "JPEG", quality=95)
    small = scaled(Picture(Path("a"), "image/jpeg", stream.getvalue(), 1600, 1000), 320, 200)
    with Image.open(stream) as whole, Image.open(BytesIO(small.data)) as image:
        expected = whole.convert("RGB").resize((320, 200), Image.Resampling.LANCZOS)
        differences = ImageStat.Stat(ImageChops.difference(image.convert("RGB"), expected))
    assert max(differences.mean) < 4  # of 255: the noise of a JPEG


def test_what_was_scaled_last_is_kept_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[int, int]] = []
    smaller = images._smaller

    def count(data: bytes, size: tuple[int, int]) -> bytes | None:
        made.append(size)
        return smaller(data, size)

    whole = Picture(Path("a"), "image/png", drawn("PNG", (400, 300)), 400, 300)
    monkeypatch.setattr(images, "_smaller", count)
    monkeypatch.setattr(images, "_kept", {})
    monkeypatch.setattr(images, "KEPT", 2 * len(scaled(whole, 200, 200).data))
    for most in (200, 199, 200, 198, 200, 199):
        scaled(whole, most, 200)
    assert [width for width, _ in made] == [200, 199, 198, 199]
    assert len(images._kept) == 2


def test_what_is_clear_stays_clear() -> None:
    stream = BytesIO()
    Image.new("RGBA", (40, 40), (200, 0, 0, 128)).save(stream, "PNG")
    small = scaled(Picture(Path("a"), "image/png", stream.getvalue(), 40, 40), 20, 20)
    with Image.open(BytesIO(small.data)) as image:
        pixel = image.getpixel((5, 5))
        assert isinstance(pixel, tuple)
        assert pixel[3] == 128
        assert pixel[0] > 195
