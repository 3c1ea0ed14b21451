"""``newsletter build --watch``, driven as a person would: save, look, save again, Ctrl-C."""

import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import Newsletter

ISSUE = "2025-11-25"
DEADLINE = 60.0
"""Seconds in which anything that is waited for must have happened; most often it takes one."""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is a signal of POSIX")


class Watching:
    """A build that watches, and the lines it has printed."""

    def __init__(self, publication: Path, *options: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "toolkit.cli", "build", "--watch", *options],
            cwd=publication,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(),
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def until(self, words: str) -> list[str]:
        """The lines up to the first with these words."""
        seen: list[str] = []
        while not seen or words not in seen[-1]:
            try:
                line = self._lines.get(timeout=DEADLINE)
            except queue.Empty:
                pytest.fail(f"no line with {words!r} within {DEADLINE} s, but {seen}")
            if line is None:
                pytest.fail(f"it ended before a line with {words!r}, after {seen}")
            seen.append(line)
        return seen

    def interrupt(self) -> tuple[int, list[str]]:
        """Ctrl-C: the exit code, and what was printed since."""
        self._process.send_signal(signal.SIGINT)
        code = self._process.wait(DEADLINE)
        rest = []
        while (line := self._lines.get(timeout=DEADLINE)) is not None:
            rest.append(line)
        return code, rest

    def end(self) -> None:
        """Whatever happened, leave no process behind."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        assert self._process.stdout
        self._process.stdout.close()


def text_of(page: Path) -> str:
    """What a page says, without its markup."""
    return re.sub(r"<[^>]+>", "", page.read_text("utf-8"))


def environment() -> dict[str, str]:
    root = Path(__file__).parents[2]
    return {**os.environ, "PYTHONPATH": str(root), "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def watching(publication: Path) -> Iterator[Watching]:
    shutil.copytree(publication / "issues" / ISSUE, publication / "issues/2025-12-02")
    started = Watching(publication, "--all", "--lang", "ja", "--format", "html")
    yield started
    started.end()


def test_builds_what_was_saved_lives_through_errors_and_ends_on_ctrl_c(
    publication: Path, watching: Watching
) -> None:
    brief = publication / "issues" / ISSUE / "brief-1.md"
    page = publication / "dist" / ISSUE / f"{ISSUE}.ja.html"
    first = watching.until("2025-12-02.ja.html")
    assert any(f"{ISSUE}.ja.html" in line for line in first)

    # An atomic save, as vim and VS Code make it.
    beside = brief.with_name(".brief-1.md.new")
    beside.write_text("# 港の市\n\n朝市が十年ぶりに開きます。\n", "utf-8")
    beside.rename(brief)
    assert len(watching.until(f"{ISSUE}.ja.html")) == 1
    assert "朝市が十年ぶりに開きます" in text_of(page)

    brief.write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    (error,) = watching.until("brief-1.md")
    assert error.startswith(f"newsletter: issues/{ISSUE}/brief-1.md:1: "), error
    assert "朝市が十年ぶりに開きます" in text_of(page), "the good page stays"

    manifest = publication / "newsletter.toml"
    good = manifest.read_text("utf-8")
    manifest.write_text("name = [\n", "utf-8")
    (error,) = watching.until("newsletter.toml")
    assert error.startswith("newsletter: newsletter.toml:"), error

    brief.write_text("# 港の市\n\n朝市は来週も開きます。\n", "utf-8")
    manifest.write_text(good, "utf-8")
    watching.until(f"dist/{ISSUE}/{ISSUE}.ja.html")
    assert "朝市は来週も開きます" in text_of(page)

    code, rest = watching.interrupt()
    assert code == 0
    assert not [line for line in rest if line.strip()], rest
    assert not list((publication / "dist").rglob(".*")), "nothing half-written, no lock"


def test_an_issue_made_meanwhile_is_built_with_all(publication: Path, watching: Watching) -> None:
    watching.until("2025-12-02.ja.html")
    shutil.copytree(publication / "issues" / ISSUE, publication / "later")
    (publication / "later").rename(publication / "issues/2025-12-09")
    watching.until("2025-12-09.ja.html")
    assert watching.interrupt()[0] == 0


def test_the_page_is_there_before_the_pdf(publication: Path) -> None:
    watching = Watching(publication, "--lang", "ja", "--format", "pdf", "--format", "html")
    try:
        watching.until(".ja.pdf")
        assert watching.interrupt()[0] == 0
    finally:
        watching.end()
    page, pdf = (publication / "dist" / ISSUE / f"{ISSUE}.ja.{name}" for name in ("html", "pdf"))
    assert page.stat().st_mtime_ns < pdf.stat().st_mtime_ns


@pytest.mark.parametrize("options", [("--dry-run",), ("-",)])
def test_what_a_watch_cannot_mean(
    newsletter: Newsletter, publication: Path, options: tuple[str, ...]
) -> None:
    result = newsletter("build", "--watch", *options, cwd=publication)
    assert result.code == 2
    assert "--watch" in result.err
    assert len(result.err.splitlines()) == 1


def test_an_issue_that_is_misspelt_ends_the_watch_at_once(
    newsletter: Newsletter, publication: Path
) -> None:
    result = newsletter("build", "--watch", "2025-11-26", cwd=publication)
    assert result.code == 2
