"""Where the files that come with the toolkit lie: templates and the sample publication."""

from functools import cache
from pathlib import Path

from toolkit.errors import MissingError


@cache
def folder(name: str) -> Path:
    """The folder ``templates`` or ``seeds``: inside an installed wheel, or beside ``toolkit/``.

    Raises:
        MissingError: the installation is incomplete.
    """
    here = Path(__file__).resolve().parent
    for candidate in (here / "_data" / name, here.parent / name):
        if candidate.is_dir():
            return candidate
    raise MissingError(f"the toolkit's {name} are missing: install it again", here)
