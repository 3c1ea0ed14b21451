"""WeasyPrint finds the same libraries by their sonames, without asking other programs."""

import ctypes.util
import subprocess
import sys

import pytest

from toolkit.rendering.typesetter.libraries import SONAMES, found_by_soname

LOADED = """
import os, subprocess, sys
started = []
begin = subprocess.Popen.__init__
def count(self, *arguments, **options):
    started.append(arguments)
    begin(self, *arguments, **options)
subprocess.Popen.__init__ = count
if sys.argv[1] == "fast":
    from toolkit.rendering.typesetter.libraries import found_by_soname
    with found_by_soname():
        import weasyprint
else:
    import weasyprint
maps = open("/proc/self/maps", encoding="utf-8").read().split()
names = ("gobject", "pango", "harfbuzz", "fontconfig")
print(len(started), *sorted({os.path.realpath(p) for p in maps if any(f"lib{n}" in p for n in names)}))
"""  # noqa: E501


def loaded(way: str) -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, way], capture_output=True, text=True, check=True
    )
    started, *libraries = done.stdout.split()
    return int(started), libraries


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux's loader is asked by soname")
def test_the_same_libraries_are_loaded_and_no_program_is_started() -> None:
    started, libraries = loaded("fast")
    assert started == 0
    assert len(libraries) >= 5
    assert libraries == loaded("slow")[1]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux's loader is asked by soname")
def test_what_the_loader_does_not_know_is_looked_for_as_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def look(name: str) -> str:
        asked.append(name)
        return "found"

    monkeypatch.setitem(SONAMES, "pango-1.0", "libnot-there.so.0")
    monkeypatch.setattr(ctypes.util, "find_library", look)
    with found_by_soname():
        assert ctypes.util.find_library("pango-1.0") == "found"
        assert ctypes.util.find_library("libpango-1.0-0") is None
    assert asked == ["pango-1.0"]
    assert ctypes.util.find_library("anything") == "found"
