"""What the importer works on: the lines of a source, and an account of every change to them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any


class Action(StrEnum):
    """What a rule did to a piece of the source."""

    DROPPED = "dropped"  # it is in the article no more
    LIFTED = "lifted"  # it went from the text into the front matter
    CHANGED = "changed"  # it reads differently
    MARKED = "marked"  # the same words, now a heading, a bullet, one sentence


@dataclass(frozen=True)
class Change:
    """One change to the source, for the summary of the import.

    Attributes:
        line: the line of the source, counted from 1; 0 where the source has no lines (DOCX).
        rule: the rule's name, in kebab-case.
        action: what was done.
        before: the text as it stood (as the rules before this one left it).
        after: what stands there now; empty for what was dropped or lifted.
    """

    line: int
    rule: str
    action: Action
    before: str
    after: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The change as plain values, for ``--json``."""
        return {
            "line": self.line,
            "rule": self.rule,
            "action": str(self.action),
            "before": self.before,
            "after": self.after,
        }


class Role(StrEnum):
    """What a line is in the text."""

    TEXT = "text"  # a line of a paragraph
    BLANK = "blank"
    HEADING = "heading"
    BULLET = "bullet"
    NUMBERED = "numbered"  # an item of a numbered list
    TAIL = "tail"  # text of a bullet that goes on after the bullets inside it
    MARKDOWN = "markdown"  # Markdown beyond paragraphs: kept, its words may be mended
    CODE = "code"  # kept byte by byte


@dataclass(frozen=True)
class Line:
    """A line of the source, or several once they are joined.

    Attributes:
        text: its words, without surrounding space and without the mark that gave its role.
        number: its (first) line in the source, counted from 1.
        level: of a heading (2 to 6), how deep a bullet lies (0 is outermost), or the number of
            a numbered item.
    """

    text: str
    number: int
    role: Role = Role.TEXT
    level: int = 0


@dataclass(frozen=True)
class Draft:
    """A source on its way to an article.

    Attributes:
        lines: what is left of the text.
        pasted: whether it is plain text; False where its marks are Markdown, so that only
            the rules that are safe there apply.
        language: ``ja`` or ``en``.
        matter: what was found for the front matter.
        changes: what was done so far, in order.
        whole_issue: whether the text is a whole issue, with the names of its sections.
    """

    lines: tuple[Line, ...]
    pasted: bool = True
    language: str = "ja"
    matter: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    whole_issue: bool = False

    def with_lines(self, lines: Iterable[Line], changes: Iterable[Change] = ()) -> "Draft":
        """The draft with other lines, and what was done to get them."""
        return replace(self, lines=tuple(lines), changes=(*self.changes, *changes))

    def with_matter(self, **found: str) -> "Draft":
        """The draft with more front matter; what was found first stays."""
        return replace(self, matter={**{k: v for k, v in found.items() if v}, **self.matter})

    def text_positions(self) -> list[int]:
        """The positions of the lines that are not blank."""
        return [i for i, line in enumerate(self.lines) if line.role is not Role.BLANK]
