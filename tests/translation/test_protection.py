import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it.token import Token

from toolkit.document import markdown
from toolkit.document.glossary import Glossary, Term
from toolkit.translation.inline import is_atom
from toolkit.translation.protection import needs_engine, protect, reveal

GLOSSARY = Glossary((Term("大統領令", "executive order"), Term("ドル", "dollar")))
CASES = Path(__file__).parent / "cases" / "protection.csv"


def cases() -> list[tuple[str, ...]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return [tuple(row) for row in csv.reader(file)][1:]


def shown(target: Token | str) -> str:
    if isinstance(target, str):
        return target
    return markdown.write_inline(Token("inline", "", 0, children=[target]))


@pytest.mark.parametrize(("source", "sentence", "hidden"), cases())
def test_what_is_hidden_and_what_stands_for_it(source: str, sentence: str, hidden: str) -> None:
    guarded = protect(sentence, GLOSSARY, source, "en" if source == "ja" else "ja")
    in_order = [guarded.guards[char] for char in guarded.flat.text if is_atom(char)]
    found = [f"{guard.kind}: {shown(guard.target)}" for guard in in_order]
    assert " | ".join(found) == hidden


def test_what_is_revealed_reads_as_it_did() -> None:
    guarded = protect("**OpenAI**が大統領令を`x`と呼ぶ。", GLOSSARY, "ja", "en")
    text = reveal(guarded, ("name", "term", "amount"))
    assert [guard.kind for guard in text.guards.values()] == ["element"]
    (atom,) = text.guards
    assert text.flat.text == f"OpenAIが大統領令を{atom}と呼ぶ。"
    (span,) = text.flat.spans
    assert text.flat.text[span.start : span.end] == "OpenAI"


def test_bold_that_ends_inside_an_amount_covers_the_whole_of_it() -> None:
    guarded = protect("**5000億**ドルを投資する。", GLOSSARY, "ja", "en")
    (span,) = guarded.flat.spans
    assert guarded.guards[guarded.flat.text[span.start : span.end]].target == "$500 billion"


@pytest.mark.parametrize(
    ("source", "sentence", "needed"),
    [
        ("ja", "", False),
        ("ja", "2026年11月22日(日)", False),
        ("ja", "OpenAI", False),
        ("ja", "`code` https://example.org 🎉", False),
        ("ja", "はい", True),
        ("en", "$5 billion", False),
        ("en", "Yes.", True),
        ("en", "—", False),
    ],
)
def test_a_sentence_with_nothing_to_translate(source: str, sentence: str, needed: bool) -> None:
    target = "en" if source == "ja" else "ja"
    assert needs_engine(protect(sentence, GLOSSARY, source, target), source) is needed


@given(st.text("ab 日本。*_~`[](){}|!\\\U000f0000⟦0⟧1億円%@#.", max_size=40))
def test_any_sentence_can_be_hidden(sentence: str) -> None:
    guarded = protect(sentence, GLOSSARY, "ja", "en")
    assert sorted(filter(is_atom, guarded.flat.text)) == sorted(guarded.guards)
