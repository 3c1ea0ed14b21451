"""Placeholders and marks in training pairs."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.tiny import SIGNS
from toolkit.training.markup import (
    as_shown,
    linked,
    marked_up,
    shared,
    survives,
    with_marks,
    with_placeholders,
)
from toolkit.training.pairs import Pair

CASES = Path(__file__).parent / "cases" / "shown.tsv"
BUDGET = Pair(
    "OpenAIは2026年3月に5000億円を投じる。", "OpenAI will invest ¥500 billion in March 2026."
)


@pytest.mark.parametrize("row", CASES.read_text("utf-8").splitlines()[1:])
def test_markdown_is_learned_as_the_engine_sees_it(row: str) -> None:
    ja, en, *expected = row.split("\t")
    shown = as_shown(Pair(ja, en, "memory"), ["⟦0⟧", "⟦1⟧", "⟦2⟧"])
    assert shown == (Pair(expected[0], expected[1], "memory") if any(expected) else None)


def test_amounts_of_one_value_and_names_are_shared() -> None:
    assert set(shared(BUDGET)) == {
        ("5000億円", "¥500 billion"),
        ("2026年3月", "March 2026"),
        ("OpenAI", "OpenAI"),
    }


@pytest.mark.parametrize(
    ("ja", "en"),
    [
        ("猫が鳴いた。", "The cat cried."),
        ("AIがAIを作る。", "AI makes AI."),  # which of the two?
        ("5000億円を投じる。", "It invests ¥400 billion."),
    ],
)
def test_what_is_not_on_both_sides_once_is_not_shared(ja: str, en: str) -> None:
    assert shared(Pair(ja, en)) == []


def test_all_three_forms() -> None:
    draw = random.Random(1)
    hidden = with_placeholders(BUDGET, SIGNS, draw)
    assert hidden != BUDGET
    assert sorted(c for c in hidden.ja if c in "⟦⟧01234567") != []
    bold, link = with_marks(BUDGET, draw), linked(BUDGET, SIGNS, draw)
    assert bold.ja.count("**") == bold.en.count("**") == 2
    assert link.ja.count("](⟦") == link.en.count("](⟦") == 1
    for pair in (hidden, bold, link):
        assert survives(pair.ja, pair.en)
    assert bold.ja.replace("**", "") == BUDGET.ja


@pytest.mark.parametrize(
    ("translation", "whole"),
    [
        ("It costs ⟦1⟧ in ⟦0⟧.", True),
        ("It costs ⟦1⟧.", False),
        ("It costs ⟦1⟧ in ⟦0⟧ ⟦0⟧.", False),
        ("It costs ⟦1⟧ in ⟦2⟧.", False),
        ("It costs **⟦1⟧** in ⟦0⟧.", False),
    ],
)
def test_whether_each_came_back_once(translation: str, whole: bool) -> None:
    assert survives("⟦0⟧に⟦1⟧かかる。", translation) is whole


def test_a_link_must_keep_its_address() -> None:
    assert survives("[東京](⟦2⟧)へ。", "To [Tokyo](⟦2⟧).")
    assert not survives("[東京](⟦2⟧)へ。", "To Tokyo (⟦2⟧).")
    assert not survives("[東京](⟦2⟧)へ。", "To [Tokyo](⟦3⟧).")


@given(
    st.lists(
        st.sampled_from(["NASA", "3月", "50%", "GPT-4", "10億ドル", "猫", "。", " "]), max_size=9
    ),
    st.lists(
        st.sampled_from(["NASA", " in March", " 50%", "GPT-4", " $1 billion", " cat", "."]),
        max_size=9,
    ),
    st.integers(0, 99),
)
def test_whatever_the_pair_both_sides_get_the_same_marks(
    ja: list[str], en: list[str], seed: int
) -> None:
    pair = Pair("".join(ja), "".join(en))
    changed = marked_up(pair, SIGNS, random.Random(seed))
    assert survives(changed.ja, changed.en)


def test_about_the_shares_that_are_meant() -> None:
    draw = random.Random(0)
    made = [marked_up(BUDGET, SIGNS, draw) for _ in range(600)]
    kinds = [
        "link" if "](" in pair.ja else "bold" if "**" in pair.ja else "hidden" if "⟦" in pair.ja
        else "plain" for pair in made
    ]  # fmt: skip
    assert 230 < kinds.count("hidden") < 310
    assert 115 < kinds.count("bold") < 180
    assert 40 < kinds.count("link") < 90
    assert 85 < kinds.count("plain") < 155
    already = Pair("**OpenAI**は2026年に動く。", "**OpenAI** moves in 2026.")
    assert {marked_up(already, SIGNS, draw) for _ in range(20)} == {already}
