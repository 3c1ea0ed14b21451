"""A newsroom's translations → pairs fit to learn from, and an account of what was left out.

Pairs come from a file (``.tsv``: Japanese, tab, English; or ``.tmx``) or from a publication's
memory. What would teach the model something wrong is dropped, each for the first reason that
applies: a pair that came before, a side that is missing or in the wrong language, lengths that
do not fit, numbers that differ, a sentence of a test set.

The split is by hash: the same sentence is held out on every machine and in every run, however
many others have come, so that no model is ever judged by what it learned from.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from toolkit.document.japanese import is_kana, is_kanji
from toolkit.document.publication import Publication
from toolkit.errors import ContentError, UsageError
from toolkit.files import read_text
from toolkit.translation.near import normalised, without_digits
from toolkit.translation.numbers import compare_values
from toolkit.translation.quality import is_untranslated
from toolkit.translation.tmx import read_tmx

MEMORY = "memory"
"""Asks for the publication's memory where a file could stand."""

LEAST = 40
"""Fewer pairs teach nothing, and tell nothing when they are held out."""

HELD_OUT = 8
"""One sentence in so many is held out."""

SHORTEST, LONGEST = 2, 200
"""Characters of the Japanese side."""

RATIO = (0.5, 7.0)
"""English characters for each Japanese one; between newspaper sentences it is 2 to 3."""

_LIMIT = 64 * 1024 * 1024
HASH = 6
"""Bytes of a hash: among a million sentences, none is like another one's by chance."""


@dataclass(frozen=True)
class Pair:
    """A sentence in both languages, and where it stands: ``file.tsv:12``."""

    ja: str
    en: str
    place: str = ""

    def text(self, language: str) -> str:
        """The sentence in ``ja`` or ``en``."""
        return self.ja if language == "ja" else self.en


@dataclass(frozen=True)
class Cleaned:
    """What is fit to learn from, and what was left out, in order, each with the reason."""

    kept: tuple[Pair, ...]
    dropped: tuple[tuple[Pair, str], ...]

    def reasons(self) -> list[tuple[str, int, Pair]]:
        """Each reason, how many pairs were dropped for it, and the first of them."""
        count = Counter(reason for _, reason in self.dropped)
        first: dict[str, Pair] = {}
        for pair, reason in self.dropped:
            first.setdefault(reason, pair)
        return [(reason, number, first[reason]) for reason, number in count.most_common()]


def read_pairs(what: str, publication: Publication | None = None) -> list[Pair]:
    """The pairs of a file or of a publication's memory.

    Args:
        what: the path of a ``.tsv`` or ``.tmx``, or ``memory``.
        publication: whose memory is meant.

    Raises:
        UsageError: it is neither; or the memory is asked for outside a publication.
        ContentError: the file cannot be read, or a line of it is no pair.
        MissingError: the memory cannot be used.
    """
    if what == MEMORY:
        return _memory(publication)
    path = Path(what)
    if path.suffix.lower() == ".tmx":
        units = list(read_tmx(path))
        return [Pair(unit.ja, unit.en, f"{path.name}:{unit.line}") for unit in units if unit]
    if path.suffix.lower() != ".tsv":
        raise UsageError(
            f"{what} is neither a .tsv file, nor a .tmx file, nor the word {MEMORY}: save the "
            "pairs as lines of Japanese, tab, English"
        )
    return list(_rows(path))


def _memory(publication: Publication | None) -> list[Pair]:
    from toolkit.translation.memory import open_memory, pairs

    if publication is None:
        raise UsageError(
            "the memory of which publication? Call this in its folder, or name it with "
            "--publication"
        )
    with open_memory(publication) as memory:
        found = list(pairs(memory, "ja", "en"))
    return [Pair(ja, en, publication.memory.name) for ja, en in found]


def _rows(path: Path) -> Iterator[Pair]:
    for number, line in enumerate(read_text(path, _LIMIT).split("\n"), 1):
        if not line.strip():
            continue
        columns = line.split("\t")
        if len(columns) != 2:
            raise ContentError(
                f"has {len(columns)} columns: a line is Japanese, one tab, English", path, number
            )
        yield Pair(columns[0].strip(), columns[1].strip(), f"{path.name}:{number}")


def clean(pairs: Iterable[Pair], tested: Container[bytes] = frozenset()) -> Cleaned:
    """Sort out what would teach something wrong.

    Args:
        pairs: as they were read.
        tested: hashes (``sentence_hash``) of the sentences of test sets.
    """
    seen: set[tuple[str, str]] = set()
    kept: list[Pair] = []
    dropped: list[tuple[Pair, str]] = []
    for pair in pairs:
        key = normalised(pair.ja), normalised(pair.en)
        if reason := "the same pair came before" if key in seen else _fault(pair, tested):
            dropped.append((pair, reason))
        else:
            kept.append(pair)
        seen.add(key)
    return Cleaned(tuple(kept), tuple(dropped))


def _fault(pair: Pair, tested: Container[bytes]) -> str:
    ja, en = pair.ja, pair.en
    if not ja.strip() or not en.strip():
        return "one side is empty"
    if _is_japanese(en) and not _is_japanese(ja):
        return "the languages are swapped"
    if not _is_japanese(ja):
        return "the Japanese side holds no Japanese"
    if is_untranslated(en, ja, "en") or not re.search("[A-Za-z0-9]", en):
        return "the English side is not in English"
    if not SHORTEST <= len(ja) <= LONGEST:
        return f"it has fewer than {SHORTEST} or more than {LONGEST} Japanese characters"
    # What is short may be a headline, where a word stands for many.
    if len(ja) >= 12 and not RATIO[0] <= len(en) / len(ja) <= RATIO[1]:
        return "one side is far longer than the other"
    if compare_values(ja, en, "ja", "en"):
        return "its numbers differ"
    if sentence_hash(ja) in tested or sentence_hash(en) in tested:
        return "it is a sentence of a test set"
    return ""


def _is_japanese(text: str) -> bool:
    return any(is_kana(char) or is_kanji(char) for char in text)


def checked(cleaned: Cleaned, what: str) -> tuple[Pair, ...]:
    """The pairs that were kept, if they are enough.

    Raises:
        ContentError: they are too few; the message says the likely reason.
    """
    kept, reasons = cleaned.kept, cleaned.reasons()
    if len(kept) >= LEAST:
        return kept
    read = len(kept) + len(cleaned.dropped)
    place = None if what == MEMORY else Path(what)
    if reasons and reasons[0][1] * 2 > read:
        reason, number, example = reasons[0]
        raise ContentError(
            f"{number} of {read} pairs cannot be learned from: {reason} (first at "
            f"{example.place}); a line is Japanese, tab, English",
            place,
        )
    raise ContentError(
        f"has {len(kept)} pairs that can be learned from, and {LEAST} are the least: approve more "
        "translations, or bring them along in a .tsv or .tmx",
        place,
    )


@dataclass(frozen=True)
class Split:
    """Pairs to learn from, and pairs that were held out."""

    learned: tuple[Pair, ...] = field(default=())
    held_out: tuple[Pair, ...] = field(default=())


def split(pairs: Sequence[Pair], every: int = HELD_OUT) -> Split:
    """Hold out one sentence in ``every``, by a hash of its Japanese without the numbers.

    So the same news with new figures falls on one side; and what shares a sentence with a
    held-out pair, in either language, is held out with it.
    """
    keys = [(_split_key(pair.ja), _split_key(pair.en)) for pair in pairs]
    ja = {key for key, _ in keys if _number(key) % every == 0}
    en: set[str] = set()
    while True:
        en |= {other for key, other in keys if key in ja}
        more = {key for key, other in keys if other in en} - ja
        if not more:
            break
        ja |= more
    return Split(
        tuple(pair for pair, (key, _) in zip(pairs, keys, strict=True) if key not in ja),
        tuple(pair for pair, (key, _) in zip(pairs, keys, strict=True) if key in ja),
    )


def _split_key(text: str) -> str:
    return without_digits(normalised(text))


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:HASH], "big")


def spread(pairs: Sequence[Pair], most: int) -> tuple[Pair, ...]:
    """At most so many of the pairs, from all parts of what they come from."""
    every = max(1, -(-len(pairs) // most))
    return tuple(pairs[::every])


def sentence_hash(text: str) -> bytes:
    """A short hash of a sentence's letters and digits, whatever its marks, case and widths."""
    letters = "".join(char for char in normalised(text) if char.isalnum())
    return hashlib.sha256(letters.encode()).digest()[:HASH]
