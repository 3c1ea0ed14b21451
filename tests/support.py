"""Types that tests share: what the fixtures of ``conftest.py`` give."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Result:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


class Newsletter(Protocol):
    """Run ``newsletter`` as the console script does, in a folder of one's choice."""

    def __call__(self, *arguments: object, cwd: Path | None = None) -> Result:
        """Run it."""
