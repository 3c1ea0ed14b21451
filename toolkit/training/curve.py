"""The course of a training as a picture, SVG: a browser shows it, and grows with each look."""

from collections.abc import Sequence
from itertools import pairwise

from toolkit.training.course import Look

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 56, 48
LABEL_GAP = 16
"""Two labels at the end of their lines are at least so far apart."""


def curve(looks: Sequence[Look], best: int, title: str) -> str:
    """Draw the losses over the steps.

    Args:
        looks: of a run so far, at least one.
        best: the number of the look whose weights were kept.
        title: says what was trained.
    """
    from toolkit.training.packaging import filled

    lines = {
        "held-out": [(look.step, look.held_out) for look in looks],
        "general": [(look.step, look.general) for look in looks],
        "training": [(look.step, look.training) for look in looks if look.training is not None],
    }
    values = [value for points in lines.values() for _, value in points]
    ticks = _ticks(min(values), max(values))
    last = max(looks[-1].step, 1)

    def x(step: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * step / last, 1)

    def y(value: float) -> float:
        share = (value - ticks[0]) / (ticks[-1] - ticks[0])
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share, 1)

    drawn = [
        {
            "name": name,
            "points": [(x(step), y(value)) for step, value in points],
            "value": points[-1][1],
        }
        for name, points in lines.items()
        if points
    ]
    return filled(
        "curve.svg.j2",
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=WIDTH - RIGHT,
        bottom=HEIGHT - BOTTOM,
        title=title,
        lines=drawn,
        labels=_apart({name: y(points[-1][1]) for name, points in lines.items() if points}),
        ticks=[(value, y(value)) for value in ticks],
        steps=[(look.step, x(look.step)) for look in looks[:: max(1, len(looks) // 8)]],
        best=(x(looks[best].step), y(looks[best].held_out), looks[best].step),
    )


def _ticks(low: float, high: float) -> list[float]:
    """Round values at even steps, the first below all and the last above."""
    span = max(high - low, 0.05)
    step = next(size for size in (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0) if span / size <= 6)
    first = int(low / step) * step
    ticks = [first]
    while ticks[-1] < high:
        ticks.append(ticks[-1] + step)
    return [round(value, 2) for value in (ticks if len(ticks) > 1 else [first, first + step])]


def _apart(places: dict[str, float]) -> dict[str, float]:
    """Heights of labels, moved down where two would touch."""
    ordered = sorted(places.items(), key=lambda item: item[1])
    moved = dict(ordered[:1])
    for (above, _), (name, place) in pairwise(ordered):
        moved[name] = max(place, moved[above] + LABEL_GAP)
    return moved
