"""``newsletter models`` as a user runs it."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import Newsletter
from tests.translation.index import entry, serving, write_index
from tests.translation.packages import dictionary_package, zipped
from toolkit.translation.bundled import read_parts
from toolkit.translation.engine import open_engine


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder of packages, and an Argos that reads its settings again."""
    folder = tmp_path / "data" / "packages"
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "data"))
    monkeypatch.setenv("ARGOS_PACKAGES_DIR", str(folder))
    for name in [name for name in sys.modules if name.partition(".")[0] == "argostranslate"]:
        monkeypatch.delitem(sys.modules, name)
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == "argostranslate"]:
        del sys.modules[name]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = dictionary_package(tmp_path / "translate-ja_en", {"ねこ": "cat"})
    return zipped(made, tmp_path / "ja_en.argosmodel")


def test_list_install_translate_remove(
    newsletter: Newsletter, home: Path, file: Path, tmp_path: Path
) -> None:
    listed = newsletter("models", "list", cwd=tmp_path)
    assert listed.code == 0
    assert f"ja-en: Japanese ↔ English, version {read_parts().version}\n" in listed.out
    assert "comes with the toolkit" in listed.out
    assert "ja → en is translated by ja-en" in listed.out

    installed = newsletter("models", "install", file)
    assert installed.code == 0
    assert installed.out.startswith("installed translate-ja_en 1.0 (ja → en) at ")

    listed = newsletter("models", "list")
    assert "ja → en is translated by translate-ja_en\n" in listed.out
    assert "en → ja is translated by ja-en\n" in listed.out
    assert open_engine("ja", "en").translate(["ねこ"])[0].text == "cat"

    removed = newsletter("models", "remove", "translate-ja_en")
    assert (removed.code, removed.out) == (0, f"removed {home / 'translate-ja_en'}\n")
    assert "ja → en is translated by ja-en" in newsletter("models", "list").out


def test_list_as_json(newsletter: Newsletter, home: Path, file: Path, tmp_path: Path) -> None:
    newsletter("models", "install", file)
    (home / "bad").mkdir()
    data = json.loads(newsletter("models", "list", "--json", cwd=tmp_path).out)
    assert data["folder"] == str(home)
    mine, ours = data["packages"]
    assert mine["code"] == "translate-ja_en"
    assert mine["pairs"] == [["ja", "en"]]
    assert mine["architecture"] == "encoder-decoder"
    assert mine["bytes"] > 1000
    assert mine["path"] == str(home / "translate-ja_en")
    assert (mine["bundled"], ours["bundled"]) == (False, True)
    assert ours["architecture"] == "decoder-only"
    assert data["used"] == {"ja-en": "translate-ja_en", "en-ja": "ja-en"}
    (broken,) = data["broken"]
    assert broken["path"] == str(home / "bad" / "metadata.json")


def test_the_publications_choice_counts(
    newsletter: Newsletter, file: Path, publication: Path
) -> None:
    newsletter("models", "install", file)
    manifest = publication / "newsletter.toml"
    manifest.write_text(manifest.read_text("utf-8") + '\n[translation]\npackage = "ja-en"\n')
    listed = newsletter("models", "list", "--publication", publication)
    assert "ja → en is translated by ja-en" in listed.out


def test_a_publication_that_is_not_there(newsletter: Newsletter, tmp_path: Path) -> None:
    listed = newsletter("models", "list", "--publication", tmp_path)
    assert listed.code == 2
    assert "newsletter.toml" in listed.err


def test_install_from_the_index(
    newsletter: Newsletter, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    file.rename(site / file.name)
    with serving(site) as address:
        monkeypatch.setenv("ARGOS_PACKAGE_INDEX", address)
        write_index(site, entry("ja", "en", "1.0", f"{address}{file.name}"))
        installed = newsletter("models", "install", "ja-en")
        assert installed.code == 0
        assert installed.out.startswith("installed translate-ja_en 1.0")
        assert installed.err == ""  # no progress bar without a terminal
        none = newsletter("models", "install", "en-de")
    assert none.code == 3
    assert "has none for en → de" in none.err
    cut_off = newsletter("models", "install", "ja-en")
    assert cut_off.code == 3
    assert cut_off.err.count("\n") == 1
    assert "check the network" in cut_off.err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["remove", "ja-en"], 2, "comes with the toolkit and cannot be removed"),
        (["remove", "nothing"], 2, "there is no package nothing"),
        (["install", "nothing"], 2, "neither a file nor a pair"),
        (["install"], 2, "Missing argument"),
    ],
)
def test_mistakes(newsletter: Newsletter, arguments: list[str], code: int, message: str) -> None:
    result = newsletter("models", *arguments)
    assert result.code == code
    assert message in result.err
    assert "Traceback" not in result.err


def test_a_file_that_is_no_package(newsletter: Newsletter, tmp_path: Path) -> None:
    file = tmp_path / "some.argosmodel"
    file.write_bytes(b"PK\x03\x04 and then nothing")
    result = newsletter("models", "install", file, cwd=tmp_path)
    assert result.code == 1
    assert result.err.startswith("newsletter: some.argosmodel: is damaged or no .argosmodel")
    assert result.err.count("\n") == 1


TEST = "ねこはいぬはねこ\tcat is dog is cat\nいぬ\tdog\n"
WORDS = {"ねこ": "cat", "は": " is ", "いぬ": "dog"}


@pytest.fixture
def reading(tmp_path: Path) -> Path:
    """A package from Japanese that knows all words of ``TEST``."""
    return dictionary_package(tmp_path / "reading", WORDS)


def test_evaluate_a_folder_a_file_and_what_is_installed(
    newsletter: Newsletter, reading: Path, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "set.tsv").write_text(TEST, "utf-8")
    file = zipped(reading, tmp_path / "some.argosmodel")
    for what in (reading, file):
        result = newsletter("models", "evaluate", what, "--test", "set.tsv", cwd=tmp_path)
        assert (result.code, result.err) == (0, "")
        lines = result.out.splitlines()
        assert lines[0] == "set, ja → en, 2 rows: reading 1.0 alone, greedy"
        assert re.match(r"    BLEU  100\.0   nrefs:1\|.*tok:13a\|", lines[1])
        assert re.match(r"    chrF2 100\.0   nrefs:1\|.*nc:6\|nw:0\|", lines[2])
        assert lines[4] == "    numbers right in 0 of 0 rows that hold some"
        assert re.fullmatch(r"    [\d.]+ s: [\d.]+ rows/s, \d+ tokens/s", lines[5])
    assert not (home / "reading").exists()
    newsletter("models", "install", file)
    arguments = ("--test", "set.tsv", "set.tsv", "--beam", "2", "--json")
    (row,) = json.loads(newsletter("models", "evaluate", "reading", *arguments).out)
    # SentencePiece begins each row with a piece of its own: 6 words and 2 of those.
    assert (row["way"], row["beam"], row["rows"], row["pieces"]) == ("alone", 2, 2, 8)
    assert [row["bleu"], row["chrf"]] == pytest.approx([100, 100])
    assert (row["source"], row["target"]) == ("ja", "en")


def test_evaluate_with_the_toolkit_around_a_package(
    newsletter: Newsletter, reading: Path, tmp_path: Path
) -> None:
    """The package alone does not know 8億; the toolkit does."""
    (tmp_path / "set.tsv").write_text("8億ドル\t$800 million\n", "utf-8")
    arguments = ("models", "evaluate", reading, "--test", "set.tsv")
    alone = newsletter(*arguments, cwd=tmp_path).out
    around = newsletter(*arguments, "--toolkit").out
    assert "reading 1.0 alone, greedy" in alone
    assert "chrF2 100.0" not in alone
    assert "reading 1.0 with the toolkit around it" in around
    assert "chrF2 100.0" in around
    assert "numbers right in 0 of 1 rows that hold some (0%)" in alone
    assert "numbers right in 1 of 1 rows that hold some (100%)" in around


@pytest.mark.parametrize(
    ("name", "content", "arguments", "code", "message"),
    [
        ("a.tsv", b"", [], 1, "a.tsv: holds no sentences"),
        ("a.tsv", "ねこ\tcat\nいぬ\n".encode(), [], 1, "a.tsv:2: must hold a Japanese and an"),
        ("a.tsv", "ねこ\tcat\tchat\n".encode(), [], 1, "a.tsv:1: must hold a Japanese and an"),
        ("a.tsv", "cat\tねこ\n".encode(), [], 1, "a.tsv:1: holds no Japanese in its first"),
        ("a.tsv", "ねこ\tcat\n".encode("shift_jis"), [], 1, "a.tsv:1: is not UTF-8"),
        ("b_en-ja.tsv", TEST.encode(), [], 2, "reading translates ja → en, not en → ja, which"),
        ("a.tsv", TEST.encode(), ["--direction", "en-ja"], 2, "not en → ja"),
        ("a.tsv", TEST.encode(), ["--toolkit", "--beam", "4"], 2, "--beam is for the package"),
    ],
)
def test_evaluations_that_make_no_sense(
    newsletter: Newsletter,
    reading: Path,
    tmp_path: Path,
    name: str,
    content: bytes,
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    (tmp_path / name).write_bytes(content)
    result = newsletter("models", "evaluate", reading, "--test", name, *arguments, cwd=tmp_path)
    assert result.code == code
    assert message in result.err
    assert result.err.count("\n") == 1
    assert result.out == ""


def test_evaluate_what_is_no_package(newsletter: Newsletter, tmp_path: Path) -> None:
    (tmp_path / "set.tsv").write_text(TEST, "utf-8")
    result = newsletter("models", "evaluate", "nothing", "--test", "set.tsv", cwd=tmp_path)
    assert result.code == 2
    assert "nothing is no package: give an .argosmodel file" in result.err


def test_evaluate_without_sacrebleu(
    newsletter: Newsletter, reading: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "set.tsv").write_text(TEST, "utf-8")
    monkeypatch.setitem(sys.modules, "MeCab", None)
    result = newsletter("models", "evaluate", reading, "--test", "set.tsv", cwd=tmp_path)
    assert result.code == 3
    assert "pip install 'sacrebleu[ja]'" in result.err
    assert result.err.count("\n") == 1


@pytest.mark.parametrize("words", [[], ["list"], ["install"], ["remove"], ["evaluate"]])
def test_help_has_an_example(newsletter: Newsletter, words: list[str]) -> None:
    assert "Example" in newsletter("models", *words, "--help").out
