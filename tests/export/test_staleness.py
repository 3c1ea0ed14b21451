"""What is made again, and what is left alone: an output follows what it was made from."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import toolkit
from toolkit.document.publication import read_publication
from toolkit.errors import UsageError
from toolkit.export import Report, Step, inputs, plan
from toolkit.export.inputs import named_files, origin, read_digests

DATA = Path(__file__).parents[1] / "data"
ISSUE, OTHER = "2025-11-25", "2025-12-02"
FORMATS = ("html", "md")


def build(publication: Path, *, force: bool = False) -> Report:
    return toolkit.build(publication, formats=FORMATS, jobs=1, force=force)


def stale(publication: Path) -> dict[tuple[str, str], set[str]]:
    """Why outputs would be made, by issue and language, whichever their format."""
    report = toolkit.build(publication, formats=FORMATS, dry_run=True)
    found: dict[tuple[str, str], set[str]] = {}
    for step in report.steps:
        if step.reasons:
            found.setdefault((step.slug, step.language), set()).update(step.reasons)
    return found


@pytest.fixture(scope="module")
def once_built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "publication"
    shutil.copytree(DATA / "publication", folder)
    shutil.copytree(folder / "issues" / ISSUE, folder / "issues" / OTHER)
    report = build(folder)
    assert not report.failures
    assert len(report.outputs) == 2 * 2 * len(FORMATS)
    return folder


@pytest.fixture
def built(once_built: Path, tmp_path: Path) -> Path:
    """A publication of two issues, all of it built, free to change."""
    return Path(shutil.copytree(once_built, tmp_path / "publication"))


def test_what_did_not_change_is_left_alone(built: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (built / "dist").rglob("*")}
    report = build(built)
    assert not report.outputs
    assert len(report.skipped) == 2 * 2 * len(FORMATS)
    assert {path: path.stat().st_mtime_ns for path in (built / "dist").rglob("*")} == before


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def edit_a_section(folder: Path) -> None:
    replace(folder / "issues" / ISSUE / "brief-1.md", "。", "。 ")


def edit_the_manifest(folder: Path) -> None:
    replace(folder / "issues" / ISSUE / "issue.toml", "number", "# 号数\nnumber")


def edit_a_catalog(folder: Path) -> None:
    replace(folder / "issues" / ISSUE / "en.po", "msgid", "# a note\nmsgid")


def edit_the_settings(folder: Path) -> None:
    replace(folder / "newsletter.toml", "The Test Weekly", "The Trial Weekly")


def add_a_template(folder: Path) -> None:
    (folder / "templates").mkdir()
    (folder / "templates" / "labels.toml").write_text('[ja]\nsources = "参考"\n', "utf-8")


EDITIONS = {(issue, language) for issue in (ISSUE, OTHER) for language in ("ja", "en")}


@pytest.mark.parametrize(
    ("edit", "expected", "reason"),
    [
        (edit_a_section, {(ISSUE, "ja"), (ISSUE, "en")}, f"issues/{ISSUE}/brief-1.md changed"),
        (edit_the_manifest, {(ISSUE, "ja"), (ISSUE, "en")}, f"issues/{ISSUE}/issue.toml changed"),
        (edit_a_catalog, {(ISSUE, "en")}, f"issues/{ISSUE}/en.po changed"),
        (edit_the_settings, EDITIONS, "newsletter.toml changed"),
        (add_a_template, EDITIONS, "templates/labels.toml is new"),
    ],
)
def test_an_edit_makes_stale_what_was_made_from_it(
    built: Path, edit: Callable[[Path], None], expected: set[tuple[str, str]], reason: str
) -> None:
    edit(built)
    assert stale(built) == {edition: {reason} for edition in expected}


def test_another_pdf_variant_makes_stale_the_pdfs_only(built: Path) -> None:
    report = toolkit.build(
        built, [ISSUE], ["ja"], ["html", "pdf"], pdf_variant="pdf/a-3a", dry_run=True
    )
    toolkit.build(built, [ISSUE], ["ja"], ["pdf"])
    again = toolkit.build(
        built, [ISSUE], ["ja"], ["html", "pdf"], pdf_variant="pdf/a-3a", dry_run=True
    )
    assert [step.format for step in report.steps if step.reasons] == ["pdf"]
    reasons = {step.format: step.reasons for step in again.steps}
    assert reasons == {"html": (), "pdf": ("newsletter.toml or --pdf-variant changed",)}
    with pytest.raises(UsageError, match="only pdf/ua-1, pdf/ua-2, pdf/a-2a"):
        toolkit.build(built, [ISSUE], pdf_variant="pdf/b")


def test_an_article_makes_stale_the_issues_that_cite_it(built: Path) -> None:
    manifest = built / "issues" / OTHER / "issue.toml"
    replace(manifest, '"tram"', '"library"')
    build(built)
    replace(built / "articles" / "tram.md", "---\n", "---\n# ")
    assert {slug for slug, _ in stale(built)} == {ISSUE}


def test_a_picture_makes_stale_the_issue_that_shows_it(built: Path) -> None:
    from PIL import Image

    for colour in ("navy", "teal"):
        Image.new("RGB", (8, 8), colour).save(built / "issues" / OTHER / "harbour.png")
        section = built / "issues" / OTHER / "editors-note.md"
        if colour == "navy":
            section.write_text("港の風景である。\n\n![港](harbour.png)\n", "utf-8")
            toolkit.build(built, [OTHER], ["ja"], FORMATS)
    report = toolkit.build(built, languages=["ja"], formats=FORMATS, dry_run=True)
    reasons = {(step.slug, reason) for step in report.steps for reason in step.reasons}
    assert reasons == {(OTHER, f"issues/{OTHER}/harbour.png changed")}


def test_another_toolkit_makes_all_stale(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "__version__", "99")
    forget_the_toolkit()
    try:
        assert stale(built) == {edition: {"the toolkit changed"} for edition in EDITIONS}
    finally:
        forget_the_toolkit()


def forget_the_toolkit() -> None:
    inputs.toolkit_parts.cache_clear()
    inputs.toolkit_digest.cache_clear()


def test_times_do_not_count_contents_do(built: Path) -> None:
    """A touched file, a clock that went backwards, a fresh checkout: nothing to make."""
    for path in built.rglob("*.*"):
        os.utime(path, (0, 0))
    assert stale(built) == {}


def output(folder: Path) -> Path:
    return folder / "dist" / ISSUE / f"{ISSUE}.en.html"


def delete(path: Path) -> None:
    path.unlink()


def change(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def swap_a_byte(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"<html", b"<HTML", 1))
    os.utime(path, (1, 1))


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (delete, "it is gone"),
        (change, "it is not what the build wrote"),
        (swap_a_byte, "it is not what the build wrote"),
    ],
)
def test_an_output_that_is_not_as_it_was_written_is_made_again(
    built: Path, spoil: Callable[[Path], None], reason: str
) -> None:
    before = output(built).read_bytes()
    spoil(output(built))
    report = build(built)
    assert [step.reasons for step in report.steps if step.reasons] == [(reason,)]
    assert [made.path for made in report.outputs] == [output(built)]
    assert output(built).read_bytes() == before


@pytest.mark.parametrize(
    "record",
    [
        "",
        "{",
        "[]",
        '{"files": 3}',
        '{"files": [3, null, {"file": 7}, {"file": "../x"}]}',
        '{"files": [{"file": "2025-11-25.ja.md", "language": "ja", "format": "md", "bytes": "x"}]}',
        "[" * 100_000,
        "\x00\ufffd",
    ],
)
def test_a_broken_record_is_one_that_is_not_there(built: Path, record: str) -> None:
    (built / "dist" / ISSUE / "build.json").write_text(record, "utf-8")
    assert {slug for slug, _ in stale(built)} == {ISSUE}
    report = build(built)
    assert {made.slug for made in report.outputs} == {ISSUE}
    files = json.loads((built / "dist" / ISSUE / "build.json").read_text("utf-8"))["files"]
    assert len(files) == 2 * len(FORMATS)


def test_force_makes_all(built: Path) -> None:
    assert len(build(built, force=True).outputs) == 2 * 2 * len(FORMATS)


def test_an_issue_that_failed_is_not_up_to_date(built: Path) -> None:
    section = built / "issues" / ISSUE / "brief-1.md"
    text = section.read_text("utf-8")
    section.write_text(" \n", "utf-8")
    report = build(built)
    assert {failure.slug for failure in report.failures} == {ISSUE}
    assert (ISSUE, "ja") in stale(built)
    section.write_text(text, "utf-8")
    assert stale(built) == {}, "the former outputs are of this very text"


def test_a_file_that_changes_while_it_is_read_makes_the_output_stale(built: Path) -> None:
    """The digests are of what was there before reading, so that no later text passes for it."""
    opened = read_publication(built)
    section = built / "issues" / ISSUE / "brief-1.md"
    names = named_files(opened, ISSUE, "ja")
    before = read_digests(opened, names)
    edit_a_section(built)
    after = read_digests(opened, names)
    assert origin(opened, before, "html").key != origin(opened, after, "html").key
    assert section in names


def test_a_plan_says_what_lies_where(built: Path) -> None:
    step: Step
    for step in plan(read_publication(built), [ISSUE], ["ja"], FORMATS):
        assert step.former is not None
        assert step.path == step.former.path
        assert step.path.is_file()
