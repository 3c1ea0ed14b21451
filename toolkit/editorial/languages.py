"""A text in another language than the publication's: what it is called, and what to do."""

from pathlib import Path

from toolkit.errors import shown
from toolkit.findings import Finding, Severity

RULE = "language"
NAMES = {"ja": "Japanese", "en": "English"}


def language_finding(path: Path, language: str, wanted: str) -> Finding:
    """The warning that a section must be translated before the issue is built."""
    return Finding(
        path,
        1,
        Severity.WARNING,
        RULE,
        f"is in {NAMES[language]}, but the publication is written in {NAMES[wanted]}: translate "
        f"it first, as with `newsletter translate - --to {wanted} < {shown(path)}`",
    )
