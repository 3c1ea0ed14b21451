"""The memory: made of the approved sentences of all catalogs, and made again at any time."""

import contextlib
import os
import sqlite3
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from toolkit.document.publication import Publication, read_publication
from toolkit.errors import MissingError
from toolkit.translation import memory_file
from toolkit.translation.memory import Match, exact_match, near_matches, open_memory, pairs


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
    monkeypatch.setattr(memory_file, "read_catalog", None)
    assert look_up(opened, "橋。") == Match("A bridge.", "issues/one/en.po:4")


@pytest.mark.parametrize("content", [None, b""])
def test_it_is_made_again_when_it_is_gone_or_empty(
    opened: Publication, content: bytes | None
) -> None:
    write(opened.issues / "one" / "en.po", approved("橋。", "A bridge."))
    look_up(opened, "橋。")
    if content is None:
        opened.memory.unlink()
    else:
        opened.memory.write_bytes(content)
    with open_memory(opened) as found:
        assert exact_match(found, "橋。", "ja", "en") == Match("A bridge.", "issues/one/en.po:4")
        assert found.findings == ()


def test_what_is_no_database_is_put_aside(opened: Publication) -> None:
    write(opened.issues / "one" / "en.po", approved("橋。", "A bridge."))
    words = b"no database at all, but some text" * 99
    opened.memory.write_bytes(words)
    with open_memory(opened) as found:
        assert exact_match(found, "橋。", "ja", "en") == Match("A bridge.", "issues/one/en.po:4")
        (finding,) = found.findings
    assert str(finding) == (
        f"{opened.memory}: warning: was damaged: it was made again from the catalogs, the old one "
        "is memory.sqlite.damaged (memory)"
    )
    assert opened.memory.with_name("memory.sqlite.damaged").read_bytes() == words
    with open_memory(opened) as found:
        assert found.findings == ()


@pytest.mark.parametrize("first", [1, 3, 9])
def test_damaged_pages_are_no_loss(opened: Publication, first: int) -> None:
    entries = [approved(f"橋{number}。", f"Bridge {number}.") for number in range(2000)]
    write(opened.issues / "one" / "en.po", *entries)
    look_up(opened, "橋。")
    data = bytearray(opened.memory.read_bytes())
    page = 4096
    data[first * page :] = b"\xff" * (len(data) - first * page)
    opened.memory.write_bytes(bytes(data))
    with open_memory(opened) as found:
        # The damage may lie where only a look-up comes to it.
        for number in range(0, 2000, 50):
            match = exact_match(found, f"橋{number}。", "ja", "en")
            assert match is not None
            assert match.text == f"Bridge {number}."
        assert near_matches(found, "橋7。だ", "ja", "en")
        assert [finding.rule for finding in found.findings] == ["memory"]
    kept = opened.memory.with_name("memory.sqlite.damaged")
    assert kept.read_bytes() == bytes(data)


def test_text_that_is_damaged_is_no_loss(opened: Publication) -> None:
    write(opened.issues / "one" / "en.po", approved("橋。", "A bridge."))
    look_up(opened, "橋。")
    data = opened.memory.read_bytes()
    assert data.count(b"A bridge.") == 1
    opened.memory.write_bytes(data.replace(b"A bridge.", b"A \xffridge."))
    assert look_up(opened, "橋。") == Match("A bridge.", "issues/one/en.po:4")


def test_one_that_is_held_by_another_program_is_not_waited_for_without_end(
    opened: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(opened.issues / "one" / "en.po", approved("橋。", "A bridge."))
    look_up(opened, "橋。")
    write(opened.issues / "two" / "en.po", approved("港。", "A harbour."))
    monkeypatch.setattr(memory_file, "PATIENCE", 0.01)
    holder = sqlite3.connect(opened.memory, isolation_level=None)
    with contextlib.closing(holder):
        holder.execute("BEGIN IMMEDIATE")
        with open_memory(opened) as found:
            assert exact_match(found, "橋。", "ja", "en")
            assert exact_match(found, "港。", "ja", "en")
            (finding,) = found.findings
        assert "another program holds it" in finding.message
        assert finding.path == opened.memory
    assert sorted(path.name for path in opened.root.glob("memory.sqlite*")) == ["memory.sqlite"]


def test_who_reads_does_not_wait_for_who_writes(
    opened: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(opened.issues / "one" / "en.po", approved("橋。", "A bridge."))
    look_up(opened, "橋。")
    monkeypatch.setattr(memory_file, "PATIENCE", 0.01)
    writer = sqlite3.connect(opened.memory, isolation_level=None)
    with contextlib.closing(writer):
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM unit")
        with open_memory(opened) as found:
            assert exact_match(found, "橋。", "ja", "en")
            assert found.findings == ()


def work(publication: Path, number: int) -> tuple[int, list[str]]:
    """What one of several processes does: write a catalog, and look for its sentences."""
    opened = read_publication(publication)
    missed, told = 0, []
    for turn in range(6):
        name = f"{number}-{turn}"
        write(
            opened.issues / f"issue{number}" / "en.po", approved(f"橋{name}。", f"Bridge {name}.")
        )
        with open_memory(opened) as found:
            missed += exact_match(found, f"橋{name}。", "ja", "en") is None
            missed += not near_matches(found, f"橋{name}。だ", "ja", "en")
            told += [str(finding) for finding in found.findings]
    return missed, told


@pytest.mark.parametrize("before", [None, b"no database at all" * 99])
def test_several_processes_fill_and_ask_at_once(publication: Path, before: bytes | None) -> None:
    opened = read_publication(publication)
    if before is not None:
        opened.memory.write_bytes(before)
    with ProcessPoolExecutor(5, get_context("fork")) as pool:
        done = list(pool.map(work, [publication] * 5, range(5)))
    assert [missed for missed, _ in done] == [0] * 5
    # One of them found it damaged, and the others what that one had made.
    damaged = [line for _, told in done for line in told if "was damaged" in line]
    assert len(damaged) <= 5 * (before is not None)
    with open_memory(opened) as found:
        kept = {source for source, _ in pairs(found, "ja", "en")}
    assert {f"橋{number}-5。" for number in range(5)} <= kept
    assert not {f"橋{number}-4。" for number in range(5)} & kept


def test_an_older_schema_is_made_anew(opened: Publication) -> None:
    write(opened.issues / "one" / "en.po", approved("橋。", "A bridge."))
    look_up(opened, "橋。")
    with sqlite3.connect(opened.memory) as connection:
        connection.execute("ALTER TABLE unit DROP COLUMN line")
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
