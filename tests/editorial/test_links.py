"""Relative links still lead where they led when a text moves to another folder."""

from pathlib import Path

import pytest

from toolkit.document import markdown
from toolkit.editorial.links import is_relative, moved, target

OLD, NEW = Path("/p/articles"), Path("/p/issues/2025-11-25")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("![船](ship.png)", "![船](../../articles/ship.png)"),
        ("[図](figures/a.md#one)", "[図](../../articles/figures/a.md#one)"),
        ("[図](../figures/a.md)", "[図](../../figures/a.md)"),
        ("[網](https://example.com/a)", "[網](https://example.com/a)"),
        ("[上](#top)", "[上](#top)"),
        ("[手紙](mailto:a@example.com)", "[手紙](mailto:a@example.com)"),
        ("**![船](ship.png)**", "**![船](../../articles/ship.png)**"),
    ],
)
def test_moved(before: str, after: str) -> None:
    assert markdown.write(moved(markdown.parse(before), OLD, NEW)).strip() == after


def test_a_moved_name_with_spaces_leads_to_the_same_file() -> None:
    tokens = moved(markdown.parse("[図](<図 1.md>)"), OLD, NEW)
    again = markdown.parse(markdown.write(tokens))
    address = str((again[1].children or [])[0].attrs["href"])
    assert (target(address, NEW).resolve()) == OLD / "図 1.md"


@pytest.mark.parametrize("address", ["", "/a", "//example.com/a", "#a", "?a", "data:,a", "C:a"])
def test_not_relative(address: str) -> None:
    assert not is_relative(address)
