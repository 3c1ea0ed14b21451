"""What charts look like: readable by every eye, nothing outside, nothing over anything else."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from itertools import combinations
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lxml import etree
from PIL import Image, ImageChops, ImageFilter
from weasyprint import HTML

from toolkit.document.chart import Chart, ChartKind, Row
from toolkit.document.publication import Publication, read_publication
from toolkit.rendering import theme
from toolkit.rendering.chart_look import Look, read_look
from toolkit.rendering.chart_plan import SIZE, Plan, Words, _ticks, plan
from toolkit.rendering.charts import Figures, figures
from toolkit.rendering.drawing import NARROW, WIDE, Ink, Measure, draw_png, draw_svg
from toolkit.rendering.fonts import width
from toolkit.rendering.labels import read_labels

PUBLICATION = read_publication(Path(__file__).parent / "data" / "ja")
THEMES = ("classic", "modern")


def themed(name: str) -> Publication:
    return replace(PUBLICATION, theme=name)


def chart(kind: str, series: list[str], rows: dict[str, list[str]], unit: str = "") -> Figures:
    table = tuple(
        Row(label, tuple(Decimal(v) if v else None for v in values), 1)
        for label, values in rows.items()
    )
    made = Chart(ChartKind(kind), "", unit, "", "", tuple(series), table, (1, 1, 1, 1))
    return figures(made, "ja", read_labels("ja"))


def laid_out(shown: Figures, width: float) -> tuple[Plan, Measure]:
    look = read_look(PUBLICATION, "ja")
    return plan(shown, look, width, Measure(look)), Measure(look)


SAMPLE = chart("bar", ["2023年", "2024年"], {"東": ["3", "-1.5"], "西": ["", "2"]}, "％")


# Colours, by the formulas of WCAG 2.2 and CIE L*.


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    channels = [int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4)]
    linear: list[float] = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    light, dark = sorted(map(luminance, (first, second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lightness(colour: str) -> float:
    return 116 * float(luminance(colour) ** (1 / 3)) - 16


def colours(name: str, *, is_dark: bool) -> dict[str, str]:
    look = read_look(themed(name), "ja")
    if not is_dark:
        return dict(look.colours)
    sheet = theme.style_sheet(themed(name), f"themes/{name}.css", str)
    after = {key: sheet.partition(f"--dark-{key}:")[2] for key in look.colours}
    return {key: text.partition(";")[0].strip() for key, text in after.items()}


@pytest.mark.parametrize("is_dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", THEMES)
class TestColours:
    def test_each_stands_out_from_the_paper(self, name: str, is_dark: bool) -> None:
        found = colours(name, is_dark=is_dark)
        series = [colour for key, colour in found.items() if key.startswith("chart-")]
        assert len(series) == 6
        assert min(contrast(colour, found["paper"]) for colour in series) >= 3

    def test_no_two_are_equally_light(self, name: str, is_dark: bool) -> None:
        """So that they differ on a grey page, and to whoever sees no red or no green."""
        found = colours(name, is_dark=is_dark)
        series = [colour for key, colour in found.items() if key.startswith("chart-")]
        steps = [abs(lightness(one) - lightness(other)) for one, other in combinations(series, 2)]
        assert min(steps) >= 7

    def test_words_on_a_colour_are_read(self, name: str, is_dark: bool) -> None:
        found = colours(name, is_dark=is_dark)
        parts = {str(n): [str(10 + n)] for n in range(6)}
        made, _ = laid_out(chart("share", [""], parts), WIDE["ja"])
        over = [shape.colour for shape in made.shapes if isinstance(shape, Words) and shape.bold]
        assert len(over) == 6
        for number, colour in enumerate(over, 1):
            assert contrast(found[colour], found[f"chart-{number}"]) >= 4.3


# Layout


def boxes(made: Plan, measure: Measure) -> Iterator[tuple[str, float, float, float, float]]:
    """Each text with its left, top, right and bottom; only what letters cover, not their slug."""
    for shape in made.shapes:
        if isinstance(shape, Words):
            width = measure(shape.text, shape.size, bold=shape.bold)
            left = shape.x - width * {"start": 0, "middle": 0.5, "end": 1}[shape.anchor]
            yield shape.text, left, shape.y - 0.75 * SIZE, left + width, shape.y + 0.1 * SIZE


def check_layout(shown: Figures, width: float) -> None:
    made, measure = laid_out(shown, width)
    found = list(boxes(made, measure))
    for text, left, top, right, bottom in found:
        assert left >= -0.5, text
        assert right <= width + 0.5, text
        assert top >= -0.5, text
        assert bottom <= made.height + 0.5, text
    for one, other in combinations(found, 2):
        is_beside = one[3] <= other[1] + 0.5 or other[3] <= one[1] + 0.5
        is_below = one[4] <= other[2] + 0.5 or other[4] <= one[2] + 0.5
        assert is_beside or is_below, f"{one[0]} over {other[0]}"


LABELS = st.one_of(
    st.integers(1990, 2030).map(lambda year: f"{year}年"),
    st.text("東西南北の港と町イカ", min_size=1, max_size=24),
    st.text("abc DEf", min_size=1, max_size=24).filter(str.strip),
)
VALUES = st.decimals(-(10**7), 10**7, places=1, allow_nan=False)


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_no_words_leave_the_drawing_or_cover_others(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(list(ChartKind)))
    is_share = kind is ChartKind.SHARE
    count = data.draw(st.integers(1, 6))
    series = data.draw(st.lists(LABELS, min_size=count, max_size=count, unique=True))
    values = st.decimals(1, 1000, places=1) if is_share else VALUES
    row = st.lists(values.map(str), min_size=count, max_size=count)
    rows = data.draw(st.dictionaries(LABELS, row, min_size=1, max_size=6 if is_share else 20))
    width = data.draw(st.sampled_from([WIDE["ja"], NARROW]))
    check_layout(chart(kind, [" ".join(name.split()) for name in series], rows), width)


@pytest.mark.parametrize("width", [WIDE["ja"], NARROW])
@pytest.mark.parametrize("kind", list(ChartKind))
def test_one_figure_is_a_chart_too(kind: ChartKind, width: float) -> None:
    check_layout(chart(kind, [""], {"東": ["3"]}), width)


def test_years_stand_at_their_distance() -> None:
    rows = {"2000": ["1"], "2010": ["2"], "2015": ["3"]}
    made, _ = laid_out(chart("line", [""], rows), WIDE["ja"])
    xs = {s.text: s.x for s in made.shapes if isinstance(s, Words) and s.text in rows}
    assert xs["2010"] - xs["2000"] == pytest.approx(2 * (xs["2015"] - xs["2010"]), rel=0.1)


def test_percents_are_rounded_half_up_and_never_to_nothing() -> None:
    assert chart("share", [""], {"a": ["1"], "b": ["7"]}).shares == (("13%",), ("88%",))
    assert chart("share", [""], {"a": ["999"], "b": ["1"]}).shares == (("99.9%",), ("0.1%",))


# Drawing


def look() -> Look:
    return read_look(PUBLICATION, "ja")


def test_the_same_figures_give_the_same_bytes_whatever_matplotlib_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import matplotlib

    parameters: Any = matplotlib.rcParams

    def drawn() -> list[bytes]:
        svgs = [draw_svg(SAMPLE, look(), WIDE["ja"], ink).data for ink in Ink]
        return [*svgs, draw_png(SAMPLE, look(), WIDE["ja"], 96).data]

    before = drawn()
    for key, value in {
        "font.size": 40,
        "savefig.bbox": "tight",
        "svg.fonttype": "path",
        "savefig.transparent": True,
        "path.sketch": (5, 50, 3),
        "text.antialiased": False,
    }.items():
        monkeypatch.setitem(parameters, key, value)
    assert drawn() == before
    assert matplotlib.rcParams["font.size"] == 40, "what somebody set stays set"


def lines(count: int) -> Figures:
    """A line chart with every mark there is."""
    rows = {
        f"{2000 + n}年": [str((7 * n + 3 * line) % 11) for line in range(count)] for n in range(9)
    }
    return chart("line", [f"列{line}" for line in range(count)], rows)


@pytest.mark.parametrize("shown", [SAMPLE, lines(6)], ids=["bars", "lines"])
def test_vectors_and_pixels_show_the_same(shown: Figures) -> None:
    """We write the vectors, matplotlib draws the pixels; PDFium shows the vectors."""
    svg = draw_svg(shown, look(), WIDE["ja"], Ink.OUTLINED)
    page = f"<style>@page {{size: {svg.width}pt {svg.height}pt; margin: 0}} svg {{display: block}}"
    html = f"{page} body {{margin: 0}}</style>{svg.data.decode()}"
    with pdfplumber.open(BytesIO(HTML(string=html).write_pdf())) as document:
        assert len(document.pages) == 1
        vectors = document.pages[0].to_image(resolution=144).original.convert("L")
    with Image.open(BytesIO(draw_png(shown, look(), WIDE["ja"], 144).data)) as image:
        pixels = image.convert("L")
    assert vectors.size == pixels.size
    # Both smooth edges, each in its way; a mark that is missing or moved stands out by 100 or more.
    apart = ImageChops.difference(vectors, pixels).filter(ImageFilter.BoxBlur(2))
    assert apart.point(lambda value: max(0, value - 80)).getbbox() is None


@given(st.floats(-1e7, 1e7), st.floats(0, 1e7))
@settings(max_examples=200, deadline=None)
def test_ticks_are_those_that_matplotlib_finds(low: float, more: float) -> None:
    from matplotlib.ticker import MaxNLocator

    low, high = round(low, 2), round(low + more, 2)
    quarter = ((Decimal(repr(high)) - Decimal(repr(low))) / 4).normalize()
    # Where a step fits exactly, matplotlib, which counts in floats, may take it or the next.
    assume(quarter > 0 and quarter.as_tuple().digits not in ((1,), (2,), (2, 5), (5,)))
    found = MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    assert _ticks(low, high) == pytest.approx(list(found))
    assert 3 <= len(found) <= 6


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize(
    "text", ["東京の港 2024年", "WAVE To AVATAR (MW)", "−3.5％、「あ」ガ", "a–b"]
)
def test_words_are_as_wide_as_freetype_sets_them(name: str, language: str, text: str) -> None:
    from matplotlib.font_manager import get_font
    from matplotlib.ft2font import LoadFlags

    look = read_look(themed(name), language)
    for files in (look.regular, look.bold):
        font = get_font([str(path) for path in files])
        font.set_size(SIZE, 72)
        font.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
        assert width(files, text, SIZE) == pytest.approx(font.get_width_height()[0] / 64, abs=0.1)


def test_a_png_is_as_large_as_asked_and_on_paper() -> None:
    drawing = draw_png(SAMPLE, look(), 240, 144)
    with Image.open(BytesIO(drawing.data)) as image:
        assert image.size == (480, drawing.height)
        assert image.mode == "RGB"
        assert image.getpixel((479, 0)) == (255, 255, 255)
        shades = image.convert("L").getcolors(1000) or []
    assert len(shades) > 20, "letters have smooth edges"


def test_no_font_of_the_machine_is_asked_for() -> None:
    svg = draw_svg(SAMPLE, look(), WIDE["ja"], Ink.FIXED).data.decode()
    assert 'font-family="BIZ UDPGothic, BIZ UDPMincho"' in svg
    assert "DejaVu" not in svg


@pytest.mark.parametrize("ink", list(Ink))
def test_hostile_words_are_words(ink: Ink) -> None:
    words = ["<script>alert(1)</script>", "$x^2$ & \\alpha", "a\x01b\x1fc", "אבגד e\u0301 👩‍🚀"]
    shown = chart("bar", ["</svg>"], {word: ["1"] for word in words})
    root = etree.fromstring(draw_svg(shown, look(), WIDE["ja"], ink).data)
    assert {etree.QName(element).localname for element in root.iter()} <= {"svg", "path", "text"}
    if ink is not Ink.OUTLINED:
        found = "".join(text.text for text in root.iter("{*}text"))
        assert "</svg>" in found
        assert "abc" in found
