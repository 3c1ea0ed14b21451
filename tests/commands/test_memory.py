"""``newsletter memory``: what is known, and its way in and out; and what translate makes of it."""

import json
from pathlib import Path

import polib
import pytest

from tests.support import Newsletter
from tests.translation.phrasebook import Phrasebook
from toolkit.translation import engine as engines
from toolkit.translation.engine import Engine
from toolkit.translation.tmx import Unit, read_tmx, write_tmx

STOPS = "停留所は9か所である。"


def give(path: Path, *units: Unit) -> Path:
    path.write_bytes(write_tmx(units, "ja"))
    return path


def test_what_is_known_in_both_directions(newsletter: Newsletter, publication: Path) -> None:
    result = newsletter("memory", "stats", cwd=publication)
    assert result.out == (
        "memory.sqlite: 1 file\n"
        "ja → en: 28 sentences, 0 of them imported\n"
        "en → ja: 28 sentences, 0 of them imported\n"
    )
    give(publication / "given.tmx", Unit("橋。", "A bridge."), Unit("橋。", "The bridge."))
    newsletter("memory", "import", "given.tmx")
    told = json.loads(newsletter("memory", "stats", "--json").out)
    assert told["directions"][0] == {"from": "ja", "to": "en", "sentences": 30, "imported": 2}


def test_import_writes_a_file_that_can_be_taken_out_again(
    newsletter: Newsletter, publication: Path
) -> None:
    give(publication / "given.tmx", Unit("橋。", "A bridge."), Unit("橋。", "A bridge."))
    result = newsletter("memory", "import", "given.tmx", cwd=publication)
    assert result.out.startswith("memory/given.tmx: 1 sentences, 1 left out")
    again = newsletter("memory", "import", "given.tmx")
    assert again.code == 2
    assert "--replace" in again.err
    assert newsletter("memory", "import", "given.tmx", "--replace").code == 0
    (publication / "memory" / "given.tmx").unlink()
    assert "28 sentences, 0" in newsletter("memory", "stats").out


def test_export_holds_everything_once(newsletter: Newsletter, publication: Path) -> None:
    result = newsletter("memory", "export", "all.tmx", cwd=publication)
    assert result.out == "all.tmx: 28 sentences\n"
    found = {unit.ja: unit.en for unit in read_tmx(publication / "all.tmx") if unit}
    assert found["市は**「新線」**を開業した。"] == "The city opened **“the new line”**."


@pytest.mark.parametrize(
    ("text", "name", "code", "message"),
    [
        ("<tmx><body><tu></body></tmx>", "x", 1, "bad.tmx:1: is no valid XML"),
        ("<tmx><body/></tmx>", "x", 1, "holds no sentence in both Japanese and English"),
        ("<tmx/>", "../x", 2, "is no name for a file"),
    ],
)
def test_a_bad_file_changes_nothing(
    newsletter: Newsletter, publication: Path, text: str, name: str, code: int, message: str
) -> None:
    (publication / "bad.tmx").write_text(text)
    result = newsletter("memory", "import", "bad.tmx", "--name", name, cwd=publication)
    assert result.code == code
    assert message in result.err
    assert not (publication / "memory").exists()


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Phrasebook:
    book = Phrasebook({})

    def open_engine(source: str, target: str, package: str = "") -> Engine:
        return book

    monkeypatch.setattr(engines, "open_engine", open_engine)
    return book


def translated(newsletter: Newsletter, publication: Path, *units: Unit) -> polib.POEntry:
    """What ``translate`` makes of STOPS, with these in the memory."""
    (publication / "issues" / "2025-11-25" / "en.po").unlink()
    (publication / "memory").mkdir()
    give(publication / "memory" / "given.tmx", *units)
    assert newsletter("translate", "--all", cwd=publication).code == 0
    found = polib.pofile(str(publication / "issues" / "2025-11-25" / "en.po")).find(STOPS)
    assert found is not None
    return found


def test_other_numbers_count_as_the_same_sentence(
    newsletter: Newsletter, publication: Path, engine: Phrasebook
) -> None:
    known = Unit("停留所は12か所である。", "It has 12 stops.")
    entry = translated(newsletter, publication, known)
    assert (entry.msgstr, entry.fuzzy) == ("It has 9 stops.", True)
    assert entry.comment.startswith("from memory/given.tmx:6, new numbers [")


def test_the_best_near_sentence_is_shown_to_the_translator(
    newsletter: Newsletter, publication: Path, engine: Phrasebook
) -> None:
    entry = translated(
        newsletter,
        publication,
        Unit("停留所は全部で9か所である。", "It has nine stops in all."),
        Unit("停留所が全部で19か所もある。", "It has as many as nineteen stops."),
        Unit("全く別の文がここにある。", "Here is something else."),
    )
    (line,) = [line for line in entry.comment.split("\n") if "% like " in line]
    percent, _, rest = line.partition("% like ")
    assert 70 <= int(percent) < 100
    assert rest == "停留所は全部で9か所である。 → It has nine stops in all. (memory/given.tmx:6)"


def test_what_is_not_near_is_not_shown(
    newsletter: Newsletter, publication: Path, engine: Phrasebook
) -> None:
    entry = translated(newsletter, publication, Unit("全く別の文がある。", "Something else."))
    assert "% like " not in entry.comment
