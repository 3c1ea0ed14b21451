"""Block and inline tokens → HTML, for the web page and the PDF alike.

markdown-it-py's own renderer writes what is plain CommonMark; here stands what a
newsletter sets in a way of its own: numbered headings, figures, tables that scroll,
statements, phrases that headlines break between, and links that lead somewhere.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup, escape

from toolkit.document import markdown
from toolkit.document.captions import split_caption
from toolkit.document.footnotes import as_written
from toolkit.document.japanese import is_wide
from toolkit.document.markdown_japanese import ruby_pairs
from toolkit.document.publication import Publication
from toolkit.findings import Finding, Severity
from toolkit.rendering.chart_look import read_look
from toolkit.rendering.charts import Figures
from toolkit.rendering.drawing import Draw
from toolkit.rendering.edition import Heading, Part
from toolkit.rendering.images import Picture, image_line, read_picture
from toolkit.rendering.lettering import lettered
from toolkit.rendering.notes import Note, mark_id

LINK_SCHEMES = ("http", "https", "mailto", "tel")
"""What a link may begin with; any other would lead nowhere, or run something."""

LONGEST_PHRASE = 10
"""The most characters that are kept on one line: a phone shows hardly more in a headline."""

LONGEST_TAIL = 4
"""The most characters that are kept together at the end of a paragraph: a longer phrase, taken
over to the last line, would leave a gap in the one before."""

_LAST_WORDS = re.compile(r"\S{1,12} \S{1,5}$")
"""The end of an English paragraph: a short word (it. or hand.) is not alone on the last line."""

LONGEST_CELL = 18
LINE_OF_CELLS = 72
"""How long a cell that does not wrap may be, and all those of a row together, in half widths:
less than a page is wide, so that a table of short cells never leaves it."""

LONGEST_WORD = 300
"""The most characters without a space that are left whole: WeasyPrint lays out all that is left
of a word for each of its lines, and would not come to the end of a megabyte."""

_TOO_LONG = re.compile(rf"[^\s\u2e80-\ud7ff\uf900-\uffef]{{{LONGEST_WORD}}}")

_IN_WORD = re.compile(r"[0-9A-Za-z０-９Ａ-Ｚａ-ｚ.,．，%％]{2}")
"""Two characters between which no word or number ends."""

_AMOUNT = re.compile(
    r"[$€£¥]?\d[\d,.]*(?:\s(?:hundred|thousand|million|billion|trillion|percent)\b"
    r"|(?:-[A-Za-z]{1,12}){1,3})",
    re.ASCII,
)
"""A number in English that is written in two words (5 million, 270-day), which stay on one line."""

_NOT_IN_HOSTS = frozenset(' "%<>\\^`{|}')
"""What no name of a server holds (the URL Standard's forbidden domain code points)."""

_QUOTES = {"「": "」", "『": "』", "“": "”", '"': '"'}
_CLOSING = frozenset("、。，．・：；？！…―ー」』）】〕〉》”’々ぁぃぅぇぉっゃゅょァィゥェォッャュョ")
_OPENING = frozenset("「『（【〔〈《“‘")
_POINTING = frozenset(
    ["この", "その", "あの", "どの", "こんな", "そんな", "あんな", "どんな", "ある"]
)
"""Phrases that only point at the next one, and so stand on its line."""


@dataclass
class Setting:
    """What a body needs to be set, and what an editor should hear about it.

    Attributes:
        publication: pictures lie in it.
        language: the language that the body is in.
        ids: what a link within the edition may lead to.
        embed: gives the URL under which the page can load a picture.
        draw: makes the charts.
        findings: collected while setting.
        suffix: what is added to the id of a heading where its words in this language alone are
            meant, and to those of footnotes and their marks.
        link_notes: whether a footnote and its marks lead to each other.
        is_narrow: whether the body stands in a column of two.
    """

    publication: Publication
    language: str
    ids: Collection[str]
    embed: Callable[[Picture], str]
    draw: Draw
    findings: list[Finding] = field(default_factory=list)
    suffix: str = ""
    link_notes: bool = True
    is_narrow: bool = False


def set_body(part: Part, setting: Setting, below: Heading | None = None) -> Markup:
    """The HTML of a part's body (of its parts: nothing).

    Args:
        part: the part, or a piece of it.
        setting: what it needs to be set.
        below: the heading that the piece stands below; by default the part's own.

    Raises:
        ContentError: a picture cannot be used.
    """
    renderer = _Renderer()
    env: dict[str, Any] = {"part": part, "setting": setting, "heading": below}
    return Markup(renderer.render(_prepared(part.body), markdown.parser().options, env))  # noqa: S704


def set_notes(part: Part, setting: Setting, labels: Mapping[str, str]) -> Markup:
    """The HTML of a part's own footnotes, as they stand at its end; empty where it has none.

    Raises:
        ContentError: a picture cannot be used.
    """
    if not part.notes:
        return Markup()
    name = f"{labels['notes']}{labels['label-separator']}{part.heading.text(' ')}"
    items = "".join(_note(note, part, setting, labels) for note in part.notes)
    return Markup(  # noqa: S704
        f'<section class="notes" role="doc-endnotes" aria-label="{escape(name)}">\n'
        f"{_ordered_list(part.notes[0].number)}\n{items}</ol>\n</section>\n"
    )


def set_numbered_note(
    note: Note, part: Part, setting: Setting, labels: Mapping[str, str]
) -> Markup:
    """The HTML of a footnote by itself, with its number.

    Raises:
        ContentError: a picture cannot be used.
    """
    item = _note(note, part, setting, labels)
    return Markup(f"{_ordered_list(note.number)}{item}</ol>\n")  # noqa: S704


def _note(note: Note, part: Part, setting: Setting, labels: Mapping[str, str]) -> str:
    """A footnote as an item of a list, with the ways back to its marks."""
    env: dict[str, Any] = {"part": part, "setting": setting, "heading": None}
    text = _Renderer().render(_prepared(note.body), markdown.parser().options, env)
    opening = '<li class="loose"' if text.startswith("<p>") else "<li"
    back = ""
    if setting.link_notes:
        label = escape(labels["note-back"].replace("{number}", str(note.number)))
        back = "".join(
            f'\u00a0<a class="back" role="doc-backlink" href="#{mark}{setting.suffix}" '
            f'aria-label="{label}">↑</a>'
            for mark in note.mark_ids
        )
    if text.endswith("</p>\n"):
        text, back = text.removesuffix("</p>\n"), f"{back}</p>\n"
    return f'{opening} id="{note.id}{setting.suffix}">{text}{back}</li>\n'


def set_pictures(inline: Token, part: Part, setting: Setting) -> Markup:
    """The HTML of the pictures in an inline token, without their captions.

    Raises:
        ContentError: a picture cannot be used.
    """
    env: dict[str, Any] = {"part": part, "setting": setting}
    return Markup(_Renderer().render([inline], markdown.parser().options, env))  # noqa: S704


def set_line(text: str, language: str, *, in_phrases: bool = True) -> Markup:
    """The HTML of one line of Markdown, as of a headline: Japanese breaks between phrases."""
    token = markdown.parse_inline(text)
    children = [child for child in token.children or [] if child.type != "image"]
    token = replace(token, children=_unlinked(children), meta={"phrases": in_phrases})
    env = {"part": None, "setting": None, "language": language}
    return Markup(_Renderer().render([token], markdown.parser().options, env))  # noqa: S704


def phrases(text: str) -> list[str]:
    """Japanese text cut where a headline may break: between phrases (BudouX)."""
    if not text.strip():
        return [text]
    pieces: list[str] = []
    for piece in _budoux().parse(text):
        # BudouX parts 2025年 after 202 where no particle stands before it.
        if pieces and (
            piece[0] in _CLOSING
            or pieces[-1][-1] in _OPENING
            or pieces[-1] in _POINTING
            or _IN_WORD.fullmatch(pieces[-1][-1] + piece[0])
        ):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces


def is_statement(inline: Token) -> bool:
    """Whether a paragraph is one quotation and nothing else: 「…」 on a line of its own."""
    text = markdown.plain(inline)
    if len(text) < 3 or text[0] not in _QUOTES or "\n" in text:
        return False
    if any(child.type in ("image", "hardbreak") for child in inline.children or []):
        return False
    opening, closing = text[0], _QUOTES[text[0]]
    if opening == closing:
        return text[-1] == closing and closing not in text[1:-1]
    depth = 0
    for position, char in enumerate(text):
        depth += (char == opening) - (char == closing)
        if depth == 0:
            return position == len(text) - 1
    return False


@cache
def _budoux() -> Any:
    import budoux

    return budoux.load_default_japanese_parser()


def _unlinked(children: Sequence[Token]) -> list[Token]:
    return [child for child in children if child.type not in ("link_open", "link_close")]


def _prepared(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with figures, statements and headlines marked as such."""
    prepared = list(tokens)
    for position, (before, token) in enumerate(pairwise(tokens), 1):
        if token.type == "paragraph_open" and before.type == "list_item_open" and not token.hidden:
            prepared[position - 1] = replace(before, attrs={"class": "loose"})
        if token.type != "inline":
            continue
        after = tokens[position + 1]
        if before.type == "heading_open":
            children = _unlinked(token.children or [])
            prepared[position] = replace(token, children=children, meta={"phrases": True})
        elif before.type == "paragraph_open" and not before.hidden:
            solid = [child for child in token.children or [] if not _is_space(child)]
            if [child.type for child in solid] == ["image"]:
                prepared[position - 1] = replace(before, type="figure_open", tag="figure")
                prepared[position] = replace(token, meta={"figure": True})
                prepared[position + 1] = replace(after, type="figure_close", tag="figure")
            elif before.level == 0 and is_statement(token):
                prepared[position - 1] = replace(before, attrs={"class": "statement"})
                prepared[position] = replace(token, meta={"phrases": True})
    return prepared


def _is_space(token: Token) -> bool:
    return token.type == "softbreak" or (token.type == "text" and not token.content.strip())


class _Renderer(RendererHTML):
    """Rules by token type; ``env`` holds the part and the setting."""

    def heading_open(
        self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
    ) -> str:
        heading: Heading = tokens[index].meta["heading"]
        env["heading"] = heading
        number = f'<span class="number">{escape(heading.number)}</span> ' if heading.number else ""
        label = escape(heading.text(""))
        tag = tokens[index].tag
        return f'<{tag} id="{escape(heading.id)}" data-bookmark="{label}">{number}'

    def render(self, tokens: Sequence[Token], options: OptionsDict, env: EnvType) -> str:
        written = []
        for index, token in enumerate(tokens):
            if token.type == "inline":
                env["inline"] = token
                written.append(self.renderInline(token.children or [], options, env))
            else:
                rule = self.rules.get(token.type, self.renderToken)
                written.append(rule(tokens, index, options, env))
        return "".join(written)

    def text(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        content = tokens[index].content
        language = env["setting"].language if env["setting"] else env["language"]
        is_headline = env["inline"].meta.get("phrases")
        is_last = tokens[index] is env["inline"].children[-1] and bool(content)
        if language != "ja":
            last = _LAST_WORDS.search(content) if is_last and not is_headline else None
            before = content[: last.start()] if last else content
            pieces = _AMOUNT.split(before)
            amounts = [*map(_unbroken, _AMOUNT.findall(before)), ""]
            end = _unbroken(last[0]) if last else ""
            return "".join(map(str.__add__, map(_escaped, pieces), amounts)) + end
        if is_headline:
            return "".join(map(_phrase, phrases(content)))
        if is_last:
            # The last line of a paragraph is a phrase at least, not す。 alone.
            tail = phrases(content[-3 * LONGEST_PHRASE :])[-1]
            start = max(len(tail) - LONGEST_TAIL, 0)
            while start and _IN_WORD.match(tail, start - 1):
                start -= 1
            tail = tail[start:]
            return f"{_escaped(content[: -len(tail)])}{_phrase(tail)}"
        return _escaped(content)

    def link_open(
        self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
    ) -> str:
        href = str(tokens[index].attrs.get("href", ""))
        if leads_somewhere(href, env["setting"].ids):
            return f'<a href="{escape(href)}">'
        part: Part = env["part"]
        line = env["inline"].map[0] + 1 if env["inline"].map else 0
        env["setting"].findings.append(dead_link(part.path, line, href))
        return '<span class="dead-link">'

    def link_close(
        self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
    ) -> str:
        depth = 0
        for token in reversed(tokens[:index]):
            depth += (token.type == "link_close") - (token.type == "link_open")
            if depth < 0:
                href = str(token.attrs.get("href", ""))
                return "</a>" if leads_somewhere(href, env["setting"].ids) else "</span>"
        return "</a>"

    def ordered_list_open(
        self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
    ) -> str:
        start = tokens[index].attrs.get("start")
        return "<ol>\n" if start is None else f"{_ordered_list(int(start))}\n"

    def footnote_ref(
        self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
    ) -> str:
        meta, setting = tokens[index].meta, env["setting"]
        if "number" not in meta:  # in a line that can have no footnotes
            return str(escape(as_written(tokens[index]).content))
        number = meta["number"]
        if not setting.link_notes:
            return f'<sup class="note-mark">{number}</sup>'
        place = f"{mark_id(number, meta['mark'])}{setting.suffix}"
        return (
            f'<sup class="note-mark"><a id="{place}" href="#note-{number}{setting.suffix}" '
            f'role="doc-noteref">{number}</a></sup>'
        )

    def image(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        token = tokens[index]
        part: Part = env["part"]
        setting: Setting = env["setting"]
        line = image_line(env["inline"], token)
        source = str(token.attrs.get("src", ""))
        picture = read_picture(source, part.base, setting.publication.root, part.path, line)
        picture = lettered(picture, setting.publication, setting.language)
        setting.findings += picture.findings(part.path, line)
        alternative = self.renderInlineAsText(token.children or [], options, env)
        drawn = (
            f'<img src="{escape(setting.embed(picture))}" alt="{escape(alternative)}" '
            f'width="{picture.width}" height="{picture.height}" />'
        )
        title = token.attrs.get("title")
        if not env["inline"].meta.get("figure") or not title:
            return drawn
        caption, credit = split_caption(str(title))
        whose = f'<span class="credit">{escape(credit)}</span>' if credit else ""
        return f"{drawn}<figcaption>{escape(caption)}{' ' if whose else ''}{whose}</figcaption>"

    def fence(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        shown: Figures | None = tokens[index].meta.get("figures")
        if shown is None:
            return super().fence(tokens, index, options, env)
        setting: Setting = env["setting"]
        look = read_look(setting.publication, setting.language)
        drawn: Markup | Picture = setting.draw(shown, look, setting.is_narrow)
        if isinstance(drawn, Picture):
            drawn = Markup('<img src="{}" alt="{}" width="{}" height="{}" />').format(
                setting.embed(drawn), shown.alternative, drawn.width, drawn.height
            )
        title = Markup('<span class="title">{}</span>').format(shown.title) if shown.title else ""
        unit = Markup('<span class="unit">{}</span>').format(shown.unit) if shown.unit else ""
        head = Markup(" ").join(part for part in (title, unit) if part)
        if head:
            head = Markup("<figcaption>{}</figcaption>").format(head)
        credit = Markup('<p class="credit">{}</p>').format(shown.credit) if shown.credit else ""
        return f'<figure class="chart">{head}{drawn}{credit}</figure>\n'

    def figure_open(
        self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
    ) -> str:
        return "<figure>"

    def figure_close(
        self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
    ) -> str:
        return "</figure>\n"

    def table_open(
        self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
    ) -> str:
        heading: Heading = env.get("heading") or env["part"].heading
        name = escape(heading.id + env["setting"].suffix)
        head = takewhile(lambda token: token.type != "thead_close", tokens[index:])
        env["columns"] = sum(token.type == "th_open" for token in head)
        # What scrolls must be reachable by keyboard, and so needs a name.
        return f'<div class="table" role="region" tabindex="0" aria-labelledby="{name}"><table>\n'

    def table_close(
        self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
    ) -> str:
        return "</table></div>\n"

    def th_open(
        self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
    ) -> str:
        return f'<th scope="col"{_cell_class(tokens, index, env)}>'

    def td_open(
        self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
    ) -> str:
        return f"<td{_cell_class(tokens, index, env)}>"

    def ruby(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        # The lengths are for the PDF, whose engine does not lay out ruby (print.css).
        pairs = "".join(
            f"{escape(base)}<rp>（</rp>"
            f'<rt style="--base:{len(base)};--reading:{len(reading)}">{escape(reading)}</rt>'
            "<rp>）</rp>"
            for base, reading in ruby_pairs(tokens[index])
        )
        return f"<ruby>{pairs}</ruby>"


def _ordered_list(start: int) -> str:
    # WeasyPrint does not know the attribute.
    counter = f' style="counter-reset: list-item {start - 1}"' if start != 1 else ""
    return f'<ol start="{start}"{counter}>'


def _escaped(text: str) -> str:
    """A text as HTML, in which a word longer than any line may break."""
    if len(text) <= LONGEST_WORD:
        return str(escape(text))
    # No text holds a NUL: Markdown has put U+FFFD in its place.
    parted = _TOO_LONG.sub("\\g<0>\0", text)
    return str(escape(parted)).replace("\0", "<wbr />")


def _phrase(phrase: str) -> str:
    return _unbroken(phrase) if len(phrase) <= LONGEST_PHRASE else _escaped(phrase)


def _unbroken(text: str) -> str:
    return f'<span class="phrase">{escape(text)}</span>'


def _cell_class(tokens: Sequence[Token], index: int, env: EnvType) -> str:
    """How a cell is aligned, and whether it is short enough to stay on one line on paper."""
    style = str(tokens[index].attrs.get("style", ""))
    match = re.fullmatch(r"text-align:(right|center)", style)
    classes = [match[1]] if match else []
    width = sum(2 if is_wide(char) else 1 for char in markdown.plain(tokens[index + 1]))
    if width <= min(LONGEST_CELL, LINE_OF_CELLS // max(env["columns"], 1)):
        classes.append("short")
    return f' class="{" ".join(classes)}"' if classes else ""


def dead_link(path: Path, line: int, href: str) -> Finding:
    """What an editor is told about a link that would lead a reader nowhere."""
    return Finding(
        path,
        line,
        Severity.WARNING,
        "dead-link",
        f"the link {href} leads nowhere for a reader: give a whole address (https://…) "
        "or a heading of the issue (#…)",
    )


def leads_somewhere(href: str, ids: Collection[str]) -> bool:
    """Whether a link is one to a heading of the edition, or a whole address of a safe scheme."""
    if href.startswith("#"):
        return href[1:] in ids
    try:
        parts = urlsplit(href)
        host, _ = parts.hostname or "", parts.port  # a port that is no number raises
    except ValueError:
        return False
    if set(host) & _NOT_IN_HOSTS:
        return False
    return parts.scheme in LINK_SCHEMES and bool(parts.netloc or parts.path)


def is_web_address(url: str) -> bool:
    """Whether a source's URL can be a link."""
    return url.startswith(("https://", "http://")) and leads_somewhere(url, ())
