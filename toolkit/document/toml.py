"""Reading TOML so that an error names the line."""

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from toolkit.errors import ContentError
from toolkit.files import read_text


def read_toml(path: Path) -> tuple[dict[str, Any], str]:
    """The data of a TOML file, and its text (to find lines in).

    Raises:
        ContentError: the file cannot be read, or is no TOML.
    """
    text = read_text(path)
    try:
        return tomllib.loads(text), text
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column \d+\)", str(error))
        line = int(place[1]) if place else text.count("\n") + 1
        message = re.sub(r" \(at .*\)$", "", str(error))
        raise ContentError(f"is no valid TOML: {message}", path, line) from None


def value_line(text: str, *keys: str, table: int | None = None) -> int:
    """The line (from 1) on which a key of a TOML text stands, best effort.

    Args:
        keys: the key, or the table's name and the key in it.
        table: for an array of tables (``[[section]]``), which one, counted from 0.
    """
    lines = text.splitlines()
    start, end = 0, len(lines)
    *tables, key = keys
    if tables:
        name = re.escape(tables[0])
        heads = [i for i, line in enumerate(lines) if re.match(rf"\s*\[\[?\s*{name}\s*\]", line)]
        if heads:
            start = heads[min(table or 0, len(heads) - 1)]
            following = [i for i in range(start + 1, end) if re.match(r"\s*\[", lines[i])]
            end = following[0] if following else end
    for number in range(start, end):
        if re.match(rf'\s*(\[\[?\s*)?"?{re.escape(key)}"?\s*(\]|=)', lines[number]):
            return number + 1
    return start + 1


def unknown_key(data: Mapping[str, Any], known: Sequence[str], path: Path, text: str) -> None:
    """Refuse a key that nobody reads: it is most often a slip of the pen.

    Raises:
        ContentError: with the line, and the key that was probably meant.
    """
    for key in data:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = f"; did you mean {near[0]}?" if near else f" (known: {', '.join(known)})"
            raise ContentError(f"unknown key: {key}{hint}", path, value_line(text, key))


def table_of_strings(
    data: Mapping[str, Any], name: str, known: Sequence[str], path: Path, text: str
) -> dict[str, str]:
    """The table ``[name]``, all of whose values must be strings.

    Raises:
        ContentError: it is no table, has an unknown key, or a value that is no string.
    """
    table = data.get(name, {})
    if not isinstance(table, dict):
        raise ContentError(f"{name} must be a table: [{name}]", path, value_line(text, name))
    for key, value in table.items():
        line = value_line(text, name, key)
        if key not in known:
            raise ContentError(
                f"unknown key in [{name}]: {key} (known: {', '.join(known)})", path, line
            )
        if not isinstance(value, str):
            raise ContentError(f"{key} in [{name}] must be a text in quotes", path, line)
    return dict(table)
