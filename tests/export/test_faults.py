"""What can go wrong around a build: nothing stale is taken for fresh, nothing is half there."""

import hashlib
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
from toolkit.errors import MissingError
from toolkit.export import Failure, Happening, Started, Task, run_each
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


@pytest.mark.skipif(os.name != "posix", reason="a signal that cannot be caught")
def test_killed_at_any_moment_the_next_build_is_whole(publication: Path, tmp_path: Path) -> None:
    """The text is another one each time, so that what was written before is stale."""
    for number in range(3):
        other = publication / "issues" / f"2026-01-0{number}"
        shutil.copytree(publication / "issues" / ISSUE, other)
    chance = random.Random(5)
    section = publication / "issues" / ISSUE / "brief-1.md"
    command = [sys.executable, "-m", "toolkit.cli", "build", "--all", "--jobs", "2", "--json"]
    command += [argument for format_ in FORMATS for argument in ("--format", format_)]
    for number in range(6):
        with section.open("a", encoding="utf-8") as file:
            file.write(f"\n\n{number}本目の橋が開通した。\n")
        build = subprocess.Popen(
            command, cwd=publication, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert build.stdout is not None
        for _ in range(chance.randrange(8)):
            build.stdout.readline()
        build.kill()
        build.communicate()
    report = toolkit.build(publication, languages=["ja"], formats=FORMATS)
    assert not report.failures
    clean = toolkit.build(
        publication, languages=["ja"], formats=FORMATS, out=tmp_path / "clean", force=True
    )
    assert len(clean.outputs) == 4 * len(FORMATS)
    built = files(publication / "dist")
    expected = files(tmp_path / "clean")
    assert built.items() >= expected.items()
    assert {Path(name).name.split(".")[1] for name in built.keys() - expected.keys()} <= {"en"}


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
