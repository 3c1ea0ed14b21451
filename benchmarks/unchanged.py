"""`newsletter translate` where nothing changed: seconds of the whole process.

The catalog of the first sample issue, 212 sentences, all of them approved. Beside it, in turn
with it, runs a process that only starts Python and loads what reads a catalog and Markdown.
Processor seconds are those of a machine that does nothing else; the bar is half a second.
"""

import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.build import ISSUE, measure
from toolkit.resources import folder

RUNS = 10
BARE = "import click, polib, markdown_it, mdformat, yaml"


def main() -> None:
    """Print the benchmark."""
    with tempfile.TemporaryDirectory() as place:
        publication = Path(place) / "publication"
        shutil.copytree(folder("seeds"), publication)
        script = str(Path(sys.executable).with_name("newsletter"))
        ours = (script, "translate", ISSUE, "--publication", str(publication))
        measure(*ours)  # now nothing is left to do, and all modules are compiled
        runs, bare = [], []
        for _ in range(RUNS):
            runs.append(measure(*ours))
            bare.append(measure(sys.executable, "-c", BARE))
    print(f"newsletter translate, nothing changed: the whole process, median of {RUNS}")
    for name, measured in (("newsletter translate", runs), ("its libraries alone", bare)):
        wall = statistics.median(run.wall for run in measured)
        cpu = statistics.median(run.cpu for run in measured)
        print(f"  {name:<22} {wall:6.2f} s on the clock, {cpu:.2f} s of the processor")


if __name__ == "__main__":
    main()
