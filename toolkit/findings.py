"""What a check found: one line each, for people and for scripts."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any


class Severity(StrEnum):
    """How much a finding matters: an ``error`` fails the command, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, order=True)
class Finding:
    """Something an editor should know, at a place in a file.

    Attributes:
        path: the file.
        line: the line in it, counted from 1; 0 where the finding is about the whole file.
        severity: error, warning or note.
        rule: the rule's name, in kebab-case, to look it up and to filter by.
        message: what is wrong and what to do.
    """

    path: Path
    line: int
    severity: Severity
    rule: str
    message: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else str(self.path)
        return f"{place}: {self.severity}: {self.message} ({self.rule})"

    def as_dict(self) -> dict[str, Any]:
        """The finding as plain values, for ``--json``."""
        return {
            "path": str(self.path),
            "line": self.line,
            "severity": str(self.severity),
            "rule": self.rule,
            "message": self.message,
        }


def failed(findings: Iterable[Finding]) -> bool:
    """Whether any of the findings is an error."""
    return any(finding.severity is Severity.ERROR for finding in findings)
