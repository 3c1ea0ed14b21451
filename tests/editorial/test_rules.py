"""Each rule of ``newsletter check`` on the cases of ``cases/check/RULE.md``.

A case is a title, the text of a file, and the findings expected of that rule, parted by
lines with a dot. The title may end in ``(en)`` for a publication written in English, in
``(NAME.md)`` or ``(issue.toml)`` for the file the text is put into (deep-dive.md by default),
and in ``(glossary.csv)`` where the glossary beside the cases is used. The drawings beside the
cases lie beside every text, with the pictures chart.png, cut.png (half of it), empty.png and
huge.png.
"""

import datetime
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from tests.support import Newsletter
from toolkit.editorial.check import FILES, RULES
from toolkit.editorial.starter import make_publication

CASES = Path(__file__).parent / "cases" / "check"
ISSUE = Path("issues/2025-11-25")


@dataclass(frozen=True)
class Case:
    rule: str
    title: str
    text: str
    expected: tuple[str, ...]

    @property
    def options(self) -> list[str]:
        return re.findall(r"\(([^()]+)\)", self.title)

    @property
    def file(self) -> str:
        files = [name for name in self.options if name.endswith((".md", ".toml"))]
        return files[0] if files else "deep-dive.md"


def _cases() -> list[Case]:
    cases = []
    for path in sorted(CASES.glob("*.md")):
        lines = path.read_text("utf-8").splitlines()
        while lines:
            title, dot = lines.pop(0), lines.pop(0)
            assert dot == ".", f"{path}: {title!r} is not followed by a dot"
            text = "".join(f"{line}\n" for line in _until_dot(lines))
            cases.append(Case(path.stem, title, text, tuple(_until_dot(lines))))
            while lines and not lines[0]:
                lines.pop(0)
    return cases


def _until_dot(lines: list[str]) -> list[str]:
    end = lines.index(".")
    taken = lines[:end]
    del lines[: end + 1]
    return taken


ALL = _cases()


@pytest.fixture(scope="module")
def huge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "huge.png"
    Image.new("1", (8000, 8000)).save(path)
    return path


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case.rule}: {case.title}")
def test_case(tmp_path: Path, newsletter: Newsletter, huge: Path, case: Case) -> None:
    publication = tmp_path / "publication"
    language = "en" if "en" in case.options else "ja"
    make_publication(publication, language, datetime.date(2025, 11, 25))
    chart = publication / ISSUE / "chart.png"
    Image.effect_noise((64, 64), 50).save(chart)
    (publication / ISSUE / "cut.png").write_bytes(chart.read_bytes()[:1000])
    (publication / ISSUE / "empty.png").touch()
    shutil.copy(huge, publication / ISSUE / "huge.png")
    for drawing in CASES.glob("*.svg"):
        shutil.copy(drawing, publication / ISSUE)
    (tmp_path / "secret.md").write_text("# 秘密\n\n外のファイル\n", "utf-8")
    if "glossary.csv" in case.options:
        shutil.copy(CASES / "glossary.csv", publication)
    (publication / ISSUE / case.file).write_text(case.text, "utf-8")

    result = newsletter("check", cwd=publication)

    found = [line for line in result.out.splitlines() if line.endswith(f" ({case.rule})")]
    assert sorted(found) == sorted(f"{ISSUE}/{line}" for line in case.expected)
    assert result.code == int(": error: " in result.out)
    assert "Traceback" not in result.err


def test_every_rule_has_cases() -> None:
    rules = {rule.name for rule in RULES} | {"issue"}
    assert rules == {path.stem for path in CASES.glob("*.md")}


def test_every_rule_has_a_case_that_finds_something() -> None:
    """A rule that never fires would pass any number of the others."""
    assert {case.rule for case in ALL if case.expected} == {case.rule for case in ALL}


def test_names_are_unique() -> None:
    names = [rule.name for rule in RULES] + [name for name, _, _ in FILES]
    assert len(set(names)) == len(names)
