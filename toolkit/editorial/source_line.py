"""The line under a condensed section that says where it comes from."""

from markdown_it.token import Token

from toolkit.document import markdown
from toolkit.document.article import Article
from toolkit.editorial.articles import untitled
from toolkit.editorial.data import read_data

_INNER_QUOTES = str.maketrans("「」", "『』")
"""Quotation marks inside 「…」 are 『…』."""


def source_line(article: Article) -> list[Token]:
    """``出典：publisher「title」``, the title a link; nothing where no origin is known."""
    if not article.source and not article.url:
        return []
    form = read_data("condense.toml")["source-line"][article.language]
    if untitled(article):
        template, title = form["without-title"], article.source or article.url
    else:
        template = form["full" if article.source else "without-source"]
        title = markdown.plain(markdown.parse_inline(article.title))
        if "「" in template:
            title = title.translate(_INNER_QUOTES)
    before, _, after = template.partition("{title}")
    words = [Token("text", "", 0, content=title)]
    if article.url and markdown.parser().validateLink(article.url):
        href = markdown.parser().normalizeLink(article.url)
        words = [
            Token("link_open", "a", 1, attrs={"href": href}),
            *words,
            Token("link_close", "a", -1),
        ]
    children = [
        Token("text", "", 0, content=before.format(source=article.source)),
        *words,
        Token("text", "", 0, content=after),
    ]
    return [
        Token("paragraph_open", "p", 1, block=True),
        Token("inline", "", 0, children=children, level=1, block=True),
        Token("paragraph_close", "p", -1, block=True),
    ]
