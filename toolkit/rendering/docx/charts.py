"""Charts: a drawing in pixels, for Word shows no SVG everywhere, with its title and its source."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from toolkit.rendering.chart_look import read_look
from toolkit.rendering.charts import Figures
from toolkit.rendering.docx.elements import Element, run, w
from toolkit.rendering.docx.inline import Words, plain_run
from toolkit.rendering.docx.manuscript import Manuscript
from toolkit.rendering.docx.pictures import EMU_PER_PIXEL, picture_run
from toolkit.rendering.drawing import DENSITY, PIXELS_PER_INCH, draw_png
from toolkit.rendering.images import Picture

EMU_PER_POINT = 12_700


def chart(manuscript: Manuscript, shown: Figures) -> Iterator[Element]:
    """A chart: its title, the drawing as wide as the text, and where its figures come from.

    Raises:
        ContentError: the publication's theme has no colours or fonts for charts.
    """
    edition = manuscript.edition
    look = read_look(edition.publication, edition.language)
    width = manuscript.text_area()[0] / EMU_PER_POINT
    drawn = draw_png(shown, look, width, DENSITY * PIXELS_PER_INCH)
    across, down = int(drawn.width), int(drawn.height)
    name = Path(f"chart-{hashlib.sha256(drawn.data).hexdigest()[:12]}.png")
    picture = Picture(name, "image/png", drawn.data, across, down)
    words = Words("Caption")
    head = [plain_run(manuscript, shown.title, words.marked("Strong"))] if shown.title else []
    if shown.unit:
        head.append(run(f"\u2002{shown.unit}" if head else shown.unit))
    if head:
        yield manuscript.paragraph("Caption", *head, properties=[w("keepNext")])
    extent = across * EMU_PER_PIXEL // DENSITY, down * EMU_PER_PIXEL // DENSITY
    figure = picture_run(manuscript, picture, shown.alternative, extent)
    # The style keeps a picture with what says where it is from; without that, with nothing.
    loose = [] if shown.credit else [w("keepNext", val="0")]
    yield manuscript.paragraph("Figure", figure, properties=loose)
    if shown.credit:
        yield manuscript.paragraph("Caption", run(shown.credit))
