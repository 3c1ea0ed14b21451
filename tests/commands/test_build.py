"""``newsletter build``: the files it writes, and that bad input costs nothing else."""

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support import Newsletter
from toolkit.rendering import DEFAULT_FORMATS

ISSUE = "2025-11-25"


def outputs(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_writes_each_language_and_format_and_a_report(
    newsletter: Newsletter, publication: Path
) -> None:
    result = newsletter("build", ISSUE, cwd=publication)
    assert result.code == 0, result.err
    dist = publication / "dist"
    names = {f"{ISSUE}/{ISSUE}.{lang}.{ext}" for lang in ("ja", "en") for ext in DEFAULT_FORMATS}
    assert outputs(dist) == names | {f"{ISSUE}/build.json"}
    report = json.loads((dist / ISSUE / "build.json").read_text("utf-8"))
    assert report["issue"] == ISSUE
    assert [entry["file"] for entry in report["files"]] == sorted(
        name.partition("/")[2] for name in names
    )
    for entry in report["files"]:
        assert entry["bytes"] == (dist / ISSUE / entry["file"]).stat().st_size
        assert entry["drafts"] == 0
        assert entry["warnings"] == []
        assert {"render", "write"} <= set(entry["seconds"])
        assert (entry["pages"] is not None) == (entry["format"] == "pdf")


MAGIC = {"pdf": b"%PDF-", "docx": b"PK\x03\x04", "html": b"<!DOCTYPE html>"}


@pytest.mark.parametrize("format_", MAGIC)
def test_one_language_and_format(newsletter: Newsletter, publication: Path, format_: str) -> None:
    out = publication / "elsewhere"
    result = newsletter(
        "build", ISSUE, "--lang", "ja", "--format", format_, "--out", out, cwd=publication
    )
    assert result.code == 0, result.err
    path = out / ISSUE / f"{ISSUE}.ja.{format_}"
    assert outputs(out) == {f"{ISSUE}/{path.name}", f"{ISSUE}/build.json"}
    data = path.read_bytes()
    assert data.lower().startswith(MAGIC[format_].lower())
    assert str(path.relative_to(publication)) in result.out


def test_the_same_input_gives_the_same_bytes(newsletter: Newsletter, publication: Path) -> None:
    for out in ("first", "second"):
        assert newsletter("build", ISSUE, "--out", out, cwd=publication).code == 0
    for name in outputs(publication / "first"):
        if not name.endswith("build.json"):
            assert (publication / "first" / name).read_bytes() == (
                publication / "second" / name
            ).read_bytes(), name


def test_a_later_build_keeps_what_the_report_knew(
    newsletter: Newsletter, publication: Path
) -> None:
    newsletter("build", ISSUE, "--lang", "ja", "--format", "html", cwd=publication)
    newsletter("build", ISSUE, "--lang", "ja", "--format", "docx", cwd=publication)
    report = json.loads((publication / "dist" / ISSUE / "build.json").read_text("utf-8"))
    assert [entry["format"] for entry in report["files"]] == ["docx", "html"]
    (publication / "dist" / ISSUE / f"{ISSUE}.ja.docx").unlink()
    newsletter("build", ISSUE, "--lang", "ja", "--format", "html", "--force", cwd=publication)
    report = json.loads((publication / "dist" / ISSUE / "build.json").read_text("utf-8"))
    assert [entry["format"] for entry in report["files"]] == ["html"]


def test_json_is_a_line_an_event(newsletter: Newsletter, publication: Path) -> None:
    arguments = ("build", "--lang", "ja", "--format", "html", "--json")
    result = newsletter(*arguments, cwd=publication)
    started, finished, summary = map(json.loads, result.out.splitlines())
    about = {"issue": ISSUE, "language": "ja", "format": "html"}
    assert started == {"event": "started"} | about
    assert finished.items() >= ({"event": "finished"} | about).items()
    assert Path(finished["path"]).stat().st_size == finished["bytes"]
    assert (summary["event"], summary["made"], summary["skipped"]) == ("summary", 1, 0)

    skipped, summary = map(json.loads, newsletter(*arguments, cwd=publication).out.splitlines())
    assert skipped["event"] == "skipped"
    assert skipped["bytes"] == finished["bytes"]
    assert (summary["made"], summary["skipped"]) == (0, 1)

    (publication / "issues" / ISSUE / "brief-1.md").write_text("\n", "utf-8")
    result = newsletter(*arguments, cwd=publication)
    started, failed, summary = map(json.loads, result.out.splitlines())
    assert result.code == 1
    assert failed.items() >= ({"event": "failed"} | about).items()
    assert failed["path"].endswith("brief-1.md")
    assert failed["error"] == "holds no text"
    assert (summary["made"], summary["failed"]) == (0, 1)


def test_an_edition_without_its_catalog_fails_alone(
    newsletter: Newsletter, publication: Path
) -> None:
    (publication / "issues" / ISSUE / "en.po").unlink()
    result = newsletter("build", ISSUE, "--format", "html", cwd=publication)
    assert result.code == 1
    assert "newsletter translate" in result.err
    assert "Traceback" not in result.err
    assert outputs(publication / "dist") == {f"{ISSUE}/{ISSUE}.ja.html", f"{ISSUE}/build.json"}


def no_manifest_value(publication: Path) -> str:
    (publication / "issues" / ISSUE / "issue.toml").write_text("number = \n", "utf-8")
    return f"issues/{ISSUE}/issue.toml:1: "


def missing_section(publication: Path) -> str:
    (publication / "issues" / ISSUE / "brief-2.md").unlink()
    return f"issues/{ISSUE}/issue.toml:22: "


def huge_section(publication: Path) -> str:
    (publication / "issues" / ISSUE / "brief-2.md").write_text("長い。" * 6_000_000, "utf-8")
    return f"issues/{ISSUE}/brief-2.md: "


def binary_section(publication: Path) -> str:
    (publication / "issues" / ISSUE / "brief-2.md").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0")
    return f"issues/{ISSUE}/brief-2.md:1: "


def empty_section(publication: Path) -> str:
    (publication / "issues" / ISSUE / "brief-2.md").write_text(" \n", "utf-8")
    return f"issues/{ISSUE}/brief-2.md: "


def missing_image(publication: Path) -> str:
    path = publication / "issues" / ISSUE / "brief-2.md"
    path.write_text("# 絵\n\n![港の絵](harbour.png)\n", "utf-8")
    return f"issues/{ISSUE}/brief-2.md:3: "


@pytest.mark.parametrize(
    "spoil",
    [
        no_manifest_value,
        missing_section,
        huge_section,
        binary_section,
        empty_section,
        missing_image,
    ],
)
def test_bad_content_is_one_line_and_exit_1(
    newsletter: Newsletter, publication: Path, spoil: Callable[[Path], str]
) -> None:
    place = spoil(publication)
    result = newsletter("build", ISSUE, "--lang", "ja", "--format", "pdf", cwd=publication)
    assert result.code == 1
    assert result.err.startswith(f"newsletter: {place}"), result.err
    assert len(result.err.splitlines()) == 1
    assert outputs(publication / "dist") == set()


def test_a_broken_configuration_names_the_line(newsletter: Newsletter, publication: Path) -> None:
    path = publication / "newsletter.toml"
    path.write_text(path.read_text("utf-8").replace('theme = "classic"', 'theme = "klassik"'))
    result = newsletter("build", ISSUE, cwd=publication)
    assert result.code == 1
    assert result.err.startswith("newsletter: newsletter.toml:3: theme must be one of")


def test_an_unwritable_place_is_exit_3(newsletter: Newsletter, publication: Path) -> None:
    # A file where the folder should be: also root cannot write there.
    (publication / "dist").write_text("in the way", "utf-8")
    result = newsletter("build", ISSUE, "--lang", "ja", "--format", "html", cwd=publication)
    assert result.code == 3
    assert len(result.err.splitlines()) == 1
    assert "cannot be written" in result.err
    assert (publication / "dist").read_text("utf-8") == "in the way"


@pytest.mark.parametrize(
    "arguments",
    [
        ("2025-11-26",),
        ("../2025-11-25",),
        ("--all", ISSUE),
        ("--lang", "fr"),
        ("--format", "rtf"),
        ("--pdf-variant", "pdf/x-4"),
    ],
)
def test_usage_errors_are_exit_2(
    newsletter: Newsletter, publication: Path, arguments: tuple[str, ...]
) -> None:
    result = newsletter("build", *arguments, cwd=publication)
    assert result.code == 2
    assert result.err
    assert outputs(publication) & {"dist"} == set()


@pytest.fixture
def archive(publication: Path) -> Path:
    """Three more issues, of December and of January; the last two have one number."""
    for slug, number in (("2025-12-02", 41), ("2025-12-09", 77), ("2026-01-06", 77)):
        folder = publication / "issues" / slug
        shutil.copytree(publication / "issues" / ISSUE, folder)
        manifest = folder / "issue.toml"
        text = manifest.read_text("utf-8")
        assert f"date = {ISSUE}" in text
        assert "number = 1\n" in text
        text = text.replace("number = 1\n", f"number = {number}\n")
        manifest.write_text(text.replace(f"date = {ISSUE}", f"date = {slug}"), "utf-8")
    return publication


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["2025-12-*"], ["2025-12-02", "2025-12-09"]),
        (["2025-11-25", "*-0[26]", "2025-*-02"], [ISSUE, "2025-12-02", "2026-01-06"]),
        (["--since", "2025-12-09"], ["2025-12-09", "2026-01-06"]),
        (["--until", "2025-12-02"], [ISSUE, "2025-12-02"]),
        (["2025-*", "--since", "2025-12-01", "--until", "2025-12-08"], ["2025-12-02"]),
        (["--since", "2027-01-01"], []),
        (["41"], ["2025-12-02"]),
        (["0041", "2025-12-02", "2026-*"], ["2025-12-02", "2026-01-06"]),
        ([], ["2026-01-06"]),
        (["--all"], [ISSUE, "2025-12-02", "2025-12-09", "2026-01-06"]),
    ],
)
def test_issues_are_chosen_by_number_pattern_and_date(
    newsletter: Newsletter, archive: Path, arguments: list[str], expected: list[str]
) -> None:
    result = newsletter(
        "build", *arguments, "--lang", "ja", "--format", "md", "--dry-run", cwd=archive
    )
    assert result.code == 0, result.err
    places = [Path(line.partition(":")[0]) for line in result.out.splitlines()]
    assert [path.parent.name for path in places] == expected
    assert not (archive / "dist").exists()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2025-12-02\n\n2026-*\n2025-12-02\n", ["2025-12-02", "2026-01-06"]),
        ("", []),
    ],
)
def test_names_come_from_standard_input(
    newsletter: Newsletter,
    archive: Path,
    monkeypatch: pytest.MonkeyPatch,
    given: str,
    expected: list[str],
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(given))
    result = newsletter("build", "-", "--lang", "ja", "--format", "md", cwd=archive)
    assert result.code == 0, result.err
    assert outputs(archive / "dist") == {
        f"{slug}/{name}" for slug in expected for name in (f"{slug}.ja.md", "build.json")
    }


def test_a_folders_name_comes_before_a_number(newsletter: Newsletter, archive: Path) -> None:
    shutil.copytree(archive / "issues" / ISSUE, archive / "issues" / "41")
    result = newsletter("build", "41", "--lang", "ja", "--format", "md", cwd=archive)
    assert result.code == 0, result.err
    assert outputs(archive / "dist") == {"41/41.ja.md", "41/build.json"}


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("42", "no issue has the number 42, and none is named so"),
        pytest.param(
            "9" * 5000,
            f"no issue has the number {'9' * 5000}, and none is named so",
            id="5000 digits",
        ),
        ("077", "several issues have the number 77: 2025-12-09, 2026-01-06; name one"),
    ],
)
def test_a_number_of_no_issue_or_of_two_is_a_usage_error(
    newsletter: Newsletter, archive: Path, number: str, said: str
) -> None:
    result = newsletter("build", number, cwd=archive)
    assert result.code == 2
    assert result.err == f"newsletter: {said}\n"


@pytest.mark.parametrize("pattern", ["2024-*", "[", "../*"])
def test_a_pattern_that_fits_nothing_is_a_usage_error(
    newsletter: Newsletter, archive: Path, pattern: str
) -> None:
    result = newsletter("build", pattern, cwd=archive)
    assert result.code == 2
    assert len(result.err.splitlines()) == 1


def test_explain_says_why(newsletter: Newsletter, publication: Path) -> None:
    arguments = ("build", "--format", "md", "--explain")
    first = newsletter(*arguments, cwd=publication)
    assert f"dist/{ISSUE}/{ISSUE}.en.md: stale: not built yet" in first.out.splitlines()
    catalog = publication / "issues" / ISSUE / "en.po"
    catalog.write_text("# seen\n" + catalog.read_text("utf-8"), "utf-8")
    second = newsletter(*arguments, cwd=publication)
    assert second.out.splitlines()[:2] == [
        f"dist/{ISSUE}/{ISSUE}.ja.md: up to date",
        f"dist/{ISSUE}/{ISSUE}.en.md: stale: issues/{ISSUE}/en.po changed",
    ]


def test_where_nobody_watches_a_build_with_nothing_to_do_is_silent(
    newsletter: Newsletter, publication: Path
) -> None:
    newsletter("build", "--format", "md", cwd=publication)
    result = newsletter("build", "--format", "md", cwd=publication)
    assert (result.code, result.out, result.err) == (0, "", "")


def test_two_languages_side_by_side(newsletter: Newsletter, publication: Path) -> None:
    arguments = ("build", "--lang", "ja-en", "--format", "html")
    assert newsletter(*arguments, cwd=publication).code == 0
    assert outputs(publication / "dist") == {f"{ISSUE}/{ISSUE}.ja-en.html", f"{ISSUE}/build.json"}
    catalog = publication / "issues" / ISSUE / "en.po"
    catalog.write_text("# seen\n" + catalog.read_text("utf-8"), "utf-8")
    result = newsletter(*arguments, "--dry-run", cwd=publication)
    assert f"issues/{ISSUE}/en.po changed" in result.out
    assert newsletter("build", "--lang", "ja-en", "--format", "md", cwd=publication).code == 2


def test_a_build_with_nothing_to_do_loads_nothing_to_render_with(
    newsletter: Newsletter, publication: Path
) -> None:
    newsletter("build", "--format", "md", cwd=publication)
    script = (
        "import sys, toolkit\n"
        "report = toolkit.build(sys.argv[1], formats=['md'])\n"
        "assert len(report.skipped) == 2\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, publication], capture_output=True, text=True, check=True
    )
    heavy = {"weasyprint", "docx", "polib", "jinja2", "babel", "markdown_it", "mdformat", "yaml"}
    assert not heavy & set(done.stdout.split())


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of POSIX")
def test_a_terminal_shows_what_is_made_while_it_is_made(publication: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "toolkit.cli", "build", "--lang", "ja"]
    build = subprocess.Popen(
        [*command, "--format", "md", "--format", "txt"],
        cwd=publication,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    with os.fdopen(ours, "rb", buffering=0) as terminal, suppress(OSError):
        while part := terminal.read(1000):
            shown += part
    assert build.wait() == 0
    lines = [line.split() for line in shown.decode("utf-8").split("\r") if "%" in line]
    seen = [(line[2], line[-1]) for line in lines if line[-1].startswith(ISSUE)]
    first, second = f"{ISSUE}.ja.md", f"{ISSUE}.ja.txt"
    assert seen.index(("0%", first)) < seen.index(("50%", first)) < seen.index(("50%", second))
    assert max(len(line) for line in shown.decode("utf-8").split("\r")) < 80 + len("\x1b[?25l")
