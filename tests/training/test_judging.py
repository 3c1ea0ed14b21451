"""When a package is better than another."""

import pytest

from toolkit.training.judging import Marks, exam, objection
from toolkit.training.pairs import Pair
from toolkit.translation.evaluation import BOTH, Scores


def marks(
    held_out: tuple[float, float], general: float, hidden: float | None, marked: float | None
) -> Marks:
    """An exam's outcome, as chrF: held-out sentences by direction, general ones in both."""

    def scores(chrf: float) -> Scores:
        return Scores(0, 0, 0, chrf, "", "")

    return Marks(
        dict(zip(BOTH, map(scores, held_out), strict=True)),
        dict.fromkeys(BOTH, scores(general)),
        hidden,
        marked,
    )


BEFORE = marks((40, 30), 45, 0.9, 0.8)


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        (marks((43, 31), 45.2, 0.92, 0.8), ""),
        # One direction may lose what the other gains more; general sentences may lose a little.
        (marks((39, 33), 44.1, 0.81, 0.71), ""),
        (marks((40, 30), 50, 1.0, 1.0), "held-out sentences no better (chrF +0.0)"),
        (marks((41, 28), 50, 1.0, 1.0), "held-out sentences no better (chrF -0.5)"),
        (marks((45, 35), 43.9, 0.9, 0.8), "general sentences worse (chrF -1.1)"),
        (marks((45, 35), 45, 0.79, 0.8), "loses more placeholders (back in 79%"),
        (marks((45, 35), 45, 0.9, 0.69), "loses more bold and links (back in 69%"),
    ],
)
def test_better_or_why_not(after: Marks, reason: str) -> None:
    found = objection(BEFORE, after)
    assert reason in found
    assert bool(reason) == bool(found)


def test_without_marked_up_sentences_they_do_not_count() -> None:
    assert objection(marks((1, 1), 1, None, None), marks((2, 2), 1, None, None)) == ""


def test_an_exam_is_the_same_each_time_and_marks_up_what_is_shared() -> None:
    pairs = [
        Pair(f"{year}年に{year}人が来た。NASAの人だ。", f"In {year}, NASA sent people.")
        for year in (1999, 2004)
    ]
    plain = [Pair("猫が鳴いた。", "A cat cried.")]
    signs = ["⟦0⟧", "⟦1⟧"]
    one, other = exam(pairs, plain, signs), exam(pairs, plain, signs)
    assert one == other
    assert len(one) == 2 * (2 + 1 + 2 + 2)
    assert all("⟦" in pair.ja and "⟦" in pair.en for pair in one.hidden)
    assert all("**" in pair.ja and "**" in pair.en for pair in one.marked)
    assert exam(pairs, plain, []).hidden == ()
