"""Placeholders and inline marks in training pairs, so that the model goes on carrying them.

An amount, a name or a number that stands on both sides becomes a placeholder on both sides, or
is wrapped on both in ``**…**`` or ``[…](…)``: what an issue's sentences look like when the
toolkit shows them to the engine. What a newsroom's sentences hold of Markdown is written as the
engine sees it too (``as_shown``).
"""

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from toolkit.document.glossary import Glossary
from toolkit.training.pairs import Pair
from toolkit.translation.evaluation import BOTH
from toolkit.translation.numbers import Amount, find_amounts
from toolkit.translation.protection import Guard, protect, reveal
from toolkit.translation.questions import MARK

HIDDEN, WRAPPED = 0.45, 0.35
"""The shares of pairs that get placeholders, and marks: of those in which something stands on both
sides, one in three. In an issue the engine is shown more of them than a newsroom's pairs hold."""

LINKED = 0.3
"""Of the marks, the share that are links; the others are bold."""

MOST = 4
"""How many placeholders a pair gets at most: few sentences of an issue have more."""

_WORD = re.compile(
    r"(?<![A-Za-z0-9.,])(?:[0-9][0-9.,:/-]*[0-9]%?|[0-9]%?|[A-Z][A-Za-z0-9&'.-]*[A-Za-z0-9])"
    r"(?![A-Za-z0-9])"
)
_MARKS = re.compile(r"\*\*|\]\(|⟦")


def marked_up(pair: Pair, placeholders: Sequence[str], draw: random.Random) -> Pair:
    """The pair, in some of the cases with placeholders or marks on both sides.

    Args:
        pair: text that may have marks of its own; then it stays as it is.
        placeholders: those of the package; without any, there are only marks.
        draw: decides.
    """
    chance = draw.random()
    if chance >= HIDDEN + WRAPPED or _MARKS.search(pair.ja + pair.en) or not shared(pair):
        return pair
    if chance < HIDDEN and placeholders:
        return with_placeholders(pair, placeholders, draw)
    if draw.random() < LINKED and placeholders:
        return linked(pair, placeholders, draw)
    return with_marks(pair, draw)


def as_shown(pair: Pair, placeholders: Sequence[str]) -> Pair | None:
    """A pair of Markdown sentences as the engine sees them in an issue, or None.

    Footnotes' marks are gone; code, images and addresses are placeholders, the same ones on both
    sides; emphasis and links are ``**…**``, or nothing where the sides do not agree. None is for
    a pair that hides other things on one side than on the other, or more than there are
    placeholders.
    """
    sides = [
        reveal(protect(pair.text(source), Glossary(), source, target), ("amount", "term", "name"))
        for source, target in BOTH
    ]
    hidden = [
        {char: _what(guard) for char, guard in side.guards.items() if not guard.is_note}
        for side in sides
    ]
    things = list(hidden[0].values())
    if Counter(things) != Counter(hidden[1].values()) or len(things) > len(placeholders):
        return None
    kinds = [sorted(span.kind[0] for span in side.flat.spans) for side in sides]
    texts = []
    for side, atoms in zip(sides, hidden, strict=True):
        free = list(zip(things, placeholders, strict=False))
        signs = dict.fromkeys(side.guards, "")
        for char in filter(atoms.get, side.flat.text):
            sign = next(one for one in free if one[0] == atoms[char])
            free.remove(sign)
            signs[char] = sign[1]
        starts = {span.start for span in side.flat.spans}
        ends = {span.end for span in side.flat.spans}
        text = ""
        for place, char in enumerate((*side.flat.text, "")):
            marks = (place in ends) + (place in starts) if kinds[0] == kinds[1] else 0
            text += MARK * marks + signs.get(char, char)
        texts.append(text.strip())
    return replace(pair, ja=texts[0], en=texts[1])


def _what(guard: Guard) -> tuple[str, str]:
    """What is hidden, the same in both languages."""
    if isinstance(guard.target, str):
        return guard.kind, guard.target
    return guard.target.type, guard.target.content or str(guard.target.attrs)


def with_placeholders(pair: Pair, placeholders: Sequence[str], draw: random.Random) -> Pair:
    """Some of what both sides share as placeholders; there must be something."""
    found = shared(pair)
    chosen = found[: draw.randint(1, min(MOST, len(found), len(placeholders)))]
    signs = draw.sample(list(placeholders), len(chosen))
    for (ja, en), sign in zip(chosen, signs, strict=True):
        pair = _replaced(pair, (ja, sign), (en, sign))
    return pair


def with_marks(pair: Pair, draw: random.Random) -> Pair:
    """Something that both sides share in bold; there must be something."""
    ja, en = draw.choice(shared(pair))
    return _replaced(pair, (ja, f"**{ja}**"), (en, f"**{en}**"))


def linked(pair: Pair, placeholders: Sequence[str], draw: random.Random) -> Pair:
    """Something that both sides share as a link, its address hidden; there must be something."""
    ja, en = draw.choice(shared(pair))
    sign = draw.choice(list(placeholders))
    return _replaced(pair, (ja, f"[{ja}]({sign})"), (en, f"[{en}]({sign})"))


def shared(pair: Pair) -> list[tuple[str, str]]:
    """What stands once on each side, as it is written there: amounts of the same value, words.

    Nothing in the list overlaps with anything else in it.
    """
    found: list[tuple[str, str]] = []
    english: dict[tuple[object, ...], Amount] = {}
    for amount in find_amounts(pair.en, "en"):
        english.setdefault((amount.kind, amount.value, amount.upto, amount.unit), amount)
    for amount in find_amounts(pair.ja, "ja"):
        other = english.get((amount.kind, amount.value, amount.upto, amount.unit))
        if other is not None:
            found.append((pair.ja[amount.start : amount.end], pair.en[other.start : other.end]))
    found += [(word, word) for word in dict.fromkeys(_WORD.findall(pair.ja))]
    kept: list[tuple[str, str]] = []
    for ja, en in found:
        if pair.ja.count(ja) != 1 or pair.en.count(en) != 1:
            continue
        if not any(
            _overlap(pair.ja, ja, taken_ja) or _overlap(pair.en, en, taken_en)
            for taken_ja, taken_en in kept
        ):
            kept.append((ja, en))
    return kept


def _overlap(text: str, one: str, other: str) -> bool:
    first, second = text.index(one), text.index(other)
    return first < second + len(other) and second < first + len(one)


def _replaced(pair: Pair, ja: tuple[str, str], en: tuple[str, str]) -> Pair:
    return replace(pair, ja=pair.ja.replace(*ja), en=pair.en.replace(*en))


_SIGN = re.compile(r"⟦[^⟧]*⟧")
_LINK = re.compile(r"\[[^][]+\]\(([^()\s]*)\)")


def survives(source: str, translation: str) -> bool:
    """Whether every placeholder, bold and link of a sentence is in its translation, just once."""
    return _marks(source) == _marks(translation)


def _marks(text: str) -> tuple[list[str], list[str], int]:
    return sorted(_SIGN.findall(text)), sorted(_LINK.findall(text)), text.count("**")
