"""Footnotes of HTML → ours.

Blogs, Substack, WordPress, Hatena, Wikipedia, Pandoc, Word (saved as a page, or read by
mammoth) all write them alike: a mark that links to a note, and in the note a link back to
the mark. That pair is the proof; a link into the page without one is no footnote.

In the tree a mark becomes a character for private use, and a note stands between two more;
``markup.parse_html`` leaves those out that a page has of its own. No word count sees them, and
``written`` makes footnotes of them in the Markdown.
"""

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

import lxml.html

Element: TypeAlias = Any  # lxml.html.HtmlElement, which has no types

MOST = 2000
"""How many notes of a page are read as such."""

# In the last plane: in the first one are the symbols of Word (U+F0B7 is a bullet) and of icons.
_MARK, _NOTE, _END = 0x101000, 0x102000, "\U00100003"
_INLINE = frozenset(("a", "sup", "sub", "span", "small", "b", "i", "em", "strong"))
_LEADING = re.compile(r"\A[\s:：.．\u00a0]+")


def mark_footnotes(root: Element) -> None:
    """Put signs where the marks and the notes of a page are; their links go."""
    places = {
        name: element
        for element in root.iter()
        if isinstance(element.tag, str)
        for name in (element.get("id"), element.get("name"))
        if name
    }
    marks: dict[str, list[Element]] = {}
    for link in root.iter("a"):
        target = _fragment(link)
        if target in places:
            marks.setdefault(target, []).append(link)
    number = 0
    done: set[Element] = set()
    for target, links in marks.items():
        note = _block(places[target])
        inside = set(note.iter())
        if note in done or number >= MOST or any(link in inside for link in links):
            continue
        names = {name for link in links for name in _names(link)}
        backs = [link for link in note.iter("a") if _fragment(link) in names]
        if not backs:
            continue
        if any(link in done for link in links) or not _has_words(note, backs):
            continue
        number += 1
        done |= {note, *backs, *links}
        for link in links:
            _replace(_whole(link), chr(_MARK + number))
        _settle(note, backs, number)
    for line in list(root.iter("hr")):
        below = line.getnext()
        text = "" if below is None else "".join(below.itertext()).lstrip()
        if not (line.tail or "").strip() and text and _NOTE < ord(text[0]) <= _NOTE + MOST:
            line.drop_tree()


def written(text: str) -> str:
    """Markdown with the signs of ``mark_footnotes`` as footnotes."""
    text = re.sub(f"[{chr(_MARK + 1)}-{chr(_MARK + MOST)}]", _as_mark, text)
    note = f"[{chr(_NOTE + 1)}-{chr(_NOTE + MOST)}]"
    text = re.sub(rf"[ \t]*({note})(.*?){_END}", _as_note, text, flags=re.DOTALL)
    return re.sub(rf"{note}|{_END}", "", text)


def _as_mark(match: re.Match[str]) -> str:
    return f"[^{ord(match[0]) - _MARK}]"


def _as_note(match: re.Match[str]) -> str:
    first, *more = match[2].strip().split("\n")
    lines = [f"[^{ord(match[1]) - _NOTE}]: {first}", *(f"    {line}".rstrip() for line in more)]
    return "\n\n" + "\n".join(lines) + "\n\n"


def _fragment(link: Element) -> str:
    href = (link.get("href") or "").strip()
    return str(href.partition("#")[2])


def _block(element: Element) -> Element:
    """The block that a note is: where its name is on a link or a number, what holds it."""
    while element.tag in _INLINE and element.getparent() is not None:
        element = element.getparent()
    return element


def _names(mark: Element) -> Iterator[str]:
    """The names of a mark: its own, and those of what holds nothing else."""
    whole = _whole(mark)
    for element in (*mark.iter(), mark, *mark.iterancestors()):
        yield from filter(None, (element.get("id"), element.get("name")))
        if element is whole:
            return


def _whole(link: Element) -> Element:
    """A link with the superscript or the like around it."""
    while True:
        above = link.getparent()
        if above is None or above.tag not in _INLINE or above.tag == "a":
            return link
        if "".join(above.itertext()).strip(" []()") != "".join(link.itertext()).strip(" []()"):
            return link
        link = above


def _has_words(note: Element, backs: list[Element]) -> bool:
    words = "".join(note.itertext())
    for back in backs:
        words = words.replace("".join(back.itertext()), "", 1)
    return re.search(r"\w", words) is not None


def _settle(note: Element, backs: list[Element], number: int) -> None:
    """Take the ways back out of a note, and put a sign at its start and its end."""
    for back in backs:
        whole = _whole(back)
        above = whole.getparent()
        if above is not None and above is not note and "backlink" in (above.get("class") or ""):
            whole = above
        if whole.getparent() is not None:
            _replace(whole, "")
    for element in note.iter():
        if element.text and element.text.strip():
            element.text = _LEADING.sub("", element.text)
            break
        if element is not note and element.tail and element.tail.strip():
            element.tail = _LEADING.sub("", element.tail)
            break
    inner = next((child for child in note if child.tag in ("p", "div")), None)
    first = note if inner is None or (note.text or "").strip() else inner
    first.text = chr(_NOTE + number) + (first.text or "")
    end = lxml.html.Element("p" if note.tag != "p" else "span")
    end.text = _END
    note.append(end)
    if note.tag not in ("p", "td", "dd"):
        note.tag = "div"
        above = note.getparent()
        if above is not None and above.tag in ("ol", "ul"):
            above.tag = "div"


def _replace(element: Element, text: str) -> None:
    element.tail = text + (element.tail or "")
    element.drop_tree()
