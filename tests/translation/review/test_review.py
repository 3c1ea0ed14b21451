"""A review document, edited as Word would leave it, and brought back."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import polib
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from openxml_audit import FileFormat, OpenXmlValidator

from tests.support import Newsletter, Result
from toolkit.translation.catalog import Draft, read_catalog, set_draft, write_catalog

SLUG = "2025-11-25"
TITLE, LEAD = "路面電車が帰ってくる", "新線の開業を読み解く。"
BOLD, STOPS, FARES = "市は**「新線」**を開業した。", "停留所は9か所である。", "運賃"

Edit = Callable[[Any], object]
"""What is done to an opened document."""


class Desk:
    """An editor's desk: the publication, its catalog, and a review of it."""

    def __init__(self, root: Path, newsletter: Newsletter) -> None:
        self.root, self.newsletter = root, newsletter
        self.catalog_file = root / "issues" / SLUG / "en.po"
        self.review = root / "dist" / SLUG / f"{SLUG}.en.review.docx"
        catalog = read_catalog(self.catalog_file)
        for entry in catalog:
            if entry.msgid in (LEAD, BOLD, STOPS):
                set_draft(entry, Draft(entry.msgstr, "machine translation, confidence 81%"))
        write_catalog(catalog, self.catalog_file)

    def run(self, *arguments: object) -> Result:
        return self.newsletter("review", SLUG, *arguments, cwd=self.root)

    def export(self) -> Any:
        result = self.run("--to", "en", "--docx")
        assert result.code == 0, result.err
        return docx.Document(str(self.review))

    def back(self, document: Any, *options: str) -> Result:
        document.save(str(self.review))
        return self.run("--to", "en", "--apply", self.review, *options)

    def entry(self, msgid: str) -> polib.POEntry:
        found = polib.pofile(str(self.catalog_file)).find(msgid, include_obsolete_entries=True)
        assert found is not None
        return found

    def unplaced(self) -> str:
        return (self.root / "issues" / SLUG / "en.unplaced.txt").read_text("utf-8")


@pytest.fixture
def desk(publication: Path, newsletter: Newsletter) -> Desk:
    return Desk(publication, newsletter)


def row(document: Any, source: str) -> Any:
    return next(
        found for table in document.tables for found in table.rows if found.cells[1].text == source
    )


def write(document: Any, source: str, text: str, column: int = 2) -> None:
    row(document, source).cells[column].text = text


def tracked(kind: str, text: str) -> Any:
    change, run = OxmlElement(f"w:{kind}"), OxmlElement("w:r")
    change.set(qn("w:id"), "900")
    change.set(qn("w:author"), "Aki")
    piece = OxmlElement("w:delText" if kind == "del" else "w:t")
    piece.set(qn("xml:space"), "preserve")
    piece.text = text
    run.append(piece)
    change.append(run)
    return change


# The document -----------------------------------------------------------------------------


def test_it_is_a_landscape_table_with_languages_and_repeated_heads(desk: Desk) -> None:
    document = desk.export()
    assert document.sections[0].page_width > document.sections[0].page_height
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 2"]
    assert headings[:2] == ["Title and lead", "Deep dive: 路面電車の新線"]
    assert len(headings) == len(document.tables)
    for table in document.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    cells = row(document, STOPS).cells
    assert [cell.text for cell in cells[1:4]] == [STOPS, "It has nine stops.", "draft"]
    for cell, language in ((cells[1], "ja-JP"), (cells[2], "en-US")):
        style = cell.paragraphs[0].style.element
        assert style.rPr.find(qn("w:lang")).get(qn("w:val")) == language
    numbers = [r.cells[0].text.split("\n")[0] for t in document.tables for r in t.rows[1:]]
    assert numbers == [str(number) for number in range(1, 29)]


def test_findings_are_comments_and_the_rows_are_named_at_the_top(desk: Desk) -> None:
    catalog = read_catalog(desk.catalog_file)
    entry = catalog.find(STOPS)
    assert entry is not None
    set_draft(entry, Draft("It has eight stops.", "machine translation, confidence 31%"))
    write_catalog(catalog, desk.catalog_file)
    document = desk.export()
    texts = [comment.text for comment in document.comments]
    assert len(texts) == 1
    assert "9" in texts[0]
    assert "31%" in texts[0]
    assert row(document, STOPS).cells[4].text == texts[0]
    number = row(document, STOPS).cells[0].text.split("\n")[0]
    assert f"Look first at {number}" in [p.text for p in document.paragraphs]


def test_the_same_catalog_gives_the_same_bytes(desk: Desk) -> None:
    desk.export()
    first = desk.review.read_bytes()
    desk.export()
    assert desk.review.read_bytes() == first


def test_an_untouched_review_changes_nothing(desk: Desk) -> None:
    document = desk.export()
    before = desk.catalog_file.read_bytes()
    result = desk.back(document)
    assert (result.code, result.out) == (0, f"issues/{SLUG}/en.po: 28 unchanged\n")
    assert desk.catalog_file.read_bytes() == before


def test_control_characters_and_line_breaks_survive(desk: Desk) -> None:
    catalog = read_catalog(desk.catalog_file)
    entry = catalog.find(STOPS)
    assert entry is not None
    set_draft(entry, Draft("It has\x0b nine\nstops  now.", "machine translation, by rules"))
    write_catalog(catalog, desk.catalog_file)
    result = desk.back(desk.export())
    assert "28 unchanged" in result.out
    assert desk.entry(STOPS).msgstr == "It has\x0b nine\nstops  now."


# What comes back --------------------------------------------------------------------------


def test_a_correction_is_approved_and_markdown_stays_typed(desk: Desk) -> None:
    document = desk.export()
    write(document, BOLD, "The city has opened **“the new line.”**")
    result = desk.back(document)
    assert result.out == f"issues/{SLUG}/en.po: 1 corrected, 27 unchanged\n"
    entry = desk.entry(BOLD)
    assert (entry.msgstr, entry.flags, entry.comment) == (
        "The city has opened **“the new line.”**",
        [],
        "",
    )
    again = desk.run("--to", "en", "--apply", desk.review)
    assert (again.code, again.out) == (0, f"issues/{SLUG}/en.po: 28 unchanged\n")


@pytest.mark.parametrize("mark", ["ok", "OK!", "✓", "draft ok", "承認済み", "ＯＫ", "approved"])
def test_a_state_approves_without_a_change(desk: Desk, mark: str) -> None:
    document = desk.export()
    write(document, STOPS, mark, column=3)
    result = desk.back(document)
    assert result.out == f"issues/{SLUG}/en.po: 1 approved as they were, 27 unchanged\n"
    assert (desk.entry(STOPS).msgstr, desk.entry(STOPS).fuzzy) == ("It has nine stops.", False)
    assert desk.entry(LEAD).fuzzy


@pytest.mark.parametrize("mark", ["", "draft", "not yet", "look", "okra", "？"])
def test_other_words_approve_nothing(desk: Desk, mark: str) -> None:
    document = desk.export()
    write(document, STOPS, mark, column=3)
    assert "28 unchanged" in desk.back(document).out
    assert desk.entry(STOPS).fuzzy


def test_all_can_be_approved_at_once(desk: Desk) -> None:
    result = desk.back(desk.export(), "--approve-all")
    assert "3 approved as they were, 25 unchanged" in result.out
    assert not any(entry.fuzzy for entry in polib.pofile(str(desk.catalog_file)))


def test_who_writes_ok_beside_findings_waives_them(desk: Desk) -> None:
    catalog = read_catalog(desk.catalog_file)
    entry = catalog.find(STOPS)
    assert entry is not None
    set_draft(entry, Draft("It has many stops.", "machine translation, by rules"))
    write_catalog(catalog, desk.catalog_file)
    document = desk.export()
    write(document, STOPS, "ok", column=3)
    desk.back(document)
    assert desk.entry(STOPS).tcomment.startswith("ok: 9")
    assert row(desk.export(), STOPS).cells[4].text == ""


def test_tracked_changes_are_read_as_accepted(desk: Desk) -> None:
    document = desk.export()
    cell = row(document, STOPS).cells[2]
    paragraph = cell.paragraphs[0]
    paragraph.runs[0].text = "It has "
    paragraph._p.append(tracked("del", "nine"))
    paragraph._p.append(tracked("ins", "9"))
    paragraph._p.append(tracked("moveFrom", " of them"))
    paragraph.add_run(" stops.")
    desk.back(document)
    assert desk.entry(STOPS).msgstr == "It has 9 stops."


def test_a_paragraph_mark_that_was_deleted_joins_its_paragraphs(desk: Desk) -> None:
    document = desk.export()
    cell = row(document, STOPS).cells[2]
    cell.text = "It has ni"
    properties = cell.paragraphs[0]._p.get_or_add_pPr()
    marks = OxmlElement("w:rPr")
    marks.append(OxmlElement("w:del"))
    properties.append(marks)
    cell.add_paragraph("ne halts.")
    cell.add_paragraph("All of them.")
    desk.back(document)
    assert desk.entry(STOPS).msgstr == "It has nine halts. All of them."


def test_rows_may_be_moved_sorted_and_deleted(desk: Desk) -> None:
    document = desk.export()
    write(document, STOPS, "It has nine halts.")
    write(document, FARES, "Prices")
    moved = row(document, STOPS)._tr
    document.tables[0]._tbl.append(moved)
    deleted = row(document, TITLE)._tr
    deleted.getparent().remove(deleted)
    removed = row(document, LEAD)._tr.get_or_add_trPr()
    removed.append(OxmlElement("w:del"))
    for table in document.tables:
        for line in sorted(table.rows[1:], key=lambda found: str(found.cells[2].text)):
            table._tbl.append(line._tr)
    result = desk.back(document)
    assert result.out == f"issues/{SLUG}/en.po: 2 corrected, 24 unchanged, 2 without a row\n"
    assert desk.entry(STOPS).msgstr == "It has nine halts."
    assert desk.entry(LEAD).msgstr == "What the new line means."
    assert desk.entry(FARES).msgstr == "Prices"


def test_columns_may_change_places(desk: Desk) -> None:
    document = desk.export()
    write(document, STOPS, "It has nine halts.")
    for table in document.tables:
        for line in table.rows:
            cells = line._tr.tc_lst
            cells[1].addprevious(cells[2])
    assert "1 corrected, 27 unchanged" in desk.back(document).out
    assert desk.entry(STOPS).msgstr == "It has nine halts."


def test_a_row_without_key_is_known_by_its_source(desk: Desk) -> None:
    document = desk.export()
    cells = row(document, STOPS).cells
    cells[0].text = ""
    cells[2].text = "It has nine halts."
    added = document.tables[0].add_row().cells
    added[1].text, added[2].text = "市は**「新線」**を 開業した。", "The city opened a line."
    assert "2 corrected" in desk.back(document).out
    assert desk.entry(STOPS).msgstr == "It has nine halts."
    assert desk.entry(BOLD).msgstr == "The city opened a line."


# What has no place ------------------------------------------------------------------------


def test_a_foreign_row_is_named_and_kept(desk: Desk) -> None:
    document = desk.export()
    added = document.tables[0].add_row().cells
    added[1].text, added[2].text = "港に橋が架かる。", "A bridge spans the harbour."
    result = desk.back(document)
    assert result.code == 1
    assert "no sentence of the issue has this source" in result.err
    assert "source: 港に橋が架かる。\ntranslation: A bridge spans the harbour." in desk.unplaced()
    kept = desk.unplaced()
    desk.run("--apply", desk.review)
    assert desk.unplaced() == kept
    assert desk.run("--docx").code == 0


def test_merged_cells_are_named_and_kept(desk: Desk) -> None:
    document = desk.export()
    write(document, STOPS, "It has nine halts.")
    cells = row(document, STOPS).cells
    cells[1].merge(cells[2])
    first, second = row(document, LEAD).cells[2], row(document, TITLE).cells[2]
    first.merge(second)
    result = desk.back(document)
    assert result.code == 1
    assert "its cells were merged or split" in result.err
    assert "It has nine halts." in desk.unplaced()
    assert "What the new line means." in desk.unplaced()
    assert desk.entry(STOPS).msgstr == "It has nine stops."


def test_a_key_that_names_another_sentence_is_no_guess(desk: Desk) -> None:
    document = desk.export()
    write(document, STOPS, "It has nine halts.")
    write(document, STOPS, LEAD, column=1)
    result = desk.back(document)
    assert "its key belongs to another sentence than its source" in result.err
    assert "It has nine halts." in desk.unplaced()
    assert desk.entry(LEAD).msgstr == "What the new line means."


def test_an_emptied_translation_is_named(desk: Desk) -> None:
    document = desk.export()
    write(document, STOPS, "")
    result = desk.back(document)
    assert result.code == 1
    assert "was emptied" in result.err
    assert desk.entry(STOPS).msgstr == "It has nine stops."


def test_a_source_that_was_edited_is_named_and_its_translation_taken(desk: Desk) -> None:
    document = desk.export()
    write(document, STOPS, "It has nine halts.")
    write(document, STOPS, "停留所は9か所だ。", column=1)
    result = desk.back(document)
    assert "change it in the issue's own file" in result.err
    assert desk.entry(STOPS).msgstr == "It has nine halts."


# Conflicts --------------------------------------------------------------------------------


def test_two_editors_corrections_are_both_kept(desk: Desk) -> None:
    document = desk.export()
    write(document, STOPS, "It has nine halts.")
    desk.back(document)
    write(document, STOPS, "There are nine stops.")
    result = desk.back(document)
    assert result.code == 1
    assert "the catalog has another translation by now; both are kept" in result.err
    entry = desk.entry(STOPS)
    assert entry.msgstr == "It has nine halts."
    assert entry.tcomment == f"other translation ({SLUG}.en.review.docx): There are nine stops."
    assert desk.run("--apply", desk.review).code == 0
    assert desk.entry(STOPS).tcomment == entry.tcomment
    assert "two translations" in row(desk.export(), STOPS).cells[4].text


def test_a_correction_goes_before_a_newer_draft(desk: Desk) -> None:
    document = desk.export()
    catalog = read_catalog(desk.catalog_file)
    entry = catalog.find(STOPS)
    assert entry is not None
    set_draft(entry, Draft("Nine stops it has.", "machine translation, by rules"))
    write_catalog(catalog, desk.catalog_file)
    write(document, STOPS, "It has nine halts.")
    assert "1 corrected" in desk.back(document).out
    assert desk.entry(STOPS).msgstr == "It has nine halts."


def test_an_approval_of_a_former_text_approves_no_newer_one(desk: Desk) -> None:
    document = desk.export()
    catalog = read_catalog(desk.catalog_file)
    entry = catalog.find(STOPS)
    assert entry is not None
    entry.msgstr = "Nine stops, says a colleague."
    write_catalog(catalog, desk.catalog_file)
    write(document, STOPS, "ok", column=3)
    assert desk.back(document).code == 1
    entry = desk.entry(STOPS)
    assert (entry.msgstr, entry.fuzzy) == ("Nine stops, says a colleague.", True)
    assert entry.tcomment.endswith(": It has nine stops.")


def test_a_source_that_changed_meanwhile_keeps_the_correction_beside_it(desk: Desk) -> None:
    document = desk.export()
    section = desk.root / "issues" / SLUG / "deep-dive.md"
    section.write_text(section.read_text("utf-8").replace("9か所である", "10か所である"), "utf-8")
    write(document, STOPS, "It has nine halts.")
    result = desk.back(document)
    assert result.code == 1
    assert "its source was changed meanwhile" in result.err
    assert desk.entry(STOPS).msgstr == "It has nine halts."
    changed = desk.entry("停留所は10か所である。")
    assert changed.msgstr == ""
    assert changed.tcomment.endswith(": It has nine halts.")


def test_corrections_that_were_not_applied_are_not_written_over(desk: Desk) -> None:
    document = desk.export()
    write(document, STOPS, "It has nine halts.")
    document.save(str(desk.review))
    result = desk.run("--docx")
    assert result.code == 1
    assert "holds corrections that are not in the catalog yet" in result.err
    assert row(docx.Document(str(desk.review)), STOPS).cells[2].text == "It has nine halts."


def test_comments_of_people_come_back(desk: Desk) -> None:
    document = desk.export()
    cell = row(document, STOPS).cells[2]
    document.add_comment(cell.paragraphs[0].runs, text="Stops or halts?", author="Aki")
    result = desk.back(document)
    assert "1 comments taken over" in result.out
    assert desk.entry(STOPS).tcomment == "Aki: Stops or halts?"
    assert desk.entry(STOPS).fuzzy


# What programs do -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("It has\u00a0nine halts.\u200b", "It has nine halts."),
        ("It has “nine” halts…", "It has “nine” halts…"),
        ("  It has nine halts. ", "It has nine halts."),
        ("It has nine\nhalts.", "It has nine halts."),
        ("It has nine\\\nhalts.", "It has nine halts."),
    ],
)
def test_what_word_types_on_its_own(desk: Desk, typed: str, expected: str) -> None:
    document = desk.export()
    write(document, STOPS, typed)
    desk.back(document)
    assert desk.entry(STOPS).msgstr == expected


def test_addresses_and_code_keep_their_quotes_and_dashes(desk: Desk) -> None:
    source = "詳しくは[市の案内](https://example.org/tram)を見てほしい。"
    section = desk.root / "issues" / SLUG / "deep-dive.md"
    text = section.read_text("utf-8")
    changed = source.replace("/tram", "/tram--new'a").replace("を見て", 'と`a "b"`を見て')
    section.write_text(text.replace(source, changed), "utf-8")
    document = desk.export()
    write(document, changed, "See [the guide](https://example.org/tram–new’a) and `a “b”`.")
    assert "1 corrected" in desk.back(document).out
    expected = 'See [the guide](https://example.org/tram--new\'a) and `a "b"`.'
    assert desk.entry(changed).msgstr == expected


# What is no review ------------------------------------------------------------------------


def rezipped(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return packed.getvalue()


def no_review() -> bytes:
    saved = io.BytesIO()
    docx.Document().save(saved)
    return saved.getvalue()


def with_entities(name: str, data: bytes) -> bytes:
    if name != "word/document.xml":
        return data
    return data.replace(b"<w:document", b'<!DOCTYPE x [<!ENTITY a "b">]><w:document', 1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no Word file"),
        (b"PK\x03\x04 cut off", "is no Word file"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old .doc file or locked with a password"),
        (no_review(), "holds no table of a review"),
        (rezipped(no_review(), with_entities), "declares a document type"),
        (rezipped(no_review(), lambda _, data: data[: len(data) // 2]), "is damaged"),
    ],
    ids=["empty", "cut", "doc", "foreign", "entities", "damaged"],
)
def test_what_is_no_review_is_refused(desk: Desk, content: bytes, message: str) -> None:
    file = desk.root / "strange.docx"
    file.write_bytes(content)
    before = desk.catalog_file.read_bytes()
    result = desk.run("--apply", file)
    assert result.code == 1
    assert result.err.startswith("newsletter: strange.docx: ")
    assert message in result.err
    assert len(result.err.splitlines()) == 1
    assert desk.catalog_file.read_bytes() == before


def test_a_part_that_unpacks_to_too_much_is_refused(desk: Desk) -> None:
    file = desk.root / "bomb.docx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * (41 * 1024 * 1024))
    result = desk.run("--apply", file)
    assert (result.code, result.err) == (
        1,
        "newsletter: bomb.docx: is not safe: word/document.xml unpacks to too much\n",
    )


def test_the_review_of_another_issue_is_refused(desk: Desk) -> None:
    document = desk.export()
    document.core_properties.identifier = "newsletter-review:2020-01-01:en"
    result = desk.back(document)
    assert result.code == 1
    assert "is the review of 2020-01-01 into en" in result.err


def test_strict_open_xml_reads_the_same(desk: Desk) -> None:
    document = desk.export()
    write(document, STOPS, "It has nine halts.")
    document.save(str(desk.review))

    def strict(_: str, data: bytes) -> bytes:
        return re.sub(
            rb"http://schemas\.openxmlformats\.org/(wordprocessingml|officeDocument)/2006/",
            rb"http://purl.oclc.org/ooxml/\1/",
            data,
        )

    desk.review.write_bytes(rezipped(desk.review.read_bytes(), strict))
    assert "1 corrected, 27 unchanged" in desk.run("--apply", desk.review).out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "--docx or --xliff VERSION to write a review"),
        (("--docx", "--apply", "x.docx"), "--docx or --xliff VERSION to write a review"),
        (("--apply", "x.docx", "--out", "y.docx"), "--out goes with --docx and --xliff"),
        (("--docx", "--approve-all"), "--approve-all goes with --apply"),
        (("--docx", "--to", "ja"), "no translation into ja"),
    ],
)
def test_calls_without_meaning(desk: Desk, arguments: tuple[str, ...], message: str) -> None:
    result = desk.run(*arguments)
    assert result.code == 2
    assert message in result.err


def test_it_is_valid_open_xml(desk: Desk) -> None:
    desk.export()
    result = OpenXmlValidator(file_format=FileFormat.OFFICE_2019).validate(desk.review)
    assert [str(error) for error in result.errors] == []
