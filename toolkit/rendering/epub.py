"""Edition → an e-book: EPUB 3.3 (W3C Recommendation, 2023), a page for each part.

The text is the web page's, taken apart: each part is an XHTML page of its own, and a link
leads to the page that now holds its target. No font comes along: a reader has those of its
languages, and its owner has chosen one.
"""

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any

from toolkit.document.pictures import SIZE_LIMIT
from toolkit.files import read_bytes
from toolkit.rendering import Rendered, theme, xml
from toolkit.rendering.cover import WIDTH, draw_cover
from toolkit.rendering.drawing import Ink, as_svg
from toolkit.rendering.edition import Edition
from toolkit.rendering.identity import identifier
from toolkit.rendering.images import (
    DRAWING,
    SCREEN,
    Picture,
    as_png,
    read_picture,
    scaled,
)
from toolkit.rendering.lettering import in_pixels, with_fonts
from toolkit.rendering.page import page_text
from toolkit.rendering.xml import Tree

FOLDER = "EPUB"
COVER, NAVIGATION, COLOPHON = "cover.xhtml", "nav.xhtml", "colophon.xhtml"
STYLE = "book.css"
COVER_IMAGE = "cover-image"

_FONT_TYPES = {".ttf": "font/ttf", ".otf": "font/otf", ".woff": "font/woff", ".woff2": "font/woff2"}
_XHTML = "{http://www.w3.org/1999/xhtml}"
_TYPE = "{http://www.idpf.org/2007/ops}type"
_NOTES = {"doc-endnotes": "endnotes", "doc-noteref": "noteref", "doc-backlink": "backlink"}
"""Roles of footnotes in the words of EPUB (Structural Semantics Vocabulary 1.1): a reader that
knows them shows a note where its mark is touched."""
_SVG = "{http://www.w3.org/2000/svg}svg"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True)
class _Item:
    """A file, as the package's manifest names it."""

    id: str
    href: str
    type: str
    data: bytes
    properties: str = ""

    @property
    def is_page(self) -> bool:
        return self.type == "application/xhtml+xml"


@dataclass
class _Shelf:
    """The files that pages and style sheet show, each once, in the order they first do."""

    items: dict[Path, _Item] = field(default_factory=dict)

    def add(self, path: Path, mime: str, data: bytes) -> str:
        if path not in self.items:
            number = len(self.items) + 1
            ending = mime.partition("/")[2].partition("+")[0]
            href = f"media/{number}.{ending}"
            self.items[path] = _Item(f"media-{number}", href, mime, data)
        return self.items[path].href

    def add_picture(self, picture: Picture) -> str:
        # EPUB has had WebP since 3.3; readers made before 2023 leave the place empty.
        shown = as_png(picture) if picture.mime == "image/webp" else picture
        shown = with_fonts(scaled(shown, *SCREEN))
        return self.add(picture.path, shown.mime, shown.data)

    def add_file(self, path: Path) -> str:
        mime = _FONT_TYPES.get(path.suffix.lower())
        if mime is None:
            return self.add_picture(read_picture(path.name, path.parent, path.parent, path, 1))
        return self.add(path, mime, read_bytes(path, SIZE_LIMIT))


def render(edition: Edition) -> Rendered:
    """The edition as an e-book.

    Raises:
        ContentError: a picture, a template or the style sheet of the publication is wrong.
    """
    publication = edition.publication
    shelf = _Shelf()
    text, findings = page_text(edition, shelf.add_picture, as_svg(Ink.OUTLINED))
    style = theme.style_sheet(publication, f"epub/{STYLE}", shelf.add_file)
    pages = dict(_pages(edition, text))
    _join(pages)
    items = [_page_item(name, tree) for name, tree in pages.items()]
    items += [_Item("style", STYLE, "text/css", style.encode())]
    items += _with_cover(shelf.items.values(), pages[COVER], edition)
    context = text | _about(edition, list(pages.values())) | {"items": items}
    package = xml.fill(edition.publication, "epub/package.opf.j2", context)
    files = {
        "META-INF/container.xml": xml.to_bytes(
            xml.fill(edition.publication, "epub/container.xml", {})
        ),
        f"{FOLDER}/package.opf": xml.to_bytes(package),
    }
    files |= {f"{FOLDER}/{item.href}": item.data for item in items}
    return Rendered(_pack(files), None, tuple(findings))


def _pages(edition: Edition, text: dict[str, Any]) -> Iterator[tuple[str, Tree]]:
    """The pages in reading order, each with its name in the book."""
    yield COVER, _page(edition, "cover", text)
    yield NAVIGATION, _page(edition, "nav", text)
    for part in text["parts"]:
        yield f"{part['id']}.xhtml", _page(edition, "part", text | {"part": part})
    yield COLOPHON, _page(edition, "colophon", text)


def _page(edition: Edition, name: str, context: Mapping[str, object]) -> Tree:
    """A page without what is for browsers and for paper only."""
    root = xml.fill(edition.publication, f"epub/{name}.xhtml.j2", context)
    for element in list(root.iter(f"{_XHTML}*")):
        if language := element.get("lang"):
            element.set(_XML_LANG, language)
        element.attrib.pop("data-bookmark", None)
        if kind := _NOTES.get(element.get("role", "")):
            element.set(_TYPE, kind)
        elif (
            element.tag == f"{_XHTML}li"
            and element.getparent().getparent().get(_TYPE) == "endnotes"
        ):
            element.set(_TYPE, "endnote")
        if _is_phrase(element) and _is_phrase(element.getprevious()):
            # The break is in the text: a phrase too long for a line may still be broken.
            if not element.getprevious().tail:
                element.addprevious(element.makeelement(f"{_XHTML}wbr"))
        elif element.tag == f"{_XHTML}rt":
            element.attrib.pop("style", None)
        elif element.tag == f"{_XHTML}div" and element.get("class") == "table":
            for attribute in ("role", "tabindex", "aria-labelledby"):
                element.attrib.pop(attribute, None)
    return root


def _is_phrase(element: Tree) -> bool:
    return element is not None and element.get("class") == "phrase"


def _join(pages: Mapping[str, Tree]) -> None:
    """Let each link within the edition lead to the page that holds its target."""
    places: dict[str, str] = {}
    for name, root in pages.items():
        for element in root.iter(f"{_XHTML}*"):
            if (target := element.get("id")) is not None:
                places.setdefault(target, name)
    for name, root in pages.items():
        for link in root.iter(f"{_XHTML}a"):
            target = str(link.get("href", ""))
            if target.startswith("#") and places.get(target[1:], name) != name:
                link.set("href", places[target[1:]] + target)


def _page_item(name: str, root: Tree) -> _Item:
    properties = ["nav"] if name == NAVIGATION else []
    if next(root.iter(_SVG), None) is not None:
        properties.append("svg")
    data = xml.to_bytes(root, "<!DOCTYPE html>")
    return _Item(
        name.removesuffix(".xhtml"), name, "application/xhtml+xml", data, " ".join(properties)
    )


def _with_cover(items: Iterable[_Item], page: Tree, edition: Edition) -> Iterator[_Item]:
    """The media, and among them what a shelf of books shows.

    That is the picture on the cover's page; where there is none, or a drawing, which few shelves
    show, the cover is drawn.
    """
    shown = next((image.get("src") for image in page.iter(f"{_XHTML}img")), None)
    has_picture = False
    for item in items:
        is_cover = item.href == shown and item.type != DRAWING
        has_picture = has_picture or is_cover
        yield replace(item, properties=COVER_IMAGE) if is_cover else item
    if not has_picture:
        drawn = in_pixels(draw_cover(edition), WIDTH)
        yield _Item(COVER_IMAGE, "media/cover.png", drawn.mime, drawn.data, COVER_IMAGE)


def _about(edition: Edition, pages: list[Tree]) -> dict[str, object]:
    """What the package document says beyond the text: who it is, and whom it serves.

    The words are those of the Schema.org Accessibility Properties vocabulary (W3C).
    """
    pictures = [image for root in pages for image in root.iter(f"{_XHTML}img", _SVG)]
    described = all(picture.get("alt") or picture.get("aria-label") for picture in pictures)
    features = [
        "tableOfContents",
        "readingOrder",
        "structuralNavigation",
        "displayTransformability",
    ]
    if pictures and described:
        features.append("alternativeText")
    if any(next(root.iter(f"{_XHTML}ruby"), None) is not None for root in pages):
        features.append("rubyAnnotations")
    moves = any(str(picture.get("src", "")).endswith(".gif") for picture in pictures)
    summary = "accessible-text"
    if pictures:
        summary = "accessible-pictures" if described else "accessible-some-pictures"
    return {
        "identifier": identifier(edition.publication, edition.issue.slug, edition.language),
        "issue_number": edition.issue.number,
        "access_modes": ["textual", "visual"] if pictures else ["textual"],
        "sufficient_modes": (["textual"] if described else []) or ["textual,visual"],
        "features": features,
        "hazard": "unknown" if moves else "none",
        "summary": edition.labels[summary],
    }


def _pack(files: Mapping[str, bytes]) -> bytes:
    """The container (EPUB 3.3, section 4): the type first and bare, the same bytes each time."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in {"mimetype": b"application/epub+zip", **files}.items():
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.create_system = 0
            stored = name == "mimetype"
            member.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(member, data)
    return packed.getvalue()
