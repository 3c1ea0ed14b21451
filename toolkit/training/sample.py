"""The general sentences that come along: to replay in training, and to judge what it costs.

``data/replay.tsv.xz`` and ``data/checked.tsv.xz`` hold pairs with their source (``data/README.md``
names the licences); ``data/tested.bin`` the hashes of all sentences of the public test sets,
which are in no training. They were made by
``python -m toolkit.training.sample PAIRS.tsv.xz TEST_FOLDER``.
"""

import hashlib
import lzma
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from toolkit.errors import MissingError
from toolkit.files import write_atomic
from toolkit.training.pairs import HASH, Pair, clean, sentence_hash

DATA = Path(__file__).parent / "data"
REPLAY, CHECKED = DATA / "replay.tsv.xz", DATA / "checked.tsv.xz"
TESTED = DATA / "tested.bin"

SIZES = {"alt_wikinews": 2400, "tatoeba": 500, "tensorflow_docs": 200, "markup": 300}
"""How many pairs of each source are replayed: mostly news, as newsletters are."""

CHECKS = {"wiki_kyoto": 120, "tatoeba": 120, "php_docs": 60}
"""How many show what a training costs. The shipped translator has seen about a twentieth of these
sources, and knows much of the others by heart: to forget their very words is no loss."""

_SPARE = 8
"""So many times as many pairs as are wanted are looked at: some are dropped, or are no sentence."""

_LENGTHS = range(12, 111)  # of the Japanese, in characters


def hashes_of_tests() -> frozenset[bytes]:
    """The hashes (``sentence_hash``) of the sentences of test sets.

    Raises:
        MissingError: the toolkit is not installed whole.
    """
    data = _read(TESTED)
    return frozenset(data[place : place + HASH] for place in range(0, len(data), HASH))


def general_pairs() -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    """The pairs to replay, and those to check with, in which nothing is marked up.

    Raises:
        MissingError: the toolkit is not installed whole.
    """
    return _pairs(REPLAY), _pairs(CHECKED)


def _pairs(path: Path) -> tuple[Pair, ...]:
    rows = lzma.decompress(_read(path)).decode("utf-8").splitlines()
    return tuple(Pair(ja, en, source) for source, ja, en in (row.split("\t") for row in rows))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise MissingError(
            f"cannot be read ({error.strerror}): install the toolkit again", path
        ) from None


def chosen(
    rows: Iterable[tuple[str, str, str]], tested: frozenset[bytes]
) -> tuple[list[Pair], list[Pair]]:
    """The pairs to replay and to check with, by hash, not by hand.

    Args:
        rows: source, Japanese and English of all pairs.
        tested: the hashes of the sentences of test sets.
    """
    by_source: Mapping[str, list[Pair]] = {source: [] for source in SIZES | CHECKS}
    for source, ja, en in rows:
        if source in by_source and len(ja) in _LENGTHS:
            by_source[source].append(Pair(ja, en, source))
    replay: list[Pair] = []
    checked: list[Pair] = []
    for source, pairs in by_source.items():
        replayed, asked = SIZES.get(source, 0), CHECKS.get(source, 0)
        pairs.sort(key=lambda pair: hashlib.sha256(pair.ja.encode()).digest())
        # Cleaning is slow: of half a million pairs only those are cleaned that may be chosen.
        kept = clean(pairs[: _SPARE * (replayed + asked)], tested).kept
        replay += kept[:replayed]
        checked += [pair for pair in kept[replayed:] if pair.ja.endswith("。")][:asked]
    return replay, checked


def main(arguments: list[str]) -> None:
    """Make the files again, from all pairs and the folder of the test sets."""
    pairs, folder = map(Path, arguments)
    hashes = {
        sentence_hash(sentence)
        for path in folder.glob("*.tsv")
        for line in path.read_text("utf-8").splitlines()
        for sentence in line.split("\t")[:2]
    }
    with lzma.open(pairs, "rt", encoding="utf-8") as file:
        columns = (line.rstrip("\n").split("\t") for line in file)
        parts = chosen(((s, ja, en) for s, ja, en in columns), frozenset(hashes))
    write_atomic(TESTED, b"".join(sorted(hashes)))
    print(f"{len(hashes)} sentences of tests")
    for path, found in zip((REPLAY, CHECKED), parts, strict=True):
        text = "".join(f"{pair.place}\t{pair.ja}\t{pair.en}\n" for pair in found)
        write_atomic(path, lzma.compress(text.encode("utf-8"), preset=9))
        print(f"{path.name}: {len(found)} pairs, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
