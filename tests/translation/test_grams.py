"""The index of rare grams: who is kept under what, and who is found."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz, process

from benchmarks.memory import edited
from benchmarks.prose import sentences
from toolkit.translation.grams import PIECES, grams, most_shared, postings

TEXTS = st.text(min_size=1, max_size=60)


@settings(deadline=None, max_examples=40)
@given(st.lists(TEXTS, min_size=1, max_size=8), st.sampled_from(["ja", "en"]))
def test_every_text_is_kept_under_its_own_grams(texts: list[str], language: str) -> None:
    kept: dict[int, list[int]] = {}
    for gram, units in postings(texts, language, 100):
        for unit in np.frombuffer(units, "<u4").tolist():
            kept.setdefault(unit, []).append(gram)
    assert sorted(kept) == list(range(100, 100 + len(texts)))
    for unit, found in kept.items():
        text = texts[unit - 100]
        assert len(found) == min(len(text), PIECES)
        assert {*found} <= {*grams(text, language)}


@settings(deadline=None, max_examples=40)
@given(TEXTS, st.sampled_from([("ja", "en"), ("en", "ja")]))
def test_a_gram_of_one_language_is_none_of_the_other(text: str, pair: tuple[str, str]) -> None:
    assert not {*grams(text, pair[0])} & {*grams(text, pair[1])}


@settings(deadline=None, max_examples=40)
@given(st.lists(TEXTS, max_size=6))
def test_the_same_texts_are_kept_alike(texts: list[str]) -> None:
    assert list(postings(texts, "ja", 1)) == list(postings(texts, "ja", 1))


def test_rare_grams_are_chosen_and_one_of_each_part() -> None:
    common = "銀行は金利を据え置くと発表した。"
    texts = [common] * 50 + ["港の橋は十年ぶりに銀行は金利を据え置くと発表した。"]
    shared = {gram for gram, units in postings(texts, "ja", 0) if len(units) > 4}
    kept = {gram for gram, units in postings(texts, "ja", 0) if (50).to_bytes(4, "little") in units}
    # Its own words come first; what everybody says stands for the parts that have nothing else.
    assert kept - shared
    assert kept & shared
    assert len(kept & {*grams("港の橋は十年ぶりに", "ja")}) >= 3


def test_who_is_in_most_lists_comes_first() -> None:
    lists = [np.array(units, "<u4").tobytes() for units in ([1, 2], [2, 3], [2, 4])]
    assert most_shared(lists, [1, 1, 3], 3) == [2, 4, 1]


@pytest.mark.parametrize(("language", "seed"), [("ja", 1), ("en", 2)])
def test_nearly_nothing_that_comparing_with_all_finds_is_missed(language: str, seed: int) -> None:

    texts = [unit.text(language) for unit in sentences(3000, 7)]
    index = dict(postings(texts, language, 0))
    dice = random.Random(seed)
    missed = 0
    for text in dice.sample(texts, 60):
        asked = edited(text, texts[:50], dice)
        _, best, _ = process.extract(asked, texts, scorer=fuzz.ratio, limit=1)[0]
        lists = [index[gram] for gram in grams(asked, language) if gram in index]
        units = most_shared(lists, [1.0] * len(lists), 100)
        missed += max(fuzz.ratio(asked, texts[unit]) for unit in units) < best
    assert missed <= 1


def test_the_sentences_of_the_benchmark_are_different_ones() -> None:
    some = list(sentences(2000, 3))
    assert len({unit.ja for unit in some}) > 1950
    assert some == list(sentences(2000, 3))
    assert not [unit for unit in some if "{" in unit.ja + unit.en]
