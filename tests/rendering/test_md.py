"""Markdown for other sites, read back with GitHub's own parser, which is CommonMark's."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import cmarkgfm
import pytest
from bs4 import BeautifulSoup, Tag
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.rendering.pages import DATA, LANGUAGES, copy, edition_of, with_text
from toolkit.document import markdown
from toolkit.errors import ContentError
from toolkit.findings import Severity
from toolkit.rendering.edition import Edition
from toolkit.rendering.md import render

CASES = Path(__file__).parent / "cases" / "portable_bold.md"


def written(edition: Edition) -> str:
    return render(edition).data.decode()


def read_back(edition: Edition) -> BeautifulSoup:
    return BeautifulSoup(cmarkgfm.github_flavored_markdown_to_html(written(edition)), "html.parser")


@cache
def japanese() -> Edition:
    return edition_of(DATA / "ja")


def brief(text: str) -> str:
    """What becomes of a brief's text."""
    group = japanese().parts[2]
    part = replace(group.parts[1], body=tuple(markdown.parse(text)))
    body = written(replace(japanese(), parts=(part,)))
    return body.partition("港の猫、戸籍を得る\n\n")[2].partition("\n\n## ")[0]


@pytest.mark.parametrize("language", LANGUAGES)
class TestEveryIssue:
    def test_every_heading_is_there_with_its_number_and_label(self, language: str) -> None:
        edition = edition_of(DATA / language)
        heads = read_back(edition).find_all(re.compile("^h[1-6]$"))
        assert heads[0].get_text() == edition.plain_title
        expected = list(edition.headings())
        assert [int(head.name[1]) for head in heads[1:]] == [head.level for head in expected]
        for head, heading in zip(heads[1:], expected, strict=True):
            words = head.get_text()
            assert words.startswith(heading.label)
            assert heading.number in words
            assert words.endswith(markdown.plain(markdown.parse_inline(heading.title or "")))

    def test_bold_words_are_those_of_the_issue(self, language: str) -> None:
        edition = edition_of(DATA / language)
        bold = [tag.get_text() for tag in read_back(edition).find_all("strong")]
        expected = {
            "ja": [
                "しおさい二号",
                "1.6倍",
                "480円",
                "少なくとも夏の間は",
                "7.4%",
                "一箱あたり35円安い",
                "2,300万円",
                "41個",
                "丸",
            ],
            "en": ["60 percent", "480 yen", "7.4 percent", "23 million yen", "41", "the ring"],
        }
        assert bold == expected[language]

    def test_blocks_are_what_they_were(self, language: str) -> None:
        page = read_back(edition_of(DATA / language))
        table = page.table
        assert table is not None
        assert [len(row.find_all(["th", "td"])) for row in table.find_all("tr")] == [4] * 5
        assert [cell.get("align") for cell in table.find_all("th")] == [None, *["right"] * 3]
        assert len(page.select("ul > li > ul > li > ul > li")) == 1
        assert len(page.select("ol > li > ol > li")) == 2
        assert len(page.find_all("pre")) == 1
        # Four statements, and the one quotation.
        assert len(page.find_all("blockquote")) == 5
        assert page.img is not None
        assert page.img["src"] == "cost.png"
        assert page.img["alt"]
        caption = page.img.find_parent("p")
        assert caption is not None
        following = caption.find_next_sibling("p")
        assert isinstance(following, Tag)
        assert following.get_text().startswith(
            ("運航一日あたりの費用。", "What a day of sailing costs")
        )

    def test_sources_notice_and_colophon_end_it(self, language: str) -> None:
        edition = edition_of(DATA / language, drafts=2)
        page = read_back(edition)
        assert [str(link["href"]) for link in page.find_all("ol")[-1].find_all("a")] == [
            citation.url for citation in edition.citations
        ]
        ending = [tag.get_text() for tag in page.find_all("hr")[-1].find_next_siblings("p")]
        assert ending == [edition.notice, *edition.colophon]

    def test_the_same_edition_gives_the_same_bytes(self, language: str) -> None:
        first, second = (render(edition_of(DATA / language)) for _ in range(2))
        assert first == second

    def test_it_holds_nothing_of_the_dialect_and_no_html(self, language: str) -> None:
        text = written(edition_of(DATA / language))
        assert not re.search(r"\{[^}]*\|", text)
        assert not re.search(r"[\u200b-\u200d\u2060\ufeff]", text)
        assert not re.search(r"</?[a-z]+>", text)


def test_an_editor_hears_which_pictures_to_bring() -> None:
    (finding,) = render(edition_of(DATA / "ja")).findings
    assert (finding.rule, finding.severity, finding.line) == (
        "picture-by-hand",
        Severity.NOTE,
        59,
    )
    assert "cost.png" in finding.message


def test_a_picture_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    root = copy("ja", tmp_path)
    path = with_text(root, "# 題\n\n![図](none.png)\n")
    with pytest.raises(ContentError, match=r"none\.png") as raised:
        render(edition_of(root))
    assert (raised.value.path, raised.value.line) == (path, 3)


def test_links_inside_the_edition_are_words_and_dead_ones_are_told(tmp_path: Path) -> None:
    root = copy("ja", tmp_path)
    path = with_text(
        root, "# 題\n\n[最初の節](#deep-dive-1)と[外](https://e.org)と[無](x.html)。\n"
    )
    rendered = render(edition_of(root))
    assert "最初の節と[外](https://e.org)と無。" in rendered.data.decode()
    dead = [finding for finding in rendered.findings if finding.rule == "dead-link"]
    assert [(finding.path, finding.line) for finding in dead] == [(path, 3)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一行目\\\n二行目", "一行目  \n二行目"),
        ("一行目\n二行目", "一行目二行目"),
        ("one\ntwo", "one two"),
        ("- 一行目\\\n  二行目", "- 一行目  \n  二行目"),
        ("逆斜線\\\\\n次", "逆斜線\\\\ 次"),
        ("<script>alert(1)</script>", "\\<script>alert(1)\\</script>"),
        ("* \u202eabc\u202c 👩‍👩‍👧 e\u0301", "- \u202eabc\u202c 👩‍👩‍👧 e\u0301"),
        ("「言葉だけの段落」", "> 「言葉だけの段落」"),
        ("- 「項目の言葉」", "- 「項目の言葉」"),
    ],
)
def test_other_texts(text: str, expected: str) -> None:
    assert brief(text) == expected


def cases() -> list[tuple[str, str]]:
    """The rows of the case file; a backtick is written \\` and a bar \\| there."""
    rows = re.findall(r"^\| `(.*)` \| `(.*)` \|$", CASES.read_text("utf-8"), re.MULTILINE)
    return [(left.replace("\\", ""), right.replace("\\", "")) for left, right in rows]


@pytest.mark.parametrize(("text", "expected"), cases())
def test_bold_that_every_parser_reads(text: str, expected: str) -> None:
    assert brief(f"前。{text}") == f"前。{expected}"


STRICT = MarkdownIt("commonmark").enable(["strikethrough"])
Marked = list[tuple[str, frozenset[str]]]


def marked(children: list[Token]) -> Marked:
    """Each letter with the emphasis it stands in; struck words need not be bold, nor code."""
    letters: Marked = []
    around: list[str] = []
    for child in children:
        if child.nesting == 1:
            around.append(child.type.removesuffix("_open"))
        elif child.nesting == -1:
            around.remove(child.type.removesuffix("_close"))
        content = child.content + "".join(child.meta.get("readings", ()))
        if child.nesting or child.type in ("image", "softbreak"):
            continue
        kinds = frozenset({"s"} if "s" in around else around)
        if child.type == "code_inline":
            kinds -= {"strong", "em", "s"}
        letters += [(char, kinds) for char in content if char.isalnum()]
    return letters


PIECES = [
    "**", "**", "*", "~~", "「", "」", "。", "あ", "漢", "a", "b", " ", "％", "`c`", "?", "€", "😀",
    "_", "~", "\\*", "★", "[l](https://e.org)", "{漢|か}",
]  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
@example("**a****b**")
@example("*あ**い**う*え***お***")
@example("~~**あ**~~い")
@example("**「[l](https://e.org)」**あ")
def test_any_line_keeps_its_words_and_their_emphasis(text: str) -> None:
    text = f"x {text}"
    tokens = markdown.parse(text)
    if len(tokens) != 3:
        return
    back = STRICT.parse(brief(text))
    assert [token.type for token in back] == ["paragraph_open", "inline", "paragraph_close"]
    assert marked(back[1].children or []) == marked(tokens[1].children or [])
