"""Every error the toolkit raises on purpose, and the exit code it ends with.

    NewsletterError
    ├── ContentError        1   what the editor wrote has a problem
    ├── UsageError          2   the command was asked for something it cannot mean
    └── MissingError        3   the machine lacks something

An error prints as one line, ``path:line: message``, and says what to do. Click
knows nothing of these classes: ``toolkit.cli`` turns them into exits.
"""

from pathlib import Path


class NewsletterError(Exception):
    """An error with a place and a remedy; prints as one line.

    Args:
        message: what is wrong and what to do about it, in one sentence or two.
        path: the file it is about, where there is one.
        line: the line in that file, counted from 1.
    """

    exit_code = 1

    def __init__(self, message: str, path: Path | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line

    def __str__(self) -> str:
        if self.path is None:
            return self.message
        place = str(shown(self.path))
        if self.line is not None:
            place += f":{self.line}"
        return f"{place}: {self.message}"


class ContentError(NewsletterError):
    """Something in an article, an issue, a catalog or a glossary is wrong."""

    exit_code = 1


class UsageError(NewsletterError):
    """The command was called in a way that has no meaning here."""

    exit_code = 2


class MissingError(NewsletterError):
    """The machine lacks something: a library, a package, a font, a place to write."""

    exit_code = 3


def shown(path: Path) -> Path:
    """A path as it is printed: relative to the current folder where it lies in it."""
    try:
        here = Path.cwd()
    except OSError:  # the current folder was deleted
        return path
    return path.relative_to(here) if path.is_relative_to(here) else path
