"""What all tests share: a small publication to work on, and the command line."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support import Newsletter, Result
from toolkit.cli import main

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A script that runs the tests in its background ignores Ctrl-C, and so would the commands.
    signal.signal(signal.SIGINT, signal.default_int_handler)

DATA = Path(__file__).parent / "data"

# The same examples in every run, so that a red test is a change's own. To look for new ones:
# HYPOTHESIS_PROFILE=search pytest tests/document
# A slow machine is no failure: nothing here is timed.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", derandomize=False, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


@pytest.fixture(scope="session", autouse=True)
def _packages(pytestconfig: pytest.Config) -> Iterator[None]:
    """Translation packages of the tests' own, whatever the user has installed.

    The translator that comes with the toolkit is assembled there by the first test that needs
    it, and kept in pytest's cache for the next run.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARGOS_PACKAGES_DIR", str(pytestconfig.cache.mkdir("packages")))
        # The tests themselves run in parallel: more threads would only wait for each other.
        patch.setenv("OMP_NUM_THREADS", "1")
        yield


@pytest.fixture
def publication(tmp_path: Path) -> Path:
    """A copy of the small publication, free to change; its one issue is 2025-11-25."""
    return Path(shutil.copytree(DATA / "publication", tmp_path / "publication"))


@pytest.fixture
def newsletter(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Newsletter:
    """Run ``newsletter`` as the console script does, in a folder of one's choice."""

    def run(*arguments: object, cwd: Path | None = None) -> Result:
        if cwd is not None:
            monkeypatch.chdir(cwd)
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        return Result(int(ended.value.code or 0), captured.out, captured.err)

    return run
