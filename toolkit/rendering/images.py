"""The pictures of an edition: found, checked and ready to embed, in every format the same.

A picture lies inside the publication, is named relative to its section's file and is
what it says it is: its content decides, not its name. Nothing is fetched.
"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it.token import Token

from toolkit.errors import ContentError
from toolkit.files import read_bytes

SIZE_LIMIT = 30 * 1024 * 1024
"""The largest picture file that is read, in bytes."""

PIXEL_LIMIT = 60_000_000
"""The most pixels a picture may have: a full-frame photograph has 24 to 60 million."""

MIME_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "GIF": "image/gif",
    "WEBP": "image/webp",
}

_UPRIGHT = 1
_ORIENTATION = 0x0112


@dataclass(frozen=True)
class Picture:
    """A picture that was read and decodes.

    Attributes:
        path: the file.
        mime: ``image/png``, ``image/jpeg``, ``image/gif`` or ``image/webp``.
        data: the file's bytes; of a photograph that a camera stored turned, those of the
            upright picture.
        width, height: in pixels, as it is seen.
    """

    path: Path
    mime: str
    data: bytes
    width: int
    height: int


def read_picture(source: str, base: Path, root: Path, section: Path, line: int) -> Picture:
    """Read the picture that a section names.

    Args:
        source: what Markdown gives as the image's source; may be percent-encoded.
        base: the folder that the source is relative to.
        root: the publication's folder, which no picture lies outside of.
        section: the section's file, for errors. ``line``: the line there, from 1.

    Raises:
        ContentError: a URL or a path out of the publication, no such file, too large, or
            no PNG, JPEG, GIF or WebP that decodes.
    """

    def fail(message: str) -> ContentError:
        return ContentError(message, section, line)

    path = _locate(source, base, root, fail_with=fail)
    name = unquote(source)
    try:
        data = read_bytes(path, SIZE_LIMIT)
    except ContentError as error:
        raise fail(f"the picture {name} {error.message}") from None

    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with _whole_pictures_only(), warnings.catch_warnings():
            # Pillow warns of large pictures; the limit here is ours and is an error.
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(data), formats=[*MIME_TYPES]) as image:
                kind = str(image.format)
                width, height = image.size
                if width * height > PIXEL_LIMIT:
                    raise fail(
                        f"the picture {name} has {width}×{height} pixels; "
                        f"scale it down to {PIXEL_LIMIT // 1_000_000} million or fewer"
                    )
                image.load()
                if image.getexif().get(_ORIENTATION, _UPRIGHT) != _UPRIGHT:
                    # Word ignores the turn that browsers apply: store what is seen.
                    upright = ImageOps.exif_transpose(image)
                    width, height = upright.size
                    stream = BytesIO()
                    upright.save(stream, kind, quality=92)
                    data = stream.getvalue()
    except UnidentifiedImageError:
        raise fail(f"{name} is no picture: use PNG, JPEG, GIF or WebP") from None
    except Image.DecompressionBombError:
        raise fail(f"the picture {name} has too many pixels; scale it down") from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise fail(f"the picture {name} is damaged ({error}); export it again") from None
    return Picture(path, MIME_TYPES[kind], data, width, height)


def as_png(picture: Picture) -> Picture:
    """The picture as PNG, which every reader and every mail program shows."""
    from PIL import Image

    stream = BytesIO()
    with Image.open(BytesIO(picture.data)) as image:
        image.save(stream, "PNG")
    return replace(picture, mime="image/png", data=stream.getvalue())


def image_line(inline: Token, image: Token) -> int:
    """The line of the section's file, from 1, that an image of an inline token stands on."""
    first = inline.map[0] + 1 if inline.map else 1
    source = unquote(str(image.attrs.get("src", "")))
    place = unquote(inline.content).find(source)
    return first + inline.content[: max(place, 0)].count("\n")


@contextmanager
def _whole_pictures_only() -> Iterator[None]:
    """Pillow as it comes: WeasyPrint, once imported, makes it take truncated pictures too."""
    from PIL import ImageFile

    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _locate(source: str, base: Path, root: Path, fail_with: Callable[[str], ContentError]) -> Path:
    try:
        parts = urlsplit(source)
        name = unquote(parts.path)
    except ValueError:
        raise fail_with(f"the picture {source} has a name that cannot be read") from None
    if parts.scheme or parts.netloc:
        raise fail_with(
            f"the picture {source} is a URL: nothing is fetched; save it in the publication "
            "and name the file"
        )
    if not name or any(ord(char) < 32 for char in name):
        raise fail_with("a picture needs the name of its file: ![what is seen](picture.png)")
    path = base / name
    if not path.resolve().is_relative_to(root.resolve()):
        raise fail_with(f"the picture {name} lies outside the publication: copy it into it")
    if not path.is_file():
        raise fail_with(f"there is no picture {name} in {base.name}/")
    return path
