"""One issue, already translated, built in all languages and formats: seconds and memory.

Each run is a process of its own, as a user starts it. Beside it, in turn with it, runs
the least that could do the same work: a bare process that imports WeasyPrint and writes
the two finished HTML pages as PDF. Medians over the runs; the machine's noise is in the
spread, so compare the ratio, not the seconds of two days.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from toolkit.resources import folder

ISSUE = "2025-11-25"
RUNS = 5

BARE = """
import sys
import weasyprint
for path in sys.argv[1:]:
    weasyprint.HTML(filename=path).write_pdf(path + '.pdf', pdf_variant='pdf/ua-1')
"""


@dataclass(frozen=True)
class Run:
    """One process: wall and processor time in seconds, peak memory in MB."""

    wall: float
    cpu: float
    peak: float


def measure(*arguments: str) -> Run:
    """Run a process to its end, silently, and measure it."""
    start = time.perf_counter()
    pid = os.posix_spawn(
        arguments[0],
        arguments,
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ],
    )
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"failed: {' '.join(arguments)}")
    # Linux counts ru_maxrss in KB, macOS in bytes.
    unit = 1e6 if sys.platform == "darwin" else 1e3
    wall = time.perf_counter() - start
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


@contextmanager
def asked(script: str, *arguments: str) -> Iterator[Callable[[str], float]]:
    """A process that does something for each line it reads, and prints the seconds it took.

    So two of them can work in turn, each with everything loaded and nothing of the other's.

    Yields:
        What sends a line and waits for the seconds.
    """
    command = [sys.executable, "-c", script, *arguments]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        lines, answers = process.stdin, process.stdout

        def ask(line: str) -> float:
            lines.write(f"{line}\n")
            lines.flush()
            return float(answers.readline())

        yield ask


def row(name: str, runs: list[Run]) -> str:
    """The medians of some runs as a line."""
    wall = [run.wall for run in runs]
    return (
        f"{name:<44} {statistics.median(wall):6.2f} s  ({min(wall):.2f}–{max(wall):.2f})"
        f"   cpu {statistics.median(run.cpu for run in runs):5.2f} s"
        f"   peak {max(run.peak for run in runs):4.0f} MB"
    )


def main() -> None:
    """Print the benchmark."""
    with tempfile.TemporaryDirectory() as place:
        publication = Path(shutil.copytree(folder("seeds"), Path(place) / "publication"))
        dist = publication / "dist" / ISSUE
        build = (
            sys.executable,
            "-m",
            "toolkit.cli",
            "build",
            ISSUE,
            "--force",
            "--publication",
            str(publication),
        )
        pages = [str(dist / f"{ISSUE}.{language}.html") for language in ("ja", "en")]
        ours, bare, stages = [], [], []
        measure(*build)  # warm the file cache
        for _ in range(RUNS):
            ours.append(measure(*build))
            stages.append(json.loads((dist / "build.json").read_text("utf-8"))["files"])
            bare.append(measure(sys.executable, "-c", BARE, *pages))
        print(f"Issue {ISSUE}, 2 languages × {len(stages[0]) // 2} formats; {RUNS} runs each")
        print(row("newsletter build", ours))
        print(row("bare WeasyPrint, the two PDFs alone", bare))
        ratio = statistics.median(a.wall / b.wall for a, b in zip(ours, bare, strict=True))
        print(f"{'ratio, pair by pair':<44} {ratio:6.2f}\n")
        print("Seconds a stage (median); the first of a format also loads its library")
        for number, entry in enumerate(stages[0]):
            medians = {
                stage: statistics.median(run[number]["seconds"][stage] for run in stages)
                for stage in entry["seconds"]
            }
            print(f"  {entry['file']:<24}", "  ".join(f"{k} {v:.3f}" for k, v in medians.items()))


if __name__ == "__main__":
    main()
