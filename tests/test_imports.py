"""What start-up may import: help must come at once, so nothing heavy is loaded for it."""

import subprocess
import sys
from pathlib import Path

import pytest

from toolkit.cli import COMMANDS

HEAVY = {
    "argostranslate",
    "babel",
    "ctranslate2",
    "docx",
    "jinja2",
    "mammoth",
    "markdown_it",
    "matplotlib",
    "mdformat",
    "numpy",
    "polib",
    "sentencepiece",
    "sudachipy",
    "torch",
    "trafilatura",
    "weasyprint",
}
# Of these a command may import the document's own libraries for its help, never the engines.
ENGINES = HEAVY - {"markdown_it", "mdformat", "babel", "jinja2", "polib"}


def imported(*arguments: str, cwd: Path | None = None) -> set[str]:
    script = (
        "import sys\nfrom toolkit.cli import main\n"
        f"try:\n    main({list(arguments)!r})\nexcept SystemExit:\n    pass\n"
        "print('MODULES', *sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=cwd
    )
    return set(done.stdout.rpartition("MODULES")[2].split())


def test_help_imports_no_heavy_library() -> None:
    assert not imported("--help") & HEAVY


@pytest.mark.parametrize("command", COMMANDS)
def test_a_commands_help_imports_no_engine(command: str) -> None:
    assert not imported(command, "--help") & ENGINES


def test_translating_what_is_translated_loads_no_engine_and_no_memory(publication: Path) -> None:
    unneeded = ENGINES | {"numpy", "rapidfuzz", "sqlite3", "lxml"}
    assert not imported("translate", "--all", cwd=publication) & unneeded
    catalog = (publication / "issues" / "2025-11-25" / "en.po").read_bytes()
    assert not imported("translate", "--all", cwd=publication) & unneeded
    assert (publication / "issues" / "2025-11-25" / "en.po").read_bytes() == catalog


def test_a_pdf_loads_nothing_that_only_other_formats_need(publication: Path) -> None:
    unneeded = ENGINES - {"weasyprint"} | {"mdformat", "numpy", "css_inline", "sqlite3"}
    build = ("build", "2025-11-25", "--lang", "ja", "--format", "pdf", "--jobs", "1")
    assert not imported(*build, cwd=publication) & unneeded
    assert (publication / "dist" / "2025-11-25" / "2025-11-25.ja.pdf").is_file()
