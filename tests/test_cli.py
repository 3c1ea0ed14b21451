"""The command line as a whole: help, errors and exit codes."""

from pathlib import Path

import pytest

from tests.support import Newsletter
from toolkit.cli import COMMANDS


def test_help_lists_every_command(newsletter: Newsletter) -> None:
    result = newsletter("--help")
    assert result.code == 0
    for name in COMMANDS:
        assert f"\n  {name} " in result.out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shows_an_example(newsletter: Newsletter, command: str) -> None:
    result = newsletter(command, "--help")
    assert result.code == 0
    assert "Example" in result.out
    assert f"newsletter {command}" in result.out


def test_an_unknown_command_is_a_usage_error(newsletter: Newsletter) -> None:
    result = newsletter("bild")
    assert result.code == 2
    assert "bild" in result.err
    assert "build" in result.err, "a near match is named"


def test_outside_a_publication_the_error_says_what_to_do(
    newsletter: Newsletter, tmp_path: Path
) -> None:
    result = newsletter("build", cwd=tmp_path)
    assert result.code == 2
    assert result.err.startswith("newsletter: ")
    assert len(result.err.splitlines()) == 1
    assert "newsletter init" in result.err


def test_works_from_any_folder_below_a_publication(
    newsletter: Newsletter, publication: Path
) -> None:
    result = newsletter(
        "build", "--lang", "ja", "--format", "html", cwd=publication / "issues" / "2025-11-25"
    )
    assert result.code == 0, result.err
    assert (publication / "dist/2025-11-25/2025-11-25.ja.html").is_file()
