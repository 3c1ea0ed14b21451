"""Assembling the package that comes in parts; mostly with a small package in its place."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.translation.packages import dictionary_package, zipped
from toolkit.errors import MissingError
from toolkit.translation import bundled
from toolkit.translation.bundled import PARTS, Joined, assemble, package, read_parts
from toolkit.translation.metadata import read_package


def in_parts(folder: Path, version: str = "1.0", words: dict[str, str] | None = None) -> Path:
    """A small package in three parts, listed as the real one is."""
    folder.mkdir(parents=True)
    made = dictionary_package(
        folder / "made" / "ja-en", words or {"ねこ": "cat"}, package_version=version
    )
    data = zipped(made, folder / "whole.argosmodel").read_bytes()
    third = len(data) // 3
    pieces = [data[:third], data[third : 2 * third], data[2 * third :]]
    lines = [
        'code = "ja-en"',
        f'version = "{version}"',
        f"size = {len(data)}",
        f'sha256 = "{hashlib.sha256(data).hexdigest()}"',
    ]
    for number, piece in enumerate(pieces, 1):
        (folder / f"part{number}").write_bytes(piece)
        lines += [
            "[[part]]",
            f'file = "part{number}"',
            f"size = {len(piece)}",
            f'sha256 = "{hashlib.sha256(piece).hexdigest()}"',
        ]
    listed = folder / "ja-en.toml"
    listed.write_text("\n".join(lines), "utf-8")
    return listed


def names(home: Path) -> list[str]:
    return sorted(path.name for path in home.iterdir() if path.is_dir())


def test_the_real_parts_are_under_the_limit_of_common_hosts() -> None:
    for part in read_parts().parts:
        assert part.size < 50_000_000


def test_the_real_parts_have_the_checksums_that_are_listed() -> None:
    parts = read_parts()
    whole = hashlib.sha256()
    for part in parts.parts:
        data = part.path.read_bytes()
        assert hashlib.sha256(data).hexdigest() == part.sha256
        whole.update(data)
    assert whole.hexdigest() == parts.sha256


def test_the_terms_travel_with_the_package() -> None:
    assert "Gemma Terms of Use" in (PARTS.parent / "NOTICE.md").read_text("utf-8")
    assert (PARTS.parent / "GEMMA_TERMS.html").stat().st_size > 100_000


def test_the_real_package_is_read_without_being_assembled(tmp_path: Path) -> None:
    found = package(tmp_path)
    assert found.pairs == (("ja", "en"), ("en", "ja"))
    assert found.version == read_parts().version
    assert found.bundled
    assert found.placeholders
    assert list(tmp_path.iterdir()) == []


def test_it_is_assembled_once(tmp_path: Path) -> None:
    listed, home = in_parts(tmp_path / "toolkit"), tmp_path / "packages"
    folder = assemble(home, listed)
    assert read_package(folder).pairs == (("ja", "en"),)
    assert bundled.is_ours(folder)
    made = (folder / "model/model.bin").stat()
    assert assemble(home, listed) == folder
    assert (folder / "model/model.bin").stat() == made


def test_a_newer_toolkit_replaces_it_and_an_older_one_keeps_it(tmp_path: Path) -> None:
    old = in_parts(tmp_path / "old", "1.9")
    new = in_parts(tmp_path / "new", "1.10", {"いぬ": "dog"})
    home = tmp_path / "packages"
    for listed, version in ((old, "1.9"), (new, "1.10"), (old, "1.10")):
        assert read_package(assemble(home, listed)).version == version
        assert names(home) == ["ja-en"]


def test_another_package_of_the_same_version_replaces_it(tmp_path: Path) -> None:
    home = tmp_path / "packages"
    assemble(home, in_parts(tmp_path / "one"))
    other = in_parts(tmp_path / "other", words={"いぬ": "dog"})
    marker = json.loads((assemble(home, other) / "newsletter.json").read_text("utf-8"))
    assert marker["sha256"] == read_parts(other).sha256


def test_a_package_the_user_put_there_is_left_alone(tmp_path: Path) -> None:
    home = tmp_path / "packages"
    mine = dictionary_package(home / "ja-en", {"ねこ": "cat"}, package_version="0.1")
    assert assemble(home, in_parts(tmp_path / "toolkit")) == mine
    assert read_package(mine).version == "0.1"


@pytest.mark.parametrize("damage", ["shorter", "missing", "marker"])
def test_a_damaged_copy_is_made_again(tmp_path: Path, damage: str) -> None:
    listed, home = in_parts(tmp_path / "toolkit"), tmp_path / "packages"
    folder = assemble(home, listed)
    whole = (folder / "model/model.bin").read_bytes()
    if damage == "shorter":
        (folder / "model/model.bin").write_bytes(whole[:-1])
    elif damage == "missing":
        (folder / "sentencepiece.model").unlink()
    else:
        (folder / "newsletter.json").write_text("{}")
    assemble(home, listed)
    assert (folder / "model/model.bin").read_bytes() == whole
    assert (folder / "sentencepiece.model").is_file()
    assert names(home) == ["ja-en"]


def test_a_missing_part(tmp_path: Path) -> None:
    listed = in_parts(tmp_path / "toolkit")
    (listed.parent / "part2").unlink()
    for use in (package, assemble):
        with pytest.raises(MissingError, match=r"part2: is missing: .*install it again"):
            use(tmp_path / "packages", listed)


def test_a_part_that_was_cut_off(tmp_path: Path) -> None:
    listed = in_parts(tmp_path / "toolkit")
    part = listed.parent / "part3"
    part.write_bytes(part.read_bytes()[:-1])
    with pytest.raises(MissingError, match=r"part3: has \d+ bytes instead of"):
        assemble(tmp_path / "packages", listed)


def test_a_part_with_a_flipped_bit(tmp_path: Path) -> None:
    listed, home = in_parts(tmp_path / "toolkit"), tmp_path / "packages"
    part = listed.parent / "part2"
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 1
    part.write_bytes(data)
    with pytest.raises(MissingError, match="part2: is damaged"):
        assemble(home, listed)
    assert names(home) == []


@pytest.mark.parametrize("text", ["", "code = 7", "[[part]]\nfile = 3", "\x00", "part = 5"])
def test_a_broken_list_of_parts(tmp_path: Path, text: str) -> None:
    listed = tmp_path / "ja-en.toml"
    listed.write_text(text)
    with pytest.raises(MissingError, match="install it again") as raised:
        read_parts(listed)
    assert "\n" not in str(raised.value)


RUN = """
import os, sys
from pathlib import Path
from toolkit.translation.bundled import assemble
if sys.argv[3] == "kill":
    os.fsync = lambda descriptor: os._exit(9)
print(assemble(Path(sys.argv[1]), Path(sys.argv[2])))
"""


def started(home: Path, listed: Path, how: str) -> "subprocess.Popen[str]":
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", RUN, str(home), str(listed), how]
    return subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True)


def test_two_processes_at_once(tmp_path: Path) -> None:
    listed, home = in_parts(tmp_path / "toolkit"), tmp_path / "packages"
    processes = [started(home, listed, "finish") for _ in range(2)]
    for process in processes:
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        assert out.strip() == str(home / "ja-en")
    assert names(home) == ["ja-en"]


def test_a_kill_half_way_leaves_nothing_that_is_used(tmp_path: Path) -> None:
    listed, home = in_parts(tmp_path / "toolkit"), tmp_path / "packages"
    killed = started(home, listed, "kill")
    killed.communicate(timeout=60)
    assert killed.returncode == 9
    assert names(home) == [".newsletter-new-ja-en"]
    assert read_package(assemble(home, listed)).pairs == (("ja", "en"),)
    assert names(home) == ["ja-en"]


def test_joined_files_read_as_one(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in "abcd"]
    for path, content in zip(paths, [b"one", b"", b"two", b"three"], strict=True):
        path.write_bytes(content)
    with Joined(paths) as file:
        assert file.readall() == b"onetwothree"
        assert file.seek(-4, os.SEEK_END) == 7
        assert file.readall() == b"hree"
        file.seek(3)
        assert file.read(100) == b"two"
        assert file.seek(100) == 100
        assert file.read(1) == b""
        with pytest.raises(OSError, match="before the start"):
            file.seek(-1)
