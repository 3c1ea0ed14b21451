"""A web page, saved as HTML → Markdown and front matter.

trafilatura says *where* the article is, and what its metadata are; the text is then taken
from the page's own tree. trafilatura alone flattens nested lists and drops short
paragraphs; taken this way, every sentence inside the article's element is kept, and what
is left out of it or of the page (menus, forms, lists of links) is named.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from toolkit.errors import ContentError
from toolkit.files import read_bytes
from toolkit.sources.account import letters, plain_text, words
from toolkit.sources.draft import Action, Change
from toolkit.sources.encoding import decode, without_controls
from toolkit.sources.furniture import iso_date
from toolkit.sources.images import IMAGE_LIMIT, image_name
from toolkit.sources.markup import DEAD, Element, blocks_of, parse_html, to_markdown
from toolkit.sources.notes import mark_footnotes
from toolkit.sources.words import matches

_DECLARED = re.compile(
    rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w\-]+)|<\?xml[^>]+encoding=["']([\w\-]+)""", re.I
)
_LABELS = re.compile("公開日?|更新日?|掲載日?|文|著者|作者|(?i:by|published|updated|on)")
_ALIASES = {
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "windows-31j": "cp932",
    "iso-8859-1": "cp1252",
    "gb2312": "gb18030",
}
_FURNITURE = frozenset(("nav", "aside", "footer", "form", "button", "select", "menu", "dialog"))
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_CONTAINERS = frozenset(("article", "main", "div", "section", "td", "center"))
_ALWAYS_TEXT = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "td", "th", "figcaption", "caption"))


@dataclass(frozen=True)
class Page:
    """What a page or a Word file gives: Markdown, front matter, images, and what was left out."""

    markdown: str
    matter: Mapping[str, str]
    changes: tuple[Change, ...] = ()
    images: Mapping[str, bytes] = field(default_factory=dict)
    encoding: str = ""


def read_page(data: bytes, path: Path) -> Page:
    """The article of an HTML file.

    Images that lie beside the file (as a browser saves them) come along; others keep
    their address.

    Raises:
        ContentError: no HTML, no text, or an encoding that cannot be told.
    """
    text, encoding, changes = _decode(data, path)
    if "<" not in text:
        raise ContentError("holds no HTML; is it a text file? name it .txt", path)
    root = parse_html(text)
    mark_footnotes(root)
    matter, kept = _extract(text)
    body = root.find("body")
    if body is None or not words("".join(part for _, part in blocks_of(body))):
        raise ContentError("holds no text", path)
    everything = [(element.sourceline or 0, part) for element, part in blocks_of(body)]
    main = _main_element(body, kept)
    _prune(main, kept)
    base = matter.get("url") or (root.xpath("string(//base/@href)") or "")
    images, lost = _images(main, path, base)
    _absolute_links(main, base)
    changes += lost
    changes += _lift_metadata(main, matter)
    markdown = to_markdown(main)
    changes += _left_out(everything, markdown, changes)
    return Page(markdown, matter, tuple(changes), images, encoding)


def _decode(data: bytes, path: Path) -> tuple[str, str, list[Change]]:
    declared = _DECLARED.search(data[:4096])
    name = (declared[1] or declared[2]).decode("ascii").lower() if declared else ""
    if name and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        try:
            text = data.decode(_ALIASES.get(name, name))
        except (LookupError, UnicodeDecodeError):
            pass  # the page says one thing and is another: as browsers do, look at the bytes
        else:
            clean = without_controls(text, name)
            return clean.text, name, list(clean.changes)
    decoded = decode(data, path)
    return decoded.text, decoded.encoding, list(decoded.changes)


def _extract(text: str) -> tuple[dict[str, str], str]:
    """The metadata of a page, and the words of its article as trafilatura sees them."""
    from trafilatura import bare_extraction

    document = bare_extraction(
        text,
        favor_recall=True,
        with_metadata=True,
        include_comments=False,
        include_tables=True,
        include_images=False,
        # A year somewhere in the text is no date of publication.
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if document is None or isinstance(document, dict):
        return {}, ""
    matter = {
        "title": document.title or "",
        "author": document.author or "",
        "source": document.sitename or "",
        "url": document.url or "",
        "published": iso_date(document.date or ""),
    }
    body = "".join(document.body.itertext()) if document.body is not None else ""
    return {key: value.strip() for key, value in matter.items() if value}, words(body)


def _main_element(body: Element, kept: str) -> Element:
    """The smallest element that holds every paragraph trafilatura kept."""
    found = [
        element
        for element, text in blocks_of(body)
        if len(words(text)) >= 12 and words(text) in kept and not _is_furniture(element)
    ]
    if not found:
        return next((e for tag in ("article", "main") for e in body.iter(tag)), body)
    common = [found[0], *found[0].iterancestors()]
    for element in found[1:]:
        above = {element, *element.iterancestors()}
        common = [ancestor for ancestor in common if ancestor in above]
    main = common[0]
    if main.tag not in _CONTAINERS and main is not body:
        main = main.getparent()  # a page of one paragraph
    # A short first or last line may lie just outside of it: an <article> holds them all.
    around = [main, *main.iterancestors()]
    return next((element for element in around if element.tag in ("article", "main")), main)


def _is_furniture(element: Element) -> bool:
    return any(node.tag in _FURNITURE for node in [element, *element.iterancestors()])


def _prune(main: Element, kept: str) -> None:
    """Take out of the article's element what is not its text."""
    whole = len(words("".join(part for _, part in blocks_of(main))))
    for element in list(main.iter()):
        if element is main or element.getparent() is None or not isinstance(element.tag, str):
            continue
        text = "".join(part for _, part in blocks_of(element))
        if (element.tag in DEAD and element.tag != "head") or (
            (
                (element.tag in _FURNITURE and not (words(text) and words(text) in kept))
                or element.get("hidden") is not None
                or element.get("aria-hidden") == "true"
                or _HIDDEN.search(element.get("style") or "")
                or _is_list_of_links(element, text, kept)
                or (_is_named_furniture(element) and len(words(text)) * 3 < whole)
            )
            and not element.xpath(".//img[not(ancestor::nav)]")
        ):
            element.drop_tree()


def _is_named_furniture(element: Element) -> bool:
    names = f"{element.get('class') or ''} {element.get('id') or ''}".split()
    return any(matches(name, "page-parts", "names") for name in names)


def _is_list_of_links(element: Element, text: str, kept: str) -> bool:
    if element.tag not in ("ul", "ol", "div", "p", "section"):
        return False
    length = len(words(text))
    if not length or words(text) in kept or any(True for _ in element.iter(*_ALWAYS_TEXT)):
        return False
    linked = sum(len(words("".join(link.itertext()))) for link in element.iter("a"))
    return linked >= 0.7 * length


def _images(main: Element, path: Path, base: str) -> tuple[dict[str, bytes], list[Change]]:
    images: dict[str, bytes] = {}
    lost = []
    for element in list(main.iter("img")):
        source = next(
            (
                value
                for key in ("src", "data-src", "data-original", "data-lazy-src")
                if (value := (element.get(key) or "").strip()) and not value.startswith("data:")
            ),
            "",
        )
        local = _local_file(source, path)
        if local is not None:
            data = read_bytes(local, IMAGE_LIMIT)
            name = image_name(data, path.stem, len(images) + 1)
            if name:
                images[name] = data
                element.set("src", f"images/{name}")
                continue
        address = urljoin(base, source) if source else ""
        if urlsplit(address).scheme in ("http", "https"):
            element.set("src", address)
            continue
        alt = (element.get("alt") or "").strip()
        lost.append(
            Change(element.sourceline or 0, "page-images", Action.DROPPED, alt or source or "image")
        )
        element.drop_tree()
    return images, lost


def _local_file(source: str, path: Path) -> Path | None:
    """The file a page's image lies in, if it lies beside the page or below."""
    parts = urlsplit(source)
    if not source or parts.scheme or parts.netloc or source.startswith("/"):
        return None
    folder = path.parent.resolve()
    file = (folder / unquote(parts.path)).resolve()
    return file if file.is_relative_to(folder) and file.is_file() else None


def _absolute_links(main: Element, base: str) -> None:
    for element in main.iter("a"):
        address = urljoin(base, (element.get("href") or "").strip())
        if urlsplit(address).scheme in ("http", "https", "mailto"):
            element.set("href", address)
        elif "href" in element.attrib:
            del element.attrib["href"]


def _lift_metadata(main: Element, matter: Mapping[str, str]) -> list[Change]:
    """Take the headline, and lines of nothing but author, date and publisher, out of the text."""
    changes = []
    known = sorted((words(value) for value in matter.values()), key=len, reverse=True)
    for element, text in list(blocks_of(main))[:12]:
        bare = words(iso_dates(text))
        rest = bare
        for value in known:
            rest = rest.replace(words(value), "")
        if rest == bare or re.search(r"\w{2}", _LABELS.sub("", rest)):
            continue
        if element is main or any(element.iter("img")):
            continue
        changes.append(
            Change(element.sourceline or 0, "page-metadata", Action.LIFTED, " ".join(text.split()))
        )
        element.drop_tree()
    return changes


def iso_dates(text: str) -> str:
    """The text with every date in it as ISO writes it, and no time."""
    text = re.sub(
        r"\d{4}\s*[年/.\-]\s*\d{1,2}\s*[月/.\-]\s*\d{1,2}日?", lambda m: iso_date(m[0]), text
    )
    return re.sub(r"\d{1,2}[:：時]\d{2}分?", "", text)


def _left_out(
    everything: list[tuple[int, str]], markdown: str, changes: list[Change]
) -> list[Change]:
    """The blocks of the page whose words are not in the article."""
    result = letters(plain_text(markdown))
    lifted = {change.before for change in changes}
    missing = []
    for line, text in everything:
        shown = " ".join(text.split())
        if letters(text) not in result and shown not in lifted:
            missing.append(Change(line, "page-parts", Action.DROPPED, shown))
    return missing
