"""Edition → a web page in one file: fonts, pictures and styles inside, no script.

It asks for nothing from anywhere, which a Content-Security-Policy in its head enforces
also against what a publication's own template may add.
"""

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

from toolkit.rendering import Rendered
from toolkit.rendering.bilingual import BilingualEdition
from toolkit.rendering.bilingual_page import write_any_page
from toolkit.rendering.drawing import on_page
from toolkit.rendering.edition import Edition
from toolkit.rendering.fonts import characters, edition_text, missing_glyphs, subset, woff
from toolkit.rendering.images import SCREEN, Picture, read_picture, scaled
from toolkit.rendering.lettering import with_fonts

_FONTS = (".ttf", ".otf")


def render(edition: Edition | BilingualEdition) -> Rendered:
    """The edition as a web page.

    Raises:
        ContentError: a picture, a template or a style sheet of the publication is wrong.
    """
    embed = embedder(edition_text(edition))
    page, findings = write_any_page(edition, "screen", embed, data_url, on_page)
    return Rendered(page.encode("utf-8"), None, (*findings, *missing_glyphs(edition)))


def embedder(text: str) -> Callable[[Path], str]:
    """What gives, for a file that a style sheet names, a URL that holds the file itself.

    A font in it can write the characters of ``text``, and ASCII, and no others.
    """
    wanted = sorted(set(text) | set(map(chr, range(0x20, 0x7F))))

    def embed(path: Path) -> str:
        if path.suffix.lower() not in _FONTS:
            return data_url(read_picture(path.name, path.parent, path.parent, path, 1))
        known = characters(path)
        font = woff(subset(path, (char for char in wanted if ord(char) in known)))
        return f"data:font/woff;base64,{b64encode(font).decode()}"

    return embed


def data_url(picture: Picture) -> str:
    """A URL that holds the picture itself (RFC 2397), as fine as screens can show it."""
    shown = with_fonts(scaled(picture, *SCREEN))
    return f"data:{shown.mime};base64,{b64encode(shown.data).decode()}"
