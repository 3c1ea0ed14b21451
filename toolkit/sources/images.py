"""Images that come with a source: which kinds are taken, and the names they get."""

from toolkit.document.svg import is_svg, read_svg
from toolkit.errors import ContentError
from toolkit.sources.names import slug

IMAGE_LIMIT = 20 * 1024 * 1024
"""The largest image that is taken along, in bytes."""

_KINDS = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
)


def image_name(data: bytes, stem: str, number: int) -> str:
    """The file name of a source's image, from what it is and not from what it is called.

    Empty for what no edition can show: vector metafiles, SVG that takes its parts from
    elsewhere or needs a browser, and what is no image at all.
    """
    kind = next((kind for signature, kind in _KINDS if data.startswith(signature)), "")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        kind = "webp"
    if is_svg(data) and _can_be_shown(data):
        kind = "svg"
    return f"{slug(stem)}-{number}.{kind}" if kind else ""


def _can_be_shown(data: bytes) -> bool:
    try:
        read_svg(data)
    except ContentError:
        return False
    return True
