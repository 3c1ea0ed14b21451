"""Test sets, and the scores of translations whose scores can be worked out by hand."""

from pathlib import Path

import pytest

from toolkit.translation.evaluation import count_numbers, opened, read_test_set, score


def test_bleu_of_one_wrong_word() -> None:
    """The last of 5 words is wrong: 4/5 words, 3/4 pairs, 2/3 triples, 1/2 quadruples."""
    scores = score(["one two three four six"], ["one two three four five"], "en")
    assert scores.bleu == pytest.approx(100 * (4 / 5 * 3 / 4 * 2 / 3 * 1 / 2) ** (1 / 4))
    assert "tok:13a" in scores.bleu_signature


def test_japanese_is_cut_into_words() -> None:
    """猫｜は｜魚｜を｜食べる against 猫｜は｜魚｜を｜焼く: again the last of 5 words."""
    scores = score(["猫は魚を食べる"], ["猫は魚を焼く"], "ja")
    assert scores.bleu == pytest.approx(100 * (4 / 5 * 3 / 4 * 2 / 3 * 1 / 2) ** (1 / 4))
    assert "tok:ja-mecab" in scores.bleu_signature


def test_width_counts_only_without_nfkc() -> None:
    scores = score(["売上は12億円（前年は10億円）"], ["売上は１２億円(前年は１０億円)"], "ja")
    assert scores.bleu < 100
    assert scores.chrf < 100
    assert [scores.bleu_nfkc, scores.chrf_nfkc] == pytest.approx([100, 100])


@pytest.mark.parametrize(
    ("name", "directions"),
    [
        ("wmt21_ja-en.tsv", (("ja", "en"),)),
        ("wmt21_en-ja.tsv", (("en", "ja"),)),
        ("news.en_ja.tsv", (("en", "ja"),)),
        ("ntrex128_newstest2019.tsv", (("ja", "en"), ("en", "ja"))),
        ("ninja-energy.tsv", (("ja", "en"), ("en", "ja"))),
    ],
)
def test_a_name_says_the_direction(
    name: str, directions: tuple[tuple[str, str], ...], tmp_path: Path
) -> None:
    (tmp_path / name).write_text("\ufeff猫 \tcat\r\n\r\n犬\tdog\r\n鳥\tbird", "utf-8")
    test = read_test_set(tmp_path / name, limit=2)
    assert test.directions == directions
    assert (test.side("ja"), test.side("en")) == (("猫", "犬"), ("cat", "dog"))


def test_a_code_is_a_package_and_a_pair_is_one_direction_of_it() -> None:
    with opened("ja-en") as both, opened("en-ja") as one:
        assert both.pairs == (("ja", "en"), ("en", "ja"))
        assert one.pairs == (("en", "ja"),)
        assert one.path == both.path


def test_rows_that_say_their_numbers_right_are_counted() -> None:
    rows = ["売上は8億円。", "3社が参加。", "客は3500人。", "数は言わない。"]
    texts = ["Sales were ¥80 million.", "Three firms take part.", "3,500 guests.", "No number."]
    # Nothing can be said of the third: the person left its number out.
    references = ["Sales were ¥800 million.", "Three companies took part.", "Many came.", "None."]
    numbers = count_numbers(rows, texts, references, "ja", "en")
    assert (numbers.rows, numbers.right) == (2, 1)
