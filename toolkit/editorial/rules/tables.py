"""A rule about tables: Markdown prints no cell beyond the columns of the head."""

import re
from collections.abc import Iterator

from markdown_it.rules_block.table import escapedSplit

from toolkit.document import markdown
from toolkit.editorial.rules import Checked, Place
from toolkit.files import read_text

_BEFORE = re.compile(r"[\s>]*")
"""What stands before a row in a quotation or a list."""


def tables(checked: Checked) -> Iterator[Place]:
    """A row with more cells than the table's head: what is in them would be lost."""
    for path in dict.fromkeys(page.path for page in checked.pages if page.section):
        text = read_text(path)
        lines = text.splitlines()
        columns = 0
        is_head = False
        for token in markdown.parse(text):
            if token.type == "thead_open":
                columns, is_head = 0, True
            elif token.type == "thead_close":
                is_head = False
            elif token.type == "th_open":
                columns += is_head
            elif token.type == "tr_open" and not is_head and token.map:
                line = token.map[0]
                if (cells := _cells(lines[line])) > columns:
                    yield Place(
                        path,
                        line + 1,
                        f"this row has {cells} cells, the table {columns} columns, and the rest "
                        "would not be printed: give the head more, or write a bar in a cell as \\|",
                    )


def _cells(row: str) -> int:
    """The cells of a row, by the rule of the reader itself."""
    cells = escapedSplit(_BEFORE.sub("", row, count=1).rstrip())
    return len(cells) - (cells[0] == "") - (len(cells) > 1 and cells[-1] == "")
