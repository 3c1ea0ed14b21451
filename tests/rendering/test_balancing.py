"""What a style sheet asks of a PDF by ``--wrap`` and ``--least-scale``."""

from io import BytesIO

import pdfplumber
import pytest
import weasyprint

from tests.rendering.lines import Line, read_lines
from toolkit.rendering.body import set_line
from toolkit.rendering.typesetter import teach_weasyprint

TITLE = (
    "The national laboratories on the reading list of a machine that never sleeps, or so it says"
)
PHRASES = "計算機とデータは貸す。その代わり、国の宿題を解いてほしい"
FIGURE = (
    "<svg viewBox='0 0 100 100' width=100 height=100><rect width=100 height=100 fill=red /></svg>"
)


def pdf(page: str) -> bytes:
    teach_weasyprint()
    return bytes(weasyprint.HTML(string=page).write_pdf())


def headline(text: str, width: int, language: str, style: str = "") -> list[Line]:
    return read_lines(
        pdf(
            f"<html lang={language}><style>@page {{ size: 400pt }} h1 {{ width: {width}pt; "
            f"font: 12pt sans-serif; {style} }} .phrase {{ white-space: nowrap }}</style>"
            f"<h1>{set_line(text, language)}</h1>"
        )
    )


@pytest.mark.parametrize("width", range(120, 320, 25))
def test_a_headline_has_no_more_lines_and_none_is_short(width: int) -> None:
    plain = headline(TITLE, width, "en")
    lines = headline(TITLE, width, "en", "--wrap: balance")
    assert len(lines) == len(plain)
    assert " ".join(line.text for line in lines) == TITLE
    widths = [line.right - line.left for line in lines]
    assert max(widths) <= max(line.right - line.left for line in plain)
    if len(lines) > 1:
        # The longest word is nine letters.
        assert widths[-1] > max(widths) / 2


def test_a_japanese_headline_does_not_part_a_pointing_word_from_what_it_points_at() -> None:
    for width in range(150, 320, 10):
        lines = [line.text for line in headline(PHRASES, width, "ja", "--wrap: balance")]
        assert "".join(lines) == PHRASES
        assert not [line for line in lines if line.endswith("その")]
        assert min(map(len, lines)) > 4, lines


def test_a_headline_of_one_line_stays_as_it_is() -> None:
    assert [line.text for line in headline("A line", 300, "en", "--wrap: balance")] == ["A line"]


def height_of_figure(room: int, style: str) -> tuple[int, float]:
    """The page and the height of a figure of 100 points, with so much room on its first page."""
    page = (
        "<style>@page { size: 300pt; margin: 0 } body { margin: 0; font-size: 10pt } "
        f"figure {{ margin: 0; break-inside: avoid }} svg {{ display: block; width: 100pt; "
        f"height: 100pt; {style} }} figcaption {{ line-height: 10pt }}</style>"
        f"<div style='height: {300 - room}pt'></div>"
        f"<figure>{FIGURE}<figcaption>Below</figcaption></figure>"
    )
    with pdfplumber.open(BytesIO(pdf(page))) as found:
        for number, sheet in enumerate(found.pages, 1):
            for rect in sheet.rects:
                return number, round(float(rect["height"]), 1)
    raise AssertionError("no figure")


@pytest.mark.parametrize(
    ("room", "place"),
    [
        (120, (1, 100)),
        (105, (1, 95)),  # with its caption, into what is left
        (91, (1, 81)),
        (89, (2, 100)),  # smaller than it may be
    ],
)
def test_a_figure_makes_do_with_the_rest_of_a_page(room: int, place: tuple[int, float]) -> None:
    assert height_of_figure(room, "--least-scale: .8; --room-below: 1") == place


def test_a_figure_that_may_not_shrink_does_not() -> None:
    assert height_of_figure(105, "") == (2, 100)
