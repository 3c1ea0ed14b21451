"""Pictures of every page of the samples in every format, to be looked at: ``make gallery``.

It writes ``gallery/``: what was built, a PNG of each page (of a web page: wide and as on a phone,
light and dark), and ``index.html``, which shows them all. It needs programs that the toolkit does
without: pdftoppm, LibreOffice (soffice) and Chromium.
"""

import base64
import email
import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import cast

import toolkit
from toolkit.document.publication import THEMES, read_publication
from toolkit.rendering import DEFAULT_FORMATS, FORMATS, bilingual
from toolkit.resources import folder
from toolkit.site import write_site

OUT = Path("gallery")
RESOLUTION = 80
"""Of a page of paper, in dots an inch."""

WIDTHS = {"wide": 1100, "phone": 390}
TALLEST = 12_000
"""How much of a web page is shown, in CSS pixels."""

DARK = "(prefers-color-scheme: dark)"
CHROMIUM = [
    "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
    "--disable-background-networking", "--allow-file-access-from-files",
]  # fmt: skip


def main() -> None:
    """Build the samples and take the pictures."""
    lacking = [name for name in ("pdftoppm", "soffice", CHROMIUM[0]) if not shutil.which(name)]
    if lacking:
        raise SystemExit(f"the gallery needs {', '.join(lacking)}")
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    # E-mails and e-books are read in the reader's fonts: a machine without Japanese ones has ours.
    (OUT / "fonts.conf").write_text(
        f"<fontconfig><dir>{folder('templates') / 'fonts'}</dir>"
        '<include ignore_missing="yes">/etc/fonts/fonts.conf</include></fontconfig>\n',
        "utf-8",
    )
    shown: list[Path] = []
    for theme in THEMES:
        publication = Path(shutil.copytree(folder("seeds"), OUT / theme / "publication"))
        manifest = publication / "newsletter.toml"
        text = re.sub(
            r'^theme = ".*"$', f'theme = "{theme}"', manifest.read_text("utf-8"), flags=re.M
        )
        manifest.write_text(text, "utf-8")
        built = OUT / theme / "built"
        # A theme tells nothing new of an e-book or of plain text.
        kinds = FORMATS if theme == THEMES[0] else (*DEFAULT_FORMATS, "eml")
        for languages, formats in ((("ja", "en"), kinds), (("ja-en",), bilingual.FORMATS)):
            report = toolkit.build(publication, languages=languages, formats=formats, out=built)
            for error in dict.fromkeys(str(failure.error) for failure in report.failures):
                print(f"left out: {error}")
            for output in report.outputs:
                print(output.path, flush=True)
                shown += pictures(output.path, OUT / theme / output.path.name)
        site = write_site(read_publication(publication), built / "site")
        for page in site.files:
            if page.name == "index.html":
                name = "site." + ".".join(page.relative_to(site.out).parts)
                shown += web_pages(page, OUT / theme / name)
    (OUT / "index.html").write_text(contact_sheet(shown), "utf-8")
    print(f"{len(shown)} pictures: {OUT / 'index.html'}")


def pictures(path: Path, stem: Path) -> list[Path]:
    """The pictures of a file, which begin with ``stem``; of text none."""
    match path.suffix:
        case ".pdf":
            return paper(path, stem)
        case ".docx":
            with tempfile.TemporaryDirectory() as place:
                run("soffice", "--headless", f"-env:UserInstallation=file://{place}/profile",
                    "--convert-to", "pdf", "--outdir", place, path)  # fmt: skip
                return paper(Path(place) / f"{path.stem}.pdf", stem)
        case ".html":
            return web_pages(path, stem)
        case ".eml":
            return web_pages(mail_page(path, stem), stem)
        case ".epub":
            return web_pages(book_page(path, stem), stem, {"wide": 4 * WIDTHS["phone"] + 40})
    return []


def paper(path: Path, stem: Path) -> list[Path]:
    """A PDF's pages."""
    run("pdftoppm", "-r", RESOLUTION, "-png", path, stem)
    return sorted(stem.parent.glob(f"{stem.name}-*.png"))


def mail_page(path: Path, stem: Path) -> Path:
    """The HTML of an e-mail as a page, its pictures inside."""
    message = email.message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("html",))
    assert body is not None
    text = body.get_content()
    for part in message.walk():
        if cid := part["Content-ID"]:
            data = base64.b64encode(cast("bytes", part.get_payload(decode=True))).decode()
            url = f"data:{part.get_content_type()};base64,{data}"
            text = text.replace(f"cid:{cid.strip('<>')}", url)
    page = stem.with_name(f"{stem.name}.html")
    page.write_text(text, "utf-8")
    return page


def book_page(path: Path, stem: Path) -> Path:
    """An e-book's pages in the order they are read, side by side on one page."""
    place = stem.with_name(f"{stem.name}.pages")
    with zipfile.ZipFile(path) as book:
        book.extractall(place)
    package = (place / "EPUB" / "package.opf").read_text("utf-8")
    items = dict(re.findall(r'<item id="([^"]+)" href="([^"]+)"', package))
    frames = "".join(
        f'<iframe src="EPUB/{items[name]}" width="{WIDTHS["phone"]}" height="1400"></iframe>'
        for name in re.findall(r'<itemref idref="([^"]+)"', package)
    )
    looks = "body { background: #777 } iframe { border: 0; background: #fff }"
    page = place / "pages.html"
    page.write_text(
        f'<meta charset="utf-8"><style>{looks}</style>{frames}',
        "utf-8",
    )
    return page


def web_pages(page: Path, stem: Path, widths: Mapping[str, int] = WIDTHS) -> list[Path]:
    """A page of the web in each width, light and dark."""
    found = []
    text = page.read_text("utf-8")
    styles = [page.with_name(name) for name in re.findall(r'href="([\w./-]+\.css)"', text)]
    sheets = text + "".join(style.read_text("utf-8") for style in styles)
    for scheme in ("light", "dark") if DARK in sheets else ("light",):
        # As a reader's system would have it; the page cannot be told from here.
        for file in (page, *styles) if scheme == "dark" else ():
            file.write_text(file.read_text("utf-8").replace(DARK, "all"), "utf-8")
        for name, width in widths.items():
            picture = stem.with_name(f"{stem.name}-{name}-{scheme}.png")
            photograph(page, width, picture)
            found.append(picture)
    return found


def photograph(page: Path, width: int, picture: Path) -> None:
    """A page of the web at a width, down to its end."""
    from PIL import Image, ImageChops

    with tempfile.TemporaryDirectory() as place:
        # A window has a least width; a frame has none.
        frame = Path(place) / "frame.html"
        frame.write_text(
            f'<body style="margin:0"><iframe src="{page.resolve().as_uri()}" width="{width}" '
            f'height="{TALLEST}" style="border:0;display:block"></iframe>',
            "utf-8",
        )
        run(*CHROMIUM, f"--user-data-dir={place}/profile", f"--screenshot={picture.resolve()}",
            f"--window-size={width},{TALLEST}", frame.as_uri())  # fmt: skip
    with Image.open(picture) as image:
        shown = image.convert("RGB").crop((0, 0, width, image.height))
    ground = Image.new("RGB", shown.size, shown.getpixel((2, shown.height - 2)))
    box = ImageChops.difference(shown, ground).getbbox()
    shown.crop((0, 0, width, min(box[3] + 40, shown.height) if box else 200)).save(picture)


def contact_sheet(pictures: Sequence[Path]) -> str:
    """A page with all pictures, small, each a link to itself."""

    def figures() -> Iterator[str]:
        for path in pictures:
            name = html.escape(path.relative_to(OUT).as_posix())
            yield (
                f'<figure><a href="{name}"><img src="{name}" loading="lazy" alt=""></a>'
                f"<figcaption>{name}</figcaption></figure>\n"
            )

    return (
        '<!DOCTYPE html><meta charset="utf-8"><title>Gallery</title><style>'
        "body { background: #777; color: #fff; font: 12px sans-serif; display: flex; "
        "flex-wrap: wrap; gap: 12px; align-items: flex-start } figure { margin: 0; width: 240px } "
        "img { width: 240px; max-height: 480px; object-fit: cover; object-position: top }"
        "</style>\n" + "".join(figures())
    )


def run(*arguments: object) -> None:
    """Run a program to its end; what it says is shown only if it fails."""
    command = [str(argument) for argument in arguments]
    environment = os.environ | {"FONTCONFIG_FILE": str((OUT / "fonts.conf").resolve())}
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{command[0]} failed: {done.stderr.strip()}")


if __name__ == "__main__":
    main()
