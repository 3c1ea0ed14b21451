"""The names that articles get from the files they come from."""

import re
import unicodedata

from toolkit.errors import ContentError

_LIMIT = 80
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)  # Windows' own names


def slug(name: str) -> str:
    """A file's name as an article's slug: lower case, words joined by ``-``.

    Japanese stays (in composed form, so that every system finds the file); what is no
    letter and no digit becomes ``-``.

    Raises:
        ContentError: nothing is left of the name.
    """
    text = unicodedata.normalize("NFKC", name).lower()
    text = re.sub(r"[^\w.]+|_", "-", text)
    text = re.sub(r"-*\.+-*", ".", text)
    text = re.sub("-{2,}", "-", text)[:_LIMIT].strip("-.")
    if not text:
        raise ContentError(f"no article can be named after {name!r}: rename the file")
    return f"{text}-article" if _RESERVED.fullmatch(text) else text
