"""Every dependency earns its place, and has its licence noted."""

import re
import tomllib
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_every_dependency_is_in_the_notices() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    names = {re.split(r"[<>=~! ;\[]", line)[0] for line in lines}
    notices = (ROOT / "docs/third-party-notices.md").read_text("utf-8")
    table = re.findall(r"^\| ([\w, -]+?) \|", notices, re.MULTILINE)
    listed = {name.strip() for row in table for name in row.split(",")}
    assert names <= listed, f"not in the notices: {sorted(names - listed)}"
    assert all("<" in line or "sudachidict" in line for line in lines), "bounded"
