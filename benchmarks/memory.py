"""Look-ups in a translation memory of 100,000 sentences: milliseconds each.

The sentences are made of a few hundred words, so that many are like one another, which is
the hard case. Beside the near look-up runs the plain way, in the same process: every
sentence of the memory compared by rapidfuzz. Give another size as an argument.
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rapidfuzz import fuzz, process

from toolkit.document.publication import Publication, read_publication
from toolkit.translation.memory import IMPORTED, Memory, exact_match, near_matches, open_memory
from toolkit.translation.near import LEAST, normalised, without_digits
from toolkit.translation.tmx import Unit, write_tmx

SIZE, ASKED, PLAIN = 100_000, 200, 20


def sentences(size: int) -> list[Unit]:
    """Sentences of both languages, no two the same, the same each time."""
    dice = random.Random(7)
    kana = "あいうえおかきくけこさしすせそたちつてとなにぬねのはまみむもやゆよらりるれろわ"
    kanji = "国会市場投資計画新設工場電力供給銀行金利政策予算企業開発研究技術輸出協定署名発表"
    ja = ["".join(dice.choices(kanji, k=2)) + dice.choice(kana) for _ in range(600)]
    letters = "etaoinshrdlu"
    en = ["".join(dice.choices(letters, k=dice.randint(2, 9))) for _ in range(600)]
    return [
        Unit(
            "".join(dice.choices(ja, k=dice.randint(4, 14))) + f"{number}です。",
            " ".join(dice.choices(en, k=dice.randint(6, 24))) + f" {number}.",
        )
        for number in range(size)
    ]


def edited(text: str, dice: random.Random) -> str:
    """A sentence of which a few characters were changed."""
    place = dice.randrange(len(text) - 3)
    return text[:place] + "新しい" + text[place + 3 :]


def timed(name: str, ask: Callable[[str], object], texts: Sequence[str]) -> float:
    """Ask for each text, and print how long one takes."""
    taken = []
    for text in texts:
        start = time.perf_counter()
        ask(text)
        taken.append((time.perf_counter() - start) * 1000)
    median = statistics.median(taken)
    slow = sorted(taken)[int(len(taken) * 0.95)]
    print(f"{name:<52} median {median:8.2f} ms   95 % under {slow:8.2f} ms")
    return median


def publication_with(units: Sequence[Unit], root: Path) -> Publication:
    """A publication that holds nothing but imported translations."""
    (root / "newsletter.toml").write_text('[name]\nja = "試験"\n', "utf-8")
    (root / IMPORTED).mkdir()
    (root / IMPORTED / "all.tmx").write_bytes(write_tmx(units, "ja"))
    return read_publication(root)


def measure(memory: Memory, units: Sequence[Unit]) -> None:
    """Print the times of look-ups, ours and the plain way, and how often both agree."""
    dice = random.Random(11)
    known = [unit.ja for unit in dice.sample(list(units), ASKED)]
    asked = [edited(text, dice) for text in known]
    other = [unit.ja for unit in sentences(len(units) + ASKED)[-ASKED:]]
    timed("exact, in the memory", lambda text: exact_match(memory, text, "ja", "en"), known)
    timed("exact, not in the memory", lambda text: exact_match(memory, text, "ja", "en"), asked)
    ours = timed("near, edited", lambda text: near_matches(memory, text, "ja", "en"), asked)
    timed("near, new sentences", lambda text: near_matches(memory, text, "ja", "en"), other)
    every = [without_digits(normalised(unit.ja)) for unit in units]

    def plainly(text: str) -> object:
        wanted = without_digits(normalised(text))
        return process.extractOne(wanted, every, scorer=fuzz.ratio, score_cutoff=LEAST)

    plain = timed("  the plain way: rapidfuzz on all", plainly, asked[:PLAIN])
    found = sum(
        any(near.source == text for near in near_matches(memory, question, "ja", "en"))
        for text, question in zip(known, asked, strict=True)
    )
    print(f"near, times as fast as the plain way: {plain / ours:.0f}")
    print(f"near, edited sentences found again: {found} of {ASKED}")


def main() -> None:
    """Print the benchmark."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else SIZE
    units = sentences(size)
    with tempfile.TemporaryDirectory() as place:
        publication = publication_with(units, Path(place))
        start = time.perf_counter()
        with open_memory(publication):
            pass
        taken = time.perf_counter() - start
        file = publication.memory.stat().st_size / 1e6
        print(f"{size:,} sentences in both directions: filled in {taken:.1f} s, {file:.0f} MB")
        start = time.perf_counter()
        with open_memory(publication) as memory:
            print(f"opened again in {(time.perf_counter() - start) * 1000:.1f} ms")
            measure(memory, units)


if __name__ == "__main__":
    main()
