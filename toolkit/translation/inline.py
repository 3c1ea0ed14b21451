"""A sentence of inline Markdown as flat text with spans over it, and back.

What is no text (code, images, footnotes' marks, hard breaks) is one character of a private
plane in the flat text, an atom, which never comes apart and is moved like a letter. Emphasis,
bold, strikethrough and links are spans over the text. A ruby is its base: readings belong to
the Japanese and are not translated.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from markdown_it.token import Token

from toolkit.document import markdown
from toolkit.document.japanese import is_wide

ATOMS = range(0xF0000, 0xF8000)
"""The characters that stand for atoms (Supplementary Private Use Area A)."""

ATOM = "[\U000f0000-\U000f7fff]"
"""A pattern for one of them."""

_SPANS = ("strong", "em", "s", "link")


@dataclass(frozen=True)
class Span:
    """Markup over a stretch of flat text, from ``start`` up to ``end``."""

    start: int
    end: int
    opening: Token
    closing: Token

    @property
    def kind(self) -> tuple[str, str]:
        """What it is: its type, and where it leads."""
        return self.opening.type.removesuffix("_open"), str(self.opening.attrs.get("href", ""))


@dataclass(frozen=True)
class Flat:
    """Text with atoms in it and spans over it; the outer spans come first."""

    text: str
    spans: tuple[Span, ...] = ()


def is_atom(char: str) -> bool:
    """Whether a character stands for an atom."""
    return ord(char) in ATOMS


def flatten(text: str) -> tuple[Flat, dict[str, Token]]:
    """A sentence as flat text, and what its atoms stand for."""
    atoms: dict[str, Token] = {}
    words: list[str] = []
    length = 0
    open_spans: list[tuple[int, Token]] = []
    spans: list[Span] = []

    def put(piece: str) -> None:
        nonlocal length
        words.append(piece)
        length += len(piece)

    def put_atom(token: Token) -> None:
        char = chr(ATOMS.start + len(atoms))
        atoms[char] = token
        put(char)

    children = markdown.parse_inline(text).children or []
    for position, token in enumerate(children):
        name = token.type.rpartition("_")[0]
        if token.type == "text":
            for char in token.content:
                if is_atom(char):
                    put_atom(Token("text", "", 0, content=char))
                else:
                    put(char)
        elif token.type == "ruby":
            put(token.content)
        elif token.type == "softbreak":
            put(_break(children, position))
        elif name in _SPANS and token.nesting == 1:
            open_spans.append((length, token))
        elif name in _SPANS and token.nesting == -1:
            start, opening = open_spans.pop()
            if start < length:
                spans.append(Span(start, length, opening, token))
            else:
                # A link around nothing: nothing to translate, but nothing to lose either.
                put_atom(opening)
        else:
            put_atom(token)
    # Outer spans close later, and come first also where they cover the same words.
    spans.reverse()
    return Flat("".join(words), tuple(sorted(spans, key=_order))), atoms


def unflatten(flat: Flat, atoms: Mapping[str, Token | str]) -> str:
    """Flat text as a sentence of inline Markdown, its atoms replaced by what they stand for."""
    children: list[Token] = []

    def put_text(text: str) -> None:
        if children and children[-1].type == "text":
            children[-1].content += text
        elif text:
            children.append(Token("text", "", 0, content=text))

    spans = nested(flat).spans
    for position in range(len(flat.text) + 1):
        # Inner spans close before outer ones, outer ones open before inner ones.
        children += [span.closing for span in reversed(spans) if span.end == position]
        children += [span.opening for span in spans if span.start == position]
        if position < len(flat.text):
            char = flat.text[position]
            content = atoms.get(char, char)
            if isinstance(content, str):
                put_text(content)
            elif content.type == "link_open":
                children += [content, Token("link_close", "a", -1)]
            else:
                children.append(content)
    inline = Token("inline", "", 0, children=[token.copy() for token in children])
    return markdown.write_inline(inline).strip()


def nested(flat: Flat) -> Flat:
    """The same with spans that do not begin or end at a space, are not empty nor cross."""
    spans: list[Span] = []
    for span in sorted(flat.spans, key=_order):
        words = flat.text[span.start : span.end]
        start = span.start + len(words) - len(words.lstrip())
        end = span.end - len(words) + len(words.rstrip())
        for outer in spans:
            if outer.start <= start < outer.end < end:
                end = outer.end
        if start < end:
            spans.append(replace(span, start=start, end=end))
    return Flat(flat.text, tuple(sorted(spans, key=_order)))


def elements(text: str) -> Counter[tuple[str, str]]:
    """The inline elements of a sentence: bold, links with their targets, code, images, the marks
    of footnotes. What is around nothing but such marks, which move, is none.
    """
    found: Counter[tuple[str, str]] = Counter()
    children = markdown.parse_inline(text).children or []
    for position, token in enumerate(children):
        if token.type == "code_inline":
            found["code", token.content] += 1
        elif token.type == "image":
            found["image", str(token.attrs.get("src", ""))] += 1
        elif token.type == "footnote_ref":
            found["footnote", token.meta["label"]] += 1
        elif token.nesting == 1 and not _holds_marks_only(children[position:]):
            found[token.type.removesuffix("_open"), str(token.attrs.get("href", ""))] += 1
        elif token.type == "hardbreak":
            found["line break", ""] += 1
    return found


def _holds_marks_only(children: Sequence[Token]) -> bool:
    """Whether a span, from its opening on, is around the marks of footnotes and nothing else."""
    depth, marks = 0, False
    for child in children:
        depth += child.nesting
        if depth == 0:
            break
        marks |= child.type == "footnote_ref"
        if child.type == "text" and not child.content.strip():
            continue
        if child.nesting == 0 and child.type not in ("footnote_ref", "softbreak"):
            return False
    return marks


def _order(span: Span) -> tuple[int, int]:
    return span.start, -span.end


def _break(children: list[Token], position: int) -> str:
    before = children[position - 1].content[-1:] if position else ""
    after = children[position + 1].content[:1] if position + 1 < len(children) else ""
    joined = before and after and is_wide(before) and is_wide(after)
    return "" if joined else " "
