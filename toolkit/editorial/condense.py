"""Condensing an article: sentences are chosen from it, none is rewritten.

What can be chosen is a whole sentence of a paragraph, or a whole item of a list with
the items below it. Each gets a score:

    how central it is (LexRank)  +  how early it stands  +  its numbers  +  what it
    shares with the headline

The lead is the best of the opening sentences that stands on its own. Then the best
of what follows is added, again and again, as long as it fits the size: nothing that says
the same as what was chosen, and nothing that cannot be understood without a sentence that
was left out (これは…, They …, a Japanese sentence without a subject, the bare items of a
list). All of it keeps the order of the article.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from markdown_it.token import Token

from toolkit.document import markdown
from toolkit.document.footnotes import apart, marked
from toolkit.document.japanese import is_wide
from toolkit.document.sentences import split_sentences
from toolkit.editorial.centrality import RANKED, lexrank, similarities
from toolkit.editorial.data import read_data
from toolkit.editorial.words import content_words, names_its_subject

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

SAYS_LITTLE = 5
"""A sentence of fewer content words than this and without a number is no bullet."""

ANNOUNCES = 8
"""Nor is one of fewer words than this right before a list: it only announces the items."""

ASIDE = 0.35
"""Nor is one less central than this part of the article's average: it is about something else."""

TOLERANCE = 1.1
"""How far the size may be exceeded before a sentence no longer fits."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WHOLE = re.compile(r"[。．！？!?.…][」』）)\]】〉》”’\"'*_~]*$")
_LISTS = ("bullet_list_open", "ordered_list_open")
_LEADS_ON = re.compile(r"[、，,:：;；]$")


@dataclass(frozen=True)
class Condensed:
    """A condensed article.

    Attributes:
        body: Markdown: a lead, then bullets; or the whole article where it is short enough.
        kept, of: how many sentences (and list items) were chosen, of how many.
        size, of_size: the same in characters (Japanese) or words (English).
        notes, of_notes: how many footnotes came along with the sentences that have their
            marks, of how many.
    """

    body: str
    kept: int
    of: int
    size: int
    of_size: int
    notes: int = 0
    of_notes: int = 0


@dataclass(frozen=True)
class _Unit:
    """What can be chosen.

    Attributes:
        markdown, plain: its text with and without markup.
        sentence: whether it is a sentence of a paragraph, not an item of a list.
        whole: whether it ends as a sentence does, or as an item that announces no other.
        opens: whether it is the first sentence of its paragraph.
        at_list: of a sentence, whether a list follows right after it; of an item, whether
            a sentence stands right before its list.
    """

    markdown: str
    plain: str
    sentence: bool
    whole: bool
    opens: bool = True
    at_list: bool = False


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
    text, notes = apart(tokens)
    units = list(_units(text, language))
    sizes = [measure(unit.plain, language) for unit in units]
    if sum(sizes) <= size * TOLERANCE:
        return Condensed(
            markdown.write(tokens).strip(),
            len(units),
            len(units),
            sum(sizes),
            sum(sizes),
            len(notes),
            len(notes),
        )
    needs = _needs(units, language)
    chosen = _choose(title, units, sizes, needs, language, size)
    body = _written(units, chosen, needs, language)
    kept = marked(markdown.parse(body))
    notes_kept = [note for label, note in notes if label in kept]
    return Condensed(
        "\n\n".join([body, *(markdown.write(note).strip() for note in notes_kept)]),
        len(chosen),
        len(units),
        sum(sizes[position] for position in chosen),
        sum(sizes),
        len(notes_kept),
        len(notes),
    )


def measure(text: str, language: str) -> int:
    """The size of a text: characters without spaces in Japanese, words in English."""
    if language == "ja":
        return sum(not char.isspace() for char in text)
    return len(text.split())


def _needs(units: Sequence[_Unit], language: str) -> list[int | None]:
    """For each unit, the position of the one it cannot be understood without, or None."""
    needs: list[int | None] = []
    last_sentence: int | None = None
    for position, unit in enumerate(units):
        need = None
        if unit.sentence:
            points_back = _begins(unit.plain, "anaphora", language)
            if position and (
                points_back or (language == "ja" and not names_its_subject(unit.plain))
            ):
                need = position - 1
            last_sentence = position
        elif unit.at_list and not _WHOLE.search(unit.plain) and not _NUMBER.search(unit.plain):
            need = last_sentence
        needs.append(need)
    return needs


def _choose(
    title: str,
    units: Sequence[_Unit],
    sizes: Sequence[int],
    needs: Sequence[int | None],
    language: str,
    size: int,
) -> list[int]:
    """The positions of the chosen units, in order."""
    words = [content_words(unit.plain, language) for unit in units[:RANKED]]
    headline = content_words(markdown.plain(markdown.parse_inline(title)), language)
    # The headline is compared like a sentence, but takes no part in the ranking.
    alike = similarities([headline, *words])
    matrix = [row[1:] for row in alike[1:]]
    central = lexrank(matrix)
    average = sum(central) / len(central)
    on = [_begins(unit.plain, "connectives", language) for unit in units]

    def idle(position: int) -> bool:
        """Whether a unit would only fill the size."""
        unit = units[position]
        if not unit.whole or position >= len(words):
            return not unit.whole
        found = len(words[position])
        return (
            central[position] < ASIDE * average
            or (found < SAYS_LITTLE and not _NUMBER.search(unit.plain))
            or (found < ANNOUNCES and unit.sentence and unit.at_list)
        )

    def score(position: int) -> float:
        value = POSITION * HALF / (HALF + position)
        value += NUMBERS * min(2, len(set(_NUMBER.findall(units[position].plain)))) / 2
        if position < len(words):
            value += central[position] + HEADLINE * alike[position + 1][0]
        return value * (CONNECTIVE if on[position] else 1)

    def same(one: int, other: int) -> bool:
        if units[one].plain == units[other].plain:
            return True
        return max(one, other) < len(matrix) and matrix[one][other] >= SAME

    scores = [score(position) for position in range(len(units))]
    useful = [position for position in range(len(units)) if not idle(position)]
    free = [position for position in useful if needs[position] is None]
    lead = _lead([p for p in free if units[p].sentence and not on[p]], scores, sizes, size)
    if lead is None:
        whole = [position for position, unit in enumerate(units) if unit.whole]
        lead = min(free or useful or whole or range(len(units)), key=lambda p: (sizes[p], p))
    chosen = {lead}
    room = size * TOLERANCE - sizes[lead]
    while True:
        fitting = [
            position
            for position in useful
            if position > lead
            and position not in chosen
            and sizes[position] <= room
            and (needs[position] is None or needs[position] in chosen)
            and not any(same(position, other) for other in chosen)
        ]
        if not fitting:
            return sorted(chosen)
        best = max(fitting, key=lambda p: (scores[p], -p))
        chosen.add(best)
        room -= sizes[best]


def _lead(
    alone: Sequence[int], scores: Sequence[float], sizes: Sequence[int], size: int
) -> int | None:
    """The best of the opening sentences; None where none of them fits the size."""
    opening = alone[:LEAD_AMONG]
    for limit in (size * LEAD_SHARE, size * TOLERANCE):
        if fitting := [position for position in opening if sizes[position] <= limit]:
            return max(fitting, key=lambda p: (scores[p], -p))
    return None


def _units(tokens: Sequence[Token], language: str) -> Iterator[_Unit]:
    """The sentences of the paragraphs and the items of the lists, in order.

    Headings, tables, code, quotations and pictures on their own are not chosen.
    """
    position = 0
    while position < len(tokens):
        token = tokens[position]
        end = _closing(tokens, position)
        if token.type == "paragraph_open":
            sentences = list(_sentences(tokens[position + 1], language))
            following = tokens[end + 1].type if end + 1 < len(tokens) else ""
            if sentences and following in _LISTS:
                sentences[-1] = replace(sentences[-1], at_list=True)
            yield from sentences
        elif token.type in _LISTS:
            introduced = position > 0 and tokens[position - 1].type == "paragraph_close"
            yield from _items(tokens[position + 1 : end], introduced)
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
    opens = True
    for piece in split_sentences(_joined(markdown.write_inline(inline)), language):
        text = piece.strip()
        plain = markdown.plain(markdown.parse_inline(text))
        if any(char.isalnum() for char in plain):
            yield _Unit(_paragraph(text), plain, True, bool(_WHOLE.search(plain)), opens)
            opens = False


def _items(tokens: Sequence[Token], introduced: bool) -> Iterator[_Unit]:
    position = 0
    while position < len(tokens):
        end = _closing(tokens, position)
        inside = tokens[position + 1 : end]
        texts = [markdown.plain(token) for token in inside if token.type == "inline"]
        plain = " ".join(text for text in texts if text)
        if any(char.isalnum() for char in plain):
            leads_on = len(texts) == 1 and bool(_LEADS_ON.search(plain))
            text = markdown.write(_lifted(inside)).strip()
            yield _Unit(text, plain, False, not leads_on, at_list=introduced)
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


def _written(
    units: Sequence[_Unit], chosen: Sequence[int], needs: Sequence[int | None], language: str
) -> str:
    """The lead and the bullets; a sentence stays with the one before it that it needs."""
    texts: list[str] = []
    for position in chosen:
        unit = units[position]
        if unit.sentence and not unit.opens and needs[position] in chosen:
            texts[-1] += ("" if language == "ja" else " ") + unit.markdown
        else:
            texts.append(unit.markdown)
    lead = [texts.pop(0)] if units[chosen[0]].sentence else []
    bullets = ["- " + text.replace("\n", "\n  ") for text in texts]
    return "\n\n".join([*lead, "\n".join(bullets)]).strip()


def _begins(text: str, kind: str, language: str) -> bool:
    return bool(_opening(kind, language).match(text))


@cache
def _opening(kind: str, language: str) -> re.Pattern[str]:
    words = "|".join(map(re.escape, read_data("condense.toml")[kind][language]))
    edge = r"\b" if language == "en" else ""
    return re.compile(rf"[「『（(“\"'*]*(?:{words}){edge}", re.IGNORECASE)
