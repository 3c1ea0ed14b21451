"""Drawings in SVG, which come from anywhere: read, made safe, and as simple as they can be.

What is left draws and does nothing else: no script, no link, no style sheet, no name, nothing
from elsewhere, nothing that is not seen. It is SVG that browsers, e-book readers, WeasyPrint and
resvg all understand alike (SVG 1.1, and what of SVG 2 they share).
"""

import re
import tomllib
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from toolkit.document.svg.styles import Declaration, Rule, matched, read_declarations, read_rules
from toolkit.errors import ContentError

LIMIT = 10_000_000
"""The largest file that is read, in bytes."""

MOST_ELEMENTS = 20_000
"""The most elements a drawing may have; five times as many where it shows parts again."""

LAYER = 1000
"""For how many elements a part counts that is drawn apart first, on a sheet of its own: one that
is filtered or masked, or a group that is seen through. A hundred such sheets are allowed."""

MOST_STEPS = 4_000_000
"""The most pairs of an element and a selector."""

DEEPEST = 100
"""The most elements within one another."""

LONGEST = 4000
"""The most CSS pixels across or down; a drawing of more is shown smaller."""

NAMESPACE = "http://www.w3.org/2000/svg"
HREF = "{http://www.w3.org/1999/xlink}href"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"

_PIXELS = {"": 1.0, "px": 1.0, "pt": 96 / 72, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54}
_PIXELS |= {"in": 96.0, "q": 96 / 101.6, "em": 16.0, "rem": 16.0, "ex": 8.0}
_LENGTH = re.compile(r"\s*([+]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([a-z]*)\s*", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.IGNORECASE)
_FUNCTION = re.compile(r"([\w-]+)\s*\(")
_URL = re.compile(r"url\(\s*([\"']?)\s*(.*?)\s*\1\s*\)", re.IGNORECASE)
_NEVER = re.compile(r"[\\<>{}@;\x00-\x08]|/\*")
_DOCTYPE = re.compile(rb"<!DOCTYPE[^>\[]*\[", re.IGNORECASE)
_TEXTS = ("text", "tspan", "textPath")
_BITMAP = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,(.*)", re.DOTALL | re.IGNORECASE)


Bitmap = Callable[[bytes], tuple[str, bytes]]
"""What makes a picture in pixels within a drawing fit to go out: its MIME type, and its bytes."""


@dataclass(frozen=True)
class Drawing:
    """A drawing that was made safe.

    Attributes:
        data: the SVG.
        width, height: in CSS pixels.
        notes: what an editor should know, going on from its name.
    """

    data: bytes
    width: float
    height: float
    notes: tuple[str, ...]


def is_svg(data: bytes) -> bool:
    """Whether a file is a drawing in SVG, by what it holds."""
    start = data[:65536].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith(b"<") and re.search(rb"<(?:[\w-]+:)?svg[\s>/]", start) is not None


def read_svg(data: bytes, bitmap: Bitmap | None = None) -> Drawing:
    """A drawing, safe to show.

    Args:
        data: the file.
        bitmap: makes a picture within it fit to go out; without it they stay as they are.

    Raises:
        ContentError: it is no SVG, has no size, shows other files or text that only a browser
            could show, or would take for ever to draw. It names no file: the message goes on
            from the drawing's name.
    """
    reading = _Reading(bitmap)
    root = _parse(data)
    _resolve_styles(root, reading)
    reading.clean(root)
    _drop_hidden(root)
    _join_references(root)
    width, height = _size(root)
    notes: tuple[str, ...] = ()
    if reading.left_out:
        notes = (f"is shown without {', '.join(dict.fromkeys(reading.left_out))}",)
    return Drawing(_written(root), width, height, notes)


def parse(data: bytes) -> Any:
    """The tree of a drawing that was made safe."""
    from lxml import etree

    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))


def _parse(data: bytes) -> Any:
    from lxml import etree

    if len(data) > LIMIT:
        raise ContentError(f"is too large ({len(data) / 1e6:.0f} MB): leave out what is not needed")
    if _DOCTYPE.search(data[:65536]):
        raise ContentError(
            "declares entities in its DOCTYPE, which is not safe: save it as plain SVG "
            "(Illustrator: without its editing capabilities)"
        )
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        message = " ".join((error.msg or "nothing in it").split())
        raise ContentError(f"is damaged ({message}): export it again") from None
    document_type = root.getroottree().docinfo.internalDTD
    if document_type is not None and any(True for _ in document_type.iterentities()):
        raise ContentError(
            "declares entities in its DOCTYPE, which is not safe: save it as plain SVG"
        )
    count = 0
    for event, element in etree.iterwalk(root, events=("start",)):
        count += event == "start"
        if not isinstance(element.tag, str):  # an entity that was not unfolded
            raise ContentError("has an entity in it, which is not safe: save it as plain SVG")
    if count > MOST_ELEMENTS:
        raise ContentError(
            f"has {count:,} parts, more than {MOST_ELEMENTS:,}: simplify it, or export it as PNG"
        )
    if _name(root) != "svg":
        raise ContentError(f"is no SVG: it begins with <{_name(root) or root.tag}>")
    if _depth(root) > DEEPEST:
        raise ContentError(f"has parts more than {DEEPEST} deep in one another: ungroup them")
    return root


def _depth(root: Any) -> int:
    deepest, level = 0, [root]
    while level:
        deepest, level = deepest + 1, [child for element in level for child in element]
    return deepest


def _name(element: Any) -> str:
    """The name of an SVG element; empty for those of other languages."""
    namespace, _, name = element.tag.rpartition("}")
    return str(name) if namespace in ("", f"{{{NAMESPACE}") else ""


@cache
def _allowed() -> dict[str, frozenset[str]]:
    data = tomllib.loads((Path(__file__).parent / "allowed.toml").read_text("utf-8"))
    return {key: frozenset(values) for key, values in data.items()}


def _resolve_styles(root: Any, reading: "_Reading") -> None:
    """Make every style of the drawing an attribute; none overrules another afterwards."""
    rules: list[Rule] = []
    for sheet in [element for element in root.iter() if _name(element) == "style"]:
        found, others = read_rules("".join(sheet.itertext()))
        rules += found
        # A font comes from the theme in any case.
        kept = ("charset", "font-face", "namespace")
        reading.left_out += [f"@{other}" for other in others if other not in kept]
    count = sum(1 for _ in root.iter())
    if count * sum(len(rule.compounds) for rule in rules) > MOST_STEPS:
        raise ContentError("has too many style rules: simplify it, or export it as PNG")
    for element, declared in list(matched(root, rules)):
        said = [*declared, *read_declarations(element.get("style", ""))]
        for declaration in sorted(said, key=lambda each: each.important):
            _declare(element, declaration, reading)


def _declare(element: Any, declaration: Declaration, reading: "_Reading") -> None:
    name, value = declaration.name, declaration.value
    if name not in _allowed()["presentation"]:
        return
    if not _is_safe(value):
        # A colour that cannot be told, as light-dark(…), leaves the attribute beside it.
        reading.left_out += [f"{name} from elsewhere"] if _URL.search(value) else []
    elif value.lower() in ("initial", "unset", "revert", "revert-layer"):
        element.attrib.pop(name, None)
    else:
        element.set(name, value)


def _is_safe(value: str) -> bool:
    """Whether a value reaches for nothing outside the drawing."""
    return (
        not _NEVER.search(value)
        and all(name in _allowed()["functions"] for name in _FUNCTION.findall(value))
        and len(_URL.findall(value)) == value.lower().count("url(")
        and all(target.startswith("#") for _, target in _URL.findall(value))
    )


@dataclass
class _Reading:
    """What is found on the way through a drawing."""

    bitmap: Bitmap | None
    left_out: list[str] = field(default_factory=list)

    def clean(self, element: Any) -> None:
        """Leave of an element and of all below it what a picture may have."""
        name = _name(element)
        self._clean_attributes(element, name)
        element.tag = f"{{{NAMESPACE}}}{name}"
        is_text = name in _TEXTS
        if not is_text:
            element.text = None
        if name == "switch":
            _choose(element)
            element.tag = f"{{{NAMESPACE}}}g"
        for child in list(element):
            kind = _name(child)
            if kind == "a":
                # A link leads nowhere from within a picture; what it holds is shown.
                child.tag = f"{{{NAMESPACE}}}{'tspan' if is_text else 'g'}"
                kind = "tspan" if is_text else "g"
                child.attrib.pop("href", None)
                child.attrib.pop(HREF, None)
                self.left_out.append("links")
            if kind in _allowed()["elements"] and not self._is_lost_image(child, kind):
                self.clean(child)
            else:
                self._leave_out(child, kind)
                _remove(child)
                continue
            if not is_text:
                child.tail = None

    def _leave_out(self, element: Any, name: str) -> None:
        allowed = _allowed()
        if name == "foreignObject":
            if "".join(element.itertext()).strip():
                raise ContentError(
                    "has text that only a browser can show (foreignObject): export it with plain "
                    "text (Mermaid: htmlLabels: false; draw.io: without formatted text and "
                    "word wrap), or as PNG"
                )
        elif name in allowed["moving"]:
            self.left_out.append("animation")
        elif name and name not in allowed["unseen"] and name != "image":
            self.left_out.append(f"<{name}>")

    def _clean_attributes(self, element: Any, name: str) -> None:
        allowed = _allowed()
        target = element.get("href") or element.get(HREF) or ""
        space = element.get(SPACE)
        for key in list(element.attrib):
            value = element.get(key)
            if key.lower().startswith("on"):
                self.left_out.append(key)
            if key in allowed["geometry"] or key in allowed["presentation"]:
                if _is_safe(value):
                    continue
                if _URL.search(value):
                    self.left_out.append(f"{key} from elsewhere")
            if key != "id":
                del element.attrib[key]
        if space == "preserve":
            element.set(SPACE, space)
        if element.get("font-weight"):
            element.set("font-weight", _weight(element.get("font-weight")))
        if target:
            self._refer(element, name, target.strip())

    def _refer(self, element: Any, name: str, target: str) -> None:
        if name == "image":
            element.set(HREF, self._embedded(target))
        elif target.startswith("#"):
            element.set(HREF, target)
        else:
            raise ContentError(f"takes a part from {_short(target)}: put all of it into one file")

    def _embedded(self, target: str) -> str:
        match = _BITMAP.match(target)
        if match is None:
            if target.lower().startswith("data:"):
                raise ContentError(
                    "holds a picture that is no PNG, JPEG, GIF or WebP: put in one of these"
                )
            raise ContentError(
                f"shows {_short(target)}, another file, which is not loaded: embed that picture "
                "(Inkscape: Extensions, Images, Embed)"
            )
        try:
            data = b64decode(re.sub(r"\s|%0[aAdD]", "", match[1]).replace("%3D", "="))
        except (Base64Error, ValueError):
            raise ContentError("holds a picture that is damaged: export it again") from None
        if self.bitmap is None:
            return target
        mime, data = self.bitmap(data)
        return f"data:{mime};base64,{b64encode(data).decode()}"

    def _is_lost_image(self, element: Any, name: str) -> bool:
        return name == "image" and not (element.get("href") or element.get(HREF))


def _choose(switch: Any) -> None:
    """Keep of a ``switch`` what shows without a browser, in the language it is written in."""
    children = [child for child in switch if _name(child) in _allowed()["elements"] | {"a"}]
    plain = [child for child in children if not child.get("systemLanguage")]
    chosen = next(iter([*plain, *children]), None)
    if chosen is None:
        return  # a foreignObject alone: it is told of
    for child in list(switch):
        if child is not chosen:
            switch.remove(child)


def _weight(value: str) -> str:
    """Regular or bold: the fonts have no other weights."""
    if value.isdigit():
        return "700" if int(value) >= 600 else "400"
    return {"bold": "700", "bolder": "700", "inherit": "inherit"}.get(value, "400")


def _short(target: str) -> str:
    return target if len(target) <= 60 else f"{target[:59]}…"


def _remove(element: Any) -> None:
    """Take an element out; the text behind it stays."""
    parent, before = element.getparent(), element.getprevious()
    if element.tail:
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _references(element: Any) -> Iterator[tuple[str, str]]:
    """What an element refers to: the attribute and the id."""
    for key, value in element.attrib.items():
        if key == HREF and value.startswith("#"):
            yield key, value[1:]
        elif "url(" in value.lower():
            for _, target in _URL.findall(value):
                yield key, target[1:]


def _drop_hidden(root: Any) -> None:
    """Take out what is not seen, as a hidden layer; unless a part that is seen comes from it."""
    wanted = {target for element in root.iter() for _, target in _references(element)}
    for element in list(root.iter()):
        if element is root or element.get("display") != "none" or element.getparent() is None:
            continue
        if not any(below.get("id") in wanted for below in element.iter()):
            _remove(element)


def _join_references(root: Any) -> None:
    """Short names for the parts that others refer to, none for the rest; nothing refers to itself.

    Raises:
        ContentError: a part is shown so often that drawing it would take for ever, or in itself.
    """
    parts: dict[str, Any] = {}
    for element in root.iter():
        if identity := element.get("id"):
            parts.setdefault(identity, element)
    _count(root, parts)
    used = {target for element in root.iter() for _, target in _references(element)}
    names = {
        identity: f"p{number}"
        for number, identity in enumerate((key for key in parts if key in used), 1)
    }
    for element in root.iter():
        identity = element.attrib.pop("id", None)
        if identity in names and parts[identity] is element:
            element.set("id", names[identity])
        for key, target in list(_references(element)):
            if target not in names:
                if key in ("fill", "stroke"):
                    element.set(key, "none")
                else:
                    element.attrib.pop(key, None)
            elif key == HREF:
                element.set(key, f"#{names[target]}")
            else:
                element.set(
                    key, _URL.sub(lambda url: f"url(#{names[url[2][1:]]})", element.get(key))
                )


def _count(root: Any, parts: dict[str, Any]) -> None:
    """See that a drawing ends: each part counted as often as it is drawn."""
    counts: dict[Any, int] = {}
    open_: set[Any] = set()

    def count(element: Any, depth: int) -> int:
        if element in counts:
            return counts[element]
        if element in open_ or depth > 2 * DEEPEST:
            raise ContentError("has a part that shows itself: draw it anew")
        open_.add(element)
        total = 1 + sum(count(child, depth + 1) for child in element)
        total += LAYER * sum(key in element.attrib for key in ("filter", "mask"))
        if len(element) and element.get("opacity", "1") != "1":
            total += LAYER
        for key, target in _references(element):
            if (part := parts.get(target)) is not None:
                # A marker stands at every point of a line.
                times = len(_NUMBER.findall(_line(element))) if key.startswith("marker") else 1
                total += max(times, 1) * count(part, depth + 1)
        if total > 5 * MOST_ELEMENTS:
            raise ContentError(
                "shows parts again, filters or masks too often to be drawn in good time: simplify "
                "it, or export it as PNG"
            )
        open_.discard(element)
        counts[element] = total
        return total

    count(root, 0)


def _line(element: Any) -> str:
    return str(element.get("d") or element.get("points") or "")


def _size(root: Any) -> tuple[float, float]:
    """The size in CSS pixels: as the drawing says, else that of its ``viewBox``.

    The drawing is given it, and a ``viewBox``; one that is larger than ``LONGEST`` is made smaller.
    """
    box = [float(number) for number in _NUMBER.findall(root.get("viewBox", ""))]
    if len(box) != 4 or not all(0 < side < 1e7 for side in box[2:]):
        box = []
    width, height = (_pixels(root.get(side, "")) for side in ("width", "height"))
    if box:
        ratio = box[2] / box[3]
        if width is None:
            width = height * ratio if height else box[2]
        height = height or width / ratio
    if not width or not height or not 1e-3 < width / height < 1e3:
        raise ContentError(
            "has no size, or one that no page can show: give its <svg> a viewBox, as "
            'viewBox="0 0 800 450"'
        )
    if not box:
        root.set("viewBox", f"0 0 {_number(width)} {_number(height)}")
    scale = min(1.0, LONGEST / max(width, height))
    width, height = max(width * scale, 1.0), max(height * scale, 1.0)
    root.set("width", _number(width))
    root.set("height", _number(height))
    for key in ("x", "y", "transform", "overflow"):
        root.attrib.pop(key, None)
    # What CSS begins with; resvg would take 12.
    if root.get("font-size") is None:
        root.set("font-size", "16")
    return width, height


def _pixels(length: str) -> float | None:
    match = _LENGTH.fullmatch(length)
    if match is None or match[2].lower() not in _PIXELS:
        return None
    pixels = float(match[1]) * _PIXELS[match[2].lower()]
    return pixels if 0 < pixels < 1e7 else None


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _written(root: Any) -> bytes:
    """The tree as a file, with the two namespaces it needs under their usual names."""
    from lxml import etree

    top = etree.Element(
        f"{{{NAMESPACE}}}svg", nsmap={None: NAMESPACE, "xlink": "http://www.w3.org/1999/xlink"}
    )
    for key, value in root.attrib.items():
        top.set(key, value)
    top.extend(list(root))
    etree.cleanup_namespaces(top, top_nsmap=top.nsmap, keep_ns_prefixes=["xlink"])
    data: bytes = etree.tostring(top, encoding="utf-8")
    return data
