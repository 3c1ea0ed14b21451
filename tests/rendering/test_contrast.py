"""Whether words can be read on their ground: 4.5 to 1 (WCAG 2.2, 1.4.3), light and dark."""

import re

import pytest
import tinycss2

from tests.rendering.pages import THEMES
from tests.rendering.test_drawing import contrast
from toolkit.resources import folder

ENOUGH = 4.5


def sheet(name: str) -> str:
    return (folder("templates") / name).read_text("utf-8")


@pytest.mark.parametrize("prefix", ["", "dark-"], ids=["light", "dark"])
@pytest.mark.parametrize("theme", THEMES)
def test_words_on_the_page(theme: str, prefix: str) -> None:
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", sheet(f"themes/{theme}.css")))
    colours = {
        name: "#" + "".join(2 * digit for digit in colour[1:]) if len(colour) == 4 else colour
        for name, colour in found.items()
    }
    for words in ("ink", "quiet", "accent"):
        for ground in ("paper", "tint"):
            ratio = contrast(colours[prefix + words], colours[prefix + ground])
            assert ratio >= ENOUGH, (words, ground, ratio)


def colours_of_mail(theme: str, *, is_dark: bool) -> dict[str, list[str]]:
    """The values of each property in an e-mail's style sheet, in one of its modes."""
    rules = tinycss2.parse_stylesheet(sheet(f"email/{theme}.css"), True, True)
    if is_dark:
        (media,) = (rule for rule in rules if rule.type == "at-rule")
        rules = tinycss2.parse_rule_list(media.content, True, True)
    found: dict[str, list[str]] = {}
    for rule in rules:
        if rule.type == "qualified-rule":
            for declaration in tinycss2.parse_declaration_list(rule.content, True, True):
                value = tinycss2.serialize(declaration.value).strip()
                found.setdefault(declaration.name, []).append(value)
    return found


@pytest.mark.parametrize("is_dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("theme", THEMES)
def test_words_in_a_mail(theme: str, is_dark: bool) -> None:
    found = colours_of_mail(theme, is_dark=is_dark)
    # White ground in the dark is that of pictures, which have no words of the sheet's colours.
    grounds = set(found["background-color"]) - ({"#ffffff"} if is_dark else set())
    assert len(grounds) == 2
    assert len(set(found["color"])) == 3
    for words in found["color"]:
        assert min(contrast(words, ground) for ground in grounds) >= ENOUGH, words
