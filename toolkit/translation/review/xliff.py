"""The review of a catalog for translation tools: XLIFF 2.0 and 1.2 (OASIS), and back.

Markdown's inline elements are tags: a span is a pair (``pc`` in 2.0, ``bpt`` and ``ept`` in
1.2), and what is no text (code, a picture, a line break) is a placeholder (``ph``). Each
carries its Markdown as original data, so a tool can move a tag, and what it means comes back
with it. A text that would not come back to the letter stands in the file as it is typed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import polib
from markdown_it.token import Token

from toolkit.document import markdown
from toolkit.document.glossary import Glossary
from toolkit.document.issue import Issue
from toolkit.errors import ContentError
from toolkit.translation.catalog import State, state
from toolkit.translation.inline import ATOMS, Flat, Span, flatten, is_atom, unflatten
from toolkit.translation.review.keys import find_key, key_of
from toolkit.translation.review.reading import ReadRow, Review
from toolkit.translation.review.rows import AUTHOR, Group, groups, identifier
from toolkit.translation.xmltext import elements_of, local_name, writable

VERSIONS = ("2.0", "1.2")
LIMIT = 40 * 1024 * 1024
"""The largest file that is read, in bytes."""

_Element: TypeAlias = Any  # an lxml element, which has no types
_NAMESPACES = {
    "2.0": "urn:oasis:names:tc:xliff:document:2.0",
    "1.2": "urn:oasis:names:tc:xliff:document:1.2",
}
_TYPED = "nl:markdown"
"""The type of a unit whose texts are Markdown as it is typed, without tags."""

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_STATES = {
    "2.0": {State.MISSING: "initial", State.APPROVED: "final"},
    "1.2": {State.MISSING: "needs-translation", State.APPROVED: "final"},
}
_DRAFT = {"2.0": "translated", "1.2": "needs-review-translation"}
_APPROVED = ("reviewed", "final", "signed-off")
_KINDS = {"strong": "xlf:b", "em": "xlf:i"}


def write_xliff(
    issue: Issue, catalog: polib.POFile, language: str, glossary: Glossary, version: str
) -> tuple[bytes, int, int]:
    """The review of an issue's catalog as XLIFF; arguments and result as ``write_review``."""
    from lxml import etree

    found = list(groups(issue, catalog, language, glossary))
    space = _NAMESPACES[version]
    root = etree.Element(f"{{{space}}}xliff", {"version": version}, nsmap={None: space})
    if version == "2.0":
        root.set("srcLang", issue.language)
        root.set("trgLang", language)
    for number, group in enumerate(found, 1):
        _file(root, group, issue, language, version, number)
    for element in root.iter():
        # Only between units: white space in a text is a part of it.
        if local_name(element) in ("xliff", "file", "body", "header"):
            element.text = "\n"
        if local_name(element) in ("file", "body", "unit", "trans-unit", "header"):
            element.tail = "\n"
    data: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    rows = [row for group in found for row in group.rows]
    return data, len(rows), sum(bool(row.findings) for row in rows)


def read_xliff(path: Path) -> Review:
    """Read an XLIFF file that came back, 2.0 or 1.2.

    Raises:
        ContentError: the file cannot be read, is no XLIFF, or has no unit of a review.
    """
    rows = []
    original = language = ""
    for top, unit in elements_of(path, ("xliff",), ("unit", "trans-unit"), LIMIT):
        file = next((above for above in unit.iterancestors() if local_name(above) == "file"), None)
        if file is not None:
            original = original or file.get("original") or ""
            language = top.get("trgLang") or file.get("target-language") or language
        rows.append(_row(unit))
    if not any(row.key for row in rows):
        raise ContentError(
            "holds no sentence of a review: give the file that "
            "`newsletter review SLUG --xliff 2.0` wrote, translated",
            path,
        )
    slug = original.partition("/")[0]
    code = re.split("[-_]", language)[0].lower()
    return Review(identifier(slug, code) if slug and code else "", tuple(rows))


# Writing ----------------------------------------------------------------------------------


def _file(
    root: _Element, group: Group, issue: Issue, language: str, version: str, number: int
) -> None:
    original = f"{issue.slug}/{group.path.name}"
    if version == "2.0":
        place = _add(root, "file", id=f"f{number}", original=original)
    else:
        languages = {"source-language": issue.language, "target-language": language}
        file = _add(root, "file", original=original, datatype="plaintext", **languages)
        place = _add(file, "body")
    for row in group.rows:
        entry = row.entry
        texts = [entry.msgid, entry.msgstr]
        typed = not all(_comes_back(text) for text in texts)
        if version == "2.0":
            _unit_2(place, row.findings, entry, typed)
        else:
            _unit_1(place, row.findings, entry, typed)


def _unit_2(place: _Element, findings: Sequence[str], entry: polib.POEntry, typed: bool) -> None:
    unit = _add(place, "unit", id=str(key_of(entry)))
    unit.set(_SPACE, "preserve")
    if typed:
        unit.set("type", _TYPED)
    if findings:
        notes = _add(unit, "notes")
        for finding in findings:
            _add(notes, "note", category=AUTHOR).text = writable(finding)
    data: dict[str, str] = {}
    segment = _add(unit, "segment", state=_STATES["2.0"].get(state(entry), _DRAFT["2.0"]))
    source, target = _add(segment, "source"), None
    _put(source, entry.msgid, typed, data, {})
    if entry.msgstr:
        target = _add(segment, "target")
        _put(target, entry.msgstr, typed, data, _ids(entry.msgid))
    if data:
        original = _add(unit, "originalData")
        for key, text in data.items():
            _add(original, "data", id=key).text = writable(text)
        segment.addprevious(original)


def _unit_1(place: _Element, findings: Sequence[str], entry: polib.POEntry, typed: bool) -> None:
    approved = "yes" if state(entry) is State.APPROVED else "no"
    unit = _add(place, "trans-unit", id=str(key_of(entry)), approved=approved)
    unit.set(_SPACE, "preserve")
    if typed:
        unit.set("datatype", "x-markdown")
    _put(_add(unit, "source"), entry.msgid, typed, None, {})
    target = _add(unit, "target", state=_STATES["1.2"].get(state(entry), _DRAFT["1.2"]))
    _put(target, entry.msgstr, typed, None, _ids(entry.msgid))
    for finding in findings:
        _add(unit, "note", **{"from": AUTHOR}).text = writable(finding)


def _comes_back(text: str) -> bool:
    return unflatten(*flatten(text)) == text


_Ids: TypeAlias = dict[str, list[str]]


def _ids(text: str) -> _Ids:
    """The numbers of a source's elements, by their Markdown, for the same ones in its target."""
    found: _Ids = {}
    for number, markup in enumerate(_markups(*flatten(text)), 1):
        found.setdefault("".join(markup), []).append(str(number))
    return found


def _markups(flat: Flat, atoms: Mapping[str, Token]) -> Iterator[tuple[str, ...]]:
    """The Markdown of each element of a text: of spans its two halves, then of atoms."""
    for span in flat.spans:
        yield _halves(span)
    for token in atoms.values():
        yield (_literal(token),)


def _halves(span: Span) -> tuple[str, str]:
    words = Token("text", "", 0, content="x")
    inline = Token("inline", "", 0, children=[span.opening, words, span.closing])
    before, _, after = markdown.write_inline(inline).partition("x")
    return before, after


def _literal(token: Token) -> str:
    children = [token.copy()]
    if token.type == "link_open":
        children.append(Token("link_close", "a", -1))
    if token.type == "hardbreak":
        return "\\\n"
    return markdown.write_inline(Token("inline", "", 0, children=children))


def _put(element: _Element, text: str, typed: bool, data: dict[str, str] | None, ids: _Ids) -> None:
    """Put a text with its tags into an element; for 2.0, their Markdown into ``data``."""
    if typed:
        element.text = writable(text)
        return
    flat, atoms = flatten(text)
    taken = {key: list(numbers) for key, numbers in ids.items()}
    fresh = sum(map(len, ids.values()))

    def number(*markup: str) -> str:
        nonlocal fresh
        known = taken.get("".join(markup))
        if known:
            return known.pop(0)
        fresh += 1
        return str(fresh)

    spans = [(span, _halves(span)) for span in flat.spans]
    numbered = [(span, halves, number(*halves)) for span, halves in spans]
    marks = {char: _literal(token) for char, token in atoms.items()}
    holders = {char: number(literal) for char, literal in marks.items()}
    open_elements = [element]
    ends: list[int] = []

    def close(position: int) -> None:
        while ends and ends[-1] == position:
            ends.pop()
            open_elements.pop()

    for position in range(len(flat.text) + 1):
        if data is not None:
            close(position)
        else:
            for span, halves, identifier_ in reversed(numbered):
                if span.end == position:
                    _add(element, "ept", id=identifier_).text = writable(halves[1])
        for span, halves, identifier_ in numbered:
            if span.start != position:
                continue
            if data is None:
                _add(element, "bpt", id=identifier_).text = writable(halves[0])
            else:
                references = {"dataRefStart": halves[0], "dataRefEnd": halves[1]}
                kind = _KINDS.get(span.kind[0])
                attributes = {"type": "fmt", "subType": kind} if kind else {}
                if span.kind[0] == "link":
                    attributes = {"type": "link"}
                for name, half in references.items():
                    attributes[name] = _datum(data, half)
                open_elements.append(_add(open_elements[-1], "pc", id=identifier_, **attributes))
                ends.append(span.end)
        if position == len(flat.text):
            break
        char = flat.text[position]
        if not is_atom(char):
            _append_text(open_elements[-1], writable(char))
        elif data is None:
            _add(element, "ph", id=holders[char]).text = writable(marks[char])
        else:
            reference = _datum(data, marks[char])
            _add(open_elements[-1], "ph", id=holders[char], dataRef=reference)


def _datum(data: dict[str, str], text: str) -> str:
    for key, known in data.items():
        if known == text:
            return key
    key = f"d{len(data) + 1}"
    data[key] = text
    return key


def _append_text(element: _Element, text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def _add(parent: _Element, name: str, **attributes: str) -> _Element:
    from lxml import etree

    space = parent.tag.partition("}")[0] + "}"
    return etree.SubElement(parent, f"{space}{name}", attributes)


# Reading ----------------------------------------------------------------------------------


def _row(unit: _Element) -> ReadRow:
    typed = _TYPED in (unit.get("type"),) or unit.get("datatype") == "x-markdown"
    data = {
        element.get("id"): element.text or ""
        for element in unit.iter()
        if local_name(element) == "data"
    }
    sources = [element for element in unit.iter() if local_name(element) == "source"]
    targets = [element for element in unit.iter() if local_name(element) == "target"]
    # Only the unit's own: a tool may add the matches it found (alt-trans, mtc:match).
    inside = ("alt-trans", "matches", "match")
    sources, targets = (
        [e for e in found if not any(local_name(a) in inside for a in e.iterancestors())]
        for found in (sources, targets)
    )
    targets.sort(key=lambda element: int(element.get("order") or 0))
    problem = ""
    texts = []
    for found in (sources, targets):
        try:
            texts.append("".join(_markdown(element, data, typed) for element in found))
        except ValueError as error:
            problem = str(error)
            texts.append(" ".join("".join(element.itertext()) for element in found))
    states = {element.get("state") for element in unit.iter() if element.get("state")}
    approved = unit.get("approved") == "yes" or (bool(states) and states <= set(_APPROVED))
    return ReadRow(
        place=f"line {unit.sourceline}",
        key=find_key(unit.get("id") or ""),
        source=texts[0].strip(),
        translation=texts[1].strip(),
        approved=approved and bool(texts[1].strip()),
        remarks=tuple(_notes(unit)),
        problem=problem,
    )


def _notes(unit: _Element) -> Iterator[str]:
    for note in unit.iter():
        if local_name(note) == "note" and AUTHOR not in (note.get("from"), note.get("category")):
            text = " ".join((note.text or "").split())
            if text:
                yield f"{note.get('from')}: {text}" if note.get("from") else text


def _markdown(element: _Element, data: Mapping[str | None, str], typed: bool) -> str:
    """The Markdown of a source or a target.

    Raises:
        ValueError: a tag has lost what it means, or its other half.
    """
    if typed:
        return "".join(element.itertext())
    pieces: list[str] = []
    atoms: dict[str, Token] = {}
    spans: list[Span] = []
    begun: dict[str, tuple[int, str]] = {}
    length = 0

    def put(text: str) -> None:
        nonlocal length
        pieces.append(text)
        length += len(text)

    def end(key: str, after: str) -> None:
        if key not in begun:
            raise ValueError("a tag has lost its other half")
        start, before = begun.pop(key)
        children = markdown.parse_inline(f"{before}x{after}").children or []
        marks = [child for child in children if child.nesting]
        if len(marks) != 2 or start == length:
            raise ValueError("a tag has lost what it means, or its words")
        spans.append(Span(start, length, marks[0], marks[1]))

    def walk(parent: _Element) -> None:
        put(parent.text or "")
        for child in parent:
            name, key = local_name(child), child.get("id") or ""
            if name == "pc":
                begun[key] = (length, _known(data, child.get("dataRefStart")))
                walk(child)
                end(key, _known(data, child.get("dataRefEnd")))
            elif name == "sc":
                begun[key] = (length, _known(data, child.get("dataRef")))
            elif name == "ec":
                end(child.get("startRef") or key, _known(data, child.get("dataRef")))
            elif name == "bpt":
                begun[child.get("rid") or key] = (length, child.text or "")
            elif name == "ept":
                end(child.get("rid") or key, child.text or "")
            elif name == "ph":
                literal = child.text or _known(data, child.get("dataRef"))
                char = chr(ATOMS.start + len(atoms))
                atoms[char] = _atom(literal)
                put(char)
            elif name:
                walk(child)  # mrk and the like stand around words
            put(child.tail or "")

    walk(element)
    if begun:
        raise ValueError("a tag has lost its other half")
    spans.sort(key=lambda span: (span.start, -span.end))
    return unflatten(Flat("".join(pieces), tuple(spans)), atoms)


def _known(data: Mapping[str | None, str], reference: str | None) -> str:
    if reference not in data:
        raise ValueError("a tag has lost what it means")
    return data[reference]


def _atom(literal: str) -> Token:
    if literal == "\\\n":
        return Token("hardbreak", "br", 0)
    children = markdown.parse_inline(literal).children or []
    if not children:
        raise ValueError("a tag has lost what it means")
    return children[0]
