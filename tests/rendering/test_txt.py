"""Plain text, read line by line."""

import re
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from wcwidth import wcswidth

from tests.rendering.pages import DATA, LANGUAGES, copy, edition_of, with_text
from toolkit.document import markdown
from toolkit.errors import ContentError
from toolkit.rendering.edition import Edition
from toolkit.rendering.txt import render
from toolkit.rendering.wrapping import NEVER_FIRST, NEVER_LAST
from toolkit.resources import folder


@cache
def edition(language: str) -> Edition:
    return edition_of(DATA / language, drafts=2)


@cache
def lines(language: str) -> list[str]:
    return render(edition(language)).data.decode().split("\n")


def brief(text: str, language: str = "ja") -> str:
    """What becomes of a brief's text."""
    group = edition(language).parts[2]
    part = replace(group.parts[1], body=tuple(markdown.parse(text)))
    written = render(replace(edition(language), parts=(part,), citations=(), sources_heading=None))
    body = written.data.decode().split(part.heading.title)[-1].partition("\n\n")[2]
    return body.partition("\n\n\n")[0]


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def widest(language: str) -> int:
    """The widest line by wcwidth, ambiguous characters as the language draws them."""
    size = 2 if language == "ja" else 1
    return max(wcswidth(line, ambiguous_width=size) for line in lines(language))


@pytest.mark.parametrize("language", LANGUAGES)
class TestEveryIssue:
    def test_no_line_is_wider_than_a_page(self, language: str) -> None:
        assert 60 < widest(language) <= 72
        assert all(line == line.rstrip() for line in lines(language))

    def test_no_line_breaks_the_rules(self, language: str) -> None:
        said = [line for line in lines(language) if not re.match(r"\s|[・━─｜=]", line)]
        assert not [line for line in said if line[:1] in NEVER_FIRST - set("[(")]
        assert not [line for line in said if line[-1:] in NEVER_LAST]

    def test_every_heading_is_there_twice_or_once(self, language: str) -> None:
        """Once in the contents, once where it stands; below level 3 only there."""
        text = squeezed("".join(lines(language)))
        for heading in edition(language).headings():
            words = squeezed(markdown.plain(markdown.parse_inline(heading.title or "題")))
            count = text.count(words if heading.title else squeezed(heading.label))
            assert count >= (2 if heading.level <= 3 else 1), heading

    def test_it_ends_with_notice_and_colophon(self, language: str) -> None:
        text = "".join(lines(language))
        assert squeezed(edition(language).notice) in squeezed(text)
        assert squeezed(text).endswith(squeezed("".join(edition(language).colophon)))

    def test_the_same_edition_gives_the_same_bytes(self, language: str) -> None:
        assert render(edition(language)) == render(edition(language))

    def test_it_holds_no_markdown(self, language: str) -> None:
        text = "\n".join(lines(language))
        assert not re.search(r"\*\*|~~\w|\]\(|^#|\{.*\|", text, re.MULTILINE)


def test_japanese_marks() -> None:
    assert "■ 深掘り記事：連絡船の「四往復」は、誰の財布で走るのか" in lines("ja")
    assert "◆ 1. 復活までの八年" in lines("ja")
    assert "◇ ① 割引は誰のためか" in lines("ja")
    assert "◆ 小ネタ①：朝市の屋根、四十年ぶりに張り替え" in lines("ja")
    assert "    「桟橋は、町のいちばん長い交差点だ」" in lines("ja")


def test_english_headings_are_underlined() -> None:
    position = lines("en").index("2. How the fare works")
    assert lines("en")[position + 1] == "-" * len("2. How the fare works")


@pytest.mark.parametrize(
    ("language", "rows"),
    [
        (
            "ja",
            [
                "区分                乗客が払う額  県と町が払う額  一日あたりの人数",
                "------------------  ------------  --------------  ----------------",
                "おとな                     240円           240円             312人",
            ],
        ),
        (
            "en",
            [
                "Ticket          Passenger  Public  People a day",
                "--------------  ---------  ------  ------------",
                "Adult                ¥240    ¥240           312",
            ],
        ),
    ],
)
def test_a_table_stands_in_columns(language: str, rows: list[str]) -> None:
    position = lines(language).index(rows[0])
    assert lines(language)[position : position + 3] == rows


def test_lists_hang_from_their_marks() -> None:
    text = "- " + "あ" * 40 + "\n  - 下\n    1. 番\n    2. 号\n\n- 次\n"
    assert brief(text).split("\n") == [
        "・" + "あ" * 35,
        "  " + "あ" * 5,
        "",
        "  ・下",
        "    1. 番",
        "    2. 号",
        "",
        "・次",
    ]


def test_links_are_numbered_and_noted_at_the_end_of_the_section() -> None:
    text = (
        "[案内](https://example.org/a)と[もう一度](https://example.org/a)、"
        "[別](https://example.org/b)、<https://example.org/c>、[中](#deep-dive-1)。\n"
    )
    assert brief(text).split("\n") == [
        "案内［1］ともう一度［1］、別［2］、https://example.org/c、中。",
        "",
        "［1］ https://example.org/a",
        "［2］ https://example.org/b",
    ]


def test_an_address_is_never_broken() -> None:
    address = "https://example.org/" + "a" * 200
    assert brief(f"[案内]({address})").split("\n")[-1] == f"［1］ {address}"


def test_a_dead_link_is_told(tmp_path: Path) -> None:
    root = copy("ja", tmp_path)
    path = with_text(root, "# 題\n\n[無](page.html)\n")
    (finding,) = render(edition_of(root)).findings
    assert (finding.rule, finding.path, finding.line) == ("dead-link", path, 3)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("ja", "{時化|しけ}と{舵輪|だ|りん}", "時化（しけ）と舵輪（だりん）"),
        ("en", "**bold** and *light* and `code`", "*bold* and _light_ and code"),
        ("ja", "**太い**と*細い*", "太いと細い"),
        ("ja", "![海](none.png)", "［図：海］"),
        ("ja", '![](none.png "説明")', "［図：説明］"),
        ("ja", "> 引用\n>\n> > 中", "｜ 引用\n｜\n｜ ｜ 中"),
        ("ja", "一\\\n二", "一\n二"),
        ("ja", "\x1b[2J消える", "[2J消える"),
        ("ja", "<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("ja", "```\na\tb\n\n  c\n```", "    a b\n\n      c"),
        ("ja", "~~前~~後", "［取消：前］後"),
    ],
)
def test_other_texts(language: str, text: str, expected: str) -> None:
    assert brief(text, language) == expected


def test_a_table_too_wide_for_columns_becomes_a_list_of_its_rows() -> None:
    head = "| " + " | ".join(f"列{number}の名前です" for number in range(8)) + " |"
    rule = "|" + "---|" * 8
    row = "| " + " | ".join(f"{number}番目の長い値です" for number in range(8)) + " |"
    assert brief("\n".join([head, rule, row])).split("\n")[:2] == [
        "・列0の名前です：0番目の長い値です",
        "・列1の名前です：1番目の長い値です",
    ]


def test_long_cells_wrap_within_their_columns() -> None:
    table = "| 項目 | 説明 |\n| --- | --- |\n| 短い | " + "長" * 50 + " |"
    written = brief(table).split("\n")
    assert written[2:] == ["短い  " + "長" * 33, " " * 6 + "長" * 17]


def test_a_table_of_ten_thousand_rows_is_written() -> None:
    table = "| 番号 | 値 |\n| --- | ---: |\n" + "\n".join(
        f"| {n} | {n * n} |" for n in range(10_000)
    )
    assert len(brief(table).split("\n")) == 10_002


def test_deep_lists_still_have_room_for_words() -> None:
    text = "\n".join("  " * depth + "- 深さの言葉" for depth in range(40))
    assert brief(text).count("深さの言葉") == 40


def test_a_publication_changes_marks_of_its_own(tmp_path: Path) -> None:
    root = copy("ja", tmp_path)
    (root / "templates").mkdir()
    own = root / "templates" / "text.toml"
    own.write_text('[ja]\nhead-2 = "□"\nwidth = 60\n', "utf-8")
    written = render(edition_of(root)).data.decode().split("\n")
    assert "□編集後記" in written
    assert max(wcswidth(line, ambiguous_width=2) for line in written) <= 66
    own.write_text('[ja]\nhead-2 = "□"\nwidht = 60\n', "utf-8")
    with pytest.raises(ContentError, match="widht") as raised:
        render(edition_of(root))
    assert (raised.value.path, raised.value.line) == (own.resolve(), 3)


def test_both_languages_have_the_same_keys() -> None:
    data = tomllib.loads((folder("templates") / "text.toml").read_text("utf-8"))
    assert list(data["ja"]) == list(data["en"])
