"""Footnotes as they are printed: taken out of the text, numbered, each with its marks.

They are numbered through the issue, as Word numbers them: "note 3" in a reader's letter is
the same one in every format. The order is that of their first marks.

What is no proper footnote is printed as it is written, so that it can be seen: a mark
without a note, or in a heading or another note, and a note without a mark.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from toolkit.document import markdown
from toolkit.document.footnotes import as_written, definitions, marks


@dataclass(frozen=True)
class Note:
    """A footnote.

    Attributes:
        number: through the issue, from 1.
        label: what its section's file calls it.
        body: its block tokens, at level 1. A heading in it is a paragraph.
        marks: how many marks lead to it. In the text each is a ``footnote_ref`` token with
            ``meta["number"]`` and, counted from 1, ``meta["mark"]``.
    """

    number: int
    label: str
    body: tuple[Token, ...]
    marks: int = 1

    @property
    def id(self) -> str:
        """Unique within the edition, as those of its marks are."""
        return f"note-{self.number}"

    @property
    def mark_ids(self) -> list[str]:
        """Of its marks, in order."""
        return [mark_id(self.number, mark) for mark in range(1, self.marks + 1)]


def mark_id(number: int, mark: int) -> str:
    """The id of a note's mark."""
    return f"note-{number}-mark" + (f"-{mark}" if mark > 1 else "")


def take_notes(
    body: Sequence[Token], numbers: Iterator[int]
) -> tuple[tuple[Token, ...], tuple[Note, ...]]:
    """A section's body without its footnotes, its marks numbered, and the footnotes."""
    written: dict[str, tuple[int, int]] = {}
    spans = list(definitions(body))
    for start, end in spans:
        written.setdefault(body[start].meta["label"], (start, end))
    inside = {place for start, end in spans for place in range(start, end + 1)}
    text = [token for place, token in enumerate(body) if place not in inside]
    known: dict[str, int] = {}
    counts: dict[str, int] = {}
    for before, token in zip([None, *text], text, strict=False):
        if token.type == "inline" and not (before and before.type == "heading_open"):
            for label in marks(token):
                if label in written:
                    known[label] = known.get(label) or next(numbers)
                    counts[label] = counts.get(label, 0) + 1
    taken = {written[label] for label in known}
    seen: dict[str, int] = {}
    left: list[Token] = []
    for start, end in _pieces(spans, len(body)):
        if (start, end) in taken:
            continue
        if body[start].type == "footnote_open":
            left += _as_written(body[start : end + 1])
            continue
        in_heading = start > 0 and body[start - 1].type == "heading_open"
        left.append(_numbered(body[start], {} if in_heading else known, seen))
    notes = []
    for label, number in known.items():
        start, end = written[label]
        # Level 1, as in a list: no paragraph of a note is a statement on a line of its own.
        inner = map(_no_heading, _as_written(body[start + 1 : end]))
        lifted = tuple(token.copy(level=token.level - body[start].level) for token in inner)
        notes.append(Note(number, label, lifted, counts[label]))
    return tuple(left), tuple(notes)


def without_marks(line: str) -> str:
    """A line of Markdown that can have no footnotes (a title), its marks as plain text."""
    if "[^" not in line:
        return line
    return markdown.write_inline(_numbered(markdown.parse_inline(line), {}, {}))


def renumbered(tokens: Sequence[Token], numbers: Mapping[int, int]) -> tuple[Token, ...]:
    """The tokens with other numbers at their marks."""
    return tuple(
        token.copy(children=[_renumbered(child, numbers) for child in token.children])
        if token.children
        else token
        for token in tokens
    )


def _renumbered(child: Token, numbers: Mapping[int, int]) -> Token:
    if child.type != "footnote_ref" or "number" not in child.meta:
        return child
    return child.copy(meta={**child.meta, "number": numbers[child.meta["number"]]})


def _numbered(token: Token, numbers: Mapping[str, int], seen: dict[str, int]) -> Token:
    """An inline token whose marks have their numbers; what has none becomes text."""
    if not any(True for _ in marks(token)):
        return token
    children = []
    for child in token.children or []:
        if child.type == "footnote_ref":
            label = child.meta["label"]
            if label in numbers:
                seen[label] = seen.get(label, 0) + 1
                meta = {"label": label, "number": numbers[label], "mark": seen[label]}
                child = child.copy(meta=meta)
            else:
                child = as_written(child)
        children.append(child)
    return token.copy(children=children)


def _no_heading(token: Token) -> Token:
    """The token; of a heading, that of a paragraph: no contents list what is in a footnote."""
    if token.type not in ("heading_open", "heading_close"):
        return token
    return token.copy(type=token.type.replace("heading", "paragraph"), tag="p", markup="")


def _pieces(spans: Sequence[tuple[int, int]], length: int) -> Iterator[tuple[int, int]]:
    """Where each note begins and ends, and each token outside of notes."""
    ends = dict(spans)
    place = 0
    while place < length:
        end = ends.get(place, place)
        yield place, end
        place = end + 1


def _as_written(tokens: Sequence[Token]) -> list[Token]:
    """Tokens whose notes are paragraphs that begin with their label, and whose marks are text."""
    spans = list(definitions(tokens))
    result: list[Token] = []
    for start, end in _pieces(spans, len(tokens)):
        if tokens[start].type != "footnote_open":
            result.append(_numbered(tokens[start], {}, {}))
            continue
        opening = tokens[start]
        inner = _as_written(tokens[start + 1 : end])
        inner = [token.copy(level=max(token.level - 1, 0)) for token in inner]
        label = Token("text", "", 0, content=f"[^{opening.meta['label']}]: ")
        if inner and inner[0].type == "paragraph_open":
            inner[1] = inner[1].copy(children=[label, *(inner[1].children or [])])
        else:
            paragraph = Token("paragraph_open", "p", 1, map=opening.map, level=opening.level)
            text = Token("inline", "", 0, map=opening.map, level=opening.level + 1)
            closing = Token("paragraph_close", "p", -1, level=opening.level)
            inner = [paragraph, text.copy(children=[label]), closing, *inner]
        result += inner
    return result
