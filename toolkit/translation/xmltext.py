"""XML that comes from elsewhere and goes elsewhere: read safely, written whole."""

import re
from collections.abc import Container, Iterator, Sequence
from pathlib import Path
from typing import Any

from toolkit.errors import ContentError

# What XML cannot hold (XML 1.0, section 2.2).
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def writable(text: str) -> str:
    """A text without the control characters that no XML can hold."""
    return _CONTROLS.sub("", text)


def local_name(element: Any) -> str:
    """The name of an element without its namespace; empty for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def elements_of(
    path: Path, roots: Sequence[str], wanted: Container[str], limit: int
) -> Iterator[tuple[Any, Any]]:
    """The elements of some names in an XML file, one at a time, so that its size matters little.

    Nothing is fetched, and entities are neither declared nor unfolded.

    Args:
        path: the file.
        roots: the local names that the outermost element may have; the first names the kind.
        wanted: the local names of the elements.
        limit: the largest file that is read, in bytes.

    Yields:
        the outermost element, of which what was read and is not wanted remains (its
        attributes, a header), and an element; it is emptied afterwards.

    Raises:
        ContentError: no such file, too large, no XML, or of another kind; with the line.
    """
    from lxml import etree

    try:
        size = path.stat().st_size
    except OSError as error:
        raise ContentError(f"cannot be read: {error.strerror}", path) from None
    if size > limit:
        raise ContentError(
            f"is too large ({size / 1e6:.0f} MB; the limit is {limit / 1e6:.0f} MB): split it",
            path,
        )
    top: Any = None
    try:
        with path.open("rb") as file:
            events = etree.iterparse(
                file,
                events=("start", "end"),
                resolve_entities=False,
                no_network=True,
                load_dtd=False,
                huge_tree=False,
            )
            for event, element in events:
                if top is None:
                    top = element
                    _check_top(top, roots, path)
                if event == "end" and local_name(element) in wanted:
                    yield top, element
                    element.clear()
                    parent = element.getparent()
                    while parent is not None and element.getprevious() is not None:
                        del parent[0]
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        raise ContentError(f"is no valid XML: {' '.join(error.msg.split())}", path, line) from None
    except OSError as error:
        raise ContentError(f"cannot be read: {error.strerror or error}", path) from None


def _check_top(top: Any, roots: Sequence[str], path: Path) -> None:
    document_type = top.getroottree().docinfo.internalDTD
    if document_type is not None and any(True for _ in document_type.iterentities()):
        raise ContentError("is not safe: it declares entities; take its DOCTYPE out", path)
    if local_name(top) not in roots:
        raise ContentError(
            f"is no {roots[0].upper()} file: it begins with <{local_name(top)}>", path
        )
