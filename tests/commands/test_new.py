"""``newsletter new``: what it makes of articles, and what it refuses."""

import datetime
import json
import shutil
import tomllib
from pathlib import Path

import pytest
from PIL import Image

from tests.support import Newsletter
from toolkit.editorial import issue_files
from toolkit.editorial.starter import make_publication
from toolkit.files import write_atomic

CASES = Path(__file__).parents[1] / "editorial" / "cases"
ROLES = ("--deep-dive", "ferry", "--side-story", "ferry", "--brief", "making-an-issue")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A publication with the issue 2025-11-25 (number 1) and articles to make others of."""
    folder = tmp_path / "publication"
    make_publication(folder, "ja", datetime.date(2025, 11, 25))
    articles = folder / "articles"
    shutil.copy(CASES / "condense" / "ferry.ja.md", articles / "ferry.md")
    shutil.copy(CASES / "condense" / "library.en.md", articles / "library.md")
    shutil.copy(CASES / "new" / "whole-issue.md", articles)
    return folder


def manifest(folder: Path, slug: str) -> dict[str, object]:
    return tomllib.loads((folder / "issues" / slug / "issue.toml").read_text("utf-8"))


def files(folder: Path, slug: str) -> list[str]:
    return sorted(path.name for path in (folder / "issues" / slug).iterdir())


def test_an_issue_by_role(folder: Path, newsletter: Newsletter) -> None:
    result = newsletter("new", "2025-12-02", *ROLES, "--brief", "one-command", cwd=folder)
    assert result.code == 0, result.err
    assert manifest(folder, "2025-12-02") == {
        "number": 2,
        "date": datetime.date(2025, 12, 2),
        "title": "白波市、電池で走る渡し船を2027年春に就航へ",
        "lead": "",
        "section": [
            {"kind": "deep-dive", "file": "deep-dive.md", "articles": ["ferry"]},
            {"kind": "side-story", "file": "side-story.md", "articles": ["ferry"]},
            {"kind": "brief", "file": "brief-1.md", "articles": ["making-an-issue"]},
            {"kind": "brief", "file": "brief-2.md", "articles": ["one-command"]},
            {"kind": "editors-note", "file": "editors-note.md"},
        ],
    }
    assert files(folder, "2025-12-02") == [
        "brief-1.md",
        "brief-2.md",
        "deep-dive.md",
        "editors-note.md",
        "issue.toml",
        "side-story.md",
    ]
    assert "issues/2025-12-02/issue.toml  (number 2, 2025-12-02)" in result.out
    assert "sentences kept" in result.out


def test_what_became_of_footnotes_is_told(folder: Path, newsletter: Newsletter) -> None:
    ferry = folder / "articles" / "ferry.md"
    text = ferry.read_text("utf-8").rstrip("\n")
    # The last sentence of the article is no part of a brief; nor is its note.
    ferry.write_text(f"{text.removesuffix('。')}[^last]。\n\n[^last]: 注。\n", "utf-8")
    roles = ("--deep-dive", "ferry", "--side-story", "making-an-issue", "--brief", "ferry")
    result = newsletter("new", "2025-12-02", *roles, cwd=folder)
    assert "0 of 1 footnotes)" in result.out
    issue = folder / "issues" / "2025-12-02"
    assert "[^last]: 注。" in (issue / "deep-dive.md").read_text("utf-8")
    assert "[^last]" not in (issue / "brief-1.md").read_text("utf-8")


def test_the_deep_dive_is_whole_and_the_others_name_their_source(
    folder: Path, newsletter: Newsletter
) -> None:
    newsletter("new", "2025-12-02", *ROLES, cwd=folder)
    issue = folder / "issues" / "2025-12-02"
    article = (folder / "articles" / "ferry.md").read_text("utf-8").partition("---\n\n")[2]
    deep_dive = (issue / "deep-dive.md").read_text("utf-8")
    title, _, body = deep_dive.partition("\n\n")
    assert title == "# 白波市、電池で走る渡し船を2027年春に就航へ"
    # mdformat writes the address of a link in its canonical, encoded form.
    assert body.replace("%E3%80%82", "。") == article
    side_story = (issue / "side-story.md").read_text("utf-8")
    assert side_story.rstrip().endswith(
        "出典：白波日報「[白波市、電池で走る渡し船を2027年春に就航へ](https://example.com/ferry)」"
    )


def test_only_the_note_is_left_to_do(folder: Path, newsletter: Newsletter) -> None:
    newsletter("new", "2025-12-02", *ROLES, cwd=folder)
    result = newsletter("check", "2025-12-02", cwd=folder)
    errors = [line for line in result.out.splitlines() if ": error: " in line]
    assert [line.rpartition("(")[2] for line in errors] == ["unwritten-note)"] * 3
    note = folder / "issues" / "2025-12-02" / "editors-note.md"
    note.write_text("船の話ばかりになりました。\n", "utf-8")
    assert newsletter("check", "2025-12-02", cwd=folder).code == 0


@pytest.mark.parametrize("name", ["ferry", "ferry.md", "articles/ferry.md", "./articles/ferry.md"])
def test_an_article_by_name_or_path(folder: Path, newsletter: Newsletter, name: str) -> None:
    result = newsletter(
        *("new", "a", "--deep-dive", name, "--side-story", "ferry", "--brief", "ferry"), cwd=folder
    )
    assert result.code == 0, result.err


def test_from_any_folder(folder: Path, newsletter: Newsletter, tmp_path: Path) -> None:
    result = newsletter("new", "a", *ROLES, "--publication", folder, cwd=tmp_path)
    assert result.code == 0, result.err


def test_options_win_over_defaults(folder: Path, newsletter: Newsletter) -> None:
    title = 'A "quoted" \\ 題 🚢'
    given = ("--title", title, "--number", "40", "--date", "2026-01-05")
    assert newsletter("new", "special", *ROLES, *given, cwd=folder).code == 0
    made = manifest(folder, "special")
    assert (made["title"], made["number"], made["date"]) == (title, 40, datetime.date(2026, 1, 5))


def test_a_slug_that_is_no_date_is_dated_today(folder: Path, newsletter: Newsletter) -> None:
    before = datetime.date.today()
    newsletter("new", "special", *ROLES, cwd=folder)
    assert before <= manifest(folder, "special")["date"] <= datetime.date.today()  # type: ignore[operator]


def test_an_editors_note_from_a_file(folder: Path, newsletter: Newsletter, tmp_path: Path) -> None:
    note = tmp_path / "my note.md"
    note.write_text("# 船のこと\n\n今週は船の話です。\n", "utf-8")
    assert newsletter("new", "a", *ROLES, "--editors-note", note, cwd=folder).code == 0
    written = (folder / "issues" / "a" / "editors-note.md").read_text("utf-8")
    assert written == "# 船のこと\n\n今週は船の話です。\n"
    assert newsletter("check", "a", cwd=folder).code == 0


def test_pictures_are_found_from_the_issue(folder: Path, newsletter: Newsletter) -> None:
    Image.new("RGB", (4, 3)).save(folder / "articles" / "ship.png")
    article = folder / "articles" / "ship.md"
    article.write_text("---\ntitle: 船\n---\n\n![船](ship.png)\n\n船が港に戻りました。\n", "utf-8")
    result = newsletter(
        *("new", "a", "--deep-dive", "ship", "--side-story", "ship", "--brief", "ship"), cwd=folder
    )
    assert result.code == 0, result.err
    assert "(image)" not in newsletter("check", "a", cwd=folder).out
    text = (folder / "issues" / "a" / "deep-dive.md").read_text("utf-8")
    assert "![船](../../articles/ship.png)" in text


def test_another_language_is_kept_and_reported(folder: Path, newsletter: Newsletter) -> None:
    result = newsletter(
        *("new", "a", "--deep-dive", "ferry", "--side-story", "library", "--brief", "ferry"),
        cwd=folder,
    )
    assert result.code == 0
    assert result.err == (
        "issues/a/side-story.md:1: warning: is in English, but the publication is written in "
        "Japanese: translate it first, as with `newsletter translate - --to ja < "
        "issues/a/side-story.md` (language)\n"
    )
    text = (folder / "issues" / "a" / "side-story.md").read_text("utf-8")
    assert text.startswith("# Town Library Lends Tools, and Borrowing Doubles\n\nThe Millbrook")
    assert "Source: The Millbrook Courier, “[Town Library" in text
    assert "words)" in result.out


def test_an_article_without_a_title(folder: Path, newsletter: Newsletter) -> None:
    (folder / "articles" / "ship.md").write_text(
        "---\nsource: 港新聞\nurl: https://example.com/a\n---\n\n船が港に戻りました。\n", "utf-8"
    )
    result = newsletter(
        *("new", "a", "--deep-dive", "ferry", "--side-story", "ferry", "--brief", "ship"),
        cwd=folder,
    )
    assert result.err == (
        "issues/a/brief-1.md:1: warning: its article has no title: "
        "write a headline for it (no-headline)\n"
    )
    brief = (folder / "issues" / "a" / "brief-1.md").read_text("utf-8")
    assert brief.endswith("\n\n出典：[港新聞](https://example.com/a)\n")
    check = newsletter("check", "a", cwd=folder)
    assert "brief-1.md:1: error: the headline is the name of the article's file" in check.out


def test_quotes_in_a_title_stay_apart_from_those_around_it(
    folder: Path, newsletter: Newsletter
) -> None:
    (folder / "articles" / "ship.md").write_text(
        "---\ntitle: 「船」が[港]に\nsource: 港新聞\n---\n\n船が戻りました。\n", "utf-8"
    )
    newsletter(
        *("new", "a", "--deep-dive", "ferry", "--side-story", "ferry", "--brief", "ship"),
        cwd=folder,
    )
    brief = (folder / "issues" / "a" / "brief-1.md").read_text("utf-8")
    assert brief.endswith("出典：港新聞「『船』が[港]に」\n")


def test_the_title_of_a_split_issue_without_one(folder: Path, newsletter: Newsletter) -> None:
    article = folder / "articles" / "whole-issue.md"
    article.write_text(article.read_text("utf-8").replace("title: 港だより 第8号\n", ""), "utf-8")
    newsletter("new", "a", "--from", "whole-issue", cwd=folder)
    assert manifest(folder, "a")["title"] == "電池で走る船"


def test_json(folder: Path, newsletter: Newsletter) -> None:
    result = newsletter("new", "2025-12-02", *ROLES, "--json", cwd=folder)
    made = json.loads(result.out)
    assert made["issue"] == "2025-12-02"
    assert made["number"] == 2
    assert [section["kind"] for section in made["sections"]] == [
        "deep-dive",
        "side-story",
        "brief",
        "editors-note",
    ]
    brief = made["sections"][2]["condensed"]
    assert brief["kept"] < brief["of"]
    assert brief["unit"] == "characters"


def test_a_whole_issue_is_split(folder: Path, newsletter: Newsletter) -> None:
    result = newsletter("new", "2025-12-02", "--from", "articles/whole-issue.md", cwd=folder)
    assert result.code == 0, result.err
    made = manifest(folder, "2025-12-02")
    assert made["title"] == "港だより 第8号"
    assert [section["kind"] for section in made["section"]] == [  # type: ignore[attr-defined]
        "deep-dive",
        "side-story",
        "brief",
        "brief",
        "editors-note",
    ]
    issue = folder / "issues" / "2025-12-02"
    assert "## 電池で走る船" in (issue / "deep-dive.md").read_text("utf-8")
    assert "### 充電はどこで" in (issue / "deep-dive.md").read_text("utf-8")
    assert (issue / "brief-2.md").read_text("utf-8") == ("# 雪の日の市\n\n市は翌週に延びました。\n")
    assert "それでも、書いてよかったと思っています。" in (issue / "editors-note.md").read_text(
        "utf-8"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a", *ROLES[2:]), "an issue needs --deep-dive"),
        (("a", "--deep-dive", "ferry"), "an issue needs --side-story, --brief"),
        (("a", "--deep-dive", "fery", *ROLES[2:]), "there is no article fery in articles; did you"),
        (("a", "--deep-dive", "fery", *ROLES[2:]), "mean ferry?"),
        (("a", "--deep-dive", "x\0y", *ROLES[2:]), "there is no article"),
        (("a", "--deep-dive", "z" * 5000, *ROLES[2:]), "there is no article"),
        (("../a", *ROLES), "an issue is named by its folder, like 2025-11-25, not '../a'"),
        ((".a", *ROLES), "an issue is named by its folder"),
        (("z" * 300, *ROLES), "an issue is named by its folder"),
        (("", *ROLES), "an issue is named by its folder"),
        (("2025-11-25", *ROLES), "issues/2025-11-25: is there already"),
        (("a", "--from", "ferry"), "is no whole issue"),
        (("a", "--from", "whole-issue", "--brief", "ferry"), "--from takes all sections"),
        (("a", "--from", "whole-issue", "--editors-note", "x.md"), "an editor's note already"),
        (("a", *ROLES, "--editors-note", "nothing"), "there is no article nothing"),
        (("a", *ROLES, "--number", "0"), "0 is not in the range"),
        (("a", *ROLES, "--date", "2025-13-01"), "does not match the format"),
        (("a", "--deep-dive", "newsletter.toml", *ROLES[2:]), "is no article of this publication"),
    ],
)
def test_refused(
    folder: Path, newsletter: Newsletter, arguments: tuple[str, ...], message: str
) -> None:
    before = sorted(folder.rglob("*"))
    result = newsletter("new", *arguments, cwd=folder)
    assert result.code == 2
    assert message in " ".join(result.err.split())
    assert "Traceback" not in result.err
    assert sorted(folder.rglob("*")) == before


def test_an_empty_article(folder: Path, newsletter: Newsletter) -> None:
    (folder / "articles" / "empty.md").write_text("---\ntitle: 空\n---\n", "utf-8")
    result = newsletter("new", "a", "--deep-dive", "empty", *ROLES[2:], cwd=folder)
    assert result.code == 1
    assert result.err == "newsletter: articles/empty.md: holds no text\n"
    assert not (folder / "issues" / "a").exists()


def test_a_number_that_cannot_be_known(folder: Path, newsletter: Newsletter) -> None:
    path = folder / "issues" / "2025-11-25" / "issue.toml"
    path.write_text("number = \n", "utf-8")
    result = newsletter("new", "a", *ROLES, cwd=folder)
    assert result.code == 1
    assert result.err.startswith("newsletter: issues/2025-11-25/issue.toml:1: is no valid TOML")
    assert newsletter("new", "a", *ROLES, "--number", "2", cwd=folder).code == 0


def test_broken_off_half_way_leaves_nothing(
    folder: Path, newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(path: Path, data: bytes | str) -> None:
        if path.name == "issue.toml":
            raise KeyboardInterrupt
        write_atomic(path, data)

    monkeypatch.setattr(issue_files, "write_atomic", interrupted)
    before = sorted(folder.rglob("*"))
    assert newsletter("new", "a", *ROLES, cwd=folder).code == 130
    assert sorted(folder.rglob("*")) == before


def test_issues_that_cannot_be_made(folder: Path, newsletter: Newsletter) -> None:
    shutil.rmtree(folder / "issues")
    (folder / "issues").write_text("in the way", "utf-8")
    result = newsletter("new", "a", *ROLES, "--number", "1", cwd=folder)
    assert result.code == 3
    assert "issues: cannot be written: File exists" in result.err
