"""Where Argos Translate keeps its packages and its index: its settings, and nothing else of it."""

import contextlib
import sys
from pathlib import Path
from typing import Any

from toolkit.errors import MissingError


def argos_settings() -> Any:
    """The module ``argostranslate.settings``; importing it makes Argos's folders.

    Raises:
        MissingError: they cannot be made, or the settings are broken.
    """
    try:
        # A broken settings.json makes Argos print to standard output, where a script reads.
        with contextlib.redirect_stdout(sys.stderr):
            from argostranslate import settings
    except (OSError, ValueError, KeyError, AssertionError) as error:
        raise MissingError(
            f"the folder for translation packages cannot be used ({error}): see the variables "
            "ARGOS_PACKAGES_DIR and XDG_DATA_HOME, and Argos Translate's settings.json"
        ) from None
    return settings


def home() -> Path:
    """The folder that packages are installed in: Argos's (its variables and settings count).

    Raises:
        MissingError: it cannot be made, or Argos's settings are broken.
    """
    return Path(argos_settings().package_data_dir)
