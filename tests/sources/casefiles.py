"""Case files of the importer: a heading, and fenced blocks of four tildes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from toolkit.document.article import FRONT_MATTER
from toolkit.sources.draft import Change
from toolkit.sources.importing import Imported

CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    """One case: the rule (the file's name), what it is about, and its blocks."""

    rule: str
    title: str
    blocks: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.rule}: {self.title}"


def read_cases() -> list[Case]:
    cases = []
    for path in sorted(CASES.glob("*.md")):
        if path.stem == "README":
            continue
        title = name = ""
        block: list[str] = []
        blocks: dict[str, str] = {}
        for line in path.read_text(encoding="utf-8").split("\n"):
            if name and line != "~~~~":
                block.append(line)
            elif name:
                blocks[name] = "\n".join(block)
                name = ""
            elif line.startswith("~~~~ "):
                name, block = line.removeprefix("~~~~ "), []
            elif line.startswith("## "):
                if title:
                    cases.append(Case(path.stem, title, blocks))
                title, blocks = line.removeprefix("## "), {}
        cases.append(Case(path.stem, title, blocks))
    return cases


def said(changes: list[Change]) -> str:
    """Changes as a case's summary writes them."""
    return "\n".join(
        f"{change.line} {change.action} {change.before}"
        + (f" → {change.after}" if change.after not in ("", change.before) else "")
        for change in changes
    )


def written(imported: Imported, stem: str) -> str:
    """An article as a case writes it: front matter where it was found, then the body."""
    article = imported.article
    values = {key: getattr(article, key) for key in FRONT_MATTER}
    if values["title"] == stem:
        values["title"] = ""
    if values["language"] == "ja":
        values["language"] = ""
    head = "".join(f"{key}: {value}\n" for key, value in values.items() if value)
    return (head + "\n" if head else "") + article.body.strip()
