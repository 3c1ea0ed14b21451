"""Completion as bash asks for it: names of commands, options, issues and articles."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BASH = shutil.which("bash")
FUNCTION = """
eval "$(_NEWSLETTER_COMPLETE=bash_source newsletter)"
COMP_WORDS=({words})
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_newsletter_completion newsletter
printf '%s\\n' "${{COMPREPLY[@]}}"
"""

pytestmark = pytest.mark.skipif(BASH is None, reason="no bash here")


def completed(folder: Path, *words: str) -> list[str]:
    """What bash offers after ``newsletter`` and these words, the last of them just begun."""
    script = FUNCTION.format(words=" ".join(map(shlex.quote, ("newsletter", *words))))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [str(BASH), "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    # Outside a line being typed `compopt` has nothing to set, and says so.
    assert "Traceback" not in done.stderr
    return done.stdout.split()


def test_commands_and_subcommands(publication: Path) -> None:
    assert completed(publication, "ch") == ["check"]
    assert completed(publication, "models", "in") == ["install"]


def test_names_of_commands_import_none() -> None:
    script = (
        "import sys\nfrom toolkit.cli import main\n"
        "try:\n    main([])\nexcept SystemExit:\n    pass\n"
        "print([name for name in sys.modules if name.startswith('toolkit.commands')])"
    )
    asked = {
        "_NEWSLETTER_COMPLETE": "bash_complete",
        "COMP_WORDS": "newsletter ",
        "COMP_CWORD": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        check=True,
    )
    *offered, imported = done.stdout.splitlines()
    assert "plain,translate" in offered
    assert imported == "[]"


def test_options(publication: Path) -> None:
    assert completed(publication, "check", "--js") == ["--json"]


def test_an_issue_is_offered_by_its_slug_and_once(publication: Path) -> None:
    shutil.copytree(publication / "issues/2025-11-25", publication / "issues/2025-12-02")
    assert completed(publication, "check", "2025-1") == ["2025-11-25", "2025-12-02"]
    for command in ("build", "translate"):
        assert completed(publication, command, "2025-11-25", "2") == ["2025-12-02"]


def test_the_publication_named_on_the_line_counts(publication: Path, tmp_path: Path) -> None:
    assert completed(tmp_path, "check", "--publication", str(publication), "2") == ["2025-11-25"]


def test_articles_where_an_article_is_asked_for(publication: Path) -> None:
    assert completed(publication, "new", "2026-01-06", "--brief", "t") == ["tram"]


def test_outside_a_publication_nothing_is_offered(tmp_path: Path) -> None:
    assert completed(tmp_path, "check", "2") == []


def test_a_broken_publication_breaks_no_shell(publication: Path) -> None:
    (publication / "newsletter.toml").write_text("name = [", "utf-8")
    assert completed(publication, "check", "2") == []
