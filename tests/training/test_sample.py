"""The general sentences that come along."""

from collections import Counter
from pathlib import Path

import pytest

from toolkit.training.pairs import Pair, sentence_hash
from toolkit.training.sample import (
    CHECKED,
    CHECKS,
    DATA,
    REPLAY,
    SIZES,
    TESTED,
    chosen,
    general_pairs,
    hashes_of_tests,
)


def test_no_sentence_of_a_test_set_is_replayed() -> None:
    tested = hashes_of_tests()
    assert len(tested) > 20_000
    replay, checked = general_pairs()
    for pair in (*replay, *checked):
        assert sentence_hash(pair.ja) not in tested, pair
        assert sentence_hash(pair.en) not in tested, pair


def test_the_hashes_are_of_the_test_sets() -> None:
    """A sentence of NTREX-128 (CC BY-SA 4.0), which is a test set."""
    tested = hashes_of_tests()
    assert sentence_hash("Welsh AMs worried about 'looking like muppets'") in tested
    assert sentence_hash("恥さらしを危惧するウェールズ議会議員 (AM)") in tested
    assert sentence_hash("No test set has this sentence about newsletters.") not in tested


def test_the_sample_is_small_and_whole() -> None:
    replay, checked = general_pairs()
    assert Counter(pair.place for pair in replay) == SIZES
    assert Counter(pair.place for pair in checked) == CHECKS
    assert not {pair.ja for pair in replay} & {pair.ja for pair in checked}
    assert all(pair.ja.endswith("。") for pair in checked)
    assert sum(path.stat().st_size for path in (REPLAY, CHECKED, TESTED)) < 1_000_000


def test_every_source_is_attributed_beside_the_file_and_in_the_notices() -> None:
    for path in (DATA / "README.md", Path("docs/third-party-notices.md")):
        text = path.read_text("utf-8")
        for name in ("Asian Language Treebank", "Tatoeba", "TensorFlow", "Kyoto", "PHP"):
            assert name in text, path


def test_a_sentence_of_a_test_set_is_not_chosen() -> None:
    rows = [
        ("tatoeba", "これは試験の文ではありません。", "This is no sentence of a test."),
        ("tatoeba", "これは試験に出てくる文です。", "This sentence is in a test."),
        ("perldoc", "これは別の資料にある文です。", "This sentence is in another source."),
        ("tatoeba", "短い。", "Short."),
    ]
    tested = frozenset({sentence_hash("THIS sentence is, in a test")})
    assert chosen(rows, tested) == ([Pair(rows[0][1], rows[0][2], "tatoeba")], [])


def test_what_is_checked_with_is_not_replayed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolkit.training.sample.SIZES", {"tatoeba": 2})
    monkeypatch.setattr("toolkit.training.sample.CHECKS", {"tatoeba": 3})
    rows = [
        ("tatoeba", f"これは資料にある{number}番目の文です{end}", f"This is sentence {number}.")
        for number in range(10)
        for end in ("。", "…")
    ]
    replay, checked = chosen(rows, frozenset())
    assert (len(replay), len(checked)) == (2, 3)
    assert not set(replay) & set(checked)
    assert all(pair.ja.endswith("。") for pair in checked)
