"""How a row of a review is known again, and whether it or its sentence changed since.

A key reads ``3f9a1c2b7d4e-9c01ab34-d``: digests of the source and of the translation as it
was written out, and the first letter of its state.
"""

import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polib

from toolkit.translation.catalog import State, state
from toolkit.translation.xmltext import writable

# The number of the row may run into it, so the last twelve digits count.
_KEY = re.compile(r"[0-9a-f]*([0-9a-f]{12})-([0-9a-f]{8})-([mdea])")


@dataclass(frozen=True)
class Key:
    """What a row's key says.

    Attributes:
        source: the digest of its source.
        base: the digest of the translation that was written out.
        state: its state then.
    """

    source: str
    base: str
    state: State

    def __str__(self) -> str:
        return f"{self.source}-{self.base}-{self.state.value[0]}"


def key_of(entry: polib.POEntry) -> Key:
    """The key of a catalog's entry as it is now."""
    return Key(source_digest(entry.msgid), base_digest(entry.msgstr), state(entry))


def find_key(text: str) -> Key | None:
    """The key in the text of a cell, however its lines were broken."""
    match = _KEY.search(re.sub(r"\s", "", text))
    if match is None:
        return None
    states = {found.value[0]: found for found in State}
    return Key(match[1], match[2], states[match[3]])


def source_digest(text: str) -> str:
    """The digest of a source."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def base_digest(text: str) -> str:
    """The digest of a translation, as it comes back from a document that nobody touched."""
    return hashlib.sha256(writable(text).strip().encode()).hexdigest()[:8]


@cache
def words() -> dict[str, Any]:
    """The words of a review document: ``review.toml``."""
    return tomllib.loads(Path(__file__).with_name("review.toml").read_text("utf-8"))
