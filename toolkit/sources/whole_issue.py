"""A whole issue in one article, and splitting it into its sections.

The importer writes a pasted issue as one article without level-1 headings:

    ## 深掘り記事                the name of a section, as it stood
    ### 「計画」とは何か         a numbered section of the deep dive, its number removed
    #### 市場はどう見たか        a sub-head, its ① removed
    ## 気になった記事
    ### 「計画」の裏側           the headline of the side story
    ## 小ネタ2本
    ### 小ネタ①：見出し          a brief
    ## 編集後記

Issues that a person wrote in Markdown need not have these levels: a section begins at
any heading that is its name, whatever its level, and its name may carry the headline
(``# Deep Dive: The plan``). Numbers and ① marks in headings are removed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from toolkit.document import markdown
from toolkit.document.article import Article
from toolkit.document.footnotes import brought_together
from toolkit.document.issue import Kind
from toolkit.sources.section_names import MARKS, SectionName, section_name

_NUMBER = re.compile(r"\s*\d{1,2}\s*(?:\\?[.．、)）]|章)\s*(?=\D)")
_SUB_HEAD = re.compile(rf"\s*[{MARKS}]\s*")


@dataclass(frozen=True)
class SplitSection:
    """One section of a split issue.

    Attributes:
        kind: what the section is.
        title: its headline as inline Markdown; empty where it has none.
        body: Markdown whose headings begin at level 2, without hand-written numbers.
    """

    kind: Kind
    title: str
    body: str


def is_whole_issue(article: Article) -> bool:
    """Whether an article is a whole issue: its headings name at least two kinds of section."""
    names = (section_name(text) for _, text in _headings(markdown.parse(article.body)))
    return len({name.kind for name in names if name}) >= 2


def split_issue(article: Article) -> list[SplitSection]:
    """The sections of an issue that lies in one article, in the order they stand there.

    Text before the first section is put at the head of it: nothing is lost. An article
    that names no section gives an empty list.
    """
    tokens = markdown.parse(article.body)
    starts: list[tuple[int, SectionName]] = []
    brief_level = 0
    for position, text in _headings(tokens):
        name = section_name(text)
        level = _level(tokens[position])
        if name:
            starts.append((position, name))
            brief_level = 0
        elif starts and starts[-1][1].kind is Kind.BRIEF:
            # Under 小ネタ2本 each heading of the first one's level is a brief of its own.
            if starts[-1][1].group:
                brief_level = level
            if level == brief_level:
                starts.append((position, SectionName(Kind.BRIEF, False, text)))
    sections: list[tuple[SectionName, list[Token]]] = []
    preamble = tokens[: starts[0][0]] if starts else []
    for number, (position, name) in enumerate(starts):
        end = starts[number + 1][0] if number + 1 < len(starts) else len(tokens)
        content = tokens[position + 3 : end]
        following = starts[number + 1][1] if number + 1 < len(starts) else None
        if name.group and following and following.kind is Kind.BRIEF:
            preamble += content  # the name over the briefs that follow, and its introduction
            continue
        sections.append((name, [*preamble, *content]))
        preamble = []
    bodies = brought_together([content for _, content in sections])
    return [_section(name, body) for (name, _), body in zip(sections, bodies, strict=True)]


def _section(name: SectionName, tokens: Sequence[Token]) -> SplitSection:
    title = _without_mark(name.title)
    levels = [_level(tokens[position]) for position, _ in _headings(tokens)]
    if (
        not title
        and levels
        and tokens[0].type == "heading_open"
        and all(level > levels[0] for level in levels[1:])
    ):
        title = _without_mark(markdown.write_inline(tokens[1]))
        tokens = tokens[3:]
    return SplitSection(name.kind, title, _from_level_two(tokens))


def _from_level_two(tokens: Sequence[Token]) -> str:
    """The tokens as Markdown, numbers removed, the highest heading at level 2."""
    headings = list(_headings(tokens))
    numbered = {position for position, text in headings if _NUMBER.match(text)}
    marked = {position for position, text in headings if _SUB_HEAD.match(text)}
    top = min((_level(tokens[position]) for position, _ in headings), default=2)
    written = []
    shift = {}
    for position, _ in headings:
        level = _level(tokens[position]) - top + 2
        if position in marked and numbered and level == 2:
            level = 3  # ① stands under 1., also where both were given the same level
        shift[position] = min(level, 6)
    for position, token in enumerate(tokens):
        if position in shift:
            token = token.copy(tag=f"h{shift[position]}", markup="#" * shift[position])
        elif position - 1 in shift:
            clean = _without_mark(markdown.write_inline(token))
            token = token.copy(content=clean, children=markdown.parse_inline(clean).children)
        elif position - 2 in shift:
            token = token.copy(tag=f"h{shift[position - 2]}", markup="#" * shift[position - 2])
        written.append(token)
    return markdown.write(written).strip() + "\n" if written else ""


def _without_mark(heading: str) -> str:
    return _SUB_HEAD.sub("", _NUMBER.sub("", heading, count=1), count=1).strip()


def _headings(tokens: Sequence[Token]) -> Iterator[tuple[int, str]]:
    """The top-level headings: the position of each and its inline Markdown."""
    for position, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0:
            yield position, markdown.write_inline(tokens[position + 1])


def _level(token: Token) -> int:
    return int(token.tag[1])
