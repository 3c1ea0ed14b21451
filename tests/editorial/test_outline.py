"""Headings: levels without a gap, and no numbers but the toolkit's own."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.document import markdown
from toolkit.editorial.outline import outline

CASES = Path(__file__).parent / "cases" / "outline.md"


def cases() -> list[tuple[str, str, str]]:
    blocks = CASES.read_text("utf-8").split("\n.\n")
    return [
        (blocks[i].strip(), blocks[i + 1] + "\n", blocks[i + 2].strip() + "\n")
        for i in range(0, len(blocks) - 2, 3)
    ]


@pytest.mark.parametrize(("title", "text", "expected"), cases(), ids=[case[0] for case in cases()])
def test_case(title: str, text: str, expected: str) -> None:
    numbered = "(not numbered)" not in title
    assert markdown.write(outline(markdown.parse(text), numbered=numbered)) == expected


@given(st.lists(st.integers(1, 6), min_size=1, max_size=12), st.booleans())
def test_levels_never_jump(levels: list[int], numbered: bool) -> None:
    text = "\n\n".join(f"{'#' * level} 見出し" for level in levels)
    above = 1
    for token in outline(markdown.parse(text), numbered=numbered):
        if token.type == "heading_open":
            level = int(token.tag[1])
            assert 2 <= level <= above + 1
            above = level
