"""A Word file (.docx, ISO/IEC 29500) → Markdown, with its images.

mammoth reads styles, lists, tables, links and footnotes. Tracked insertions are accepted
and tracked deletions carried out, as Word's "accept all changes" does; what was deleted,
and every comment, is named. Whatever other text of the file does not arrive (headers,
equations) is named too.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from toolkit.errors import ContentError
from toolkit.sources.account import letters, plain_text
from toolkit.sources.draft import Action, Change
from toolkit.sources.images import IMAGE_LIMIT, image_name
from toolkit.sources.markup import parse_html, ruby_text, to_markdown
from toolkit.sources.page import Page

Element: TypeAlias = Any  # an lxml element, which has no types

_UNPACKED_LIMIT = 300 * 1024 * 1024
_PART_LIMIT = 100 * 1024 * 1024
_MEMBERS_LIMIT = 5_000
_RATIO_LIMIT = 200
"""How far a part may unpack: text in XML packs about 10 to 30 times."""

_SMALL = 10 * 1024 * 1024

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_STYLES = """
p[style-name='Title'] => h1.title:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Statement'] => p.statement:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
p[style-name='List Bullet 2'] => ul|ol > li > ul > li:fresh
p[style-name='List Bullet 3'] => ul|ol > li > ul|ol > li > ul > li:fresh
p[style-name='List Number 2'] => ul|ol > li > ol > li:fresh
p[style-name='List Number 3'] => ul|ol > li > ul|ol > li > ol > li:fresh
p[style-name='heading 7'] => h6:fresh
p[style-name='heading 8'] => h6:fresh
p[style-name='heading 9'] => h6:fresh
"""
_NO_AUTHORS = frozenset(("", "python-docx", "user", "admin", "microsoft office user", "owner"))


def read_word(data: bytes, path: Path) -> Page:
    """The content of a .docx file.

    Raises:
        ContentError: it is no Word file, is encrypted, hostile or damaged, or holds no text.
    """
    parts = _parts(data, path)
    import mammoth

    images: dict[str, bytes] = {}
    changes: list[Change] = []

    def take_image(image: Any) -> dict[str, str]:
        with image.open() as file:
            content = file.read(IMAGE_LIMIT + 1)
        name = image_name(content, path.stem, len(images) + 1)
        if not name or len(content) > IMAGE_LIMIT:
            what = f"{image.alt_text or 'image'} ({image.content_type})"
            changes.append(Change(0, "word-images", Action.DROPPED, what))
            return {"src": ""}
        same = next((known for known, old in images.items() if old == content), name)
        images[same] = content
        return {"src": f"images/{same}"}

    try:
        result = mammoth.convert_to_html(
            io.BytesIO(_readable(data, parts)),
            style_map=_STYLES,
            include_embedded_style_map=False,
            convert_image=mammoth.images.img_element(take_image),
        )
    except Exception as error:  # mammoth and its XML parser raise whatever a broken file leads to
        raise ContentError(
            f"is damaged ({type(error).__name__}): open it in Word and save it again", path
        ) from None
    root = parse_html(f"<html><body>{result.value}</body></html>")
    for image in root.xpath("//img[not(@src) or @src='']"):
        image.drop_tree()
    for headline in root.xpath("//h1|//h2|//h3|//h4|//h5|//h6|//p[@class='statement']"):
        _in_one_line(headline)
    matter = _properties(parts)
    if title := _title(root):
        matter = {**matter, "title": title}
        changes.append(Change(0, "title-line", Action.LIFTED, title))
    markdown = to_markdown(root.find("body"))
    if not letters(plain_text(markdown)) and not images:
        raise ContentError("holds no text", path)
    changes += _tracked(parts)
    changes += _comments(parts)
    changes += _not_carried(parts, markdown + "\n\n" + matter.get("title", ""))
    return Page(markdown, matter, tuple(changes), images)


def open_word(data: bytes, path: Path) -> zipfile.ZipFile:
    """The zip that a .docx file is, found safe to unpack.

    Raises:
        ContentError: it is something else, an old .doc file, locked, or would unpack to too much.
    """
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise ContentError(
            "is an old .doc file or locked with a password: "
            "open it in Word and save it as .docx without one",
            path,
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise ContentError("is no Word file (.docx): its content is something else", path) from None
    _check_zip(members, path)
    return archive


def _parts(data: bytes, path: Path) -> dict[str, Element]:
    """The XML parts of the file that hold text, parsed; the zip is checked on the way."""
    with open_word(data, path) as archive:
        members = archive.infolist()
        names = {member.filename for member in members}
        if "word/document.xml" not in names and "[Content_Types].xml" not in names:
            raise ContentError("is a zip file, but no Word file (.docx)", path)
        found = {}
        for member in members:
            if re.search(r"\.(?:xml|rels)$", member.filename, re.IGNORECASE):
                found[member.filename] = _parse(archive, member, path)
    return found


def _check_zip(members: list[zipfile.ZipInfo], path: Path) -> None:
    for member in members:
        name = member.filename.replace("\\", "/")
        if name.startswith("/") or ".." in name.split("/") or re.match("[A-Za-z]:", name):
            raise ContentError(f"is not safe: a part of it would leave its folder ({name})", path)
        if member.flag_bits & 1:
            raise ContentError("is locked with a password: save it without one", path)
        swollen = member.file_size > member.compress_size * _RATIO_LIMIT
        if member.file_size > _PART_LIMIT or (swollen and member.file_size > _SMALL):
            raise ContentError(f"is not safe: {name} unpacks to too much", path)
    if len(members) > _MEMBERS_LIMIT or sum(m.file_size for m in members) > _UNPACKED_LIMIT:
        raise ContentError("is not safe: it unpacks to too much", path)


def _parse(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> Element:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        data = archive.read(member)
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError):
        raise ContentError(
            f"is damaged ({member.filename}): open it in Word and save it again", path
        ) from None
    # No Word file declares entities; a few lines of them can unfold to gigabytes.
    if root.getroottree().docinfo.internalDTD is not None:
        raise ContentError(f"is not safe: {member.filename} declares a document type", path)
    return root


def _readable(data: bytes, parts: Mapping[str, Element]) -> bytes:
    """The file as mammoth reads all of it.

    Each ``w:ruby`` is text that reads as our ruby, which mammoth drops whole; and a further
    mark of a footnote, which is a field that shows its number, is a link to the note.
    """
    changed = {}
    for name, root in parts.items():
        found = list(root.iter(f"{_W}ruby")) if name.startswith("word/") else []
        for ruby in found:
            base = "".join(t.text or "" for t in ruby.iterfind(f"{_W}rubyBase//{_W}t"))
            reading = "".join(t.text or "" for t in ruby.iterfind(f"{_W}rt//{_W}t"))
            text = ruby.makeelement(f"{_W}t")
            text.text = ruby_text(base, [reading] if reading.strip() else [])
            ruby.getparent().replace(ruby, text)
        if found or (name == "word/document.xml" and _link_to_notes(root)):
            changed[name] = root
    if not changed:
        return data
    from lxml import etree

    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(written, "w") as new:
        for member in old.infolist():
            root = changed.get(member.filename)
            new.writestr(member, old.read(member) if root is None else etree.tostring(root))
    return written.getvalue()


def _link_to_notes(root: Element) -> bool:
    """Make links of the fields that show a footnote's number; whether there were any."""
    notes: dict[str, str] = {}
    for start in root.iter(f"{_W}bookmarkStart"):
        for element in start.itersiblings():
            if element.get(f"{_W}id") == start.get(f"{_W}id"):
                break
            for kind in ("footnote", "endnote"):
                for reference in element.iter(f"{_W}{kind}Reference"):
                    notes[start.get(f"{_W}name") or ""] = f"{kind}-{reference.get(f'{_W}id')}"
    found = False
    for code in list(root.iter(f"{_W}instrText")):
        named = re.match(r"\s*NOTEREF\s+(\S+)", code.text or "")
        run = code.getparent()
        if not named or named[1] not in notes or run.tag != f"{_W}r":
            continue
        shown, is_result = [], False
        for element in run.itersiblings():
            kinds = [mark.get(f"{_W}fldCharType") for mark in element.iter(f"{_W}fldChar")]
            if "end" in kinds:
                break
            shown += [element] if is_result else []
            is_result |= "separate" in kinds
        if shown:
            link = run.makeelement(f"{_W}hyperlink", {f"{_W}anchor": notes[named[1]]})
            shown[0].addprevious(link)
            link.extend(shown)
            found = True
    return found


def _properties(parts: Mapping[str, Element]) -> dict[str, str]:
    core = parts.get("docProps/core.xml")
    if core is None:
        return {}
    title = (core.findtext(f"{_DC}title") or "").strip()
    author = (core.findtext(f"{_DC}creator") or "").strip()
    found = {"title": title, "author": "" if author.lower() in _NO_AUTHORS else author}
    return {key: value for key, value in found.items() if value}


def _title(root: Element) -> str:
    """The paragraph styled as the title, or the one level-1 heading the text begins with.

    It leaves the text; with a styled title, headings stay at the levels they have.
    """
    body = root.find("body")
    first = body[0] if len(body) else None
    if first is None or first.tag != "h1":
        return ""
    styled = "title" in (first.get("class") or "").split()
    if not styled and len(root.xpath("//h1")) > 1:
        return ""
    title = " ".join("".join(first.itertext()).split())
    if title:
        first.drop_tree()
    return title


def _in_one_line(headline: Element) -> None:
    """Take out what only sets a headline's lines: soft line breaks, and no-break spaces."""
    for element in list(headline.iter("br")):
        element.tail = "\n" + (element.tail or "")
        element.drop_tag()
    for element in headline.iter():
        for name in ("text", "tail") if element is not headline else ("text",):
            words = (getattr(element, name) or "").replace("\u00a0", " ")
            words = re.sub(r"(?<=[!-~])\n(?=[!-~])", " ", words)
            setattr(element, name, words.replace("\n", ""))


def _tracked(parts: Mapping[str, Element]) -> list[Change]:
    changes = []
    for name, root in parts.items():
        if not name.startswith("word/") or name == "word/comments.xml":
            continue
        for element in root.iter(f"{_W}del", f"{_W}moveFrom"):
            text = _text(element, deleted=True)
            if text.strip():
                author = element.get(f"{_W}author") or "?"
                changes.append(Change(0, "tracked-deletion", Action.DROPPED, f"{author}: {text}"))
    return changes


def _comments(parts: Mapping[str, Element]) -> list[Change]:
    root = parts.get("word/comments.xml")
    if root is None:
        return []
    return [
        Change(
            0,
            "word-comments",
            Action.DROPPED,
            f"{comment.get(f'{_W}author') or '?'}: {_text(comment)}",
        )
        for comment in root.iter(f"{_W}comment")
    ]


def _not_carried(parts: Mapping[str, Element], markdown: str) -> list[Change]:
    """Text of the file that is not in the Markdown: headers, footers, equations, fields."""
    arrived = letters(plain_text(markdown))
    changes = []
    for name, root in parts.items():
        if not re.fullmatch(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes)\.xml", name):
            continue
        rule = "page-headers" if re.search("header|footer", name) else "not-carried"
        for paragraph in root.iter(f"{_W}p"):
            whole = _text(paragraph)
            if letters(whole) in arrived:
                continue
            runs = [text for text in _runs(paragraph) if letters(text) not in arrived]
            if runs:
                changes.append(Change(0, rule, Action.DROPPED, whole if len(runs) > 1 else runs[0]))
    return changes


def _text(element: Element, *, deleted: bool = False) -> str:
    return "".join(_runs(element, deleted=deleted)).strip()


def _runs(element: Element, *, deleted: bool = False) -> Iterator[str]:
    wanted = {f"{_W}t", f"{_M}t"} | ({f"{_W}delText"} if deleted else set())
    for node in element.iter(*wanted):
        in_deletion = not deleted and any(
            above.tag in (f"{_W}del", f"{_W}moveFrom") for above in node.iterancestors()
        )
        if node.text and not in_deletion and not _is_note_number(node):
            yield node.text


def _is_note_number(text: Element) -> bool:
    """Whether a text is in a link that ``_link_to_notes`` made: a mark, not words."""
    return any(
        re.fullmatch(r"(?:foot|end)note-\d+", link.get(f"{_W}anchor") or "")
        for link in text.iterancestors(f"{_W}hyperlink")
    )
