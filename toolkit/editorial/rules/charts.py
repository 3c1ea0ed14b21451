"""Rules about charts."""

from collections.abc import Iterator

from toolkit.document.chart import is_chart, read_chart
from toolkit.editorial.rules import Checked, Place
from toolkit.errors import ContentError


def charts(checked: Checked) -> Iterator[Place]:
    """A chart that cannot be drawn."""
    for page in checked.pages:
        for token in page.section.body if page.section else ():
            if is_chart(token):
                try:
                    read_chart(token, page.path)
                except ContentError as error:
                    yield Place(page.path, error.line or 1, error.message)
