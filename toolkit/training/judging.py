"""Is one package better than another: on the newsroom's held-out sentences, and on general ones.

Both translate alone, without the toolkit's help (``evaluation.translate_alone``), so that what
is compared is what was trained. chrF counts in NFKC, since the toolkit sets the widths itself.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from toolkit.training.markup import linked, shared, survives, with_marks, with_placeholders
from toolkit.training.pairs import Pair, spread
from toolkit.translation.evaluation import BOTH, Scores, score, translate_alone
from toolkit.translation.metadata import Package

COST = 1.0
"""How much chrF general sentences may lose: on two hundred of them, less may be chance."""

LOST = 0.1
"""The share of marked-up sentences that may come back worse than before, by chance: of eighty, of
which a tenth change one way or the other, one standard deviation of the difference is 3.5 %."""

MOST = 60
"""Held-out sentences that are translated, in each direction, before and after."""

GENERAL = 200
"""General ones. What they lose is little, so it takes more to see it: over samples drawn again and
again, the difference in chrF between the shipped package and one trained further had a standard
deviation of 1.2 on sixty sentences and 0.8 on 144, in one direction."""

MARKED = 40
"""Sentences with placeholders, and with marks, that are translated in each direction."""


@dataclass(frozen=True)
class Exam:
    """The sentences a package is judged by.

    Attributes:
        held_out: pairs of the newsroom's that nothing was learned from.
        general: pairs of other kinds.
        hidden: pairs with placeholders on both sides.
        marked: pairs with bold or links on both sides.
    """

    held_out: tuple[Pair, ...]
    general: tuple[Pair, ...]
    hidden: tuple[Pair, ...]
    marked: tuple[Pair, ...]

    def __len__(self) -> int:
        """How many translations it asks for."""
        groups = (self.held_out, self.general, self.hidden, self.marked)
        return len(BOTH) * sum(map(len, groups))


@dataclass(frozen=True)
class Marks:
    """How a package did.

    Attributes:
        held_out, general: sacrebleu's scores, by direction.
        hidden, marked: the shares of sentences, of both directions, in which each placeholder,
            or each bold and link, came back exactly once; None where there was no sentence.
    """

    held_out: dict[tuple[str, str], Scores]
    general: dict[tuple[str, str], Scores]
    hidden: float | None
    marked: float | None


def exam(held_out: Sequence[Pair], general: Sequence[Pair], placeholders: Sequence[str]) -> Exam:
    """An exam of held-out pairs and general ones, the same for the same pairs.

    The marked-up sentences are made of both, from what stands on both sides.
    """
    draw = random.Random(0)  # noqa: S311
    sharing = [pair for pair in (*held_out, *general) if shared(pair)]
    hidden = [with_placeholders(pair, placeholders, draw) for pair in sharing if placeholders]
    marked = [
        linked(pair, placeholders, draw)
        if number % 3 == 2 and placeholders
        else with_marks(pair, draw)
        for number, pair in enumerate(sharing)
    ]
    return Exam(
        spread(held_out, MOST),
        spread(general, GENERAL),
        spread(hidden, MARKED),
        spread(marked, MARKED),
    )


def sit(package: Package, exam: Exam, progress: Callable[[int], None] | None = None) -> Marks:
    """Let a package, whose files are there, translate an exam.

    Raises:
        MissingError: it cannot be run, or sacrebleu is not installed.
    """
    held_out, general = {}, {}
    kept: dict[str, list[bool]] = {"hidden": [], "marked": []}
    for source, target in BOTH:
        groups = (exam.held_out, exam.general, exam.hidden, exam.marked)
        rows = [pair.text(source) for group in groups for pair in group]
        done = iter(translate_alone(package, rows, target, progress=progress).texts)
        texts = [[next(done) for _ in group] for group in groups]
        wanted = [[pair.text(target) for pair in group] for group in groups]
        if exam.held_out:
            held_out[source, target] = score(texts[0], wanted[0], target)
        if exam.general:
            general[source, target] = score(texts[1], wanted[1], target)
        for name, group, answers in zip(kept, groups[2:], texts[2:], strict=True):
            kept[name] += [
                survives(pair.text(source), text) for pair, text in zip(group, answers, strict=True)
            ]
    shares = {name: fmean(values) if values else None for name, values in kept.items()}
    return Marks(held_out, general, shares["hidden"], shares["marked"])


def mean_chrf(scores: dict[tuple[str, str], Scores]) -> float:
    """The mean chrF of all directions."""
    return fmean(one.chrf_nfkc for one in scores.values()) if scores else 0.0


def objection(before: Marks, after: Marks) -> str:
    """Why what came after is no better than what was before; empty if it is."""
    gain = mean_chrf(after.held_out) - mean_chrf(before.held_out)
    if gain <= 0:
        return f"it translates the held-out sentences no better (chrF {gain:+.1f})"
    cost = mean_chrf(before.general) - mean_chrf(after.general)
    if cost > COST:
        return f"it translates general sentences worse (chrF {-cost:+.1f})"
    for name, one, other in (
        ("placeholders", before.hidden, after.hidden),
        ("bold and links", before.marked, after.marked),
    ):
        if one is not None and other is not None and one - other > LOST:
            return f"it loses more {name} (back in {other:.0%} of the sentences, before {one:.0%})"
    return ""
