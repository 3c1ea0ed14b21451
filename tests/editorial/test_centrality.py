"""LexRank on graphs whose answer can be worked out by hand."""

import math

import pytest

from toolkit.editorial.centrality import lexrank, similarities


def test_cosine_by_hand() -> None:
    # Each word lies in one or two of the two sentences: idf is ln(1 + 2/1) or ln(1 + 2/2).
    rare, common = math.log(3), math.log(2)
    matrix = similarities([["ship", "port"], ["ship", "market"]])
    assert matrix[0][1] == pytest.approx(common**2 / (common**2 + rare**2))
    assert matrix[0][0] == matrix[1][1] == 1.0


def test_equal_sentences_are_equal() -> None:
    matrix = similarities([["ship", "port"], ["port", "ship"], ["tree"]])
    assert matrix[0][1] == pytest.approx(1.0)
    assert matrix[0][2] == 0.0


def test_a_star_ranks_its_centre_first() -> None:
    # Three leaves are like the centre only. With d = 0.85, each leaf holds
    # 0.15/4 + 0.85 c/3 and the centre c = 0.15/4 + 0.85 * 3 leaves; solved by hand.
    star = [[1, 0.5, 0.5, 0.5], [0.5, 1, 0, 0], [0.5, 0, 1, 0], [0.5, 0, 0, 1]]
    centre = (0.0375 + 0.85 * 3 * 0.0375) / (1 - 0.85**2)
    leaf = 0.0375 + 0.85 * centre / 3
    assert lexrank(star) == pytest.approx([1.0, *[leaf / centre] * 3])


def test_a_sentence_like_no_other_comes_last() -> None:
    ranks = lexrank([[1, 0.9, 0], [0.9, 1, 0], [0, 0, 1]])
    assert ranks[2] < ranks[0] == pytest.approx(ranks[1])


def test_nothing_and_one() -> None:
    assert similarities([]) == [] == lexrank([])
    assert lexrank(similarities([["ship"]])) == [1.0]
    assert lexrank(similarities([[], []])) == [1.0, 1.0]
