"""The same input gives the same bytes: elsewhere, later, and to a reader of another country."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import toolkit
from tests.rendering.pages import DATA
from toolkit.rendering import FORMATS

TEXTS = tuple(name for name in FORMATS if name != "pdf")
"""PDFs take longest: the bilingual one stands for them here; test_pdf.py sees to the others."""

ASKED = ((("ja", "en"), TEXTS), (("ja-en",), ("pdf", "docx", "html")))
BUILD = f"""
import toolkit
for languages, formats in {ASKED}:
    assert not toolkit.build(".", languages=languages, formats=formats, jobs=1).failures
"""


def test_every_format_is_the_same_in_another_place_time_and_country(publication: Path) -> None:
    manifest = publication / "newsletter.toml"
    text = manifest.read_text("utf-8")
    manifest.write_text(f'{text}\n[email]\nfrom = "letters@example.org"\n', "utf-8")
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
    assert len(made) == 2 * len(TEXTS) + 3
    for output in made:
        other = there / output.path.relative_to(publication)
        assert other.read_bytes() == output.path.read_bytes(), output.path.name
