"""Two editions of one issue, block beside block: the bilingual edition.

A translation is made out of the tokens of what was written, so both editions have the same
blocks. That is not taken on trust: ``pair`` compares them token by token, and what cannot
be paired is an error that names the place.

A block is a paragraph, a heading, an item of an outer list, a quotation, a table, a picture,
code or a rule.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby, zip_longest

from markdown_it.token import Token

from toolkit.document import markdown
from toolkit.document.captions import caption_line
from toolkit.document.issue import Issue
from toolkit.document.japanese import is_wide
from toolkit.document.publication import Publication
from toolkit.errors import ContentError
from toolkit.rendering.edition import Edition, Heading, Part
from toolkit.rendering.labels import language_name
from toolkit.rendering.notes import Note, renumbered

LANGUAGES = ("ja-en", "en-ja")
"""The bilingual editions there can be, named by the language that stands first."""

FORMATS = ("pdf", "docx", "html")
"""The formats that can set two columns."""

WIDEST_TABLE = 54
"""How wide a table may be to stand in one column, in half widths, room between its columns
included; a wider one has the whole page, and its translation below it."""

WIDEST_CELL, BESIDE_CELL = 18, 2
"""What a column counts for at most, since long cells wrap; and the room beside it."""


class Layout(StrEnum):
    """How a block and its counterpart stand to each other."""

    BESIDE = "beside"
    STACKED = "stacked"
    """One below the other, over both columns: wide tables."""
    ONCE = "once"
    """The same in both languages, over both columns: rules, and code."""
    PICTURE = "picture"
    """Once, over both columns, its captions beside each other below it."""


@dataclass(frozen=True)
class Block:
    """A block in both languages.

    Attributes:
        kind: what it is: the type of its first token without ``_open``.
        layout: how the two stand.
        bodies: its tokens in the first and in the second language. An item of an outer list
            is a list of its own, an ordered one with its number as ``start``.
        drafts: for each language, whether it has a draft among its sentences.
        continues: whether it is an item and not the first of its list.
    """

    kind: str
    layout: Layout
    bodies: tuple[tuple[Token, ...], tuple[Token, ...]]
    drafts: tuple[bool, bool]
    continues: bool = False

    @property
    def headings(self) -> tuple[Heading, Heading]:
        """The headings of a block of the kind ``heading``."""
        first, second = (body[0].meta["heading"] for body in self.bodies)
        return first, second

    @property
    def captions(self) -> tuple[str, str]:
        """The captions of a picture, in plain words; empty where it has none."""
        first, second = (" ".join(_titles(body)) for body in self.bodies)
        return first, second


@dataclass(frozen=True)
class BilingualNote:
    """A footnote in both languages; it has one number.

    Attributes:
        sides: the note in the first and in the second language.
        drafts: for each, whether it has a draft among its sentences.
    """

    sides: tuple[Note, Note]
    drafts: tuple[bool, bool]


@dataclass(frozen=True)
class BilingualPart:
    """A part in both languages: its blocks, its footnotes, and the parts below it (the briefs)."""

    sides: tuple[Part, Part]
    blocks: tuple[Block, ...]
    notes: tuple[BilingualNote, ...]
    parts: tuple["BilingualPart", ...]

    @property
    def headings(self) -> tuple[Heading, Heading]:
        """Its own heading."""
        first, second = self.sides
        return first.heading, second.heading


@dataclass(frozen=True)
class BilingualEdition:
    """An issue in two languages, the first of which leads: its contents, ids and file name.

    Attributes:
        sides: the two editions.
        parts: their parts, paired.
        cover: what their first page shows, paired; empty where there is nothing.
    """

    sides: tuple[Edition, Edition]
    parts: tuple[BilingualPart, ...]
    cover: tuple[BilingualPart, ...] = ()

    @property
    def language(self) -> str:
        """Which languages, the leading one first: ``ja-en``."""
        return "-".join(side.language for side in self.sides)

    @property
    def publication(self) -> Publication:
        """The publication."""
        return self.sides[0].publication

    @property
    def issue(self) -> Issue:
        """The issue as translated, or as written where neither is a translation."""
        first, second = (side.issue for side in self.sides)
        return first if first.language != first.written_in else second

    @property
    def plain_title(self) -> str:
        """Both titles without markup, for metadata."""
        return " / ".join(dict.fromkeys(side.plain_title for side in self.sides))

    @property
    def name(self) -> str:
        """The publication's names."""
        return " / ".join(dict.fromkeys(side.name for side in self.sides))

    @property
    def language_names(self) -> tuple[str, str]:
        """What each language calls itself: 日本語, English."""
        first, second = (language_name(side.language, side.language) for side in self.sides)
        return first, second

    @property
    def has_drafts(self) -> bool:
        """Whether anything is marked, so that a legend must say what the mark means."""
        return self.issue.drafts > 0

    def contents(self) -> list[tuple[Heading, Heading]]:
        """The headings that the contents list."""
        first, second = (side.contents() for side in self.sides)
        return list(zip(first, second, strict=True))


def pair(first: Edition, second: Edition) -> BilingualEdition:
    """Two editions of one issue as one; the first leads.

    Raises:
        ContentError: they are not made of the same blocks; the error names the first that
            differs.
    """
    # A notice counts the drafts for all readers, whichever edition has them.
    drafts = max(first.issue.drafts, second.issue.drafts)
    sides = (_with_notice(first, drafts), _with_notice(second, drafts))
    covers = ([side.cover] if side.cover else [] for side in sides)
    return BilingualEdition(
        sides,
        tuple(_parts(sides, first.parts, second.parts)),
        tuple(_parts(sides, *covers)),
    )


def _with_notice(edition: Edition, drafts: int) -> Edition:
    if not drafts:
        return edition
    key = "machine-translation-one" if drafts == 1 else "machine-translation"
    return replace(edition, notice=edition.labels.fill(key, count=drafts))


def _parts(
    sides: tuple[Edition, Edition], first: Sequence[Part], second: Sequence[Part]
) -> Iterator[BilingualPart]:
    if [(part.path, part.heading.id) for part in first] != [
        (part.path, part.heading.id) for part in second
    ]:
        raise ContentError(f"{_names(sides)} have other sections", sides[0].issue.path)
    for one, other in zip(first, second, strict=True):
        other = _as_numbered(one, other)
        _compare(sides, one, one.body, other.body)
        notes = tuple(_notes(sides, one, other))
        below = tuple(_parts(sides, one.parts, other.parts))
        yield BilingualPart((one, other), tuple(_blocks(one.body, other.body)), notes, below)


def _as_numbered(leading: Part, part: Part) -> Part:
    """A part whose footnotes have the numbers of the leading side's.

    A translation may turn a sentence round, and with it the order of its marks.
    """
    by_label = {note.label: note.number for note in leading.notes}
    numbers = {note.number: by_label.get(note.label, note.number) for note in part.notes}
    notes = [replace(note, number=numbers[note.number]) for note in part.notes]
    return replace(
        part,
        body=renumbered(part.body, numbers),
        notes=tuple(sorted(notes, key=lambda note: note.number)),
    )


def _notes(sides: tuple[Edition, Edition], first: Part, second: Part) -> Iterator[BilingualNote]:
    if [note.label for note in first.notes] != [note.label for note in second.notes]:
        raise ContentError(f"{_names(sides)} have other footnotes", first.path)
    for one, other in zip(first.notes, second.notes, strict=True):
        _compare(sides, first, one.body, other.body)
        yield BilingualNote((one, other), (_has_draft(one.body), _has_draft(other.body)))


def _has_draft(body: Sequence[Token]) -> bool:
    return any("draft" in token.meta for token in body)


def _compare(
    sides: tuple[Edition, Edition], part: Part, first: Sequence[Token], second: Sequence[Token]
) -> None:
    """See that two bodies are made of the same blocks."""
    for one, other in zip_longest(first, second):
        if one is None or other is None or _shape(one) != _shape(other):
            token = other if one is None else one
            raise ContentError(
                f"from here on {_names(sides)} are not made of the same blocks, so they cannot "
                "stand side by side: translate the issue again",
                part.path,
                token.map[0] + 1 if token.map else None,
            )


def _shape(token: Token) -> tuple[object, ...]:
    heading = token.meta.get("heading")
    return token.type, token.tag, token.level, token.map, heading.id if heading else ""


def _names(sides: tuple[Edition, Edition]) -> str:
    first, second = (language_name(side.language, "en") for side in sides)
    return f"the {first} and the {second} edition"


def _blocks(first: Sequence[Token], second: Sequence[Token]) -> Iterator[Block]:
    for start, end in _spans(first, 0):
        one, other = first[start:end], second[start:end]
        if one[0].type not in ("bullet_list_open", "ordered_list_open"):
            yield _block(one, other)
            continue
        number = int(one[0].attrs.get("start", 1))
        for count, (begin, stop) in enumerate(_spans(one, 1)):
            items = []
            for tokens in (one, other):
                opening = tokens[0]
                if opening.type == "ordered_list_open":
                    opening = replace(opening, attrs={**opening.attrs, "start": number + count})
                items.append((opening, *tokens[begin:stop], tokens[-1]))
            yield replace(_block(*items), continues=count > 0)


def _spans(tokens: Sequence[Token], level: int) -> Iterator[tuple[int, int]]:
    """Where each block that stands at a level begins and ends."""
    start = None
    for position, token in enumerate(tokens):
        if token.level != level or (level and position in (0, len(tokens) - 1)):
            continue
        if token.nesting == 1:
            start = position
        elif token.nesting == 0 and start is None:
            yield position, position + 1
        elif token.nesting == -1 and start is not None:
            yield start, position + 1
            start = None


def _block(first: Sequence[Token], second: Sequence[Token]) -> Block:
    kind = first[0].type.removesuffix("_open")
    layout = Layout.BESIDE
    if kind == "paragraph" and _is_picture(first[1]):
        layout = Layout.PICTURE
    elif "figures" in first[0].meta:
        layout = Layout.BESIDE
    elif kind in ("hr", "fence", "code_block") and first[0].content == second[0].content:
        layout = Layout.ONCE
    elif kind == "table" and max(map(_width, (first, second))) > WIDEST_TABLE:
        layout = Layout.STACKED
    drafts = (_has_draft(first), _has_draft(second))
    if layout is not Layout.PICTURE:
        second = [_without_pictures(token) for token in second]
    return Block(kind, layout, (tuple(first), tuple(second)), drafts)


def _is_picture(inline: Token) -> bool:
    """Whether a paragraph is pictures and nothing else."""
    types = {child.type for child in inline.children or [] if child.content.strip()}
    return "image" in {child.type for child in inline.children or []} and types <= {"image"}


def _titles(body: Sequence[Token]) -> Iterator[str]:
    for token in body:
        for child in token.children or []:
            if child.type == "image" and child.attrs.get("title"):
                yield caption_line(str(child.attrs["title"]))


def _without_pictures(inline: Token) -> Token:
    """What stands beside a text with pictures: they are shown once, on the leading side.

    Where nothing else is said, their text alternative is.
    """
    children = inline.children or []
    if not any(child.type == "image" for child in children):
        return inline
    said = any(child.type != "image" and child.content.strip() for child in children)
    words = [
        replace(child, type="text", tag="", attrs={}, children=None, nesting=0)
        if child.type == "image"
        else child
        for child in children
        if child.type != "image" or not said
    ]
    return replace(inline, children=words)


def _width(table: Sequence[Token]) -> int:
    """How wide a table is, in half widths."""
    rows = [
        [markdown.plain(token) for token in row if token.type == "inline"]
        for is_row, row in groupby(table, lambda token: token.type not in ("tr_open", "tr_close"))
        if is_row
    ]
    columns = zip(*(row for row in rows if row), strict=True)
    return sum(min(max(map(_half_widths, column)), WIDEST_CELL) + BESIDE_CELL for column in columns)


def _half_widths(text: str) -> int:
    return sum(2 if is_wide(char) else 1 for char in text)
