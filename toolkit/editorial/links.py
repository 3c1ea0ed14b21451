"""Links and pictures by relative path: where they lead, and moving the text they stand in."""

import os
import posixpath
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote

from markdown_it.token import Token

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def is_relative(address: str) -> bool:
    """Whether an address is a path relative to the file it stands in."""
    return bool(address) and address[0] not in "/#?" and not _SCHEME.match(address)


def target(address: str, folder: Path) -> Path:
    """The file that a relative address in a text in ``folder`` leads to."""
    return folder / unquote(re.split(r"[#?]", address, maxsplit=1)[0])


def moved(tokens: Sequence[Token], old: Path, new: Path) -> list[Token]:
    """The tokens with relative links and pictures that still lead where they led.

    Args:
        tokens: blocks of a text that lay in the folder ``old``.
        old: that folder.
        new: the folder the text will lie in.
    """
    way = Path(os.path.relpath(old, new)).as_posix()
    return [
        token.copy(children=[_moved(child, way) for child in token.children])
        if token.children
        else token
        for token in tokens
    ]


def _moved(token: Token, way: str) -> Token:
    for name in ("href", "src"):
        address = token.attrs.get(name)
        if isinstance(address, str) and is_relative(address):
            address = posixpath.normpath(posixpath.join(way, address))
            return token.copy(attrs={**token.attrs, name: address})
    return token
