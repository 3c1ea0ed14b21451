"""Where the bold, emphasis and links of a sentence belong in its translation.

What is known of a span's place is its evidence, the strongest first: the engine carried its
marks; the engine looked at its words while it wrote these (CTranslate2's ``attention``); its
translation, in the sentence or on its own, is found in the text. A place is a run of whole
words. What lay inside a span lies inside it again, and what lay beside it beside it, so that
spans neither cross nor vanish; where there is no room for that there is no placing at all.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

from toolkit.translation.inline import ATOM, Flat, Span, is_atom

LOOKED = 0.5
"""From which agreement on attention decides, 0 to 1: see ``_looked_at``."""

ALIKE = 0.6
"""From which likeness on words may be the translation of a span, 0 to 1."""

SURE = 0.75
"""Below this likeness, a place is a guess that an editor is told of."""

_FEW = 6
"""So many spans are put in every order, to see which fits best."""

_ENGLISH_WORD = re.compile(rf"{ATOM}|[^\W_]+(?:[-.,'’&][^\W_]+)*%?")
_ATOM = re.compile(ATOM)
_OPENING, _CLOSING, _STOPS = "“‘「『（([\"'", "”’」』）)]\"'", ".。!?！？"
_BEFORE = re.compile("of|for|in|to|at|on|from|with|by|as|about|into|is|are|was|were|be|been")
"""English words for what a Japanese particle beside a span says: they belong outside too."""
_AFTER = re.compile("of|for|in|to|at|on|from|with|by|as|an?|the|and|or|but|that|is|are")
_SMALL = re.compile(rf"{_BEFORE.pattern}|{_AFTER.pattern}|can|will|has|have|had|it|you|to|not")
_PARTICLE_END = re.compile(r"(?:[にでとへをはがもばて]|から|まで|より|ため|なら)$")
_PARTICLES = frozenset("のはがをも")
"""Japanese particles for which English has no word: they belong to no span."""


_Place = tuple[int, int]  # from and up to
_Found = tuple[float, _Place]  # how good it is


@dataclass(frozen=True)
class Attention:
    """What an encoder-decoder model looked at as it wrote.

    Attributes:
        source, target: the pieces it read and wrote.
        weights: for each piece written, how much it looked at each piece read.
    """

    source: tuple[str, ...]
    target: tuple[str, ...]
    weights: tuple[Sequence[float], ...]


@dataclass(frozen=True)
class Evidence:
    """What speaks for the place of a span.

    Attributes:
        carried: where the engine put its marks, from and up to.
        looks: for each character of the text, how much of the engine's look lay on the span.
        said: translations of the span, the more trusted first.
    """

    carried: tuple[int, int] | None = None
    looks: Sequence[float] = ()
    said: tuple[str, ...] = ()


@dataclass(frozen=True)
class Placed:
    """Spans in their places, and whether each has more than a guess for it."""

    flat: Flat
    sure: tuple[bool, ...]


@dataclass(frozen=True)
class _Word:
    start: int
    end: int
    particle: bool = False
    small: bool = False  # a word of grammar


def place(
    source: Flat, text: str, evidence: Mapping[_Place, Evidence], language: str
) -> Placed | None:
    """Put the spans of a sentence on its translation.

    Args:
        source: the sentence with its spans; atoms in it are the same in the text.
        text: the translation.
        evidence: what is known of the spans, by where they start and end.
        language: that of the text.

    Returns:
        None where the text has too few words for the spans to lie apart.
    """
    groups = group(source.spans)
    ranges = [(there[0].start, there[0].end) for there in groups]
    words = _words(text, language) if groups else []
    places: dict[int, _Found] = {}
    inside = [_innermost(number, groups) for number in range(len(groups))]

    def settle(parent: int | None, room: _Place) -> bool:
        pending = [number for number, outer in enumerate(inside) if outer == parent]
        taken: list[_Place] = []
        while pending:
            finder = _Finder(source, text, _free(words, room, taken), room, taken, language)
            found = {n: finder.find(groups[n][0], evidence[ranges[n]]) for n in pending}
            best = max(pending, key=lambda n: (found[n] or (-1.0, (0, 0)))[0])
            there = found[best] or finder.guess(groups[best][0])
            if there is None:
                return False
            places[best] = there
            taken.append(there[1])
            pending.remove(best)
        children = [number for number, outer in enumerate(inside) if outer == parent]
        return all(settle(number, places[number][1]) for number in children)

    if not settle(None, (0, len(text))):
        return None
    spans, sure = [], []
    for number, spans_there in enumerate(groups):
        score, (start, end) = places[number]
        for span in spans_there:
            spans.append(replace(span, start=start, end=end))
            sure.append(score >= SURE)
    return Placed(Flat(text, tuple(spans)), tuple(sure))


def group(spans: Sequence[Span]) -> list[tuple[Span, ...]]:
    """Spans in order, those over the very same words together (a bold link)."""
    groups: dict[_Place, list[Span]] = {}
    for span in spans:
        groups.setdefault((span.start, span.end), []).append(span)
    return [tuple(spans) for spans in groups.values()]


def outermost(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans that lie in no other, and those over the very same words as one of them."""
    groups = group(spans)
    return tuple(
        span
        for number, there in enumerate(groups)
        if _innermost(number, groups) is None
        for span in there
    )


def in_order(
    source: Flat,
    ranges: Sequence[_Place],
    text: str,
    places: Sequence[_Place],
    said: Sequence[str],
) -> list[_Place]:
    """The places of stretches of a sentence, where marks do not say which is which.

    Each goes where its atoms are, and where the words are most like what it says on its own;
    order is a reason too, so that only words that clearly moved take their span along.

    Args:
        places: runs of the text, as many.
        said: a translation of each stretch; empty where there is none.
    """

    def fit(number: int, there: _Place) -> float:
        (start, end), words = ranges[number], text[there[0] : there[1]]
        own = set(filter(is_atom, source.text[start:end]))
        alike = likeness(said[number], words) if said[number] else 0.0
        return alike + 2 * (own == set(filter(is_atom, words)))

    if len(ranges) > _FEW:
        return list(places)
    fits = [[fit(number, there) for there in places] for number in range(len(ranges))]
    order = tuple(range(len(ranges)))

    def whole(some: tuple[int, ...]) -> float:
        return sum(fits[n][place] for n, place in enumerate(some)) + 0.5 * (some == order)

    return [places[number] for number in max(permutations(order), key=whole)]


def likeness(one: str, other: str) -> float:
    """How alike two wordings are, from 0 to 1."""
    from rapidfuzz import fuzz

    return float(fuzz.ratio(_core(one), _core(other))) / 100


def looks(
    attention: Attention, shown: str, answer: str, ranges: Sequence[_Place]
) -> list[list[float]]:
    """For each stretch of a text shown to an engine, how much each character of the answer
    looked at it, from 0 to 1.
    """
    read, written = _offsets(attention.source, shown), _offsets(attention.target, answer)
    found = []
    for start, end in ranges:
        shares = [
            max(0, min(end, last) - max(start, first)) / max(1, last - first)
            for first, last in read
        ]
        at = [0.0] * len(answer)
        for (first, last), row in zip(written, attention.weights, strict=True):
            whole = sum(row) or 1.0
            look = sum(weight * share for weight, share in zip(row, shares, strict=True)) / whole
            at[first:last] = [look] * (last - first)
        found.append(at)
    return found


def moved(values: Sequence[float], before: str, after: str) -> list[float]:
    """Values of the characters of a text for the characters it kept in another one."""
    from rapidfuzz.distance import Indel

    there = [0.0] * len(after)
    for piece in Indel.opcodes(before, after):
        if piece.tag == "equal":
            there[piece.dest_start : piece.dest_end] = values[piece.src_start : piece.src_end]
    return there


@dataclass(frozen=True)
class _Finder:
    """Looks for the places of spans among runs of words that are free."""

    source: Flat
    text: str
    free: list[list[_Word]]
    room: _Place
    taken: Sequence[_Place]
    language: str

    def find(self, span: Span, evidence: Evidence) -> _Found | None:
        """The best place there is evidence for, and how good it is; above 1 it is certain."""
        own = {char for char in self._words(span) if is_atom(char)}
        if evidence.carried and (there := self._carried(span, evidence.carried, own)):
            return 3.0, there
        if own and not any(char.isalnum() and not is_atom(char) for char in self._words(span)):
            atoms = [w for run in self.free for w in run if self.text[w.start] in own]
            if len(atoms) == len(own):
                there = atoms[0].start, atoms[-1].end
                if self._atoms(there) == own:
                    return 2.0, self._quoted(span, there)
        fits = [self._looked_at(evidence.looks, own)] if evidence.looks else []
        fits += [self._said(words, own) for words in evidence.said]
        sure = [fit for fit in fits if fit and fit[0] >= SURE]
        # What is said in the sentence comes before what is said alone.
        found = sure[0] if sure else max(filter(None, fits), default=None, key=lambda fit: fit[0])
        if found is None:
            return None
        score, there = found
        return score, self._quoted(span, self._trimmed(span, there))

    def guess(self, span: Span) -> _Found | None:
        """A word about as far along as the span was, one of grammar only if there is no other."""
        along = (span.start + span.end) / 2 / max(1, len(self.source.text)) * len(self.text)
        words = [word for run in self.free for word in run]
        plain = [word for word in words if not word.small] or words
        if not plain:
            return None
        word = min(plain, key=lambda word: abs((word.start + word.end) / 2 - along))
        return 0.0, (word.start, word.end)

    def _words(self, span: Span) -> str:
        return self.source.text[span.start : span.end]

    def _atoms(self, there: _Place) -> set[str]:
        return set(_ATOM.findall(self.text, *there))

    def _windows(self, least: int, most: int) -> Iterator[_Place]:
        """Runs of so many words."""
        for run in self.free:
            for first in range(len(run)):
                for last in range(first + least - 1, min(first + most, len(run))):
                    yield run[first].start, run[last].end

    def _carried(self, span: Span, there: _Place, own: set[str]) -> _Place | None:
        """The words that marks stand around; None where the marks must be wrong."""
        if self._atoms(there) != own:
            return None
        start, end = there

        def overlap(word: _Word) -> float:
            return (min(end, word.end) - max(start, word.start)) / (word.end - word.start)

        words = [word for run in self.free for word in run if overlap(word) > 0]
        if not words:
            return None
        covered = [word for word in words if overlap(word) >= 0.5] or [max(words, key=overlap)]
        core = self._trimmed(span, (covered[0].start, covered[-1].end))
        return self._quoted(span, core)

    def _looked_at(self, looks: Sequence[float], own: set[str]) -> _Found | None:
        """The run of words that agrees best with what the engine looked at.

        Agreement is Dice's coefficient with the looks as a soft set: 1 where all of these
        words, and no others, looked at the span and at nothing else.
        """
        best: _Found | None = None
        means = {
            word: sum(looks[word.start : word.end]) / (word.end - word.start)
            for run in self.free
            for word in run
        }
        whole = sum(means.values())
        for run in self.free:
            for first in range(len(run)):
                inside = 0.0
                for last in range(first, len(run)):
                    inside += means[run[last]]
                    agreement = 2 * inside / (last - first + 1 + whole)
                    there = run[first].start, run[last].end
                    better = agreement > max(LOOKED, best[0] if best else 0) + 1e-9
                    if better and self._atoms(there) == own:
                        best = agreement, there
        return best and (1 + best[0], best[1])

    def _said(self, words: str, own: set[str]) -> _Found | None:
        """The run of words most like a translation of the span; the shortest of these."""
        core = _core(words)
        if not core:
            return None
        size = len(_words(words, self.language)) or 1
        slack = 1 + size // 4
        alike = [
            (ratio, start - end, (start, end))
            for start, end in self._windows(max(1, size - slack), size + slack)
            if (ratio := likeness(self.text[start:end], core)) >= ALIKE
        ]
        for ratio, _, there in sorted(alike, reverse=True):
            if self._atoms(there) == own:
                return ratio, there
        return None

    def _trimmed(self, span: Span, there: _Place) -> _Place:
        """A place without the small words at its edges that belong to no span."""
        words = [w for run in self.free for w in run if there[0] <= w.start and w.end <= there[1]]
        source = self._words(span).rstrip(_CLOSING)

        def spoken(word: _Word) -> str:
            return self.text[word.start : word.end].lower()

        first, last = 0, len(words)
        if self.language == "ja":
            while last - first > 1 and words[last - 1].particle:
                last -= 1
            while last - first > 1 and words[first].particle:
                first += 1
        elif not self.source.text.isascii():  # from Japanese
            if not _PARTICLE_END.search(source):
                while last - first > 1 and _BEFORE.fullmatch(spoken(words[first])):
                    first += 1
            while last - first > 1 and _AFTER.fullmatch(spoken(words[last - 1])):
                last -= 1
        return words[first].start, words[last - 1].end

    def _quoted(self, span: Span, there: _Place) -> _Place:
        """With the quotation marks around and the stop at the end, where the span has some."""
        words = self._words(span)
        start, end = there
        first = max([self.room[0], *(last for _, last in self.taken if last <= start)])
        last = min([self.room[1], *(first for first, _ in self.taken if first >= end)])
        before, after = self.text[first:start], self.text[end:last]
        if words[:1] in _OPENING and words[-1:] in _CLOSING:
            closing = re.match(rf"[.。,!?！？]?[{re.escape(_CLOSING)}]", after)
            if before[-1:] and before[-1:] in _OPENING and closing:
                return start - 1, end + closing.end()
        elif words[-1:] in _STOPS and after[:1] and after[:1] in _STOPS:
            return start, end + 1
        return there


def _words(text: str, language: str) -> list[_Word]:
    """The words of a text, an atom being one."""
    if language != "ja":
        return [
            _Word(*match.span(), small=bool(_SMALL.fullmatch(match[0].lower())))
            for match in _ENGLISH_WORD.finditer(text)
        ]
    from toolkit.editorial.words import morphemes

    words: list[_Word] = []
    for match in re.finditer(rf"{ATOM}|[^\U000f0000-\U000f7fff]+", text):
        if is_atom(match[0][0]):
            words.append(_Word(*match.span()))
            continue
        place = match.start()
        for surface, kind in morphemes(match[0]):
            end = place + len(surface)
            if any(char.isalnum() for char in surface):
                particle = kind == "助詞" and surface in _PARTICLES
                words.append(_Word(place, end, particle, kind in ("助詞", "助動詞", "接続詞")))
            place = end
    return words


def _free(words: Sequence[_Word], room: _Place, taken: Sequence[_Place]) -> list[list[_Word]]:
    """Runs of words in a room that nobody has taken."""
    runs: list[list[_Word]] = [[]]
    for word in words:
        if not (room[0] <= word.start and word.end <= room[1]):
            continue
        if any(start < word.end and word.start < end for start, end in taken):
            runs.append([])
        else:
            runs[-1].append(word)
    return [run for run in runs if run]


def _innermost(number: int, groups: Sequence[Sequence[Span]]) -> int | None:
    """The smallest group around another; outer ones come first."""
    span = groups[number][0]
    around = [
        other
        for other in range(number)
        if groups[other][0].start <= span.start and span.end <= groups[other][0].end
    ]
    return around[-1] if around else None


def _core(words: str) -> str:
    """Words without capitals, an article, and the punctuation around them."""
    words = words.lower().strip(f" .,;:!?、。{_OPENING}{_CLOSING}")
    return re.sub(r"^(?:the|an?)\s+", "", words)


def _offsets(pieces: Sequence[str], text: str) -> list[_Place]:
    """Where each piece of a tokenizer stands in the text, from and up to."""
    from rapidfuzz.distance import Indel

    places = [index for index, char in enumerate(text) if not char.isspace()]
    bare = "".join(text[index] for index in places)
    surfaces = ["".join(p.replace("▁", " ").removesuffix("@@").split()) for p in pieces]
    joined = "".join(surfaces)
    index = list(range(len(joined) + 1))
    if joined != bare:  # normalised, or unknown to the tokenizer
        for piece in Indel.opcodes(joined, bare):
            for step in range(piece.src_end - piece.src_start):
                index[piece.src_start + step] = min(piece.dest_start + step, piece.dest_end)
        index[-1] = len(bare)
    places.append(len(text))
    found, at = [], 0
    for surface in surfaces:
        start, end = index[at], index[at + len(surface)]
        at += len(surface)
        found.append((places[start], places[end - 1] + 1) if end > start else (places[start],) * 2)
    return found
