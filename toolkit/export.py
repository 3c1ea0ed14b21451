"""Which issues, in which languages and formats, and the files that come of it.

One output is one issue in one language and one format, at ``OUT/SLUG/SLUG.LANG.EXT``.
Beside the outputs lies ``build.json``, which says what each file is and how it came
to be. A problem in one edition fails that edition; the others are built all the same.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toolkit.document.issue import Issue, read_issue
from toolkit.document.publication import Publication
from toolkit.errors import ContentError, NewsletterError, UsageError
from toolkit.files import write_atomic
from toolkit.findings import Finding
from toolkit.rendering import FORMATS, renderer
from toolkit.rendering.edition import Edition, prepare

REPORT = "build.json"


@dataclass(frozen=True)
class Output:
    """One file that was made.

    Attributes:
        slug, language, format: what it is.
        path: where it lies.
        size: in bytes. ``pages``: None where the format has none, or does not know.
        drafts: how many of its sentences are machine translations nobody approved.
        seconds: by stage: ``read``, ``translate``, ``render``, ``write``. Reading and
            translating serve all formats of an edition and are counted in the first.
        findings: what an editor should know about the file.
    """

    slug: str
    language: str
    format: str
    path: Path
    size: int
    pages: int | None
    drafts: int
    seconds: dict[str, float]
    findings: tuple[Finding, ...]

    def as_dict(self) -> dict[str, Any]:
        """The output as plain values, for ``build.json`` and ``--json``."""
        return {
            "file": self.path.name,
            "language": self.language,
            "format": self.format,
            "bytes": self.size,
            "pages": self.pages,
            "drafts": self.drafts,
            "warnings": [finding.as_dict() for finding in self.findings],
            "seconds": {stage: round(value, 3) for stage, value in self.seconds.items()},
        }


@dataclass(frozen=True)
class Failure:
    """An edition, or one format of it, that could not be made, and why."""

    slug: str
    language: str
    format: str
    error: NewsletterError


@dataclass(frozen=True)
class Report:
    """What a build made and what it could not make, in the order it was asked for."""

    outputs: tuple[Output, ...] = ()
    failures: tuple[Failure, ...] = ()


def build(
    publication: Publication,
    slugs: Sequence[str],
    languages: Sequence[str] = (),
    formats: Sequence[str] = FORMATS,
    out: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Render issues, and write the files and each issue's ``build.json``.

    Args:
        publication: the publication the issues belong to.
        slugs: the issues, by their folders' names.
        languages: some of the publication's languages; all of them by default.
        formats: some of ``toolkit.rendering.FORMATS``.
        out: the folder for the files; the publication's ``dist`` by default.
        progress: called with an output's name before it is made.

    Returns:
        What was made. A problem in an issue's content is a ``Failure`` in it.

    Raises:
        UsageError: an issue, a language or a format that there is not.
        MissingError: the machine lacks something, or ``out`` cannot be written.
    """
    languages = languages or publication.languages
    for language in languages:
        if language not in publication.languages:
            raise UsageError(
                f"the publication does not appear in {language!r}, "
                f"only in {', '.join(publication.languages)}: see languages in newsletter.toml"
            )
    for format_ in formats:
        if format_ not in FORMATS:
            raise UsageError(f"there is no format {format_!r}, only {', '.join(FORMATS)}")
    out = publication.dist if out is None else out
    outputs: list[Output] = []
    failures: list[Failure] = []
    for slug in slugs:
        made: list[Output] = []
        for result in _issue(publication, slug, languages, formats, out / slug, progress):
            if isinstance(result, Output):
                made.append(result)
            else:
                failures.append(result)
        if made:
            _write_report(out / slug, slug, made)
        outputs += made
    return Report(tuple(outputs), tuple(failures))


def _issue(
    publication: Publication,
    slug: str,
    languages: Sequence[str],
    formats: Sequence[str],
    folder: Path,
    progress: Callable[[str], None] | None,
) -> Iterator[Output | Failure]:
    seconds: dict[str, float] = {}
    try:
        with _clock(seconds, "read"):
            written = read_issue(publication, slug)
    except ContentError as error:
        yield Failure(slug, "", "", error)
        return
    for language in languages:
        try:
            with _clock(seconds, "translate"):
                issue = _in_language(publication, written, language)
                edition = prepare(publication, issue)
        except ContentError as error:
            yield Failure(slug, language, "", error)
            continue
        for format_ in formats:
            path = folder / f"{slug}.{language}.{format_}"
            if progress:
                progress(path.name)
            try:
                yield _output(edition, format_, path, seconds)
            except ContentError as error:
                yield Failure(slug, language, format_, error)
            seconds = {}


def _in_language(publication: Publication, issue: Issue, language: str) -> Issue:
    if language == issue.language:
        return issue
    from toolkit.translation.edition import edition

    return edition(publication, issue, language)


def _output(edition: Edition, format_: str, path: Path, seconds: dict[str, float]) -> Output:
    seconds = dict(seconds)
    with _clock(seconds, "render"):
        rendered = renderer(format_)(edition)
    with _clock(seconds, "write"):
        write_atomic(path, rendered.data)
    return Output(
        slug=edition.issue.slug,
        language=edition.language,
        format=format_,
        path=path,
        size=len(rendered.data),
        pages=rendered.pages,
        drafts=edition.issue.drafts,
        seconds=seconds,
        findings=rendered.findings,
    )


def _write_report(folder: Path, slug: str, made: Sequence[Output]) -> None:
    """Write ``build.json``: what was made now, and what lies there from builds before."""
    path = folder / REPORT
    files = {entry["file"]: entry for entry in _former_files(path)}
    files.update({output.path.name: output.as_dict() for output in made})
    report = {"issue": slug, "files": [files[name] for name in sorted(files)]}
    write_atomic(path, json.dumps(report, ensure_ascii=False, indent=2) + "\n")


def _former_files(path: Path) -> list[dict[str, Any]]:
    """The entries of an earlier report whose files are still there; none if it is unreadable."""
    try:
        entries = json.loads(path.read_text("utf-8"))["files"]
        return [entry for entry in entries if (path.parent / entry["file"]).is_file()]
    except (OSError, ValueError, KeyError, TypeError):
        # The report can be thrown away; the files themselves say what is there.
        return []


@contextmanager
def _clock(seconds: dict[str, float], stage: str) -> Iterator[None]:
    start = time.perf_counter()
    try:
        yield
    finally:
        seconds[stage] = seconds.get(stage, 0.0) + time.perf_counter() - start
