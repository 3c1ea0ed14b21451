"""A way to run tasks on a Dask cluster, whose machines share no disk with this one.

The files that a task reads travel with it. Each is sent once, under the digest of its content,
and stays on the cluster while tasks may ask for it; from one worker to the next it is Dask that
carries it. It is sent as a task that returns it, not by ``Client.scatter``: what was scattered
is lost with the worker that holds it (dask/distributed#3149), what a task returned is made
again. A worker of the cluster writes the files to a folder of its own and has the task run in
a warm process, as ``toolkit.export.pool`` does here: a Dask worker may have many threads, and a
process can be ended when its time is up. What was made comes back and is written by this side.

Dask runs pickled code: whoever can reach a scheduler can do anything on its machines. The
network is what guards it (or ``tls://``, set up in Dask's own configuration).
"""

import logging
import queue
import re
import warnings
from collections import OrderedDict, deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from toolkit.document.publication import Publication
from toolkit.errors import ContentError, MissingError, NewsletterError, UsageError
from toolkit.export.inputs import data_digest, file_name, task_files, toolkit_parts
from toolkit.export.pool import NO_LIMITS, Happening, Limits, Started, Worker, run_here
from toolkit.export.tasks import Failure, Made, Task

if TYPE_CHECKING:
    from distributed import Client, Future

PATIENCE = 20.0
"""Seconds to wait for a scheduler, or for a first worker."""

KEPT = 64 * 1024 * 1024
"""Bytes of files that stay on the cluster though no task that is under way needs them."""

AHEAD = 2
"""Tasks under way for each thread of the cluster: one that is made, one that waits there."""

_LOGGERS = ("distributed", "distributed.client", "distributed.gc", "tornado.application")
"""Those to which Dask gives levels of their own."""

_ADDRESS = re.compile(r"(?:tcp|tls)://[^\s/:@]+:\d{1,5}|(?:tcp|tls)://\[[0-9A-Fa-f:.]+\]:\d{1,5}")


def check_address(scheduler: str) -> None:
    """See that a scheduler is named as Dask names it.

    Raises:
        UsageError: it is not.
    """
    if not _ADDRESS.fullmatch(scheduler):
        raise UsageError(f"a scheduler is named like tcp://192.168.1.20:8786, not {scheduler!r}")


def run_on_cluster(
    tasks: Sequence[Task], scheduler: str, limits: Limits = NO_LIMITS, patience: float = PATIENCE
) -> Generator[Happening, None, None]:
    """Run tasks on a cluster, the first given first.

    A task whose worker is lost runs on another one. When the iterator is closed, or an
    exception such as ``KeyboardInterrupt`` comes through, all that waits is cancelled.

    Args:
        tasks: what to run.
        scheduler: where it listens, as in ``tcp://HOST:8786``.
        limits: what each process may take that makes an output.
        patience: seconds to wait for the scheduler, or for a worker when there is none.

    Raises:
        UsageError: that is no address.
        MissingError: Dask is not installed, nobody answers, the cluster has no workers, or a
            worker has another toolkit than this machine.
    """
    check_address(scheduler)
    with _connected(scheduler, patience) as client:
        sent = _Sent(client)
        waiting = deque(tasks)
        under_way: dict[Future[Any], Task] = {}
        try:
            while waiting or under_way:
                room = AHEAD * _threads(client, patience) - len(under_way)
                for task in [waiting.popleft() for _ in range(min(room, len(waiting)))]:
                    try:
                        files = _contents(task)
                    except (NewsletterError, OSError):
                        # It cannot be read: said as it is when it is made here.
                        yield from run_here([task])
                        continue
                    under_way[sent.submit(task, files, limits)] = task
                    for format_ in task.formats:
                        yield Started(task.slug, task.language, format_)
                if not under_way:
                    continue  # none of those could be read
                for future in _done(client, list(under_way), scheduler, patience):
                    yield from _results(future, under_way.pop(future))
                    sent.release(future)
        finally:
            with suppress(Exception):  # the scheduler may be what went away
                client.cancel(list(under_way), force=True)


class _Sent:
    """The files that were sent, by digest: each stays while a task under way needs it.

    Those that were needed last stay longer, up to ``KEPT`` bytes of them.
    """

    def __init__(self, client: "Client") -> None:
        self._client = client
        self._files: OrderedDict[str, tuple[Future[bytes], int]] = OrderedDict()
        self._needed: dict[Future[Any], list[str]] = {}
        self._parts = toolkit_parts()

    def submit(
        self, task: Task, files: Mapping[str, bytes], limits: Limits
    ) -> "Future[tuple[Made | Failure, ...]]":
        """Send a task, and those of its files that are not there."""
        digests = {name: data_digest(data) for name, data in files.items()}
        for name, digest in digests.items():
            if digest not in self._files:
                data = files[name]
                future = self._client.submit(bytes, data, key=f"newsletter-file-{digest}")
                self._files[digest] = (future, len(data))
            self._files.move_to_end(digest)
        sent = {name: self._files[digest][0] for name, digest in digests.items()}
        future = self._client.submit(
            make_from_files, task, sent, limits, self._parts, pure=False, priority=0
        )
        self._needed[future] = list(digests.values())
        return future

    def release(self, future: "Future[Any]") -> None:
        """A task is done: let go of the files that have not been needed for longest."""
        del self._needed[future]
        needed = {digest for digests in self._needed.values() for digest in digests}
        spare = sum(size for _, size in self._files.values())
        for digest in list(self._files):
            if spare <= KEPT:
                break
            if digest not in needed:
                spare -= self._files.pop(digest)[1]


def _contents(task: Task) -> dict[str, bytes]:
    """What a task reads, by the files' names in its publication."""
    files = {}
    for path in task_files(task.publication, task.slug, task.language):
        name = file_name(task.publication, path)
        if name.startswith("../"):
            raise ContentError("lies outside of the publication", path)
        with suppress(FileNotFoundError):
            files[name] = path.read_bytes()
    return files


def _results(future: "Future[Any]", task: Task) -> Iterator[Happening]:
    from distributed.scheduler import KilledWorker

    try:
        yield from future.result()
    except KilledWorker:
        for format_ in task.formats:
            error = ContentError(
                f"{task.language}.{format_}: every worker of the cluster that was to make it "
                "died, most often because its machine had too little memory",
                task.publication.issues / task.slug,
            )
            yield Failure(task.slug, task.language, format_, error)
    except NewsletterError:
        raise
    except Exception as error:
        raise MissingError(
            "the cluster cannot run the toolkit: install the same version on its scheduler and "
            f"on all of its workers ({_in_a_line(error)})"
        ) from None


def _threads(client: "Client", patience: float) -> int:
    """How many tasks the cluster can run at once; waits for a first worker."""
    threads: int = sum(client.nthreads().values())
    if not threads:
        try:
            client.wait_for_workers(1, timeout=patience)
        except TimeoutError:
            raise MissingError(
                f"the cluster has no workers, and none came within {patience:g} seconds: start "
                f"some with `dask worker {client.scheduler.addr}`"
            ) from None
        threads = sum(client.nthreads().values())
    return threads


def _done(
    client: "Client", futures: "list[Future[Any]]", scheduler: str, patience: float
) -> "list[Future[Any]]":
    """Those that are done, or cannot be; a moment later none, for the cluster to be looked at."""
    from concurrent.futures import CancelledError

    from distributed import wait

    try:
        with client.as_current():
            return list(wait(futures, timeout=patience / 3, return_when="FIRST_COMPLETED").done)
    except TimeoutError:
        return []
    except CancelledError:
        raise _gone(scheduler) from None


def _gone(scheduler: str) -> MissingError:
    return MissingError(
        f"the scheduler at {scheduler} went away: what came back is written, the next build "
        "makes the rest"
    )


@contextmanager
def _connected(scheduler: str, patience: float) -> "Iterator[Client]":
    try:
        from distributed import Client
    except ImportError:
        raise MissingError(
            "--scheduler needs Dask, which is not installed: pip install distributed, or install "
            "the toolkit with its extra [cluster]"
        ) from None
    with _quiet():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about versions of Dask that differ a little
                client = Client(scheduler, timeout=patience, set_as_default=False)
        except (OSError, ValueError) as error:
            raise MissingError(
                f"no Dask scheduler answers at {scheduler} within {patience:g} seconds: start one "
                f"with `dask scheduler`, or see the address ({_in_a_line(error)})"
            ) from None
        try:
            yield client
        finally:
            client.close(timeout=1)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Dask's own log back: what it has to tell of lost workers is told as our errors."""
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _in_a_line(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"


# On the cluster

_idle: "queue.LifoQueue[Worker]" = queue.LifoQueue()
"""The warm processes of this Dask worker that have nothing to do."""


def make_from_files(
    task: Task, files: Mapping[str, bytes], limits: Limits, parts: Mapping[str, str]
) -> tuple[Made | Failure, ...]:
    """Run a task from the files that came with it; this is what a Dask worker does.

    Args:
        task: what to make. Its publication is that of the machine that asks.
        files: the publication's files, by their names in it.
        limits: what the process may take.
        parts: the toolkit of the machine that asks (``toolkit_parts``).

    Raises:
        MissingError: the toolkit here is another one: it would not make the same bytes.
    """
    _see_that_it_is_the_same_toolkit(parts)
    asked = task.publication
    with TemporaryDirectory(prefix="newsletter-") as place:
        root = Path(place).resolve() / "publication"
        for name, data in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        here = replace(task, publication=_moved(asked, root))
        try:
            worker = _idle.get_nowait()
        except queue.Empty:
            worker = Worker()
        results = [result for result in worker.run(here, limits) if not isinstance(result, Started)]
        _idle.put(worker)
        return tuple(_as_seen_from(asked.root, result, root) for result in results)


def _see_that_it_is_the_same_toolkit(parts: Mapping[str, str]) -> None:
    from distributed import get_worker

    own = toolkit_parts()
    for name in {**parts, **own}:
        there, here = own.get(name, ""), parts.get(name, "")
        if there != here:
            if name == "its files":
                differs = "the same version of the toolkit, but not the same files of it"
            else:
                differs = f"{name} {there or '(none)'}, this machine {here or '(none)'}"
            raise MissingError(
                f"the worker at {get_worker().address} has {differs}: install the same toolkit "
                "on both"
            )


def _moved(publication: Publication, root: Path) -> Publication:
    """The publication as it is in another folder; what was chosen when it was opened stays."""
    places: dict[str, Any] = {
        field.name: root / file_name(publication, value)
        for field in fields(publication)
        if isinstance(value := getattr(publication, field.name), Path)
    }
    return replace(publication, **places)


def _as_seen_from(root: Path, result: Made | Failure, here: Path) -> Made | Failure:
    """A result that names files where they lie on the machine that asked."""

    def path(there: Path) -> Path:
        return root / there.relative_to(here) if there.is_relative_to(here) else there

    def text(words: str) -> str:
        return words.replace(str(here), str(root))

    if isinstance(result, Made):
        findings = (
            replace(finding, path=path(finding.path), message=text(finding.message))
            for finding in result.findings
        )
        return replace(result, findings=tuple(findings))
    error = result.error
    moved = type(error)(text(error.message), error.path and path(error.path), error.line)
    return replace(result, error=moved)
