"""Editions: an issue read back out of its catalog."""

from pathlib import Path

import polib
import pytest

from toolkit.document import markdown
from toolkit.document.issue import Issue, read_issue
from toolkit.document.publication import Publication, read_publication
from toolkit.errors import ContentError
from toolkit.translation.catalog import Draft, set_draft
from toolkit.translation.edition import edition
from toolkit.translation.segments import segments


@pytest.fixture
def opened(publication: Path) -> Publication:
    for catalog in publication.glob("issues/*/*.po"):
        catalog.unlink()
    return read_publication(publication)


@pytest.fixture
def issue(opened: Publication) -> Issue:
    return read_issue(opened, "2025-11-25")


def translate(issue: Issue, *, without: int = 0, drafts: int = 0) -> Path:
    """Write a catalog that has all sentences but the last few, the first few as drafts."""
    catalog = polib.POFile()
    texts = list(dict.fromkeys(segment.text for segment in segments(issue)))
    for number, text in enumerate(texts[: len(texts) - without]):
        entry = polib.POEntry(msgid=text, msgstr=f"Sentence {number}.")
        if number < drafts:
            set_draft(entry, Draft(f"Draft {number}.", "machine translation, confidence 50%"))
        catalog.append(entry)
    path = issue.path.parent / "en.po"
    catalog.save(str(path))
    return path


def test_in_the_language_it_was_written_in_it_is_the_issue(
    opened: Publication, issue: Issue
) -> None:
    assert edition(opened, issue, "ja") is issue


def test_a_translated_issue_has_the_same_shape(opened: Publication, issue: Issue) -> None:
    translate(issue)
    english = edition(opened, issue, "en")
    assert (english.language, english.written_in, english.drafts) == ("en", "ja", 0)
    assert (english.title, english.lead) == ("Sentence 0.", "Sentence 1.")
    assert (english.slug, english.date, english.number) == (issue.slug, issue.date, issue.number)
    for translated, original in zip(english.sections, issue.sections, strict=True):
        assert translated.path == original.path
        assert translated.kind == original.kind
        assert [token.type for token in translated.body] == [token.type for token in original.body]
        assert "。" not in markdown.write(translated.body)


def test_drafts_are_counted(opened: Publication, issue: Issue) -> None:
    translate(issue, drafts=3)
    english = edition(opened, issue, "en")
    assert english.drafts == 3
    assert english.title == "Draft 0."


def test_what_holds_a_draft_is_marked_and_nothing_else(opened: Publication, issue: Issue) -> None:
    translate(issue, drafts=5)  # title, lead, the headline, and the first two sentences below it
    english = edition(opened, issue, "en")
    assert (english.title_draft, english.lead_draft) == (True, True)
    assert [section.title_draft for section in english.sections] == [True] + [False] * 4
    marked = [
        (token.meta.get("draft", False), "Draft" in token.content)
        for section in english.sections
        for token in section.body
        if token.type == "inline"
    ]
    assert (True, True) in marked
    assert all(mark == has_draft for mark, has_draft in marked)


def test_where_all_is_approved_nothing_is_marked(opened: Publication, issue: Issue) -> None:
    translate(issue)
    english = edition(opened, issue, "en")
    assert not english.title_draft
    assert not english.lead_draft
    for section in english.sections:
        assert not section.title_draft
        assert not [token for token in section.body if "draft" in token.meta]


def test_without_a_catalog_it_says_what_to_do(opened: Publication, issue: Issue) -> None:
    with pytest.raises(ContentError, match="newsletter translate 2025-11-25 --to en"):
        edition(opened, issue, "en")


@pytest.mark.parametrize(
    ("missing", "message"),
    [(1, "1 sentence has no English yet: run"), (3, "3 sentences have no English yet: run")],
)
def test_missing_sentences_are_an_error(
    opened: Publication, issue: Issue, missing: int, message: str
) -> None:
    path = translate(issue, without=missing)
    with pytest.raises(ContentError, match=message) as caught:
        edition(opened, issue, "en")
    assert caught.value.path == path


def test_a_broken_catalog_is_an_error_with_its_line(opened: Publication, issue: Issue) -> None:
    path = translate(issue)
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([*lines[:6], "=======", *lines[6:]]), "utf-8")
    with pytest.raises(ContentError) as caught:
        edition(opened, issue, "en")
    assert caught.value.line == 7
