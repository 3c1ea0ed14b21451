"""The review as XLIFF 2.0 and 1.2: what a translation tool gets, and what comes back."""

import xml.etree.ElementTree as ET
from pathlib import Path

import polib
import pytest

from tests.support import Newsletter, Result
from toolkit.translation.catalog import Draft, read_catalog, set_draft, write_catalog

SLUG = "2025-11-25"
STOPS, BOLD = "停留所は9か所である。", "市は**「新線」**を開業した。"
GUIDE = "詳しくは[市の案内](https://example.org/tram)を見てほしい。"
NAMES = {
    "2.0": "{urn:oasis:names:tc:xliff:document:2.0}",
    "1.2": "{urn:oasis:names:tc:xliff:document:1.2}",
}
VERSIONS = pytest.mark.parametrize("version", ["2.0", "1.2"])


class Tool:
    """A translation tool: it knows XLIFF, and nothing of Markdown."""

    def __init__(self, root: Path, newsletter: Newsletter) -> None:
        self.root, self.newsletter = root, newsletter
        self.catalog_file = root / "issues" / SLUG / "en.po"
        self.file = root / "issue.xlf"
        self.draft(STOPS, "It has nine stops.")

    def draft(self, msgid: str, text: str) -> None:
        catalog = read_catalog(self.catalog_file)
        entry = catalog.find(msgid)
        assert entry is not None
        set_draft(entry, Draft(text, "machine translation, by rules"))
        write_catalog(catalog, self.catalog_file)

    def run(self, *arguments: object) -> Result:
        return self.newsletter("review", SLUG, *arguments, cwd=self.root)

    def export(self, version: str) -> ET.Element:
        result = self.run("--xliff", version, "--out", self.file)
        assert result.code == 0, result.err
        return ET.fromstring(self.file.read_bytes())

    def back(self, root: ET.Element) -> Result:
        self.file.write_bytes(ET.tostring(root, encoding="utf-8"))
        return self.run("--apply", self.file)

    def entry(self, msgid: str) -> polib.POEntry:
        found = polib.pofile(str(self.catalog_file)).find(msgid)
        assert found is not None
        return found


@pytest.fixture
def tool(publication: Path, newsletter: Newsletter) -> Tool:
    return Tool(publication, newsletter)


def unit(root: ET.Element, source: str) -> ET.Element:
    """The unit with a source of these words, whatever its tags."""
    for element in root.iter():
        if element.tag.endswith(("}unit", "}trans-unit")):
            found = next(part for part in element.iter() if part.tag.endswith("}source"))
            words = found.text or ""
            for part in [part for part in found.iter() if part is not found]:
                code = part.tag.endswith(("}bpt", "}ept"))
                words += ("" if code else part.text or "") + (part.tail or "")
            if words.strip() == source:
                return element
    raise AssertionError(f"no unit {source}")


def target(unit: ET.Element) -> ET.Element:
    return next(part for part in unit.iter() if part.tag.endswith("}target"))


@VERSIONS
def test_an_untouched_file_changes_nothing(tool: Tool, version: str) -> None:
    root = tool.export(version)
    before = tool.catalog_file.read_bytes()
    result = tool.back(root)
    assert (result.code, result.out) == (0, f"issues/{SLUG}/en.po: 28 unchanged\n")
    assert tool.catalog_file.read_bytes() == before


@VERSIONS
def test_a_correction_is_approved(tool: Tool, version: str) -> None:
    root = tool.export(version)
    target(unit(root, STOPS)).text = "It has nine halts."
    assert "1 corrected, 27 unchanged" in tool.back(root).out
    assert (tool.entry(STOPS).msgstr, tool.entry(STOPS).fuzzy) == ("It has nine halts.", False)


def test_bold_is_a_pair_of_tags_in_2_0(tool: Tool) -> None:
    root = tool.export("2.0")
    found = unit(root, "市は「新線」を開業した。")
    x = NAMES["2.0"]
    pc = found.find(f".//{x}source/{x}pc")
    assert pc is not None
    assert (pc.text, pc.get("subType")) == ("「新線」", "xlf:b")
    data = {d.get("id"): d.text for d in found.iter(f"{x}data")}
    assert data[pc.get("dataRefStart")] == data[pc.get("dataRefEnd")] == "**"
    same = target(found).find(f"{x}pc")
    assert same is not None
    assert same.get("id") == pc.get("id")


def test_bold_is_a_pair_of_tags_in_1_2(tool: Tool) -> None:
    root = tool.export("1.2")
    found = unit(root, "市は「新線」を開業した。")
    x = NAMES["1.2"]
    begin, end = found.find(f"{x}source/{x}bpt"), found.find(f"{x}source/{x}ept")
    assert begin is not None
    assert end is not None
    assert (begin.text, begin.tail, end.text) == ("**", "「新線」", "**")
    assert begin.get("id") == end.get("id")


def test_tags_that_were_moved_take_their_markdown_along(tool: Tool) -> None:
    root = tool.export("2.0")
    found = target(unit(root, "詳しくは市の案内を見てほしい。"))
    (link,) = found
    found.text, link.text, link.tail = "", "The city’s guide", " says more *."
    tool.back(root)
    expected = "[The city’s guide](https://example.org/tram) says more \\*."
    assert tool.entry(GUIDE).msgstr.replace("\\*", "*") == expected.replace("\\*", "*")


@VERSIONS
def test_code_breaks_and_nested_marks_come_back(tool: Tool, version: str) -> None:
    section = tool.root / "issues" / SLUG / "deep-dive.md"
    text = section.read_text("utf-8")
    changed = "`a < b`と[**市**の*案内*](https://example.org/x?a=1&b=2)と![](p.png)を見て。"
    section.write_text(text.replace(GUIDE, changed), "utf-8")
    tool.newsletter("review", SLUG, "--xliff", version, "--out", tool.file, cwd=tool.root)
    root = ET.fromstring(tool.file.read_bytes())
    assert "28 unchanged" in tool.back(root).out
    catalog = read_catalog(tool.catalog_file)
    entry = catalog.find(changed)
    assert entry is not None
    draft = "See ![](p.png), [the **city** *guide*](https://example.org/x?a=1&b=2), `a < b`."
    set_draft(entry, Draft(draft, "machine translation, by rules"))
    write_catalog(catalog, tool.catalog_file)
    root = tool.export(version)
    for element in root.iter():
        if element.tail and element.tail.endswith(", "):
            element.tail = "; "
    assert "1 corrected" in tool.back(root).out
    assert tool.entry(changed).msgstr == draft.replace(", ", "; ")


@pytest.mark.parametrize(
    ("version", "attribute", "value", "approved"),
    [
        ("2.0", "state", "reviewed", True),
        ("2.0", "state", "final", True),
        ("2.0", "state", "translated", False),
        ("1.2", "approved", "yes", True),
        ("1.2", "approved", "no", False),
    ],
)
def test_what_the_tool_approves(
    tool: Tool, version: str, attribute: str, value: str, approved: bool
) -> None:
    root = tool.export(version)
    found = unit(root, STOPS)
    place = found if version == "1.2" else found.find(f"{NAMES['2.0']}segment")
    assert place is not None
    place.set(attribute, value)
    tool.back(root)
    assert tool.entry(STOPS).fuzzy is not approved


@VERSIONS
def test_findings_go_out_as_notes_and_peoples_notes_come_back(tool: Tool, version: str) -> None:
    tool.draft(STOPS, "It has many stops.")
    root = tool.export(version)
    x = NAMES[version]
    found = unit(root, STOPS)
    (note,) = found.iter(f"{x}note")
    assert "9" in (note.text or "")
    holder = found.find(f"{x}notes")
    ET.SubElement(found if holder is None else holder, f"{x}note").text = "Nine, I think"
    assert "1 comments taken over" in tool.back(root).out
    assert tool.entry(STOPS).tcomment == "Nine, I think"


@VERSIONS
def test_a_lost_half_of_a_tag_is_named_and_the_text_kept(tool: Tool, version: str) -> None:
    root = tool.export(version)
    found = target(unit(root, "市は「新線」を開業した。"))
    if version == "1.2":
        found.remove(found[1])
    else:
        found[0].attrib.pop("dataRefEnd")
    result = tool.back(root)
    assert result.code == 1
    assert "a tag has lost" in result.err
    side = tool.catalog_file.with_name("en.unplaced.txt").read_text("utf-8")
    assert "the new line" in side
    assert tool.entry(BOLD).msgstr == "The city opened **“the new line”**."


@VERSIONS
def test_ruby_of_a_translation_is_not_lost(tool: Tool, version: str) -> None:
    tool.draft(STOPS, "{停留所|ていりゅうじょ} nine.")
    root = tool.export(version)
    assert "28 unchanged" in tool.back(root).out
    assert tool.entry(STOPS).msgstr == "{停留所|ていりゅうじょ} nine."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<xliff", ":1: is no valid XML"),
        ("<tmx/>", "is no XLIFF file"),
        ("<xliff><file><unit id='x'/></file></xliff>", "holds no sentence of a review"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><xliff/>', "declares entities"),
    ],
)
def test_what_is_refused(tool: Tool, text: str, message: str) -> None:
    tool.file.write_text(text)
    result = tool.run("--apply", tool.file)
    assert result.code == 1
    assert message in result.err
    assert len(result.err.splitlines()) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_it_is_known_by_its_content(tool: Tool, encoding: str) -> None:
    tool.file = tool.root / "issue.xml"
    tool.export("2.0")
    text = tool.file.read_text("utf-8").replace("It has nine stops.", "It has nine halts.")
    text = text.replace("encoding='UTF-8'", f"encoding='{encoding.removesuffix('-sig')}'")
    tool.file.write_bytes(text.encode(encoding))
    assert "1 corrected, 27 unchanged" in tool.run("--apply", tool.file).out


def test_the_file_of_another_issue_is_refused(tool: Tool) -> None:
    tool.export("2.0")
    text = tool.file.read_text("utf-8").replace(f'original="{SLUG}/', 'original="2020-01-01/')
    tool.file.write_text(text, "utf-8")
    assert "is the review of 2020-01-01 into en" in tool.run("--apply", tool.file).err
