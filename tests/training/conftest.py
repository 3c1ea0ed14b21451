"""A folder of packages and a cache of their own for each test of training."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder of packages, an Argos that reads its settings again, an empty cache."""
    folder = tmp_path / "data" / "packages"
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "data"))
    monkeypatch.setenv("ARGOS_PACKAGES_DIR", str(folder))
    _forget_argos()
    yield folder
    _forget_argos()


def _forget_argos() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "argostranslate"]:
        del sys.modules[name]
