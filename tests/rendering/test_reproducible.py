"""The same input gives the same bytes: elsewhere, later, and to a reader of another country."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import toolkit
from tests.rendering.pages import DATA
from toolkit.document.publication import THEMES
from toolkit.rendering import FORMATS, bilingual

ASKED = ((("ja", "en"), tuple(FORMATS)), (bilingual.LANGUAGES, bilingual.FORMATS))
BUILD = f"""
import toolkit
for languages, formats in {ASKED}:
    assert not toolkit.build(".", languages=languages, formats=formats, jobs=1).failures
"""


@pytest.mark.parametrize("theme", THEMES)
def test_every_edition_is_the_same_in_another_place_time_and_country(
    theme: str, publication: Path
) -> None:
    manifest = publication / "newsletter.toml"
    text = re.sub(r"^theme = .*\n", "", manifest.read_text("utf-8"), flags=re.MULTILINE)
    manifest.write_text(
        f'theme = "{theme}"\n{text}\n[email]\nfrom = "letters@example.org"\n', "utf-8"
    )
    section = publication / "issues" / "2025-11-25" / "brief-1.md"
    shutil.copy(DATA / "diagram.svg", section.parent)
    drawn = f"{section.read_text('utf-8')}\n![](diagram.svg)\n"
    section.write_text(drawn, "utf-8")
    there = Path(shutil.copytree(publication, publication.parent / "別の 場所" / "p"))
    made = [
        output
        for languages, formats in ASKED
        for output in toolkit.build(
            publication, languages=languages, formats=formats, jobs=1
        ).outputs
    ]
    elsewhere = os.environ | {
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "7",
        "SOURCE_DATE_EPOCH": "1000000000",
    }
    subprocess.run([sys.executable, "-c", BUILD], cwd=there, env=elsewhere, check=True)
    assert len(made) == 2 * len(FORMATS) + 2 * len(bilingual.FORMATS)
    for output in made:
        other = there / output.path.relative_to(publication)
        assert other.read_bytes() == output.path.read_bytes(), output.path.name
