"""Look-ups in translation memories of 10,000, 100,000 and 1,000,000 sentences.

    python -m benchmarks.memory [SIZE]...

The sentences are those of ``benchmarks.prose``. Asked are, in both directions: sentences that
are there; the same with some words changed, in one to three places; and new ones, which
neither memory nor editor has seen. Beside the near look-up runs the plain way, in the same
process: every sentence of the memory compared by rapidfuzz. ``recall`` says how often the near
look-up found a sentence as much alike as the best that the plain way found.

Milliseconds are those on the clock; in brackets those of the processor, which other work on
the machine does not change.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from benchmarks.prose import sentences
from toolkit.document.publication import Publication, read_publication
from toolkit.translation.memory import IMPORTED, Memory, exact_match, near_matches, open_memory
from toolkit.translation.near import LEAST, normalised, without_digits
from toolkit.translation.tmx import Unit, write_tmx

SIZES = (10_000, 100_000, 1_000_000)
ASKED, PLAIN = 200, 30
"""How many sentences are asked for, of each sort, and how many of these the plain way too."""


@dataclass(frozen=True)
class Times:
    """How long some look-ups took, in milliseconds."""

    wall: Sequence[float]
    cpu: Sequence[float]

    def __str__(self) -> str:
        median, slow = statistics.median(self.wall), _slowest(self.wall)
        cpu_median, cpu_slow = statistics.median(self.cpu), _slowest(self.cpu)
        return (
            f"median {median:8.2f} ({cpu_median:.2f}) ms   "
            f"95 % under {slow:8.2f} ({cpu_slow:.2f}) ms"
        )


def timed(ask: Callable[[str], Any], texts: Sequence[str]) -> tuple[Times, list[Any]]:
    """Ask for each text: how long that took, and the answers."""
    wall, cpu, answers = [], [], []
    for text in texts:
        start, used = time.perf_counter(), time.process_time()
        answers.append(ask(text))
        cpu.append((time.process_time() - used) * 1000)
        wall.append((time.perf_counter() - start) * 1000)
    return Times(wall, cpu), answers


def edited(text: str, others: Sequence[str], dice: random.Random) -> str:
    """A sentence with words of others in one to three places."""
    for _ in range(dice.randint(1, 3)):
        size = max(1, int(len(text) * dice.uniform(0.03, 0.12)))
        place = dice.randrange(len(text) - size)
        other = dice.choice(others)
        start = dice.randrange(max(1, len(other) - size))
        text = text[:place] + other[start : start + size] + text[place + size :]
    return text


def publication_with(units: Sequence[Unit], root: Path) -> Publication:
    """A publication that holds nothing but imported translations."""
    (root / "newsletter.toml").write_text('[name]\nja = "試験"\n', "utf-8")
    (root / IMPORTED).mkdir()
    (root / IMPORTED / "all.tmx").write_bytes(write_tmx(units, "ja"))
    return read_publication(root)


def measure(memory: Memory, units: Sequence[Unit], source: str, target: str) -> None:
    """Print the times of look-ups, ours and the plain way, and how often both agree."""
    dice = random.Random(11)
    known = [unit.text(source) for unit in dice.sample(units, ASKED)]
    changed = [edited(text, known, dice) for text in known]
    new = [unit.text(source) for unit in sentences(ASKED, 12)]
    every = [without_digits(normalised(unit.text(source))) for unit in units]

    def exactly(text: str) -> Any:
        return exact_match(memory, text, source, target)

    def nearly(text: str) -> Any:
        return near_matches(memory, text, source, target)

    def plainly(text: str) -> Any:
        wanted = without_digits(normalised(text))
        return process.extract(wanted, every, scorer=fuzz.ratio, score_cutoff=LEAST, limit=5)

    def told(what: str, times: Times, rest: str = "") -> None:
        print(f"  {source} → {target}  {what:<26} {times}{rest}", flush=True)

    told("exact, there", timed(exactly, known)[0])
    told("exact, not there", timed(exactly, new)[0])
    for what, asked in (("near, words changed", changed), ("near, new sentences", new)):
        ours, answers = timed(nearly, asked)
        plain, best = timed(plainly, asked[:PLAIN])
        recall = _recall(asked, answers, units, source, best)
        told(what, ours, f"   recall {recall}")
        times = statistics.median(plain.cpu) / statistics.median(ours.cpu)
        told("  the plain way", plain, f"   {times:.0f} times ours")


def _recall(
    asked: Sequence[str],
    answers: Sequence[Any],
    units: Sequence[Unit],
    source: str,
    best: Sequence[Sequence[tuple[str, float, int]]],
) -> str:
    """Of the sentences that have a near one: for how many ours is as near as the nearest."""
    found = there = 0
    for text, ours, plain in zip(asked, answers, best, strict=False):
        scores = [score for _, score, place in plain if units[place].text(source) != text]
        if scores:
            there += 1
            found += bool(ours) and ours[0].percent >= min(int(scores[0]), 99)
    return f"{found} of {there}"


def _slowest(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def main() -> None:
    """Print the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sizes", type=int, nargs="*", default=SIZES, metavar="SIZE")
    for size in parser.parse_args().sizes:
        units = list(sentences(size, 7))
        with tempfile.TemporaryDirectory() as place:
            publication = publication_with(units, Path(place))
            start, used = time.perf_counter(), time.process_time()
            with open_memory(publication):
                pass
            taken, cpu = time.perf_counter() - start, time.process_time() - used
            file = publication.memory.stat().st_size / 1e6
            print(f"{size:,} sentences: filled in {taken:.1f} ({cpu:.1f}) s, {file:.0f} MB")
            start = time.perf_counter()
            with open_memory(publication) as memory:
                print(f"  opened again in {(time.perf_counter() - start) * 1000:.1f} ms")
                for source, target in (("ja", "en"), ("en", "ja")):
                    measure(memory, units, source, target)


if __name__ == "__main__":
    main()
