"""The archive that the benchmarks measure with: it is sound, and the same each time."""

from pathlib import Path

import pytest
from PIL import Image

from benchmarks.archive import make_archive
from tests.support import Newsletter
from toolkit.document.publication import Publication

ISSUES = 4


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Publication:
    return make_archive(tmp_path_factory.mktemp("archive") / "first", ISSUES)


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_no_issue_has_an_error(newsletter: Newsletter, archive: Publication) -> None:
    result = newsletter("check", cwd=archive.root)
    assert result.code == 0, result.out
    assert f"{ISSUES} issues checked: " in result.err


def test_both_editions_build_without_drafts(newsletter: Newsletter, archive: Publication) -> None:
    result = newsletter("build", archive.slugs()[1], "--format", "html", cwd=archive.root)
    assert result.code == 0, result.err
    assert "drafts" not in result.out


def test_lengths_and_pictures_differ(archive: Publication) -> None:
    issues = [archive.issues / slug for slug in archive.slugs()]
    assert len({sum(path.stat().st_size for path in issue.glob("*.md")) for issue in issues}) > 1
    pictures = [picture for issue in issues for picture in issue.glob("*.png")]
    assert len(pictures) >= ISSUES
    assert len({picture.read_bytes() for picture in pictures}) == len(pictures)
    for picture in pictures:
        with Image.open(picture) as image:
            image.verify()


def test_the_same_number_gives_the_same_files(archive: Publication, tmp_path: Path) -> None:
    again = make_archive(tmp_path / "again", 2)
    first = files(archive.issues)
    for name, data in files(again.issues).items():
        assert data == first[name], name


def test_a_short_issue_has_a_picture_and_a_chart_of_its_own(tmp_path: Path) -> None:
    short = make_archive(tmp_path / "short", 3, short=True)
    charts = set()
    for slug in short.slugs():
        issue = short.issues / slug
        assert len(list(issue.glob("*.png"))) == 1
        text = "".join(path.read_text("utf-8") for path in issue.glob("*.md"))
        _, chart = text.split("```chart")
        charts.add(chart)
        assert len(text) < 2_500
    assert len(charts) == 3
