"""The PDF, read back with pypdf and pdfplumber."""

import os
import re
import subprocess
import sys
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import pdfplumber
import pypdf
import pytest

from tests.rendering.pages import (
    DATA,
    LANGUAGES,
    SLUG,
    THEMES,
    bookmarks,
    copy,
    edition_of,
    embedded_fonts,
    with_text,
)
from tests.rendering.tags import Tags, read_tags
from toolkit.errors import ContentError
from toolkit.rendering import Rendered
from toolkit.rendering.body import phrases
from toolkit.rendering.edition import Edition
from toolkit.rendering.pdf import render

A4 = (595.28, 841.89)
MILLIMETRE = 72 / 25.4

NO_START = "、。，．・：；？！」』）】〕〉》”’ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ…％"
NO_END = "「『（【〔〈《“‘"

FAMILIES = {
    "classic": {"BIZ-UDPMincho", "BIZ-UDPGothic", "BIZ-UDPGothic-Bold", "BIZ-UDGothic"}
    | {"Charis", "Charis-Bold", "Charis-Italic"},
    "modern": {"BIZ-UDPGothic", "BIZ-UDPGothic-Bold", "BIZ-UDGothic"}
    | {"Inter", "Inter-Bold", "Inter-Italic"},
}


@cache
def page(language: str, theme: str = "classic") -> tuple[Edition, Rendered]:
    edition = edition_of(DATA / language, theme)
    return edition, render(edition)


def reader(rendered: Rendered) -> pypdf.PdfReader:
    return pypdf.PdfReader(BytesIO(rendered.data))


@cache
def text(rendered: Rendered) -> str:
    return "\n".join(page.extract_text() for page in reader(rendered).pages)


@cache
def tags_of(language: str, theme: str) -> Tags:
    return read_tags(page(language, theme)[1].data)


def squeezed(words: str) -> str:
    return re.sub(r"\s", "", words)


@cache
def body_lines(rendered: Rendered) -> list[Any]:
    """The lines of all pages but the cover, without running heads and what is set smaller."""
    lines = []
    with pdfplumber.open(BytesIO(rendered.data)) as pdf:
        for sheet in pdf.pages[1:]:
            body = sheet.filter(lambda thing: thing.get("size", 99) > 8)
            lines += body.extract_text_lines(return_chars=True)
    return lines


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", LANGUAGES)
class TestEveryPdf:
    def test_raises_no_finding(self, language: str, theme: str) -> None:
        assert page(language, theme)[1].findings == ()

    def test_has_a4_pages_and_counts_them(self, language: str, theme: str) -> None:
        rendered = page(language, theme)[1]
        pages = reader(rendered).pages
        assert rendered.pages == len(pages) == 6
        for sheet in pages:
            assert (float(sheet.mediabox.width), float(sheet.mediabox.height)) == pytest.approx(
                A4, abs=0.01
            )

    def test_embeds_subsets_of_its_themes_fonts_only(self, language: str, theme: str) -> None:
        fonts = embedded_fonts(reader(page(language, theme)[1]))
        assert all(fonts.values()), fonts
        assert all(re.match(r"/[A-Z]{6}\+", name) for name in fonts), fonts
        families = {name[8:].removesuffix("-Oblique") for name in fonts}
        assert families <= FAMILIES[theme]

    def test_writes_every_character(self, language: str, theme: str) -> None:
        written = text(page(language, theme)[1])
        assert "\ufffd" not in written
        assert "(cid:" not in written
        assert "\0" not in written

    def test_bookmarks_are_the_headings(self, language: str, theme: str) -> None:
        edition, rendered = page(language, theme)
        separator = edition.labels["label-separator"]
        expected = [(1, edition.plain_title)]
        expected += [(head.level, head.text(separator)) for head in edition.headings()]
        assert bookmarks(reader(rendered)) == expected

    def test_says_what_it_is(self, language: str, theme: str) -> None:
        edition, rendered = page(language, theme)
        pdf = reader(rendered)
        assert pdf.metadata is not None
        assert pdf.metadata.title == f"{edition.plain_title} – {edition.name}"
        assert pdf.metadata.author == edition.publication.publishers[language]
        assert str(pdf.metadata["/CreationDate"]).startswith("D:20260106")
        root: Any = pdf.trailer["/Root"]
        assert root["/Lang"] == language
        assert root["/MarkInfo"]["/Marked"]
        assert root["/ViewerPreferences"]["/DisplayDocTitle"]
        assert b"pdfuaid" in root["/Metadata"].get_object().get_data()

    def test_is_tagged_as_what_it_is(self, language: str, theme: str) -> None:
        tags = tags_of(language, theme)
        assert tags.problems == []
        assert tags.running[0] == 0
        assert all(count >= 3 for count in tags.running[1:])
        (figure,) = tags.of("Figure")
        assert str(figure.attributes["/Alt"]).startswith(("棒が三本", "Three bars"))
        assert [len(tags.of(kind)) for kind in ("Caption", "Table", "TH", "TD")] == [1, 1, 4, 16]
        numberings = [node.attributes["/A"]["/ListNumbering"] for node in tags.of("L")]
        assert set(numberings) == {"/None", "/Disc", "/Decimal"}
        edition = page(language, theme)[0]
        bodies = [part.body for one in edition.parts for part in (one, *one.parts)]
        items = sum(token.type == "list_item_open" for body in bodies for token in body)
        assert len(tags.of("Lbl")) == items + len(edition.citations)
        # The contents, a link in the text, and the addresses of the sources.
        assert len(tags.of("Link")) > len(edition.contents())

    def test_a_passage_in_another_language_says_so(self, language: str, theme: str) -> None:
        tags = tags_of(language, theme)
        languages = [str(node.attributes.get("/Lang")) for node in tags.root.walk()]
        assert languages.count({"ja": "en", "en": "ja"}[language]) >= 2

    def test_a_link_within_says_where_it_leads(self, language: str, theme: str) -> None:
        edition = page(language, theme)[0]
        titles = {head.text(edition.labels["label-separator"]) for head in edition.headings()}
        within = {
            str(link["/Contents"])
            for node in tags_of(language, theme).of("Link")
            for link in node.links
            if "/Dest" in link
        }
        listed = {head.text(edition.labels["label-separator"]) for head in edition.contents()}
        assert listed <= within <= titles

    def test_running_heads_stand_on_every_page_but_the_cover(
        self, language: str, theme: str
    ) -> None:
        edition, rendered = page(language, theme)
        with pdfplumber.open(BytesIO(rendered.data)) as pdf:
            for number, sheet in enumerate(pdf.pages, 1):
                top = sheet.crop((0, 0, sheet.width, 20 * MILLIMETRE)).extract_text()
                foot = sheet.crop((0, sheet.height - 20 * MILLIMETRE, sheet.width, sheet.height))
                if number == 1:
                    assert (top, foot.extract_text()) == ("", "")
                    continue
                for part in (edition.name, edition.number, edition.date):
                    assert squeezed(part) in squeezed(top)
                assert foot.extract_text() == f"{number} / {len(pdf.pages)}"

    def test_no_heading_stands_at_the_foot_of_a_page(self, language: str, theme: str) -> None:
        edition, rendered = page(language, theme)
        last = {
            squeezed(sheet.extract_text_lines()[-2]["text"])
            for sheet in pdfplumber.open(BytesIO(rendered.data)).pages[1:]
        }
        headings = {squeezed(head.text("")) for head in edition.headings()}
        assert not last & headings


READING_ORDER = {
    "ja": [
        "連絡船が帰ってきた冬に、港町は何を積んで出ていくのか",
        "目次",
        "深掘り記事",
        "船の名は「しおさい二号」。総トン数は199トン",
        "「桟橋は、町のいちばん長い交差点だ」",
        "1. 復活までの八年",
        "•船長の後継者が見つからなかった",
        "–資格を持つ人は県内に14人",
        "2. 運賃の仕組み",
        "おとな240円240円312人",
        "① 割引は誰のためか",
        "1.夏の休日の片道券",
        "3.団体券1.修学旅行2.企業の研修",
        "潮は予定を守る。",
        "時化しけの日に無理をしないこと",
        "舵だ輪りんは、いまも木でできています",
        "運航一日あたりの費用。",
        "2026-01-05 06:40 港 → 島",
        "小ネタ①：朝市の屋根",
        "正月に、実家の押し入れを",
        "出典",
        "灯野みなと、『連絡船、八年ぶりに復活",
        "『What the Tide Tables Leave Out』、The Quay Review",
        "週刊「港の灯」 第128号 2026年1月6日",
    ],
    "en": [
        "The ferry is back",
        "Contents",
        "Deep Dive",
        "The boat is called Shiosai No. 2.",
        "“A pier is the longest crossroads a town will ever have”",
        "1. Eight years of waiting",
        "•No successor could be found",
        "–Fourteen people in the prefecture",
        "Adult¥240¥240312",
        "① Whom a discount is for",
        "1.Singles on summer weekends",
        "The tide keeps its appointments.",
        "What a day of sailing costs",
        "① A roof for the morning market",
        "At New Year I cleared out a cupboard",
        "Sources",
        "M. Harbottle, “What the Tide Tables Leave Out”, The Quay Review, December 19, 2025",
        "Harbour Light · No. 128 · January 6, 2026",
    ],
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_comes_out_in_reading_order(language: str) -> None:
    written = squeezed(text(page(language)[1]))
    position = 0
    for words in READING_ORDER[language]:
        found = written.find(squeezed(words), position)
        assert found >= 0, words
        position = found + len(squeezed(words))


def kinsoku_text() -> str:
    """Paragraphs in which each mark comes to stand at the end of a line in its turn."""
    marks = "っ、「字」。（字）ー々・『字』！？ょッ…。"
    return "# 禁則\n\n" + "\n\n".join("漢" * length + marks + "字" * 12 for length in range(22, 44))


@pytest.fixture(scope="module")
def kinsoku_lines(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    root = copy("ja", tmp_path_factory.mktemp("kinsoku"))
    with_text(root, kinsoku_text(), "side-story.md")
    return [line for line in body_lines(render(edition_of(root))) if "漢" in line["text"]]


def test_no_line_begins_or_ends_with_a_mark_that_must_not(kinsoku_lines: list[Any]) -> None:
    assert len(kinsoku_lines) > 22
    lines = [line["text"] for theme in THEMES for line in body_lines(page("ja", theme)[1])]
    for line in [*lines, *(line["text"] for line in kinsoku_lines)]:
        assert line[0] not in NO_START, line
        assert line[-1] not in NO_END, line


def test_japanese_lines_end_flush(kinsoku_lines: list[Any]) -> None:
    right = A4[0] - 31 * MILLIMETRE
    full = [line for line in kinsoku_lines if line["text"].startswith("漢" * 20)]
    assert len(full) >= 22
    for line in full:
        assert line["x1"] == pytest.approx(right, abs=1), line["text"]


def test_english_is_spread_between_words_only() -> None:
    with pdfplumber.open(BytesIO(page("en")[1].data)) as pdf:
        words = [word for sheet in pdf.pages for word in sheet.extract_words(return_chars=True)]
    # Labels are spaced out on purpose; the text is set in the regular face.
    letters = [
        word["chars"]
        for word in words
        if word["chars"][0]["fontname"].endswith("+Charis") and word["text"].isalpha()
    ]
    assert len(letters) > 300
    for chars in letters:
        assert all(after["x0"] - before["x1"] < 0.1 for before, after in pairwise(chars))


def test_headlines_break_between_phrases() -> None:
    edition, rendered = page("ja")
    with pdfplumber.open(BytesIO(rendered.data)) as pdf:
        cover = pdf.pages[0].filter(lambda thing: thing.get("size", 0) > 26)
        lines = cover.extract_text().split("\n")
    assert len(lines) == 2
    ends = {0}
    for phrase in phrases(edition.plain_title):
        ends.add(max(ends) + len(phrase))
    assert len(lines[0]) in ends
    assert "".join(lines) == edition.plain_title


def test_a_paragraph_does_not_end_in_a_lone_character(tmp_path: Path) -> None:
    root = copy("ja", tmp_path)
    # Forty characters fit a line or nearly so: without care, す。 alone would go to the next.
    paragraphs = ["あ" * length + "これは順番です。" for length in range(28, 46)]
    with_text(root, "# 段落\n\n" + "\n\n".join(paragraphs), "side-story.md")
    lines = [line["text"] for line in body_lines(render(edition_of(root)))]
    ends = [
        line for line in lines if line.endswith("です。") and set(line) <= set("あこれは順番です。")
    ]
    assert len(ends) >= len(paragraphs)
    assert all(line.endswith("番です。") for line in ends)


def test_a_list_in_another_keeps_its_own_marks(tmp_path: Path) -> None:
    root = copy("ja", tmp_path)
    with_text(
        root,
        "# 題\n\n- 朝\n  1. 船\n  2. 町\n  - 昼\n    1. 魚\n\n1. 夜\n   - 灯\n     - 窓\n",
        "side-story.md",
    )
    lines = [squeezed(line["text"]) for line in body_lines(render(edition_of(root)))]
    wanted = ["•朝", "1.船", "2.町", "–昼", "1.魚", "1.夜", "•灯", "–窓"]
    assert [line for line in lines if line in wanted] == wanted


def test_the_notice_of_machine_translation(tmp_path: Path) -> None:
    root = copy("en", tmp_path)
    drafted = text(render(edition_of(root, drafts=12)))
    assert "contains 12 machine-translated sentences" in drafted.replace("\n", " ")
    assert "machine-translated" not in text(page("en")[1])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_edition_gives_the_same_bytes(language: str, tmp_path: Path) -> None:
    root = copy(language, tmp_path / "elsewhere")
    assert render(edition_of(root)).data == page(language)[1].data


def test_another_process_gives_the_same_bytes(tmp_path: Path) -> None:
    root = copy("ja", tmp_path)
    command = [str(Path(sys.executable).with_name("newsletter")), "build", "--lang", "ja"]
    environment = os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    subprocess.run([*command, "--format", "pdf"], cwd=root, env=environment, check=True)
    assert (root / "dist" / SLUG / f"{SLUG}.ja.pdf").read_bytes() == page("ja")[1].data


def test_a_missing_picture_names_the_line(tmp_path: Path) -> None:
    root = copy("ja", tmp_path)
    path = with_text(root, "# 絵\n\n文です。\n\n![港](none.png)\n")
    with pytest.raises(ContentError) as raised:
        render(edition_of(root))
    assert (raised.value.path, raised.value.line) == (path, 5)


def test_loads_nothing_that_the_issue_does_not_own(tmp_path: Path) -> None:
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    secret = tmp_path / "secret.txt"
    secret.write_text("hidden treasure", "utf-8")
    root = copy("en", tmp_path)
    own = root / "templates"
    own.mkdir()
    here = f"http://127.0.0.1:{server.server_port}"
    (own / "macros.html.j2").write_text(
        "{% macro headline(h) %}{{ h.title }}{% endmacro %}"
        "{% macro contents(e) %}{% endmacro %}"
        "{% macro citation(c, l, s) %}{% endmacro %}"
        f'{{% macro part(p) %}}<p>x<img src="{secret.as_uri()}"><img src="{here}/a.png">'
        f'<a rel="attachment" href="{secret.as_uri()}">y</a>'
        f'<object data="{here}/b.svg"></object></p>{{% endmacro %}}',
        "utf-8",
    )
    rendered = render(edition_of(root))
    server.shutdown()
    server.server_close()
    assert asked == []
    assert b"hidden treasure" not in rendered.data
    assert "/EmbeddedFiles" not in str(reader(rendered).trailer["/Root"])
    assert sum("nothing is loaded" in finding.message for finding in rendered.findings) >= 2


@pytest.mark.parametrize("char", ["😀", "한", "简", "ש"])
def test_a_character_without_a_glyph_is_one_finding(tmp_path: Path, char: str) -> None:
    root = copy("ja", tmp_path)
    path = with_text(root, f"# 絵\n\n文に{char}があり、また{char}があります。\n")
    (finding,) = render(edition_of(root)).findings
    assert finding.rule == "missing-glyph"
    assert (finding.path, finding.line) == (path, 3)
    assert f"U+{ord(char):04X}" in finding.message


def test_long_words_and_long_tables_stay_on_the_page(tmp_path: Path) -> None:
    root = copy("en", tmp_path)
    rows = "\n".join(f"| {number} | word |" for number in range(120))
    with_text(root, f"# Long\n\n{'x' * 400}\n\n| a | b |\n| - | - |\n{rows}\n")
    rendered = render(edition_of(root))
    assert rendered.findings == ()
    with pdfplumber.open(BytesIO(rendered.data)) as pdf:
        for sheet in pdf.pages:
            assert all(char["x0"] >= 0 and char["x1"] <= sheet.width for char in sheet.chars)
    written = text(rendered)
    assert all(f"\n{number} word" in written for number in range(1, 120))


GAP = 0.09
"""The thin space between Japanese and Latin, in ems."""


@pytest.mark.parametrize("theme", THEMES)
def test_a_thin_space_stands_between_japanese_and_latin(theme: str) -> None:
    between = re.compile("[ぁ-んァ-ヶ一-龠][0-9A-Za-z]|[0-9A-Za-z][ぁ-んァ-ヶ一-龠]")
    gaps = []
    for line in body_lines(page("ja", theme)[1]):
        for before, after in pairwise(line["chars"]):
            if between.fullmatch(before["text"] + after["text"]):
                gap = (after["x0"] - before["x1"]) / after["size"]
                if "UDGothic" not in before["fontname"]:  # code
                    gaps.append(gap)
    assert len(gaps) > 20
    assert median(gaps) == pytest.approx(GAP, abs=0.01)
    assert min(gaps) > GAP / 2


def test_the_thin_space_is_read_as_no_character() -> None:
    """So that a search finds what is written. pdfplumber takes a gap for a space by its width."""
    rendered = page("ja")[1]
    assert "\u200b" not in text(rendered)
    assert "総トン数は199トン、定員は240人、船齢は11年" in text(rendered)
    with pdfplumber.open(BytesIO(rendered.data)) as pdf:
        read = "".join(sheet.extract_text(x_tolerance_ratio=0.1) for sheet in pdf.pages[1:])
    assert "総トン数は199トン、定員は240人、船齢は11年" in read
