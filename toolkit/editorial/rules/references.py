"""Rules about what a text points to: links and pictures."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from toolkit.document.pictures import over_limit, whole_pictures_only
from toolkit.document.svg import LIMIT, Drawing, is_svg, read_svg
from toolkit.editorial.links import is_relative, target
from toolkit.editorial.prose import Prose
from toolkit.editorial.rules import Checked, Page, Place
from toolkit.errors import ContentError

_WEB = ("http://", "https://", "mailto:")


def links(checked: Checked) -> Iterator[Place]:
    """A link to a file that is not there, or to a place no reader can reach."""
    for page, piece, address, is_image in _addresses(checked):
        if is_image or address.startswith(("#", *_WEB)):
            continue
        problem = (
            _missing(checked, page, address)
            if is_relative(address)
            else "no reader can follow it: link to a web address or to a file of the publication"
        )
        if problem:
            message = f"the link to {_shown(address)}: {problem}"
            yield Place(page.path, _line(piece, address), message)


def images(checked: Checked) -> Iterator[Place]:
    """A picture that is not a file inside the publication, or that cannot be shown."""
    for page, piece, address, is_image in _addresses(checked):
        if not is_image:
            continue
        problem = (
            _missing(checked, page, address)
            if is_relative(address)
            else "a picture must be a file of the publication: save it there"
        )
        if problem:
            yield Place(page.path, _line(piece, address), f"the image {_shown(address)}: {problem}")
            continue
        try:
            if _drawing(page, address) is None and (problem := _broken(page, address)):
                message = f"the image {_shown(address)}: {problem}"
                yield Place(page.path, _line(piece, address), message)
        except ContentError as error:
            message = f"the drawing {_shown(address)} {error.message}"
            yield Place(page.path, _line(piece, address), message)


def drawings(checked: Checked) -> Iterator[Place]:
    """A drawing that is shown without something of it."""
    for page, piece, address, is_image in _addresses(checked):
        if not is_image or not is_relative(address) or _missing(checked, page, address):
            continue
        try:
            drawing = _drawing(page, address)
        except ContentError:
            continue  # that is for the rule above
        for note in drawing.notes if drawing else ():
            message = f"the drawing {_shown(address)} {note}"
            yield Place(page.path, _line(piece, address), message)


def alternative_text(checked: Checked) -> Iterator[Place]:
    """A picture without the words that stand for it where it cannot be seen."""
    for page, piece in checked.texts():
        for child in piece.inline.children or []:
            if child.type == "image" and not child.content.strip():
                address = str(child.attrs.get("src", ""))
                yield Place(
                    page.path,
                    _line(piece, address),
                    f"the image {_shown(address)} has no alternative text: "
                    "say in the brackets what it shows",
                )


def _addresses(checked: Checked) -> Iterator[tuple[Page, Prose, str, bool]]:
    for page, piece in checked.texts():
        for child in piece.inline.children or []:
            if child.type == "link_open":
                yield page, piece, str(child.attrs.get("href", "")), False
            elif child.type == "image":
                yield page, piece, str(child.attrs.get("src", "")), True


def _missing(checked: Checked, page: Page, address: str) -> str:
    """What is wrong with a relative address; empty where all is well."""
    root = checked.publication.root
    file = target(address, page.path.parent)
    try:
        if not file.resolve().is_relative_to(root):
            return "lies outside the publication: copy it in"
        if not file.exists():
            return "there is no such file"
    except (OSError, ValueError):  # too long for a name, or a null in it
        return "there is no such file"
    return ""


def _drawing(page: Page, address: str) -> Drawing | None:
    """The drawing at a relative address; None where another picture is."""
    file = target(address, page.path.parent)
    try:
        with file.open("rb") as opened:
            data = opened.read(LIMIT + 1)
    except OSError:
        return None  # a folder, or not for our eyes: the build says so
    return read_svg(data) if is_svg(data) else None


def _broken(page: Page, address: str) -> str:
    """What keeps a picture from being shown; empty where it can be, as far as is seen here."""
    from PIL import Image, UnidentifiedImageError

    file = target(address, page.path.parent)
    try:
        if too_much := over_limit(size=file.stat().st_size):
            return too_much
        with whole_pictures_only(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(file, formats=["PNG", "JPEG", "GIF", "WEBP"]) as image:
                if too_much := over_limit(width=image.width, height=image.height):
                    return too_much
                # A photograph is read at an eighth of its size: to its end all the same.
                image.draft(None, (1, 1))
                image.load()
    except UnidentifiedImageError:
        return "is no picture: use PNG, JPEG, GIF, WebP or SVG"
    except Image.DecompressionBombError:
        return "has too many pixels: scale it down"
    except (OSError, SyntaxError, ValueError, EOFError):
        return "cannot be read, or is damaged: export it again"
    return ""


def _line(piece: Prose, address: str) -> int:
    """The line on which an address stands; it may be written there in another way."""
    for written in (address, unquote(address)):
        place = piece.inline.content.find(written) if written else -1
        if place >= 0:
            return piece.line_at(place)
    return piece.line


def _shown(address: str) -> str:
    return Path(unquote(address)).as_posix() if is_relative(address) else address or "nowhere"
