"""The general sentences that come along: to replay in training, and to judge what it costs.

``data/replay.tsv.xz`` holds pairs with their source (``data/README.md`` names the licences);
``data/tested.bin`` the hashes of all sentences of the public test sets, which are in no
training. Both were made by ``python -m toolkit.training.sample PAIRS.tsv.xz TEST_FOLDER``.
"""

import hashlib
import lzma
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from toolkit.errors import MissingError
from toolkit.files import write_atomic
from toolkit.training.pairs import HASH, Pair, clean, sentence_hash, split

DATA = Path(__file__).parent / "data"
REPLAY, TESTED = DATA / "replay.tsv.xz", DATA / "tested.bin"

SIZES = {"alt_wikinews": 2400, "tatoeba": 500, "tensorflow_docs": 200, "markup": 300}
"""How many pairs of each source there are: mostly news, as newsletters are."""

CHECKED = 24
"""One general sentence in so many is not replayed, and shows what the others cost."""

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
    rows = lzma.decompress(_read(REPLAY)).decode("utf-8").splitlines()
    pairs = [Pair(ja, en, source) for source, ja, en in (row.split("\t") for row in rows)]
    parts = split(pairs, CHECKED)
    return parts.learned, tuple(pair for pair in parts.held_out if pair.place != "markup")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise MissingError(
            f"cannot be read ({error.strerror}): install the toolkit again", path
        ) from None


def chosen(rows: Iterable[tuple[str, str, str]], tested: frozenset[bytes]) -> list[Pair]:
    """The pairs of the sample, from rows of source, Japanese and English: by hash, not by hand."""
    by_source: Mapping[str, list[Pair]] = {source: [] for source in SIZES}
    for source, ja, en in rows:
        if source in by_source and len(ja) in _LENGTHS:
            by_source[source].append(Pair(ja, en, source))
    found = []
    for source, pairs in by_source.items():
        kept = sorted(
            clean(pairs, tested).kept, key=lambda pair: hashlib.sha256(pair.ja.encode()).digest()
        )
        found += kept[: SIZES[source]]
    return found


def main(arguments: list[str]) -> None:
    """Make both files again, from all pairs and the folder of the test sets."""
    pairs, folder = map(Path, arguments)
    hashes = {
        sentence_hash(sentence)
        for path in folder.glob("*.tsv")
        for line in path.read_text("utf-8").splitlines()
        for sentence in line.split("\t")[:2]
    }
    with lzma.open(pairs, "rt", encoding="utf-8") as file:
        columns = (line.rstrip("\n").split("\t") for line in file)
        found = chosen(((s, ja, en) for s, ja, en in columns), frozenset(hashes))
    text = "".join(f"{pair.place}\t{pair.ja}\t{pair.en}\n" for pair in found)
    write_atomic(TESTED, b"".join(sorted(hashes)))
    write_atomic(REPLAY, lzma.compress(text.encode("utf-8"), preset=9))
    print(f"{len(hashes)} sentences of tests; {len(found)} pairs, {REPLAY.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
