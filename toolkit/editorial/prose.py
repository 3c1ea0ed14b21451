"""The running text of a Markdown file, piece by piece, each with the lines it stands on."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_HIDDEN = (
    re.compile(r"\\[!-/:-@\[-`{-~]"),  # an escaped sign
    re.compile(r"(?<=\])\((?:<[^<>\n]*>|[^\s()]|\([^\s()]*\))*(?:\s+\"[^\"]*\")?\s*\)"),
    re.compile(r"<(?:[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*|[^\s<>@]+@[^\s<>]+)>"),
    re.compile(r"(?:https?://|www\.)[!-~]+"),
)


@dataclass(frozen=True)
class Prose:
    """The text of one paragraph, heading, table cell or line of a manifest.

    Attributes:
        kind: the block it is in, as markdown-it-py names it: ``paragraph``, ``heading``,
            ``th``, ``td``.
        inline: its token.
        text: its Markdown as it stands in the file; code, addresses and escaped signs
            are blanked, so that a place in it is a place in the file.
        line: the line of the file, from 1, on which it begins.
        level: the level of a heading, else 0.
    """

    kind: str
    inline: Token
    text: str
    line: int
    level: int = 0

    def line_at(self, place: int) -> int:
        """The line of the file on which a place in ``text`` lies."""
        return self.line + self.text.count("\n", 0, place)


def prose(tokens: Sequence[Token]) -> Iterator[Prose]:
    """All running text of a body, in order; code blocks are none."""
    line = 1
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.map:
            line = token.map[0] + 1
        if token.type == "inline" and before is not None:
            level = int(before.tag[1]) if before.type == "heading_open" else 0
            kind = before.type.removesuffix("_open")
            yield Prose(kind, token, blanked(token.content), line, level)


def blanked(text: str) -> str:
    """Inline Markdown with code, addresses and escaped signs as spaces, line ends kept."""
    text = _CODE.sub(_blank, text)
    for pattern in _HIDDEN:
        text = pattern.sub(_blank, text)
    return text


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])
