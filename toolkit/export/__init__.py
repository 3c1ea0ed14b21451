"""Which issues, in which languages and formats, and the files that come of it.

One output is one issue in one language and one format, at ``OUT/SLUG/SLUG.LANG.EXT``.
Beside the outputs lies ``build.json``, which says what each file is, how it came to be and
what it was made from. Only what is stale is made; a problem in one output fails that output,
the others are made all the same.

    slugs ─▶ plan ─▶ Steps ─▶ Tasks ─▶ a way to run them ─▶ Made ─▶ files, build.json ─▶ Report
             (records, inputs)  (tasks)    (pool)

    inputs     what an output is made from, and the key over it
    records    build.json, and what is up to date
    tasks      one edition, made: a pure function of a picklable task
    pool       here, or in warm processes
    cluster    on other machines, by Dask
    lock       one build at a time in a folder of outputs
    selection  patterns and dates → slugs
"""

import re
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from toolkit.document.publication import PDF_VARIANTS, Publication
from toolkit.errors import ContentError, NewsletterError, UsageError
from toolkit.export.inputs import data_digest, sides
from toolkit.export.lock import build_lock
from toolkit.export.pool import (
    NO_LIMITS,
    Happening,
    Limits,
    Started,
    Way,
    available_processors,
    longest_first,
    run_here,
    run_in_workers,
)
from toolkit.export.records import (
    FORCED,
    REPORT,
    Output,
    State,
    read_records,
    write_records,
)
from toolkit.export.tasks import Failure, Made, Task, run, run_each
from toolkit.files import write_atomic
from toolkit.rendering import DEFAULT_FORMATS, FORMATS

__all__ = [
    "DEFAULT_FORMATS",
    "FORMATS",
    "REPORT",
    "Event",
    "Failure",
    "Happening",
    "Made",
    "Output",
    "Report",
    "Skipped",
    "Started",
    "Step",
    "Task",
    "Way",
    "available_processors",
    "build",
    "plan",
    "run",
    "run_each",
]


@dataclass(frozen=True)
class Step:
    """What is to be done about one output.

    Attributes:
        slug, language, format: what it is.
        path: where it lies, or will.
        reasons: why it has to be made, in words; nothing if it is up to date.
        former: what the record says of it; None if nothing.
    """

    slug: str
    language: str
    format: str
    path: Path
    reasons: tuple[str, ...]
    former: Output | None = None


@dataclass(frozen=True)
class Skipped:
    """An output that is up to date, as the record has it."""

    output: Output


@dataclass(frozen=True)
class Report:
    """What became of a build's outputs; each tuple is in the order that was asked for.

    Attributes:
        outputs: what was made.
        failures: what could not be made.
        skipped: what was up to date.
        steps: all that was looked at, and why each is or is not made. In a dry run there is
            nothing else.
    """

    outputs: tuple[Output, ...] = ()
    failures: tuple[Failure, ...] = ()
    skipped: tuple[Output, ...] = ()
    steps: tuple[Step, ...] = ()


Event = Started | Output | Failure | Skipped


def plan(
    publication: Publication,
    slugs: Sequence[str],
    languages: Sequence[str] = (),
    formats: Sequence[str] = DEFAULT_FORMATS,
    out: Path | None = None,
    *,
    force: bool = False,
) -> list[Step]:
    """Look at every output that is asked for: is it up to date, and if not, why not.

    Args:
        publication, slugs, languages, formats, out: as for ``build``.
        force: take none for up to date.

    Raises:
        UsageError: a language or a format that there is not.
    """
    languages = languages or publication.languages
    if publication.pdf_variant not in PDF_VARIANTS:
        raise UsageError(
            f"there is no PDF variant {publication.pdf_variant!r}, only {', '.join(PDF_VARIANTS)}"
        )
    for language in languages:
        _see_that_it_can_be_made(publication, language, formats)
    out = publication.dist if out is None else out
    state = State(publication)
    steps = []
    for slug in slugs:
        records = read_records(out / slug, slug)
        for language in languages:
            for format_ in formats:
                path = out / slug / f"{slug}.{language}.{format_}"
                former = records.get(path.name)
                reasons = (FORCED,) if force else state.changes(former, path)
                steps.append(Step(slug, language, format_, path, reasons, former))
    return steps


def build(
    publication: Publication,
    slugs: Sequence[str],
    languages: Sequence[str] = (),
    formats: Sequence[str] = DEFAULT_FORMATS,
    out: Path | None = None,
    *,
    jobs: int = 1,
    force: bool = False,
    dry_run: bool = False,
    task_timeout: float | None = None,
    max_memory: int | None = None,
    scheduler: str | None = None,
    on_event: Callable[[Event], None] | None = None,
    way: Way | None = None,
) -> Report:
    """Make what is not up to date, and write the files and each issue's ``build.json``.

    Args:
        publication: the publication the issues belong to.
        slugs: the issues, by their folders' names.
        languages: some of the publication's languages; all of them by default. Two as one,
            such as ``ja-en``, is the bilingual edition.
        formats: some of ``toolkit.rendering.FORMATS``; ``DEFAULT_FORMATS`` by default.
        out: the folder for the files; the publication's ``dist`` by default.
        jobs: how many processes may work at once. A single issue is built in this one.
        force: make also what is up to date.
        dry_run: make nothing; the report's ``steps`` say what would be made.
        task_timeout: the longest that one output may take, in seconds.
        max_memory: in bytes; a process that holds more after an edition gives way to a new one.
        scheduler: the Dask scheduler whose workers make the outputs, as in
            ``tcp://HOST:8786``; ``jobs`` does not matter then.
        on_event: called in this thread with each ``Skipped``, ``Started``, ``Output`` and
            ``Failure`` as it comes.
        way: another way to run the tasks; then ``jobs``, the limits and ``scheduler`` are its
            own affair.

    Returns:
        What became of each output. A problem in an issue's content is a ``Failure`` in it.

    Raises:
        UsageError: an issue, a language or a format that there is not, or an address that
            cannot be a scheduler's.
        MissingError: the machine lacks something, ``out`` cannot be written, another build is
            at work there, or the scheduler does not answer.
    """
    slugs = list(dict.fromkeys(slugs))
    known = set(publication.slugs())
    for slug in slugs:
        if slug not in known:
            from toolkit.document.issue import issue_folder

            issue_folder(publication, slug)
    out = publication.dist if out is None else out
    tell = on_event or (lambda _: None)
    steps = plan(publication, slugs, languages, formats, out, force=force)
    skipped = tuple(step.former for step in steps if not step.reasons and step.former)
    for output in skipped:
        tell(Skipped(output))
    stale = [step for step in steps if step.reasons]
    if dry_run or not stale:
        return Report(skipped=skipped, steps=tuple(steps))
    limits = Limits(task_timeout, max_memory)
    if limits == NO_LIMITS and len({step.slug for step in stale}) == 1:
        jobs = 1  # loading the libraries once more costs what a second process saves
    tasks = _tasks(publication, stale, jobs)
    way = way or _way(jobs, limits, scheduler)
    results: dict[tuple[str, str, str], Output | Failure] = {}
    with build_lock(out):
        for slug in dict.fromkeys(task.slug for task in tasks):
            _clear(out / slug, slug)
        with closing(way(longest_first(tasks))) as happenings:
            for happening in happenings:
                result: Event
                match happening:
                    case Made():
                        result = _write(happening, out / happening.slug)
                    case Failure(error=error) if _ends_all(error):
                        raise error
                    case _:
                        result = happening
                if isinstance(result, Output | Failure):
                    results[result.slug, result.language, result.format] = result
                tell(result)
    for step in stale:
        if (step.slug, step.language, step.format) not in results:
            lost = _lost(step)
            results[step.slug, step.language, step.format] = lost
            tell(lost)
    ordered = [
        results[key]
        for step in steps
        if (key := (step.slug, step.language, step.format)) in results
    ]
    return Report(
        outputs=tuple(result for result in ordered if isinstance(result, Output)),
        failures=tuple(result for result in ordered if isinstance(result, Failure)),
        skipped=skipped,
        steps=tuple(steps),
    )


def _see_that_it_can_be_made(
    publication: Publication, language: str, formats: Sequence[str]
) -> None:
    for side in sides(language):
        if side not in publication.languages:
            raise UsageError(
                f"the publication does not appear in {side!r}, "
                f"only in {', '.join(publication.languages)}: see languages in newsletter.toml"
            )
    possible: Sequence[str] = FORMATS
    if len(sides(language)) > 1:
        from toolkit.rendering import bilingual

        possible = bilingual.FORMATS
        if language not in bilingual.LANGUAGES:
            raise UsageError(f"a bilingual edition is {' or '.join(bilingual.LANGUAGES)}")
    for format_ in formats:
        if format_ not in possible:
            raise UsageError(
                f"there is no format {format_!r} for {language}, only {', '.join(possible)}"
            )


def _tasks(publication: Publication, steps: Sequence[Step], jobs: int) -> list[Task]:
    """An edition is a task, so that it is read once; if that leaves processes idle, an output."""
    editions: dict[tuple[str, str], list[str]] = {}
    for step in steps:
        editions.setdefault((step.slug, step.language), []).append(step.format)
    weights = {slug: _weight(publication.issues / slug) for slug, _ in editions}
    tasks = []
    for (slug, language), formats in editions.items():
        groups = [formats] if len(editions) >= jobs else [[format_] for format_ in formats]
        tasks += [
            Task(publication, slug, language, tuple(group), weights[slug]) for group in groups
        ]
    return tasks


def _weight(folder: Path) -> int:
    with suppress(OSError):
        return sum(path.stat().st_size for path in folder.glob("*.md"))
    return 0


def _way(jobs: int, limits: Limits, scheduler: str | None) -> Way:
    if scheduler is not None:
        from toolkit.export.cluster import run_on_cluster

        return partial(run_on_cluster, scheduler=scheduler, limits=limits)
    # Only a process of its own can be ended when its time is up, or when it holds too much.
    if jobs == 1 and limits == NO_LIMITS:
        return run_here
    return partial(run_in_workers, jobs=jobs, limits=limits)


def _lost(step: Step) -> Failure:
    """A way has a fault, and said nothing of an output: that must not look like success."""
    error = ContentError("was not made, and nothing says why: build it again", step.path)
    return Failure(step.slug, step.language, step.format, error)


def _ends_all(error: NewsletterError) -> bool:
    """Whether an error is the machine's, so that every other output would meet it too."""
    return error.exit_code == 3


def _write(made: Made, folder: Path) -> Output:
    """Write a file, then the record that it is there.

    Between the two the record speaks of the file before: its digest is not this file's, and
    a build that comes after makes it again.
    """
    path = folder / f"{made.slug}.{made.language}.{made.format}"
    start = time.perf_counter()
    write_atomic(path, made.data)
    seconds = time.perf_counter() - start
    output = Output(
        slug=made.slug,
        language=made.language,
        format=made.format,
        path=path,
        size=len(made.data),
        pages=made.pages,
        drafts=made.drafts,
        seconds={**made.seconds, "write": seconds},
        findings=made.findings,
        digest=data_digest(made.data),
        modified=path.stat().st_mtime_ns,
        origin=made.origin,
    )
    write_records(folder, made.slug, [output])
    return output


def _clear(folder: Path, slug: str) -> None:
    """Take away what a build that was killed left half-written (see ``write_atomic``)."""
    leftover = re.compile(rf"\.({re.escape(slug)}\.[\w-]+\.\w+|{re.escape(REPORT)})\.\w{{8}}")
    with suppress(OSError):
        for path in folder.iterdir():
            if leftover.fullmatch(path.name):
                path.unlink()
