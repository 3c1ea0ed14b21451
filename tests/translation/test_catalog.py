"""Catalogs: broken ones are refused, and what is written is read back the same."""

from pathlib import Path

import polib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.errors import ContentError
from toolkit.translation.catalog import (
    Draft,
    State,
    catalog_text,
    findings_of,
    live_entries,
    merge,
    new_catalog,
    read_catalog,
    set_draft,
    state,
    write_catalog,
)
from toolkit.translation.segments import Segment


def entry(path: Path, text: str) -> polib.POEntry:
    """The entry of a sentence in a file, as polib itself reads it."""
    found = polib.pofile(str(path)).find(text, include_obsolete_entries=True)
    assert found is not None
    return found


def segment(text: str, line: int = 1) -> Segment:
    return Segment(text, Path("/issues/one/section.md"), line)


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ('msgid "a"\nmsgstr "b"\n<<<<<<< HEAD\n', 3, "belongs to no entry"),
        ('msgid "a"\nmsgstr "b "c""\n', 2, "unescaped double quote"),
        ('msgstr "b"\n', 1, "belongs to no entry"),
        ('msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"\n', 4, "on line 1 already"),
        ('msgid "a\x00"\nmsgstr "b"\n', 1, "binary data"),
        ("PK\x03\x04", 1, "belongs to no entry"),
        ('msgid "a"\nmsgstr "b', 2, "quotation mark is missing"),
        ('msgid "a"\nmsgstr "', 2, "quotation mark is missing"),
        ('msgid "a"\nmsgstr ""\n"b\\"\n', 3, "quotation mark is missing"),
        ('#~ msgid "a\n#~ msgstr "b"\n', 1, "quotation mark is missing"),
    ],
    ids=[
        "conflict",
        "quotes",
        "half",
        "twice",
        "nul",
        "zip",
        "cut",
        "cut-1",
        "escaped",
        "obsolete",
    ],
)
def test_a_broken_catalog_is_one_error_with_its_line(
    tmp_path: Path, content: str, line: int, message: str
) -> None:
    path = tmp_path / "en.po"
    path.write_text(content)
    with pytest.raises(ContentError, match=message) as caught:
        read_catalog(path)
    assert (caught.value.path, caught.value.line) == (path, line)
    assert "\n" not in str(caught.value)


def test_a_catalog_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "en.po"
    path.write_bytes('msgid "橋"\nmsgstr "bridge"\n'.encode("shift_jis"))
    with pytest.raises(ContentError, match="not UTF-8"):
        read_catalog(path)


def test_an_empty_file_is_an_empty_catalog(tmp_path: Path) -> None:
    (tmp_path / "en.po").touch()
    assert list(read_catalog(tmp_path / "en.po")) == []


def test_a_draft_knows_whether_it_was_touched() -> None:
    draft = polib.POEntry(msgid="橋。")
    assert state(draft) is State.MISSING
    set_draft(draft, Draft("Bridge.", "machine translation, confidence 50%", ("look", "a\nb")))
    assert state(draft) is State.DRAFT
    assert findings_of(draft) == ("look", "a b")
    draft.msgstr = "A bridge."
    assert state(draft) is State.EDITED
    assert findings_of(draft) == ()
    draft.flags.remove("fuzzy")
    assert state(draft) is State.APPROVED
    draft.msgstr = " "
    assert state(draft) is State.MISSING


def test_a_draft_made_again_keeps_what_it_said_before() -> None:
    catalog = new_catalog("ja", "en")
    catalog.append(polib.POEntry(msgid="橋が一つ開いた。", msgstr="A bridge opened."))
    merge(catalog, [segment("橋が二つ開いた。")], Path("/issues/one"))
    changed = live_entries(catalog)["橋が二つ開いた。"]
    for text in ("Bridges opened.", "Two bridges opened."):
        set_draft(changed, Draft(text, "machine translation, confidence 50%"))
    assert changed.comment.splitlines()[1:] == ["previously: A bridge opened."]
    assert changed.previous_msgid == "橋が一つ開いた。"


def test_a_sentence_unlike_any_other_has_no_previous_text() -> None:
    catalog = new_catalog("ja", "en")
    catalog.append(polib.POEntry(msgid="橋が一つ開いた。", msgstr="A bridge opened."))
    merge(catalog, [segment("予算は議会で決まる。")], Path("/issues/one"))
    assert live_entries(catalog)["予算は議会で決まる。"].previous_msgid is None


def test_a_sentence_whose_footnotes_got_other_numbers_keeps_its_entry() -> None:
    """A note in one piece that is added above gives all below another number."""
    catalog = new_catalog("ja", "en")
    approved = polib.POEntry(msgid="橋[^1]と港[^2]。", msgstr="A harbour[^2] and a _bridge_.[^1]")
    draft, code = (
        polib.POEntry(msgid="船[^3]。"),
        polib.POEntry(msgid="`[^1]`と道[^1]。", msgstr="A road.[^1]"),
    )
    set_draft(draft, Draft("A ship.[^3]", "machine translation, confidence 80%"))
    catalog.extend([approved, draft, code])
    texts = ["橋[^2]と港[^3]。", "船[^4]。", "`[^1]`と道[^2]。"]
    merge(catalog, [segment(text) for text in texts], Path("/issues/one"))
    live = live_entries(catalog)
    assert [live[text].msgstr for text in texts] == [
        "A harbour[^3] and a _bridge_.[^2]",
        "A ship.[^4]",
        "",
    ]
    states = [state(live[text]) for text in texts]
    assert states == [State.APPROVED, State.DRAFT, State.MISSING]
    assert [entry.msgid for entry in catalog if entry.obsolete] == ["`[^1]`と道[^1]。"]


def test_every_place_of_a_sentence_is_a_reference() -> None:
    catalog = new_catalog("ja", "en")
    places = [segment("橋。", 1), segment("港。", 2), segment("橋。", 3), segment("橋。", 3)]
    merge(catalog, places, Path("/issues/two"))
    assert [found.msgid for found in catalog] == ["橋。", "港。"]
    assert catalog[0].occurrences == [("../one/section.md", "1"), ("../one/section.md", "3")]


def test_a_sentence_in_use_and_obsolete_keeps_both_translations(tmp_path: Path) -> None:
    path = tmp_path / "en.po"
    path.write_text('msgid "橋。"\nmsgstr "New."\n\n#~ msgid "橋。"\n#~ msgstr "Old."\n')
    catalog = read_catalog(path)
    merge(catalog, [segment("橋。")], Path("/issues/one"))
    assert [(e.msgstr, bool(e.obsolete)) for e in catalog] == [("New.", False), ("Old.", True)]


def test_it_has_no_date_and_one_line_a_text(tmp_path: Path) -> None:
    catalog = new_catalog("ja", "en")
    long = "長い文です" * 60 + "。"
    merge(catalog, [segment(long)], Path("/issues/one"))
    set_draft(catalog[0], Draft("word " * 60, "machine translation, confidence 9%"))
    write_catalog(catalog, tmp_path / "en.po")
    lines = (tmp_path / "en.po").read_text("utf-8").splitlines()
    assert f'msgid "{long}"' in lines
    assert not any("Date" in line for line in lines)
    assert polib.pofile(str(tmp_path / "en.po")).metadata["Language"] == "en"


# Anything a person may write, control characters and line separators included.
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=12)


@settings(deadline=None)
@given(st.dictionaries(words.filter(str.strip), st.tuples(words, words, st.booleans()), max_size=5))
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, entries: dict[str, tuple[str, str, bool]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "round-trip.po"
    catalog = new_catalog("ja", "en")
    merge(catalog, [segment(text) for text in entries], Path("/issues/one"))
    for found in catalog:
        text, finding, obsolete = entries[found.msgid]
        set_draft(found, Draft(text, "machine translation, confidence 5%", (finding,)))
        found.obsolete = obsolete
    write_catalog(catalog, path)
    again = read_catalog(path)
    assert {(e.msgid, e.msgstr, state(e), bool(e.obsolete)) for e in again} == {
        (text, draft, State.DRAFT if draft.strip() else State.MISSING, obsolete)
        for text, (draft, _, obsolete) in entries.items()
    }
    assert catalog_text(again) == path.read_text("utf-8")
