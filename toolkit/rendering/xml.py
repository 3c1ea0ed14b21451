"""Templates that make XML: the pages of an e-book, a feed, a sitemap."""

import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from toolkit.document.publication import Publication
from toolkit.errors import ContentError
from toolkit.rendering import theme

Tree = Any
"""The root of an lxml tree, which has no types."""

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def fill(publication: Publication, name: str, context: Mapping[str, object]) -> Tree:
    """A template filled in and read as XML, without what XML 1.0 cannot hold (section 2.2).

    Raises:
        ContentError: a template of the publication's is wrong, or what it makes is no XML.
    """
    written = _NO_XML.sub("", theme.fill_template(publication, name, context))

    def fail(message: str) -> ContentError:
        return ContentError(f"the template makes no XML: {message}", theme.find(publication, name))

    if "<!DOCTYPE" in written:
        # It could name entities, and by them files; texts are escaped and hold none.
        raise fail("leave the doctype out, it is added where one belongs")
    try:
        return etree.fromstring(written.strip().encode(), etree.XMLParser(huge_tree=True))
    except etree.XMLSyntaxError as error:
        raise fail(f"it is not well-formed, {error.msg}") from None


def to_bytes(root: Tree, doctype: str | None = None) -> bytes:
    """The tree as a file in UTF-8."""
    data: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True, doctype=doctype)
    return data + b"\n"
