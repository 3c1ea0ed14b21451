"""The importer's word lists (``mending.toml``) as compiled patterns."""

import re
from functools import cache
from pathlib import Path

from toolkit.document.toml import read_toml

FILE = Path(__file__).with_name("mending.toml")


@cache
def patterns(rule: str, key: str = "lines") -> tuple[re.Pattern[str], ...]:
    """The patterns of a rule, case ignored."""
    data, _ = read_toml(FILE)
    value = data[rule][key]
    return tuple(
        re.compile(item, re.IGNORECASE) for item in ([value] if isinstance(value, str) else value)
    )


def matches(text: str, rule: str, key: str = "lines") -> re.Match[str] | None:
    """The first pattern of a rule that the whole text matches."""
    return next((m for p in patterns(rule, key) if (m := p.fullmatch(text))), None)


def begins(text: str, rule: str, key: str) -> re.Match[str] | None:
    """The first pattern of a rule that the text begins with."""
    return next((m for p in patterns(rule, key) if (m := p.match(text))), None)


def ends(text: str, rule: str, key: str) -> re.Match[str] | None:
    """The first pattern of a rule that the text ends with."""
    return next(
        (
            m
            for p in patterns(rule, key)
            for m in [re.search(f"(?:{p.pattern})$", text, p.flags)]
            if m
        ),
        None,
    )
