"""One long issue in every format: seconds and memory, beside bare WeasyPrint and Pandoc.

    python -m benchmarks.formats --runs 3

The issue is made here: forty pages, thirty photographs, ten charts. Bare WeasyPrint sets the very
page that our PDF is set from; Pandoc's DOCX writer reads our Markdown, in which a chart is a
table. Cold, every run is a process of its own, which starts and loads its libraries first; warm,
a process has made the document before. Processor time is compared, pair by pair: this machine may
have other work.
"""

import argparse
import random
import shutil
import statistics
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

from benchmarks.build import Run, asked, measure, row
from toolkit.document.issue import read_issue
from toolkit.document.publication import Publication, read_publication
from toolkit.rendering import FORMATS
from toolkit.rendering.drawing import Ink, as_svg
from toolkit.rendering.edition import prepare
from toolkit.rendering.images import Picture
from toolkit.rendering.page import write_page
from toolkit.resources import folder

SLUG = "2026-01-06"
PICTURES, CHARTS = 30, 10
PARAGRAPHS = 12
"""Between two pictures."""

BARE = """
import sys
import weasyprint
weasyprint.HTML(filename=sys.argv[1]).write_pdf(sys.argv[2], pdf_variant="pdf/ua-1")
"""

OURS_WARM = """
import sys
import time
from pathlib import Path
from toolkit.document.publication import read_publication
from toolkit.export.tasks import Made, Task, run
publication = read_publication(Path(sys.argv[1]))
for slug in sys.stdin:
    start = time.process_time()
    (made,) = run(Task(publication, slug.strip(), "ja", ("pdf",)))
    assert isinstance(made, Made)
    print(time.process_time() - start, flush=True)
"""

BARE_WARM = """
import sys
import time
import weasyprint
from weasyprint.text.fonts import FontConfiguration
fonts = FontConfiguration()
for page in sys.stdin:
    start = time.process_time()
    page = weasyprint.HTML(filename=page.strip())
    page.write_pdf(sys.argv[1], pdf_variant="pdf/ua-1", font_config=fonts)
    print(time.process_time() - start, flush=True)
del fonts  # at the end of Python, what takes it away is gone
"""


def warm(root: Path, page: Path, runs: int) -> list[tuple[float, float]]:
    """Processor seconds for the PDF, ours and bare, in processes that have made it before."""
    with (
        asked(OURS_WARM, str(root)) as ours,
        asked(BARE_WARM, str(page.with_suffix(".pdf"))) as bare,
    ):
        return [(ours(SLUG), bare(str(page))) for _ in range(runs + 1)][1:]


def make_issue(root: Path) -> Publication:
    """A publication with one long issue in it."""
    root.mkdir()
    shutil.copy(folder("seeds") / "newsletter.toml", root)
    issue = root / "issues" / SLUG
    issue.mkdir(parents=True)
    (issue / "issue.toml").write_text(
        f'number = 1\ndate = {SLUG}\ntitle = "四十ページの号"\n'
        '[[section]]\nkind = "deep-dive"\nfile = "deep-dive.md"\n',
        "utf-8",
    )
    choose = random.Random(40)
    text = ["# 港の町の一年"]
    for number in range(1, PICTURES + 1):
        _photograph(issue / f"{number}.jpg", number, choose)
        text += [f"## 第{number}の話"]
        text += [_paragraph(choose) for _ in range(PARAGRAPHS)]
        text += [f'![港の眺め、その{number}]({number}.jpg "写真{number}")']
        if number % (PICTURES // CHARTS) == 0:
            rows = "\n".join(f"{year}年,{choose.randint(10, 90)}" for year in range(2020, 2026))
            text += [f"```chart bar\ntitle: 船の数、その{number}\nunit: 隻\n\n,船\n{rows}\n```"]
    (issue / "deep-dive.md").write_text("\n\n".join(text) + "\n", "utf-8")
    return read_publication(root)


def _paragraph(choose: random.Random) -> str:
    words = ["港では", "朝早くから", "船が", "荷を積み", "**市場**へ", "魚を運び", "人が集まり"]
    return "".join(choose.choices(words, k=choose.randint(4, 14))) + "ます。"


def _photograph(path: Path, number: int, choose: random.Random) -> None:
    """Something with the grain of a photograph, so that it does not compress to nothing."""
    from PIL import Image

    grain = Image.frombytes("RGB", (200, 125), choose.randbytes(3 * 200 * 125))
    grain.resize((1600, 1000), Image.Resampling.BICUBIC).save(path, quality=85 + number % 5)


def write_bare(publication: Publication, place: Path) -> Path:
    """The page that our PDF is set from, as a file."""

    def embed_picture(picture: Picture) -> str:
        path = place / f"{sha256(picture.data).hexdigest()}.picture"
        path.write_bytes(picture.data)
        return path.as_uri()

    edition = prepare(publication, read_issue(publication, SLUG))
    page, _ = write_page(edition, "print", Path.as_uri, embed_picture, as_svg(Ink.FIXED))
    (place / "bare.html").write_text(page, "utf-8")
    return place / "bare.html"


def main() -> None:
    """Print the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.formats")
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        publication = make_issue(place / "publication")
        issue, dist = publication.issues / SLUG, publication.dist / SLUG
        build = [sys.executable, "-m", "toolkit.cli", "build", SLUG, "--lang", "ja", "--force"]
        build += ["--publication", str(publication.root), "--format"]
        page = write_bare(publication, place)
        bare = [sys.executable, "-c", BARE, str(page)]
        beside = {"pdf": ("bare WeasyPrint, the same page", [*bare, str(place / "bare.pdf")])}
        if pandoc := shutil.which("pandoc"):
            command = [pandoc, str(dist / f"{SLUG}.ja.md"), f"--resource-path={issue}"]
            beside["docx"] = ("Pandoc, from our Markdown", [*command, "-o", str(place / "a.docx")])
        else:
            print("No Pandoc on this machine: Word documents stand alone.")
        print(f"{PICTURES} pictures, {CHARTS} charts; {runs} runs each")
        print("cold: start, libraries and the document")
        for format_ in sorted(FORMATS, key=lambda format_: format_ != "md"):
            ours: list[Run] = []
            theirs: list[Run] = []
            for _ in range(runs + 1):
                ours.append(measure(*build, format_))
                if format_ in beside:
                    theirs.append(measure(*beside[format_][1]))
            # The first run fills the caches of the machine, and keeps bytecode.
            ours, theirs = ours[1:], theirs[1:]
            size = (dist / f"{SLUG}.ja.{format_}").stat().st_size / 1e6
            print(row(f"  newsletter build --format {format_}", ours), f"  {size:.1f} MB")
            if theirs:
                ratio = statistics.median(a.cpu / b.cpu for a, b in zip(ours, theirs, strict=True))
                print(row(f"  {beside[format_][0]}", theirs), f"  ratio {ratio:.2f}")
        print("warm: the document alone, pictures and charts included")
        pairs = warm(publication.root, page, runs)
        for name, seconds in zip(("PDF", beside["pdf"][0]), zip(*pairs, strict=True), strict=True):
            print(f"  {name:<67}cpu {statistics.median(seconds):5.2f} s")
        print(f"  ratio {statistics.median(a / b for a, b in pairs):.2f}")


if __name__ == "__main__":
    main()
