"""The dialect on case files, and the promise that what is written reads the same again."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it.token import Token

from toolkit.document.markdown import (
    _PLAIN,
    _write_words,
    parse,
    parse_inline,
    parser,
    plain,
    write,
    write_inline,
)
from toolkit.document.markdown_japanese import ruby_pairs

CASES = re.findall(
    r"\n## ([^\n]+)\n\n~~~~ markdown\n(.*?)\n~~~~\n~~~~ html\n(.*?)\n~~~~\n",
    Path(__file__).with_name("cases").joinpath("dialect.md").read_text(encoding="utf-8"),
    re.DOTALL,
)


def html(tokens: list[Token]) -> str:
    md = parser()
    return str(md.renderer.render(tokens, md.options, {}))


@pytest.mark.parametrize(("title", "text", "expected"), CASES, ids=[case[0] for case in CASES])
def test_dialect(title: str, text: str, expected: str) -> None:
    assert html(parse(text)).strip() == expected


def test_all_cases_are_read() -> None:
    text = Path(__file__).with_name("cases").joinpath("dialect.md").read_text(encoding="utf-8")
    assert len(CASES) == text.count("\n## ") == 12


PIECES = st.sampled_from(
    [
        "市場", "「夜」", "。", "、", "（注）", "word", "A", " ", "\n", "**", "*", "_",
        "~~", "`", "\\",
        "{", "}", "|", "[", "]", "(", ")", "![", "{漢字|かんじ}", "{漢字|かん|じ}", "<b>", "&amp;",
        "# ", "- ", "1. ", "> ", "\n\n", "  ", "https://example.com/a_b", "---", "***",
        "[^1]", "[^注]", "^[", "^", "\n[^1]: ", "\n\n    ",
        "|a|b|\n|-|-|\n",
        "```\n", "=", "+", "!", "\t", "　", "é", "👩‍💻", "שלום",
    ]
)  # fmt: skip
MARKDOWN = st.lists(PIECES, min_size=1, max_size=14).map("".join)


@settings(max_examples=250, deadline=None)
@given(MARKDOWN)
def test_what_is_written_reads_the_same_again(text: str) -> None:
    tokens = parse(text)
    once = write(tokens)
    assert _words(html(parse(once))) == _words(html(tokens))
    assert write(parse(once)) == once


WORDS = st.lists(
    st.sampled_from(
        ["市場", "「夜」", "。", "word", " and ", "**太字。**", "*斜体*", "~~消す~~",
         "{漢字|かんじ}",
         "[^1]", "[^注]", "^[中]", "\\[^1]",
         "`x|y`", "[案内](https://example.com/a_b)", "![港](a.png)", "5*3", "a_b", "{x|y}", "\\*"]
    ),
    min_size=1,
    max_size=8,
).map("".join)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(WORDS)
def test_an_inline_line_is_canonical(text: str) -> None:
    line = write_inline(parse_inline(text))
    assert "\n" not in line
    assert write_inline(parse_inline(line)) == line
    assert _words(plain(parse_inline(line))) == _words(plain(parse_inline(text)))


@settings(max_examples=500)
@given(st.from_regex(_PLAIN, fullmatch=True))
def test_what_needs_no_mdformat_is_what_mdformat_writes(text: str) -> None:
    assert _write_words((text,)) == text


def test_only_plain_words_need_no_mdformat() -> None:
    assert _PLAIN.fullmatch("AIの電力、2030年に4倍 (IEA)")
    assert not any(map(_PLAIN.fullmatch, ("1. a", "a_b", "a  b", "a ", "a*b", "a&amp;b", "- a")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**夜**の`市`と[案内](x)と{桟橋|さんばし}", "夜の市と案内と桟橋"),
        ("![港の*写真*](a.png)です", "港の写真です"),
        ("one\ntwo", "one two"),
        ("夜の\n市場", "夜の市場"),
        ("", ""),
    ],
)
def test_plain_words(text: str, expected: str) -> None:
    inline = next(
        (token for token in parse(text) if token.type == "inline"), Token("inline", "", 0)
    )
    assert plain(inline) == expected


def test_lines_are_counted_from_0() -> None:
    maps = [
        token.map for token in parse("一\n\n二\n三\n\n- 四\n") if token.type == "paragraph_open"
    ]
    assert maps == [[0, 1], [2, 4], [5, 6]]


def test_ruby_pairs() -> None:
    (word,) = parse_inline("{桟橋|さんばし}").children or []
    (each,) = parse_inline("{市場|いち|ば}").children or []
    assert ruby_pairs(word) == [("桟橋", "さんばし")]
    assert ruby_pairs(each) == [("市", "いち"), ("場", "ば")]


@pytest.mark.parametrize(
    "text", ["{" * 3000, "**" * 3000 + "あ", "[" * 3000, "|" * 3000, "> " * 300]
)
def test_hostile_text_is_only_text(text: str) -> None:
    assert write(parse(text))


def _words(text: str) -> str:
    # An empty paragraph (of an ideographic space alone) says nothing and may go.
    return re.sub(r"\s+", " ", text.replace("<p></p>", "")).strip()
