"""Folders of packages to work on, and the translator that comes with the toolkit."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from toolkit.translation.engine import Engine, open_engine


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder of packages that Argos's settings name, and an Argos of its own."""
    folder = tmp_path / "data" / "packages"
    folder.mkdir(parents=True)
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "data"))
    monkeypatch.setenv("ARGOS_PACKAGES_DIR", str(folder))
    monkeypatch.delenv("ARGOS_PACKAGE_INDEX", raising=False)
    _forget_argos(monkeypatch)
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == "argostranslate"]:
        del sys.modules[name]


def _forget_argos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argos reads its settings when it is imported: let it be imported again."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "argostranslate"]:
        monkeypatch.delitem(sys.modules, name)


@pytest.fixture(scope="session")
def japanese_to_english() -> Engine:
    """The translator that comes with the toolkit, from Japanese."""
    return open_engine("ja", "en", "ja-en")


@pytest.fixture(scope="session")
def english_to_japanese() -> Engine:
    """The translator that comes with the toolkit, from English."""
    return open_engine("en", "ja", "ja-en")
