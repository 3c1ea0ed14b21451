"""``newsletter check``: the whole of it, on publications as they come."""

import datetime
import json
from pathlib import Path

import pytest

from tests.support import Newsletter
from toolkit.editorial.check import RULES
from toolkit.editorial.starter import make_publication

ISSUE = "2025-11-25"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "publication"
    make_publication(folder, "ja", datetime.date(2025, 11, 25))
    return folder


def add_issue(folder: Path, slug: str, number: int = 2) -> Path:
    """Another issue, equal to the first but for its name and number."""
    source, issue = folder / "issues" / ISSUE, folder / "issues" / slug
    issue.mkdir()
    for path in source.iterdir():
        text = path.read_text("utf-8").replace("number = 1", f"number = {number}")
        (issue / path.name).write_text(text, "utf-8")
    return issue


def test_nothing_wrong(folder: Path, newsletter: Newsletter) -> None:
    result = newsletter("check", cwd=folder)
    assert (result.code, result.out) == (0, "")
    assert result.err == "1 issue checked: nothing found\n"


def test_findings_are_sorted_and_relative_to_the_current_folder(
    folder: Path, newsletter: Newsletter
) -> None:
    issue = folder / "issues" / ISSUE
    (issue / "side-story.md").write_text("# 港\n\n船（五時。\n\n![](x.png)\n", "utf-8")
    (issue / "brief-1.md").write_text("# 港\n\n船。。\n", "utf-8")
    result = newsletter("check", cwd=issue)
    assert result.code == 1
    assert result.out.splitlines() == [
        "brief-1.md:3: warning: `。。` is one punctuation mark too many (punctuation)",
        "side-story.md:3: warning: （ is not closed: ） is missing (brackets)",
        "side-story.md:5: error: the image x.png: there is no such file (image)",
        "side-story.md:5: warning: the image x.png has no alternative text: "
        "say in the brackets what it shows (alt-text)",
    ]
    assert result.err == "1 issue checked: 1 error, 3 warnings\n"


def test_warnings_alone_do_not_fail(folder: Path, newsletter: Newsletter) -> None:
    (folder / "issues" / ISSUE / "brief-1.md").write_text("# 港\n\n船。。\n", "utf-8")
    result = newsletter("check", cwd=folder)
    assert result.code == 0
    assert result.err == "1 issue checked: 0 errors, 1 warning\n"


def test_an_issue_that_cannot_be_read_hides_no_other(folder: Path, newsletter: Newsletter) -> None:
    other = add_issue(folder, "2025-12-02")
    (other / "brief-1.md").write_text("# 港\n\n船。。\n", "utf-8")
    (folder / "issues" / ISSUE / "issue.toml").write_text("number = \n", "utf-8")
    result = newsletter("check", cwd=folder)
    assert result.code == 1
    first, second = result.out.splitlines()
    assert first.startswith("issues/2025-11-25/issue.toml:1: error: is no valid TOML")
    assert first.endswith("(issue)")
    assert second.startswith("issues/2025-12-02/brief-1.md:3: warning")


def test_only_the_issues_named(folder: Path, newsletter: Newsletter) -> None:
    add_issue(folder, "2025-12-02")
    (folder / "issues" / ISSUE / "brief-1.md").write_text("# 港\n\n船。。\n", "utf-8")
    assert newsletter("check", "2025-12-02", cwd=folder).out == ""
    assert newsletter("check", ISSUE, cwd=folder).out.count("\n") == 1


def test_a_number_twice(folder: Path, newsletter: Newsletter) -> None:
    add_issue(folder, "2025-12-02", number=1)
    result = newsletter("check", cwd=folder)
    assert result.out == (
        "issues/2025-12-02/issue.toml:1: warning: number 1 is that of the issue 2025-11-25 "
        "already (issue-number)\n"
    )


@pytest.mark.parametrize(
    ("file", "text", "finding"),
    [
        ("newsletter.toml", "theme = 1\n", "newsletter.toml:1: error: theme must be one of"),
        ("newsletter.toml", "[name\n", "newsletter.toml:1: error: is no valid TOML"),
        (
            "glossary.csv",
            "ja,en,note\n船,ship,\n船,boat,\n",
            "glossary.csv:3: error: 船 is on line 2",
        ),
        ("glossary.csv", "船,ship\n", "glossary.csv:1: error: the first line must be the header"),
        (
            "articles/one-command.md",
            "---\nlanguage: fr\n---\n\na\n",
            "articles/one-command.md:2: error: language must be one of ja, en, not 'fr' (issue)",
        ),
        ("articles/one-command.md", "", "articles/one-command.md: error: holds no text"),
        (
            "articles/one-command.md",
            "---\nx: y\n---\n\na\n",
            "articles/one-command.md:2: error: unk",
        ),
    ],
)
def test_files_that_cannot_be_read(
    folder: Path, newsletter: Newsletter, file: str, text: str, finding: str
) -> None:
    (folder / file).write_text(text, "utf-8")
    result = newsletter("check", cwd=folder)
    assert result.code == 1
    assert result.out.startswith(finding)
    assert result.out.count("\n") == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x00\x01\x02", "holds binary data, not text"),
        ("# 港\n\n船".encode("shift_jis"), "is not UTF-8 text: save it as UTF-8, or give it to"),
        (b"a" * 11_000_000, "is too large (11 MB; the limit is 2 MB): split it"),
    ],
    ids=["binary", "shift_jis", "huge"],
)
def test_hostile_sections(folder: Path, newsletter: Newsletter, data: bytes, message: str) -> None:
    (folder / "issues" / ISSUE / "brief-1.md").write_bytes(data)
    result = newsletter("check", cwd=folder)
    assert result.code == 1
    assert message in result.out
    assert result.out.count("\n") == 1


def test_odd_characters_are_no_hurdle(folder: Path, newsletter: Newsletter) -> None:
    text = (
        "# 港🚢\n\n\u200fשלום\u200e \x07\x1b[31m {船|ふね} ﾃﾞﾝｼ 👩\u200d👩\u200d👧 "
        "\u200b\u0301\u0301\u0301\n\n| a |\n|---|\n| 「 |\n"
    )
    (folder / "issues" / ISSUE / "brief-1.md").write_text(text, "utf-8")
    result = newsletter("check", cwd=folder)
    assert "brief-1.md:7: warning: 「 is not closed" in result.out
    assert "Traceback" not in result.err


def test_json(folder: Path, newsletter: Newsletter) -> None:
    (folder / "issues" / ISSUE / "brief-1.md").write_text("# 港\n\n船。。\n", "utf-8")
    assert json.loads(newsletter("check", "--json", cwd=folder).out) == {
        "issues": 1,
        "errors": 0,
        "warnings": 1,
        "findings": [
            {
                "path": f"issues/{ISSUE}/brief-1.md",
                "line": 3,
                "severity": "warning",
                "rule": "punctuation",
                "message": "`。。` is one punctuation mark too many",
            }
        ],
    }


def test_the_rules_are_listed(newsletter: Newsletter, tmp_path: Path) -> None:
    lines = newsletter("check", "--rules", cwd=tmp_path).out.splitlines()
    listed = {tuple(line.split()[:2]) for line in lines}
    assert {(rule.name, str(rule.severity)) for rule in RULES} < listed
    rules = json.loads(newsletter("check", "--rules", "--json", cwd=tmp_path).out)
    assert [rule["rule"] for rule in rules] == [line.split()[0] for line in lines]


@pytest.mark.parametrize("slug", ["2030-01-01", "../publication", ""])
def test_an_issue_that_there_is_not(folder: Path, newsletter: Newsletter, slug: str) -> None:
    result = newsletter("check", slug, cwd=folder)
    assert (result.code, result.out) == (2, "")


def test_no_publication(newsletter: Newsletter, tmp_path: Path) -> None:
    assert newsletter("check", cwd=tmp_path).code == 2
