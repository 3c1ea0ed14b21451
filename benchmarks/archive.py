"""An archive to measure with: many issues of different lengths, made from the first sample.

    python -m benchmarks.archive DIR --issues 1000
    python -m benchmarks.archive DIR --issues 1000 --short

Every issue is a third as long as the sample to as long, with one to four briefs and a
picture of its own. A short one has a block of each section, a picture and a chart. Its catalog is
approved throughout: its entries are those of the sample's, so nothing has to be translated. The
same number gives the same files, byte by byte.
"""

import argparse
import datetime
import random
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw
from polib import POEntry

from toolkit.document.issue import Issue, read_issue
from toolkit.document.publication import Publication, read_publication
from toolkit.resources import folder
from toolkit.translation.catalog import catalog_path, live_entries, new_catalog, read_catalog
from toolkit.translation.segments import segments

SAMPLE = "2025-11-25"
FIRST = datetime.date(2000, 1, 4)
SHORTEST, LONGEST = 1 / 3, 1.0

_PICTURE = re.compile(r"(!\[[^\]]*\]\()[^ )]+")
_CHART = "```chart"
_FIGURE = re.compile(r"(?<=,)\d+\.\d+")


@dataclass(frozen=True)
class Text:
    """A section file of the sample: its headline, and its blocks in order."""

    kind: str
    name: str
    articles: tuple[str, ...]
    headline: str
    blocks: tuple[str, ...]


def make_archive(place: Path, issues: int, *, short: bool = False) -> Publication:
    """Make a publication with so many issues in a folder that is not there yet."""
    seeds = folder("seeds")
    place.mkdir(parents=True)
    shutil.copytree(seeds / "articles", place / "articles")
    for name in ("newsletter.toml", "glossary.csv"):
        shutil.copy(seeds / name, place / name)
    sample = read_issue(read_publication(seeds), SAMPLE)
    texts = _texts(sample)
    english = {
        text: entry.msgstr
        for text, entry in live_entries(read_catalog(catalog_path(sample, "en"))).items()
    }
    publication = read_publication(place)
    for number in range(1, issues + 1):
        _make_issue(publication, sample, texts, english, number, short=short)
    return publication


def _texts(sample: Issue) -> list[Text]:
    texts = []
    for section in sample.sections:
        headline, _, body = section.path.read_text("utf-8").partition("\n\n")
        if not section.title:
            headline, body = "", f"{headline}\n\n{body}"
        articles = tuple(article.slug for article in section.articles)
        texts.append(
            Text(section.kind, section.path.stem, articles, headline, tuple(_blocks(body)))
        )
    return texts


def _blocks(body: str) -> list[str]:
    """What blank lines part, but for those within a fence."""
    blocks: list[str] = []
    for piece in body.strip("\n").split("\n\n"):
        if blocks and blocks[-1].count("```") % 2:
            blocks[-1] += f"\n\n{piece}"
        elif piece:
            blocks.append(piece)
    return blocks


def _make_issue(
    publication: Publication,
    sample: Issue,
    texts: Sequence[Text],
    english: dict[str, str],
    number: int,
    *,
    short: bool,
) -> None:
    choose = random.Random(number)
    date = FIRST + datetime.timedelta(weeks=number - 1)
    place = publication.issues / date.isoformat()
    place.mkdir(parents=True)
    title = f"{sample.title}（{number}）"
    manifest = [
        f"number = {number}",
        f"date = {date.isoformat()}",
        f'title = "{title}"',
        f'lead = "{sample.lead}"',
    ]
    briefs = [text for text in texts if text.kind == "brief"]
    if short:
        length = 0.0
        briefs = [text for text in briefs if any(_is_chart(block) for block in text.blocks)]
    else:
        length = SHORTEST * (LONGEST / SHORTEST) ** choose.random()
        briefs = [briefs[place % len(briefs)] for place in range(choose.randint(1, 4))]
    chosen = [text for text in texts if text.kind not in ("brief", "editors-note")]
    chosen += briefs
    chosen += [text for text in texts if text.kind == "editors-note"]
    for position, text in enumerate(chosen, 1):
        name = f"{position}-{text.name}"
        blocks = [
            _with_own_picture(block, place, f"{name}-{count}", choose)
            for count, block in enumerate(_of_length(text.blocks, length, choose), 1)
        ]
        if short:
            blocks = [block for block in blocks if not _is_chart(block)]
            blocks += [_with_own_figures(block, choose) for block in filter(_is_chart, text.blocks)]
        content = "\n\n".join([text.headline, *blocks] if text.headline else blocks)
        (place / f"{name}.md").write_text(content + "\n", "utf-8")
        articles = ", ".join(f'"{slug}"' for slug in text.articles)
        manifest += [
            "\n[[section]]",
            f'kind = "{text.kind}"',
            f'file = "{name}.md"',
            f"articles = [{articles}]",
        ]
    (place / "issue.toml").write_text("\n".join(manifest) + "\n", "utf-8")

    issue = read_issue(publication, place.name)
    translations = english | {title: f"{english[sample.title]} ({number})"}
    catalog = new_catalog("ja", "en")
    for text_ in dict.fromkeys(segment.text for segment in segments(issue)):
        catalog.append(POEntry(msgid=text_, msgstr=translations[text_]))
    catalog_path(issue, "en").write_text(str(catalog) + "\n", "utf-8")


def _of_length(blocks: Sequence[str], length: float, choose: random.Random) -> list[str]:
    """So large a part of the blocks, in order; pictures, and footnotes with their marks, always."""
    count = max(1, round(len(blocks) * length))
    kept = set(choose.sample(range(len(blocks)), count))
    return [
        block
        for position, block in enumerate(blocks)
        if position in kept or _PICTURE.match(block) or "[^" in block
    ]


def _is_chart(block: str) -> bool:
    return block.startswith(_CHART)


def _with_own_figures(chart: str, choose: random.Random) -> str:
    return _FIGURE.sub(lambda figure: f"{choose.uniform(1, 20):.2f}", chart)


def _with_own_picture(block: str, place: Path, name: str, choose: random.Random) -> str:
    """The block; if it is a picture, a new chart of that name is drawn, and named in it."""
    if not _PICTURE.match(block):
        return block
    size = (choose.randrange(800, 2000, 100), choose.randrange(300, 900, 100))
    chart = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(chart)
    bars = choose.randint(4, 24)
    width = size[0] / bars
    for bar in range(bars):
        top = choose.randrange(size[1])
        shade = (choose.randrange(40, 90), choose.randrange(90, 140), choose.randrange(120, 200))
        draw.rectangle((bar * width + 4, top, (bar + 1) * width - 4, size[1]), fill=shade)
    chart.save(place / f"{name}.png")
    return _PICTURE.sub(rf"\g<1>{name}.png", block)


def main() -> None:
    """Make an archive from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("place", type=Path, metavar="DIR", help="a folder that is not there yet")
    parser.add_argument("--issues", type=int, default=100)
    parser.add_argument("--short", action="store_true", help="issues of a few lines each")
    arguments = parser.parse_args()
    make_archive(arguments.place, arguments.issues, short=arguments.short)


if __name__ == "__main__":
    main()
