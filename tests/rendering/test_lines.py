"""Where lines break in the PDF of every edition in every theme, on every paper.

On A4 with all that the translated sample holds, on letter, where lines are about as long, with
the hostile cases alone; of the bilingual editions each theme sets one whole.
"""

import dataclasses
import re
import shutil
import tomllib
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate, pairwise

import budoux
import polib
import pytest

from tests.rendering.lines import Line, read_lines
from tests.rendering.pages import DATA, THEMES
from toolkit.document import markdown
from toolkit.document.issue import Issue, read_issue
from toolkit.document.japanese import is_wide
from toolkit.document.publication import PAPERS, Publication, read_publication
from toolkit.rendering.bilingual import LANGUAGES, pair
from toolkit.rendering.body import LONGEST_PHRASE
from toolkit.rendering.edition import Edition, prepare
from toolkit.rendering.pdf import render
from toolkit.resources import folder
from toolkit.translation.catalog import catalog_path, live_entries, read_catalog
from toolkit.translation.segments import segments, translated

SLUG = "2025-11-25"
CASES = DATA / "lines"
LONGEST_SLIDE = 22

NO_START = set(
    "、。，．・：；？！」』）】〕〉》”’ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ…％,;:!?)%"
)
NO_END = set("「『（【〔〈《“‘($")
AMOUNT = re.compile(r"\d (?:hundred|thousand|million|billion|trillion|percent)\b")
LAST_WORDS = r"\S+ \S{1,5}$"
"""The end of a paragraph, which is kept together where the last word is short."""
BEARINGS = 2
"""What glyphs have beside their ink, at most, in points."""
HYPHENS = "-\u2010\x02"
"""The last is PDFium's for one that parts a word."""
LEADINGS = (1.55, 1.6)
"""Of text in English and of its footnotes, in sizes of the letters (base.css)."""


def slide_paragraphs() -> Iterator[tuple[str, str]]:
    """Each slide behind more and more characters, in Japanese and in English."""
    for slide in tomllib.loads((CASES / "slides.toml").read_text("utf-8"))["slide"]:
        for length in range(1, LONGEST_SLIDE + 1):
            yield f"{'漢' * length}{slide['ja']}", f"W{'i' * length} {slide['en']}"


@pytest.fixture(scope="module")
def issues(tmp_path_factory: pytest.TempPathFactory) -> tuple[Publication, dict[str, Issue]]:
    """The translated issue of the sample in each language, and in it a story made of the cases."""
    root = tmp_path_factory.mktemp("lines") / "seeds"
    shutil.copytree(folder("seeds"), root)
    place = root / "issues" / SLUG
    text, mark, note = (CASES / "hostile.md").read_text("utf-8").partition("[^1]:")
    slides = "\n\n".join(japanese for japanese, _ in slide_paragraphs())
    (place / "hostile.md").write_text(f"{text}{slides}\n\n{mark}{note}", "utf-8")
    manifest = place / "issue.toml"
    before, briefs, rest = manifest.read_text("utf-8").partition('[[section]]\nkind = "brief"')
    story = '[[section]]\nkind = "side-story"\nfile = "hostile.md"\n\n'
    manifest.write_text(f"{before}{story}{briefs}{rest}", "utf-8")
    publication = read_publication(root)
    written = read_issue(publication, SLUG)
    known = {text: entry.msgstr for text, entry in entries(written).items()}
    known |= tomllib.loads((CASES / "hostile.toml").read_text("utf-8"))
    known |= dict(slide_paragraphs())
    sentences = {segment.text for segment in segments(written)}
    translations = {text: known[text] for text in sentences}
    return publication, {"ja": written, "en": translated(written, translations, "en")}


def entries(issue: Issue) -> dict[str, polib.POEntry]:
    return live_entries(read_catalog(catalog_path(issue, "en")))


def sides_of(
    issues: tuple[Publication, dict[str, Issue]], languages: str, theme: str, paper: str
) -> list[Edition]:
    """The sides of an edition, one or two."""
    publication = dataclasses.replace(issues[0], theme=theme, paper=paper)
    is_whole = paper == PAPERS[0] and (languages, theme) not in zip(
        LANGUAGES, THEMES[::-1], strict=True
    )
    sides = []
    for language in languages.split("-"):
        issue = issues[1][language]
        if not is_whole:
            stories = tuple(one for one in issue.sections if one.path.name == "hostile.md")
            issue = dataclasses.replace(issue, sections=stories)
        sides.append(prepare(publication, issue))
    return sides


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("languages", ["ja", "en", *LANGUAGES])
def test_lines_break_where_they_may(
    languages: str, theme: str, paper: str, issues: tuple[Publication, dict[str, Issue]]
) -> None:
    sides = sides_of(issues, languages, theme, paper)
    rendered = render(sides[0] if len(sides) == 1 else pair(sides[0], sides[1]))
    assert rendered.findings == ()
    lines = read_lines(rendered.data)
    assert len(lines) > 70
    for line in lines:
        assert line.text[0] not in NO_START, line.text
        assert line.text[-1] not in NO_END, line.text
    for side in sides:
        if side.language == "ja":
            check_headlines_break_between_phrases(side, lines)
        else:
            check_amounts_stay_whole(lines)
            check_lines_are_full(after_contents(lines))


def check_headlines_break_between_phrases(edition: Edition, lines: list[Line]) -> None:
    titles = [markdown.plain(markdown.parse_inline(head.title)) for head in edition.headings()]
    body = after_contents(lines)
    broken = 0
    for title, place in [(edition.plain_title, lines), *((title, body) for title in titles)]:
        found = list(set_lines(squeezed(title), place)) if title else []
        assert found or not title, title
        for texts in found:
            ends = list(accumulate(map(len, texts)))
            # A number or a label may stand before it.
            before = ends[-1] - len(squeezed(title))
            assert {end - before for end in ends} <= phrase_ends(squeezed(title)), texts
            broken += len(texts) > 1
    assert broken


def after_contents(lines: list[Line]) -> list[Line]:
    """The lines of the sections: the contents break otherwise, to leave room for numbers."""
    last = max(line.page for line in lines if line.text in ("目次", "Contents"))
    return [line for line in lines if line.page > last]


def set_lines(title: str, lines: list[Line]) -> Iterator[list[str]]:
    """The lines that a title is set in, wherever it is."""
    texts = [squeezed(line.text) for line in lines]
    for start in range(len(texts)):
        for end in range(start + 1, min(start + 5, len(texts) + 1)):
            joined = "".join(texts[start:end])
            if joined.endswith(title) and len(joined) - len(texts[start]) < len(title):
                # A number or a label may stand before it; a sentence with the same words not.
                if len(joined) - len(title) <= len("小ネタ①："):
                    yield texts[start:end]
                break


def phrase_ends(title: str) -> set[int]:
    """Where a title may break: after the phrases that BudouX finds, and inside very long ones."""
    phrases = budoux.load_default_japanese_parser().parse(title)
    ends = list(accumulate(map(len, phrases)))
    inside = {
        place
        for phrase, end in zip(phrases, ends, strict=True)
        if len(phrase) > LONGEST_PHRASE
        for place in range(end - len(phrase), end)
    }
    return {*ends, *inside}


def check_amounts_stay_whole(lines: list[Line]) -> None:
    assert any(AMOUNT.search(line.text) for line in lines)
    for line, below in pairwise(lines):
        assert not AMOUNT.match(f"{line.text[-1]} {below.text}"), (line.text, below.text)


def check_lines_are_full(lines: list[Line]) -> None:
    """See that what begins a line of English would not have fitted the line above it."""
    # The sources stand over both columns of a bilingual edition.
    ends = [place(line) for line in lines if line.text == "Sources"]
    end = max(ends, default=(len(lines), 0))
    lines = [line for line in lines if place(line) < end]
    middle = (min(line.left for line in lines) + max(line.right for line in lines)) / 2
    is_right = [line.left > middle for line in lines]
    in_columns = sum(is_right) > len(lines) / 4
    if in_columns:
        lines = [line for line in lines if line.right < middle or line.left > middle]
    sizes = Counter(round(line.size, 1) for line in lines)
    body = sizes.most_common(1)[0][0]
    checked = 0
    for line, below in pairwise(lines):
        pitch = (line.baseline - below.baseline) / line.size
        if (
            any(map(is_wide, line.text + below.text))
            or line.page != below.page
            or abs(line.size - below.size) > 0.01
            or min(abs(pitch - leading) for leading in LEADINGS) > 0.02
            or line.size > body + 0.1  # a statement, whose lines are about equally long
            or line.text[-1] in HYPHENS
            or "/" in below.text  # an address has a line of its own
        ):
            continue
        edge = max(
            other.right
            for other in lines
            if abs(other.size - line.size) < 0.01
            and (not in_columns or (other.left > middle) == (line.left > middle))
        )
        first = re.match(
            rf"{LAST_WORDS}|\d+(?:-[A-Za-z]+)+|\S*{AMOUNT.pattern}|\S+ ↑|[^\s-]+-?", below.text
        )
        assert first
        word = below.boxes[first.end() - 1][1] - below.boxes[0][0]
        assert line.right + 0.25 * line.size + word > edge - BEARINGS, (line.text, below.text)
        checked += 1
    assert checked > 20


def place(line: Line) -> tuple[int, float]:
    """Where a line stands: its page, and how far down."""
    return line.page, -line.baseline


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)
