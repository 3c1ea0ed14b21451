"""What is saved in a publication, as it is saved, so that it can be built again at once.

The system tells of changes (inotify, FSEvents and their kin, through watchfiles). Saves that
follow one another closely are one: an editor writes beside, renames, and sets times, and
``git checkout`` changes a hundred files.
"""

import re
from collections.abc import Generator, Iterable, Sequence
from itertools import count
from pathlib import Path

from toolkit.document.publication import Publication
from toolkit.errors import MissingError
from toolkit.export.records import REPORT

QUIET, LONGEST = 80, 400
"""Milliseconds without another save that end a group of saves, and the longest one lasts."""

_TICK = 200
"""Milliseconds after which the first look at the publication is due, saves or none."""

_HELPER = re.compile(r"^\.|^#.*#$|^4913$|~$|\.(?:sw[a-z]|tmp|crswap)$")
"""Names of the files that editors (vim, Emacs, VS Code, …) make beside the one being edited.
Hidden files are no part of a publication either."""


def saves(publication: Publication, out: Path) -> Generator[frozenset[Path], None, None]:
    """The files that were saved, renamed or deleted, group after group, without end.

    The first group comes at once, empty most often: nothing saved after it is missed,
    however long whoever iterates is busy in between. What a build writes is no save.

    Args:
        publication: what is watched: its folder, and its folders that lie elsewhere.
        out: where the builds write.

    Raises:
        MissingError: the folder is gone, or the system has no more watches to give.
    """
    from watchfiles import watch

    places = _places(publication)
    written = {publication.dist.resolve(), out.resolve()}
    groups = watch(
        *places,
        watch_filter=lambda _, name: _is_source(Path(name), publication, places, written),
        debounce=LONGEST,
        step=QUIET,
        rust_timeout=_TICK,
        yield_on_timeout=True,
    )
    try:
        for number in count():
            group = next(groups)
            if group or number == 0:
                yield frozenset(Path(name) for _, name in group)
    except (OSError, RuntimeError) as error:  # watchfiles has its own for the system's limits
        raise MissingError(
            f"cannot be watched: {error}; if a limit of the system is met, raise it, or set "
            "WATCHFILES_FORCE_POLLING=1",
            publication.root,
        ) from None


def in_turn(
    publication: Publication, slugs: Sequence[str], saved: Iterable[Path]
) -> list[list[str]]:
    """The issues in the order to look at: first those whose own files were saved, then the rest.

    The rest, too, for a section may use a picture of another issue, and all use the templates.
    """
    touched = {
        path.relative_to(publication.issues).parts[0]
        for path in saved
        if path.is_relative_to(publication.issues) and path != publication.issues
    }
    first = [slug for slug in slugs if slug in touched]
    rest = [slug for slug in slugs if slug not in touched]
    return [group for group in (first, rest) if group]


def _places(publication: Publication) -> list[Path]:
    """The publication's folder, and what of it ``newsletter.toml`` puts elsewhere."""
    others = {path.resolve() for path in (publication.articles, publication.issues)}
    outside = (path for path in others if not path.is_relative_to(publication.root))
    return [publication.root, *sorted(path for path in outside if path.is_dir())]


def _is_source(
    path: Path, publication: Publication, places: Sequence[Path], written: Iterable[Path]
) -> bool:
    """Whether a file that changed may be one that outputs are made from."""
    place = next((place for place in places if path.is_relative_to(place)), None)
    if place is None or any(_HELPER.search(part) for part in path.relative_to(place).parts):
        return False
    if path.name.startswith(publication.memory.name):
        return False
    sources = (publication.root, publication.issues, publication.articles)
    for folder in written:
        if any(source.is_relative_to(folder) for source in sources):
            # Outputs among the sources (`--out .`): they are known by their names.
            if path.parent.parent == folder and (
                path.name == REPORT or path.name.startswith(f"{path.parent.name}.")
            ):
                return False
        elif path.is_relative_to(folder):
            return False
    return True
