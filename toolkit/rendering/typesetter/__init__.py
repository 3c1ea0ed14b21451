"""WeasyPrint 70, and what it is taught for newsletters in Japanese and English.

Each module makes up for one thing that it lacks, at the functions named there; the version is
pinned in ``pyproject.toml``, and each has a test that would see a change.
"""

from functools import cache

from toolkit.rendering.typesetter import (
    balancing,
    breaking,
    floating,
    gradients,
    justification,
    layouts,
    tagging,
)


@cache
def teach_weasyprint() -> None:
    """Make WeasyPrint set pages as all modules here have it; once a process."""
    for module in (layouts, breaking, balancing, floating, justification, tagging, gradients):
        module.teach()
