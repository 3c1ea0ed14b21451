"""Whether an archive ten times as large costs ten times as much.

    python -m benchmarks.linear                      100 issues and 1,000, half an hour
    python -m benchmarks.linear --issues 20 200

The issues are short (a block of each section, a picture and a chart of their own), in two
languages and three formats. Each archive is built whole by ``newsletter build --all --jobs 2``;
the processor time of an issue is compared, without what a build costs before its first issue,
which building one tells.
"""

import argparse
import tempfile
from pathlib import Path

from benchmarks.archive import make_archive
from benchmarks.scale import FORMATS, Run, run_build


def build(place: Path, issues: int) -> Run:
    """The whole build of an archive of so many short issues."""
    publication = make_archive(place / str(issues), issues, short=True)
    return run_build(publication, "--jobs", "2")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--issues", type=int, nargs=2, default=[100, 1000], metavar="N")
    sizes = parser.parse_args().issues
    with tempfile.TemporaryDirectory() as name:
        place = Path(name).resolve()
        start = build(place, 1).cpu
        costs = []
        print(f"2 languages × {len(FORMATS)} formats, 2 jobs; a build of one issue: {start:.1f} s")
        print(f"{'issues':>8}{'files':>8}{'wall s':>9}{'cpu s':>9}{'peak MB':>9}{'cpu/issue':>11}")
        for issues in sizes:
            built = build(place, issues)
            costs.append((built.cpu - start) / (issues - 1))
            print(
                f"{issues:>8,}{len(built.seconds):>8,}{built.wall:>9.1f}{built.cpu:>9.1f}"
                f"{built.peak:>9.0f}{costs[-1]:>11.3f}",
                flush=True,
            )
    print(f"an issue of the larger archive costs {costs[1] / costs[0] - 1:+.1%}")


if __name__ == "__main__":
    main()
