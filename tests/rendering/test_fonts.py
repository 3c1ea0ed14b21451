"""Fonts: what a theme can write, subsets, and characters that no font has."""

import struct
import unicodedata
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from tests.rendering.lines import read_lines
from tests.rendering.pages import DATA, LANGUAGES, THEMES, copy, edition_of, with_text
from toolkit.document.publication import read_publication
from toolkit.rendering.fonts import characters, font_files, missing_glyphs, subset, woff
from toolkit.rendering.labels import read_labels
from toolkit.rendering.pdf import render
from toolkit.resources import folder

FONTS = folder("templates") / "fonts"
MINCHO = FONTS / "BIZUDPMincho-Regular.ttf"
INTER = FONTS / "Inter-Regular.otf"
CODE = FONTS / "BIZUDGothic-Regular.ttf"


@pytest.mark.parametrize(
    ("theme", "names"),
    [
        ("classic", ["BIZUDPMincho-Regular.ttf", "BIZUDPGothic-Regular.ttf"]),
        ("modern", ["BIZUDPGothic-Regular.ttf", "BIZUDPGothic-Bold.ttf"]),
    ],
)
def test_a_theme_names_its_fonts(theme: str, names: list[str]) -> None:
    files = font_files(edition_of(DATA / "ja", theme).publication)
    assert [file.name for file in files][:2] == names
    assert all(file.parent == FONTS for file in files)


def test_every_font_that_ships_is_used_and_its_licence_is_there() -> None:
    shipped = {path for path in FONTS.iterdir() if path.suffix in (".ttf", ".otf")}
    used = {
        file for theme in THEMES for file in font_files(edition_of(DATA / "ja", theme).publication)
    }
    assert used | {CODE} == shipped
    licence = (FONTS / "OFL.txt").read_text("utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert all(path.name in licence for path in shipped)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_fonts_write_every_label(language: str) -> None:
    words = set("".join(read_labels(language).values()))
    assert words <= {chr(code) for code in characters(MINCHO)}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_samples_miss_nothing(language: str, theme: str) -> None:
    assert missing_glyphs(edition_of(DATA / language, theme)) == ()


@pytest.mark.parametrize(("font", "text"), [(MINCHO, "港の灯、一二三ABC①"), (INTER, "Café 12")])
def test_a_subset_writes_its_text_and_gives_up_its_name(font: Path, text: str) -> None:
    made = TTFont(BytesIO(subset(font, text)))
    assert {chr(code) for code in made.getBestCmap()} == set(text)
    assert made["name"].getDebugName(1) is None
    assert made["name"].getDebugName(13).startswith("This Font Software is licensed")
    assert len(made.getGlyphOrder()) < 60


@given(st.text(alphabet="港の灯電車船abcXYZ012。、「」", max_size=12))
def test_woff_holds_the_same_tables(text: str) -> None:
    plain = subset(MINCHO, text)
    packed = woff(plain)
    assert struct.unpack(">L", packed[8:12])[0] == len(packed)
    before, after = TTFont(BytesIO(plain)), TTFont(BytesIO(packed))
    assert after.flavor == "woff"
    assert sorted(before.reader.keys()) == sorted(after.reader.keys())
    for tag in before.reader.keys():  # noqa: SIM118 -- the reader is no mapping
        assert before.reader[tag] == after.reader[tag], tag


def test_each_character_without_a_glyph_is_named_with_its_first_place(tmp_path: Path) -> None:
    root = copy("ja", tmp_path)
    path = with_text(root, "# 絵文字\n\n港の😀です。\n\n「简」と한。また😀。\n\n```\n⌨\n```\n")
    findings = missing_glyphs(edition_of(root))
    assert [(finding.path, finding.line, finding.message[:1]) for finding in findings] == [
        (path, 3, "😀"),
        (path, 5, "简"),
        (path, 5, "한"),
        (path, 7, "⌨"),
    ]
    assert "(U+1F600 GRINNING FACE) is in no font of the theme classic" in findings[0].message
    assert "and 1 times more" in findings[0].message
    assert all(finding.rule == "missing-glyph" for finding in findings)


@pytest.mark.parametrize(
    "text",
    [
        unicodedata.normalize("NFD", "がぎぐパピプ"),
        "葛\U000e0100飾",  # a variation selector chooses a form of 葛
        "a\u200bb\u200dc\ufeff\u2060d",
        "\u3000\u2009\u00a0",
    ],
)
def test_what_needs_no_glyph_of_its_own(tmp_path: Path, text: str) -> None:
    root = copy("ja", tmp_path)
    with_text(root, f"# 絵\n\n港{text}港\n")
    assert missing_glyphs(edition_of(root)) == ()


def test_characters_in_titles_readings_and_captions_are_seen(tmp_path: Path) -> None:
    root = copy("ja", tmp_path)
    with_text(root, '# 港😀\n\n{港|み한}\n\n![の](cost.png "图です")\n')
    found = {finding.message[0] for finding in missing_glyphs(edition_of(root))}
    assert found == {"😀", "한", "图"}


def test_the_publication_is_the_theme_s(tmp_path: Path) -> None:
    root = copy("ja", tmp_path)
    own = root / "templates" / "themes"
    own.mkdir(parents=True)
    (own / "classic.css").write_text(
        '@font-face { font-family: "Own"; src: url("../fonts/Inter-Regular.otf") }', "utf-8"
    )
    assert font_files(read_publication(root)) == [INTER]
    assert any(finding.message[0] == "港" for finding in missing_glyphs(edition_of(root)))


def test_code_in_a_pdf_stands_in_columns_of_which_a_japanese_character_takes_two(
    tmp_path: Path,
) -> None:
    root = copy("ja", tmp_path)
    with_text(root, "# 表\n\n```\niiiiwwww|\n港港港港|\n```\n")
    bars = [
        line.boxes[-1] for line in read_lines(render(edition_of(root)).data) if "|" in line.text
    ]
    assert len(bars) == 2
    assert bars[0] == pytest.approx(bars[1], abs=0.05)


@pytest.fixture(scope="module")
def with_family(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A PDF with an emoji that is several characters, which joiners hold together."""
    root = copy("ja", tmp_path_factory.mktemp("family"))
    with_text(root, "# 家族\n\n港に👨\u200d👩\u200d👧がいます。\n")
    return render(edition_of(root)).data


def test_text_beside_joined_emoji_is_read_by_pdfium(with_family: bytes) -> None:
    assert any("がいます。" in line.text for line in read_lines(with_family))


@pytest.mark.xfail(
    strict=True,
    reason="for a font that lacks a character WeasyPrint 70 writes the encoding into the file, "
    "and pypdf knows encodings by name only",
)
def test_text_beside_joined_emoji_is_read_by_pypdf(with_family: bytes) -> None:
    pages = pypdf.PdfReader(BytesIO(with_family)).pages
    assert any("がいます。" in sheet.extract_text() for sheet in pages)
