"""Which sentences of a million may be near one: an index of a few rare grams of each.

A gram is a few characters in a row. A sentence is cut into ``PIECES`` pieces, and kept under
the rarest gram of each: what is kept is rare, so that few sentences are kept under the same,
and spread over the whole sentence, so that a changed name or clause takes only its own pieces
away (the thought of winnowing: Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms
for document fingerprinting", SIGMOD 2003). Asked is with all grams of a sentence: whichever of
a near sentence's pieces was left as it is, is found, without both having to choose alike.

What is rare is counted in the sentences that come together, so the index keeps no counts.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np

PIECES = 10
"""Under how many grams a sentence is kept."""

BLOCK = 1 << 18
"""How many sentences are put into the index together: what bounds its use of memory."""

# Letters say less than kanji and kana do.
_LENGTH = {"ja": 3, "en": 5}
_MARK = {"ja": 0, "en": 1}  # the last bit, so that no gram is one of the other language
_SAMPLE = 1 << 14  # from how many sentences is learnt what is rare
_COUNTERS = 20  # bits
_HASH = 0x7FFFFFFF  # SQLite keeps 31 bits in four bytes

_Array: TypeAlias = "np.ndarray[Any, Any]"


def grams(text: str, language: str) -> list[int]:
    """All grams of a text that is not empty, each once."""
    import numpy as np

    found: list[int] = np.unique(_grams([text], language)).tolist()
    return found


def postings(texts: Sequence[str], language: str, first: int) -> Iterator[tuple[int, bytes]]:
    """What the index holds of up to ``BLOCK`` texts: each gram, and who is kept under it.

    The same texts give the same.

    Args:
        texts: normalised, none of them empty.
        language: theirs, ``ja`` or ``en``.
        first: the number of the first text; the others follow it.
    """
    import numpy as np

    if not texts:
        return
    shift = np.uint32(31 - _COUNTERS)
    sample = _grams(texts[:_SAMPLE], language)
    counts = np.bincount(sample >> shift, minlength=1 << _COUNTERS).astype(np.uint64)
    kept: list[_Array] = []
    owners: list[_Array] = []
    for start in range(0, len(texts), _SAMPLE):
        some = texts[start : start + _SAMPLE]
        found = _grams(some, language)
        lengths = np.fromiter(map(len, some), np.int64, len(some))
        length = np.repeat(lengths, lengths)
        place = np.arange(len(found)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        piece = np.where(length > PIECES, place * PIECES // length, place)
        begins = np.flatnonzero((place == 0) | (piece != np.concatenate([[-1], piece[:-1]])))
        # The count above the gram in one number: its least is the rarest gram.
        ranked = (counts[found >> shift] << np.uint64(32)) | found
        kept.append((np.minimum.reduceat(ranked, begins) & np.uint64(_HASH)).astype(np.uint32))
        owner = np.repeat(np.arange(first + start, first + start + len(some)), lengths)
        owners.append(owner[begins].astype("<u4"))
    chosen, owner = np.concatenate(kept), np.concatenate(owners)
    order = np.argsort(chosen, kind="stable")
    chosen, data = chosen[order], owner[order].tobytes()
    distinct, starts = np.unique(chosen, return_index=True)
    ends = [*(starts[1:] * 4).tolist(), len(data)]
    for gram, start, end in zip(distinct.tolist(), (starts * 4).tolist(), ends, strict=True):
        yield gram, data[start:end]


def most_shared(lists: Sequence[bytes], weights: Sequence[float], count: int) -> list[int]:
    """Who is in most of some lists of a gram's ``postings``, the first ``count`` of them.

    Args:
        lists: one for each gram.
        weights: how much it says to be in each.
        count: how many are wanted at most.
    """
    import numpy as np

    everyone = np.frombuffer(b"".join(lists), "<u4")
    said = np.repeat(np.asarray(weights), [len(one) // 4 for one in lists])
    numbers, positions = np.unique(everyone, return_inverse=True)
    scores = np.bincount(positions, said, minlength=len(numbers))
    if len(numbers) > count:
        best = np.argpartition(-scores, count)[:count]
        numbers, scores = numbers[best], scores[best]
    order = np.lexsort((numbers, -scores))
    found: list[int] = numbers[order].tolist()
    return found


def _grams(texts: Sequence[str], language: str) -> _Array:
    """The grams of texts, in order; each text has as many as it has characters."""
    import numpy as np

    size = _LENGTH[language]
    end = "\3" * (size - 2)
    data = "".join(f"\2{text}{end}" for text in texts).encode("utf-32-le", "surrogatepass")
    chars = np.frombuffer(data, "<u4").astype(np.uint32)
    hashes = np.zeros(len(chars) - size + 1, np.uint32)
    for offset in range(size):
        hashes = (hashes ^ chars[offset : offset + len(hashes)]) * np.uint32(0x9E3779B1)
        hashes ^= hashes >> np.uint32(15)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    # Between two texts lie grams of both: they are left out.
    gaps = np.repeat(np.arange(len(texts)) * (size - 1), lengths)
    found: _Array = hashes[np.arange(lengths.sum()) + gaps]
    return (found & np.uint32(_HASH - 1)) | np.uint32(_MARK[language])
