"""Reading a Word document back without the code that wrote it: zip, XML, and Word's own rules."""

import dataclasses
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from lxml import etree

from toolkit.document.issue import read_issue
from toolkit.document.publication import read_publication
from toolkit.rendering.edition import Edition, prepare

SAMPLE = Path(__file__).parent / "docx_sample"
SLUG = "2026-01-13"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def sample(language: str, theme: str = "classic", **changes: Any) -> Edition:
    """The sample edition in a language, with some of its issue's fields changed."""
    publication = dataclasses.replace(read_publication(SAMPLE / language), theme=theme)
    issue = dataclasses.replace(read_issue(publication, SLUG), **changes)
    return prepare(publication, issue)


def small(folder: Path, body: str, language: str = "ja") -> Edition:
    """An edition of one deep dive with this body; its folder is ``folder/issues/SLUG``."""
    issue = folder / "issues" / SLUG
    issue.mkdir(parents=True, exist_ok=True)
    (folder / "newsletter.toml").write_text(
        f'languages = ["{language}"]\n[name]\n{language} = "誌名"\n', "utf-8"
    )
    (issue / "issue.toml").write_text(
        f'date = {SLUG}\ntitle = "題"\n[[section]]\nkind = "deep-dive"\nfile = "a.md"\n', "utf-8"
    )
    (issue / "a.md").write_text(f"# 見出し\n\n{body}\n", "utf-8")
    publication = read_publication(folder)
    return prepare(publication, read_issue(publication, SLUG))


@dataclass(frozen=True)
class Paragraph:
    """A paragraph: the name of its style, its number or mark, and its text in a plain notation.

    ``{Strong|…}`` is a run in a character style, ``{→target|…}`` a link, ``{漢|かん}`` ruby,
    ``↵`` a line break, ``⇥`` a tab, ``{image: …}`` a picture by its text alternative.
    """

    style: str
    mark: str
    text: str

    def __str__(self) -> str:
        words = f"{self.mark} {self.text}".strip()
        return f"{self.style}: {words}".strip()


class Docx:
    """The parts of a .docx file."""

    def __init__(self, data: bytes) -> None:
        self.archive = zipfile.ZipFile(io.BytesIO(data))

    def xml(self, name: str) -> Any:
        """A part's root element."""
        return etree.fromstring(self.archive.read(name))

    @cached_property
    def document(self) -> Any:
        """The main part."""
        return self.xml("word/document.xml")

    @cached_property
    def styles(self) -> dict[str, Any]:
        """The style elements by id."""
        return {e.get(f"{W}styleId"): e for e in self.xml("word/styles.xml").iter(f"{W}style")}

    def style_name(self, id_: str) -> str:
        """A style's name, as Word shows it."""
        name: str = self.styles[id_].find(f"{W}name").get(f"{W}val")
        return name[0].upper() + name[1:]

    def targets(self, part: str = "document") -> dict[str, str]:
        """Where the relationships of a part lead, by their ids."""
        rels = self.xml(f"word/_rels/{part}.xml.rels")
        return {rel.get("Id"): rel.get("Target") for rel in rels}

    def paragraphs(self) -> list[Paragraph]:
        """All paragraphs of the body, those of tables and of the contents included."""
        numbers = Numbers(self)
        found = []
        for element in self.document.iter(f"{W}p"):
            style = value(element, "pPr/pStyle")
            text = "".join(self._words(element))
            found.append(Paragraph(self.style_name(style), numbers.mark(element), text))
        return found

    def text_of(self, style: str) -> list[str]:
        """The texts of all paragraphs in a style."""
        return [found.text for found in self.paragraphs() if found.style == style]

    def _words(self, parent: Any) -> Iterator[str]:
        for child in parent:
            if child.tag == f"{W}hyperlink":
                anchor = child.get(f"{W}anchor")
                target = f"#{anchor}" if anchor else self.targets()[child.get(f"{R}id")]
                yield f"{{→{target}|{''.join(self._words(child))}}}"
            elif child.tag == f"{W}r":
                yield from self._run(child)

    def _run(self, run: Any) -> Iterator[str]:
        ruby = run.find(f"{W}ruby")
        if ruby is not None:
            base, reading = (
                "".join(ruby.find(f"{W}{name}").itertext()) for name in ("rubyBase", "rt")
            )
            yield f"{{{base}|{reading}}}"
            return
        picture = run.find(f"{W}drawing")
        if picture is not None:
            yield f"{{image: {next(picture.iter('{*}docPr')).get('descr')}}}"
            return
        text = ""
        for child in run:
            text += {f"{W}t": child.text or "", f"{W}br": "↵", f"{W}tab": "⇥"}.get(child.tag, "")
        style = value(run, "rPr/rStyle")
        if style and text and self.style_name(style) != "Hyperlink":
            text = f"{{{self.style_name(style)}|{text}}}"
        yield text


class Numbers:
    """The marks of list paragraphs, counted as Word counts (ECMA-376 part 1, 17.9)."""

    def __init__(self, docx: Docx) -> None:
        root = docx.xml("word/numbering.xml")
        self.docx = docx
        self.levels = {
            definition.get(f"{W}abstractNumId"): list(definition.iter(f"{W}lvl"))
            for definition in root.iter(f"{W}abstractNum")
        }
        self.definition = {
            number.get(f"{W}numId"): value(number, "abstractNumId")
            for number in root.iter(f"{W}num")
        }
        self.starts = {
            (number.get(f"{W}numId"), int(level.get(f"{W}ilvl"))): int(
                value(level, "startOverride")
            )
            for number in root.iter(f"{W}num")
            for level in number.iter(f"{W}lvlOverride")
        }
        self.begun: set[tuple[str, int]] = set()
        self.counts: dict[tuple[str, int], int] = {}

    def mark(self, paragraph: Any) -> str:
        """The number or bullet in front of the next paragraph of the document."""
        properties = paragraph.find(f"{W}pPr/{W}numPr")
        if properties is None:
            style = self.docx.styles[value(paragraph, "pPr/pStyle")]
            properties = style.find(f"{W}pPr/{W}numPr")
        if properties is None:
            return ""
        number, depth = value(properties, "numId"), int(value(properties, "ilvl") or 0)
        definition = self.definition[number]
        level = self.levels[definition][depth]
        template = value(level, "lvlText")
        if value(level, "numFmt") == "bullet":
            return template
        start = self.starts.get((number, depth))
        if start is not None and (number, depth) not in self.begun:
            self.counts[definition, depth] = start
        else:
            self.counts[definition, depth] = self.counts.get((definition, depth), 0) + 1
        self.begun.add((number, depth))
        for deeper in range(depth + 1, 9):
            self.counts.pop((definition, deeper), None)
        count = self.counts[definition, depth]
        form = value(level, "numFmt")
        written = {
            "decimal": str(count),
            "lowerLetter": chr(ord("a") + count - 1),
            "lowerRoman": ["i", "ii", "iii", "iv", "v"][min(count, 5) - 1],
        }[form]
        return template.replace(f"%{depth + 1}", written)


def value(element: Any, path: str) -> str:
    """The ``w:val`` of a descendant; empty where there is none."""
    found = element.find("/".join(f"{W}{name}" for name in path.split("/")))
    return "" if found is None else found.get(f"{W}val", "")
