"""Condensing an article: sentences are chosen from it, none is rewritten.

What can be chosen is a whole sentence of a paragraph, or a whole item of a list with
the items below it. Each gets a score:

    how central it is (LexRank)  +  how early it stands  +  its numbers  +  what it
    shares with the headline

The lead is the best of the opening sentences that stands on its own. Then the best
of what follows is added, again and again, as long as it fits the size: nothing that says
the same as what was chosen, and no sentence that points back (これは…, They …) at one
that was left out. All of it keeps the order of the article.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from markdown_it.token import Token

from toolkit.document import markdown
from toolkit.document.japanese import is_wide
from toolkit.document.sentences import split_sentences
from toolkit.editorial.centrality import RANKED, lexrank, similarities
from toolkit.editorial.data import read_data
from toolkit.editorial.words import content_words

POSITION, NUMBERS, HEADLINE = 0.8, 0.2, 0.3
"""What the first place, two numbers or more, and a sentence equal to the headline add to
a score; the most central sentence has 1 without them."""

HALF = 6
"""The place from the top where POSITION counts half: news tells what matters first."""

CONNECTIVE = 0.7
"""What a score is multiplied with where a sentence begins with しかし or However."""

SAME = 0.6
"""Two sentences this alike (idf-modified cosine) say the same: one of them is enough."""

LEAD_AMONG = 5
"""The lead is one of the first sentences, this many of those that stand on their own."""

LEAD_SHARE = 0.6
"""The lead leaves room for bullets: it is at most this part of the size, if one is."""

SAYS_LITTLE = 4
"""A sentence of fewer content words than this and without a number is no bullet."""

TOLERANCE = 1.1
"""How far the size may be exceeded before a sentence no longer fits."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WHOLE = re.compile(r"[。．！？!?.…][」』）)\]】〉》”’\"'*_~]*$")
_LEADS_ON = re.compile(r"[、，,:：;；]$")


@dataclass(frozen=True)
class Condensed:
    """A condensed article.

    Attributes:
        body: Markdown: a lead, then bullets; or the whole article where it is short enough.
        kept, of: how many sentences (and list items) were chosen, of how many.
        size, of_size: the same in characters (Japanese) or words (English).
    """

    body: str
    kept: int
    of: int
    size: int
    of_size: int


@dataclass(frozen=True)
class _Unit:
    """What can be chosen: its Markdown, its words, and whether it is a sentence and whole."""

    markdown: str
    plain: str
    sentence: bool
    whole: bool


def condense(title: str, tokens: Sequence[Token], language: str, size: int) -> Condensed:
    """Choose about ``size`` characters (``ja``) or words (``en``) from an article's body.

    An article with any text gives some text: where no sentence fits the size, the
    shortest is taken, whole. The same input gives the same choice everywhere.

    Args:
        title: the article's headline, as inline Markdown.
        tokens: its body.
        language: the language it is written in.
        size: how much is wanted.
    """
    units = list(_units(tokens, language))
    sizes = [measure(unit.plain, language) for unit in units]
    if sum(sizes) <= size * TOLERANCE:
        return Condensed(
            markdown.write(tokens).strip(), len(units), len(units), sum(sizes), sum(sizes)
        )
    chosen = _choose(title, units, sizes, language, size)
    return Condensed(
        _written([units[position] for position in chosen]),
        len(chosen),
        len(units),
        sum(sizes[position] for position in chosen),
        sum(sizes),
    )


def measure(text: str, language: str) -> int:
    """The size of a text: characters without spaces in Japanese, words in English."""
    if language == "ja":
        return sum(not char.isspace() for char in text)
    return len(text.split())


def _choose(
    title: str, units: Sequence[_Unit], sizes: Sequence[int], language: str, size: int
) -> list[int]:
    words = [content_words(unit.plain, language) for unit in units[:RANKED]]
    headline = content_words(markdown.plain(markdown.parse_inline(title)), language)
    # The headline is compared like a sentence, but takes no part in the ranking.
    alike = similarities([headline, *words])
    matrix = [row[1:] for row in alike[1:]]
    central = lexrank(matrix)
    scores = []
    for position, unit in enumerate(units):
        score = POSITION * HALF / (HALF + position)
        score += NUMBERS * min(2, len(set(_NUMBER.findall(unit.plain)))) / 2
        if position < len(central):
            score += central[position] + HEADLINE * alike[position + 1][0]
        if _begins(unit.plain, "connectives", language):
            score *= CONNECTIVE
        scores.append(score)

    def same(one: int, other: int) -> bool:
        if units[one].plain == units[other].plain:
            return True
        return max(one, other) < len(matrix) and matrix[one][other] >= SAME

    back = [_begins(unit.plain, "anaphora", language) for unit in units]
    # What says less than the article's usual sentence does not get in to fill the size.
    usual = sum(scores) / len(scores)
    idle = {
        position
        for position, found in enumerate(words)
        if len(found) < SAYS_LITTLE and not _NUMBER.search(units[position].plain)
    }
    lead = _lead(units, sizes, scores, back, language, size)
    chosen = {lead}
    room = size * TOLERANCE - sizes[lead]
    while True:
        fitting = [
            position
            for position in range(lead + 1, len(units))
            if position not in chosen
            and position not in idle
            and units[position].whole
            and sizes[position] <= room
            and scores[position] >= usual
            and (not back[position] or position - 1 in chosen)
            and not any(same(position, other) for other in chosen)
        ]
        if not fitting:
            return sorted(chosen)
        best = max(fitting, key=lambda position: (scores[position], -position))
        chosen.add(best)
        room -= sizes[best]


def _lead(
    units: Sequence[_Unit],
    sizes: Sequence[int],
    scores: Sequence[float],
    back: Sequence[bool],
    language: str,
    size: int,
) -> int:
    """The sentence to begin with: a good one of the opening, else whatever can stand there."""
    alone = [
        position
        for position, unit in enumerate(units)
        if unit.whole
        and unit.sentence
        and not back[position]
        and not _begins(unit.plain, "connectives", language)
    ]
    opening = alone[:LEAD_AMONG]
    for limit in (size * LEAD_SHARE, size * TOLERANCE):
        if short := [position for position in opening if sizes[position] <= limit]:
            return max(short, key=lambda position: (scores[position], -position))
    for group in (alone, [p for p, unit in enumerate(units) if unit.whole], range(len(units))):
        if group:
            return min(group, key=lambda position: (sizes[position], position))
    raise AssertionError("an article over the size has at least one sentence")


def _units(tokens: Sequence[Token], language: str) -> Iterator[_Unit]:
    """The sentences of the paragraphs and the items of the lists, in order.

    Headings, tables, code, quotations and pictures on their own are not chosen.
    """
    position = 0
    while position < len(tokens):
        token = tokens[position]
        end = _closing(tokens, position)
        if token.type == "paragraph_open":
            yield from _sentences(tokens[position + 1], language)
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            yield from _items(tokens[position + 1 : end])
        position = end + 1


def _closing(tokens: Sequence[Token], position: int) -> int:
    """Where the block that opens at a position closes (itself, if it is a single token)."""
    if tokens[position].nesting != 1:
        return position
    level = tokens[position].level
    return next(
        end
        for end in range(position + 1, len(tokens))
        if tokens[end].nesting == -1 and tokens[end].level == level
    )


def _sentences(inline: Token, language: str) -> Iterator[_Unit]:
    for piece in split_sentences(_joined(markdown.write_inline(inline)), language):
        text = piece.strip()
        plain = markdown.plain(markdown.parse_inline(text))
        if any(char.isalnum() for char in plain):
            yield _Unit(_paragraph(text), plain, True, bool(_WHOLE.search(plain)))


def _items(tokens: Sequence[Token]) -> Iterator[_Unit]:
    position = 0
    while position < len(tokens):
        end = _closing(tokens, position)
        inside = tokens[position + 1 : end]
        texts = [markdown.plain(token) for token in inside if token.type == "inline"]
        plain = " ".join(text for text in texts if text)
        if any(char.isalnum() for char in plain):
            leads_on = len(texts) == 1 and bool(_LEADS_ON.search(plain))
            yield _Unit(markdown.write(_lifted(inside)).strip(), plain, False, not leads_on)
        position = end + 1


def _lifted(tokens: Sequence[Token]) -> list[Token]:
    """The content of a list item as blocks of their own: its paragraphs no longer hidden."""
    lowest = min((token.level for token in tokens), default=0)
    return [
        token.copy(level=token.level - lowest, hidden=token.hidden and token.level > lowest)
        for token in tokens
    ]


def _joined(text: str) -> str:
    """A text without hard line breaks: between Japanese characters nothing, else a space."""
    lines = [line.strip() for line in text.split("\\\n")]
    joined = lines[0]
    for line in lines[1:]:
        tight = joined and line and is_wide(joined[-1]) and is_wide(line[0])
        joined += ("" if tight else " ") + line
    return joined


def _paragraph(text: str) -> str:
    """Inline Markdown as a paragraph: what would begin a list or a heading is escaped."""
    paragraph = [
        Token("paragraph_open", "p", 1),
        markdown.parse_inline(text),
        Token("paragraph_close", "p", -1),
    ]
    return markdown.write(paragraph).strip()


def _written(units: Sequence[_Unit]) -> str:
    lead = units[0].markdown if units[0].sentence else ""
    bullets = [
        "- " + unit.markdown.replace("\n", "\n  ") for unit in (units[1:] if lead else units)
    ]
    return "\n\n".join(part for part in (lead, "\n".join(bullets)) if part)


def _begins(text: str, kind: str, language: str) -> bool:
    return bool(_opening(kind, language).match(text))


@cache
def _opening(kind: str, language: str) -> re.Pattern[str]:
    words = "|".join(map(re.escape, read_data("condense.toml")[kind][language]))
    edge = r"\b" if language == "en" else ""
    return re.compile(rf"[「『（(“\"'*]*(?:{words}){edge}", re.IGNORECASE)
