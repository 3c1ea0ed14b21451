"""The sample publication keeps its promises: complete, consistent, and true to its articles."""

import datetime
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it.token import Token
from PIL import Image

from toolkit.document import markdown
from toolkit.document.article import FRONT_MATTER, Article, article_text, read_article
from toolkit.document.footnotes import definitions
from toolkit.document.glossary import find_terms, read_glossary
from toolkit.document.issue import Issue, Kind, Section, read_issue
from toolkit.document.japanese import is_kana, is_kanji, language_of
from toolkit.document.publication import Publication, read_publication
from toolkit.files import read_text
from toolkit.translation.catalog import catalog_path, live_entries, read_catalog
from toolkit.translation.numbers import compare_values
from toolkit.translation.segments import lost_markup, segments

SEEDS = Path(__file__).parents[2] / "seeds"
SLUGS = ["2025-11-25", "2025-12-02"]
TRANSLATED, UNTRANSLATED = SLUGS

# 1兆5000億ドル, 58億3000万ドル, 329.17ドル
DOLLARS = re.compile(r"(?:\d[\d.]*[兆億万]?)+ドル")
# At most as many of the toolkit's own files as a reader will look through.
LARGEST_PICTURE = 100_000


@pytest.fixture(scope="module")
def seeds() -> Publication:
    return read_publication(SEEDS)


@pytest.fixture(scope="module")
def articles(seeds: Publication) -> list[Article]:
    return [read_article(path) for path in sorted(seeds.articles.glob("*.md"))]


@pytest.fixture(scope="module", params=SLUGS)
def issue(request: pytest.FixtureRequest, seeds: Publication) -> Issue:
    return read_issue(seeds, request.param)


def section(issue: Issue, kind: Kind) -> Section:
    return next(part for part in issue.sections if part.kind == kind)


def inlines(tokens: tuple[Token, ...]) -> Iterator[Token]:
    for token in tokens:
        if token.type == "inline":
            yield token


def written(issue: Issue) -> str:
    return "\n".join(read_text(part.path) for part in issue.sections)


def length(text: str) -> int:
    return len(re.sub(r"\s", "", text))


def is_japanese(text: str) -> bool:
    return any(is_kana(char) or is_kanji(char) for char in text)


# The publication


def test_it_is_named_in_both_languages(seeds: Publication) -> None:
    assert seeds.languages == ("ja", "en")
    for table in (seeds.names, seeds.taglines, seeds.publishers):
        assert set(table) == {"ja", "en"}
        assert is_japanese(table["ja"])
        assert not is_japanese(table["en"])


def test_it_holds_two_issues_a_week_apart(seeds: Publication) -> None:
    assert seeds.slugs() == SLUGS
    first, second = (read_issue(seeds, slug) for slug in SLUGS)
    assert (first.number, second.number) == (1, 2)
    assert second.date - first.date == datetime.timedelta(days=7)


# The glossary


def test_the_glossary_is_large_and_says_each_thing_once(seeds: Publication) -> None:
    entries = read_glossary(seeds.glossary).entries
    assert len(entries) >= 320
    for language in seeds.languages:
        counted = Counter(term.text(language).casefold() for term in entries)
        assert [form for form, times in counted.items() if times > 1] == []


def test_every_term_is_written_in_its_own_language(seeds: Publication) -> None:
    entries = read_glossary(seeds.glossary).entries
    assert [term.en for term in entries if is_japanese(term.en)] == []
    same_in_both = {term.ja for term in entries if not is_japanese(term.ja)}
    assert same_in_both == {"FRB", "FOMC", "NVIDIA"}


def test_no_term_is_too_short_to_be_safe(seeds: Publication) -> None:
    """Two letters of either writing are found inside too many other words."""
    entries = read_glossary(seeds.glossary).entries
    allowed = {"覚書", "創薬", "治験", "富岳"}
    assert {term.ja for term in entries if len(term.ja) < 3} <= allowed
    assert [term.en for term in entries if len(term.en) < 3] == []


@pytest.mark.parametrize(
    ("sentence", "not_found"),
    [
        ("株価は前日比50円安で引けた。", "円安"),
        ("中国債券の利回りが上がった。", "国債"),
        ("本日銀行へ行った。", "日銀"),
        ("会社債務を整理する。", "社債"),
        ("東日本銀行は横浜に店を持つ。", "日本銀行"),
    ],
)
def test_no_term_is_found_inside_another_word(
    seeds: Publication, sentence: str, not_found: str
) -> None:
    found = find_terms(sentence, read_glossary(seeds.glossary), "ja")
    assert not_found not in [match.term.ja for match in found]


def test_the_issues_use_the_glossary(seeds: Publication, issue: Issue) -> None:
    found = find_terms(written(issue), read_glossary(seeds.glossary), "ja")
    assert len({match.term.ja for match in found}) >= 30


# The articles


def test_there_are_articles_in_both_languages(articles: list[Article]) -> None:
    languages = Counter(article.language for article in articles)
    assert languages["ja"] >= 5
    assert languages["en"] >= 1


def test_every_article_is_complete(articles: list[Article]) -> None:
    for article in articles:
        assert [key for key in FRONT_MATTER if not getattr(article, key)] == [], article.slug
        assert article.language == language_of(article.body), article.slug
        assert article.url.startswith("https://"), article.slug
        datetime.date.fromisoformat(article.published)
        if article.language == "ja":
            assert 900 <= length(article.body) <= 2000, article.slug
        else:
            assert 450 <= len(article.body.split()) <= 900, article.slug


def test_every_article_is_as_the_toolkit_writes_it(articles: list[Article]) -> None:
    """So that the first thing the toolkit does with one is no change."""
    for article in articles:
        path = SEEDS / "articles" / f"{article.slug}.md"
        assert article_text(article) == path.read_text(encoding="utf-8")
        assert markdown.write(markdown.parse(article.body)) == article.body.lstrip("\n")


def test_an_issue_has_only_articles_that_had_appeared(issue: Issue) -> None:
    for part in issue.sections:
        for article in part.articles:
            assert datetime.date.fromisoformat(article.published) <= issue.date, article.slug


def test_one_article_is_left_for_an_issue_of_the_readers_own(
    seeds: Publication, articles: list[Article]
) -> None:
    used = {
        article.slug
        for slug in SLUGS
        for part in read_issue(seeds, slug).sections
        for article in part.articles
    }
    assert {article.slug for article in articles} - used


# The issues


def test_an_issue_has_every_section_in_order(issue: Issue) -> None:
    assert [part.kind for part in issue.sections] == [
        Kind.DEEP_DIVE,
        Kind.SIDE_STORY,
        Kind.BRIEF,
        Kind.BRIEF,
        Kind.EDITORS_NOTE,
    ]
    for part in issue.sections[:-1]:
        assert part.title
        assert part.articles, part.path.name
    assert issue.title
    assert issue.lead
    assert issue.slug == issue.date.isoformat()


def test_an_issue_is_of_a_weeks_length(issue: Issue) -> None:
    assert 3500 <= length(written(issue)) <= 5000


def test_a_section_is_as_the_toolkit_writes_it(issue: Issue) -> None:
    for part in issue.sections:
        text = part.path.read_text(encoding="utf-8")
        assert markdown.write(markdown.parse(text)) == text


def test_the_deep_dive_shows_the_whole_format(issue: Issue) -> None:
    body = section(issue, Kind.DEEP_DIVE).body
    tags = Counter(token.tag for token in body if token.type == "heading_open")
    assert 5 <= tags["h2"] <= 7
    assert tags["h3"] >= 2
    assert any(token.type == "table_open" for token in body)
    assert max(token.level for token in body if token.type == "bullet_list_open") >= 2
    children = [child for token in inlines(body) for child in token.children or []]
    assert any(child.type == "strong_open" for child in children)
    assert any(child.type == "link_open" for child in children)


def test_headings_are_not_numbered_by_hand(issue: Issue) -> None:
    for part in issue.sections:
        headings = re.findall(r"^#+ (.*)$", read_text(part.path), re.MULTILINE)
        assert [h for h in headings if re.match(r"\d+[.．、]|[①-⑳]", h)] == []


def test_statements_stand_on_lines_of_their_own(issue: Issue) -> None:
    for part in issue.sections[:-1]:
        lines = [token.content for token in inlines(part.body)]
        assert any(re.fullmatch(r"「[^」]+」", line) for line in lines), part.path.name


def test_the_side_story_says_what_its_source_does_not(issue: Issue) -> None:
    assert "語っていない" in read_text(section(issue, Kind.SIDE_STORY).path)


def test_the_editors_note_is_an_essay(issue: Issue) -> None:
    note = section(issue, Kind.EDITORS_NOTE)
    assert 600 <= length(read_text(note.path)) <= 900
    assert {token.type for token in note.body} == {"paragraph_open", "inline", "paragraph_close"}


def test_every_sum_of_dollars_stands_in_an_article_behind_it(issue: Issue) -> None:
    for part in issue.sections:
        known = {sum_ for article in part.articles for sum_ in DOLLARS.findall(article.body)}
        sums = set(DOLLARS.findall(read_text(part.path)))
        assert sums - known == set(), part.path.name


def test_an_issue_has_a_picture_that_is_described(issue: Issue) -> None:
    images = [
        (part.path.parent / str(child.attrs["src"]), child)
        for part in issue.sections
        for token in inlines(part.body)
        for child in token.children or []
        if child.type == "image"
    ]
    assert len(images) == 1
    path, image = images[0]
    assert is_japanese(image.content), "the alternative text"
    assert is_japanese(str(image.attrs["title"])), "the caption"
    assert path.stat().st_size < LARGEST_PICTURE
    with Image.open(path) as picture:
        picture.verify()
        assert picture.format == "PNG"


def test_the_first_issue_has_footnotes_in_two_sections(seeds: Publication) -> None:
    issue = read_issue(seeds, TRANSLATED)
    noted = [part for part in issue.sections if any(True for _ in definitions(part.body))]
    assert [part.kind for part in noted] == [Kind.DEEP_DIVE, Kind.BRIEF]


def test_the_first_issue_has_ruby(seeds: Publication) -> None:
    body = section(read_issue(seeds, TRANSLATED), Kind.DEEP_DIVE).body
    assert any(child.type == "ruby" for token in inlines(body) for child in token.children or [])


# The translations


@pytest.fixture(scope="module")
def translations(seeds: Publication) -> dict[str, str]:
    """The first issue's sentences with their English, in reading order."""
    catalog = read_catalog(catalog_path(read_issue(seeds, TRANSLATED), "en"))
    return {sentence: entry.msgstr for sentence, entry in live_entries(catalog).items()}


def test_the_first_issue_is_translated_and_approved(seeds: Publication) -> None:
    issue = read_issue(seeds, TRANSLATED)
    catalog = read_catalog(catalog_path(issue, "en"))
    assert [entry.msgid for entry in catalog if entry.fuzzy or not entry.msgstr] == []
    assert [entry.msgid for entry in catalog if entry.obsolete] == []
    assert [entry.msgid for entry in catalog if entry.comment] == [], "traces of a machine"
    assert list(live_entries(catalog)) == list(
        dict.fromkeys(segment.text for segment in segments(issue))
    )


def test_the_translations_are_english(translations: dict[str, str]) -> None:
    assert [text for text in translations.values() if is_japanese(text)] == []
    # Typographic quotation marks and apostrophes, as the labels have.
    assert [text for text in translations.values() if re.search("[\"'「」]", text)] == []


def test_the_translations_keep_the_markup(translations: dict[str, str]) -> None:
    for sentence, text in translations.items():
        assert lost_markup(sentence, text) == []
        assert text.count("**") == sentence.count("**"), sentence


def test_the_translations_keep_the_numbers(translations: dict[str, str]) -> None:
    for sentence, text in translations.items():
        assert compare_values(sentence, text, "ja", "en") == [], sentence


def test_the_translations_use_the_glossary(
    seeds: Publication, translations: dict[str, str]
) -> None:
    glossary = read_glossary(seeds.glossary)
    for sentence, text in translations.items():
        wanted = {match.term.en for match in find_terms(sentence, glossary, "ja")}
        assert wanted - {match.term.en for match in find_terms(text, glossary, "en")} == set()


def test_the_second_issue_is_left_to_the_first_build() -> None:
    """Its catalog is made on each machine, so that both states can be seen."""
    ignored = (SEEDS.parent / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert f"seeds/issues/{UNTRANSLATED}/en.po" in ignored
