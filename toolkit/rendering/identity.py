"""Names that stay: what a library, a reader or a feed knows an edition by, for good."""

import json
import uuid

from toolkit.document.publication import Publication

_NAMESPACE = uuid.UUID("b6f1d2a4-5c0e-4b7e-9a43-6f0c1f6e2d10")


def identifier(publication: Publication, *names: str) -> str:
    """The ``urn:uuid`` (RFC 9562, version 5) of something of a publication.

    It follows from the publication's name in the language it is written in and from
    ``names``, such as an issue's slug and a language: not from the place it lies in, nor
    from what it says, so that a corrected or moved edition is still the same one.
    """
    whole = json.dumps([publication.names[publication.languages[0]], *names], ensure_ascii=False)
    return uuid.uuid5(_NAMESPACE, whole).urn
