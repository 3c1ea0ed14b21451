"""Whether bold, emphasis and links stand on the right words of a draft, by hand-made reference.

``tests/translation/cases/covering.LANGUAGES.md`` says for each stretch of marked-up words what
may stand for them in a translation; the files begin with how they are written.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

from toolkit.document.glossary import Glossary
from toolkit.translation.inline import flatten
from toolkit.translation.protection import needs_engine, protect

CASES = Path(__file__).parents[1] / "tests" / "translation" / "cases"

_LINE = re.compile(r"- (?P<words>.+?) = (?P<forms>.+)|  (?P<sign>[+~]) (?P<seen>.+)")
_ARTICLES = re.compile(r"^(?:the|an?|its|their|his|her|our|your|my)\s+")
_EDGES = " .,;:!?'\"“”‘’「」『』。、・"


@dataclass(frozen=True)
class Expected:
    """What may stand for a stretch of a sentence in its translation.

    Attributes:
        words: the stretch, as plain text.
        written: translations written before any draft was seen.
        seen: right translations that a draft had.
        stood: wrong words that a draft had in their place.
    """

    words: str
    written: frozenset[str]
    seen: frozenset[str] = frozenset()
    stood: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Verdict:
    """A span of a sentence, and what it covers in the draft.

    Attributes:
        expected: what it should cover.
        covered: what it does.
        worded: whether an engine had to translate it; figures, names and code are copied.
    """

    expected: Expected
    covered: str
    worded: bool

    @property
    def written(self) -> bool:
        """Whether it covers what was written before any draft was seen."""
        return _core(self.covered) in self.expected.written

    @property
    def translated(self) -> bool:
        """Whether it covers a right translation."""
        return self.written or _core(self.covered) in self.expected.seen

    @property
    def right(self) -> bool:
        """Whether it covers the words that stand for its own, well translated or not."""
        return self.translated or _core(self.covered) in self.expected.stood


def read_expected(path: Path) -> dict[str, list[Expected]]:
    """A reference: sentence → its marked-up stretches, in order.

    Raises:
        ValueError: a line is none of those the file may have.
    """
    found: dict[str, list[Expected]] = {}
    sentence = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("# "):
            continue
        match = _LINE.fullmatch(line)
        if match and match["words"]:
            found[sentence].append(Expected(match["words"], _forms(match["forms"])))
        elif match:
            last = found[sentence].pop()
            forms = _forms(match["seen"])
            found[sentence].append(
                Expected(last.words, last.written, last.seen | forms, last.stood)
                if match["sign"] == "+"
                else Expected(last.words, last.written, last.seen, last.stood | forms)
            )
        elif line[0] in "- ":
            raise ValueError(f"{path.name}: {line!r} is none of “- words = forms”, “  + forms”")
        else:
            sentence = line
            found[sentence] = []
    return found


def judge(
    sentence: str, draft: str, expected: Sequence[Expected], glossary: Glossary, languages: str
) -> list[Verdict]:
    """Each span of a sentence, with what it covers in a draft; nothing where it is lost.

    Spans of one kind cannot be told apart in a draft: they are paired in its favour.

    Args:
        languages: such as ``ja-en``.
    """
    source, target = languages.split("-")
    flat, _ = flatten(sentence)
    places = dict.fromkeys((span.start, span.end) for span in flat.spans)
    by_place = dict(zip(places, expected, strict=True))
    drafted = _spans(draft)

    def worded(words: str) -> bool:
        return needs_engine(protect(words, glossary, source, target), source)

    verdicts = []
    for kind in dict.fromkeys(span.kind for span in flat.spans):
        wanted = [by_place[span.start, span.end] for span in flat.spans if span.kind == kind]
        there = [words for found, words in drafted if found == kind]
        there += [""] * (len(wanted) - len(there))
        pairings = (
            [
                Verdict(one, covered, worded(one.words))
                for one, covered in zip(wanted, some, strict=True)
            ]
            for some in permutations(there, len(wanted))
        )
        verdicts += max(pairings, key=lambda some: sum(verdict.right for verdict in some))
    return verdicts


def shares(verdicts: Collection[Verdict]) -> str:
    """How many spans cover the right words, in a line."""
    worded = [verdict for verdict in verdicts if verdict.worded]
    return (
        f"{len(verdicts)} spans, on the right words {_share([v.right for v in verdicts])} "
        f"(of {len(worded)} that were translated, not copied, "
        f"{_share([v.right for v in worded])}; and on a right translation of them "
        f"{_share([v.translated for v in worded])}, on one foreseen "
        f"{_share([v.written for v in worded])})"
    )


def _share(values: Collection[bool]) -> str:
    return f"{sum(values) / max(1, len(values)):.1%}"


def _spans(text: str) -> list[tuple[tuple[str, str], str]]:
    """The spans of a text, in order: what each is, and the words it covers."""
    flat, atoms = flatten(text)

    def words(covered: str) -> str:
        return "".join(atoms[char].content if char in atoms else char for char in covered)

    return [(span.kind, words(flat.text[span.start : span.end])) for span in flat.spans]


def _forms(line: str) -> frozenset[str]:
    """The alternatives of a line; what is in brackets may be left out."""
    forms: list[str] = []
    for one in line.split(" | "):
        found = [""]
        for piece in re.split(r"(\([^)]*\))", one):
            optional = piece.startswith("(")
            found = [form + piece.strip("()") for form in found] + found * optional
        forms += found
    return frozenset(map(_core, forms))


def _core(words: str) -> str:
    """Words without capitals, an article, and the punctuation around them."""
    words = unicodedata.normalize("NFKC", words).replace("’", "'").lower()
    return _ARTICLES.sub("", " ".join(words.split()).strip(_EDGES))
