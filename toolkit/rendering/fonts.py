"""The fonts of a theme: which they are, what they can write and how wide, and subsets of them.

A theme's style sheet names its fonts by ``@font-face``; nothing here knows any by name.
"""

import re
import struct
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from toolkit.document import markdown
from toolkit.document.publication import Publication
from toolkit.findings import Finding, Severity
from toolkit.rendering import theme
from toolkit.rendering.bilingual import BilingualEdition
from toolkit.rendering.edition import Edition, Part

_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_URL = re.compile(r'url\("(.*?)"\)')

_NEVER_DRAWN = ("Cc", "Cf", "Zs", "Zl", "Zp")
"""Unicode categories that need no glyph: controls, joiners and marks of direction, spaces."""

_FEATURES = ("ccmp", "locl", "mark", "mkmk", "kern", "liga", "calt", "rlig", "rclt")
_COPYRIGHT, _LICENSE, _LICENSE_URL = 0, 13, 14


def font_files(publication: Publication) -> list[Path]:
    """The fonts that the publication's theme names, in the order it names them."""
    name = f"themes/{publication.theme}.css"
    sheet = theme.style_sheet(publication, name, str)
    found = (url for face in _FACE.findall(sheet) for url in _URL.findall(face))
    return [Path(url) for url in dict.fromkeys(found)]


@cache
def characters(font: Path) -> frozenset[int]:
    """The code points that a font file has glyphs for."""
    return frozenset(_face(font).unicodes)


def width(files: Sequence[Path], text: str, size: float) -> float:
    """How wide fonts write a text in one line at a size, in points.

    Args:
        files: the fonts; each after the first is for what those before it lack.
        text: the text.
        size: in points.
    """
    import uharfbuzz

    # HarfBuzz counts in whole numbers, here of a 64th of a point, as FreeType does.
    scale = round(size * 64)
    taken = 0
    for file, run in groupby(text, lambda char: _writer(files, char)):
        font = uharfbuzz.Font(_face(file))
        font.scale = scale, scale
        buffer = uharfbuzz.Buffer()
        buffer.add_str("".join(run))
        buffer.guess_segment_properties()
        uharfbuzz.shape(font, buffer)
        taken += sum(position.x_advance for position in buffer.glyph_positions)
    return taken / 64


def _writer(files: Sequence[Path], char: str) -> Path:
    """The font that writes a character; where none can, the last draws its empty box."""
    return next((file for file in files if ord(char) in characters(file)), files[-1])


def subset(font: Path, text: Iterable[str]) -> bytes:
    """A font that can write the characters of a text and no others, as an OpenType file.

    It keeps its copyright and licence and gives up its name, which the Open Font License
    reserves for the whole font (section 3).
    """
    import uharfbuzz

    wanted = uharfbuzz.SubsetInput()
    wanted.unicode_set.update({ord(char) for char in text})
    wanted.layout_feature_tag_set.clear()
    wanted.layout_feature_tag_set.update({int.from_bytes(tag.encode()) for tag in _FEATURES})
    wanted.name_id_set.clear()
    wanted.name_id_set.update({_COPYRIGHT, _LICENSE, _LICENSE_URL})
    made = uharfbuzz.subset(_face(font), wanted)
    return bytes(made.blob.data)


def woff(font: bytes) -> bytes:
    """An OpenType file as WOFF 1.0 (W3C Recommendation, 2012): its tables, compressed.

    WOFF 2 would save a fifth of the size and costs a second a face.
    """
    flavor, count = struct.unpack(">4sH", font[:6])
    entries = [struct.unpack(">4s3L", font[12 + 16 * i : 28 + 16 * i]) for i in range(count)]
    directory, body = b"", b""
    start = 44 + 20 * count
    total = 12 + 16 * count
    for tag, checksum, offset, length in entries:
        table = font[offset : offset + length]
        # A table that compression does not shorten stands as it is; readers tell by the length.
        packed = min(table, zlib.compress(table, 9), key=len)
        directory += struct.pack(">4s4L", tag, start + len(body), len(packed), length, checksum)
        body += packed + bytes(-len(packed) % 4)
        total += length + -length % 4
    header = struct.pack(
        ">4s4sLHHLHHLLLLL",
        *(b"wOFF", flavor, start + len(body), count, 0, total, 1, 0, 0, 0, 0, 0, 0),
    )
    return header + directory + body


def missing_glyphs(edition: Edition | BilingualEdition) -> tuple[Finding, ...]:
    """A warning for each character of the edition that no font of its theme can write.

    Such a character is drawn in whatever font the machine has, or as an empty box.
    """
    if isinstance(edition, BilingualEdition):
        return tuple(finding for side in edition.sides for finding in missing_glyphs(side))
    known: set[int] = set()
    for font in font_files(edition.publication):
        known |= characters(font)
    seen: dict[str, list[_Place]] = {}
    for place in _places(edition):
        # What is written in two characters may be drawn in one: か and ゙ are が.
        for char in unicodedata.normalize("NFC", place.text):
            if ord(char) not in known and is_drawn(char):
                seen.setdefault(char, []).append(place)
    return tuple(_finding(char, places, edition) for char, places in seen.items())


def edition_text(edition: Edition | BilingualEdition) -> str:
    """All that a reader sees of an edition, and all that headings and labels may need."""
    if isinstance(edition, BilingualEdition):
        return "".join([*map(edition_text, edition.sides), *edition.language_names])
    words = [place.text for place in _places(edition)]
    return "".join([*words, *edition.labels.values()])


@dataclass(frozen=True)
class _Place:
    text: str
    path: Path
    line: int


def _places(edition: Edition) -> Iterator[_Place]:
    manifest = edition.issue.path
    for text in (
        edition.name,
        edition.tagline,
        edition.number,
        edition.date,
        edition.title,
        edition.lead,
        edition.reading_time,
        edition.notice,
        *edition.colophon,
        *(str(field) for cited in edition.citations for field in vars(cited).values()),
    ):
        yield _Place(text, manifest, 0)
    for part in (*([edition.cover] if edition.cover else []), *edition.parts):
        yield from _part_places(part)
    if edition.sources_heading:
        yield _Place(edition.sources_heading.text(""), manifest, 0)


def _part_places(part: Part) -> Iterator[_Place]:
    yield _Place(part.heading.text(""), part.path, 1)
    for token in (*part.body, *(token for note in part.notes for token in note.body)):
        line = token.map[0] + 1 if token.map else 0
        if token.type == "heading_open":
            yield _Place(token.meta["heading"].number, part.path, line)
        elif token.type == "inline":
            yield _Place(markdown.plain(token), part.path, line)
            for child in token.children or []:
                if child.type == "ruby":
                    yield _Place("（" + "".join(child.meta["readings"]) + "）", part.path, line)
                elif child.type == "image":
                    yield _Place(str(child.attrs.get("title", "")), part.path, line)
        elif "figures" in token.meta:
            yield _Place(token.meta["figures"].texts(), part.path, line)
        elif token.type in ("fence", "code_block"):
            yield _Place(token.content, part.path, line)
    for below in part.parts:
        yield from _part_places(below)


def is_drawn(char: str) -> bool:
    """Whether a character needs a glyph: most do, a space or a joiner does not."""
    if unicodedata.category(char) in _NEVER_DRAWN:
        return False
    # Variation selectors only choose among glyphs of the character before them.
    return not ("\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef")


def _finding(char: str, places: list[_Place], edition: Edition) -> Finding:
    more = f", and {len(places) - 1} times more" if len(places) > 1 else ""
    name = unicodedata.name(char, "no name")
    return Finding(
        places[0].path,
        places[0].line,
        Severity.WARNING,
        "missing-glyph",
        f"{char} (U+{ord(char):04X} {name}) is in no font of the theme "
        f"{edition.publication.theme}{more}: it is drawn in whatever font a machine has, or as "
        "an empty box; write it another way",
    )


@cache
def _face(font: Path) -> Any:
    import uharfbuzz

    return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(font)))
