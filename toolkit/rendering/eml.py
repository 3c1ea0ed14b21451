"""Edition → an e-mail: text and HTML side by side, pictures inside, ready to be sent.

The message is RFC 5322 and MIME, ASCII on the wire. Who sends it stands under ``[email]``
in ``newsletter.toml``; whom it goes to, the sender adds. The same edition gives the same
bytes: its date is the issue's, its Message-ID and boundaries come from its content.
"""

import base64
import datetime
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.message import MIMEPart
from email.policy import SMTP
from email.utils import format_datetime, quote
from pathlib import Path

from markupsafe import Markup
from wcwidth import iter_graphemes

from toolkit.document.publication import MANIFEST, Mail
from toolkit.errors import ContentError
from toolkit.findings import Finding, Severity
from toolkit.rendering import Rendered, drawing, theme
from toolkit.rendering.edition import Edition
from toolkit.rendering.images import DRAWING, Picture, as_png, scaled
from toolkit.rendering.lettering import DENSITY, in_pixels
from toolkit.rendering.page import page_text
from toolkit.rendering.txt import write_text

TEMPLATE = "email/newsletter.html.j2"
SHEETS = ("email/email.css", "email/{theme}.css")

CLIP = 102 * 1024
"""The bytes of HTML after which Gmail cuts a message off behind a link."""

SHEET_WIDTH = 560
"""How wide a picture is shown at most, in CSS pixels: what the sheet leaves within its margins."""

HIGHEST = 4096
"""The most pixels of a picture from top to bottom: some mail programs show no higher one."""

EXTENSIONS = {"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif"}

LINE = 76
"""The longest line of a header with encoded words (RFC 2047, section 2)."""

_NOTE_MARK = re.compile(r'[^\s<>&;]<sup class="note-mark">\d+</sup>')
"""The mark of a footnote with the character before it: without it, a mark may begin a line."""

_ENCODED_BYTES = 39
"""What fits into an encoded word on any line of a header here, in bytes of UTF-8."""


def render(edition: Edition) -> Rendered:
    """The edition as an e-mail.

    Raises:
        ContentError: ``newsletter.toml`` names no sender; a picture, the template or a
            style sheet of the publication is wrong.
    """
    mail = edition.publication.mail
    if mail is None:
        raise ContentError(
            'an e-mail needs a sender: add [email] with from = "Name <name@example.org>"',
            edition.publication.root / MANIFEST,
        )
    pictures = _Pictures(mail.domain)
    page, found = _page(edition, mail, pictures)
    text, told = write_text(edition)
    if mail.unsubscribe:
        text += f"\n{edition.labels['unsubscribe']}: {mail.unsubscribe}\n"
    findings = [*dict.fromkeys([*found, *told]), *_clipped(page, edition)]

    subject = _subject(edition)
    identity = hashlib.sha256()
    for part in (subject, mail.sender, mail.address, text, page, *pictures.found):
        identity.update(part.encode("utf-8") + b"\0")
    digest = identity.hexdigest()[:32]
    body = _body(text, page, pictures.found, digest)
    head = _head(edition, mail, subject, digest)
    data = "".join(f"{line}\r\n" for line in head).encode("ascii") + body
    return Rendered(data, findings=tuple(findings))


@dataclass
class _Pictures:
    """The pictures of a message by Content-ID, each once."""

    domain: str
    found: dict[str, Picture] = field(default_factory=dict)

    def embed(self, picture: Picture) -> str:
        """The URL of a picture in the message."""
        ready = _for_mail(picture)
        identity = f"{hashlib.sha256(ready.data).hexdigest()[:32]}@{self.domain}"
        self.found.setdefault(identity, ready)
        return f"cid:{identity}"


def _for_mail(picture: Picture) -> Picture:
    """A picture as mail programs show it: no WebP, no SVG, and no wider than twice the sheet."""
    if picture.mime == DRAWING:
        return in_pixels(picture, min(picture.width, SHEET_WIDTH) * DENSITY)
    if picture.mime == "image/webp":
        picture = as_png(picture)
    return scaled(picture, 2 * SHEET_WIDTH, HIGHEST)


def _page(edition: Edition, mail: Mail, pictures: _Pictures) -> tuple[str, list[Finding]]:
    """The HTML part, its styles on its elements, and what an editor should know about it."""
    import css_inline

    publication = edition.publication

    def no_file(path: Path) -> str:
        raise ContentError("an e-mail's styles can load no file: mail programs would not", path)

    sheets = (name.format(theme=publication.theme) for name in SHEETS)
    styles = "".join(theme.style_sheet(publication, name, no_file) for name in sheets)
    # Links within a message lead nowhere in many mail programs.
    text, findings = page_text(edition, pictures.embed, drawing.as_png, link_notes=False)
    context = {
        **text,
        "styles": Markup(styles),  # noqa: S704
        "unsubscribe": mail.unsubscribe,
    }
    page = re.sub(
        r'(<img [^<>]*)width="(\d+)" height="(\d+)"',
        _fitted,
        theme.fill_template(publication, TEMPLATE, context),
    )
    page = _NOTE_MARK.sub(r'<span class="phrase">\g<0></span>', page)
    try:
        inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
        return inliner.inline(page), findings
    except css_inline.InlineError as error:
        path = theme.find(publication, TEMPLATE)
        raise ContentError(f"the e-mail's styles cannot be used: {error}", path) from None


def _fitted(image: re.Match[str]) -> str:
    """A picture's size in the page: Outlook obeys the attributes, not ``max-width``."""
    width, height = int(image[2]), int(image[3])
    shown = min(width, SHEET_WIDTH)
    return f'{image[1]}width="{shown}" height="{max(round(height * shown / width), 1)}"'


def _clipped(page: str, edition: Edition) -> Iterator[Finding]:
    size = len(page.encode("utf-8"))
    if size > CLIP:
        yield Finding(
            edition.issue.path,
            0,
            Severity.WARNING,
            "gmail-clip",
            f"the e-mail has {size / 1024:.0f} KB of HTML; Gmail hides what comes after "
            f"{CLIP // 1024} KB: shorten the issue, or send a part of it with a link to the rest",
        )


def _subject(edition: Edition) -> str:
    """Name, number and title in one line."""
    issue = " ".join(text for text in (edition.name, edition.number) if text)
    text = f"{issue}{edition.labels['label-separator']}{edition.plain_title}"
    # A line end in a title would begin another header.
    return _one_line(text)


def _one_line(text: str) -> str:
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).strip()


def _head(edition: Edition, mail: Mail, subject: str, digest: str) -> Iterator[str]:
    """The header, a line each; MIME's own fields stand in the body's."""
    noon = datetime.datetime.combine(edition.issue.date, datetime.time(12), tzinfo=datetime.UTC)
    # Noon in Greenwich is the same day in Japan and in America.
    yield f"Date: {format_datetime(noon)}"
    yield from _mailbox("From", mail.sender or edition.name, mail.address)
    if mail.reply_to:
        yield f"Reply-To: {mail.reply_to}"
    yield from header("Subject", subject)
    yield f"Message-ID: <{digest}.{edition.language}@{mail.domain}>"
    yield f"Content-Language: {edition.language}"
    if mail.unsubscribe:
        yield f"List-Unsubscribe: <{mail.unsubscribe}>"
        if mail.unsubscribe.startswith("https:"):
            # One click, without a page in between (RFC 8058).
            yield "List-Unsubscribe-Post: List-Unsubscribe=One-Click"
    # Outlook opens the file to be addressed and sent, not as something received.
    yield "X-Unsent: 1"


def header(name: str, text: str) -> Iterator[str]:
    """A header field with free text in lines of at most 76, none of which cuts a character.

    ASCII is folded at spaces; other text is in encoded words (RFC 2047).
    """
    words = text.split(" ")
    if text.isascii() and "=?" not in text and all(0 < len(word) < LINE // 2 for word in words):
        line = f"{name}:"
        for word in words:
            if len(line) + 1 + len(word) > LINE:
                yield line
                line = ""
            line += f" {word}"
        yield line
        return
    first, *rest = _encoded_words(text)
    yield f"{name}: {first}"
    yield from (f" {word}" for word in rest)


def _encoded_words(text: str) -> list[str]:
    chunks = [b""]
    for cluster in iter_graphemes(text):
        # A pile of marks that is longer than a word allows is parted between characters.
        pieces = [cluster] if len(cluster.encode("utf-8")) <= _ENCODED_BYTES else list(cluster)
        for piece in pieces:
            data = piece.encode("utf-8")
            if len(chunks[-1]) + len(data) > _ENCODED_BYTES:
                chunks.append(b"")
            chunks[-1] += data
    return [f"=?utf-8?B?{base64.b64encode(chunk).decode('ascii')}?=" for chunk in chunks]


def _mailbox(name: str, display: str, address: str) -> Iterator[str]:
    display = _one_line(display)
    if display.isascii() and "=?" not in display and len(display) < LINE // 2:
        lines = [f'{name}: "{quote(display)}"']
    else:
        first, *rest = _encoded_words(display)
        lines = [f"{name}: {first}", *(f" {word}" for word in rest)]
    if len(lines[-1]) + len(address) + 3 <= LINE:
        lines[-1] += f" <{address}>"
    else:
        lines.append(f" <{address}>")
    yield from lines


def _body(text: str, page: str, pictures: Mapping[str, Picture], digest: str) -> bytes:
    """MIME's header fields and the parts: text, or HTML with its pictures."""
    html = _text_part(page, "html")
    if pictures:
        related = MIMEPart(policy=SMTP)
        related["Content-Type"] = "multipart/related"
        related.set_param("type", "text/html")
        # What no encoded part can hold is safe as a boundary.
        related.set_boundary(f"=_{digest}_related")
        related.attach(html)
        for identity, picture in pictures.items():
            related.attach(_picture_part(identity, picture))
        html = related
    message = MIMEPart(policy=SMTP)
    message["MIME-Version"] = "1.0"
    message["Content-Type"] = "multipart/alternative"
    message.set_boundary(f"=_{digest}_alternative")
    message.attach(_text_part(text, "plain"))
    message.attach(html)
    return message.as_bytes(policy=SMTP)


def _text_part(text: str, subtype: str) -> MIMEPart:
    """A text in whichever encoding is shorter: base64 for Japanese, else readable lines."""
    parts = []
    for encoding in ("quoted-printable", "base64"):
        part = MIMEPart(policy=SMTP)
        part.set_content(text, subtype=subtype, charset="utf-8", cte=encoding)
        parts.append(part)
    return min(parts, key=lambda part: len(part.as_bytes()))


def _picture_part(identity: str, picture: Picture) -> MIMEPart:
    part = MIMEPart(policy=SMTP)
    part.set_content(
        picture.data,
        maintype="image",
        subtype=picture.mime.removeprefix("image/"),
        disposition="inline",
        filename=_one_line(picture.path.with_suffix("").name) + EXTENSIONS[picture.mime],
        cid=f"<{identity}>",
    )
    return part
