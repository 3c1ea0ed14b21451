"""``newsletter init``: a publication that checks clean and builds at once."""

import datetime
import json
from pathlib import Path

import pytest

from tests.support import Newsletter
from toolkit.document.publication import read_publication
from toolkit.editorial import starter


@pytest.mark.parametrize("language", ["ja", "en"])
def test_checks_clean_and_builds(newsletter: Newsletter, tmp_path: Path, language: str) -> None:
    folder = tmp_path / "my weekly"
    result = newsletter("init", folder, "--lang", language, cwd=tmp_path)
    assert result.code == 0, result.err
    assert f"cd '{folder}'" in result.err
    publication = read_publication(folder)
    assert publication.languages[0] == language
    assert set(publication.languages) == {"ja", "en"}
    check = newsletter("check", cwd=folder)
    assert (check.code, check.out) == (0, "")
    build = newsletter("build", "--all", "--lang", language, "--format", "html", cwd=folder)
    assert build.code == 0, build.err
    slug = publication.slugs()[0]
    assert publication.names[language] in (
        folder / "dist" / slug / f"{slug}.{language}.html"
    ).read_text("utf-8")


def test_the_first_issue_is_of_today(newsletter: Newsletter, tmp_path: Path) -> None:
    before = datetime.date.today()
    assert newsletter("init", "weekly", cwd=tmp_path).code == 0
    (slug,) = read_publication(tmp_path / "weekly").slugs()
    assert before <= datetime.date.fromisoformat(slug) <= datetime.date.today()
    assert f"date = {slug}" in (tmp_path / "weekly/issues" / slug / "issue.toml").read_text("utf-8")


def test_what_can_be_made_again_is_ignored(newsletter: Newsletter, tmp_path: Path) -> None:
    newsletter("init", "weekly", cwd=tmp_path)
    ignored = (tmp_path / "weekly" / ".gitignore").read_text("utf-8").splitlines()
    assert {"dist/", "memory.sqlite*"} <= set(ignored)


def test_an_empty_folder_is_used_and_the_current_one_may_be(
    newsletter: Newsletter, tmp_path: Path
) -> None:
    folder = tmp_path / "weekly"
    folder.mkdir()
    assert newsletter("init", ".", cwd=folder).code == 0
    assert {path.name for path in folder.iterdir()} == {
        ".gitignore",
        "articles",
        "glossary.csv",
        "issues",
        "newsletter.toml",
    }


def test_json(newsletter: Newsletter, tmp_path: Path) -> None:
    made = json.loads(newsletter("init", "weekly", "--json", cwd=tmp_path).out)
    on_disk = {
        str(path.relative_to(tmp_path / "weekly"))
        for path in (tmp_path / "weekly").rglob("*")
        if path.is_file()
    }
    assert set(made["files"]) == on_disk


def test_a_folder_with_something_in_it(newsletter: Newsletter, tmp_path: Path) -> None:
    (tmp_path / "weekly").mkdir()
    (tmp_path / "weekly" / "mine.txt").write_text("x", "utf-8")
    result = newsletter("init", "weekly", cwd=tmp_path)
    assert result.code == 2
    assert result.err.startswith("newsletter: weekly: is not empty")
    assert [path.name for path in (tmp_path / "weekly").iterdir()] == ["mine.txt"]


def test_a_file_in_the_way(newsletter: Newsletter, tmp_path: Path) -> None:
    (tmp_path / "weekly").write_text("x", "utf-8")
    assert newsletter("init", "weekly", cwd=tmp_path).code == 2
    result = newsletter("init", "weekly/deeper", cwd=tmp_path)
    assert result.code == 3
    assert "cannot be made: Not a directory" in result.err


def test_broken_off_half_way_is_no_publication(
    newsletter: Newsletter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(path: Path, data: bytes | str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(starter, "write_atomic", interrupted)
    assert newsletter("init", "weekly", cwd=tmp_path).code == 130
    assert list((tmp_path / "weekly").iterdir()) == []
