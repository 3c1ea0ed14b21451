"""Editions to set, and the pages that come of them read back, for the tests of this folder."""

import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdf

from toolkit.document.issue import read_issue
from toolkit.document.publication import read_publication
from toolkit.rendering.edition import Edition, prepare

DATA = Path(__file__).parent / "data"
SLUG = "2026-01-06"
LANGUAGES = ("ja", "en")
THEMES = ("classic", "modern")


def copy(language: str, folder: Path) -> Path:
    """A copy of the publication that holds everything once, written in a language."""
    return Path(shutil.copytree(DATA / language, folder / language))


def edition_of(root: Path, theme: str = "classic", **changes: Any) -> Edition:
    """The one issue of a publication as an edition; ``changes`` are to the issue."""
    publication = dataclasses.replace(read_publication(root), theme=theme)
    issue = dataclasses.replace(read_issue(publication, SLUG), **changes)
    return prepare(publication, issue)


def with_text(root: Path, text: str, file: str = "brief-2.md") -> Path:
    """Give a section another text; returns its file."""
    path = root / "issues" / SLUG / file
    path.write_text(text, "utf-8")
    return path


def bookmarks(reader: pypdf.PdfReader) -> list[tuple[int, str]]:
    """The bookmarks as (level from 1, title)."""

    def walk(entries: Any, level: int) -> Iterator[tuple[int, str]]:
        for entry in entries:
            if isinstance(entry, list):
                yield from walk(entry, level + 1)
            else:
                yield level, str(entry.title)

    return list(walk(reader.outline, 1))


def embedded_fonts(reader: pypdf.PdfReader) -> dict[str, bool]:
    """The fonts of a PDF by name, and whether each is embedded."""
    fonts: dict[str, bool] = {}
    for page in reader.pages:
        resources: Any = page["/Resources"]
        for reference in resources.get("/Font", {}).values():
            font = reference.get_object()
            below = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
            descriptor = below["/FontDescriptor"].get_object()
            has_file = any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))
            fonts[str(font["/BaseFont"])] = has_file
    return fonts
