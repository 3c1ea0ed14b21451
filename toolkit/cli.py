"""The command line: ``newsletter COMMAND``. Each command is a module of ``toolkit.commands``.

A command's module is imported only when it is called or its help is asked for, so
that ``newsletter --help`` loads none of the heavy libraries.
"""

import atexit
import gc
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem

from toolkit import __version__
from toolkit.errors import NewsletterError

COMMANDS = {
    "init": "Make a new publication, ready to build.",
    "import": "Turn text, Markdown, HTML and Word files into articles.",
    "new": "Make an issue out of articles.",
    "check": "Say what is wrong, as file:line: message.",
    "translate": "Bring the catalogs of issues up to date, or translate a text.",
    "review": "Correct a translation in Word or a translation tool, and bring it back.",
    "build": "Render issues: languages × formats, into dist/.",
    "site": "Write all issues as a web site, with an index and a feed a language.",
    "glossary": "Check the glossary, and exchange it with other tools.",
    "memory": "See, import and export the translation memory.",
    "models": "List, install, evaluate and train translation packages.",
    "doctor": "Say what of fonts, libraries and packages is there, and what is missing.",
}
"""Every command and its one line in ``newsletter --help``; the module is ``commands/NAME.py``
(``import`` lies in ``import_.py``, for it is a word of Python's)."""


class Commands(click.Group):
    """A group that knows its commands by name and imports each one late."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order of an editor's work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = "import_" if cmd_name == "import" else cmd_name
        command: click.Command = import_module(f"toolkit.commands.{module}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, but near matches are looked for among the commands not yet imported."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.exceptions.NoSuchCommand(args[0], possibilities=COMMANDS, ctx=ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the commands' names without importing them."""
        names = [
            CompletionItem(name, help=about)
            for name, about in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return names + super(click.Group, self).shell_complete(ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="newsletter")
def newsletter() -> None:
    """Newsletters in Japanese and English, made at home, offline.

    Articles become a weekly issue, the issue is translated on this machine, and
    both editions are rendered as PDF, DOCX and HTML.

    \b
    Example:
      newsletter init weekly && cd weekly
      newsletter check && newsletter translate --all && newsletter build --all
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; every error that is ours ends as one line and its exit code."""
    # At its end Python looks for garbage among all there is, 0.2 s after a long document, only
    # to give back what the system takes back anyway.
    atexit.register(gc.freeze)
    try:
        result: Any = newsletter.main(
            args=list(arguments) if arguments is not None else None,
            prog_name="newsletter",
            standalone_mode=False,
        )
    except NewsletterError as error:
        click.echo(f"newsletter: {error}", err=True)
        sys.exit(error.exit_code)
    except click.exceptions.Abort:
        click.echo("newsletter: interrupted", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of a pipe went away (`newsletter … | head`): no error of ours.
        sys.stderr.close()
        sys.exit(0)
    sys.exit(result if isinstance(result, int) else 0)


if __name__ == "__main__":
    main()
