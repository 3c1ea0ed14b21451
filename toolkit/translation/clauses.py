"""A sentence too long for a model → clauses, at its punctuation; nothing is lost between them."""

import re
from collections.abc import Callable, Iterator, Sequence

_AFTER_CLAUSE = re.compile(
    r"[。！？；：」』）](?![」』）、。])|、|，|[,;:.!?][\"”’)\]]*(?=\s)|(?<=\s)[—–-](?=\s)|——|――"
)
_AFTER_SPACE = re.compile(r"(?<=\s)(?=\S)")
_WITH_MARKS = r".[\u0300-\u036f\u3099\u309a\u200d\ufe0f]+"


def clauses(
    text: str, fits: Callable[[str], bool], whole: Sequence[str] = (), *, anywhere: bool = True
) -> list[str]:
    """Halve a text until every piece fits; joined, the pieces are the text again.

    Args:
        text: a sentence.
        fits: whether a piece is short enough.
        whole: strings that are never cut, such as placeholders.
        anywhere: whether it may be cut where there is no punctuation; if not, a piece that
            has none stays longer than what fits.
    """
    if fits(text) or (halved := halves(text, whole, anywhere=anywhere)) is None:
        return [text]
    return [piece for half in halved for piece in clauses(half, fits, whole, anywhere=anywhere)]


def halves(
    text: str, whole: Sequence[str] = (), *, anywhere: bool = True
) -> tuple[str, str] | None:
    """Cut a text in two near its middle: after a clause, else between words, else anywhere.

    Args:
        text: a sentence.
        whole: strings that are never cut.
        anywhere: whether it may be cut where there is no punctuation.

    Returns:
        The two parts, both with more than white space, or None where there is no such place.
    """
    kept = re.compile("|".join([*map(re.escape, whole), _WITH_MARKS]))
    inside = {
        place for match in kept.finditer(text) for place in range(match.start() + 1, match.end())
    }
    for places in _places(text, anywhere):
        allowed = [
            place
            for place in places
            if place not in inside and text[:place].strip() and text[place:].strip()
        ]
        # A cut close to an end helps nobody: the larger part would be as long as before.
        central = [place for place in allowed if len(text) // 6 <= place <= len(text) * 5 // 6]
        if central:
            place = min(central, key=lambda place: abs(place - len(text) / 2))
            return text[:place], text[place:]
    return None


def _places(text: str, anywhere: bool) -> Iterator[list[int]]:
    yield [match.end() for match in _AFTER_CLAUSE.finditer(text)]
    if anywhere:
        yield [match.start() for match in _AFTER_SPACE.finditer(text)]
        yield list(range(1, len(text)))
