"""A process that makes one document after another keeps none of them.

Counted are objects and the bytes that C code has in use, not the process's pages: those depend
on the machine and on chance.
"""

import ctypes
import gc
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from benchmarks.archive import make_archive
from toolkit.document.publication import Publication, read_publication
from toolkit.export.tasks import Made, Task, run
from toolkit.translation.segments import _Piece

MAKERS = (
    "PIL",
    "cssselect2",
    "docx",
    "fontTools",
    "jinja2",
    "lxml",
    "markdown_it",
    "matplotlib",
    "polib",
    "pydyf",
    "tinycss2",
    "toolkit",
    "weasyprint",
)
"""The packages whose objects documents are made of and with."""


class _Mallinfo2(ctypes.Structure):
    """``struct mallinfo2`` of glibc's malloc.h."""

    _fields_ = [
        ("arena", ctypes.c_size_t),
        ("ordblks", ctypes.c_size_t),
        ("smblks", ctypes.c_size_t),
        ("hblks", ctypes.c_size_t),
        ("hblkhd", ctypes.c_size_t),
        ("usmblks", ctypes.c_size_t),
        ("fsmblks", ctypes.c_size_t),
        ("uordblks", ctypes.c_size_t),
        ("fordblks", ctypes.c_size_t),
        ("keepcost", ctypes.c_size_t),
    ]


def make(publication: Publication, slugs: Sequence[str], formats: tuple[str, ...]) -> None:
    for slug in slugs:
        for language in ("ja", "en"):
            results = run(Task(publication, slug, language, formats))
            assert [type(result) for result in results] == [Made] * len(formats)


def count_objects() -> Counter[str]:
    """How many objects of each type there are, once what nobody holds is gone."""
    gc.collect()
    # By type: isinstance asks the object itself, and PyTorch has some that warn when asked.
    kinds = (type(each) for each in gc.get_objects() if type(each) is not _Piece)
    return Counter(f"{kind.__module__}.{kind.__qualname__}" for kind in kinds)


def test_no_object_of_a_document_outlives_it(tmp_path: Path) -> None:
    """But for what has a limit: sentences that were cut, widths of words, a face a font file."""
    publication = make_archive(tmp_path / "publication", 3, short=True)
    slugs = publication.slugs()
    formats = ("pdf", "docx", "html", "eml", "epub", "md", "txt")
    make(publication, slugs[:1], formats)
    before = count_objects()
    make(publication, slugs[1:], formats)
    more = count_objects() - before
    # lxml keeps up to a hundred paths that were looked for.
    kept = {kind: n for kind, n in more.items() if not kind.startswith("lxml._elementpath.")}
    assert {kind: n for kind, n in kept.items() if kind.split(".")[0] in MAKERS} == {}
    # A single edition that is kept has tens of thousands.
    assert more.total() < 2_000, more


def _bytes_in_use() -> Callable[[], int]:
    """What tells how many bytes were got from malloc and are not freed."""
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "mallinfo2"):
        pytest.skip("only glibc 2.33 or later counts them")
    libc.mallinfo2.restype = _Mallinfo2

    def in_use() -> int:
        gc.collect()
        told = libc.mallinfo2()
        return int(told.uordblks + told.hblkhd)

    return in_use


def test_no_c_memory_of_a_pdf_outlives_it(publication: Path) -> None:
    in_use = _bytes_in_use()
    opened = read_publication(publication)
    for _ in range(2):
        make(opened, opened.slugs(), ("pdf",))
    before = in_use()
    for _ in range(2):
        make(opened, opened.slugs(), ("pdf",))
    # WeasyPrint by itself keeps 200,000 bytes of each of these four; without it 20,000 of all.
    assert in_use() - before < 150_000
