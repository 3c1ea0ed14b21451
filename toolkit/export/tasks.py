"""One edition to make, and making it: the unit that every way of building shares.

``run_each`` is a pure function of a picklable ``Task`` and the files it names: it writes
nothing, so that it can run here, in another process or on another machine; whoever asked
writes the bytes. A ``Task`` names its publication by a folder: a machine without that folder
gets the files of ``toolkit.export.inputs.task_files`` under a folder of its own, and a task
whose publication was read from there.
"""

import gc
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.document.publication import Publication
from toolkit.errors import ContentError, MissingError, NewsletterError, UsageError
from toolkit.export.inputs import Origin, named_files, origin, picture_files, read_digests, sides
from toolkit.findings import Finding
from toolkit.rendering import renderer

if TYPE_CHECKING:
    from toolkit.document.issue import Issue
    from toolkit.rendering.bilingual import BilingualEdition
    from toolkit.rendering.edition import Edition


@dataclass(frozen=True)
class Task:
    """An issue in one language, in one or more formats. Formats of a task share its reading.

    Attributes:
        publication, slug, language, formats: what to make. The language of a bilingual edition
            is two, as in ``ja-en``, the first of which leads.
        weight: how much work it is, to order tasks by; in bytes of its source.
    """

    publication: Publication
    slug: str
    language: str
    formats: tuple[str, ...]
    weight: int = 0


@dataclass(frozen=True)
class Made:
    """A file that was rendered and waits to be written.

    Attributes:
        slug, language, format: what it is.
        data: its bytes. ``pages``: None where the format has none, or does not know.
        drafts: how many of its sentences are machine translations nobody approved.
        seconds: by stage: ``read``, ``translate``, ``render``. Reading and translating serve
            all formats of a task and are counted in the first.
        findings: what an editor should know about it.
        origin: what it was made from, as it was before it was read: a file that changes
            meanwhile makes the output stale, never the other way round.
    """

    slug: str
    language: str
    format: str
    data: bytes
    pages: int | None
    drafts: int
    seconds: Mapping[str, float]
    findings: tuple[Finding, ...]
    origin: Origin


@dataclass(frozen=True)
class Failure:
    """A file that could not be made, and why."""

    slug: str
    language: str
    format: str
    error: NewsletterError


def run(task: Task) -> tuple[Made | Failure, ...]:
    """Make every format of a task, in the order it lists them; ``run_each``, all at once."""
    return tuple(run_each(task))


def run_each(task: Task) -> Iterator[Made | Failure]:
    """Make the formats of a task, one by one, in the order it lists them.

    Yields:
        For each format what was made, or why it could not be. Nothing is raised for content
        that is wrong, for what the machine lacks (a ``MissingError`` in the failure), or for
        an error of the toolkit's own: one output's trouble is not another's.
    """
    seconds: dict[str, float] = {}
    digests: dict[str, str] = {}
    broken: NewsletterError | None = None
    if gc.get_threshold() == _SELDOM and gc.get_count()[0] > _MUCH:
        gc.collect(1)  # what the edition before this one left
    try:
        with _clock(seconds, "read"), _seldom_collecting():
            # Digests first, contents second: see ``Made.origin``.
            names = named_files(task.publication, task.slug, task.language)
            digests |= read_digests(task.publication, names)
            written = _read(task)
        with _clock(seconds, "translate"), _seldom_collecting():
            issues = [
                _in_language(task.publication, written, side) for side in sides(task.language)
            ]
            # Pictures are not read before they are rendered.
            for issue in issues:
                digests |= read_digests(task.publication, picture_files(task.publication, issue))
            edition = _edition(task.publication, issues)
    except Exception as error:
        broken = _as_ours(error, task)
    # Said when the exception is forgotten, and with it the memory that its frames hold.
    if broken:
        for format_ in task.formats:
            yield Failure(task.slug, task.language, format_, broken)
        return
    for format_ in task.formats:
        result: Made | Failure
        try:
            with _clock(seconds, "render"), _seldom_collecting():
                rendered = renderer(format_)(edition)
        except Exception as error:
            result = Failure(task.slug, task.language, format_, _as_ours(error, task))
        else:
            result = Made(
                slug=task.slug,
                language=task.language,
                format=format_,
                data=rendered.data,
                pages=rendered.pages,
                drafts=max(issue.drafts for issue in issues),
                seconds=seconds,
                findings=rendered.findings,
                origin=origin(task.publication, digests, format_),
            )
        yield result
        seconds = {}


def _read(task: Task) -> "Issue":
    from toolkit.document.issue import MANIFEST, read_issue

    try:
        return read_issue(task.publication, task.slug)
    except UsageError:
        # It was there when the build began.
        path = task.publication.issues / task.slug / MANIFEST
        raise ContentError("the issue was taken away during the build", path) from None


def _in_language(publication: Publication, issue: "Issue", language: str) -> "Issue":
    if language == issue.language:
        return issue
    from toolkit.translation.edition import edition

    return edition(publication, issue, language)


def _edition(publication: Publication, issues: "Sequence[Issue]") -> "Edition | BilingualEdition":
    from toolkit.rendering.edition import prepare

    editions = [prepare(publication, issue) for issue in issues]
    if len(editions) == 1:
        return editions[0]
    from toolkit.rendering.bilingual import pair

    return pair(*editions)


def _as_ours(error: Exception, task: Task) -> NewsletterError:
    """An error as one line: ours as it is, any other with the place in the code it comes from."""
    if isinstance(error, NewsletterError):
        return error
    path = task.publication.issues / task.slug
    if isinstance(error, MemoryError):
        return ContentError("the machine has too little memory for it: build fewer at once", path)
    # A shared library that cannot be loaded is an OSError without a number.
    if isinstance(error, ImportError) or (isinstance(error, OSError) and error.errno is None):
        return MissingError(f"a library cannot be used: {error}; see `newsletter doctor`")
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    where = f" at {Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else ""
    text = " ".join(str(error).split())
    return ContentError(
        f"cannot be built, by a fault of the toolkit's: {type(error).__name__}: {text}{where}", path
    )


@contextmanager
def _clock(seconds: dict[str, float], stage: str) -> Iterator[None]:
    start = time.perf_counter()
    try:
        yield
    finally:
        seconds[stage] = seconds.get(stage, 0.0) + time.perf_counter() - start


_SELDOM = (200_000, 10, 10)
"""Thresholds of ``gc``: so many objects more than before, and Python looks for cycles of them."""

_MUCH = 100_000
"""As many objects come with a long document; the libraries loaded before it are fewer."""


def collect_seldom() -> None:
    """Let Python look for cycles of objects that nobody holds less often, from now on.

    For a process that ends with its build: what its last edition left goes with it.
    """
    gc.set_threshold(*_SELDOM)


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """``collect_seldom`` for a while, and at its end once look at what has come meanwhile.

    A document is hundreds of thousands of objects that are all in use till it is done. Looking
    through all of them again and again takes an eighth of the time, and finds nothing.
    """
    usual = gc.get_threshold()
    collect_seldom()
    try:
        yield
    finally:
        if usual != _SELDOM:  # which another thread will restore, or nobody is to
            gc.collect(1)  # what has come since, not all that was there before
            gc.set_threshold(*usual)
