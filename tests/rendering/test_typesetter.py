"""What WeasyPrint is taught for speed changes nothing on the page."""

import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.rendering.lines import read_lines
from toolkit.rendering.typesetter import teach_weasyprint
from toolkit.rendering.typesetter.breaking import beginning_of, breaks_between_wide

WRITING = "漢字かなカナっょー々、。「」（）…！ｶﾅ한글é abcdefghIM019-/.:%\u00a0\u3099\u200b"
LAYOUTS = """
import sys
from pathlib import Path
import weasyprint
if sys.argv[1] == "taught":
    from toolkit.rendering.typesetter import layouts
    layouts.teach()
Path(sys.argv[2]).write_bytes(weasyprint.HTML(string=sys.argv[3]).write_pdf())
"""
PAGE = """<!DOCTYPE html><html lang="en"><style>
html { font: 10pt/1.6 serif; hyphens: auto } p { text-align: justify }
.figures { font-variant-numeric: oldstyle-nums tabular-nums; font-kerning: none }
.wide { letter-spacing: .2em } a { text-decoration: underline }
.tall { line-height: 2em; font-size: 14pt } .tall::first-line { font-variant-caps: small-caps }
s { text-decoration: line-through; font-weight: bold }
i { font-language-override: "SRB" } bdo { direction: rtl }
</style><body>"""
WORDS = (
    "A paragraph of <b>bold</b> and <i>slanted</i> words with a <a href=#x>link, which is "
    "underlined</a>, and <s>struck words</s>, 1,234.5 in figures, <bdo dir=rtl>turned</bdo> and "
    "<span lang=ja>日本語の文章が三十字ほど続いて、終わる。</span> "
)


@cache
def look() -> Any:
    """A style as WeasyPrint's own for the texts of drawings."""
    teach_weasyprint()
    from weasyprint.css.properties import INITIAL_VALUES
    from weasyprint.svg.text import Style
    from weasyprint.text.fonts import FontConfiguration

    made = Style(INITIAL_VALUES)
    made.font_config = FontConfiguration()
    made.update(font_family=["serif"], font_size=10, lang="ja")
    return made


@settings(deadline=None)  # fonts are looked for with the first text
@given(
    st.text(st.sampled_from(WRITING), max_size=300).map(str.rstrip).filter(bool),
    st.floats(1, 60),
)
@example("ｶﾅ" * 60, 20)  # counted as wide, and half as wide
@example("漢" * 28 + "abcdefghij" * 20 + "漢" * 20, 20)
@example("漢" * 25 + "。" * 200, 20)
def test_a_line_ends_where_weasyprint_ends_it(text: str, ems: float) -> None:
    from weasyprint.layout import inline
    from weasyprint.text import line_break

    taught, *measured = inline.split_first_line(text, look(), None, 10 * ems, 0)
    with pytest.MonkeyPatch.context() as patch:
        untaught = line_break.first_line_metrics.__wrapped__
        patch.setattr(line_break, "first_line_metrics", untaught)
        bare, *expected = line_break.split_first_line(text, look(), None, 10 * ems, 0)
    assert measured == expected
    assert taught.text == bare.text


def test_a_line_is_as_wide_as_in_its_text_only_between_japanese_characters() -> None:
    assert breaks_between_wide("漢字、かな", 6)
    assert not breaks_between_wide("漢字AI", 6)
    assert not breaks_between_wide("AI漢字", 2)
    assert not breaks_between_wide("漢字", 6)
    assert not breaks_between_wide("漢字😀", 6)
    assert not breaks_between_wide("éé漢字", 4)


def test_of_japanese_little_more_than_a_line_is_looked_at() -> None:
    assert len(beginning_of("漢字かな交じり文、" * 50, 40)) == 72
    assert beginning_of("漢字かな", 40) == "漢字かな"
    assert beginning_of("An English text. " * 50, 40) == "An English text. " * 50


def test_texts_are_set_as_weasyprint_sets_them(tmp_path: Path) -> None:
    kinds = ("", "figures", "wide", "tall")
    page = PAGE + "".join(f"<p class='{kind}'>{3 * WORDS}" for kind in kinds)
    lines = {}
    for name in ("bare", "taught"):
        file = tmp_path / f"{name}.pdf"
        subprocess.run([sys.executable, "-c", LAYOUTS, name, str(file), page], check=True)
        lines[name] = read_lines(file.read_bytes())
    assert len(lines["bare"]) > 20
    assert lines["taught"] == lines["bare"]
