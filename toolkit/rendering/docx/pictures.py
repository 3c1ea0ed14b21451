"""Pictures in the text: at most as wide as the text, with their text alternative."""

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from markdown_it.token import Token

from toolkit.rendering.docx.elements import Element, clean, w
from toolkit.rendering.docx.manuscript import Manuscript
from toolkit.rendering.images import (
    DRAWING,
    Picture,
    as_png,
    image_line,
    read_picture,
    scaled,
)
from toolkit.rendering.lettering import DENSITY, in_pixels, lettered

EMU_PER_PIXEL = 9525
"""English Metric Units a CSS pixel: 914,400 to an inch, 96 pixels to an inch."""

EMU_PER_INCH = 914_400

RESOLUTION = 220
"""The most pixels to an inch that a picture has in its place, as Word itself keeps by default."""

_INLINE = """\
<wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
    xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
    xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"
    xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    distT="0" distB="0" distL="0" distR="0">
  <wp:extent cx="{width}" cy="{height}"/>
  <wp:docPr id="{id}" name={name} descr={description}/>
  <wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr>
  <a:graphic>
    <a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">
      <pic:pic>
        <pic:nvPicPr>
          <pic:cNvPr id="{id}" name={name} descr={description}/><pic:cNvPicPr/>
        </pic:nvPicPr>
        <pic:blipFill>
          <a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch>
        </pic:blipFill>
        <pic:spPr>
          <a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>
          <a:prstGeom prst="rect"><a:avLst/></a:prstGeom>
        </pic:spPr>
      </pic:pic>
    </a:graphicData>
  </a:graphic>
</wp:inline>"""


@dataclass(frozen=True)
class Place:
    """Where inline content comes from, so that its pictures are found and errors name the line.

    Attributes:
        section: the section's file; pictures are relative to its folder.
        token: the ``inline`` token.
    """

    section: Path
    token: Token


def drawing(manuscript: Manuscript, image: Token, place: Place) -> Element:
    """A run with the picture of an ``image`` token.

    Raises:
        ContentError: there is no such picture in the publication, or it cannot be read.
    """
    edition = manuscript.edition
    line = image_line(place.token, image)
    source = str(image.attrs.get("src", ""))
    picture = read_picture(
        source, place.section.parent, edition.publication.root, place.section, line
    )
    picture = lettered(picture, edition.publication, edition.language)
    manuscript.findings += picture.findings(place.section, line)
    extent = _extent(manuscript, picture)
    if picture.mime == DRAWING:
        # Older versions of Word and other programs show no SVG.
        picture = in_pixels(picture, math.ceil(extent[0] / EMU_PER_PIXEL * DENSITY))
    pixels = (math.ceil(length * RESOLUTION / EMU_PER_INCH) for length in extent)
    return picture_run(manuscript, scaled(picture, *pixels), image.content, extent)


def picture_run(
    manuscript: Manuscript, picture: Picture, alternative: str, extent: tuple[int, int]
) -> Element:
    """A run with a picture of a width and a height in EMU."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import parse_xml

    part = manuscript.part
    width, height = extent
    inline = _INLINE.format(
        id=manuscript.next_id(),
        name=quoteattr(clean(picture.path.name)),
        description=quoteattr(clean(alternative)),
        width=width,
        height=height,
        relation=part.relate_to(_part(part.package, picture), RELATIONSHIP_TYPE.IMAGE),
    )
    return w("r", w("drawing", parse_xml(inline)))


def _extent(manuscript: Manuscript, picture: Picture) -> tuple[int, int]:
    """Width and height in EMU: a pixel a CSS pixel, scaled down to the text area."""
    widest, highest = manuscript.text_area()
    width, height = picture.width * EMU_PER_PIXEL, picture.height * EMU_PER_PIXEL
    scale = min(1.0, widest / width, highest * manuscript.highest / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _part(package: Any, picture: Picture) -> Any:
    """The picture as a part of the package; once, however often it is shown.

    python-docx's own image parts are not used: they know no WebP, and refuse
    JPEG files without a JFIF or Exif header.
    """
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    # Word reads no WebP.
    shown = as_png(picture) if picture.mime == "image/webp" else picture
    mime, data = shown.mime, shown.data
    name = PackURI(f"/word/media/{hashlib.sha256(data).hexdigest()[:16]}.{mime.split('/')[1]}")
    for part in package.iter_parts():
        if part.partname == name:
            return part
    return Part(name, mime, data, package)
