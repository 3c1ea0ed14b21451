"""What a review consists of, whatever its format: the sentences of an issue under headings."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib

from toolkit.document import markdown
from toolkit.document.glossary import Glossary
from toolkit.document.issue import Issue
from toolkit.translation.catalog import live_entries
from toolkit.translation.findings import entry_findings
from toolkit.translation.segments import segments

AUTHOR = "newsletter"
"""Who writes the comments of a review that the toolkit makes."""


@dataclass(frozen=True)
class ReviewRow:
    """A sentence as a row of the review.

    Attributes:
        number: counted from 1 through the issue.
        entry: its entry in the catalog.
        findings: what an editor should look at; the row is marked where there are any.
    """

    number: int
    entry: polib.POEntry
    findings: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """The rows of one section, its heading and its file."""

    heading: str
    path: Path
    rows: tuple[ReviewRow, ...]


def groups(
    issue: Issue, catalog: polib.POFile, language: str, glossary: Glossary
) -> Iterator[Group]:
    """The rows by sections, each sentence where it stands first."""
    entries = live_entries(catalog)
    headings = {issue.path: "Title and lead"}
    for section in issue.sections:
        title = markdown.plain(markdown.parse_inline(section.title)) if section.title else ""
        kind = section.kind.value.replace("-", " ").capitalize().replace("Editors", "Editor’s")
        headings.setdefault(section.path, f"{kind}: {title}" if title else kind)
    grouped: dict[Path, list[ReviewRow]] = {}
    number = 0
    for segment in segments(issue):
        entry = entries.pop(segment.text, None)
        if entry is not None:
            number += 1
            found = entry_findings(entry, issue.language, language, glossary)
            grouped.setdefault(segment.path, []).append(ReviewRow(number, entry, found))
    for path, rows in grouped.items():
        yield Group(headings[path], path, tuple(rows))


def identifier(slug: str, language: str) -> str:
    """What a review says of itself: whose review it is."""
    return f"newsletter-review:{slug}:{language}"
