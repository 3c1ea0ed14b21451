"""Rules about an issue as a whole: its sections, their order, headlines and headings."""

from collections.abc import Iterator

from toolkit.document.issue import Kind
from toolkit.document.japanese import language_of
from toolkit.document.toml import value_line
from toolkit.editorial.data import note_stub
from toolkit.editorial.languages import language_finding
from toolkit.editorial.outline import typed_number
from toolkit.editorial.rules import Checked, Place
from toolkit.files import read_text

EXACTLY_ONE = (Kind.DEEP_DIVE, Kind.EDITORS_NOTE)
LETTERS = 40
"""Letters a text must have before its language is told."""


def sections(checked: Checked) -> Iterator[Place]:
    """One deep dive, side stories, briefs, one editor's note, in this order."""
    issue = checked.issue
    text = read_text(issue.path)
    kinds = [section.kind for section in issue.sections]

    def line(position: int) -> int:
        return value_line(text, "section", "kind", table=position)

    for kind in Kind:
        if kind not in kinds:
            yield Place(
                issue.path, 1, f"the {_name(kind)} is missing: add a [[section]] of kind {kind}"
            )
    for position, kind in enumerate(kinds):
        if kind in EXACTLY_ONE and kind in kinds[:position]:
            yield Place(issue.path, line(position), f"a second {_name(kind)}: an issue has one")
    order = list(Kind)
    for position in range(1, len(kinds)):
        before, kind = kinds[position - 1], kinds[position]
        if order.index(kind) < order.index(before):
            yield Place(
                issue.path,
                line(position),
                f"the {_name(kind)} stands after the {_name(before)}: the order is deep dive, "
                "side stories, briefs, editor's note",
            )
    files = [section.path.resolve() for section in issue.sections]
    for position, file in enumerate(files):
        if file in files[:position]:
            yield Place(
                issue.path,
                value_line(text, "section", "file", table=position),
                f"{file.name} is a section already: an issue prints it once",
            )


def no_text(checked: Checked) -> Iterator[Place]:
    """A section with a headline and nothing under it."""
    for section in checked.issue.sections:
        if not any(token.type in ("inline", "fence", "code_block") for token in section.body):
            yield Place(section.path, section.title_line, "has no text under its headline")


def no_headline(checked: Checked) -> Iterator[Place]:
    """A side story or brief without a headline, or any headline that is a file's name."""
    for section in checked.issue.sections:
        if section.kind in (Kind.SIDE_STORY, Kind.BRIEF) and not section.title:
            yield Place(section.path, 1, "has no headline: begin it with a line `# Headline`")
        elif section.title in {article.slug for article in section.articles}:
            yield Place(
                section.path,
                section.title_line,
                "the headline is the name of the article's file: write one",
            )


def unwritten_note(checked: Checked) -> Iterator[Place]:
    """An editor's note that still asks the questions of its stub."""
    questions = {
        line.removeprefix("> ").strip()
        for language in ("ja", "en")
        for line in note_stub(language).splitlines()
        if line.strip()
    }
    for page, piece in checked.texts():
        if (
            page.section
            and page.section.kind is Kind.EDITORS_NOTE
            and piece.inline.content.strip() in questions
        ):
            yield Place(
                page.path,
                piece.line,
                "the editor's note is not written yet: answer this question, then delete it",
            )


def heading_jump(checked: Checked) -> Iterator[Place]:
    """A heading more than one level below the one before it, or a second headline."""
    for page in checked.pages:
        above = 1
        for piece in page.prose:
            if not piece.level:
                continue
            if piece.level == 1 and (page.section and piece.line != page.section.title_line):
                yield Place(page.path, piece.line, "a second headline: make it `## …`")
            elif piece.level > above + 1:
                yield Place(
                    page.path,
                    piece.line,
                    f"the heading jumps from level {above} to {piece.level}: "
                    f"make it `{'#' * (above + 1)} …`",
                )
            above = piece.level


def hand_numbered(checked: Checked) -> Iterator[Place]:
    """A heading of the deep dive with a typed number: the toolkit prints one before it."""
    for page, piece in checked.texts():
        if not (piece.level > 1 and page.section and page.section.kind is Kind.DEEP_DIVE):
            continue
        if number := typed_number(piece.inline).strip():
            yield Place(
                page.path, piece.line, f"headings are numbered by themselves: take out `{number}`"
            )


def language(checked: Checked) -> Iterator[Place]:
    """A section in another language than the publication is written in."""
    wanted = checked.issue.language
    for page in checked.pages:
        if page.section is None:
            continue
        text = "\n".join(piece.text for piece in page.prose)
        if sum(char.isalpha() for char in text) >= LETTERS and language_of(text) != wanted:
            found = language_finding(page.path, language_of(text), wanted)
            yield Place(found.path, found.line, found.message)


def _name(kind: Kind) -> str:
    return {
        Kind.DEEP_DIVE: "deep dive",
        Kind.SIDE_STORY: "side story",
        Kind.BRIEF: "brief",
        Kind.EDITORS_NOTE: "editor's note",
    }[kind]
