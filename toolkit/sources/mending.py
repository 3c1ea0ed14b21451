"""Mending text: the rules in their order, from the lines of a source to a Markdown body.

Each rule is one function from draft to draft that accounts for every change it makes.
The order matters: words are mended first, so that every later pattern meets one form;
what does not belong to the article goes before its structure is read; sentences are
joined last, when it is known what is no sentence.

To add a rule: write the function beside its kin, name it here, put its words into
``mending.toml`` and a case into ``tests/sources/cases/``.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from markdown_it.token import Token

from toolkit.document import markdown
from toolkit.document.japanese import language_of
from toolkit.sources.bullets import DASHES, lone_bullets, marked_bullets
from toolkit.sources.draft import Action, Change, Draft, Line, Role
from toolkit.sources.furniture import (
    byline,
    disclaimers,
    end_markers,
    page_furniture,
    published_line,
    publisher_line,
    read_also,
    source_line,
    url_line,
)
from toolkit.sources.structure import (
    broken_sentences,
    numbered_headings,
    numbered_lists,
    plain_headings,
    section_names,
    separators,
    signed_headings,
    sub_heads,
    title_line,
)
from toolkit.sources.wording import (
    bold_marks,
    double_stops,
    repeated_passages,
    repeated_sentences,
    widths,
)


@dataclass(frozen=True)
class Rule:
    """A rule by name; ``in_markdown`` where it is safe in text that is Markdown already."""

    name: str
    apply: Callable[[Draft], Draft]
    in_markdown: bool = True


RULES = (
    Rule("widths", widths),
    Rule("double-stops", double_stops),
    Rule("end-marker", end_markers),
    Rule("page-furniture", page_furniture),
    Rule("disclaimer", disclaimers),
    Rule("read-also", read_also),
    Rule("repeated-passages", repeated_passages),
    Rule("repeated-sentences", repeated_sentences),
    Rule("separators", separators, in_markdown=False),
    Rule("section-names", section_names, in_markdown=False),
    Rule("title-line", title_line, in_markdown=False),
    Rule("byline", byline),
    Rule("source-line", source_line),
    Rule("published-line", published_line),
    Rule("url-line", url_line),
    Rule("publisher-line", publisher_line),
    Rule("numbered-lists", numbered_lists, in_markdown=False),
    Rule("numbered-headings", numbered_headings, in_markdown=False),
    Rule("sub-heads", sub_heads, in_markdown=False),
    Rule("signed-headings", signed_headings, in_markdown=False),
    Rule("marked-bullets", marked_bullets, in_markdown=False),
    Rule("lone-bullets", lone_bullets, in_markdown=False),
    Rule("plain-headings", plain_headings, in_markdown=False),
    Rule("broken-sentences", broken_sentences, in_markdown=False),
    Rule("bold-marks", bold_marks, in_markdown=False),
)

_HEADING = re.compile(r"(#{1,6})[ \t]+(.*?)[ \t#]*")
_FENCE = re.compile(r"(`{3,}|~{3,})")
_MARKDOWN_LINE = re.compile(r"#{1,6} \S|\|.*\|\s*$|:?-{3,}:?\s*\||>\s|```|~~~")
_BLOCK_START = re.compile(r"(?:[-+*>#|=~]|`{3}|\d{1,9}[.)])")


def mend(draft: Draft) -> Draft:
    """The draft after every rule that applies to it."""
    for rule in RULES:
        if draft.pasted or rule.in_markdown:
            draft = rule.apply(draft)
    return draft


def is_pasted(text: str, *, markdown_file: bool) -> bool:
    """Whether a text is plain text that lost its layout, rather than Markdown.

    Bullets that are a dash alone are proof of pasting. A ``.md`` file is Markdown otherwise,
    unless it has several lines and neither a blank line nor a mark; a ``.txt`` file is
    Markdown if it has headings, quotes, tables or code in Markdown.
    """
    lines = [line.strip() for line in text.split("\n")]
    filled = [line for line in lines if line]
    if sum(line in DASHES for line in filled) >= 2:
        return True
    marked = any(_MARKDOWN_LINE.match(line) for line in filled)
    if not markdown_file:
        return not marked
    return (
        not marked and len(filled) >= 3 and len(filled) == len("\n".join(lines).strip().split("\n"))
    )


def read_pasted(text: str) -> Draft:
    """Plain text as a draft; what is Markdown in it for certain keeps that role."""
    lines = []
    fence = ""
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.expandtabs(4).rstrip()
        bare = line.strip()
        mark = _FENCE.match(bare)
        if fence or mark:
            lines.append(Line(raw, number, Role.CODE))
            if mark and not fence:
                fence = mark[1]
            elif fence and bare.startswith(fence):
                fence = ""
            continue
        if not bare:
            lines.append(Line("", number, Role.BLANK))
        elif heading := _HEADING.fullmatch(bare):
            lines.append(Line(heading[2], number, Role.HEADING, max(2, len(heading[1]))))
        elif (bare.startswith("|") and bare.endswith("|")) or bare.startswith("> "):
            lines.append(Line(bare, number, Role.MARKDOWN))
        else:
            lines.append(Line(bare, number, level=len(line) - len(line.lstrip())))
    return Draft(tuple(lines), language=language_of(text))


def read_markdown(
    text: str, first_line: int = 1, *, title: str = "", headline: bool = True
) -> Draft:
    """Markdown as a draft, line by line; a level-1 heading at its head is the title.

    Where a title is known already, a heading that says something else stays a heading;
    without ``headline`` every heading does.
    """
    raw = text.split("\n")
    roles = [Role.MARKDOWN if line.strip() else Role.BLANK for line in raw]
    tokens = markdown.parse(text)
    for token in tokens:
        if token.map and token.type == "paragraph_open" and token.level == 0:
            roles[token.map[0] : token.map[1]] = [Role.TEXT] * (token.map[1] - token.map[0])
        elif token.map and token.type in ("fence", "code_block"):
            roles[token.map[0] : token.map[1]] = [Role.CODE] * (token.map[1] - token.map[0])
    lines = [
        Line(line.strip() if role is Role.TEXT and not line.endswith("  ") else line, number, role)
        for number, (line, role) in enumerate(zip(raw, roles, strict=True), first_line)
    ]
    draft = Draft(tuple(lines), pasted=False, language=language_of(text))
    if not headline or not tokens or tokens[0].tag != "h1" or tokens[0].map is None:
        return draft
    start, end = tokens[0].map
    heading = markdown.write_inline(tokens[1])
    if title and title != heading:
        return draft
    change = Change(first_line + start, "title-line", Action.LIFTED, "\n".join(raw[start:end]))
    return draft.with_lines([*lines[:start], *lines[end:]], [change]).with_matter(title=heading)


def body(draft: Draft) -> str:
    """The draft as the canonical Markdown of an article, without level-1 headings."""
    text = _pasted_body(draft) if draft.pasted else "\n".join(line.text for line in draft.lines)
    return markdown.write(_below_level_one(markdown.parse(text)))


def _pasted_body(draft: Draft) -> str:
    blocks: list[str] = []
    previous: Line | None = None
    for line in draft.lines:
        if line.role is Role.BLANK:
            if previous and previous.role is Role.TEXT:
                previous = None
            continue
        tight = previous is not None and {previous.role, line.role} <= {Role.BULLET, Role.TAIL}
        same = previous is not None and previous.role is line.role in (
            Role.CODE,
            Role.MARKDOWN,
            Role.NUMBERED,
        )
        if previous is not None and not (same or (tight and line.role is Role.BULLET)):
            blocks.append("")
        blocks.append(as_markdown(line))
        previous = line
        if line.role in (Role.TEXT, Role.HEADING):
            blocks.append("")
    return "\n".join(blocks)


def as_markdown(line: Line) -> str:
    """A line of pasted text as Markdown says it."""
    if line.role is Role.CODE or line.role is Role.MARKDOWN:
        return line.text
    text = _escaped(line.text)
    if line.role is Role.HEADING:
        return "#" * line.level + " " + re.sub(r"(#+)$", r"\\\1", text)
    indent = "  " * line.level
    if line.role is Role.BULLET:
        return f"{indent}- {_safe_start(text)}"
    if line.role is Role.NUMBERED:
        return f"{line.level}. {_safe_start(text)}"
    if line.role is Role.TAIL:
        return f"{indent}  {_safe_start(text)}"
    return _safe_start(text)


def _escaped(text: str) -> str:
    """Pasted words as Markdown: only ``**``, links and code are taken for marks."""
    text = re.sub(r"\\(?=[!-/:-@\[-`{-~])", r"\\\\", text)
    text = re.sub(r"(?<!\*)\*(?!\*)|\*{3,}", lambda m: m[0].replace("*", "\\*"), text)
    text = re.sub(r"&(?=#?\w+;)", r"\\&", text)
    text = re.sub(r"<(?=[a-zA-Z][^<>\s]*[@:])", r"\\<", text)
    pieces = re.split(r"(\]\([^)\s]*\)|https?://\S+)", text)
    pieces[::2] = [re.sub(r"_|~~", lambda m: "\\" + m[0], piece) for piece in pieces[::2]]
    return "".join(pieces)


def _safe_start(text: str) -> str:
    """Words that begin like a list, a heading or a quote as words."""
    start = _BLOCK_START.match(text)
    if re.match(r"\[(?!\^)[^\]]+\]:", text):
        return "\\" + text  # no definition of a link
    if not start or text.startswith("**"):
        return text
    return text[: start.end() - 1] + "\\" + text[start.end() - 1 :]


def _below_level_one(tokens: list[Token]) -> list[Token]:
    if not any(token.tag == "h1" for token in tokens):
        return tokens
    shifted = []
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            level = min(int(token.tag[1]) + 1, 6)
            token = token.copy(tag=f"h{level}", markup="#" * level)
        shifted.append(token)
    return shifted
