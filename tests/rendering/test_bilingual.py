"""The bilingual edition, read back from the web page, the PDF and the Word document.

The translation of each sentence is a number, so that a row shows by itself whether it pairs
what belongs together.
"""

import dataclasses
import re
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pdfplumber
import pypdf
import pytest
from bs4 import BeautifulSoup, Tag

from tests.rendering.docx_reading import Docx, value
from tests.rendering.pages import DATA, SLUG, bookmarks, copy, with_text
from tests.rendering.tags import read_tags
from toolkit.document import markdown
from toolkit.document.issue import Issue, read_issue
from toolkit.document.japanese import is_wide
from toolkit.document.publication import Publication, read_publication
from toolkit.errors import ContentError
from toolkit.rendering import Rendered, renderer
from toolkit.rendering.bilingual import BilingualEdition, Layout, pair
from toolkit.rendering.edition import prepare
from toolkit.translation.segments import segments, translated

ORDERS = ("ja-en", "en-ja")
ENDS = ("始め", "終わり")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def issue_in(root: Path, theme: str = "classic") -> tuple[Publication, Issue]:
    publication = dataclasses.replace(read_publication(root), theme=theme)
    return publication, read_issue(publication, SLUG)


def sentences(issue: Issue) -> list[str]:
    return list(dict.fromkeys(segment.text for segment in segments(issue)))


def drafts(issue: Issue) -> frozenset[str]:
    """Every seventh sentence, beginning with the title's."""
    return frozenset(sentences(issue)[::7])


@cache
def known() -> list[str]:
    return sentences(issue_in(DATA / "ja")[1])


@cache
def unread() -> set[int]:
    return {known().index(text) for text in drafts(issue_in(DATA / "ja")[1])}


def both(root: Path, order: str, *, with_drafts: bool = True) -> BilingualEdition:
    publication, issue = issue_in(root)
    numbered = {
        # A quotation stays one, and so a statement.
        text: f"“Sentence {n} ends.”" if text[0] == "「" else f"Sentence {n} ends."
        for n, text in enumerate(sentences(issue))
    }
    machine = drafts(issue) if with_drafts else frozenset()
    english = translated(issue, numbered, "en", machine)
    english = dataclasses.replace(english, drafts=len(machine))
    sides = {"ja": prepare(publication, issue), "en": prepare(publication, english)}
    first, second = order.split("-")
    return pair(sides[first], sides[second])


@cache
def sample(order: str) -> BilingualEdition:
    return both(DATA / "ja", order)


@cache
def made(order: str, format_: str) -> Rendered:
    return renderer(format_)(sample(order))


@cache
def page(order: str) -> BeautifulSoup:
    soup = BeautifulSoup(made(order, "html").data, "html.parser")
    for reading in soup.find_all(["rt", "rp"]):
        reading.decompose()
    return soup


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"Sentence(\d+)ends\.", squeezed(text))]


def says_the_same(japanese: str, english: str) -> None:
    """See that the one is what the sentences of the other translate, and nothing else."""
    rest = squeezed(japanese)
    for number in numbers(english):
        words = squeezed(markdown.plain(markdown.parse_inline(known()[number])))
        assert words in rest, (japanese, english)
        rest = rest.replace(words, "", 1)
    # What is left has no sentence in it: marks, numbers, names of sections.
    rest = re.sub("深掘り記事|気になった記事|小ネタ(.：|2本)|編集後記|出典|目次", "", rest)
    assert not re.search("[ぁ-ヿ一-龠]", rest), (japanese, english)


def cells(row: Tag) -> dict[str, Tag]:
    found = {str(cell["lang"]): cell for cell in row.find_all(class_="cell", recursive=False)}
    assert len(found) == 2, row
    return found


def body_rows(soup: BeautifulSoup) -> list[Tag]:
    main = soup.main
    assert main is not None
    return list(main.select(".pair, .stack"))


@pytest.mark.parametrize("order", ORDERS)
class TestThePage:
    def test_raises_no_finding(self, order: str) -> None:
        assert made(order, "html").findings == ()

    def test_each_row_says_the_same_twice(self, order: str) -> None:
        paired = 0
        for row in [
            *body_rows(page(order)),
            *page(order).select(".masthead h1 .pair, .contents a .pair"),
        ]:
            sides = cells(row)
            says_the_same(sides["ja"].get_text(), sides["en"].get_text())
            paired += len(numbers(sides["en"].get_text()))
        assert paired >= len(known()) - 1  # the lead has no part in the body

    def test_the_language_asked_for_first_stands_first_in_every_row(self, order: str) -> None:
        for row in page(order).select(".pair, .stack"):
            assert list(cells(row)) == order.split("-")
        assert page(order).select_one(f"html[lang={order[:2]}]")

    def test_no_block_is_lost_or_doubled(self, order: str) -> None:
        publication, issue = issue_in(DATA / "ja")
        alone = renderer("html")(prepare(publication, issue)).data
        main = BeautifulSoup(alone, "html.parser").main
        assert main is not None
        blocks = main.select(
            "article > :not(ul):not(ol):not(article), article > ul > li, article > ol > li,"
            "section > h2, section > h3"
        )
        shown = body_rows(page(order)) + page(order).select("main figure, main pre, main hr")
        captions = page(order).select("main figcaption")
        assert len(shown) - len(captions) == len(blocks)

    def test_what_is_the_same_in_both_stands_once(self, order: str) -> None:
        main = page(order).main
        assert main is not None
        assert [len(main.find_all(name)) for name in ("img", "pre", "hr", "figure")] == [1] * 4
        assert len(page(order).select(".sources li")) == len(sample(order).sides[0].citations)

    def test_headings_stand_once_and_go_down_by_one(self, order: str) -> None:
        headings = page(order).find_all(re.compile("^h[1-6]$"))
        levels = [int(heading.name[1]) for heading in headings]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        assert [heading["id"] for heading in headings[2:]] == [
            heading.id for heading in sample(order).sides[0].headings()
        ]

    def test_ids_are_unique_and_references_lead_to_them(self, order: str) -> None:
        ids = [str(tag["id"]) for tag in page(order).select("[id]")]
        assert len(ids) == len(set(ids))
        wanted = {str(tag["aria-labelledby"]) for tag in page(order).select("[aria-labelledby]")}
        wanted |= {str(link["href"])[1:] for link in page(order).select('a[href^="#"]')}
        assert wanted <= set(ids)

    def test_what_holds_a_draft_is_marked_and_nothing_else(self, order: str) -> None:
        lines = page(order).select(".masthead h1 .pair, .masthead div:has(> .lead)")
        marked = 0
        for row in [*body_rows(page(order)), *lines]:
            sides = cells(row)
            assert not sides["ja"].select(".draft")
            marks = sides["en"].select(".draft")
            assert len(marks) == bool(unread() & set(numbers(sides["en"].get_text())))
            assert all(mark["aria-label"] for mark in marks)
            marked += len(marks)
        assert marked > 5
        assert len(page(order).select(".legend .draft")) == 2
        assert len(page(order).select(".notice .cell")) == 2

    def test_without_drafts_there_is_no_mark_and_no_legend(self, order: str) -> None:
        soup = BeautifulSoup(
            renderer("html")(both(DATA / "ja", order, with_drafts=False)).data, "html.parser"
        )
        assert not soup.select(".draft, .legend, .notice")


class TestTables:
    def layout(self, tmp_path: Path, table: str) -> Layout:
        with_text(copy("ja", tmp_path), f"# 題です\n\n{table}\n")
        blocks = both(tmp_path / "ja", "ja-en").parts[2].parts[1].blocks
        (block,) = blocks
        return block.layout

    def test_a_narrow_one_stands_beside_its_translation(self, tmp_path: Path) -> None:
        table = "| 区間 | 運賃 |\n| --- | ---: |\n| 港 | 240円 |"
        assert self.layout(tmp_path, table) is Layout.BESIDE

    def test_a_wide_one_stands_above_its_translation(self, tmp_path: Path) -> None:
        table = "| あ | い | う | え |\n|---|---|---|---|\n" + f"| {'長い欄です' * 3} " * 4 + "|"
        assert self.layout(tmp_path, table) is Layout.STACKED


def test_an_item_keeps_its_number(tmp_path: Path) -> None:
    with_text(copy("ja", tmp_path), "# 題です\n\n3. 一つ目\n4. 二つ目\n")
    soup = BeautifulSoup(renderer("html")(both(tmp_path / "ja", "ja-en")).data, "html.parser")
    starts = [ol["start"] for ol in soup.select(".ordered_list > .cell > ol")]
    assert starts[-4:] == ["3", "3", "4", "4"]


def test_a_picture_within_a_sentence_is_shown_on_the_leading_side(tmp_path: Path) -> None:
    with_text(
        copy("ja", tmp_path), "# 題です\n\n- 図は![絵](cost.png)これです。\n- ![島の絵](cost.png)\n"
    )
    soup = BeautifulSoup(renderer("html")(both(tmp_path / "ja", "ja-en")).data, "html.parser")
    items = [cells(row) for row in soup.select("article:last-of-type .bullet_list")][-2:]
    assert [len(item["ja"].find_all("img")) for item in items] == [1, 1]
    assert [len(item["en"].find_all("img")) for item in items] == [0, 0]
    # Where the picture is all there is, the other side says what it shows.
    assert numbers(items[1]["en"].get_text())


class TestWhatCannotBePaired:
    def test_names_the_place(self, tmp_path: Path) -> None:
        publication, issue = issue_in(DATA / "ja")
        copy("ja", tmp_path)
        other, _ = issue_in(tmp_path / "ja")
        path = with_text(tmp_path / "ja", "# 題\n\n町が登録を始めました。\n\n- 点\n")
        changed = read_issue(other, SLUG)
        sections = tuple(
            dataclasses.replace(section, path=original.path)
            for section, original in zip(changed.sections, issue.sections, strict=True)
        )
        english = dataclasses.replace(
            translated(dataclasses.replace(changed, sections=sections), {}, "en"), path=issue.path
        )
        with pytest.raises(ContentError, match="not made of the same blocks") as caught:
            pair(prepare(publication, issue), prepare(publication, english))
        assert caught.value.path == DATA / "ja" / "issues" / SLUG / path.name
        assert caught.value.line == 5

    def test_other_sections_are_an_error(self) -> None:
        publication, issue = issue_in(DATA / "ja")
        english = translated(dataclasses.replace(issue, sections=issue.sections[:2]), {}, "en")
        with pytest.raises(ContentError, match="other sections"):
            pair(prepare(publication, issue), prepare(publication, english))


class TestThePdf:
    def test_raises_no_finding(self) -> None:
        assert made("ja-en", "pdf").findings == ()

    def test_is_tagged_with_every_heading_and_picture_once(self) -> None:
        reader = pypdf.PdfReader(BytesIO(made("ja-en", "pdf").data))
        tags = read_tags(made("ja-en", "pdf").data)
        assert tags.problems == []
        kinds = [node.kind for node in tags.root.walk()]
        levels = [int(kind[1]) for kind in kinds if re.fullmatch("H[1-6]", kind)]
        first = sample("ja-en").sides[0]
        assert levels == [1, 2, *(heading.level for heading in first.headings())]
        assert kinds.count("Figure") == 1
        assert [title for _, title in bookmarks(reader)][1:] == [
            f"{one} / {other}" if one != other else one
            for one, other in (
                [
                    heading.text(side.labels["label-separator"])
                    for heading, side in zip(found, sample("ja-en").sides, strict=True)
                ]
                for found in zip(*(side.headings() for side in sample("ja-en").sides), strict=True)
            )
        ]

    def test_each_side_says_its_language(self) -> None:
        edition = sample("en-ja")
        modern = dataclasses.replace(edition.sides[0].publication, theme="modern")
        sides = (dataclasses.replace(edition.sides[0], publication=modern), edition.sides[1])
        tags = read_tags(renderer("pdf")(dataclasses.replace(edition, sides=sides)).data)
        assert tags.problems == []
        spoken = [node.attributes.get("/Lang") for node in tags.root.walk()]
        assert min(spoken.count("ja"), spoken.count("en")) > 60

    def test_no_japanese_line_begins_with_a_mark_that_must_not(self) -> None:
        lines = []
        with pdfplumber.open(BytesIO(made("ja-en", "pdf").data)) as pdf:
            for sheet in pdf.pages:
                left = sheet.crop((0, 0, sheet.width / 2, sheet.height))
                lines += left.filter(lambda thing: thing.get("size", 99) > 8).extract_text_lines()
        starts = [line["text"][0] for line in lines]
        assert sum(is_wide(start) for start in starts) > 80
        assert not set(starts) & set(
            "、。，．・：；？！」』）】〕〉》”’ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ…％"
        )

    def test_text_comes_out_row_by_row(self) -> None:
        reader = pypdf.PdfReader(BytesIO(made("ja-en", "pdf").data))
        text = squeezed("".join(sheet.extract_text() for sheet in reader.pages[1:]))
        place = 0
        for row in page("ja-en").select("main div.pair.paragraph"):
            sides = cells(row)
            japanese, english = squeezed(sides["ja"].get_text()), squeezed(sides["en"].get_text())
            # Ruby stands between the characters in the PDF: a few characters are enough.
            for words in (japanese[:5], english.strip("◇")[-12:]):
                found = text.find(words, place)
                assert found >= 0, words
                place = found

    def test_a_heading_comes_before_what_stands_below_it(self) -> None:
        reader = pypdf.PdfReader(BytesIO(made("ja-en", "pdf").data))
        text = squeezed("".join(sheet.extract_text() for sheet in reader.pages[1:]))
        cited = sample("ja-en").sides[0].citations[0].title
        assert 0 < text.rindex("出典") < text.index(squeezed(cited)[:8])

    def test_a_row_stays_on_its_page(self, tmp_path: Path) -> None:
        root = copy("ja", tmp_path)
        rows = 45
        texts = [
            f"始め{n}番、{'船は港を出て、町に灯がともる' * 6}終わり{n}番。" for n in range(rows)
        ]
        with_text(root, "# 題\n\n" + "\n\n".join(texts) + "\n")
        edition = both(root, "ja-en")
        sheets = [
            squeezed(sheet.extract_text())
            for sheet in pypdf.PdfReader(BytesIO(renderer("pdf")(edition).data)).pages
        ]
        pages = [
            {next(i for i, text in enumerate(sheets) if f"{end}{n}番" in text) for end in ENDS}
            for n in range(rows)
        ]
        assert len(set.union(*pages)) > 3
        assert all(len(found) == 1 for found in pages), pages

    def test_both_sides_of_a_row_begin_on_one_line(self) -> None:
        starts = {
            numbers(cells(row)["en"].get_text())[0]
            for row in page("ja-en").select("main div.paragraph")
        }
        checked = 0
        with pdfplumber.open(BytesIO(made("ja-en", "pdf").data)) as pdf:
            for sheet in pdf.pages[1:]:
                middle = sheet.width / 2
                left = {round(char["matrix"][5], 1) for char in sheet.chars if char["x0"] < middle}
                for line in sheet.crop((middle, 0, sheet.width, sheet.height)).extract_text_lines():
                    found = re.match(r"Sentence (\d+)", line["text"])
                    if found and int(found[1]) in starts:
                        baseline = round(line["chars"][0]["matrix"][5], 1)
                        assert min(abs(baseline - other) for other in left) < 0.3, line["text"]
                        checked += 1
        assert checked > 20


def table_rows(docx: Docx) -> Iterator[list[Any]]:
    """The rows of the outer tables, each as its cells."""
    for table in docx.document.findall(f"{W}body/{W}tbl"):
        if docx.style_name(value(table, "tblPr/tblStyle")) == "Bilingual Table":
            first = table.find(f"{W}tr")
            assert first.find(f"{W}trPr/{W}tblHeader") is not None
            for row in table.findall(f"{W}tr"):
                yield row.findall(f"{W}tc")


def words(element: Any) -> str:
    return "".join(
        text.text or ""
        for text in element.iter(f"{W}t")
        if not any(parent.tag == f"{W}rt" for parent in text.iterancestors())
    )


def styles(docx: Docx, cell: Any) -> list[str]:
    return [docx.style_name(value(each, "pPr/pStyle")) for each in cell.iter(f"{W}p")]


@cache
def word(order: str) -> Docx:
    return Docx(made(order, "docx").data)


@pytest.mark.parametrize("order", ORDERS)
class TestTheWordDocument:
    def test_raises_no_finding(self, order: str) -> None:
        assert made(order, "docx").findings == ()

    def test_each_row_says_the_same_twice_in_the_same_styles(self, order: str) -> None:
        names = {"ja-en": ["日本語", "English"], "en-ja": ["English", "日本語"]}[order]
        kinds: set[str] = set()
        heads = pairs = 0
        for row in table_rows(word(order)):
            texts = [words(cell) for cell in row]
            if texts == names:
                heads += 1
            elif len(row) == 2:
                sides = dict(zip(order.split("-"), texts, strict=True))
                says_the_same(sides["ja"], sides["en"])
                assert styles(word(order), row[0]) == styles(word(order), row[1])
                kinds |= set(styles(word(order), row[0]))
                pairs += 1
            else:
                assert value(row[0], "tcPr/gridSpan") == "2"
        assert heads >= 6
        assert pairs > 50
        assert {"Heading 2", "List Bullet", "List Bullet 2", "List Number", "Statement"} <= kinds

    def test_sections_are_headed_outside_tables_in_both_languages(self, order: str) -> None:
        body = word(order).document.find(f"{W}body")
        headings = [
            words(each)
            for each in body.findall(f"{W}p")
            if word(order).style_name(value(each, "pPr/pStyle")) == "Heading 1"
        ]
        names = ["深掘り記事", "気になった記事", "小ネタ2本", "編集後記", "出典"]
        assert len(headings) == len(names)
        for heading, name in zip(headings, names, strict=True):
            assert name in heading
            assert re.search("[A-Z][a-z]+", heading)

    def test_the_picture_is_there_once_with_both_captions(self, order: str) -> None:
        assert len(list(word(order).document.iter(f"{W}drawing"))) == 1
        assert word(order).paragraphs()
        assert len(word(order).text_of("Caption")) == 2

    def test_drafts_are_marked(self, order: str) -> None:
        marked = 0
        for row in table_rows(word(order)):
            for language, cell in zip(order.split("-"), row, strict=False):
                marks = words(cell).count("◇")
                is_draft = language == "en" and bool(unread() & set(numbers(words(cell))))
                assert marks == is_draft, words(cell)
                marked += marks
        assert marked > 5

    def test_numbered_items_keep_their_numbers_on_both_sides(self, order: str) -> None:
        marks = [found.mark for found in word(order).paragraphs() if found.style == "List Number"]
        assert marks == ["1.", "1.", "2.", "2.", "3.", "3."]

    def test_every_bookmark_has_its_own_name_and_links_lead_to_one(self, order: str) -> None:
        document = word(order).document
        names = [mark.get(f"{W}name") for mark in document.iter(f"{W}bookmarkStart")]
        assert len(names) == len(set(names))
        anchors = {link.get(f"{W}anchor") for link in document.iter(f"{W}hyperlink")} - {None}
        assert anchors
        assert anchors <= set(names)


@pytest.mark.parametrize("format_", ["html", "docx"])
def test_the_same_editions_give_the_same_bytes(format_: str, tmp_path: Path) -> None:
    again = renderer(format_)(both(copy("ja", tmp_path), "ja-en"))
    assert again.data == made("ja-en", format_).data
