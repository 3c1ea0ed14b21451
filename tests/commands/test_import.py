"""``newsletter import``, run as a user runs it."""

import json
from pathlib import Path

import pytest

from tests.support import Newsletter
from toolkit.document.article import read_article

TEXT = (
    "港が動き出す\n作者：山田花子、港町通信\n北の町で、\n深い港を掘る工事が始まった。\nコメント\n"
)


@pytest.fixture
def pasted(tmp_path: Path) -> Path:
    path = tmp_path / "Port Story.txt"
    path.write_bytes(TEXT.encode("cp932"))
    return path


def test_into_the_publication_around(
    newsletter: Newsletter, publication: Path, pasted: Path
) -> None:
    result = newsletter("import", pasted, cwd=publication / "issues")
    assert (result.code, result.err) == (0, "")
    article = read_article(publication / "articles" / "port-story.md")
    assert (article.title, article.author, article.source, article.body.strip()) == (
        "港が動き出す",
        "山田花子",
        "港町通信",
        "北の町で、深い港を掘る工事が始まった。",
    )


def test_the_summary_names_what_was_done(
    newsletter: Newsletter, tmp_path: Path, pasted: Path
) -> None:
    result = newsletter("import", pasted, "--into", "out", cwd=tmp_path)
    assert result.out.splitlines() == [
        "out/port-story.md ← Port Story.txt (cp932)",
        "  港が動き出す · 山田花子 · 港町通信",
        "  dropped  line 5: コメント (page-furniture)",
        "  lifted   line 1: 港が動き出す (title-line)",
        "  lifted   line 2: 作者：山田花子、港町通信 (byline)",
        "  marked   1 × broken-sentences, as line 3: 北の町で、深い港を掘る工事が始まった。",
    ]


def test_a_long_summary_is_cut_and_json_has_all(newsletter: Newsletter, tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text(
        "本文はこれだけです。\n" + "".join(f"シェア {n}\n" for n in range(30)), encoding="utf-8"
    )
    result = newsletter("import", path, "--into", tmp_path / "out")
    assert "… and 24 more dropped; --json names them all" in result.out
    assert len(result.out.splitlines()) < 15
    result = newsletter("import", path, "--into", tmp_path / "out", "--json")
    data = json.loads(result.out)
    (article,) = data["articles"]
    assert article["status"] == "unchanged"
    assert len([c for c in article["changes"] if c["action"] == "dropped"]) == 30
    assert article["changes"][0] == {
        "line": 2,
        "rule": "page-furniture",
        "action": "dropped",
        "before": "シェア 0",
        "after": "",
    }
    assert data["errors"] == []


def test_outside_of_a_publication_into_is_needed(
    newsletter: Newsletter, tmp_path: Path, pasted: Path
) -> None:
    result = newsletter("import", pasted, cwd=tmp_path)
    assert result.code == 2
    assert "--into DIR" in result.err
    assert len(result.err.splitlines()) == 1


def test_an_article_that_differs_is_replaced_only_by_force(
    newsletter: Newsletter, tmp_path: Path, pasted: Path
) -> None:
    out = tmp_path / "out"
    newsletter("import", pasted, "--into", out)
    target = out / "port-story.md"
    target.write_text(target.read_text(encoding="utf-8") + "\n編集した文。\n", encoding="utf-8")
    edited = target.read_bytes()
    result = newsletter("import", pasted, "--into", out)
    assert result.code == 1
    assert "--force" in result.err
    assert target.read_bytes() == edited
    assert newsletter("import", pasted, "--into", out, "--force").code == 0
    assert "編集した文" not in target.read_text(encoding="utf-8")
    assert "(unchanged)" in newsletter("import", pasted, "--into", out).out


def test_two_sources_of_one_name_in_one_call(
    newsletter: Newsletter, tmp_path: Path, pasted: Path
) -> None:
    other = tmp_path / "port-story.md"
    other.write_text("# 別の話\n\n別の文。\n", encoding="utf-8")
    result = newsletter("import", pasted, other, "--into", tmp_path / "out", "--force")
    assert result.code == 1
    assert "rename one of them" in result.err
    assert read_article(tmp_path / "out" / "port-story.md").title == "港が動き出す"


def test_bad_files_stop_no_other_and_leave_nothing_behind(
    newsletter: Newsletter, tmp_path: Path, pasted: Path
) -> None:
    bad = {
        "empty.txt": b"",
        "binary.md": bytes(range(256)) * 20,
        "huge.txt": "長い文。\n".encode() * 900_000,
        "none.docx": b"no zip",
        "old.doc": b"\xd0\xcf\x11\xe0",
        "matter.md": "---\ntitle: a: b\n---\n\n文。\n".encode(),
    }
    paths = []
    for name, data in bad.items():
        (tmp_path / name).write_bytes(data)
        paths.append(tmp_path / name)
    out = tmp_path / "out"
    result = newsletter("import", *paths, tmp_path / "missing.txt", pasted, "--into", out)
    assert result.code == 1
    lines = result.err.splitlines()
    assert len(lines) == len(bad) + 1
    for name, line in zip([*bad, "missing.txt"], lines, strict=True):
        assert line.startswith("newsletter: ")
        assert name in line
    assert "matter.md:2: " in result.err
    assert [path.name for path in out.iterdir()] == ["port-story.md"]


def test_errors_are_in_the_json_too(newsletter: Newsletter, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    result = newsletter("import", tmp_path / "empty.txt", "--into", tmp_path / "out", "--json")
    assert result.code == 1
    (error,) = json.loads(result.out)["errors"]
    assert (Path(error["path"]).name, error["line"], error["message"]) == (
        "empty.txt",
        0,
        "holds no text",
    )


def test_a_place_that_cannot_be_written(
    newsletter: Newsletter, tmp_path: Path, pasted: Path
) -> None:
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    result = newsletter("import", pasted, "--into", tmp_path / "out" / "deep")
    assert result.code == 3
    assert "cannot be written" in result.err
    assert len(result.err.splitlines()) == 1


def test_a_whole_issue_says_what_to_do_next(newsletter: Newsletter, tmp_path: Path) -> None:
    path = tmp_path / "issue.txt"
    path.write_text("深掘り記事\n1. 港\n船の話。\n編集後記\n寒い。\n", encoding="utf-8")
    result = newsletter("import", path, "--into", "out", cwd=tmp_path)
    assert "newsletter new SLUG --from out/issue.md" in result.out
