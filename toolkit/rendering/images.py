"""The pictures of an edition: found, checked and ready to embed, in every format the same.

A picture lies inside the publication, is named relative to its section's file and is
what it says it is: its content decides, not its name. Nothing is fetched. What a reader does
not see does not go out: no place, no camera, no comment, no thumbnail. Colours are sRGB, which
is what every reader takes a picture without a profile for.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from markdown_it.token import Token

from toolkit.document.pictures import SIZE_LIMIT, over_limit, whole_pictures_only
from toolkit.document.svg import is_svg, read_svg
from toolkit.errors import ContentError
from toolkit.files import read_bytes
from toolkit.findings import Finding, Severity
from toolkit.rendering import containers
from toolkit.rendering.faces import Face

if TYPE_CHECKING:
    from PIL.Image import Image as Pixels

SCREEN = (1600, 3200)
"""The most pixels across and down on a screen: twice the widest column, of 800 CSS pixels."""

MIME_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "GIF": "image/gif",
    "WEBP": "image/webp",
}

DRAWING = "image/svg+xml"
"""A picture of lines and words rather than pixels: an SVG file, or a chart of the toolkit's own."""

KEPT = 32 * 1024 * 1024
"""Bytes of scaled pictures that are kept for the next edition, those used last."""

_kept: dict[tuple[bytes, tuple[int, int]], bytes] = {}
"""Them, by the original and the size in pixels, in the order of their use."""

QUALITY = 88
"""Of a JPEG or WebP that is written anew, from 1 to 100."""

_STORED = {"MPO": "JPEG"}
"""What holds a picture of another kind: phones put a second one behind a JPEG."""

_UPRIGHT = 1
_ORIENTATION = 0x0112
_HIDDEN = ("exif", "xmp", "XML:com.adobe.xmp", "Raw profile type exif", "photoshop", "comment")
"""What Pillow calls that which a picture says of itself; a PNG's texts come on top."""


@dataclass(frozen=True)
class Picture:
    """A picture that was read and decodes.

    Attributes:
        path: the file.
        mime: ``image/png``, ``image/jpeg``, ``image/gif``, ``image/webp`` or ``DRAWING``.
        data: the file's bytes; of one that a camera stored turned, that has other colours
            than sRGB or says more than is seen, those of the picture as it is seen; of a
            drawing what is safe of it.
        width, height: in pixels, as it is seen; of a drawing in those of CSS.
        notes: what an editor should know of it.
        faces: of a drawing whose words name fonts of the theme, these (see ``lettering``).
    """

    path: Path
    mime: str
    data: bytes
    width: int
    height: int
    notes: tuple[str, ...] = ()
    faces: tuple[Face, ...] = ()

    def findings(self, section: Path, line: int) -> tuple[Finding, ...]:
        """Its notes as findings at the place where a section shows it."""
        name = self.path.name
        return tuple(
            Finding(section, line, Severity.WARNING, "drawing", f"the drawing {name} {note}")
            for note in self.notes
        )


def read_picture(source: str, base: Path, root: Path, section: Path, line: int) -> Picture:
    """Read the picture that a section names.

    Args:
        source: what Markdown gives as the image's source; may be percent-encoded.
        base: the folder that the source is relative to.
        root: the publication's folder, which no picture lies outside of.
        section: the section's file, for errors. ``line``: the line there, from 1.

    Raises:
        ContentError: a URL or a path out of the publication, no such file, too large, or
            no PNG, JPEG, GIF or WebP that decodes, and no SVG that can be shown.
    """

    def fail(message: str) -> ContentError:
        return ContentError(message, section, line)

    path = _locate(source, base, root, fail_with=fail)
    name = unquote(source)
    if path.is_file() and (too_much := over_limit(size=path.stat().st_size)):
        raise fail(f"the picture {name} {too_much}")
    try:
        data = read_bytes(path, SIZE_LIMIT)
    except ContentError as error:
        raise fail(f"the picture {name} {error.message}") from None

    if is_svg(data):
        try:
            drawing = read_svg(data, _bare_bitmap)
        except ContentError as error:
            raise fail(f"the drawing {name} {error.message}") from None
        size = max(round(drawing.width), 1), max(round(drawing.height), 1)
        return Picture(path, DRAWING, drawing.data, *size, notes=drawing.notes)

    from PIL import Image, UnidentifiedImageError

    try:
        with whole_pictures_only(), warnings.catch_warnings():
            # Pillow warns of large pictures; the limit here is ours and is an error.
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(data), formats=[*MIME_TYPES]) as image:
                kind = _STORED.get(str(image.format), str(image.format))
                width, height = image.size
                if too_much := over_limit(width=width, height=height):
                    raise fail(f"the picture {name} {too_much}")
                _see_that_it_decodes(image, data)
                says_more = kind != "GIF" and (
                    _says_more(image) or containers.says_more(data, kind)
                )
                if kind == "GIF":
                    data = containers.bare_gif(data)
                elif _moves(image):
                    data = _bare(image, kind) if says_more else data
                elif (seen := _as_seen(image)) is not image or says_more:
                    width, height = seen.size
                    data = _encoded(seen, kind)
    except UnidentifiedImageError:
        raise fail(f"{name} is no picture: use PNG, JPEG, GIF, WebP or SVG") from None
    except Image.DecompressionBombError:
        raise fail(f"the picture {name} has too many pixels; scale it down") from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise fail(f"the picture {name} is damaged ({error}); export it again") from None
    return Picture(path, MIME_TYPES[kind], data, width, height)


def scaled(picture: Picture, widest: int, highest: int) -> Picture:
    """The picture with at most so many pixels across and down, its proportions kept.

    None is made larger. One that moves stays as it is: it would stand still. An edition in
    another language or format often needs the same: what was scaled last is kept.
    """
    scale = min(widest / picture.width, highest / picture.height)
    if scale >= 1 or picture.mime == DRAWING:
        return picture
    size = max(round(picture.width * scale), 1), max(round(picture.height * scale), 1)
    key = sha256(picture.data).digest(), size
    data = _kept.pop(key, None) or _smaller(picture.data, size)
    if data is None:
        return picture
    _kept[key] = data
    while sum(map(len, _kept.values())) > KEPT:
        del _kept[next(iter(_kept))]
    return replace(picture, data=data, width=size[0], height=size[1])


def _smaller(data: bytes, size: tuple[int, int]) -> bytes | None:
    """A picture in so many pixels; None of one that moves."""
    from PIL import Image

    with Image.open(BytesIO(data)) as image:
        if _moves(image):
            return None
        # A photograph is read at the smallest size that still has two pixels for one.
        image.draft(None, (2 * size[0], 2 * size[1]))
        whole: Pixels = image
        if image.mode in ("P", "PA", "1") or "transparency" in image.info:
            # What has few colours has more of them once it is smaller.
            whole = image.convert("RGBA" if _is_clear(image) else "RGB")
        return _encoded(whole.resize(size, Image.Resampling.LANCZOS), str(image.format))


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


def _see_that_it_decodes(image: "Pixels", data: bytes) -> None:
    """Read a picture to its end, a photograph at an eighth of its size: all of its file is looked
    at, and most of the work is not done.
    """
    from PIL import Image

    if image.format == "JPEG":
        with Image.open(BytesIO(data), formats=["JPEG"]) as small:
            small.draft(None, (1, 1))
            small.load()
    else:
        image.load()


def _as_seen(image: "Pixels") -> "Pixels":
    """The picture upright and in sRGB or grey; itself where it is that already."""
    from PIL import ImageOps

    seen = image
    if image.getexif().get(_ORIENTATION, _UPRIGHT) != _UPRIGHT:
        # Word ignores the turn that browsers apply: store what is seen.
        seen = ImageOps.exif_transpose(seen)
    if seen.mode.startswith("I"):
        # Sixteen bits a pixel: Pillow would cut off all that is not black.
        seen = seen.convert("I").point(lambda value: value / 257).convert("L")
    if profile := image.info.get("icc_profile"):
        seen = _in_srgb(seen, profile)
    if seen.mode in ("CMYK", "YCbCr", "LAB", "HSV"):
        seen = seen.convert("RGB")
    return seen


def _in_srgb(image: "Pixels", profile: bytes) -> "Pixels":
    """A picture's colours by its profile; one that cannot be read says nothing."""
    from PIL import ImageCms

    if image.mode not in ("RGB", "RGBA", "CMYK"):
        return image
    try:
        own = ImageCms.ImageCmsProfile(BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(own).lower():
            return image
        mode = "RGB" if image.mode == "CMYK" else image.mode
        made = ImageCms.profileToProfile(
            image, own, ImageCms.createProfile("sRGB"), outputMode=mode
        )
    except (ImageCms.PyCMSError, OSError):
        return image
    return made or image


def _says_more(image: "Pixels") -> bool:
    """Whether the file says something of the picture that is not seen in it."""
    texts = getattr(image, "text", {})
    return bool(image.format in _STORED or texts or image.getexif()) or any(
        image.info.get(name) for name in (*_HIDDEN, "icc_profile")
    )


def _moves(image: "Pixels") -> bool:
    return image.format in ("GIF", "PNG", "WEBP") and getattr(image, "n_frames", 1) > 1


def _is_clear(image: "Pixels") -> bool:
    """Whether something of what lies below the picture is seen through it."""
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info


def _bare(image: "Pixels", kind: str) -> bytes:
    """A picture that moves, without what it says of itself; its frames are kept as they are."""
    stream = BytesIO()
    keep = {"lossless": True} if kind == "WEBP" else {}
    image.info = {name: value for name, value in image.info.items() if name not in _HIDDEN}
    image.save(stream, kind, save_all=True, exif=b"", **keep)
    return stream.getvalue()


def _encoded(image: "Pixels", kind: str) -> bytes:
    """A still picture as a file that says nothing but what is seen."""
    kept = ("transparency", "gamma", "dpi")
    image = image.copy()
    image.info = {name: value for name, value in image.info.items() if name in kept}
    stream = BytesIO()
    image.save(stream, kind, quality=QUALITY, exif=b"", icc_profile=None)
    return stream.getvalue()


def _bare_bitmap(data: bytes) -> tuple[str, bytes]:
    """A picture in pixels within a drawing, as one that stands for itself: still, upright, bare."""
    from PIL import Image, UnidentifiedImageError

    try:
        with whole_pictures_only(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(data), formats=[*MIME_TYPES]) as image:
                if too_much := over_limit(width=image.width, height=image.height):
                    raise ContentError(f"holds a picture that {too_much}")
                image.load()
                # Of GIF and WebP not every e-book reader knows both.
                kind = "JPEG" if image.format in ("JPEG", "MPO") else "PNG"
                if kind != image.format or _says_more(image) or containers.says_more(data, kind):
                    data = _encoded(_as_seen(image), kind)
    except (UnidentifiedImageError, Image.DecompressionBombError):
        raise ContentError(
            "holds a picture that is no PNG, JPEG, GIF or WebP: put in one of these"
        ) from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise ContentError(f"holds a picture that is damaged ({error})") from None
    return MIME_TYPES[kind], data


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
