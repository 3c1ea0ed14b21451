"""Which files count as saved, how saves are grouped, and in which order issues are looked at."""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from toolkit.document.publication import Publication, read_publication
from toolkit.errors import MissingError
from toolkit.export.watch import in_turn, saves

ISSUE = "2025-11-25"


@pytest.fixture
def opened(publication: Path) -> Publication:
    return read_publication(publication)


@pytest.fixture
def watching(opened: Publication) -> Iterator[Iterator[frozenset[Path]]]:
    groups = saves(opened, opened.dist)
    with closing(groups):
        assert next(groups) == frozenset()
        yield groups


def names(publication: Publication, group: frozenset[Path]) -> set[str]:
    return {path.relative_to(publication.root).as_posix() for path in group}


def test_a_save_is_told(opened: Publication, watching: Iterator[frozenset[Path]]) -> None:
    (opened.issues / ISSUE / "brief-1.md").write_text("# 題\n\n文。\n", "utf-8")
    assert names(opened, next(watching)) == {f"issues/{ISSUE}/brief-1.md"}


def test_what_a_build_or_an_editor_writes_beside_is_no_save(
    opened: Publication, watching: Iterator[frozenset[Path]]
) -> None:
    for name in (
        f"dist/{ISSUE}/{ISSUE}.ja.html",
        "memory.sqlite-wal",
        f"issues/{ISSUE}/.brief-1.md.swp",
        f"issues/{ISSUE}/4913",
        f"issues/{ISSUE}/brief-1.md~",
        f"issues/{ISSUE}/#brief-1.md#",
        ".git/index",
    ):
        path = opened.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", "utf-8")
    (opened.root / "newsletter.toml").touch()
    told = names(opened, next(watching))
    assert told == {"newsletter.toml"}


def test_an_atomic_save_is_one_save_of_the_file(
    opened: Publication, watching: Iterator[frozenset[Path]]
) -> None:
    path = opened.issues / ISSUE / "brief-1.md"
    beside = path.with_name(".brief-1.md.k3j2")
    beside.write_text("# 題\n\n新しい文。\n", "utf-8")
    path.rename(path.with_name("brief-1.md~"))
    beside.rename(path)
    os.utime(path)
    assert names(opened, next(watching)) == {f"issues/{ISSUE}/brief-1.md"}


def test_outputs_among_the_sources_are_known_by_their_names(opened: Publication) -> None:
    groups = saves(opened, opened.root)
    with closing(groups):
        next(groups)
        folder = opened.root / ISSUE
        folder.mkdir()
        (folder / f"{ISSUE}.ja.pdf").write_bytes(b"%PDF-")
        (folder / "build.json").write_text("{}", "utf-8")
        (opened.articles / "new.md").write_text("# 題\n", "utf-8")
        told: set[str] = set()
        while "articles/new.md" not in told:
            told |= names(opened, next(groups))
    assert told - {ISSUE} == {"articles/new.md"}


def test_saves_in_folders_that_lie_elsewhere_are_told(publication: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    manifest = publication / "newsletter.toml"
    text = manifest.read_text("utf-8") + '\n[paths]\narticles = "../elsewhere"\n'
    manifest.write_text(text, "utf-8")
    opened = read_publication(publication)
    groups = saves(opened, opened.dist)
    with closing(groups):
        next(groups)
        (elsewhere / "tram.md").write_text("# 題\n", "utf-8")
        assert next(groups) == {elsewhere / "tram.md"}


def test_a_folder_that_cannot_be_watched_is_one_line(opened: Publication) -> None:
    shutil.rmtree(opened.root)
    with pytest.raises(MissingError, match="cannot be watched: ") as raised:
        next(saves(opened, opened.dist))
    assert len(str(raised.value).splitlines()) == 1
    assert raised.value.path == opened.root


@pytest.mark.parametrize(
    ("saved", "expected"),
    [
        (["issues/b/brief.md"], [["b"], ["a", "c"]]),
        (["issues/c/en.po", "issues/a/issue.toml"], [["a", "c"], ["b"]]),
        (["newsletter.toml"], [["a", "b", "c"]]),
        (["issues/other/brief.md"], [["a", "b", "c"]]),
        (["issues"], [["a", "b", "c"]]),
        ([], [["a", "b", "c"]]),
    ],
)
def test_the_issues_that_were_saved_come_first(
    opened: Publication, saved: list[str], expected: list[list[str]]
) -> None:
    paths = [opened.root / name for name in saved]
    assert in_turn(opened, ["a", "b", "c"], paths) == expected
