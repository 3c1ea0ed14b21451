"""The headings of a section: levels without gaps, and no numbers but the toolkit's own."""

import re
from collections.abc import Sequence

from markdown_it.token import Token

NUMBER = re.compile(
    # 1. 1） 第1章 with a space or no digit after it: 3.5% and 7、8月 are no numbering.
    r"(?:[0-9０-９]{1,2}\s*(?:[.．]|[、)）:：])(?:\s+|(?=[^\s0-9０-９]))"
    r"|[(（][0-9０-９]{1,2}[)）]\s*"
    r"|第[0-9０-９一二三四五六七八九十]{1,3}[章節部]\s*[:：、.．]?\s*)"
)
"""A number before a heading, as people type it."""

MARK = re.compile(r"[\u2460-\u2473\u24f5-\u24fe\u2776-\u277f]\s*[:：.．、]?\s*")
"""A mark before a sub-head: ①, ❶."""


def outline(tokens: Sequence[Token], *, numbered: bool) -> list[Token]:
    """The tokens with headings that begin at level 2 and never jump.

    Args:
        tokens: the blocks of a section.
        numbered: whether the toolkit will number the headings (in a deep dive): numbers
            and marks typed before them are removed, and what had a ① becomes a sub-head.
    """
    positions = [i for i, token in enumerate(tokens) if token.type == "heading_open"]
    marked = {i for i in positions if numbered and MARK.match(_text(tokens[i + 1]))}
    # Where every heading has a mark, the marks are the numbering.
    below = marked if len(marked) < len(positions) else set()
    levels: dict[int, int] = {}
    above: list[float] = []
    for i in positions:
        written = int(tokens[i].tag[1]) + (0.5 if i in below else 0)
        while above and above[-1] >= written:
            above.pop()
        above.append(written)
        levels[i] = min(len(above) + 1, 6)
    result = []
    for i, token in enumerate(tokens):
        if i in levels:
            result.append(_levelled(token, levels[i]))
        elif i - 1 in levels:
            result.append(_unnumbered(token) if numbered else token)
        elif i - 2 in levels:
            result.append(_levelled(token, levels[i - 2]))
        else:
            result.append(token)
    return result


def typed_number(inline: Token) -> str:
    """The number or mark that was typed before a heading; empty where there is none."""
    text = _text(inline)
    match = NUMBER.match(text) or MARK.match(text)
    # A heading that is nothing but a number keeps it.
    return match[0] if match and match.end() < len(text) else ""


def _text(inline: Token) -> str:
    return next((child.content for child in inline.children or [] if child.content), "")


def _levelled(token: Token, level: int) -> Token:
    return token.copy(tag=f"h{level}", markup="#" * level)


def _unnumbered(inline: Token) -> Token:
    number = typed_number(inline)
    children = list(inline.children or [])
    for i, child in enumerate(children):
        if child.content:
            if child.type == "text":
                children[i] = child.copy(content=child.content[len(number) :])
            break
    return inline.copy(children=children)
