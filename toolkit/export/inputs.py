"""What an output is made from: the files, their digests, and one key over all of it.

An output depends on its issue's manifest and sections, the articles these cite, the catalog
of its language, the pictures, the publication's own templates, what ``newsletter.toml`` says
that is printed, and the toolkit itself: its code, its templates and fonts, its libraries.
Fonts that the machine has, and Pango's version, are not looked at: a build that must follow
them is ``newsletter build --force``.

Digests are of contents, never of times: a file that was touched, copied or checked out again
is the same file, and a clock that goes backwards changes nothing.
"""

import hashlib
import json
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from toolkit import __version__
from toolkit.document.publication import Publication
from toolkit.files import TEXT_LIMIT
from toolkit.resources import folder

if TYPE_CHECKING:
    from toolkit.document.issue import Issue

CODE = ("document", "rendering", "translation")
"""The packages whose code decides what an output looks like."""

LIBRARIES = (
    "babel",
    "budoux",
    "css-inline",
    "cssselect2",
    "fonttools",
    "jinja2",
    "lxml",
    "markdown-it-py",
    "matplotlib",
    "mdformat",
    "mdformat-gfm",
    "mdit-py-plugins",
    "pillow",
    "polib",
    "pydyf",
    "pyphen",
    "python-docx",
    "tinycss2",
    "tinyhtml5",
    "uharfbuzz",
    "wcwidth",
    "weasyprint",
)
"""The libraries whose version decides what an output looks like."""

_ABSENT = ""

_PIECE = 1 << 16
"""So many bytes of a file are read at a time: most files are smaller, and memory for more would
be got, and cleared, for each."""


@dataclass(frozen=True)
class Origin:
    """What an output was made from.

    Attributes:
        toolkit: the digest of the toolkit (see ``toolkit_digest``).
        settings: the digest of what ``newsletter.toml`` says, and of what whoever builds
            chose (see ``settings_digest``).
        files: the digest of each file, by its name in the publication's folder.
    """

    toolkit: str
    settings: str
    files: Mapping[str, str]

    @property
    def key(self) -> str:
        """One digest of all of it: equal keys mean equal outputs."""
        return _digest(json.dumps([self.toolkit, self.settings, sorted(self.files.items())]))


def origin(publication: Publication, files: Mapping[str, str], format_: str) -> Origin:
    """The origin of an output in a format with these files."""
    settings = settings_digest(publication, format_)
    return Origin(toolkit_digest(), settings, dict(sorted(files.items())))


def sides(language: str) -> list[str]:
    """The languages of an edition: of ``ja-en``, a bilingual one, both; else itself."""
    return language.split("-")


def task_files(publication: Publication, slug: str, language: str) -> list[Path]:
    """Every file of the publication that making an edition reads, ``newsletter.toml`` included.

    Raises:
        UsageError, ContentError: the issue cannot be read.
    """
    from toolkit.document.issue import read_issue
    from toolkit.document.publication import MANIFEST

    files = named_files(publication, slug, language)
    written = read_issue(publication, slug)
    for side in sides(language):
        issue = written
        if side != written.language:
            from toolkit.translation.edition import edition

            issue = edition(publication, written, side)
        files += picture_files(publication, issue)
    return list(dict.fromkeys([publication.root / MANIFEST, *files]))


def named_files(publication: Publication, slug: str, language: str) -> list[Path]:
    """The files of an edition that names give away: all but its pictures. Some may be absent.

    A broken manifest names nothing; reading the issue says what is wrong with it.
    """
    issue = publication.issues / slug
    files = [issue / "issue.toml"]
    files += (issue / f"{side}.po" for side in sides(language) if side != publication.languages[0])
    try:
        sections = tomllib.loads(files[0].read_text("utf-8-sig")).get("section", [])
        for section in sections:
            files.append(issue / section["file"])
            files += (publication.articles / f"{name}.md" for name in section.get("articles", []))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    return [*dict.fromkeys(files), *own_templates(publication)]


def own_templates(publication: Publication) -> list[Path]:
    """The publication's own templates. Hidden files, such as an editor's, are none."""
    found: list[Path] = []
    for place, folders, files in os.walk(publication.root / "templates", followlinks=True):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += (Path(place, name) for name in sorted(files) if not name.startswith("."))
    return found


def picture_files(publication: Publication, issue: "Issue") -> list[Path]:
    """The pictures that the cover and the sections of an issue show and that are there."""
    found: dict[Path, None] = {}
    bodies = [(issue.path, issue.cover), *((each.path, each.body) for each in issue.sections)]
    for file, body in bodies:
        for token in body:
            for child in token.children or []:
                if child.type != "image":
                    continue
                try:
                    name = unquote(urlsplit(str(child.attrs.get("src", ""))).path)
                    path = file.parent / name
                    inside = path.resolve().is_relative_to(publication.root)
                    if name and inside and path.is_file():
                        found[path] = None
                except (OSError, ValueError):
                    continue  # rendering says what is wrong with it
    return list(found)


def file_name(publication: Publication, path: Path) -> str:
    """A file's name in its publication, the same on every machine."""
    return os.path.relpath(path, publication.root).replace(os.sep, "/")


def read_digests(publication: Publication, files: Iterable[Path]) -> dict[str, str]:
    """The digests of files as they are now, by name; of one that is not there an empty one."""
    return {file_name(publication, path): file_digest(path) for path in files}


def file_digest(path: Path) -> str:
    """The digest of a file's content; empty if it cannot be read."""
    try:
        with path.open("rb", buffering=0) as file:
            digest = _hash()
            while piece := file.read(_PIECE):
                digest.update(piece)
            return digest.hexdigest()
    except OSError:
        return _ABSENT


def data_digest(data: bytes) -> str:
    """The digest that ``file_digest`` gives for a file with these bytes."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def settings_digest(publication: Publication, format_: str) -> str:
    """The digest of what a publication's ``newsletter.toml`` says, as far as a format prints it.

    Comments, spaces and the order of keys do not count, nor does where outputs go.
    """
    settings = asdict(publication)
    for name in ("root", "dist", "glossary", "memory", "package"):
        del settings[name]
    if format_ != "pdf":
        del settings["pdf_variant"]
    for name in ("articles", "issues"):
        settings[name] = file_name(publication, settings[name])
    return _digest(json.dumps(settings, sort_keys=True))


@cache
def toolkit_digest() -> str:
    """The digest of the toolkit: its version, code, templates, fonts and libraries."""
    return _digest(json.dumps(toolkit_parts()))


@cache
def toolkit_parts() -> dict[str, str]:
    """What the toolkit is made of: its version, its libraries' by name, a digest of its files."""
    parts = {"newsletter-toolkit": __version__}
    for name in LIBRARIES:
        try:
            parts[name] = _version(name)
        except metadata.PackageNotFoundError:
            parts[name] = _ABSENT
    package = Path(__file__).parents[1]
    code = (path for name in CODE for path in (package / name).rglob("*"))
    wanted = (
        path
        for path in code
        if path.suffix in (".py", ".toml", ".json") and path.stat().st_size < TEXT_LIMIT
    )
    texts = []
    for root, paths in ((package, wanted), (folder("templates"), folder("templates").rglob("*"))):
        for path in sorted(paths):
            if path.is_file() and not path.name.startswith("."):
                texts.append(f"{path.relative_to(root).as_posix()} {file_digest(path)}")
    return parts | {"its files": _digest("\n".join(texts))}


def _version(library: str) -> str:
    """The version of a library, from its metadata read as lines: parsing all of it takes longer."""
    text = metadata.distribution(library).read_text("METADATA") or ""
    line = re.search(r"^Version: *(\S+)", text, re.MULTILINE)
    return line[1] if line else metadata.version(library)


def _hash() -> "hashlib.blake2b":
    return hashlib.blake2b(digest_size=16)


def _digest(text: str) -> str:
    return data_digest(text.encode("utf-8"))
