"""Edition → PDF, set by WeasyPrint from the same document as the web page.

Tagged as PDF/UA-1 (ISO 14289-1:2014) unless another standard is asked for, with the fonts it
needs embedded as subsets. The same edition gives the same bytes: dates come from the issue.
"""

import atexit
import logging
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from toolkit.findings import Finding, Severity
from toolkit.rendering import Rendered
from toolkit.rendering.bilingual import BilingualEdition
from toolkit.rendering.bilingual_page import write_any_page
from toolkit.rendering.drawing import PIXELS_PER_INCH, Ink, as_svg
from toolkit.rendering.edition import Edition
from toolkit.rendering.fonts import missing_glyphs
from toolkit.rendering.images import DRAWING, Picture
from toolkit.rendering.lettering import draws_alike, in_pixels
from toolkit.rendering.typesetter import tagging, teach_weasyprint
from toolkit.rendering.typesetter.libraries import found_by_soname

RESOLUTION = 300
"""The most pixels to an inch that a picture has at the size it is printed in."""


def render(edition: Edition | BilingualEdition) -> Rendered:
    """The edition as a PDF.

    Raises:
        ContentError: a picture, a template or a style sheet of the publication is wrong.
    """
    with found_by_soname():
        from weasyprint import HTML

    files: set[str] = set()
    pictures: dict[str, Picture] = {}

    def embed_file(path: Path) -> str:
        url = path.resolve().as_uri()
        files.add(url)
        return url

    def embed_picture(picture: Picture) -> str:
        if picture.mime == DRAWING and not draws_alike(picture):
            picture = in_pixels(picture, picture.width * RESOLUTION // PIXELS_PER_INCH)
        url = f"picture:{sha256(picture.data).hexdigest()}"
        pictures[url] = picture
        return url

    page, findings = write_any_page(edition, "print", embed_file, embed_picture, as_svg(Ink.FIXED))
    teach_weasyprint()
    with _warnings() as warnings:
        fetcher = _fetcher(frozenset(files), pictures)
        document = HTML(string=page, url_fetcher=fetcher).render(
            font_config=_font_configuration(), dpi=RESOLUTION
        )
        data = document.write_pdf(
            finisher=tagging.finisher(_titles(edition)),
            pdf_variant=edition.publication.pdf_variant,
        )
    missing = missing_glyphs(edition)
    findings += [
        Finding(edition.issue.path, 0, Severity.WARNING, "pdf", message)
        for message in dict.fromkeys(warnings)
        if not _repeats(message, missing)
    ]
    return Rendered(data, len(document.pages), (*findings, *missing))


def _titles(edition: Edition | BilingualEdition) -> dict[str, str]:
    """Where a link within the edition may lead, in plain words by the ids: headings, footnotes
    and their marks.
    """
    if isinstance(edition, BilingualEdition):
        first, second = edition.sides
        notes = _note_titles(first, f"-{first.language}") | _note_titles(
            second, f"-{second.language}"
        )
        return _titles(first) | notes
    separator = edition.labels["label-separator"]
    headings = {heading.id: heading.text(separator) for heading in edition.headings()}
    return headings | _note_titles(edition)


def _note_titles(edition: Edition, suffix: str = "") -> dict[str, str]:
    titles = {}
    for note in edition.notes():
        titles[note.id + suffix] = edition.labels.fill("note", number=note.number)
        back = edition.labels.fill("note-back", number=note.number)
        titles |= {mark + suffix: back for mark in note.mark_ids}
    return titles


def _repeats(message: str, missing: tuple[Finding, ...]) -> bool:
    """Whether WeasyPrint complains of a character that has a finding, with its place, already."""
    char = re.search(r"\.notdef glyph .*(\(U\+[0-9A-F]+)", message)
    return char is not None and any(f"{char[1]} " in finding.message for finding in missing)


@cache
def _font_configuration() -> Any:
    """One for the whole process: reading fontconfig's files again costs for every document."""
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    atexit.register(_take_away, fonts)
    return fonts


def _take_away(fonts: Any) -> None:
    """Delete the copies of fonts that WeasyPrint made, before Python falls apart around it."""
    if fonts._folder:
        shutil.rmtree(fonts._folder, ignore_errors=True)
        fonts._folder = None


def _fetcher(files: frozenset[str], pictures: dict[str, Picture]) -> Any:
    """What WeasyPrint may load: the files that the styles name, and pictures already read."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Fetcher(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            if picture := pictures.get(url):
                # Told of no kind, it tries every kind of picture on a drawing.
                return URLFetcherResponse(url, picture.data, {"Content-Type": picture.mime})
            if url not in files:
                raise ValueError("nothing is loaded but the theme and the pictures of the issue")
            return super().fetch(url, headers)

    return Fetcher(allowed_protocols=("file",), allow_redirects=False)


@contextmanager
def _warnings() -> Iterator[list[str]]:
    """What WeasyPrint complains about meanwhile; none of it goes unheard."""
    messages: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            messages.append(record.getMessage())

    handler = Handler(logging.WARNING)
    logger = logging.getLogger("weasyprint")
    logger.addHandler(handler)
    try:
        yield messages
    finally:
        logger.removeHandler(handler)
