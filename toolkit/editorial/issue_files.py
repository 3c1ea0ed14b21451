"""The files of a new issue: its manifest and sections, written whole or not at all."""

import contextlib
import datetime
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import tomlkit

from toolkit.document.issue import MANIFEST, SLUG, Kind
from toolkit.document.publication import Publication
from toolkit.document.toml import read_toml
from toolkit.editorial.condense import Condensed
from toolkit.editorial.languages import language_finding
from toolkit.errors import MissingError, UsageError
from toolkit.files import write_atomic
from toolkit.findings import Finding, Severity


@dataclass(frozen=True)
class SectionFile:
    """A section as ``new`` writes it.

    Attributes:
        kind: what it is.
        name: the name of its file.
        text: the whole file.
        articles: the articles it was made of, by slug.
        condensed: what was chosen from the article; None where it was kept whole by design.
        language: the language its text is in.
        untitled: whether its headline is the name of the article's file, for want of a title.
    """

    kind: Kind
    name: str
    text: str
    articles: tuple[str, ...]
    condensed: Condensed | None
    language: str
    untitled: bool = False


@dataclass(frozen=True)
class NewIssue:
    """An issue before it is written: what its manifest will say, and its sections in order."""

    slug: str
    number: int
    date: datetime.date
    title: str
    sections: tuple[SectionFile, ...]


def free_folder(publication: Publication, slug: str) -> Path:
    """The folder a new issue will have.

    Raises:
        UsageError: the slug is no plain name, or something is there already.
    """
    if not SLUG.fullmatch(slug):
        raise UsageError(f"an issue is named by its folder, like 2025-11-25, not {slug!r}")
    folder = publication.issues / slug
    if folder.exists() or folder.is_symlink():
        raise UsageError(
            "is there already: choose another name, or move it away (nothing is overwritten)",
            folder,
        )
    return folder


def write_issue(publication: Publication, issue: NewIssue) -> Path:
    """Write a new issue's folder, whole or not at all, and return it.

    Raises:
        UsageError: the folder has come to exist meanwhile.
        MissingError: the place cannot be written.
    """
    folder = free_folder(publication, issue.slug)
    with _beside(folder) as built:
        for section in issue.sections:
            write_atomic(built / section.name, section.text)
        write_atomic(built / MANIFEST, manifest(issue))
    return folder


def manifest(issue: NewIssue) -> str:
    """The text of a new issue's ``issue.toml``."""
    document = tomlkit.document()
    document["number"] = issue.number
    document["date"] = issue.date
    document["title"] = issue.title
    document["lead"] = tomlkit.string("").comment("one or two sentences for the masthead")
    sections = tomlkit.aot()
    for section in issue.sections:
        table = tomlkit.table()
        table["kind"] = str(section.kind)
        table["file"] = section.name
        if section.articles:
            table["articles"] = list(section.articles)
        sections.append(table)
    document["section"] = sections
    return tomlkit.dumps(document)


def to_do(publication: Publication, issue: NewIssue) -> list[Finding]:
    """What the editor must do to a new issue's sections before anything else, in order.

    A warning for each section that has no headline but the name of its article's file,
    and for each that is not in the language the publication is written in.
    """
    folder, language = publication.issues / issue.slug, publication.languages[0]
    findings = []
    for section in issue.sections:
        path = folder / section.name
        if section.untitled:
            message = "its article has no title: write a headline for it"
            findings.append(Finding(path, 1, Severity.WARNING, "no-headline", message))
        if section.language != language:
            findings.append(language_finding(path, section.language, language))
    return findings


def next_number(publication: Publication) -> int:
    """One more than the highest number of the publication's issues.

    Raises:
        ContentError: an ``issue.toml`` cannot be read, so its number is not known.
    """
    highest = 0
    for slug in publication.slugs():
        data, _ = read_toml(publication.issues / slug / MANIFEST)
        number = data.get("number", 0)
        if isinstance(number, int):
            highest = max(highest, number)
    return highest + 1


@contextlib.contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A folder to build in, which takes its place when all is well and vanishes when not.

    It lies two levels below its parent, so that a build that was killed half-way leaves
    no ``issues/*/issue.toml``.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        nest = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise MissingError(
            f"cannot be written: {error.strerror}; change its rights", folder.parent
        ) from None
    try:
        built = nest / folder.name
        built.mkdir()
        yield built
        try:
            built.rename(folder)
        except OSError as error:
            raise UsageError(f"cannot be put in its place: {error.strerror}", folder) from None
    finally:
        shutil.rmtree(nest, ignore_errors=True)
