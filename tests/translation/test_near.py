"""Near sentences: likeness, and translations with other numbers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.translation.near import normalised, renumbered
from toolkit.translation.numbers import compare_values


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("**船**が`x`へ。", "船がxへ。"),
        ("[港](https://example.org/a)だ", "港だ"),
        ("ＡＩと　１２隻", "aiと 12隻"),
        ("The  Ship\nSAILS", "the ship sails"),
        ("", ""),
    ],
)
def test_marks_capitals_and_widths_make_no_difference(text: str, plain: str) -> None:
    assert normalised(text) == plain


@pytest.mark.parametrize(
    ("old", "translation", "new", "expected"),
    [
        ("船が12隻ある。", "There are 12 ships.", "船が30隻ある。", "There are 30 ships."),
        (
            "5000億ドルを投じる。",
            "It invests $500 billion.",
            "7兆ドルを投じる。",
            "It invests $7 trillion.",
        ),
        (
            "株価は3%上がり、5%下がった。",
            "Shares fell 5% after rising 3%.",
            "株価は4%上がり、6%下がった。",
            "Shares fell 6% after rising 4%.",
        ),
        (
            "**11月24日**に[署名](https://example.org/1)。",
            "[Signed](https://example.org/1) on **November 24**.",
            "**12月1日**に[署名](https://example.org/1)。",
            "[Signed](https://example.org/1) on **December 1**.",
        ),
        (
            "390〜420万台を作る。",
            "They build 3.9–4.2 million units.",
            "500〜620万台を作る。",
            "They build 5–6.2 million units.",
        ),
        # The same number twice, changed twice alike.
        ("3社と3社。", "3 firms and 3 firms.", "4社と4社。", "4 firms and 4 firms."),
    ],
)
def test_other_numbers_are_put_in(old: str, translation: str, new: str, expected: str) -> None:
    assert renumbered(old, translation, new, "ja", "en") == expected


def test_numbers_are_put_into_japanese_too() -> None:
    old, new = "It has 12 ships.", "It has 40,000 ships."
    assert renumbered(old, "船が12隻ある。", new, "en", "ja") == "船が4万隻ある。"


@pytest.mark.parametrize(
    ("old", "translation", "new"),
    [
        ("船が12隻ある。", "There are 12 ships.", "船が12台ある。"),  # another counter
        ("船が12隻ある。", "There are 12 ships.", "船がある。"),  # a number less
        ("12ドルだ。", "It is $12.", "12ユーロだ。"),  # another currency
        ("約12ドルだ。", "It is about $12.", "13ドルだ。"),  # no longer about
        ("船が1隻ある。", "There is 1 ship.", "船が2隻ある。"),  # another grammar
        ("船が12隻ある。", "There are a dozen ships.", "船が13隻ある。"),  # not there in digits
        ("3社と3人。", "3 firms and 3 people.", "3社と4人。"),  # which of the two
        ("**12隻**ある。", "There are **12**.", "12隻ある。"),  # other marks
        ("[a](b12)が5隻。", "[a](b12): 5 ships.", "[a](b13)が5隻。"),  # another address
    ],
)
def test_what_is_not_certain_is_not_done(old: str, translation: str, new: str) -> None:
    assert renumbered(old, translation, new, "ja", "en") is None


@settings(deadline=None, max_examples=60)
@given(st.integers(2, 10**12), st.integers(2, 10**12))
def test_the_value_arrives_there_and_back(old: int, new: int) -> None:
    one, other = f"{old}円を払う。", f"{new}円を払う。"
    there = renumbered(one, f"They pay ¥{old:,}.", other, "ja", "en")
    assert there is not None
    assert compare_values(other, there, "ja", "en") == []
    back = renumbered(other, there, one, "ja", "en")
    assert back is not None
    assert compare_values(one, back, "ja", "en") == []
