"""What can go wrong around a build: nothing stale is taken for fresh, nothing is half there."""

import errno
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Generator, Sequence
from pathlib import Path

import pytest

import toolkit
from tests.support import Newsletter
from toolkit.document.publication import read_publication
from toolkit.errors import MissingError
from toolkit.export import Event, Failure, Happening, Made, Report, Started, Task, run, run_each
from toolkit.export.lock import FILE, build_lock

ISSUE = "2025-11-25"
FORMATS = ("md", "txt")


def files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "build.json"
    }


def test_two_builds_at_once(newsletter: Newsletter, publication: Path) -> None:
    arguments = ("build", "--lang", "ja", "--format", "md")
    with build_lock(publication / "dist"):
        result = newsletter(*arguments, cwd=publication)
        assert result.code == 3
        assert result.err.splitlines() == [
            "newsletter: dist: another build is at work here: wait for its end, or write "
            "elsewhere with --out"
        ]
        assert newsletter(*arguments, "--out", "elsewhere", cwd=publication).code == 0
    assert newsletter(*arguments, cwd=publication).code == 0
    assert not (publication / "dist" / FILE).exists()


def test_a_lock_that_a_killed_build_left_is_no_lock(publication: Path) -> None:
    (publication / "dist").mkdir()
    (publication / "dist" / FILE).touch()
    assert toolkit.build(publication, formats=["md"]).outputs


def test_a_build_with_nothing_to_do_writes_nothing(publication: Path) -> None:
    """So it needs no lock, and no right to write."""
    toolkit.build(publication, formats=["md"])
    with build_lock(publication / "dist"):
        assert not toolkit.build(publication, formats=["md"]).outputs
        assert toolkit.build(publication, formats=["txt"], dry_run=True).steps
        with pytest.raises(MissingError, match="another build"):
            toolkit.build(publication, formats=["txt"])


def test_an_issue_that_is_deleted_during_the_build_fails_alone(publication: Path) -> None:
    other = publication / "issues" / "2025-12-02"
    shutil.copytree(publication / "issues" / ISSUE, other)

    def way(tasks: Sequence[Task]) -> Generator[Happening, None, None]:
        shutil.rmtree(other)
        for task in tasks:
            for format_ in task.formats:
                yield Started(task.slug, task.language, format_)
            yield from run_each(task)

    report = toolkit.build(publication, languages=["ja"], formats=FORMATS, way=way)
    assert [output.slug for output in report.outputs] == [ISSUE] * 2
    failure: Failure
    for failure in report.failures:
        assert failure.slug == "2025-12-02"
        assert "was taken away during the build" in str(failure.error)
    assert len(report.failures) == 2


def test_an_output_that_a_way_forgets_is_a_failure(publication: Path) -> None:
    def way(tasks: Sequence[Task]) -> Generator[Happening, None, None]:
        yield from (next(run_each(task)) for task in tasks)

    told: list[Event] = []
    report = toolkit.build(
        publication, languages=["ja"], formats=FORMATS, way=way, on_event=told.append
    )
    assert [output.format for output in report.outputs] == [FORMATS[0]]
    (failure,) = report.failures
    assert str(failure.error).endswith(
        f"{ISSUE}.ja.{FORMATS[1]}: was not made, and nothing says why: build it again"
    )
    assert failure in told


def test_what_a_killed_build_left_half_written_is_cleared_away(publication: Path) -> None:
    folder = publication / "dist" / ISSUE
    folder.mkdir(parents=True)
    for name in (f".{ISSUE}.ja.pdf.ab12_9zx", ".build.json.qqqqqqqq"):
        (folder / name).write_bytes(b"%PDF-1.7 half")
    for name in (".notes", f"{ISSUE}.notes.txt", ".gitkeep"):
        (folder / name).write_bytes(b"an editor's own")
    toolkit.build(publication, languages=["ja"], formats=["md"])
    assert {path.name for path in folder.iterdir()} == {
        ".notes",
        ".gitkeep",
        f"{ISSUE}.notes.txt",
        f"{ISSUE}.ja.md",
        "build.json",
    }


# What Python tells its audit hooks of (every file opened, made, renamed, removed, …) are the
# moments of a build. The process that is killed has all imported, so that it costs little.
BUILDER = """
import os, signal, sys
import toolkit

def build():
    return toolkit.build(sys.argv[1], languages=["ja"], formats=["md", "txt"], jobs=1)

build()
print("ready", flush=True)
for line in sys.stdin:
    child = os.fork()
    if not child:
        moments, last = 0, int(line)

        def tick(event, arguments):
            global moments
            moments += 1
            if moments == last:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(tick)
        build()
        last = moments
        print(last, flush=True)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        print("killed", flush=True)
"""


def write_on(publication: Path, number: int) -> None:
    """Another text, so that all that was built is stale."""
    for section in sorted((publication / "issues").glob("*/brief-1.md")):
        with section.open("a", encoding="utf-8") as file:
            file.write(f"\n\n{number}本目の橋が開通した。\n")


def as_it_should_be(publication: Path) -> dict[str, str]:
    """What ``files`` finds when the outputs are those of the sources as they are."""
    opened = read_publication(publication)
    return {
        f"{slug}/{slug}.ja.{made.format}": hashlib.sha256(made.data).hexdigest()
        for slug in opened.slugs()
        for made in run(Task(opened, slug, "ja", FORMATS))
        if isinstance(made, Made)
    }


def assert_each_is_whole(
    dist: Path, before: dict[str, str], after: dict[str, str], *, left_behind: bool = False
) -> int:
    """Every output is the former or the new one; how many are new."""
    found = {name: digest for name, digest in files(dist).items() if "/." not in f"/{name}"}
    assert found.keys() <= after.keys()
    for name, digest in found.items():
        assert digest in (before.get(name), after[name]), name
    if not left_behind:
        assert found.keys() == files(dist).keys()
    for record in dist.glob("*/build.json"):
        json.loads(record.read_text("utf-8"))
    return sum(digest == after[name] for name, digest in found.items())


@pytest.mark.skipif(os.name != "posix", reason="a signal that cannot be caught")
def test_killed_at_fifty_moments_the_next_build_is_whole(publication: Path) -> None:
    """The text is another one each time, so that what was written before is stale."""
    shutil.copytree(publication / "issues" / ISSUE, publication / "issues" / "2026-01-06")
    dist = publication / "dist"
    chance = random.Random(5)
    with subprocess.Popen(
        [sys.executable, "-c", BUILDER, publication],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as builder:

        def said() -> str:
            assert builder.stdout is not None
            return builder.stdout.readline().strip()

        def build(last_moment: int) -> str:
            assert builder.stdin is not None
            builder.stdin.write(f"{last_moment}\n")
            builder.stdin.flush()
            return said()

        assert said() == "ready"
        write_on(publication, 0)
        moments = int(build(0))
        half_done = 0
        after = files(dist)
        for number in range(1, 51):
            before = after
            write_on(publication, number)
            after = as_it_should_be(publication)
            assert build(chance.randint(1, moments)) == "killed"
            new = assert_each_is_whole(dist, before, after, left_behind=True)
            half_done += 0 < new < len(after)
            report = toolkit.build(publication, languages=["ja"], formats=FORMATS, jobs=1)
            assert not report.failures
            assert len(report.outputs) >= len(after) - new
            assert files(dist) == after
    assert half_done > 10, "many of the moments lie between two outputs"


@pytest.mark.skipif(os.name != "posix", reason="a signal that cannot be caught")
def test_a_killed_build_with_workers_leaves_nothing_behind(publication: Path) -> None:
    shutil.copytree(publication / "issues" / ISSUE, publication / "issues" / "2026-01-06")
    command = [sys.executable, "-m", "toolkit.cli", "build", "--all", "--jobs", "2", "--json"]
    command += ["--lang", "ja", "--format", "md", "--format", "txt"]
    before = as_it_should_be(publication)
    build = subprocess.Popen(
        command, cwd=publication, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert build.stdout is not None
    while '"finished"' not in build.stdout.readline():
        pass
    build.kill()
    # The workers hold the other end of this pipe: it ends when the last of them has ended.
    assert build.communicate(timeout=60)[1] == ""
    after = before
    assert assert_each_is_whole(publication / "dist", before, after, left_behind=True)
    toolkit.build(publication, languages=["ja"], formats=FORMATS, jobs=1)
    assert files(publication / "dist") == after


@pytest.mark.skipif(os.name != "posix", reason="a pipe that nobody fills")
def test_a_killed_build_takes_its_worker_along_whatever_that_does(publication: Path) -> None:
    section = publication / "issues" / ISSUE / "brief-1.md"
    section.unlink()
    os.mkfifo(section)
    command = [sys.executable, "-m", "toolkit.cli", "build", "--all", "--task-timeout", "600"]
    command += ["--lang", "ja", "--format", "md"]
    build = subprocess.Popen(
        command, cwd=publication, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    # This waits until the worker has begun to read, and as long as it is open the worker reads.
    with section.open("wb"):
        build.kill()
        # The worker holds the other end of this pipe: it ends when the worker has ended.
        assert build.communicate(timeout=60)[1] == b""


def test_a_disk_that_fills_up_at_any_write(
    publication: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(publication / "issues" / ISSUE, publication / "issues" / "2026-01-06")
    dist = publication / "dist"
    fsync = os.fsync
    after: dict[str, str] = {}
    for number in range(1, 2 * 2 * len(FORMATS) + 1):
        before = after
        write_on(publication, number)
        after = as_it_should_be(publication)
        room = number

        def full(handle: int) -> None:
            nonlocal room
            room -= 1
            if room <= 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            fsync(handle)

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(MissingError) as raised:
                toolkit.build(publication, languages=["ja"], formats=FORMATS, jobs=1)
        assert "cannot be written: No space left on device; make room" in str(raised.value)
        assert "\n" not in str(raised.value)
        assert_each_is_whole(dist, before, after)
        report = toolkit.build(publication, languages=["ja"], formats=FORMATS, jobs=1)
        assert len(report.outputs) == len(after) - (number - 1) // 2
        assert files(dist) == after


@pytest.fixture(scope="session")
def without_roots_rights() -> list[str]:
    """What goes before a command so that rights count for it, whoever runs the tests."""
    if os.name != "posix":
        pytest.skip("rights of POSIX")
    if os.geteuid() != 0:
        return []
    drop = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"]
    if not shutil.which("setpriv") or subprocess.run([*drop, "true"], check=False).returncode:
        pytest.skip("root may write anywhere, and there is no setpriv to take that right away")
    return drop


@pytest.mark.parametrize("folder", ["dist", f"dist/{ISSUE}"])
def test_a_folder_that_may_only_be_read(
    publication: Path, without_roots_rights: list[str], folder: str
) -> None:
    toolkit.build(publication, languages=["ja"], formats=["md"])
    before = files(publication / "dist")
    (publication / folder).chmod(0o555)
    command = [*without_roots_rights, sys.executable, "-m", "toolkit.cli", "build"]

    def build(*options: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*command, "--lang", "ja", "--format", "md", *options],
            cwd=publication,
            capture_output=True,
            text=True,
            check=False,
        )

    try:
        assert build().returncode == 0, "there is nothing to write"
        refused = build("--force")
    finally:
        (publication / folder).chmod(0o755)
    assert refused.returncode == 3
    (line,) = refused.stderr.splitlines()
    assert line.startswith(f"newsletter: {folder}")
    assert line.endswith(
        ": cannot be written: Permission denied; choose another place or change its rights"
    )
    assert files(publication / "dist") == before


@pytest.mark.parametrize("when", [0, 4_000_000_000], ids=["1970", "2096"])
def test_a_clock_that_was_wrong_changes_nothing(publication: Path, when: int) -> None:
    """Neither are files of such a time stale, nor is one that changed at such a time fresh."""

    def build() -> Report:
        return toolkit.build(publication, languages=["ja"], formats=["md"], jobs=1)

    section = publication / "issues" / ISSUE / "brief-1.md"
    os.utime(section, (when, when))
    build()
    for path in publication.rglob("*.*"):
        os.utime(path, (when, when))
    assert not build().outputs
    text = section.read_text("utf-8")
    section.write_text(text.replace("。", "！", 1), "utf-8")
    os.utime(section, (when, when))
    (made,) = build().outputs
    assert "！" in made.path.read_text("utf-8")


@pytest.mark.skipif(os.name != "posix", reason="limits the size of files")
def test_a_disk_without_room_is_exit_3_and_nothing_half_written(
    newsletter: Newsletter, publication: Path
) -> None:
    """To a program a full disk and a limit on the size of files look alike."""
    import resource

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        result = newsletter("build", "--lang", "ja", "--format", "md", cwd=publication)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert result.code == 3
    assert len(result.err.splitlines()) == 1
    assert f"{ISSUE}.ja.md: cannot be written" in result.err
    assert not files(publication / "dist")
