"""Warm processes: the same bytes, and what becomes of a build when one of them dies or hangs."""

import os
import pickle
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import toolkit
from toolkit.document.publication import read_publication
from toolkit.errors import MissingError
from toolkit.export import Failure, Made, Started, Task, pool, run
from toolkit.export.pool import Happening, Limits, longest_first, run_here, run_in_workers

ISSUE = "2025-11-25"
OTHERS = ("2025-12-02", "2025-12-09")
LANGUAGES, FORMATS = ("ja", "en"), ("md", "txt")


@pytest.fixture
def publication(publication: Path) -> Path:
    """Three issues."""
    for slug in OTHERS:
        shutil.copytree(publication / "issues" / ISSUE, publication / "issues" / slug)
    return publication


def tasks(publication: Path, formats: tuple[str, ...] = FORMATS) -> list[Task]:
    opened = read_publication(publication)
    slugs = (ISSUE, *OTHERS)
    return [Task(opened, slug, language, formats) for slug in slugs for language in LANGUAGES]


def made(happenings: Iterator[Happening]) -> dict[tuple[str, str, str], bytes]:
    return {
        (happening.slug, happening.language, happening.format): happening.data
        for happening in happenings
        if isinstance(happening, Made)
    }


def test_any_number_of_processes_gives_the_same_bytes(publication: Path) -> None:
    asked = [*tasks(publication)[:4], *tasks(publication, ("html", "docx"))[4:]]
    expected = made(run_here(asked))
    assert len(expected) == len(asked) * 2
    assert made(run_in_workers(asked, 2, Limits(tasks=2))) == expected


def test_a_task_and_its_results_travel(publication: Path) -> None:
    (task, *_) = tasks(publication, ("md",))
    assert pickle.loads(pickle.dumps(task)) == task
    (result,) = run(task)
    assert pickle.loads(pickle.dumps(result)) == result
    (publication / "issues" / ISSUE / "brief-1.md").write_text("\n")
    (failure,) = pickle.loads(pickle.dumps(run(task)))
    assert isinstance(failure, Failure)
    assert str(failure.error).endswith("brief-1.md: holds no text")


def test_an_output_is_told_to_have_started_before_it_ends(publication: Path) -> None:
    started: set[tuple[str, str, str]] = set()
    for happening in run_in_workers(tasks(publication), 2):
        name = (happening.slug, happening.language, happening.format)
        if isinstance(happening, Started):
            started.add(name)
        else:
            started.remove(name)
    assert not started


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> list["subprocess.Popen[bytes]"]:
    """The processes that were started, in order."""
    started: list[subprocess.Popen[bytes]] = []
    start = pool._start

    def remember() -> "subprocess.Popen[bytes]":
        started.append(start())
        return started[-1]

    monkeypatch.setattr(pool, "_start", remember)
    return started


@pytest.mark.skipif(os.name != "posix", reason="a signal that cannot be caught")
def test_a_worker_that_is_killed_fails_its_outputs_and_the_rest_goes_on(
    publication: Path, workers: list["subprocess.Popen[bytes]"]
) -> None:
    asked = tasks(publication)
    failures: list[Failure] = []
    finished: list[Made] = []
    for happening in run_in_workers(asked, 1):
        if isinstance(happening, Started) and not failures and not finished:
            workers[0].kill()
        elif isinstance(happening, Failure):
            failures.append(happening)
        elif isinstance(happening, Made):
            finished.append(happening)
    assert [(failure.slug, failure.language) for failure in failures] == [(ISSUE, "ja")] * 2
    assert all("was killed" in str(failure.error) for failure in failures)
    assert len(finished) == (len(asked) - 1) * len(FORMATS)
    assert [worker.returncode for worker in workers] == [-signal.SIGKILL, 0]


@pytest.mark.skipif(os.name != "posix", reason="a pipe that nobody fills")
def test_an_output_that_hangs_is_ended(
    publication: Path, workers: list["subprocess.Popen[bytes]"]
) -> None:
    section = publication / "issues" / ISSUE / "brief-1.md"
    section.unlink()
    os.mkfifo(section)
    report = toolkit.build(publication, [ISSUE], ["ja"], ["md"], task_timeout=0.5)
    (failure,) = report.failures
    assert str(failure.error).endswith(
        "ja.md: took longer than 0.5 seconds (--task-timeout) and was ended"
    )
    assert [worker.returncode for worker in workers] == [-signal.SIGKILL]


@pytest.mark.skipif(sys.platform != "linux", reason="limits another process's memory")
def test_a_worker_without_memory_fails_its_output_and_the_rest_goes_on(
    publication: Path, workers: list["subprocess.Popen[bytes]"]
) -> None:
    import resource

    section = publication / "issues" / OTHERS[0] / "brief-1.md"
    section.write_text("- 一文。\n" * 120_000, "utf-8")
    asked = [task for task in tasks(publication, ("md",)) if task.language == "ja"]
    results: list[Made | Failure] = []
    for happening in run_in_workers(asked, 1):
        if isinstance(happening, Started):
            continue
        if not results:
            pid = workers[0].pid
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
            enough = pages * resource.getpagesize() + 24_000_000
            resource.prlimit(pid, resource.RLIMIT_AS, (enough, enough))
        results.append(happening)
    first, second, third = results
    assert isinstance(first, Made)
    assert isinstance(second, Failure)
    assert "too little memory" in str(second.error)
    assert isinstance(third, Made)


@pytest.mark.parametrize(("memory", "expected"), [(1, 3), (10**12, 1)])
def test_a_worker_that_holds_too_much_gives_way_after_its_task(
    publication: Path, workers: list["subprocess.Popen[bytes]"], memory: int, expected: int
) -> None:
    asked = tasks(publication, ("md",))[:3]
    assert len(made(run_in_workers(asked, 1, Limits(memory=memory)))) == 3
    assert [worker.returncode for worker in workers] == [0] * expected


def test_who_stops_listening_ends_the_workers(
    publication: Path, workers: list["subprocess.Popen[bytes]"]
) -> None:
    happenings = run_in_workers(tasks(publication), 2)
    next(happenings)
    happenings.close()
    assert workers
    assert None not in [worker.returncode for worker in workers]


def test_the_longest_comes_first(publication: Path) -> None:
    opened = read_publication(publication)
    one, two = (Task(opened, ISSUE, "ja", ("md",), weight) for weight in (1, 2))
    both = Task(opened, ISSUE, "en", ("md", "txt"), 2)
    assert longest_first([one, two, both]) == [both, two, one]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ZeroDivisionError("by\nnought"), "ZeroDivisionError: by nought at test_pool.py:"),
        (OSError(36, "File name too long"), "OSError: [Errno 36] File name too long at test_pool"),
        (MemoryError(), "too little memory"),
    ],
)
def test_a_fault_of_ours_fails_one_output_in_one_line(
    publication: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    def broken(format_: str) -> object:
        raise error

    monkeypatch.setattr("toolkit.export.tasks.renderer", broken)
    report = toolkit.build(publication, [ISSUE], ["ja"], ["md"])
    (failure,) = report.failures
    assert said in str(failure.error)
    assert "\n" not in str(failure.error)


def test_a_library_that_cannot_be_loaded_ends_the_build(
    publication: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(format_: str) -> object:
        raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr("toolkit.export.tasks.renderer", broken)
    with pytest.raises(MissingError, match="newsletter doctor"):
        toolkit.build(publication, [ISSUE], ["ja"], ["md"])


SCRIPT = """
import sys
import toolkit
report = toolkit.build(sys.argv[1], formats=["md"], jobs=2)
print(len(report.outputs), len(report.failures))
"""


def test_a_script_needs_no_guard(publication: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, "utf-8")
    done = subprocess.run(
        [sys.executable, script, publication], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["6", "0"]
    assert done.stderr == ""


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_no_temporary_file_outlives_a_build(publication: Path, tmp_path: Path, jobs: str) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    command = [sys.executable, "-m", "toolkit.cli", "build", "--all", "--format", "pdf"]
    done = subprocess.run(
        [*command, "--jobs", jobs],
        cwd=publication,
        env={**os.environ, "TMPDIR": str(scratch)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Exception" not in done.stderr
    assert list(scratch.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="sends the signal of Ctrl-C")
def test_ctrl_c_ends_a_build_at_once_and_leaves_nothing_half_written(publication: Path) -> None:
    command = [sys.executable, "-m", "toolkit.cli", "build", "--all", "--jobs", "2", "--json"]
    build = subprocess.Popen(
        command, cwd=publication, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert build.stdout is not None
    assert "started" in build.stdout.readline()
    build.send_signal(signal.SIGINT)
    _, errors = build.communicate(timeout=60)
    assert build.returncode == 130, errors
    assert errors.strip() == "newsletter: interrupted"
    left = [path.name for path in (publication / "dist").rglob("*") if path.is_file()]
    assert not [name for name in left if name.startswith(".")]
