"""Zips that lie. Each must be refused with one line, and leave nothing behind."""

import errno
import io
import os
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.translation.packages import dictionary_package, zipped
from toolkit.errors import ContentError, MissingError
from toolkit.translation import archive
from toolkit.translation.archive import changing, discard, unpack
from toolkit.translation.metadata import read_package

GOOD = {
    "some/metadata.json": b'{"from_code": "ja", "to_code": "en"}',
    "some/sentencepiece.model": b"pieces",
    "some/model/model.bin": b"weights",
}


def a_zip(
    members: dict[str, bytes], change: Callable[[zipfile.ZipInfo], None] | None = None
) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            if change:
                change(info)
            made.writestr(info, content)
    return file.getvalue()


def try_unpack(data: bytes, home: Path) -> Path:
    with changing(home):
        return unpack(io.BytesIO(data), Path("some.argosmodel"), home)


def left(folder: Path) -> list[str]:
    """All files below a folder, and what is half done; not the lock."""
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.name.startswith(".newsletter-")
        or (path.is_file() and path.name != ".newsletter.lock")
    )


def test_a_package_is_unpacked_whole(tmp_path: Path) -> None:
    folder = try_unpack(a_zip(GOOD), tmp_path / "packages")
    assert folder == tmp_path / "packages" / "some"
    assert left(folder) == ["metadata.json", "model/model.bin", "sentencepiece.model"]
    assert (folder / "model/model.bin").read_bytes() == b"weights"
    assert stat.S_IMODE(folder.stat().st_mode) & 0o700 == 0o700


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        (GOOD | {"../outside": b"x"}, "would leave its folder"),
        (GOOD | {"some/../../outside": b"x"}, "would leave its folder"),
        (GOOD | {"/tmp/outside": b"x"}, "would leave its folder"),
        (GOOD | {"some\\..\\..\\outside": b"x"}, "would leave its folder"),
        (GOOD | {"C:/outside": b"x"}, "would leave its folder"),
        (GOOD | {"other/file": b"x"}, "must hold one folder"),
        (GOOD | {"file": b"x"}, "must lie in one folder"),
        ({f".{name}": content for name, content in GOOD.items()}, "must hold one folder"),
        ({f"日{name}": content for name, content in GOOD.items()}, "must hold one folder"),
        (GOOD | {"some/MODEL/model.bin": b"x"}, "twice"),
        (GOOD | {"some/model": b"x"}, "a file and a folder"),
        ({}, "must hold one folder"),
        ({"some/": b""}, "holds no metadata.json"),
        ({"some/model/model.bin": b"x"}, "holds no metadata.json"),
        (GOOD | {"some/metadata.json": b"\xff"}, "not UTF-8"),
        (GOOD | {"some/metadata.json": b"{}"}, "names no two languages"),
        (GOOD | {"some/metadata.json": b" " * 2_000_000}, "too large"),
        ({"some/metadata.json": GOOD["some/metadata.json"]}, "holds no model/model.bin"),
    ],
)
def test_a_hostile_or_useless_zip_is_refused(
    tmp_path: Path, members: dict[str, bytes], reason: str
) -> None:
    with pytest.raises(ContentError, match=reason) as raised:
        try_unpack(a_zip(members), tmp_path / "packages")
    assert str(raised.value).startswith("some.argosmodel: is no usable package: ")
    assert "\n" not in str(raised.value)
    assert left(tmp_path) == []


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(tmp_path: Path, kind: int) -> None:
    def change(info: zipfile.ZipInfo) -> None:
        if info.filename.endswith("model.bin"):
            info.external_attr = (kind | 0o777) << 16

    with pytest.raises(ContentError, match="is a link or device"):
        try_unpack(a_zip(GOOD, change), tmp_path / "packages")
    assert left(tmp_path) == []


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    zeros = bytes(archive.RATIO_FLOOR + 1)
    with pytest.raises(ContentError, match="would unpack to 64 MB"):
        try_unpack(a_zip(GOOD | {"some/model/model.bin": zeros}), tmp_path / "packages")
    assert left(tmp_path) == []


def test_a_size_that_was_declared_too_small_does_not_help(tmp_path: Path) -> None:
    # The central directory says 7 bytes where the member unpacks to a million.
    data = a_zip({**GOOD, "some/model/model.bin": bytes(1_000_000)})
    real = (1_000_000).to_bytes(4, "little")
    assert data.count(real) >= 1
    with pytest.raises(ContentError, match="damaged"):
        try_unpack(data.replace(real, (7).to_bytes(4, "little")), tmp_path / "packages")
    assert left(tmp_path) == []


def test_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MEMBER_LIMIT", 3)
    with pytest.raises(ContentError, match="more than 3 files"):
        try_unpack(a_zip(GOOD | {"some/README.md": b""}), tmp_path / "packages")


@pytest.mark.parametrize("cut", [0, 1, 50, 200, -1])
def test_a_truncated_file_is_refused(tmp_path: Path, cut: int) -> None:
    with pytest.raises(ContentError, match="get it again"):
        try_unpack(a_zip(GOOD)[:cut], tmp_path / "packages")
    assert left(tmp_path) == []


def test_every_flipped_byte_of_the_weights_is_noticed(tmp_path: Path) -> None:
    data = bytearray(a_zip(GOOD))
    place = data.index(b"some/model/model.bin") + len("some/model/model.bin") + 2
    data[place] ^= 0xFF
    with pytest.raises(ContentError, match="damaged"):
        try_unpack(bytes(data), tmp_path / "packages")
    assert left(tmp_path) == []


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    data = bytearray(a_zip(GOOD))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    with pytest.raises(ContentError, match="cannot be unpacked"):
        try_unpack(bytes(data), tmp_path / "packages")


def test_another_package_of_the_same_code_is_replaced(tmp_path: Path) -> None:
    home = tmp_path / "packages"
    try_unpack(a_zip(GOOD | {"some/old": b"x"}), home)
    try_unpack(a_zip(GOOD | {"some/model/model.bin": b"better"}), home)
    assert left(home) == ["some/metadata.json", "some/model/model.bin", "some/sentencepiece.model"]
    assert (home / "some/model/model.bin").read_bytes() == b"better"


def test_a_refused_replacement_leaves_the_old_one(tmp_path: Path) -> None:
    home = tmp_path / "packages"
    try_unpack(a_zip(GOOD), home)
    before = left(home)
    with pytest.raises(ContentError):
        try_unpack(a_zip(GOOD)[:-1], home)
    with pytest.raises(ContentError):
        try_unpack(a_zip(GOOD | {"some/metadata.json": b"{}"}), home)
    assert left(home) == before


def test_a_kill_between_two_renames_loses_nothing(tmp_path: Path) -> None:
    home = tmp_path / "packages"
    folder = try_unpack(a_zip(GOOD), home)
    folder.rename(home / ".newsletter-old-some")
    (home / ".newsletter-new-some").mkdir()
    with changing(home):
        pass
    assert read_package(folder).pairs == (("ja", "en"),)
    assert [path.name for path in home.iterdir() if path.is_dir()] == ["some"]


def test_a_package_may_not_say_that_it_came_with_the_toolkit(tmp_path: Path) -> None:
    folder = try_unpack(a_zip(GOOD | {"some/newsletter.json": b"{}"}), tmp_path / "packages")
    assert "newsletter.json" not in left(folder)


def test_a_disk_without_room_is_noticed_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=10)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(MissingError, match="free some space"):
        try_unpack(a_zip(GOOD), tmp_path / "packages")
    assert left(tmp_path) == []


def test_a_disk_that_fills_half_way_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MissingError, match=r"No space left on device.*free some space"):
        try_unpack(a_zip(GOOD), tmp_path / "packages")
    assert left(tmp_path) == []


def test_a_folder_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "packages").write_text("a file")
    with pytest.raises(MissingError, match="ARGOS_PACKAGES_DIR"):
        try_unpack(a_zip(GOOD), tmp_path / "packages")


def test_discarding_a_link_leaves_what_it_points_to(tmp_path: Path) -> None:
    mine = dictionary_package(tmp_path / "mine" / "some", {"ねこ": "cat"})
    home = tmp_path / "packages"
    home.mkdir()
    (home / "some").symlink_to(mine)
    with changing(home):
        discard(home / "some")
    assert not (home / "some").exists()
    assert (mine / "metadata.json").is_file()


def test_what_is_zipped_comes_back(tmp_path: Path) -> None:
    made = dictionary_package(tmp_path / "made" / "translate-ja_en", {"ねこ": "cat"})
    data = zipped(made, tmp_path / "some.argosmodel").read_bytes()
    folder = try_unpack(data, tmp_path / "packages")
    assert left(folder) == left(made)
    for name in left(made):
        assert (folder / name).read_bytes() == (made / name).read_bytes()
