"""Catalogs brought up to date: what is approved stays, what is new gets a draft."""

import csv
import hashlib
import math
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polib
import pytest

from tests.translation.phrasebook import Phrasebook
from toolkit.document import markdown
from toolkit.document.glossary import Glossary
from toolkit.document.issue import Issue, read_issue
from toolkit.document.publication import Publication, read_publication
from toolkit.errors import ContentError
from toolkit.translation import translate as module
from toolkit.translation.edition import edition
from toolkit.translation.engine import Draft, Engine
from toolkit.translation.translate import TranslationReport, translate_issue, translate_lines

CASES = Path(__file__).parent / "cases" / "merging"
SLUG = "2025-11-25"


def phrasebook() -> Phrasebook:
    with (CASES / "drafts.csv").open(encoding="utf-8", newline="") as file:
        return Phrasebook(dict(csv.reader(file)))


@pytest.fixture
def opened(tmp_path: Path) -> Publication:
    (tmp_path / "newsletter.toml").write_text('[name]\nja = "週報"\n', "utf-8")
    issue = tmp_path / "issues" / SLUG
    issue.mkdir(parents=True)
    manifest = 'date = 2025-11-25\n\ntitle = "題"\n\n[[section]]\nkind = "editors-note"\n'
    (issue / "issue.toml").write_text(manifest + 'file = "section.md"\n', "utf-8")
    (issue / "section.md").write_text("橋が開いた。\n", "utf-8")
    return read_publication(tmp_path)


def run(
    opened: Publication,
    engine: Phrasebook | None = None,
    *,
    redraft: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> TranslationReport:
    chosen = engine or phrasebook()
    issue = read_issue(opened, SLUG)
    return translate_issue(
        opened, issue, "en", lambda source, target: chosen, redraft=redraft, progress=progress
    )


def catalog(opened: Publication) -> Path:
    return opened.issues / SLUG / "en.po"


def with_digests(text: str) -> str:
    """The text of a catalog with each ``[............]`` as the digest of the draft below."""

    def fill(match: re.Match[str]) -> str:
        digest = hashlib.sha256(match[2].encode()).hexdigest()[:12]
        return f'[{digest}]{match[1]}msgstr "{match[2]}"'

    return re.sub(r'\[\.{12}\](.*?)msgstr "(.*?)"', fill, text, flags=re.DOTALL)


def lay(case: Path, opened: Publication) -> None:
    shutil.copy(case / "section.md", opened.issues / SLUG)
    if (case / "before.po").exists():
        catalog(opened).write_text(with_digests((case / "before.po").read_text("utf-8")), "utf-8")
    if (case / "memory.po").exists():
        (opened.issues / "2025-11-18").mkdir()
        shutil.copy(case / "memory.po", opened.issues / "2025-11-18" / "en.po")


cases = pytest.mark.parametrize(
    "case", sorted(path.parent for path in CASES.glob("*/after.po")), ids=lambda case: case.name
)


@cases
def test_a_catalog_is_merged_as_an_editor_expects(case: Path, opened: Publication) -> None:
    lay(case, opened)
    run(opened)
    assert catalog(opened).read_text("utf-8") == with_digests(
        (case / "after.po").read_text("utf-8")
    )


@cases
def test_translating_twice_changes_no_byte(case: Path, opened: Publication) -> None:
    lay(case, opened)
    run(opened)
    before, stamp = catalog(opened).read_bytes(), catalog(opened).stat().st_mtime_ns
    engine = phrasebook()
    report = run(opened, engine)
    assert engine.asked == []
    assert (report.drafted, report.from_memory, report.written) == (0, 0, False)
    assert (catalog(opened).read_bytes(), catalog(opened).stat().st_mtime_ns) == (before, stamp)


@pytest.mark.parametrize(
    "case", sorted(path.parent for path in CASES.glob("*/before.po")), ids=lambda case: case.name
)
def test_no_word_of_a_person_is_lost(case: Path, opened: Publication) -> None:
    lay(case, opened)
    before = polib.pofile(str(catalog(opened)))
    run(opened)
    after = polib.pofile(str(catalog(opened)))
    for entry in before:
        if entry.msgstr or entry.tcomment:
            kept = [e for e in after if e.msgid == entry.msgid and e.msgctxt == entry.msgctxt]
            assert [(e.msgstr, e.tcomment, e.fuzzy) for e in kept] == [
                (entry.msgstr, entry.tcomment, entry.fuzzy)
            ]


def test_the_report_counts_every_sentence(opened: Publication) -> None:
    lay(CASES / "edited-draft", opened)
    report = run(opened)
    assert (report.sentences, report.approved, report.edited, report.drafted) == (4, 1, 2, 1)
    lay(CASES / "vanished-sentence", opened)
    report = run(opened)
    assert (report.sentences, report.approved, report.obsolete, report.written) == (2, 2, 3, True)
    assert report.as_dict()["path"] == str(catalog(opened))


def test_redrafting_makes_only_untouched_drafts_again(opened: Publication) -> None:
    lay(CASES / "untouched-draft", opened)
    report = run(opened, redraft=True)
    assert (report.drafted, report.unchanged) == (1, 0)
    (entry,) = [e for e in polib.pofile(str(catalog(opened))) if e.msgid == "橋が開いた。"]
    assert entry.msgstr == "The bridge opened."
    lay(CASES / "edited-draft", opened)
    engine = phrasebook()
    run(opened, engine, redraft=True)
    assert engine.asked == ["人が渡る。"]


def test_an_edition_can_be_read_once_it_is_translated(opened: Publication) -> None:
    issue = read_issue(opened, SLUG)
    with pytest.raises(ContentError):
        edition(opened, issue, "en")
    run(opened)
    english = edition(opened, issue, "en")
    assert (english.title, english.drafts) == ("Title", 2)


def test_a_run_that_is_broken_off_keeps_what_it_drafted(
    opened: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHUNK", 2)
    (opened.issues / SLUG / "section.md").write_text("橋が開いた。船が通る。人が渡る。\n", "utf-8")

    class Interrupted(Phrasebook):
        def translate(self, *arguments: Any, **options: Any) -> list[Draft]:
            if self.asked:
                raise KeyboardInterrupt
            return super().translate(*arguments, **options)

    with pytest.raises(KeyboardInterrupt):
        run(opened, Interrupted(phrasebook().phrases))
    kept = [entry.msgid for entry in polib.pofile(str(catalog(opened))) if entry.msgstr]
    assert kept == ["題", "橋が開いた。"]
    engine = phrasebook()
    report = run(opened, engine)
    assert engine.asked == ["船が通る。", "人が渡る。"]
    assert (report.unchanged, report.drafted) == (2, 2)


def test_what_an_editor_saves_while_the_engine_works_stays(opened: Publication) -> None:
    lay(CASES / "edited-draft", opened)
    words = 'msgid "橋が開いた。"\nmsgstr "Saved just now."\n'

    class Slow(Phrasebook):
        def translate(self, *arguments: Any, **options: Any) -> list[Draft]:
            text = catalog(opened).read_text("utf-8")
            before = re.compile(r'#, fuzzy\nmsgid "橋が開いた。"\nmsgstr ".*"\n')
            catalog(opened).write_text(before.sub(words, text), "utf-8")
            return super().translate(*arguments, **options)

    run(opened, Slow(phrasebook().phrases))
    entries = {entry.msgid: entry for entry in polib.pofile(str(catalog(opened)))}
    assert entries["橋が開いた。"].msgstr == "Saved just now."
    assert not entries["橋が開いた。"].fuzzy
    assert entries["人が渡る。"].msgstr == "People cross."


def test_broken_off_before_the_first_draft_nothing_is_changed(opened: Publication) -> None:
    lay(CASES / "changed-sentence", opened)
    before = catalog(opened).read_bytes()

    def interrupted(source: str, target: str) -> Phrasebook:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        translate_issue(opened, read_issue(opened, SLUG), "en", interrupted)
    assert catalog(opened).read_bytes() == before


def test_an_engine_is_opened_only_for_a_draft(opened: Publication) -> None:
    lay(CASES / "approved-stays", opened)

    def none(source: str, target: str) -> Phrasebook:
        raise AssertionError("nothing was to be drafted")

    report = translate_issue(opened, read_issue(opened, SLUG), "en", none)
    assert (report.approved, report.sentences, report.written) == (3, 3, True)


def test_progress_says_how_much_there_is(opened: Publication) -> None:
    steps: list[tuple[int, int]] = []
    run(opened, progress=lambda done, total: steps.append((done, total)))
    assert steps[0] == (0, 2)
    assert (sum(done for done, _ in steps), {total for _, total in steps}) == (2, {2})


def test_lost_links_are_found_in_what_people_wrote(opened: Publication) -> None:
    path = opened.issues / SLUG / "section.md"
    path.write_text("[市](https://example.org/)の`make`だ。\n", "utf-8")
    entry = 'msgid "[市](https://example.org/)の`make`だ。"\nmsgstr "The city’s `make`."\n'
    catalog(opened).write_text('msgid "題"\nmsgstr "Title"\n\n' + entry, "utf-8")
    (finding,) = run(opened).findings
    assert finding.message == "the link to https://example.org/ is not in the translation"
    lines = catalog(opened).read_text("utf-8").splitlines()
    assert "example.org" in "".join(lines[finding.line - 1 : finding.line + 2])


def test_a_broken_catalog_of_another_issue_is_named(opened: Publication) -> None:
    (opened.issues / "2025-11-18").mkdir()
    (opened.issues / "2025-11-18" / "en.po").write_text("=======\n")
    report = run(opened)
    assert [finding.path.parent.name for finding in report.findings] == ["2025-11-18"]
    assert report.drafted == 2


def test_the_confidence_is_the_mean_probability_of_a_token(opened: Publication) -> None:
    run(opened)
    comments = [entry.comment for entry in polib.pofile(str(catalog(opened)))]
    assert all(comment.startswith("machine translation, confidence 50% [") for comment in comments)
    assert math.exp(math.log(0.5)) == pytest.approx(0.5)


def test_other_way_round(tmp_path: Path) -> None:
    """An issue written in English, translated into Japanese."""
    (tmp_path / "newsletter.toml").write_text(
        'languages = ["en", "ja"]\n[name]\nen = "Weekly"\n', "utf-8"
    )
    folder = tmp_path / "issues" / SLUG
    folder.mkdir(parents=True)
    manifest = 'date = 2025-11-25\ntitle = "News"\n[[section]]\nkind = "brief"\nfile = "b.md"\n'
    (folder / "issue.toml").write_text(manifest, "utf-8")
    (folder / "b.md").write_text("# Bridge\n\nIt opened. It **stays** open.\n", "utf-8")
    opened = read_publication(tmp_path)
    book = Phrasebook(
        {
            "News": "ニュース",
            "Bridge": "橋",
            "It opened.": "橋が開きました。",
            "It stays open.": "橋は開いたままです。",
        },
        source="en",
        target="ja",
    )
    issue = read_issue(opened, SLUG)
    translate_issue(opened, issue, "ja", lambda source, target: book)
    japanese: Issue = edition(opened, issue, "ja")
    assert (japanese.title, japanese.sections[0].title) == ("ニュース", "橋")
    (text,) = [token.content for token in japanese.sections[0].body if token.type == "inline"]
    assert text.startswith("橋が開きました。")
    assert " " not in text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("橋が開いた。船が通る。", "The bridge opened. Ships pass."),
        ("  - 橋が開いた。\n", "  - The bridge opened.\n"),
        ("## 3. 橋が開いた。\r\n", "## 3. The bridge opened.\r\n"),
        ("> - 船が通る。  \n", "> - Ships pass.  \n"),
        ("It is English already.", "It is English already."),
        ("", ""),
        (" \n", " \n"),
        ("---\n", "---\n"),
        ("12,345\n", "12,345\n"),
    ],
)
def test_a_line_keeps_what_stands_around_its_words(line: str, expected: str) -> None:
    (translated,) = translate_lines([line], "en", lambda s, t: phrasebook(), Glossary())
    assert translated.text == expected


def test_lines_are_one_batch_and_come_back_in_order() -> None:
    engine = phrasebook()
    lines = ["橋が開いた。\n", "\n", "船が通る。橋が開いた。\n"]
    translated = translate_lines(lines, "en", lambda source, target: engine, Glossary())
    assert [line.text for line in translated] == [
        "The bridge opened.\n",
        "\n",
        "Ships pass. The bridge opened.\n",
    ]
    assert engine.asked == ["橋が開いた。", "船が通る。"]


def test_lines_into_japanese_are_joined_without_a_space() -> None:
    book = Phrasebook(
        {"It opened.": "橋が開きました。", "It closed.": "橋が閉じました。"}, "en", "ja"
    )
    (line,) = translate_lines(["It opened. It closed."], "ja", lambda s, t: book, Glossary())
    assert line.text == "橋が開きました。橋が閉じました。"


def test_the_real_translator_keeps_the_shape_of_an_issue(
    opened: Publication, japanese_to_english: Engine
) -> None:
    text = """\
# 橋が開いた

市は**橋**を開いた。費用は[5000億ドル](https://example.org/a "市の発表")だった。

- 朝の船が通る。
  - 船は`ls -l`では見えない。

| 年 | 船 |
| --- | ---: |
| 2025年 | 30 |
"""
    (opened.issues / SLUG / "section.md").write_text(text, "utf-8")
    issue = read_issue(opened, SLUG)
    report = translate_issue(opened, issue, "en", lambda source, target: japanese_to_english)
    english = edition(opened, issue, "en")
    assert (report.drafted, english.drafts) == (10, 10)
    (section,) = english.sections
    (original,) = issue.sections
    assert [token.type for token in section.body] == [token.type for token in original.body]
    written = markdown.write(section.body)
    assert '$500 billion](https://example.org/a "' in written
    assert "`ls -l`" in written
    assert written.count("**") == 2
    again = run(opened)
    assert (again.unchanged, again.written) == (10, False)
