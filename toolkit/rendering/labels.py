"""What the toolkit itself says in an edition, by language: names, dates, notices."""

import datetime
from pathlib import Path
from typing import Any

from toolkit.document.publication import Publication
from toolkit.document.toml import read_toml, value_line
from toolkit.errors import ContentError
from toolkit.resources import folder

FILE = "labels.toml"


class Labels(dict[str, str]):
    """The labels of one language; call one to fill it in: ``labels.fill("brief", mark="①")``.

    Attributes:
        language: the language.
    """

    language: str = ""

    def fill(self, key: str, **values: Any) -> str:
        """The label ``key`` with its ``{…}`` filled in."""
        return self[key].format(**values)


def read_labels(language: str, publication: Publication | None = None) -> Labels:
    """The labels of a language, those of the publication over the toolkit's own.

    Raises:
        ContentError: the publication's ``templates/labels.toml`` is broken, or has a label
            that nobody reads.
    """
    data, _ = read_toml(folder("templates") / FILE)
    labels = Labels(data[language])
    labels.language = language
    own = publication.root / "templates" / FILE if publication else Path()
    if publication and own.is_file():
        overrides, text = read_toml(own)
        for key, value in overrides.get(language, {}).items():
            if key not in labels or not isinstance(value, str):
                raise ContentError(
                    f"{key} is no label (see the toolkit's {FILE})",
                    own,
                    value_line(text, language, key),
                )
            labels[key] = value
    return labels


def format_date(date: datetime.date, language: str) -> str:
    """A date as an edition in that language writes it: 2025年11月25日, November 25, 2025."""
    from babel.dates import format_date as babel_date

    return babel_date(date, "long", locale=language)


def format_published(published: str, language: str) -> str:
    """An article's date, in the edition's way where it is an ISO date, else as it stands."""
    try:
        return format_date(datetime.date.fromisoformat(published), language)
    except ValueError:
        return published


def language_name(code: str, language: str) -> str:
    """What a language is called in another: 日本語, Japanese."""
    from babel import Locale

    return Locale.parse(code).get_display_name(language) or code
