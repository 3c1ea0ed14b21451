"""The editor's round trips: a catalog as a table in Word or as XLIFF to correct, and back.

``writing`` makes the Word document, ``reading`` takes the rows out of one that went through
any hands and programs, ``xliff`` does both for translation tools, and ``applying`` brings the
rows into the catalog. Each row is known by its key (``keys``), wherever it was moved to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polib

from toolkit.document.glossary import read_glossary
from toolkit.document.issue import Issue
from toolkit.document.publication import Publication
from toolkit.errors import ContentError
from toolkit.files import read_bytes, read_text, write_atomic
from toolkit.translation.catalog import (
    catalog_path,
    catalog_text,
    merge,
    new_catalog,
    read_catalog,
)
from toolkit.translation.review.applying import Applied, apply_review, kept_lines, unplaced_text
from toolkit.translation.review.reading import LIMIT as READ_LIMIT
from toolkit.translation.review.reading import Review, read_review
from toolkit.translation.review.rows import identifier
from toolkit.translation.review.writing import write_review
from toolkit.translation.review.xliff import read_xliff, write_xliff
from toolkit.translation.segments import Segment, segments


@dataclass(frozen=True)
class Exported:
    """A review that was written: its file, its rows, and how many are marked."""

    path: Path
    rows: int
    marked: int

    def as_dict(self) -> dict[str, Any]:
        """The result as plain values, for ``--json``."""
        return {"path": str(self.path), "rows": self.rows, "marked": self.marked}


@dataclass(frozen=True)
class Returned:
    """A review that was applied: the catalog, what became of the rows, and the side file."""

    path: Path
    applied: Applied
    side_file: Path | None

    def as_dict(self) -> dict[str, Any]:
        """The result as plain values, for ``--json``."""
        side = str(self.side_file) if self.side_file else None
        return {"path": str(self.path), **self.applied.as_dict(), "side_file": side}


def review_path(publication: Publication, issue: Issue, language: str, format_: str) -> Path:
    """Where a review is written unless told otherwise."""
    ending = "docx" if format_ == "docx" else "xlf"
    return publication.dist / issue.slug / f"{issue.slug}.{language}.review.{ending}"


def export_review(
    publication: Publication, issue: Issue, language: str, path: Path, format_: str = "docx"
) -> Exported:
    """Write the review of an issue's translation.

    Args:
        publication, issue, language: what is reviewed.
        path: the file to write.
        format_: ``docx``, or the version of XLIFF (``xliff.VERSIONS``).

    Raises:
        ContentError: the catalog or the glossary cannot be read, or the file holds
            corrections that were not applied yet, or something else than a review.
    """
    catalog = _catalog(issue, language, segments(issue))
    glossary = read_glossary(publication.glossary)
    if path.exists():
        review = _own(path, issue, language)
        applied = apply_review(review, catalog, path, issue.language, language, glossary)
        kept = _kept(_side_file(issue, language))
        if kept_lines(kept, unplaced_text(applied, path)) == kept:
            applied.unplaced.clear()  # they were kept when the review was applied
        if applied.changes_something:
            raise ContentError(
                "holds corrections that are not in the catalog yet: "
                f"`newsletter review {issue.slug} --to {language} --apply FILE` brings them in; "
                "or name another file with --out",
                path,
            )
    if format_ == "docx":
        data, rows, marked = write_review(issue, catalog, language, glossary)
    else:
        data, rows, marked = write_xliff(issue, catalog, language, glossary, format_)
    write_atomic(path, data)
    return Exported(path, rows, marked)


def return_review(
    publication: Publication,
    issue: Issue,
    language: str,
    path: Path,
    *,
    approve_all: bool = False,
) -> Returned:
    """Bring a corrected review into the catalog of its issue.

    Raises:
        ContentError: the document cannot be read or belongs to another issue, or the
            catalog or the glossary cannot be read.
    """
    review = _own(path, issue, language)
    glossary = read_glossary(publication.glossary)
    place = catalog_path(issue, language)
    catalog = _catalog(issue, language, segments(issue))
    before = _kept(place)
    applied = apply_review(
        review, catalog, path, issue.language, language, glossary, approve_all=approve_all
    )
    side_file = None
    if applied.unplaced:
        # First what has no other place: a kill in between loses nothing.
        side_file = _side_file(issue, language)
        write_atomic(side_file, kept_lines(_kept(side_file), unplaced_text(applied, path)))
    after = catalog_text(catalog)
    if after != before:
        write_atomic(place, after)
    return Returned(place, applied, side_file)


def _side_file(issue: Issue, language: str) -> Path:
    """Where rows without a place in the catalog are kept."""
    return catalog_path(issue, language).with_name(f"{language}.unplaced.txt")


def _kept(path: Path) -> str:
    return read_text(path) if path.is_file() else ""


def _own(path: Path, issue: Issue, language: str) -> Review:
    begins = read_bytes(path, READ_LIMIT)[:8].replace(b"\0", b"")
    is_xml = b"<" in begins or path.suffix.lower() in (".xlf", ".xliff")
    review = read_xliff(path) if is_xml and begins[:2] != b"PK" else read_review(path)
    expected = identifier(issue.slug, language)
    kind, _, _ = expected.partition(":")
    if review.identifier.startswith(kind) and review.identifier != expected:
        _, slug, other = review.identifier.split(":")[:3]
        raise ContentError(
            f"is the review of {slug} into {other}: "
            f"`newsletter review {slug} --to {other} --apply FILE`",
            path,
        )
    return review


def _catalog(issue: Issue, language: str, sentences: Sequence[Segment]) -> polib.POFile:
    """The catalog in line with its issue."""
    path = catalog_path(issue, language)
    catalog = read_catalog(path) if path.is_file() else new_catalog(issue.language, language)
    merge(catalog, sentences, path.parent)
    return catalog
