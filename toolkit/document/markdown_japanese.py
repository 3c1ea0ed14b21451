"""The three things CommonMark gets wrong for Japanese, each a plugin to opt into.

- ``cjk_emphasis``: ``**「…」**です`` is bold. CommonMark's flanking rules ask for a
  space beside punctuation, which Japanese does not write (commonmark-spec issue 650).
  The rules here are those of the proposal ``markdown-cjk-friendly``.
- ``cjk_line_breaks``: a line break between two Japanese characters is no space.
- ``ruby``: ``{漢字|かんじ}``, or a reading a character, ``{漢字|かん|じ}``.
"""

import itertools
import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from toolkit.document.japanese import is_wide

_BLANK = re.compile(r"^((?:[ \t]*>)*)[ \t]*\u3000[ \t\u3000]*$", re.MULTILINE)


def cjk_emphasis(md: MarkdownIt) -> None:
    """Let ``*`` and ``~~`` open and close beside Japanese punctuation."""
    md.inline.ruler.at("emphasis", _emphasis)
    md.inline.ruler.at("strikethrough", _strikethrough)


def _emphasis(state: StateInline, silent: bool) -> bool:
    marker = state.src[state.pos]
    if silent or marker not in "_*":
        return False
    length, can_open, can_close = _flanks(state, marker)
    for _ in range(length):
        token = state.push("text", "", 0)
        token.content = marker
        state.delimiters.append(
            Delimiter(
                marker=ord(marker),
                length=length,
                token=len(state.tokens) - 1,
                end=-1,
                open=can_open,
                close=can_close,
            )
        )
    state.pos += length
    return True


def _strikethrough(state: StateInline, silent: bool) -> bool:
    if silent or state.src[state.pos] != "~":
        return False
    length, can_open, can_close = _flanks(state, "~")
    if length < 2:
        return False
    if length % 2:
        state.push("text", "", 0).content = "~"
    for _ in range(length // 2):
        state.push("text", "", 0).content = "~~"
        state.delimiters.append(
            Delimiter(
                marker=ord("~"),
                length=0,  # no rule of three, as emphasis has
                token=len(state.tokens) - 1,
                end=-1,
                open=can_open,
                close=can_close,
            )
        )
    state.pos += length
    return True


def _flanks(state: StateInline, marker: str) -> tuple[int, bool, bool]:
    """The length of a run of markers, and whether it can open and close emphasis."""
    start = end = state.pos
    while end < state.posMax and state.src[end] == marker:
        end += 1
    before = state.src[start - 1] if start > 0 else " "
    after = state.src[end] if end < state.posMax else " "
    space_before, space_after = isWhiteSpace(ord(before)), isWhiteSpace(ord(after))
    wide_before, wide_after = is_wide(before), is_wide(after)
    mark_before = _is_punctuation(before) and not wide_before
    mark_after = _is_punctuation(after) and not wide_after

    left = not space_after and (not mark_after or space_before or mark_before or wide_before)
    right = not space_before and (not mark_before or space_after or mark_after or wide_after)
    if marker != "_":
        return end - start, left, right
    # An underscore inside a word is a letter, as in snake_case.
    return (
        end - start,
        left and (not right or _is_punctuation(before)),
        right and (not left or _is_punctuation(after)),
    )


def _is_punctuation(char: str) -> bool:
    return isMdAsciiPunct(ord(char)) or isPunctChar(char)


def cjk_line_breaks(md: MarkdownIt) -> None:
    """Drop the soft breaks that stand between two Japanese characters."""
    md.core.ruler.after("inline", "cjk_line_breaks", _drop_breaks)


def _drop_breaks(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "inline" and token.children:
            for child, following in itertools.pairwise(token.children):
                if child.type == "text" and following.type == "softbreak":
                    # CommonMark drops spaces before a line end, but would keep these.
                    child.content = child.content.rstrip(" \t\u3000")
            token.children = [
                child
                for position, child in enumerate(token.children)
                if not (child.type == "softbreak" and _joins(token.children, position))
            ]


def _joins(children: Sequence[Token], position: int) -> bool:
    before = next((c.content[-1] for c in reversed(children[:position]) if c.content), "")
    after = next((c.content[0] for c in children[position + 1 :] if c.content), "")
    return bool(before and after) and is_wide(before) and is_wide(after)


def ideographic_blanks(md: MarkdownIt) -> None:
    """Take a line that holds nothing but ideographic spaces for an empty one."""
    md.core.ruler.after("normalize", "ideographic_blanks", _blank)


def _blank(state: StateCore) -> None:
    state.src = _BLANK.sub(r"\1", state.src)


def ruby(md: MarkdownIt) -> None:
    """Read ``{base|reading}`` as a ``ruby`` token: content the base, ``meta["readings"]``."""
    md.inline.ruler.before("link", "ruby", _ruby)
    md.add_render_rule("ruby", _render_ruby)


def _ruby(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "{":
        return False
    end = state.src.find("}", state.pos)
    if end == -1 or end >= state.posMax:
        return False
    base, *readings = state.src[state.pos + 1 : end].split("|")
    if not base or not readings or not all(readings) or "\n" in base:
        return False
    if any(sign in state.src[state.pos + 1 : end] for sign in "{\\"):
        return False  # what is escaped, or opens again, was meant as it stands
    if len(readings) > 1 and len(readings) != len(base):
        return False
    if not silent:
        token = state.push("ruby", "ruby", 0)
        token.content = base
        token.meta = {"readings": readings}
        token.markup = state.src[state.pos : end + 1]
    state.pos = end + 1
    return True


def ruby_pairs(token: Token) -> list[tuple[str, str]]:
    """The (base, reading) pairs of a ``ruby`` token: one, or one a character."""
    readings: list[str] = token.meta["readings"]
    if len(readings) == 1:
        return [(token.content, readings[0])]
    return list(zip(token.content, readings, strict=True))


def _render_ruby(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    from markupsafe import escape

    parts = "".join(
        f"{escape(base)}<rp>（</rp><rt>{escape(reading)}</rt><rp>）</rp>"
        for base, reading in ruby_pairs(tokens[index])
    )
    return f"<ruby>{parts}</ruby>"
