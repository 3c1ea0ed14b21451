"""A worker that is never replaced: the memory of its first tasks and of its last.

    python -m benchmarks.steady                1,000 tasks, some ten minutes
    python -m benchmarks.steady --tasks 300

This process is the worker. A task is an edition of a short issue, with a picture and a chart of
its own, in one format; formats and languages take turns. The peak is that of each task by itself
(Linux counts it anew when asked), so that one large task does not hide what comes after it.
"""

import argparse
import gc
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.archive import make_archive
from toolkit.document.publication import Publication
from toolkit.export.tasks import Failure, Task, run

FORMATS = ("pdf", "docx", "html")


def make_tasks(place: Path, count: int) -> Iterator[Task]:
    """So many tasks, each to be made of other words, pictures or figures than the ones before."""
    editions = -(-count // len(FORMATS))
    publication = make_archive(place, -(-editions // 2), short=True)
    return (task for number, task in enumerate(_tasks(publication)) if number < count)


def _tasks(publication: Publication) -> Iterator[Task]:
    for slug in publication.slugs():
        for language in publication.languages:
            for format_ in FORMATS:
                yield Task(publication, slug, language, (format_,))


def memory() -> tuple[float, float]:
    """The most MB this process held since it was last asked, and what it holds now."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    Path("/proc/self/clear_refs").write_text("5", "ascii")
    peak, now = (int(fields[name].split()[0]) * 1024 / 1e6 for name in ("VmHWM", "VmRSS"))
    return peak, now


def measure(count: int) -> None:
    """Run so many tasks and print the table."""
    peaks, held, objects = [], [], []
    tenth = count // 10
    with tempfile.TemporaryDirectory() as place:
        tasks = make_tasks(Path(place).resolve() / "publication", count)
        start, cpu = time.perf_counter(), time.process_time()
        for number, task in enumerate(tasks, 1):
            for result in run(task):
                if isinstance(result, Failure):
                    raise SystemExit(f"failed: {result.error}")
            del result
            peak, now = memory()
            peaks.append(peak)
            held.append(now)
            if number in (tenth, count):
                gc.collect()
                objects.append(len(gc.get_objects()))
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    print(f"{count:,} tasks in one process, {seconds:.0f} s ({cpu:.0f} s of a processor)")
    print(f"{'MB':<28}{f'first {tenth}':>12}{f'last {tenth}':>12}{'change':>10}")
    for name, figures, middle in (
        ("peak of the largest task", peaks, max),
        ("peak of a task, median", peaks, statistics.median),
        ("held after a task, median", held, statistics.median),
    ):
        first, last = middle(figures[:tenth]), middle(figures[-tenth:])
        print(f"{name:<28}{first:>12.1f}{last:>12.1f}{last / first - 1:>+10.1%}")
    first, last = objects
    print(f"{'Python objects at the end':<28}{first:>12,}{last:>12,}{last / first - 1:>+10.1%}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=1000)
    arguments = parser.parse_args()
    if arguments.tasks < 10:
        parser.error("ten tasks or more")
    if not os.access("/proc/self/clear_refs", os.W_OK):
        raise SystemExit("needs Linux, which tells the most memory of each task")
    measure(arguments.tasks)


if __name__ == "__main__":
    main()
