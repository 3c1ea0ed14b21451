"""The names of an issue's sections, as they stand in pasted text and in headings.

The names are the labels of ``templates/labels.toml``, so that a section is known by
the name the toolkit itself would print over it, in Japanese or in English.
"""

import re
from dataclasses import dataclass
from functools import cache

from toolkit.document.issue import Kind
from toolkit.document.toml import read_toml
from toolkit.resources import folder

MARKS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_COUNT = r"[\s0-9０-９一二三四五六七八九十]*"
_MARK = rf"\s*(?:[{MARKS}]\s*[：:]?|[0-9０-９]{{1,2}}\s*[：:])"


@dataclass(frozen=True)
class SectionName:
    """The name of a section, found at the start of a line.

    Attributes:
        kind: the kind of section it names.
        group: whether it is the name over all briefs (小ネタ2本, In Brief).
        title: what follows the name on its line: the headline, where there is one.
    """

    kind: Kind
    group: bool
    title: str


def section_name(line: str) -> SectionName | None:
    """The section a line names: 深掘り記事, 小ネタ2本, 小ネタ①：見出し, Editor’s Note.

    A headline may follow the name after a colon; anything else after it makes the line
    an ordinary sentence.
    """
    for pattern, kind, group in _patterns():
        if match := pattern.fullmatch(line.strip()):
            return SectionName(kind, group, (match["title"] or "").strip())
    return None


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Kind, bool], ...]:
    data, _ = read_toml(folder("templates") / "labels.toml")
    patterns = []
    for labels in data.values():
        # A single brief first: 小ネタ①：… also begins with the name of the group.
        if name := _words(labels["brief"]):
            pattern = re.compile(rf"{name}{_MARK}(?P<title>.*)", re.IGNORECASE)
            patterns.append((pattern, Kind.BRIEF, False))
        for key, kind in (
            ("deep-dive", Kind.DEEP_DIVE),
            ("side-story", Kind.SIDE_STORY),
            ("briefs", Kind.BRIEF),
            ("editors-note", Kind.EDITORS_NOTE),
        ):
            pattern = re.compile(rf"{_words(labels[key])}(?:[：:](?P<title>.*))?", re.IGNORECASE)
            patterns.append((pattern, kind, key == "briefs"))
    return tuple(patterns)


def _words(label: str) -> str:
    """A label as a pattern: its count optional, its mark left out, either apostrophe."""
    if "{count}" in label:
        before, after = label.split("{count}")
        return f"{re.escape(before)}(?:{_COUNT}{re.escape(after)})?"
    name = re.escape(label.split("{mark}")[0].strip())
    return re.sub("[’']", "[’']", name)
