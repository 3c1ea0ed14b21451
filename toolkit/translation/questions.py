"""A guarded sentence → the questions an engine is asked, and its answers as one text again.

What is hidden is shown as a placeholder, bold and links as marks, and a sentence that hides
more than the engine has placeholders for, or that a ``Way`` wants in clauses, is asked for in
parts.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from markdown_it.token import Token

from toolkit.document.japanese import is_kana
from toolkit.translation.clauses import halves
from toolkit.translation.engine import Engine
from toolkit.translation.inline import Flat, is_atom
from toolkit.translation.protection import Frame, Guard, Guarded

_SENTENCE_START = re.compile(
    r"(?:The|An?|It|He|She|They|We|This|That|These|Those|Its|And|But|Or|So|In|On|At|By|For|To|From"
    r"|With|As|If|When|While|Which|Who|Where|There|Their|His|Her|Our|Of)\b"
)
"""Words whose capital only says that a sentence begins."""

Range = tuple[int, int]

MARK = "**"
"""Bold, which the shipped model carries from the source to the words it stood on."""


@dataclass(frozen=True)
class Way:
    """One way of asking the engine for a sentence.

    Attributes:
        attempt: how the engine decodes.
        framed: whether placeholders stand in words that say what they are.
        marked: whether spans are shown to the engine as ``**…**``; otherwise they are put
            back on the words found by translating them alone.
        shown: kinds of hidden things that are shown after all, and looked for afterwards.
        parts: how many clauses the sentence is cut into, 1 or a power of 2.
        finding: what to tell the editor.
    """

    attempt: int = 0
    framed: bool = True
    marked: bool = True
    shown: tuple[str, ...] = ()
    parts: int = 1
    finding: str = ""


@dataclass(frozen=True)
class Question:
    """A text shown to the engine, and how its answer is read."""

    shown: str
    places: dict[str, str]  # placeholder → atom
    ranges: tuple[Range, ...]  # where each character of the text is in what is shown


def question_for(flat: Flat, guards: Mapping[str, Guard], way: Way, engine: Engine) -> Question:
    """The question for flat text: placeholders for its guards, marks around its spans."""
    places: dict[str, str] = {}
    text = ""
    ranges: list[Range] = []
    edges = {span.start for span in flat.spans}, {span.end for span in flat.spans}
    for position in range(len(flat.text) + 1):
        # Spans over the same words share their marks.
        text += MARK * (position in edges[1]) + MARK * (position in edges[0])
        if position == len(flat.text):
            break
        char = flat.text[position]
        if char in guards:
            placeholder = _placeholder(len(places), engine)
            places[placeholder] = char
            frame = guards[char].frame if way.framed and engine.placeholders else Frame()
            before, _, after = frame.shown.partition("{}")
            ranges.append((len(text + before), len(text + before + placeholder)))
            text += before + placeholder + after
        else:
            ranges.append((len(text), len(text) + 1))
            text += char
    lead, shown = len(text) - len(text.lstrip()), text.strip()
    fitted = [
        (min(max(first - lead, 0), len(shown)), min(max(last - lead, 0), len(shown)))
        for first, last in ranges
    ]
    return Question(shown, places, tuple(fitted))


def _placeholder(number: int, engine: Engine) -> str:
    """A mark of the model's own, or a rare word that most models copy letter by letter."""
    if engine.placeholders:
        return engine.placeholders[number % len(engine.placeholders)]
    return f"ZQ{number}X"


def with_atoms(text: str, places: Mapping[str, str]) -> str | None:
    """An answer with atoms for its placeholders; None unless each is there exactly once."""
    for placeholder, atom in places.items():
        if len(re.findall(re.escape(placeholder), text)) != 1:
            return None
        text = text.replace(placeholder, atom)
    return None if re.search("⟦|⟧", text) else text


def swapped(text: str, places: Mapping[str, str]) -> list[tuple[int, str]]:
    """The characters of an answer with atoms for its placeholders, and where each comes from."""
    found, at = [], 0
    for match in re.finditer("|".join(map(re.escape, places)) or "(?!)", text):
        found += [(place, text[place]) for place in range(at, match.start())]
        found.append((match.start(), places[match[0]]))
        at = match.end()
    return found + [(place, text[place]) for place in range(at, len(text))]


def in_clauses(flat: Flat, parts: int, room: int) -> list[Flat]:
    """The text in so many clauses, or in more where one hides too much for the engine.

    A span stays with its clause; one that reaches over a cut is in none.
    """
    texts = [flat.text]
    for _ in range(parts.bit_length() - 1):
        texts = [half for text in texts for half in _cut(text)]
    clauses, start = [], 0
    for text in [piece for half in texts for piece in _roomy(half, room)]:
        end = start + len(text)
        inside = tuple(
            replace(span, start=span.start - start, end=span.end - start)
            for span in flat.spans
            if start <= span.start and span.end <= end
        )
        clauses.append(Flat(text, inside))
        start = end
    return clauses


def _cut(text: str) -> tuple[str, ...]:
    """A text in two clauses, or whole where a particle would be cut from its quotation."""
    halved = halves(text, anywhere=False)
    if halved is None or (halved[0][-1] in "」』）" and is_kana(halved[1][0])):
        return (text,)
    return halved


def _roomy(text: str, room: int) -> Iterator[str]:
    if sum(map(is_atom, text)) <= room:
        yield text
        return
    halved = halves(text)
    if halved is None:
        middle = len(text) // 2
        halved = text[:middle], text[middle:]
    for half in halved:
        yield from _roomy(half, room)


def off_edges(guarded: Guarded) -> tuple[list[str], Flat, list[str]]:
    """What stays at the ends of a sentence (emoji, images, footnotes' marks), and the rest."""
    text, spans = guarded.flat.text, guarded.flat.spans
    inside = {place for span in spans for place in range(span.start, span.end)}

    def stays(place: int) -> bool:
        if place in inside:
            return False
        guard = guarded.guards.get(text[place])
        if guard is None:
            return text[place].isspace()
        return (
            guard.kind == "emoji"
            or guard.is_note
            or (isinstance(guard.target, Token) and guard.target.type == "image")
        )

    start, end = 0, len(text)
    while start < end and stays(start):
        start += 1
    while end > start and stays(end - 1):
        end -= 1
    shifted = tuple(replace(span, start=span.start - start, end=span.end - start) for span in spans)
    before = [char for char in text[:start] if is_atom(char)]
    after = [char for char in text[end:] if is_atom(char)]
    return before, Flat(text[start:end], shifted), after


def in_one(pieces: Sequence[str], parts: Sequence[Question | str], target: str) -> str:
    """Clauses as one sentence: none but the last ends with a full stop that its source has not."""
    joined, begun = "", False
    for piece, part in zip(pieces, parts, strict=True):
        if begun and piece and isinstance(part, Question):
            joined, piece = _run_on(joined, piece, target)
        begun |= isinstance(part, Question)
        if piece:
            joined += (" " if joined and target != "ja" else "") + piece
    return joined


def _run_on(before: str, after: str, target: str) -> tuple[str, str]:
    if target == "ja":
        return before.removesuffix("。") + "、" * before.endswith("。"), after
    if before.endswith(".") and not before.endswith(("...", "U.S.", ".m.")):
        before = before[:-1] + ","
    if _SENTENCE_START.match(after) and not before.endswith(("!", "?")):
        after = after[0].lower() + after[1:]
    return before, after


def unmarked(text: str, count: int) -> tuple[str, tuple[Range, ...]]:
    """A text without marks, and the places that so many pairs of marks were around; none
    where the marks are not so many, or are around nothing.
    """
    pieces = text.split(MARK)
    if len(pieces) != 2 * count + 1 or not all(piece.strip() for piece in pieces[1::2]):
        return text.replace(MARK, ""), ()
    places, at = [], 0
    for number, piece in enumerate(pieces):
        if number % 2:
            places.append((at, at + len(piece)))
        at += len(piece)
    return "".join(pieces), tuple(places)
