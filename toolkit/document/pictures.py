"""Reading pictures with Pillow, whatever else is loaded, and how large they may be."""

from collections.abc import Iterator
from contextlib import contextmanager

SIZE_LIMIT = 30 * 1024 * 1024
"""Bytes of a picture's file."""

PIXEL_LIMIT = 60_000_000
"""Of a picture in pixels; a full-frame photograph has 24 to 60 million."""


def over_limit(*, size: int = 0, width: int = 0, height: int = 0) -> str:
    """What is too much about a picture, as words that go on from its name; empty if nothing is.

    Args:
        size: of its file, in bytes.
        width, height: in pixels.
    """
    if size > SIZE_LIMIT:
        limit = SIZE_LIMIT // 1024**2
        return f"has {size / 1024**2:.0f} MB: save it smaller, in {limit} MB or fewer"
    if width * height > PIXEL_LIMIT:
        limit = PIXEL_LIMIT // 1_000_000
        return f"has {width}×{height} pixels: scale it down to {limit} million or fewer"
    return ""


@contextmanager
def whole_pictures_only() -> Iterator[None]:
    """Pillow as it comes: WeasyPrint, once imported, makes it take truncated pictures too."""
    from PIL import ImageFile

    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before
