"""Picture files block by block: what is seen of them, and what they say besides.

What decodes a picture skips comments, thumbnails, the work of editors and whatever stands behind
the picture's end; here it comes to light.
"""

from collections.abc import Iterator
from contextlib import suppress

_PNG = frozenset((b"IHDR", b"PLTE", b"IDAT", b"IEND", b"acTL", b"fcTL", b"fdAT")) | frozenset(
    (b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"cICP", b"sBIT", b"bKGD", b"pHYs")
)
_WEBP = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"))

_SOS, _EOI = 0xDA, 0xD9
_JPEG = frozenset({*range(0xC0, 0xD0), *range(0xD8, 0xE0)})
"""Frames, tables, scans and marks (ITU-T T.81, table B.1): no application's segment, no comment."""

_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
"""Who says in a GIF how often it moves."""


def says_more(data: bytes, kind: str) -> bool:
    """Whether a PNG, JPEG or WebP file has anything but its picture, in it or behind its end.

    Some files that merely break the rules are taken for such.
    """
    walk = {"PNG": _png, "JPEG": _jpeg, "WEBP": _webp}[kind]
    try:
        return not all(walk(data))
    except IndexError:
        return True


def bare_gif(data: bytes) -> bytes:
    """A GIF file without comments, the data of applications, and what stands behind its end.

    Its frames are the same, byte for byte. Told after the specification, GIF89a (1990).

    Raises:
        ValueError: there is no whole frame in it.
    """
    kept: list[bytes] = []
    with suppress(IndexError):  # no GIF from there on
        # Some programs forget the end.
        kept.extend(_gif(data + b"\0;"))
    if not any(block.startswith(b",") for block in kept):
        raise ValueError("no whole frame")
    return b"".join(kept) + b";"


def _png(data: bytes) -> Iterator[bool]:
    place = 8
    while True:
        length, name = int.from_bytes(data[place : place + 4]), data[place + 4 : place + 8]
        yield name in _PNG
        place += 12 + length
        if name == b"IEND" or place > len(data):
            break
    yield not data[place:].strip(b"\0")


def _webp(data: bytes) -> Iterator[bool]:
    end = 8 + int.from_bytes(data[4:8], "little")
    yield not data[end:].strip(b"\0")
    place = 12
    while place < end:
        yield data[place : place + 4] in _WEBP
        length = int.from_bytes(data[place + 4 : place + 8], "little")
        place += 8 + length + length % 2


def _jpeg(data: bytes) -> Iterator[bool]:
    place = 2
    while True:
        if data[place] != 0xFF:
            # The bytes of a scan, up to the next marker.
            place = data.find(b"\xff", place)
            if place < 0:
                yield False
                return
        marker = data[place + 1]
        if marker == 0xFF:
            place += 1
        elif marker == 0 or 0xD0 <= marker <= 0xD7:
            place += 2
        elif marker == _EOI:
            yield not data[place + 2 :].strip(b"\0")
            return
        else:
            length = int.from_bytes(data[place + 2 : place + 4])
            segment = data[place + 4 : place + 2 + length]
            yield (
                marker in _JPEG
                or (marker == 0xE0 and segment[:5] == b"JFIF\0" and segment[12:] == b"\0\0")
                or (marker == 0xEE and segment[:5] == b"Adobe")
            )
            place += 2 + length


def _gif(data: bytes) -> Iterator[bytes]:
    place = 13 + _table(data[10])
    yield data[:place]
    while (sign := data[place : place + 1]) != b";":
        start = place
        if sign == b",":
            place = _end_of_blocks(data, place + 11 + _table(data[place + 9]))
            yield data[start:place]
        elif sign == b"!":
            label, blocks = data[place + 1], place + 2
            place = _end_of_blocks(data, blocks)
            if label == 0xF9:
                yield data[start:place]
            elif label == 0xFF and data[blocks + 1 : blocks + 12] in _LOOPS:
                # How often, and nothing that may follow.
                yield data[start : blocks + 16] + b"\0"
        else:
            raise IndexError(place)


def _table(flags: int) -> int:
    """How many bytes a table of colours has."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _end_of_blocks(data: bytes, place: int) -> int:
    while data[place]:
        place += 1 + data[place]
    return place + 1
