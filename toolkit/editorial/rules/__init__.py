"""What ``newsletter check`` looks for. Each rule is a function in a module of this package.

A rule gets a ``Checked`` issue and yields a ``Place`` for each problem. All rules are
listed in ``RULES``; to add one, write the function, and list it there with its name, its
severity and what it finds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from toolkit.document.glossary import Glossary
from toolkit.document.issue import Issue, Section
from toolkit.document.publication import Publication
from toolkit.editorial.prose import Prose


@dataclass(frozen=True)
class Page:
    """A file of an issue with its running text: a section, or the manifest.

    Attributes:
        path: the file.
        prose: its text in order; of the manifest, title, lead and cover.
        section: the section; None for the manifest.
    """

    path: Path
    prose: tuple[Prose, ...]
    section: Section | None = None


@dataclass(frozen=True)
class Checked:
    """An issue as the rules see it."""

    publication: Publication
    issue: Issue
    pages: tuple[Page, ...]
    glossary: Glossary

    def texts(self) -> Iterator[tuple[Page, Prose]]:
        """Every piece of running text of the issue, in order."""
        for page in self.pages:
            for piece in page.prose:
                yield page, piece


@dataclass(frozen=True)
class Place:
    """Where a rule found something, and what is wrong and to be done there."""

    path: Path
    line: int
    message: str


Find = Callable[[Checked], Iterator[Place]]
