"""The memory: made of the approved sentences of all catalogs, and made again at any time."""

import os
import sqlite3
from pathlib import Path

import pytest

from toolkit.document.publication import Publication, read_publication
from toolkit.errors import MissingError
from toolkit.translation import memory
from toolkit.translation.memory import Match, exact_match, open_memory


@pytest.fixture
def opened(publication: Path) -> Publication:
    return read_publication(publication)


def write(path: Path, *entries: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    header = 'msgid ""\nmsgstr "Language: en\\n"\n'
    path.write_text("\n".join([header, *entries]), "utf-8")


def approved(source: str, target: str) -> str:
    return f'msgid "{source}"\nmsgstr "{target}"\n'


def look_up(opened: Publication, text: str, source: str = "ja", target: str = "en") -> Match | None:
    with open_memory(opened) as found:
        return exact_match(found, text, source, target)


def test_approved_sentences_are_found_in_both_directions(opened: Publication) -> None:
    write(opened.issues / "one" / "en.po", approved("橋。", "A bridge."))
    assert look_up(opened, "橋。") == Match("A bridge.", "issues/one/en.po:4")
    assert look_up(opened, "A bridge.", "en", "ja") == Match("橋。", "issues/one/en.po:4")
    assert look_up(opened, "橋。", "en", "ja") is None
    assert look_up(opened, "橋") is None


def test_drafts_missing_and_obsolete_translations_are_not_in_it(opened: Publication) -> None:
    write(
        opened.issues / "one" / "en.po",
        "#, fuzzy\n" + approved("橋。", "A bridge."),
        approved("港。", ""),
        '#~ msgid "船。"\n#~ msgstr "A ship."\n',
    )
    assert [look_up(opened, text) for text in ("橋。", "港。", "船。")] == [None, None, None]


def test_the_latest_issue_wins_and_imports_come_last(opened: Publication) -> None:
    write(opened.root / "memory" / "old.po", approved("橋。", "The old bridge."))
    assert look_up(opened, "橋。") == Match("The old bridge.", "memory/old.po:4")
    write(opened.issues / "2024-01-01" / "en.po", approved("橋。", "A bridge."))
    write(opened.issues / "2025-01-01" / "en.po", approved("橋。", "The bridge."))
    assert look_up(opened, "橋。") == Match("The bridge.", "issues/2025-01-01/en.po:4")


def test_it_follows_its_catalogs(opened: Publication) -> None:
    path = opened.issues / "one" / "en.po"
    write(path, approved("橋。", "A bridge."))
    assert look_up(opened, "橋。")
    write(path, approved("橋。", "The bridge."))
    os.utime(path, ns=(1, 1))
    assert look_up(opened, "橋。") == Match("The bridge.", "issues/one/en.po:4")
    path.unlink()
    assert look_up(opened, "橋。") is None


def test_a_catalog_that_did_not_change_is_not_read_again(
    opened: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(opened.issues / "one" / "en.po", approved("橋。", "A bridge."))
    look_up(opened, "橋。")
    monkeypatch.setattr(memory, "read_catalog", None)
    assert look_up(opened, "橋。") == Match("A bridge.", "issues/one/en.po:4")


@pytest.mark.parametrize("content", [b"", b"no database at all, but some text" * 99, None])
def test_it_is_made_again_when_it_is_gone_or_broken(
    opened: Publication, content: bytes | None
) -> None:
    write(opened.issues / "one" / "en.po", approved("橋。", "A bridge."))
    look_up(opened, "橋。")
    if content is None:
        opened.memory.unlink()
    else:
        opened.memory.write_bytes(content)
    assert look_up(opened, "橋。") == Match("A bridge.", "issues/one/en.po:4")


def test_a_damaged_page_is_no_loss(opened: Publication) -> None:
    write(
        opened.issues / "one" / "en.po",
        *[approved(f"橋{number}。", f"Bridge {number}.") for number in range(500)],
    )
    look_up(opened, "橋。")
    data = bytearray(opened.memory.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    opened.memory.write_bytes(bytes(data))
    assert look_up(opened, "橋7。") == Match("Bridge 7.", "issues/one/en.po:25")


def test_an_older_schema_is_made_anew(opened: Publication) -> None:
    write(opened.issues / "one" / "en.po", approved("橋。", "A bridge."))
    look_up(opened, "橋。")
    with sqlite3.connect(opened.memory) as connection:
        connection.execute("ALTER TABLE unit DROP COLUMN imported")
        connection.execute("PRAGMA user_version = 0")
    connection.close()
    assert look_up(opened, "橋。") == Match("A bridge.", "issues/one/en.po:4")


def test_another_programs_database_is_left_alone(opened: Publication) -> None:
    with sqlite3.connect(opened.memory) as connection:
        connection.execute("CREATE TABLE precious (thing TEXT)")
    connection.close()
    before = opened.memory.read_bytes()
    with pytest.raises(MissingError, match="another program"):
        look_up(opened, "橋。")
    assert opened.memory.read_bytes() == before


def test_a_place_that_cannot_be_written_is_one_error(opened: Publication) -> None:
    opened.memory.mkdir()
    with pytest.raises(MissingError, match="cannot be used") as caught:
        look_up(opened, "橋。")
    assert caught.value.path == opened.memory


def test_a_broken_catalog_is_named_and_left_out(opened: Publication) -> None:
    write(opened.issues / "one" / "en.po", approved("橋。", "A bridge."))
    write(opened.issues / "two" / "en.po", "<<<<<<< HEAD\n")
    with open_memory(opened) as found:
        assert exact_match(found, "橋。", "ja", "en")
        (finding,) = found.findings
    assert (finding.path, finding.line) == (opened.issues / "two" / "en.po", 4)
    with open_memory(opened) as found:
        assert found.findings == (finding,)
