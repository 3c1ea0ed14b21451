"""LexRank: which sentences of a text are most like all the others.

G. Erkan and D. R. Radev, "LexRank: Graph-based Lexical Centrality as Salience in Text
Summarization", Journal of Artificial Intelligence Research 22 (2004), pages 457-479;
here the continuous form (section 3.3): the links of the graph are weighted by the
idf-modified cosine of two sentences, and a sentence counts as much as those that are
like it. Unlike there, no sentence is linked with itself, so that one which has nothing
in common with the others comes last.
"""

import math
from collections import Counter
from collections.abc import Sequence

DAMPING = 0.85
"""How much of a sentence's weight comes from its neighbours (the paper's 1 - d)."""

RANKED = 400
"""Sentences of an article that are ranked: the work grows with the square of their number.
What lies further down than that is no news."""

_ROUNDS = 100
_PRECISION = 1e-9


def similarities(sentences: Sequence[Sequence[str]]) -> list[list[float]]:
    """The idf-modified cosine (0 to 1) of each two sentences, given as their content words.

    A sentence without words is like no other.
    """
    counts = [Counter(words) for words in sentences]
    found_in = Counter(word for count in counts for word in count)
    # Smoothed, so that a word of every sentence still says that two are alike.
    weight = {word: math.log(1 + len(counts) / found_in[word]) for word in found_in}
    vectors = [{word: number * weight[word] for word, number in count.items()} for count in counts]
    lengths = [math.hypot(*vector.values()) for vector in vectors]
    matrix = [[0.0] * len(vectors) for _ in vectors]
    for row, vector in enumerate(vectors):
        if not vector:
            continue
        matrix[row][row] = 1.0
        for column in range(row):
            other = vectors[column]
            small, large = sorted((vector, other), key=len)
            shared = (value * large[word] for word, value in small.items() if word in large)
            if product := math.fsum(shared):
                cosine = product / (lengths[row] * lengths[column])
                matrix[row][column] = matrix[column][row] = cosine
    return matrix


def lexrank(matrix: Sequence[Sequence[float]]) -> list[float]:
    """How central each sentence is, from 0 to 1, the most central 1, by the power method."""
    size = len(matrix)
    if not size:
        return []
    links = []
    for row in range(size):
        others = [(column, value) for column, value in enumerate(matrix[row]) if column != row]
        total = math.fsum(value for _, value in others)
        links.append([(column, value / total) for column, value in others if value])
    ranks = [1.0 / size] * size
    for _ in range(_ROUNDS):
        following = [(1 - DAMPING) / size] * size
        for row, neighbours in enumerate(links):
            for column, share in neighbours:
                following[column] += DAMPING * share * ranks[row]
        moved = max(abs(new - old) for new, old in zip(following, ranks, strict=True))
        ranks = following
        if moved < _PRECISION:
            break
    highest = max(ranks)
    return [rank / highest for rank in ranks]
