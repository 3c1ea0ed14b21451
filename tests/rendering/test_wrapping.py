"""Lines and columns of plain text."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.rendering.wrapping import (
    NEVER_FIRST,
    NEVER_LAST,
    columns_of,
    pad,
    printable,
    width,
    wrap,
)


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("あいうえお", 6, ["あいう", "えお"]),
        # What may not begin a line takes the character before it along.
        ("あいう。え", 6, ["あい", "う。え"]),
        ("あいうっえ", 6, ["あい", "うっえ"]),
        ("あいコーヒー", 10, ["あいコー", "ヒー"]),
        # What may not end a line goes with what follows.
        ("あい「うえ」", 6, ["あい", "「う", "え」"]),
        ("あい……うえ", 6, ["あ", "い……", "うえ"]),
        ("one two three", 7, ["one two", "three"]),
        ("well-known names", 10, ["well-known", "names"]),
        ("well-known names", 8, ["well-", "known", "names"]),
        ("料金は480円です", 8, ["料金は", "480円で", "す"]),
        ("見 https://example.org/long ここ", 8, ["見", "https://example.org/long", "ここ"]),
        ("見https://e.org/a-b/c-d。末", 8, ["見", "https://e.org/a-b/c-d。", "末"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("一\n二", 8, ["一", "二"]),
        ("", 8, [""]),
    ],
)  # fmt: skip
def test_lines(text: str, columns: int, lines: list[str]) -> None:
    assert wrap(text, columns, 2) == lines


@pytest.mark.parametrize(
    ("text", "ambiguous", "columns"),
    [
        ("漢字", 1, 4),
        ("ｶﾅ", 1, 2),
        ("①", 1, 1),
        ("①", 2, 2),
        ("e\u0301", 1, 1),
        ("👩‍👩‍👧", 1, 2),
        ("🇯🇵", 1, 2),
    ],
)
def test_widths(text: str, ambiguous: int, columns: int) -> None:
    assert width(text, ambiguous) == columns


@settings(max_examples=150, deadline=None)
@given(
    st.text(st.sampled_from("あいう漢字。、」「っー…①abc de-ée\u0301👩‍👧"), max_size=120),
    st.integers(12, 40),
    st.sampled_from([1, 2]),
)
def test_any_text_keeps_its_characters(text: str, columns: int, ambiguous: int) -> None:
    lines = wrap(text, columns, ambiguous)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        assert line == line.rstrip(" ")


def test_no_line_of_a_long_text_breaks_the_rules() -> None:
    text = "".join(
        "港の町で、船は「ゆっくり」と言った。ショーは…終わり（まだ）ですか？" + "々" * (n % 2)
        for n in range(60)
    )
    for columns in range(20, 80):
        lines = wrap(text, columns, 2)
        assert "".join(lines) == text
        assert all(width(line, 2) <= columns for line in lines)
        assert not [line for line in lines if line[0] in NEVER_FIRST or line[-1] in NEVER_LAST]


def test_a_word_of_a_million_letters_comes_out_whole() -> None:
    lines = wrap("x" * 1_000_000, 72, 1)
    assert len(lines) == 13_889
    assert sum(map(len, lines)) == 1_000_000


@pytest.mark.parametrize(
    ("rows", "total", "sizes"),
    [
        ([["ab", "漢字"], ["abcd", "字"]], 40, [4, 4]),
        ([["a" * 40, "b" * 10]], 40, [28, 10]),
        ([["a" * 40, "b" * 40]], 42, [20, 20]),
        ([["a" * 9] * 9], 72, None),
    ],
)
def test_widths_of_columns(rows: list[list[str]], total: int, sizes: list[int] | None) -> None:
    assert columns_of(rows, total, 2, 2) == sizes


def test_padding_goes_by_display_width() -> None:
    assert [pad("漢", 5, 1, align) for align in ("left", "right", "center")] == [
        "漢   ",
        "   漢",
        " 漢  ",
    ]


def test_what_a_terminal_would_obey_is_gone() -> None:
    hostile = "a\x1b[31mb\x07\tc\x9bd\ue000\u202e"
    assert printable(hostile) == "a[31mb cd\ue000\u202e"
    assert not [char for char in printable(hostile) if unicodedata.category(char) == "Cc"]
