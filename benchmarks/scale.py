"""Whole archives: what a build costs, side by side with the least that could do the work.

    python -m benchmarks.scale --issues 20          a minute or two
    python -m benchmarks.scale --issues 1000 --unchanged --runs 5   only: is there anything to do

Every row is a process of its own, as cron starts it, in turn with the others, so that the
machine's noise falls on all of them; medians over the runs. The bare loops are the physical
limit: one process, everything loaded once, that hands the same finished pages to WeasyPrint,
or the same texts and pictures to python-docx with its default styles, and writes the files.

What the toolkit adds is measured in two more processes, a document in the one right after its
bare twin in the other, with everything loaded: processor time, which a busy machine changes least.
Whether a worker's memory grows is shown by ``benchmarks.steady``.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import toolkit
from benchmarks.archive import make_archive
from benchmarks.build import asked
from toolkit.document import markdown
from toolkit.document.issue import read_issue
from toolkit.document.publication import Publication
from toolkit.export import Happening, Made, Task
from toolkit.export.inputs import named_files, origin, read_digests
from toolkit.rendering.drawing import Ink, as_svg
from toolkit.rendering.edition import Edition, Part, prepare
from toolkit.rendering.images import Picture, read_picture
from toolkit.rendering.page import write_page
from toolkit.translation.catalog import read_catalog
from toolkit.translation.edition import edition as in_language

FORMATS = ("pdf", "docx", "html")

BARE_PDF = """
import json
import sys
import time
from pathlib import Path
import weasyprint
from weasyprint.text.fonts import FontConfiguration
fonts = FontConfiguration()
for path in sorted(Path(sys.argv[1]).glob("*.html")):
    start = time.perf_counter()
    page = weasyprint.HTML(filename=path)
    page.write_pdf(path.with_suffix(".pdf"), pdf_variant="pdf/ua-1", font_config=fonts)
    seconds = {"all": time.perf_counter() - start}
    about = {"event": "finished", "file": f"{path.stem}.pdf", "format": "pdf", "seconds": seconds}
    print(json.dumps(about), flush=True)
"""

BARE_DOCX = """
import json
import sys
import time
from pathlib import Path
import docx
from docx.shared import Cm
for path in sorted(Path(sys.argv[1]).glob("*.json")):
    start = time.perf_counter()
    document = docx.Document()
    for style, text in json.loads(path.read_text("utf-8")):
        if style == "picture":
            document.add_picture(text, width=Cm(15))
        else:
            document.add_paragraph(text, style)
    document.save(path.with_suffix(".docx"))
    seconds = {"all": time.perf_counter() - start}
    about = {"event": "finished", "file": f"{path.stem}.docx", "format": "docx", "seconds": seconds}
    print(json.dumps(about), flush=True)
"""

BARE_ASKED = """
import json
import sys
import time
from pathlib import Path
import docx
import weasyprint
from docx.shared import Cm
from weasyprint.text.fonts import FontConfiguration

fonts = FontConfiguration()

def pdf(stem):
    weasyprint.HTML(filename=stem + ".html").write_pdf(
        stem + ".pdf", pdf_variant="pdf/ua-1", font_config=fonts
    )

def docx_(stem):
    document = docx.Document()
    for style, text in json.loads(Path(stem + ".json").read_text("utf-8")):
        if style == "picture":
            document.add_picture(text, width=Cm(15))
        else:
            document.add_paragraph(text, style)
    document.save(stem + ".docx")

for line in sys.stdin:
    slug, language, formats = json.loads(line)
    start = time.process_time()
    for format_ in formats:
        {"pdf": pdf, "docx": docx_}[format_](f"{sys.argv[1]}/{slug}.{language}")
    print(time.process_time() - start, flush=True)
del fonts  # at the end of Python, what takes it away is gone
"""

OURS_ASKED = """
import json
import sys
import time
import toolkit
for line in sys.stdin:
    slug, language, formats = json.loads(line)
    start = time.process_time()
    toolkit.build(sys.argv[1], [slug], [language], formats, out=sys.argv[2], jobs=1, force=True)
    print(time.process_time() - start, flush=True)
"""

INTERRUPTED = """
import json
import os
import signal
import subprocess
import sys
import time
build = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
while b"finished" not in build.stdout.readline():
    pass
start = time.perf_counter()
build.send_signal(signal.SIGINT)
build.communicate()
print(json.dumps({"event": "ended", "seconds": time.perf_counter() - start}))
"""


@dataclass(frozen=True)
class Run:
    """One process.

    Attributes:
        wall, cpu: seconds; ``cpu`` with all of its workers.
        peak: of the largest of its processes, in MB.
        seconds: for each file it made, what that took.
    """

    wall: float
    cpu: float
    peak: float
    seconds: dict[str, float]

    def of(self, format_: str) -> float:
        """Seconds for all files of a format."""
        return sum(each for name, each in self.seconds.items() if name.endswith(f".{format_}"))


def run(*arguments: str) -> Run:
    """Run a process to its end, and read the events it prints, if any."""
    start = time.perf_counter()
    seconds: dict[str, float] = {}
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    with process.stdout as lines:
        for line in lines:
            event = json.loads(line)
            if event["event"] == "finished":
                seconds[event["file"]] = sum(event["seconds"].values())
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if status:
        raise SystemExit(f"failed: {' '.join(arguments)[:200]}")
    # Linux counts ru_maxrss in KB, macOS in bytes.
    unit = 1e6 if sys.platform == "darwin" else 1e3
    wall = time.perf_counter() - start
    peak = usage.ru_maxrss / unit
    return Run(wall, usage.ru_utime + usage.ru_stime, peak, seconds)


def run_build(publication: Publication, *options: str) -> Run:
    """``newsletter build --all`` in a process of its own, in all formats that are measured."""
    arguments = ["build", "--publication", str(publication.root), "--all", "--json", *options]
    for format_ in FORMATS:
        arguments += ["--format", format_]
    return run(sys.executable, "-m", "toolkit.cli", *arguments)


class Archive:
    """An archive on the disk, what the bare loops read, and the builds that are measured."""

    def __init__(self, place: Path, issues: int) -> None:
        self.publication = make_archive(place / "publication", issues)
        self.bare = place / "bare"
        self.bare.mkdir()
        self.outputs = issues * len(self.publication.languages) * len(FORMATS)
        self._changed = 0
        write_bare(self.publication, self.bare)

    def build(self, *options: str) -> Run:
        """``newsletter build --all`` in a process of its own."""
        return run_build(self.publication, *options)

    def fresh(self, jobs: int) -> Run:
        """A build with nothing there yet."""
        shutil.rmtree(self.publication.dist, ignore_errors=True)
        return self.build("--jobs", str(jobs))

    def changed(self) -> Run:
        """A build after a word was added to one approved translation."""
        self._changed += 1
        slugs = self.publication.slugs()
        path = self.publication.issues / slugs[len(slugs) // 2] / "en.po"
        catalog = read_catalog(path)
        catalog[-1].msgstr += f" Again{self._changed}."
        catalog.save()
        return self.build()

    def beside(self, documents: int) -> dict[str, list[tuple[float, float]]]:
        """Processor seconds of so many documents, bare and built, by formats."""
        stems = [path.stem.split(".") for path in sorted(self.bare.glob("*.html"))[:documents]]
        pairs: dict[str, list[tuple[float, float]]] = {}
        with (
            asked(BARE_ASKED, str(self.bare)) as bare,
            asked(OURS_ASKED, str(self.publication.root), str(self.bare / "built")) as ours,
        ):
            for formats in (["pdf"], ["docx"], ["pdf", "docx"]):
                tasks = [json.dumps([*stem, formats]) for stem in stems]
                bare(tasks[0]), ours(tasks[0])  # loads what is loaded when it is used
                pairs[" ".join(formats)] = [(bare(task), ours(task)) for task in tasks]
        return pairs

    def interrupted(self) -> float:
        """Seconds from a Ctrl-C to the end of a build with two processes at work."""
        shutil.rmtree(self.publication.dist, ignore_errors=True)
        build = [sys.executable, "-m", "toolkit.cli", "build", "--all", "--jobs", "2", "--json"]
        command = [sys.executable, "-c", INTERRUPTED, *build]
        command += ["--publication", str(self.publication.root)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return float(json.loads(done.stdout)["seconds"])

    def loop(self, script: str) -> Run:
        """One of the bare loops."""
        return run(sys.executable, "-c", script, str(self.bare))


def write_bare(publication: Publication, place: Path) -> None:
    """Write what the bare loops read: per edition a finished page, and its plain blocks."""

    def embed_picture(picture: Picture) -> str:
        path = place / f"{sha256(picture.data).hexdigest()}.picture"
        path.write_bytes(picture.data)
        return path.as_uri()

    for slug in publication.slugs():
        written = read_issue(publication, slug)
        for language in publication.languages:
            edition = prepare(publication, in_language(publication, written, language))
            page, _ = write_page(edition, "print", Path.as_uri, embed_picture, as_svg(Ink.FIXED))
            (place / f"{slug}.{language}.html").write_text(page, "utf-8")
            blocks = json.dumps(list(_blocks(edition)), ensure_ascii=False)
            (place / f"{slug}.{language}.json").write_text(blocks, "utf-8")


def _blocks(edition: Edition) -> Iterator[tuple[str, str]]:
    yield "Title", edition.plain_title
    for part in edition.parts:
        for each in (part, *part.parts):
            yield f"Heading {each.heading.level}", each.heading.text(" ")
            yield from _body(edition, each)


def _body(edition: Edition, part: Part) -> Iterator[tuple[str, str]]:
    depth, style = 0, "Normal"
    for token in part.body:
        depth += token.nesting if token.type.endswith(("list_open", "list_close")) else 0
        if token.type == "heading_open":
            style = f"Heading {token.tag[1]}"
        elif token.type == "inline":
            for child in token.children or []:
                if child.type == "image":
                    yield "picture", _picture(edition, part, str(child.attrs["src"]))
            yield "List Bullet" if depth else style, markdown.plain(token)
            style = "Normal"


def _picture(edition: Edition, part: Part, source: str) -> str:
    return str(read_picture(source, part.base, edition.publication.root, part.path, 1).path)


def cases(archive: Archive) -> dict[str, Callable[[], Run]]:
    """What is measured, in turn; the last two look at what the one before them built."""
    return {
        "full build, 1 job": lambda: archive.fresh(1),
        "bare WeasyPrint": lambda: archive.loop(BARE_PDF),
        "bare python-docx": lambda: archive.loop(BARE_DOCX),
        "full build, 2 jobs": lambda: archive.fresh(2),
        "nothing changed": archive.build,
        "one word changed": archive.changed,
    }


BESIDE_DOCUMENTS = 20
"""So many documents tell what the toolkit adds to a document."""

BARE = {"pdf": "bare WeasyPrint", "docx": "bare python-docx"}


def measure(issues: int, runs: int) -> None:
    """Print the tables for an archive of so many issues."""
    with tempfile.TemporaryDirectory() as place:
        archive = Archive(Path(place).resolve(), issues)
        pairs = archive.beside(BESIDE_DOCUMENTS)  # first: it leaves bytecode to the others
        measured: dict[str, list[Run]] = {}
        for _ in range(runs):
            for name, case in cases(archive).items():
                measured.setdefault(name, []).append(case())
        interrupted = archive.interrupted()
    print(f"{issues:,} issues × 2 languages × {len(FORMATS)} formats = {archive.outputs:,} outputs")
    print(f"{'':<20}{'wall s':>9}{'cpu s':>9}{'peak MB':>9}{'files':>8}{'issues/min':>12}")
    for name, all_ in measured.items():
        wall = statistics.median(run.wall for run in all_)
        cpu = statistics.median(run.cpu for run in all_)
        peak = max(run.peak for run in all_)
        print(
            f"{name:<20}{wall:>9.2f}{cpu:>9.2f}{peak:>9.0f}{len(all_[0].seconds):>8,}"
            f"{60 * issues / wall:>12,.0f}"
        )
    one, two = measured["full build, 1 job"], measured["full build, 2 jobs"]
    print(f"\n{'a format, 1 job':<20}{'issues/min':>12}{'bare':>9}{'ratio':>9}")
    for format_ in FORMATS:
        ours = 60 * issues / statistics.median(run.of(format_) for run in one)
        line = f"{format_:<20}{ours:>12,.0f}"
        if format_ in BARE:
            loop = measured[BARE[format_]]
            bare = 60 * issues / statistics.median(run.of(format_) for run in loop)
            line += f"{bare:>9,.0f}{_ratio(one, loop):>9.2f}"
        print(line)
    print("\nwarm: processor time of a document to that of its bare twin")
    for formats, seconds in pairs.items():
        bare_sum, ours_sum = (sum(side) for side in zip(*seconds, strict=True))
        middle = statistics.median(ours / bare for bare, ours in seconds)
        print(f"{formats:<44}{ours_sum / bare_sum:>6.2f} × (median {middle:.2f})")
    print(f"\n{'2 jobs against 1':<44}{_faster(one, two):>6.2f} ×")
    # On a machine that others use, this is what the build itself would allow.
    work = statistics.median(2 * a.cpu / b.cpu for a, b in zip(one, two, strict=True))
    print(f"{'… by processor time, if both were free':<44}{work:>6.2f} ×")
    print(f"{'Ctrl-C to the end, 2 jobs':<44}{interrupted:>6.2f} s")
    wall = statistics.median(run.wall for run in one) / issues
    cpu = statistics.median(run.cpu for run in one) / issues
    print(f"{'an issue at 1 job':<44}{wall:>6.2f} s ({cpu:.2f} s of a processor)\n")


def measure_unchanged(issues: int, runs: int) -> None:
    """Print what it costs to find that nothing changed; the outputs are stand-ins."""
    with tempfile.TemporaryDirectory() as place:
        publication = make_archive(Path(place).resolve() / "publication", issues)
        made = toolkit.build(publication, formats=FORMATS, way=_stand_ins).outputs
        build = ["build", "--publication", str(publication.root), "--all"]
        formats = [argument for format_ in FORMATS for argument in ("--format", format_)]
        all_ = [run(sys.executable, "-m", "toolkit.cli", *build, *formats) for _ in range(runs)]
    print(f"{issues:,} issues, {len(made):,} outputs (stand-ins), nothing changed; {runs} runs")
    for name, values in (
        ("wall s", [run.wall for run in all_]),
        ("cpu s", [run.cpu for run in all_]),
        ("peak MB", [run.peak for run in all_]),
    ):
        print(f"{name:<10}{statistics.median(values):>9.2f}  (from {min(values):.2f})")


def _stand_ins(tasks: Sequence[Task]) -> Generator[Happening, None, None]:
    """Outputs that nobody rendered, with all that a build knows of what they are made from."""
    for task in tasks:
        files = named_files(task.publication, task.slug, task.language)
        files += sorted((task.publication.issues / task.slug).glob("*.png"))
        digests = read_digests(task.publication, files)
        for format_ in task.formats:
            about = (task.slug, task.language, format_)
            seconds = {"read": 0.1, "translate": 0.1, "render": 1.0}
            made_from = origin(task.publication, digests, format_)
            yield Made(*about, b"stand-in", 10, 0, seconds, (), made_from)


def _faster(one: list[Run], two: list[Run]) -> float:
    return statistics.median(a.wall / b.wall for a, b in zip(one, two, strict=True))


def _ratio(ours: list[Run], bare: list[Run]) -> float:
    """How many times as long a document takes as in the bare loop."""
    return statistics.median(
        a.seconds[name] / b.seconds[name]
        for a, b in zip(ours, bare, strict=True)
        for name in b.seconds
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--issues", type=int, default=100, metavar="N")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument(
        "--unchanged",
        action="store_true",
        help="measure only the build that finds nothing to do, over outputs that are stand-ins",
    )
    arguments = parser.parse_args()
    (measure_unchanged if arguments.unchanged else measure)(arguments.issues, arguments.runs)


if __name__ == "__main__":
    main()
