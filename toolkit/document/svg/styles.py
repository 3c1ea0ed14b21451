"""The CSS of a drawing, told to its elements as attributes: then no style sheet is left in it.

What drawing programs write is understood: selectors of names, classes, ids and attributes, below
or right below one another. A rule for anything else, such as ``:hover``, has no part in a still
picture. The cost is that of elements times selectors, whatever they are.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_COMPOUND = re.compile(
    r"(?P<name>[\w-]+|\*)?(?P<rest>(?:[.#][\w-]+|\[[\w:-]+(?:=(?:\"[^\"]*\"|'[^']*'|[\w-]+))?\])*)"
)
_SIMPLE = re.compile(r"([.#])([\w-]+)|\[([\w:-]+)(?:=(?:\"([^\"]*)\"|'([^']*)'|([\w-]+)))?\]")
_COMBINATORS = re.compile(r"\s*(>)\s*|\s+")
_FONT = re.compile(
    r"(?P<looks>(?:[a-z-]+\s+|\d00\s+)*)"
    r"(?P<size>[\d.]+(?:px|pt|pc|mm|cm|in|em|ex|rem|%)?|(?:xx?-)?(?:small|large)|medium)"
    r"(?:\s*/\s*[\w.%]+)?\s+(?P<families>.+)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Declaration:
    """``name: value``, and whether it is ``!important``."""

    name: str
    value: str
    important: bool = False


@dataclass(frozen=True)
class _Compound:
    """What one element must be: each given field is a condition."""

    name: str
    ids: tuple[str, ...]
    classes: tuple[str, ...]
    attributes: tuple[tuple[str, str | None], ...]

    def fits(self, name: str, element: Any, classes: frozenset[str]) -> bool:
        return (
            self.name in ("", "*", name)
            and all(element.get("id") == wanted for wanted in self.ids)
            and classes.issuperset(self.classes)
            and all(
                key in element.attrib and value in (None, element.get(key))
                for key, value in self.attributes
            )
        )


@dataclass(frozen=True)
class Rule:
    """A selector and what it declares.

    Attributes:
        compounds: from the outermost element to the one that is meant.
        is_child: of each compound, whether it must lie right below the one before.
        specificity: how much the rule weighs (Selectors 4, section 17).
        declarations: what it says.
    """

    compounds: tuple[_Compound, ...]
    is_child: tuple[bool, ...]
    specificity: tuple[int, int, int]
    declarations: tuple[Declaration, ...]


def read_declarations(text: str) -> tuple[Declaration, ...]:
    """The declarations of a ``style`` attribute or of a rule, ``font`` taken apart."""
    import tinycss2

    found: list[Declaration] = []
    for node in tinycss2.parse_blocks_contents(text, skip_comments=True, skip_whitespace=True):
        if node.type == "declaration":
            value = tinycss2.serialize(node.value).strip()
            found += _longhands(Declaration(node.lower_name, value, bool(node.important)))
    return tuple(found)


def read_rules(sheet: str) -> tuple[list[Rule], list[str]]:
    """The rules of a style sheet in order, and the names of the at-rules that it has besides."""
    import tinycss2

    rules: list[Rule] = []
    others: list[str] = []
    for node in tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True):
        if node.type == "at-rule":
            others.append(node.lower_at_keyword)
        elif node.type == "qualified-rule":
            declarations = read_declarations(tinycss2.serialize(node.content))
            for selector in tinycss2.serialize(node.prelude).split(","):
                if rule := _read_rule(selector.strip(), declarations):
                    rules.append(rule)
    return rules, others


def matched(root: Any, rules: Sequence[Rule]) -> Iterator[tuple[Any, list[Declaration]]]:
    """Each element with what the rules say of it, the weightiest last; ``!important`` is kept.

    Args:
        root: an lxml element without comments and the like.
        rules: in the order in which they stand.
    """
    order = sorted(range(len(rules)), key=lambda number: (rules[number].specificity, number))
    # Of each rule, how far its compounds were met: at this element, and at or above it.
    nothing = [0] * len(rules)

    def walk(
        element: Any, here: list[int], above: list[int]
    ) -> Iterator[tuple[Any, list[Declaration]]]:
        name = element.tag.rpartition("}")[2]
        classes = frozenset(element.get("class", "").split())
        met = []
        for rule, parent, ancestors in zip(rules, here, above, strict=True):
            mask = 0
            for place, compound in enumerate(rule.compounds):
                before = parent if rule.is_child[place] else ancestors
                if (not place or before >> (place - 1) & 1) and compound.fits(
                    name, element, classes
                ):
                    mask |= 1 << place
            met.append(mask)
        yield (
            element,
            [
                declaration
                for number in order
                if met[number] >> (len(rules[number].compounds) - 1) & 1
                for declaration in rules[number].declarations
            ],
        )
        below = [mask | ancestors for mask, ancestors in zip(met, above, strict=True)]
        for child in element:
            yield from walk(child, met, below)

    yield from walk(root, nothing, nothing)


def _read_rule(selector: str, declarations: tuple[Declaration, ...]) -> Rule | None:
    """The rule for one selector; None where it is of a kind that is not understood."""
    compounds: list[_Compound] = []
    is_child: list[bool] = [False]
    place = 0
    while True:
        match = _COMPOUND.match(selector, place)
        if match is None or not match[0]:
            return None
        compounds.append(_compound(match))
        place = match.end()
        if place == len(selector):
            break
        between = _COMBINATORS.match(selector, place)
        if between is None:
            return None
        is_child.append(bool(between[1]))
        place = between.end()
    specificity = (
        sum(len(each.ids) for each in compounds),
        sum(len(each.classes) + len(each.attributes) for each in compounds),
        sum(each.name not in ("", "*") for each in compounds),
    )
    return Rule(tuple(compounds), tuple(is_child), specificity, declarations)


def _compound(match: re.Match[str]) -> _Compound:
    ids, classes, attributes = [], [], []
    for sign, word, key, *values in _SIMPLE.findall(match["rest"]):
        if sign == "#":
            ids.append(word)
        elif sign == ".":
            classes.append(word)
        else:
            attributes.append((key, next((value for value in values if value), None)))
    return _Compound(match["name"] or "", tuple(ids), tuple(classes), tuple(attributes))


def _longhands(declaration: Declaration) -> Iterator[Declaration]:
    name, value, important = declaration.name, declaration.value, declaration.important
    if name == "marker":
        for each in ("marker-start", "marker-mid", "marker-end"):
            yield Declaration(each, value, important)
    elif name == "font" and (match := _FONT.fullmatch(value)):
        for look in match["looks"].split():
            if look in ("italic", "oblique"):
                yield Declaration("font-style", look, important)
            elif look in ("bold", "bolder", "lighter") or look.isdigit():
                yield Declaration("font-weight", look, important)
        yield Declaration("font-size", match["size"], important)
        yield Declaration("font-family", match["families"], important)
    elif name == "transform":
        # In an attribute lengths and angles have no unit.
        yield Declaration(name, re.sub(r"(?<=\d)(?:px|deg)\b", "", value), important)
    else:
        yield declaration
