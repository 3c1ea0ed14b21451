"""Headlines of Word documents: where those break that are too long for a line."""

import io
import shutil
import subprocess
from pathlib import Path

import budoux
import docx
import pypdf
import pytest

from tests.rendering.docx_reading import Docx, W, small
from tests.rendering.pages import DATA, THEMES, edition_of
from tests.rendering.test_bilingual import both
from toolkit.document import markdown
from toolkit.rendering.docx import render
from toolkit.rendering.edition import Edition
from toolkit.sources.importing import read_source

TITLE = "10ギガワットの電気はどこから来るか"
HEADLINE = "半導体の株を売ってでも手に入れたいのは、電気を食べる建物のための土地だった"
STATEMENT = "「この記事の見出しを十個考えてほしいと頼まれた機械は、電気をどれだけ使うか」"
LONG = (TITLE, HEADLINE, STATEMENT)


def edition(theme: str = "classic", folder: Path | None = None) -> Edition:
    made = edition_of(DATA / "ja", theme, title=TITLE)
    if folder is None:
        return made
    part = small(folder, f"## {HEADLINE}\n\n{STATEMENT}").parts[0]
    return Edition(**{**vars(made), "parts": (part, *made.parts)})


def phrase_ends(text: str) -> set[int]:
    ends, end = set(), 0
    for phrase in budoux.load_default_japanese_parser().parse(text):
        end += len(phrase)
        ends.add(end)
    return ends


def check_lines(lines: list[str], text: str) -> None:
    """See that lines are a text, broken between phrases, and that none has a word or two."""
    assert "".join(lines) == text
    assert len(lines) > 1
    place = 0
    for line in lines[:-1]:
        place += len(line)
        assert place in phrase_ends(text), lines
    assert min(map(len, lines)) * 3 >= max(map(len, lines)), lines


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("theme", THEMES)
def test_libreoffice_breaks_headlines_between_phrases(theme: str, tmp_path: Path) -> None:
    (tmp_path / "issue.docx").write_bytes(render(edition(theme, tmp_path)).data)
    home = f"-env:UserInstallation={(tmp_path / 'home').as_uri()}"
    command = ["soffice", home, "--headless", "--convert-to", "pdf", "issue.docx"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    lines = [
        line.replace(" ", "")
        for sheet in pypdf.PdfReader(tmp_path / "issue.pdf").pages[:2]
        for line in sheet.extract_text().splitlines()
    ]
    for text in LONG:
        printed = text if text != HEADLINE else f"1.{HEADLINE}"
        last = max(n for n, line in enumerate(lines) if line and printed.endswith(line))
        first = last
        while len("".join(lines[first : last + 1])) < len(printed):
            first -= 1
        found = lines[first : last + 1]
        check_lines([found[0].removeprefix("1."), *found[1:]], text)


def shown(data: bytes) -> dict[str, list[str]]:
    """The paragraphs by their styles, ``↵`` where a line is broken."""
    found: dict[str, list[str]] = {}
    for paragraph in Docx(data).paragraphs():
        found.setdefault(paragraph.style, []).append(paragraph.text)
    return found


def test_a_headline_that_fits_is_left_alone(tmp_path: Path) -> None:
    texts = shown(
        render(small(tmp_path, "## 電気はどこから来るか\n\n「電気はどこから来るか」")).data
    )
    assert texts["Heading 2"] == ["{Heading Number|1.} 電気はどこから来るか"]
    assert texts["Statement"] == ["「電気はどこから来るか」"]


def test_breaks_stand_in_the_headline_alone(tmp_path: Path) -> None:
    whole = render(edition()).data
    assert "↵" in shown(whole)["Title"][0]
    assert docx.Document(io.BytesIO(whole)).core_properties.title == TITLE
    texts = shown(render(small(tmp_path, f"## {HEADLINE}")).data)
    assert "↵" in texts["Heading 2"][0]
    (entry,) = texts["Toc 2"]
    assert f"1. {HEADLINE}" in entry


def test_the_import_reads_headlines_without_them(tmp_path: Path) -> None:
    path = tmp_path / "issue.docx"
    path.write_bytes(render(edition("classic", tmp_path)).data)
    body = read_source(path).article.body
    assert HEADLINE in body
    assert f"\n{STATEMENT}\n" in body


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        # A line rather ends with a clause than with another phrase.
        (
            "計算機とデータは貸す。その代わり、国の宿題を解いてほしいと言われた研究所の話",
            ["計算機とデータは貸す。その代わり、", "国の宿題を解いてほしいと言われた研究所の話"],
        ),
        # No line ends within ruby, and bold and links stay what they are.
        (
            "半導体の株を売ってでも手に入れたいのは、{献立表|こんだてひょう}のための**土地**だった",
            [
                "半導体の株を売ってでも手に入れたいのは、",
                "{献立表|こんだてひょう}のための土地だった",
            ],
        ),
        # A space ends a phrase, and closing marks stay with what they close.
        (
            "「スターゲート！」と呼ばれる計画の、電気と土地と請求書のことを Stargate 社に聞く",
            [
                "「スターゲート！」と呼ばれる計画の、",
                "電気と土地と請求書のことを Stargate 社に聞く",
            ],
        ),
        # A phrase that is too long for a line breaks as Word breaks it.
        ("ア" * 50, ["ア" * 50]),
        (
            "潮が満ちると町のはずれの港の灯がひとつずつともり、"
            "潮が引くと朝から続いた市場の声がひとつずつやみ、"
            "そして浜に残った舟のかげで月がゆっくりとのぼる",
            [
                "潮が満ちると町のはずれの港の灯がひとつずつともり、",
                "潮が引くと朝から続いた市場の声がひとつずつやみ、",
                "そして浜に残った舟のかげで月がゆっくりとのぼる",
            ],
        ),
    ],
)  # fmt: skip
def test_lines(written: str, lines: list[str], tmp_path: Path) -> None:
    (heading,) = shown(render(small(tmp_path, f"## {written}")).data)["Heading 2"]
    assert heading.removeprefix("{Heading Number|1.} ").split("↵") == lines


def test_an_english_headline_keeps_its_last_words_together(tmp_path: Path) -> None:
    title = "The Harbour Bank puts a one trillion dollar price tag on the nation's security"
    body = f"## {title}\n\n## Ships in the harbour"
    long, short = shown(render(small(tmp_path, body, "en")).data)["Heading 2"]
    assert long.endswith("the nation's\u00a0security")
    assert long.count("\u00a0") == 1
    assert "\u00a0" not in short


def test_a_restyled_base_breaks_by_its_own_size(tmp_path: Path) -> None:
    words = "電気を食べる建物のための土地だった"
    document = docx.Document(io.BytesIO(render(small(tmp_path, f"## {words}")).data))
    assert shown(render(small(tmp_path, f"## {words}")).data)["Heading 2"][0].endswith(words)
    (tmp_path / "templates").mkdir()
    document.styles["Heading 2"].font.size = docx.shared.Pt(30)
    document.save(str(tmp_path / "templates" / "base.docx"))
    (heading,) = shown(render(small(tmp_path, f"## {words}")).data)["Heading 2"]
    check_lines(heading.removeprefix("{Heading Number|1.} ").split("↵"), words)


def test_a_base_in_other_fonts_is_left_to_word(tmp_path: Path) -> None:
    document = docx.Document(io.BytesIO(render(small(tmp_path, "文")).data))
    fonts = document.styles["Heading 2"].element.find(f".//{W}rFonts")
    fonts.set(f"{W}eastAsia", "Yu Gothic")
    (tmp_path / "templates").mkdir()
    document.save(str(tmp_path / "templates" / "base.docx"))
    (heading,) = shown(render(small(tmp_path, f"## {HEADLINE}")).data)["Heading 2"]
    assert heading.endswith(HEADLINE)


def test_narrow_columns_break_between_phrases_too(tmp_path: Path) -> None:
    shutil.copytree(DATA / "ja", tmp_path / "ja")
    (section,) = tmp_path.glob("ja/issues/*/deep-dive.md")
    with section.open("a", encoding="utf-8") as file:
        file.write("\n「電気を食べる機械に、電気を安くする方法を考えさせる」\n")
    paired = both(tmp_path / "ja", "ja-en")
    statements = shown(render(paired).data)["Statement"]
    parts = [part for outer in paired.sides[0].parts for part in (outer, *outer.parts)]
    written = [
        markdown.plain(token) for part in parts for token in part.body if token.type == "inline"
    ]
    broken = [text.split("↵") for text in statements if "↵" in text]
    assert broken
    for lines in broken:
        assert "".join(lines) in written
        check_lines(lines, "".join(lines))
