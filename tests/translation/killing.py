"""``newsletter translate``, killed again and again: what each kill left of the catalog.

    python tests/translation/killing.py PUBLICATION KILLS

Everything is imported once; each run is a fork of this process, killed with SIGKILL at a random
moment of the time that a run takes. Prints JSON: the catalogs that an undisturbed run writes,
one after the other, and what catalog each kill left.
"""

import json
import os
import random
import select
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

# What a run imports late: forks need not do it again.
import ctranslate2  # noqa: F401
import numpy  # noqa: F401
import polib
import rapidfuzz.fuzz
import rapidfuzz.process  # noqa: F401
import sentencepiece  # noqa: F401

from toolkit.cli import main
from toolkit.commands import translate as _command  # noqa: F401
from toolkit.translation import drafting, engine, memory, translate  # noqa: F401
from toolkit.translation.catalog import write_catalog

translate.CHUNK = 3


def forked(work: Callable[[], object]) -> tuple[int, int]:
    """Start a fork that does some work: its process, and a pipe that closes at its end."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        try:
            work()
        except SystemExit as end:
            os._exit(int(end.code or 0))
        finally:
            os._exit(99)
    os.close(writing)
    return child, reading


def killed_after(seconds: float | None, work: Callable[[], object]) -> int:
    """How a fork ends that is killed after so many seconds, unless it is done by then."""
    child, pipe = forked(work)
    done, _, _ = select.select([pipe], [], [], seconds)
    if not done:
        os.kill(child, signal.SIGKILL)
    os.close(pipe)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def run(publication: Path) -> None:
    """Translate the publication's only issue."""
    main(["translate", "--all", "--publication", str(publication)])


def written(publication: Path, catalog: Path) -> list[str]:
    """The catalogs that a run writes one after the other."""
    texts: list[str] = []

    def write_and_keep(made: polib.POFile, path: Path) -> None:
        write_catalog(made, path)
        texts.append(catalog.read_text("utf-8"))

    def work() -> None:
        vars(translate)["write_catalog"] = write_and_keep
        try:
            run(publication)
        finally:
            (publication / "written.json").write_text(json.dumps(texts), "utf-8")

    assert killed_after(None, work) == 0
    return [str(text) for text in json.loads((publication / "written.json").read_text("utf-8"))]


def kill(publication: Path, rounds: int) -> None:
    """Kill so many runs, and print what they left."""
    (catalog,) = publication.glob("issues/*/en.po")
    before = catalog.read_bytes()
    texts = written(publication, catalog)
    catalog.write_bytes(before)
    start = time.monotonic()
    assert killed_after(None, lambda: run(publication)) == 0
    length = time.monotonic() - start
    dice = random.Random()
    left: list[str] = []
    tries = 0
    while len(left) < rounds and tries < 4 * rounds:
        catalog.write_bytes(before)
        # One moment in each stretch of the run's time, so that no part of it is left out.
        moment = length * (tries % rounds + dice.random()) / rounds
        start = time.monotonic()
        if killed_after(moment, lambda: run(publication)) == -signal.SIGKILL:
            left.append(catalog.read_text("utf-8"))
        else:
            length = time.monotonic() - start  # the machine is quicker now
        tries += 1
    again = killed_after(None, lambda: run(publication))
    print(
        json.dumps(
            {
                "before": before.decode(),
                "written": texts,
                "left": left,
                "again": again,
                "at_last": catalog.read_text("utf-8"),
            }
        )
    )


if __name__ == "__main__":
    kill(Path(sys.argv[1]), int(sys.argv[2]))
