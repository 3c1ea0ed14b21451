"""Issue → files. One module a format, each with the same ``render`` function."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from toolkit.findings import Finding

if TYPE_CHECKING:
    from toolkit.rendering.bilingual import BilingualEdition
    from toolkit.rendering.edition import Edition

FORMATS = ("pdf", "docx", "html", "epub", "md", "txt", "eml")
"""Each is a module of this package, and the extension of the files it makes."""

DEFAULT_FORMATS = ("pdf", "docx", "html")
"""What is made unless an editor asks for something else: what any reader can open."""


@dataclass(frozen=True)
class Rendered:
    """A finished file.

    Attributes:
        data: its bytes; the same edition gives the same bytes.
        pages: how many pages it has; None where the format has no pages, or does not know.
        findings: what an editor should know about it, such as a character without a glyph.
    """

    data: bytes
    pages: int | None = None
    findings: tuple[Finding, ...] = ()


def renderer(format_: str) -> "Callable[[Edition | BilingualEdition], Rendered]":
    """The ``render`` function of a format; its heavy libraries are imported only here."""
    module = import_module(f"toolkit.rendering.{format_}")
    render: Callable[[Edition | BilingualEdition], Rendered] = module.render
    return render
