"""Sentences: the cases an editor can read, and what must hold for any text."""

import re
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from hypothesis import given
from hypothesis import strategies as st

from toolkit.document import markdown
from toolkit.document.sentences import split_sentences

CASES = Path(__file__).parent / "cases"
PIECES = (
    *'。！？!?…「」（）()"“”**_`~[]\\　 漢かAb1\n\r',
    *(". ", "! ", "**", "~~", "](u)", '](u "t. T")', "\\\n", "  \n", "{漢|か}", "![a. B](c)"),
    *("<http://x.y>", "https://a.b/c?d", "&amp;", "U.S. ", "No. ", "Yahoo!", "😀", "\u202e"),
)
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=25).map("".join)
languages = st.sampled_from(["ja", "en"])


def cases() -> list[ParameterSet]:
    found = []
    for language in ("ja", "en"):
        lines = (CASES / f"sentences.{language}.txt").read_text("utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            if line and not line.startswith("# "):
                found.append(pytest.param(language, line, id=f"{language}:{number}"))
    return found


@pytest.mark.parametrize(("language", "marked"), cases())
def test_sentences_end_where_an_editor_says(language: str, marked: str) -> None:
    sentences = split_sentences(marked.replace("‖", "").replace("⏎", "\n"), language)
    assert "‖".join(sentences).replace("\n", "⏎") == marked


@pytest.mark.parametrize("language", ["ja", "en"])
def test_there_are_enough_cases(language: str) -> None:
    lines = (CASES / f"sentences.{language}.txt").read_text("utf-8").splitlines()
    assert sum(bool(line) and not line.startswith("# ") for line in lines) >= 150


def test_no_text_has_no_sentences() -> None:
    assert split_sentences("", "ja") == []
    assert split_sentences(" \n", "en") == [" \n"]


@given(texts, languages)
def test_the_sentences_are_the_text(text: str, language: str) -> None:
    sentences = split_sentences(text, language)
    assert "".join(sentences) == text
    assert all(sentence.strip() for sentence in sentences) or len(sentences) == 1


@given(texts, languages)
def test_no_cut_goes_through_markup(text: str, language: str) -> None:
    pieces = [elements(sentence) for sentence in split_sentences(text, language)]
    assert joined([element for piece in pieces for element in piece]) == joined(elements(text))


@pytest.mark.parametrize(
    "text",
    ["[" * 3000, "「" * 20_000 + "」" * 20_000, "。」" * 20_000, '"' * 10_000, "_*~~" * 2000],
    ids=["brackets", "quotations", "ends", "straight-quotes", "emphasis"],
)
def test_hostile_text_is_cut_all_the_same(text: str) -> None:
    assert "".join(split_sentences(text, "ja")) == text


def elements(text: str) -> list[tuple[str, str]]:
    """What the parser sees in a text: kinds and contents."""
    parser = markdown.parser()
    return [
        ("text", token.content)
        if token.type in ("text", "text_special", "softbreak")
        else (token.type, token.content + str(token.attrs or "") + token.markup)
        for token in parser.inline.parse(text, parser, {}, [])
    ]


def joined(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Elements with neighbouring texts as one; white space at cuts does not count."""
    whole: list[tuple[str, str]] = []
    for kind, content in found:
        if kind == "text":
            content = re.sub(r"\s", "", content)
            if not content:
                continue
            if whole and whole[-1][0] == "text":
                content = whole.pop()[1] + content
        whole.append((kind, content))
    return whole
