"""An issue → its sentences; translated sentences → an issue of the same shape.

Only inline tokens are taken apart: the blocks, the lists, the headings and the tables
around them are never touched, so they come back exactly as they were. Each sentence is
parsed for itself when it comes back, so nothing in a translation can reach beyond it.
Of a chart, each text of its table is taken; its figures and units go by rule.
"""

import os
import re
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from markdown_it.token import Token

from toolkit.document import markdown
from toolkit.document.captions import join_caption, split_caption
from toolkit.document.chart import is_chart
from toolkit.document.footnotes import marks
from toolkit.document.issue import Issue, Section
from toolkit.document.japanese import is_wide
from toolkit.document.sentences import split_sentences
from toolkit.document.toml import value_line
from toolkit.files import read_text
from toolkit.translation.measures import chart_of, chart_texts, in_language, read_measure

_Attribute = str | int | float | None
_ADDRESS = re.compile(r"(?:https?://|www\.)[!-~]+|[\w.+-]+@[\w-]+\.[\w.-]+")


@dataclass(frozen=True)
class Segment:
    """A sentence to be translated.

    Attributes:
        text: inline Markdown without white space around it. Images and links stand in it
            without their words: an image's alternative text, and the titles of images and
            links, are segments of their own.
        path: the file it stands in.
        line: the line on which its paragraph, heading or table row begins, from 1.
    """

    text: str
    path: Path
    line: int

    def reference(self, folder: Path) -> tuple[str, str]:
        """The place as a catalog writes it: the file as seen from a folder, and the line."""
        return Path(os.path.relpath(self.path, folder)).as_posix(), str(self.line)


def segments(issue: Issue) -> list[Segment]:
    """Every sentence of an issue that a reader sees and that has words, in reading order.

    Not among them are code, addresses, numbers alone, and in a Japanese issue words that
    are written in Latin letters only: they stay as they are.

    Raises:
        ContentError: a chart cannot be read.
    """
    found = []
    for token, path, line in _passages(issue):
        for text in _texts(token):
            for piece in _pieces(text, issue.language):
                if piece.has_words:
                    found.append(Segment(piece.text, path, line))
    return found


def translated(
    issue: Issue,
    translations: Mapping[str, str],
    language: str,
    drafts: Collection[str] = frozenset(),
) -> Issue:
    """The issue with its sentences translated, everything else as it was.

    Args:
        issue: the issue as written.
        translations: for each ``Segment.text`` its translation, as inline Markdown. A
            sentence that is not there stays as it is.
        language: the language of the translations.
        drafts: the sentences, as in ``Segment.text``, whose translation nobody approved;
            what they stand in is marked (see ``Section``).
    """

    def inline(token: Token) -> Token:
        made = _translated(token, translations, issue.language, language)
        return made.copy(meta={**made.meta, "draft": True}) if is_draft(token) else made

    def is_draft(token: Token) -> bool:
        pieces = (piece for text in _texts(token) for piece in _pieces(text, issue.language))
        return bool(drafts) and any(piece.text in drafts for piece in pieces)

    def line(text: str) -> str:
        return markdown.write_inline(inline(markdown.parse_inline(text))) if text else ""

    def chart(token: Token, path: Path) -> Token:
        written = chart_of(token, path)

        def words(text: str) -> str:
            return markdown.plain(inline(_plain(text)))

        name = read_measure(written.unit, issue.language).name
        made = in_language(
            written.in_words(words), issue.language, language, {name: words(name)} if name else {}
        )
        texts = chart_texts(written, issue.language)
        draft = {"draft": True} if any(is_draft(_plain(text)) for text, _ in texts) else {}
        return token.copy(meta={**token.meta, "chart": made, **draft})

    def block(token: Token, path: Path) -> Token:
        if token.type == "inline":
            return inline(token)
        return chart(token, path) if is_chart(token) else token

    def section(original: Section) -> Section:
        body = tuple(block(token, original.path) for token in original.body)
        return replace(
            original,
            title=line(original.title),
            body=body,
            title_draft=is_draft(markdown.parse_inline(original.title)),
        )

    return replace(
        issue,
        language=language,
        title=line(issue.title),
        lead=line(issue.lead),
        cover=tuple(block(token, issue.path) for token in issue.cover),
        sections=tuple(section(original) for original in issue.sections),
        title_draft=is_draft(markdown.parse_inline(issue.title)),
        lead_draft=is_draft(markdown.parse_inline(issue.lead)),
    )


def lost_markup(source: str, translation: str) -> list[str]:
    """What a translation lacks of its source's links, images, code and footnotes, described."""
    missing = _elements(source) - _elements(translation)
    return [f"{kind} {what}" for kind, what in missing]


def stray_marks(source: str, translation: str) -> list[str]:
    """The footnotes whose marks only a translation has, by their labels."""
    there, here = (set(marks(markdown.parse_inline(text))) for text in (source, translation))
    return sorted(here - there)


def _elements(text: str) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for token in markdown.parse_inline(text).children or []:
        if token.type == "link_open":
            found["the link to", str(token.attrs.get("href", ""))] += 1
        elif token.type == "image":
            found["the image", str(token.attrs.get("src", ""))] += 1
        elif token.type == "code_inline":
            found["the code", token.content] += 1
        elif token.type == "footnote_ref":
            found["the footnote", token.meta["label"]] += 1
    return found


def _passages(issue: Issue) -> Iterator[tuple[Token, Path, int]]:
    """Every inline token of an issue, and each text of its charts as one, with its place.

    Raises:
        ContentError: a chart cannot be read.
    """
    manifest = read_text(issue.path)
    for key, text in (("title", issue.title), ("lead", issue.lead)):
        if text:
            yield markdown.parse_inline(text), issue.path, value_line(manifest, key)
    for token in issue.cover:
        if token.type == "inline":
            yield token, issue.path, token.map[0] + 1 if token.map else 1
    for section in issue.sections:
        if section.title:
            yield markdown.parse_inline(section.title), section.path, section.title_line
        for token in section.body:
            if token.type == "inline":
                yield token, section.path, token.map[0] + 1 if token.map else 1
            elif is_chart(token):
                for text, line in chart_texts(chart_of(token, section.path), issue.language):
                    yield _plain(text), section.path, line


def _texts(token: Token) -> Iterator[Token]:
    """The texts in an inline token: its own, then those of its images and links."""
    yield _bare(token)
    for child in token.children or []:
        if child.type == "image" and child.content:
            yield _alternative(child)
        if child.type in ("image", "link_open") and child.attrs.get("title"):
            yield from (_plain(text) for text in split_caption(str(child.attrs["title"])) if text)


def _bare(token: Token) -> Token:
    """An inline token whose images have no alternative text, and nothing has a title."""
    children = []
    for child in token.children or []:
        if child.type in ("image", "link_open"):
            attrs = {name: value for name, value in child.attrs.items() if name != "title"}
            child = child.copy(attrs=attrs)
        if child.type == "image":
            child = child.copy(content="", children=[])
        children.append(child)
    return token.copy(children=children)


def _alternative(image: Token) -> Token:
    return Token("inline", "", 0, content=image.content, children=image.children)


def _plain(text: str) -> Token:
    """A text without markup as an inline token."""
    return Token("inline", "", 0, content=text, children=[Token("text", "", 0, content=text)])


@dataclass(frozen=True)
class _Piece:
    """A sentence of a text, what stands between it and the next, and whether it has words."""

    text: str
    after: str
    has_words: bool


def _pieces(inline: Token, language: str) -> tuple[_Piece, ...]:
    return _cut(markdown.write_inline(inline), language)


@lru_cache(maxsize=4096)  # an edition needs its sentences twice: to count, and to translate
def _cut(text: str, language: str) -> tuple[_Piece, ...]:
    pieces = []
    for sentence in split_sentences(text, language):
        core = re.sub(r"(?:\\\n|\s)+\Z", "", sentence)
        after = sentence[len(core) :]
        pieces.append(_Piece(core.strip(), after, _has_words(core, language)))
    return tuple(pieces)


def _has_words(text: str, language: str) -> bool:
    words = "".join(
        child.content if child.type in ("text", "ruby") else " "
        for child in markdown.parse_inline(text).children or []
    )
    words = _ADDRESS.sub("", words)
    if language == "ja":
        return any((is_wide(char) and char.isalnum()) or char in "：；，．％" for char in words)
    return any(char.isalpha() for char in words)


def _translated(token: Token, translations: Mapping[str, str], source: str, target: str) -> Token:
    """An inline token with its sentences translated; the token itself is left as it was."""

    def children_of(text: Token) -> list[Token]:
        pieces = _pieces(text, source)
        return _joined(pieces, [_sentence(p.text, translations) for p in pieces], source, target)

    restored = []
    images, links = _by_target(token, "image", "src"), _by_target(token, "link_open", "href")
    for child in children_of(_bare(token)):
        original = None
        if child.type == "image" and images[child.attrs.get("src")]:
            original = images[child.attrs.get("src")].popleft()
            words = children_of(_alternative(original))
            child = original.copy(content=_text(words), children=words)
        elif child.type == "link_open" and links[child.attrs.get("href")]:
            original = links[child.attrs.get("href")].popleft()
            child = original.copy(level=child.level)
        if original is not None and original.attrs.get("title"):
            caption, credit = (
                markdown.plain(Token("inline", "", 0, children=children_of(_plain(text))))
                for text in split_caption(str(original.attrs["title"]))
            )
            title = join_caption(caption, credit)
            child = child.copy(attrs={**child.attrs, "title": title})
        restored.append(child)
    return token.copy(children=restored, content=_text(restored))


def _by_target(token: Token, kind: str, attribute: str) -> dict[_Attribute, deque[Token]]:
    """The images or links of an inline token by where they lead, in order."""
    found: defaultdict[_Attribute, deque[Token]] = defaultdict(deque)
    for child in token.children or []:
        if child.type == kind:
            found[child.attrs.get(attribute)].append(child)
    return found


def _text(children: Sequence[Token]) -> str:
    return markdown.write_inline(Token("inline", "", 0, children=list(children)))


def _sentence(text: str, translations: Mapping[str, str]) -> list[Token]:
    """The tokens of a translation. It stays on the lines that its source has, and a footnote
    whose mark it lacks has its mark at the end: no note goes unread.
    """
    children = list(markdown.parse_inline(translations.get(text, text).strip()).children or [])
    there = Counter(marks(Token("inline", "", 0, children=children)))
    for label in (Counter(marks(markdown.parse_inline(text))) - there).elements():
        children.append(Token("footnote_ref", "", 0, meta={"label": label}))
    kept = ("hardbreak",) if "\\\n" in text else ()
    return [
        Token("text", "", 0, content=" ", level=child.level)
        if child.type in ("softbreak", "hardbreak") and child.type not in kept
        else child
        for child in children
    ]


def _joined(
    pieces: Sequence[_Piece], sentences: Sequence[list[Token]], source: str, target: str
) -> list[Token]:
    """The sentences of a text one after the other, as the target language joins them."""
    joined: list[Token] = []
    for position, (piece, sentence) in enumerate(zip(pieces, sentences, strict=True)):
        joined += sentence
        if position + 1 < len(pieces):
            if "\\\n" in piece.after:
                joined.append(Token("hardbreak", "br", 0))
            elif source == target:
                joined.append(Token("text", "", 0, content=piece.after))
            elif _space_between(sentence, sentences[position + 1], target):
                joined.append(Token("text", "", 0, content=" "))
    return _with_texts_merged(joined)


def _space_between(before: Sequence[Token], after: Sequence[Token], language: str) -> bool:
    if language != "ja":
        return True
    last = next((child.content[-1] for child in reversed(before) if child.content), "")
    first = next((child.content[0] for child in after if child.content), "")
    return not (last and is_wide(last)) and not (first and is_wide(first))


def _with_texts_merged(children: Sequence[Token]) -> list[Token]:
    merged: list[Token] = []
    for child in children:
        if child.type == "text" and not child.content:
            continue
        if merged and child.type == merged[-1].type == "text":
            child = child.copy(content=merged.pop().content + child.content)
        merged.append(child)
    return merged
