"""A run that is killed at any moment leaves the old catalog or a new one, whole."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import polib

from tests.translation.packages import dictionary_package

KILLS = 50
SCRIPT = Path(__file__).with_name("killing.py")
WORDS = {"橋": "bridge", "港": "harbour", "船": "ship", "駅": "station", "道": "road", "市": "city"}
APPROVED = 'msgid "橋と港。"\nmsgstr "What a person wrote."\n'


def test_a_kill_at_any_moment_leaves_a_whole_catalog(publication: Path, tmp_path: Path) -> None:
    packages = tmp_path / "packages"
    dictionary_package(packages / "small", WORDS)
    with (publication / "newsletter.toml").open("a", encoding="utf-8") as file:
        file.write('\n[translation]\npackage = "small"\n')
    folder = publication / "issues" / "2025-11-25"
    sentences = [f"{one}と{other}。" for one in WORDS for other in WORDS if one != other]
    for section in folder.glob("*.md"):
        section.write_text("# 橋\n\n" + "".join(sentences[:15]) + "\n", "utf-8")
    header = 'msgid ""\nmsgstr "Language: en\\n"\n\n'
    (folder / "en.po").write_text(header + APPROVED, "utf-8")

    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(publication), str(KILLS)],
        env=os.environ | {"ARGOS_PACKAGES_DIR": str(packages), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    whole = [told["before"], *told["written"]]
    assert len(whole) >= 4
    assert [text for text in told["left"] if text not in whole] == []
    # The kills met runs early and late: the old catalog was left by some, newer ones by others.
    assert len(told["left"]) == KILLS
    assert told["before"] in told["left"]
    assert {*told["left"]} - {told["before"]}
    # And after all that a run ends as it would have without, but for the line on which it found a
    # sentence that a suggestion names: a killed run may have moved it.
    ends = [re.sub(r"(/en\.po):\d+\)", r"\1)", text) for text in (told["at_last"], whole[-1])]
    assert told["again"] == 0
    assert ends[0] == ends[1]
    last = polib.pofile(told["at_last"])
    kept = last.find("橋と港。")
    assert kept is not None
    assert kept.msgstr == "What a person wrote."
