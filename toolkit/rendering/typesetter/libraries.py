"""WeasyPrint's libraries, found by the names that Linux's loader knows them by.

For each library WeasyPrint tries the names of other systems first, and for each name Python asks
ldconfig, a C compiler and a linker, in processes of their own: 54 of them, which take longer than
all the rest of the import. Asked for a soname, the loader answers at once.
"""

import ctypes
import ctypes.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager

SONAMES = {
    "gobject-2.0": "libgobject-2.0.so.0",
    "pango-1.0": "libpango-1.0.so.0",
    "harfbuzz": "libharfbuzz.so.0",
    "harfbuzz-subset": "libharfbuzz-subset.so.0",
    "fontconfig": "libfontconfig.so.1",
    "pangoft2-1.0": "libpangoft2-1.0.so.0",
}
"""Of each library, the one of WeasyPrint's names (``weasyprint/text/ffi.py``) that is Linux's own;
what it is not found by is another system's, or optional."""


@contextmanager
def found_by_soname() -> Iterator[None]:
    """See to it that WeasyPrint, when it is imported here, finds its libraries fast on Linux.

    One that the loader does not know is looked for as ever.
    """
    look = ctypes.util.find_library

    def find(name: str) -> str | None:
        soname = SONAMES.get(name)
        if soname is None:
            return None
        try:
            ctypes.CDLL(soname)
        except OSError:
            return look(name)
        return soname

    if sys.platform == "linux":
        ctypes.util.find_library = find
    try:
        yield
    finally:
        ctypes.util.find_library = look
