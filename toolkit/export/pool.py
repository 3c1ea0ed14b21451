"""Ways to run tasks: in this process, or in several that stay warm.

A way is a function from tasks to what becomes of them: for each format of each task a
``Started``, then a ``Made`` or a ``Failure``, in any order between tasks. ``toolkit.export``
takes any such function, so that a cluster is one more way.

Workers are started as ``python -c``, not by ``multiprocessing``: a script that calls
``toolkit.build`` needs no ``if __name__ == "__main__"``, a process with threads is not forked,
and a worker can be ended at any moment.
"""

import atexit
import os
import pickle
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache

from toolkit.errors import ContentError
from toolkit.export.tasks import Failure, Made, Task, run_each
from toolkit.export.worker import NO_MEMORY

RECYCLE_AFTER = 200
"""After so many tasks a worker gives way to a new one: a bound for leaks not found yet, such as
a library's next version may bring. Of those found none is left (``benchmarks.steady``)."""

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


@dataclass(frozen=True)
class Limits:
    """What a worker may take.

    Attributes:
        seconds: the longest an output may take before its worker is ended; None for no limit.
        memory: a worker that holds more bytes after a task gives way to a new one; None for
            no limit.
        tasks: after so many a worker gives way to a new one.
    """

    seconds: float | None = None
    memory: int | None = None
    tasks: int = RECYCLE_AFTER


NO_LIMITS = Limits()


def run_in_workers(
    tasks: Sequence[Task], jobs: int, limits: Limits = NO_LIMITS
) -> Generator[Happening, None, None]:
    """Run tasks in processes of their own, the first given first.

    A worker that dies, or is ended because an output took too long, fails the outputs of its
    task that are not made yet; a new one takes its place. When the iterator is closed, or an
    exception such as ``KeyboardInterrupt`` comes through, all workers are ended at once.

    Args:
        tasks: what to run.
        jobs: how many processes; never more than there are tasks.
        limits: what each may take.
    """
    waiting: queue.SimpleQueue[Task] = queue.SimpleQueue()
    for task in tasks:
        waiting.put(task)
    # Bounded: workers wait for the one who writes, so that finished outputs do not pile up.
    happenings: queue.Queue[Happening | _Ended] = queue.Queue(maxsize=max(jobs, 1))
    drivers = [_Driver(waiting, happenings, limits) for _ in range(min(jobs, len(tasks)))]
    working = len(drivers)
    try:
        for driver in drivers:
            driver.start()
        while working:
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
    """A thread that hands task after task to a worker and passes its results on."""

    def __init__(
        self,
        waiting: "queue.SimpleQueue[Task]",
        happenings: "queue.Queue[Happening | _Ended]",
        limits: Limits,
    ) -> None:
        super().__init__(daemon=True)
        self._waiting = waiting
        self._happenings = happenings
        self._limits = limits
        self._worker = Worker()

    def run(self) -> None:
        """What the thread does."""
        try:
            while not self._worker.is_stopped:
                try:
                    task = self._waiting.get_nowait()
                except queue.Empty:
                    break
                for happening in self._worker.run(task, self._limits):
                    self._happenings.put(happening)
            self._worker.retire()
            self._happenings.put(_Ended())
        except BaseException as error:
            self._happenings.put(_Ended(error))

    def stop(self) -> None:
        """End the worker now, and the thread with it."""
        self._worker.stop()


class Worker:
    """A warm process that serves one task after another, or the one that took its place.

    It starts with its first task. One thread at a time gives it work; ``stop`` may come from
    another.
    """

    def __init__(self) -> None:
        self.is_stopped = False
        self._process: subprocess.Popen[bytes] | None = None
        self._served = 0
        self._late = False
        # Guards what several threads decide: whether the process starts, is late, is ended.
        self._deciding = threading.Lock()

    def run(self, task: Task, limits: Limits = NO_LIMITS) -> Iterator[Happening]:
        """Have a task run; see ``run_in_workers``. To be iterated to its end."""
        waited_for = list(task.formats)
        try:
            process = self._ready(limits)
            if process is None:
                return
            assert process.stdin is not None
            assert process.stdout is not None
            pickle.dump(task, process.stdin)
            process.stdin.flush()
            while waited_for:
                yield Started(task.slug, task.language, waited_for[0])
                with self._in_time(limits.seconds):
                    result = pickle.load(process.stdout)  # noqa: S301 - our own worker wrote it
                waited_for.pop(0)
                yield result
            memory = pickle.load(process.stdout)  # noqa: S301
            if limits.memory is not None and memory > limits.memory:
                self.retire()
        except (EOFError, OSError, pickle.UnpicklingError):
            reason = self._bury(limits)
            if not self.is_stopped:
                for format_ in waited_for:
                    path = task.publication.issues / task.slug
                    error = ContentError(f"{task.language}.{format_}: {reason}", path)
                    yield Failure(task.slug, task.language, format_, error)

    def stop(self) -> None:
        """End the process now, and start no other."""
        with self._deciding:
            self.is_stopped = True
            if self._process:
                self._process.kill()

    def retire(self) -> None:
        """Let the process end: it has nothing to do when its input ends."""
        process, self._process, self._served = self._process, None, 0
        if process:
            _close(process)
            process.wait()

    def _ready(self, limits: Limits) -> "subprocess.Popen[bytes] | None":
        """The process, a new one if need be; None when it is time to stop."""
        if self._served >= limits.tasks:
            self.retire()
        self._served += 1
        with self._deciding:
            if self.is_stopped:
                return None
            if self._process is None:
                self._process = _start()
            return self._process

    @contextmanager
    def _in_time(self, seconds: float | None) -> Iterator[None]:
        """End the process if what is waited for takes longer."""
        if seconds is None:
            yield
            return
        is_over = False

        def end() -> None:
            with self._deciding:
                if self._process and not is_over:
                    self._late = True
                    self._process.kill()

        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            with self._deciding:
                is_over = True
            timer.cancel()
        if self._late:
            raise EOFError  # it came when its process had been given up

    def _bury(self, limits: Limits) -> str:
        """Take leave of a process that died; says why in words."""
        with self._deciding:
            process, self._process, self._served = self._process, None, 0
            late, self._late = self._late, False
        if process is None:
            return "no process could be started to make it"
        try:
            code = process.wait(_LONGEST_WAIT)
        except subprocess.TimeoutExpired:  # it lives, and what it says cannot be read
            process.kill()
            code = process.wait()
        _close(process)
        if late:
            return f"took longer than {limits.seconds:g} seconds (--task-timeout) and was ended"
        if code == NO_MEMORY:
            return "the process that made it had too little memory: try fewer --jobs"
        if os.name == "posix" and code == -signal.SIGKILL:
            return (
                "the process that made it was killed, most often because the machine had too "
                "little memory: try fewer --jobs"
            )
        if os.name == "posix" and code < 0:
            return (
                f"the process that made it was ended by {_signal_name(-code)}, most often "
                "because a library met a fault or the memory a process may have was used up"
            )
        return f"the process that made it ended by itself (exit status {code})"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


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
        env={**os.environ, "TMPDIR": _scratch()},
    )


@cache
def _scratch() -> str:
    """A folder for what workers leave behind, the copies of fonts that WeasyPrint makes: they are
    ended without a farewell. It goes with this process.
    """
    path = tempfile.mkdtemp(prefix="newsletter-")
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


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
