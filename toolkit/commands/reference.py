"""The reference of all commands, made from what ``--help`` says: ``make docs``.

    python -m toolkit.commands.reference > docs/commands.md

One section a command, in the order of a manual page: name, synopsis, description,
examples, options. What is true of all commands stands before them.
"""

import inspect
import re
from collections.abc import Iterator

import click

from toolkit.cli import newsletter

PREFACE = """\
# Commands

Made from the commands' own `--help` by `make docs`; do not edit.

**Exit codes.** 0: all good. 1: what you wrote has a problem; the message names file and line. \
2: the command was called in a way that has no meaning. 3: the machine lacks something; \
`newsletter doctor` says what. 130: interrupted.

**Output.** Results go to standard output, messages, warnings and progress to standard error. \
Progress is drawn on a terminal only.

**Environment.** `ARGOS_PACKAGES_DIR`: where translation packages lie, instead of the Argos \
folder of the user. `OMP_NUM_THREADS`: how many threads a translator may use.

**Completion.** The shell completes commands, options, issues and articles after one of these \
lines; put it into `~/.bashrc`, `~/.zshrc` or `~/.config/fish/config.fish`.

```sh
eval "$(_NEWSLETTER_COMPLETE=bash_source newsletter)"   # bash ≥ 4.4
eval "$(_NEWSLETTER_COMPLETE=zsh_source newsletter)"    # zsh
_NEWSLETTER_COMPLETE=fish_source newsletter | source    # fish
```
"""


def reference() -> str:
    """The whole reference as Markdown."""
    context = newsletter.make_context("newsletter", [], resilient_parsing=True)
    return PREFACE + "\n" + "\n".join(_section(newsletter, context, 2))


def _section(command: click.Command, context: click.Context, level: int) -> Iterator[str]:
    yield f"{'#' * level} {context.command_path}\n"
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield f"```\n{usage}\n```\n"
    yield from _description(command.help or "")
    options = [record for each in command.get_params(context) if (record := _help(each, context))]
    yield from (f"- `{names}`: {about}" for names, about in options)
    if options:
        yield ""
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None and not below.hidden:
                inner = below.make_context(name, [], parent=context, resilient_parsing=True)
                yield from _section(below, inner, min(level + 1, 6))


def _help(parameter: click.Parameter, context: click.Context) -> tuple[str, str] | None:
    record = parameter.get_help_record(context)
    # An argument without a help of its own is explained in the description.
    return (record[0], " ".join(_text(record[1]).split())) if record and record[1] else None


def _description(text: str) -> Iterator[str]:
    r"""A docstring's paragraphs; what click prints as it stands (``\b``) is code."""
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        if not paragraph.startswith("\b\n"):
            yield " ".join(_text(paragraph).split()) + "\n"
            continue
        heading, _, code = paragraph.removeprefix("\b\n").partition("\n")
        if not heading.startswith("Example"):
            heading, code = "", f"{heading}\n{code}"
        if heading:
            yield f"{heading}\n"
        yield f"```sh\n{inspect.cleandoc(code)}\n```\n"


def _text(text: str) -> str:
    """Plain text as Markdown: what would be markup outside code is escaped."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(
        part if part.startswith("`") else re.sub(r"[*<_]", r"\\\g<0>", part) for part in parts
    )


if __name__ == "__main__":
    click.echo(reference(), nl=False)
