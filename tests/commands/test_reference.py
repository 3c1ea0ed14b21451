"""``docs/commands.md``: complete, up to date, and Markdown that says what ``--help`` says."""

from pathlib import Path

from markdown_it import MarkdownIt

from tests.support import Newsletter
from toolkit.cli import COMMANDS
from toolkit.commands.reference import reference

COMMITTED = Path(__file__).parents[2] / "docs/commands.md"


def test_the_committed_reference_is_up_to_date() -> None:
    assert COMMITTED.read_text("utf-8") == reference(), "run `make docs` and commit"


def test_every_command_and_subcommand_has_its_section() -> None:
    tokens = MarkdownIt().parse(COMMITTED.read_text("utf-8"))
    headings = [
        tokens[number + 1].content
        for number, token in enumerate(tokens)
        if token.type == "heading_open"
    ]
    for name in COMMANDS:
        assert f"newsletter {name}" in headings
    assert "newsletter models install" in headings


def test_an_example_is_code_and_an_option_is_listed_with_its_meaning() -> None:
    tokens = MarkdownIt().parse(COMMITTED.read_text("utf-8"))
    fences = [token.content for token in tokens if token.type == "fence"]
    assert any("newsletter check 2025-11-25 --json\n" in fence for fence in fences)
    items = [token.content for token in tokens if token.type == "inline"]
    assert "`--rules`: List the rules instead." in items


def test_every_option_of_help_is_in_the_reference(newsletter: Newsletter) -> None:
    text = COMMITTED.read_text("utf-8")
    for name in COMMANDS:
        section = text.partition(f"### newsletter {name}\n")[2].partition("\n### ")[0]
        help_ = newsletter(name, "--help").out
        options = {line.split()[0] for line in help_.splitlines() if line.startswith("  --")}
        assert options or "\nCommands:\n" in help_, name
        assert not {option for option in options if f"`{option}" not in section}, name
