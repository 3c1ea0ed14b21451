"""Markdown as the document: text → markdown-it-py tokens → text.

The token list is the body of an article or a section everywhere in the toolkit;
there is no tree beside it. The dialect is CommonMark without raw HTML (what looks
like a tag is text), with GFM tables and strikethrough and the Japanese plugins of
``toolkit.document.markdown_japanese``, and footnotes (``toolkit.document.footnotes``).
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from toolkit.document.footnotes import footnotes
from toolkit.document.markdown_japanese import (
    cjk_emphasis,
    cjk_line_breaks,
    ideographic_blanks,
    ruby,
)


@cache
def parser() -> MarkdownIt:
    """The one parser (shared: it keeps no state between texts)."""
    # The preset stops at 20, two for each level of a list, and drops the rest unseen.
    options = {"html": False, "linkify": False, "typographer": False, "maxNesting": 100}
    md = MarkdownIt("commonmark", options)
    md.enable(["table", "strikethrough"])
    md.use(ideographic_blanks).use(cjk_emphasis).use(cjk_line_breaks)
    return md.use(footnotes).use(ruby)


def parse(text: str) -> list[Token]:
    """The block tokens of a Markdown text. ``token.map`` counts lines from 0."""
    # Code left open at the end of a text is written as code only if its last line ends.
    return parser().parse(text if text.endswith("\n") else text + "\n")


def parse_inline(text: str) -> Token:
    """One line of Markdown (a title, a translated sentence) as an ``inline`` token."""
    return parser().parseInline(text)[0]


def write(tokens: Sequence[Token]) -> str:
    """The tokens as Markdown text, ending in a line end, that parses to the same tokens."""
    return _render(tokens, finalize=True)


def write_inline(token: Token) -> str:
    """An ``inline`` token as one canonical line of Markdown.

    Line breaks that only wrapped the source become spaces (between Japanese
    characters, nothing); hard breaks stay, as a backslash and a line end.
    """
    children = [_unwrapped(child) for child in token.children or []]
    if all(child.type == "text" for child in children):
        words = "".join(child.content for child in children)
        if _PLAIN.fullmatch(words):
            return words
        return _write_words(tuple(child.content for child in children))
    return _write_line(children)


_PLAIN = re.compile(
    r"[^\W\d_](?:[^\W_]| (?! |\Z)|[-,.:;?!'’\"“”()%/–—…、。・「」『』"
    r"（）！？：；])*"
)
"""What is written as it stands: a letter, then letters, figures and marks that Markdown never
reads as its own, with single spaces. So no mdformat is loaded for most headlines."""


@lru_cache(maxsize=4096)  # an edition asks for its sentences twice: to count, and to translate
def _write_words(texts: tuple[str, ...]) -> str:
    return _write_line([Token("text", "", 0, content=text) for text in texts])


def _write_line(children: list[Token]) -> str:
    paragraph = Token("paragraph_open", "p", 1)
    closing = Token("paragraph_close", "p", -1)
    inline = Token("inline", "", 0, children=children, content="")
    return _render([paragraph, inline, closing], finalize=False)


def plain(token: Token) -> str:
    """The words of an ``inline`` token without markup: text, code, ruby bases, image texts."""
    words = []
    for child in token.children or []:
        if child.type in ("text", "code_inline", "ruby"):
            words.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            words.append(" ")
        elif child.type == "image":
            words.append(plain(child))
    return "".join(words).strip()


def _unwrapped(token: Token) -> Token:
    if token.type != "softbreak":
        return token
    return Token("text", "", 0, content=" ")


def _render(tokens: Sequence[Token], *, finalize: bool) -> str:
    from mdformat.plugins import PARSER_EXTENSIONS
    from mdformat.renderer import MDRenderer

    from toolkit.document import mdformat_dialect

    options = {
        "mdformat": {"wrap": "keep", "number": False},
        "parser_extension": [PARSER_EXTENSIONS["tables"], mdformat_dialect],
    }
    text: str = MDRenderer().render(tokens, options, {"references": {}}, finalize=finalize)
    return text
