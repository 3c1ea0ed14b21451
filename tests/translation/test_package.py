import subprocess
import sys
from pathlib import Path

import pytest

from tests.translation.index import entry, serving, write_index
from tests.translation.packages import dictionary_package, zipped
from toolkit.errors import ContentError, MissingError, UsageError
from toolkit.translation.bundled import read_parts
from toolkit.translation.package import broken, find, install, installed, remove, size

WORDS = {"ねこ": "cat"}


def codes() -> list[str]:
    return [package.code for package in installed()]


def test_the_package_of_the_toolkit_is_always_there(home: Path) -> None:
    (package,) = installed()
    assert (package.code, package.bundled) == ("ja-en", True)
    assert find("ja", "en") == find("en", "ja") == package
    assert size(package) == sum(part.path.stat().st_size for part in read_parts().parts)
    assert list(home.iterdir()) == []


def test_what_a_user_installed_comes_first(home: Path, tmp_path: Path) -> None:
    made = dictionary_package(tmp_path / "translate-ja_en", WORDS)
    package = install(str(zipped(made, tmp_path / "some.argosmodel")))
    assert package.path == home / "translate-ja_en"
    assert codes() == ["translate-ja_en", "ja-en"]
    assert find("ja", "en") == package
    assert find("en", "ja").code == "ja-en"
    assert find("ja", "en", "ja-en").bundled


def test_argos_itself_sees_what_was_installed(home: Path, tmp_path: Path) -> None:
    made = dictionary_package(tmp_path / "translate-ja_en", WORDS)
    install(str(zipped(made, tmp_path / "some.argosmodel")))
    from argostranslate.package import get_installed_packages

    assert [(one.from_code, one.to_code) for one in get_installed_packages()] == [("ja", "en")]


def test_a_users_package_of_the_same_code_takes_the_place(home: Path) -> None:
    dictionary_package(home / "ja-en", WORDS, package_version="7.0")
    (package,) = installed()
    assert (package.version, package.bundled) == ("7.0", False)
    remove("ja-en")
    (package,) = installed()
    assert package.bundled


@pytest.mark.parametrize(
    ("pair", "code", "message"),
    [
        (("ja", "de"), "", "no installed package translates ja → de: .*models install ja-de"),
        (("ja", "en"), "none", r"no package none here \(installed: one-way, ja-en\)"),
        (("en", "ja"), "one-way", "one-way translates ja → en, not en → ja"),
        (("ja", "en"), "../ja-en", "no package ../ja-en here"),
    ],
)
def test_no_package(home: Path, pair: tuple[str, str], code: str, message: str) -> None:
    dictionary_package(home / "one-way", WORDS)
    with pytest.raises(MissingError, match=message) as raised:
        find(*pair, code)
    assert "\n" not in str(raised.value)


def test_a_broken_package_is_named_and_others_work(home: Path) -> None:
    folder = dictionary_package(home / "bad", WORDS)
    (folder / "metadata.json").write_text("{")
    (home / "empty").mkdir()
    (home / "file").write_text("no folder")
    (home / ".newsletter-new-x").mkdir()
    assert codes() == ["ja-en"]
    problems = sorted(str(problem.path.relative_to(home)) for problem in broken() if problem.path)
    assert problems == ["bad/metadata.json", "empty/metadata.json"]
    assert find("ja", "en").code == "ja-en"
    with pytest.raises(MissingError, match="no valid JSON"):
        find("ja", "en", "bad")
    assert remove("bad") == folder
    assert not folder.exists()


def test_settings_that_cannot_be_used(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "file").write_text("no folder")
    monkeypatch.setenv("ARGOS_PACKAGES_DIR", str(home / "file" / "packages"))
    with pytest.raises(MissingError, match="ARGOS_PACKAGES_DIR"):
        installed()


def test_broken_settings_print_nothing_where_a_script_reads(
    home: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "data" / "argos-translate"
    config.mkdir(parents=True)
    (config / "settings.json").write_text("{")
    assert codes() == ["ja-en"]
    assert capfd.readouterr().out == ""


def test_installing_from_the_index(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    made = dictionary_package(
        tmp_path / "translate-en_ja", {"cat": "ねこ"}, from_code="en", to_code="ja"
    )
    zipped(made, site / "en_ja.argosmodel")
    with serving(site) as address:
        monkeypatch.setenv("ARGOS_PACKAGE_INDEX", address)
        write_index(site, entry("en", "ja", "1.1", f"{address}en_ja.argosmodel"))
        seen: list[tuple[int, int]] = []
        package = install("en-ja", lambda *at: seen.append(at))
        assert seen[-1][0] == (site / "en_ja.argosmodel").stat().st_size
        assert find("en", "ja") == package
        (site / "en_ja.argosmodel").write_bytes(b"<html>moved</html>")
        with pytest.raises(MissingError, match=r"argosmodel gave is damaged"):
            install("en_ja")
    assert find("en", "ja") == package


@pytest.mark.parametrize("what", ["", "nothing.argosmodel", "en-", "EN-JA", "en-ja-de", "\0"])
def test_what_is_neither_file_nor_pair(home: Path, what: str) -> None:
    with pytest.raises(UsageError, match="neither a file nor a pair"):
        install(what)


def test_a_file_that_is_no_package(home: Path, tmp_path: Path) -> None:
    (tmp_path / "some.argosmodel").write_bytes(b"x" * 1000)
    with pytest.raises(ContentError, match=r"is damaged or no .argosmodel"):
        install(str(tmp_path / "some.argosmodel"))


def test_removing(home: Path) -> None:
    for code in ("one", "two"):
        dictionary_package(home / code, WORDS)
    with pytest.raises(UsageError, match=r"several packages translate ja-en.*\(one, two\)"):
        # ja-en is also the code of the toolkit's own, which is not meant where others are.
        remove("ja-en")
    assert remove("one") == home / "one"
    assert remove("ja-en") == home / "two"
    with pytest.raises(UsageError, match="comes with the toolkit and cannot be removed"):
        remove("ja-en")
    with pytest.raises(UsageError, match="comes with the toolkit and cannot be removed"):
        remove("en-ja")
    with pytest.raises(UsageError, match=r"no package en-de to remove \(installed: none\)"):
        remove("en-de")


def test_nothing_heavy_is_imported_to_find_a_package(home: Path) -> None:
    code = (
        "import sys; from toolkit.translation.package import find; find('ja', 'en');"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    root = Path(__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    loaded = set(ran.stdout.split())
    assert loaded.isdisjoint({"ctranslate2", "sentencepiece", "numpy", "torch", "stanza"})


def test_a_package_for_other_languages_is_refused(home: Path, tmp_path: Path) -> None:
    made = dictionary_package(tmp_path / "translate-de_fr", WORDS, from_code="de", to_code="fr")
    file = zipped(made, tmp_path / "some.argosmodel")
    with pytest.raises(ContentError, match="translates de → fr, not ja → en or en → ja") as caught:
        install(str(file))
    assert "\n" not in str(caught.value)
    assert [path for path in home.iterdir() if path.is_dir()] == []
