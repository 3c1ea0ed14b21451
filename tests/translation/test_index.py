import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.translation.index import entry, serving, write_index
from toolkit.errors import MissingError
from toolkit.translation import index
from toolkit.translation.index import Offer, download, look_up

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    return folder


@pytest.fixture
def address(site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with serving(site) as address:
        monkeypatch.setenv("ARGOS_PACKAGE_INDEX", address)
        yield address


def test_the_newest_package_of_a_pair_is_offered(site: Path, address: str) -> None:
    write_index(
        site,
        entry("en", "ja", "1.9", "http://a/1.9"),
        entry("en", "ja", "1.10", "http://a/1.10", "ipfs://b"),
        entry("ja", "en", "2.0", "http://a/2.0"),
        entry("en", "ja", "3.0", "http://a/3.0", type="sbd"),
    )
    assert look_up("en", "ja") == Offer("en", "ja", "1.10", ("http://a/1.10", "ipfs://b"))


def test_a_pair_that_nobody_offers(site: Path, address: str) -> None:
    write_index(site, entry("en", "de", "1.0"))
    with pytest.raises(MissingError, match="has none for en → ja"):
        look_up("en", "ja")


@pytest.mark.parametrize("text", ["", "{}", "<html>", "[7]", '[{"languages": 3}]', "\udcff"])
def test_an_index_that_is_none(site: Path, address: str, text: str) -> None:
    (site / "index.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(MissingError, match="is broken") as raised:
        look_up("en", "ja")
    assert "\n" not in str(raised.value)


def test_no_index_at_the_address(address: str) -> None:
    with pytest.raises(MissingError, match=r"index\.json cannot be reached \(HTTP Error 404: "):
        look_up("en", "ja")


def test_no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with serving(tmp_path) as address:
        pass  # and is closed again
    monkeypatch.setenv("ARGOS_PACKAGE_INDEX", address)
    with pytest.raises(MissingError, match=r"cannot be reached .*: check the network") as raised:
        look_up("en", "ja")
    assert raised.value.exit_code == 3
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("address", ["file:///etc/", "/etc/", "ftp://127.0.0.1/", "http://", "::"])
def test_an_address_that_is_not_on_the_web(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("ARGOS_PACKAGE_INDEX", address)
    with pytest.raises(MissingError, match="cannot be reached"):
        look_up("en", "ja")


def test_a_package_is_downloaded_with_progress(site: Path, address: str) -> None:
    data = bytes(range(256)) * 3000
    (site / "package").write_bytes(data)
    seen: list[tuple[int, int]] = []
    file = io.BytesIO()
    link = download(
        Offer("en", "ja", "1.0", (f"{address}package",)), file, lambda *at: seen.append(at)
    )
    assert link == f"{address}package"
    assert file.getvalue() == data
    assert seen == sorted(seen)
    assert seen[-1] == (len(data), len(data))


def test_the_next_address_is_tried(site: Path, address: str) -> None:
    (site / "package").write_bytes(b"whole")
    links = ("ipfs://x", f"{address}none", f"{address}broken-off", f"{address}package")
    file = io.BytesIO()
    assert download(Offer("en", "ja", "1.0", links), file) == links[-1]
    assert file.getvalue() == b"whole"


def test_a_download_that_breaks_off(address: str) -> None:
    offer = Offer("en", "ja", "1.0", (f"{address}broken-off",))
    with pytest.raises(MissingError, match=r"broke off|IncompleteRead"):
        download(offer, io.BytesIO())


def test_a_download_without_end(site: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "SIZE_LIMIT", 1000)
    (site / "package").write_bytes(bytes(1001))
    with pytest.raises(MissingError, match="it sends more than"):
        download(Offer("en", "ja", "1.0", (f"{address}package",)), io.BytesIO())


@pytest.mark.parametrize("links", [(), ("ipfs://x", "file:///etc/passwd")])
def test_no_address_that_can_be_used(links: tuple[str, ...]) -> None:
    with pytest.raises(MissingError, match="no address"):
        download(Offer("en", "ja", "1.0", links), io.BytesIO())
