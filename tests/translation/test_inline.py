from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.document import markdown
from toolkit.translation.inline import Flat, elements, flatten, is_atom, nested, unflatten


@pytest.mark.parametrize(
    "sentence",
    [
        "plain",
        "**bold** and *em* and ~~no~~ and [link](https://example.org/a)",
        "**[bold link](u)** and [**link bold**](u)",
        "**「国家」**という`x`",
        "a \\* b \\[c\\] \\`d\\` 1\\. & < >",
        "![alt](a.png) and [](empty)",
        "one\\\ntwo",
        "*a **b** c*",
    ],
)
def test_markdown_survives_being_flat(sentence: str) -> None:
    flat, atoms = flatten(sentence)
    text = unflatten(flat, atoms)
    assert markdown.parser().renderInline(text) == markdown.parser().renderInline(sentence)
    assert elements(text) == elements(sentence)


@given(st.text("ab 日本。*_~`[](){}|!\\\U000f0000⟦0⟧1億円%@#.", max_size=40))
def test_any_sentence_survives_being_flat(sentence: str) -> None:
    flat, atoms = flatten(sentence)
    assert elements(unflatten(flat, atoms)) == elements(sentence)


def test_what_is_no_text_is_one_character() -> None:
    flat, atoms = flatten("a `b` ![c](d.png) {漢字|かんじ}")
    assert [atoms[char].type for char in flat.text if is_atom(char)] == ["code_inline", "image"]
    assert flat.text.endswith(" 漢字")


def test_spans_neither_cross_nor_are_empty_nor_end_in_spaces() -> None:
    flat, _ = flatten("**a** *b*")
    bold, em = flat.spans
    moved = Flat("one two three", (replace(bold, start=0, end=8), replace(em, start=4, end=13)))
    first, second = nested(moved).spans
    assert (first.start, first.end, second.start, second.end) == (0, 7, 4, 7)
    assert nested(Flat("a  b", (replace(bold, start=1, end=3),))).spans == ()
    assert unflatten(moved, {}) == "**one *two*** three"


def test_elements_are_counted_with_where_they_lead() -> None:
    found = elements("**a** [b](c) `d` ![](e) **f**")
    assert found["strong", ""] == 2
    assert found["link", "c"] == found["code", "d"] == found["image", "e"] == 1
