"""The word lists and limits of the editorial stage, which lie beside it as TOML files."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@cache
def read_data(name: str) -> dict[str, Any]:
    """One of the data files of this package, as ``condense.toml``."""
    return tomllib.loads((HERE / name).read_text("utf-8"))


@cache
def note_stub(language: str) -> str:
    """The editor's note before it is written: an invitation and three questions."""
    return (HERE / f"editors-note.{language}.md").read_text("utf-8")
