"""What ten minutes of ``models train`` are worth: ``python -m benchmarks.training``.

A third of the newsletter pairs (``data/newsletter.tsv`` and the approved translations of
``seeds/``) is held out before anything is read; the command sees the other two thirds, and
holds out an eighth of those for itself. Base and result then translate, alone and greedily, the
held-out third and, with ``--tests``, the first sentences of WMT21, which nothing was trained on.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

DATA = Path(__file__).parent / "data" / "newsletter.tsv"
SEEDS = Path(__file__).parents[1] / "seeds"
TESTS = ("wmt21_ja-en", "wmt21_en-ja")
EVERY = 3


def written(name: str, pairs: list[tuple[str, str]], folder: Path) -> Path:
    """A file of pairs."""
    path = folder / f"{name}.tsv"
    path.write_text("".join(f"{ja}\t{en}\n" for ja, en in pairs), "utf-8")
    return path


def approved() -> Iterator[tuple[str, str]]:
    """The translations of the sample publication that somebody approved."""
    from toolkit.translation.catalog import State, read_catalog, state

    for path in sorted(SEEDS.glob("issues/*/en.po")):
        for entry in read_catalog(path):
            if not entry.obsolete and not entry.msgctxt and state(entry) is State.APPROVED:
                yield entry.msgid, entry.msgstr


def main() -> None:
    """Split, train, and print the table."""
    from toolkit.training.markup import as_shown
    from toolkit.training.pairs import Pair, clean, read_pairs, split
    from toolkit.training.sample import hashes_of_tests
    from toolkit.translation.evaluation import directions, evaluate, opened, read_test_set

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="package", default="ja-en")
    parser.add_argument("--pairs", type=Path, default=DATA)
    parser.add_argument("--tests", type=Path, help="a folder with the WMT21 sets as .tsv")
    parser.add_argument("--limit", type=int, default=500, help="sentences of each test set")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--steps", type=int, default=0)
    chosen = parser.parse_args()

    with opened(chosen.package) as base:
        signs = base.placeholders
    pairs = [*read_pairs(str(chosen.pairs)), *(Pair(ja, en, "seeds") for ja, en in approved())]
    parts = split(clean(pairs, hashes_of_tests()).kept, EVERY)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        learned = written("learned", [(p.ja, p.en) for p in parts.learned], folder)
        # Neither has learned to read Markdown: an issue's sentences are shown to them without.
        shown = [seen for pair in parts.held_out if (seen := as_shown(pair, signs))]
        held_out = written("held-out third", [(p.ja, p.en) for p in shown], folder)
        out = folder / "trained.argosmodel"
        amount = ("--steps", chosen.steps) if chosen.steps else ("--minutes", chosen.minutes)
        command = ["models", "train", "--from", chosen.package, "--pairs", learned, "--out", out]
        start = time.monotonic()
        ran = subprocess.run(
            [sys.executable, "-m", "toolkit.cli", *map(str, (*command, *amount))], check=False
        )
        print(f"newsletter models train: {(time.monotonic() - start) / 60:.1f} minutes in all")
        if ran.returncode == 1:
            sys.exit("Nothing better came of it, and nothing was kept: see the figures above.")
        if ran.returncode:
            sys.exit(ran.returncode)
        tests = [read_test_set(held_out)]
        if chosen.tests:
            tests += [read_test_set(chosen.tests / f"{n}.tsv", chosen.limit) for n in TESTS]
        print(f"{'':<34}{'BLEU':>14}{'chrF2':>20}   (both sides in NFKC)")
        with opened(chosen.package) as base, opened(str(out)) as trained:
            for test in tests:
                for pair in directions(base, test):
                    before, after = (evaluate(one, test, *pair).scores for one in (base, trained))
                    name = f"{test.path.stem} ({len(test.ja)}), {' → '.join(pair)}"
                    gain = after.chrf_nfkc - before.chrf_nfkc
                    print(
                        f"{name:<34}{before.bleu_nfkc:6.1f} → {after.bleu_nfkc:4.1f}"
                        f"{before.chrf_nfkc:9.1f} → {after.chrf_nfkc:4.1f} ({gain:+.1f})"
                    )


if __name__ == "__main__":
    main()
