"""Ways to run tasks: in this process, or in several that stay warm.

A way is a function from tasks to what becomes of them: for each format of each task a
``Started``, then a ``Made`` or a ``Failure``, in any order between tasks. ``toolkit.export``
takes any such function, so that a cluster is one more way.

Workers are started as ``python -c``, not by ``multiprocessing``: a script that calls
``toolkit.build`` needs no ``if __name__ == "__main__"``, a process with threads is not forked,
and a worker can be ended at any moment.
"""

import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from toolkit.errors import ContentError
from toolkit.export.tasks import Failure, Made, Task, run_each

RECYCLE_AFTER = 200
"""After so many tasks a worker gives way to a new one, so that no leak of a library grows."""

_LONGEST_WAIT = 0.5


@dataclass(frozen=True)
class Started:
    """Work on an output has begun."""

    slug: str
    language: str
    format: str


Happening = Started | Made | Failure
Way = Callable[[Sequence[Task]], Generator[Happening, None, None]]


def run_here(tasks: Sequence[Task]) -> Generator[Happening, None, None]:
    """Run tasks one after the other in this process."""
    for task in tasks:
        results = run_each(task)
        for format_ in task.formats:
            yield Started(task.slug, task.language, format_)
            yield next(results)


def run_in_workers(
    tasks: Sequence[Task],
    jobs: int,
    timeout: float | None = None,
    recycle_after: int = RECYCLE_AFTER,
) -> Generator[Happening, None, None]:
    """Run tasks in processes of their own, the first given first.

    A worker that dies, or is ended because an output took longer than ``timeout`` seconds,
    fails the outputs of its task that are not made yet; a new one takes its place. When the
    iterator is closed, or an exception such as ``KeyboardInterrupt`` comes through, all
    workers are ended at once.

    Args:
        tasks: what to run.
        jobs: how many processes; never more than there are tasks.
        timeout: the longest an output may take; None for no limit.
        recycle_after: after how many tasks a worker gives way to a new one.
    """
    waiting: queue.SimpleQueue[Task] = queue.SimpleQueue()
    for task in tasks:
        waiting.put(task)
    # Bounded: workers wait for the one who writes, so that finished outputs do not pile up.
    happenings: queue.Queue[Happening | _Ended] = queue.Queue(maxsize=max(jobs, 1))
    drivers = [
        _Driver(waiting, happenings, timeout, recycle_after) for _ in range(min(jobs, len(tasks)))
    ]
    working = len(drivers)
    try:
        for driver in drivers:
            driver.start()
        while working:
            for driver in drivers:
                driver.end_if_late()
            try:
                # With a limit, for not every system lets a Ctrl-C end the wait.
                happening = happenings.get(timeout=_LONGEST_WAIT)
            except queue.Empty:
                continue
            if not isinstance(happening, _Ended):
                yield happening
                continue
            working -= 1
            if happening.error:
                raise happening.error
    finally:
        for driver in drivers:
            driver.stop()
        # A driver may wait to hand over what nobody wants any more.
        while any(driver.is_alive() for driver in drivers):
            with suppress(queue.Empty):
                happenings.get(timeout=0.01)


@dataclass(frozen=True)
class _Ended:
    """A driver found nothing more to do, or cannot go on."""

    error: BaseException | None = None


class _Driver(threading.Thread):
    """A thread that hands tasks to one worker after another and passes its results on."""

    def __init__(
        self,
        waiting: "queue.SimpleQueue[Task]",
        happenings: "queue.Queue[Happening | _Ended]",
        timeout: float | None,
        recycle_after: int,
    ) -> None:
        super().__init__(daemon=True)
        self._waiting = waiting
        self._happenings = happenings
        self._timeout = timeout
        self._recycle_after = recycle_after
        self._process: subprocess.Popen[bytes] | None = None
        self._served = 0
        self._deadline: float | None = None
        self._late = False
        self._stopped = False
        # Guards what the thread and its owner both decide: whether a worker starts, is late.
        self._deciding = threading.Lock()

    def run(self) -> None:
        """What the thread does."""
        try:
            while not self._stopped:
                try:
                    task = self._waiting.get_nowait()
                except queue.Empty:
                    break
                self._serve(task)
            self._retire()
            self._happenings.put(_Ended())
        except BaseException as error:
            self._happenings.put(_Ended(error))

    def stop(self) -> None:
        """End the worker now, and the thread with it."""
        with self._deciding:
            self._stopped = True
            if self._process:
                self._process.kill()

    def end_if_late(self) -> None:
        """End the worker if its output takes too long; the task fails."""
        with self._deciding:
            late = self._deadline is not None and time.monotonic() > self._deadline
            if late and self._process:
                self._late = True
                self._deadline = None
                self._process.kill()

    def _serve(self, task: Task) -> None:
        waited_for = list(task.formats)
        try:
            worker = self._worker()
            if worker is None:
                return
            assert worker.stdin is not None
            assert worker.stdout is not None
            pickle.dump(task, worker.stdin)
            worker.stdin.flush()
            while waited_for:
                self._happenings.put(Started(task.slug, task.language, waited_for[0]))
                self._deadline = time.monotonic() + self._timeout if self._timeout else None
                result = pickle.load(worker.stdout)  # noqa: S301 - our own worker wrote it
                with self._deciding:
                    self._deadline = None
                    if self._late:
                        raise EOFError
                waited_for.pop(0)
                self._happenings.put(result)
            pickle.load(worker.stdout)  # noqa: S301
        except (EOFError, OSError, pickle.UnpicklingError):
            reason = self._bury()
            if not self._stopped:
                for format_ in waited_for:
                    path = task.publication.issues / task.slug
                    error = ContentError(f"{task.language}.{format_}: {reason}", path)
                    self._happenings.put(Failure(task.slug, task.language, format_, error))

    def _worker(self) -> "subprocess.Popen[bytes] | None":
        """The worker, a new one if need be; None when it is time to stop."""
        if self._process and self._served >= self._recycle_after:
            self._retire()
        self._served += 1
        with self._deciding:
            if self._stopped:
                return None
            if self._process is None:
                self._process = _start()
            return self._process

    def _bury(self) -> str:
        """Take leave of a worker that died; says why in words."""
        with self._deciding:
            process, self._process, self._served = self._process, None, 0
            late, self._late, self._deadline = self._late, False, None
        if process is None:
            return "no process could be started to make it"
        try:
            code = process.wait(_LONGEST_WAIT)
        except subprocess.TimeoutExpired:  # it lives, and what it says cannot be read
            process.kill()
            code = process.wait()
        _close(process)
        if late:
            return f"took longer than {self._timeout:g} seconds (--task-timeout) and was ended"
        if os.name == "posix" and code == -signal.SIGKILL:
            return (
                "the process that made it was killed, most often because the machine had too "
                "little memory: try fewer --jobs"
            )
        return f"the process that made it ended by itself (exit status {code})"

    def _retire(self) -> None:
        """Let the worker end: it has nothing to do when its input ends."""
        process, self._process, self._served = self._process, None, 0
        if process:
            _close(process)
            process.wait()


def _start() -> "subprocess.Popen[bytes]":
    script = (
        f"import sys; sys.path[:] = {sys.path!r}\nfrom toolkit.export.worker import main\nmain()\n"
    )
    # In a group of its own, a worker does not get the Ctrl-C that is meant for the build.
    group = 0 if os.name == "posix" else None
    return subprocess.Popen(  # noqa: S603 - this very Python, and a script of ours
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        process_group=group,
    )


def _close(process: "subprocess.Popen[bytes]") -> None:
    for stream in (process.stdin, process.stdout):
        if stream:
            with suppress(OSError):
                stream.close()


def available_processors() -> int:
    """How many processors this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def longest_first(tasks: Iterable[Task]) -> list[Task]:
    """Tasks in the order that keeps all processes busy to the end."""
    return sorted(tasks, key=lambda task: -task.weight * len(task.formats))
