"""The Argos index: which packages there are to download, and downloading one.

Where the index lies is Argos's setting (``ARGOS_PACKAGE_INDEX``); it is kept where Argos keeps
it, and Argos reads it. Only the fetching is done here: Argos's own has no time limit, holds a
whole package in memory, and hides why it failed.
"""

import contextlib
import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from toolkit.errors import MissingError
from toolkit.files import write_atomic
from toolkit.translation.archive import SIZE_LIMIT, writing
from toolkit.translation.argos import argos_settings, home
from toolkit.translation.metadata import version_order

TIMEOUT = 20.0
"""Seconds a server may be silent."""

INDEX_LIMIT = 20_000_000
"""The largest index, in bytes: Argos's is under 1 MB."""

Progress = Callable[[int, int], None]
"""Called with the bytes received so far and the bytes there are (0 where nobody said)."""

_BLOCK = 1 << 18


@dataclass(frozen=True)
class Offer:
    """A package of the index: its version and the addresses it can be fetched from."""

    source: str
    target: str
    version: str
    links: tuple[str, ...]


def look_up(source: str, target: str) -> Offer:
    """The newest package of the index for a pair of languages.

    Raises:
        MissingError: the index cannot be reached or read, or has no such package.
    """
    settings = argos_settings()
    address = f"{str(settings.package_index).rstrip('/')}/index.json"
    with _reaching(address), _open(address) as response:
        data = response.read(INDEX_LIMIT + 1)
    try:
        if len(data) > INDEX_LIMIT or not isinstance(json.loads(data), list):
            raise ValueError("it is no list of packages")
        write_atomic(Path(settings.local_package_index), data)
        from argostranslate.package import get_available_packages

        offers = [
            Offer(source, target, str(one.package_version), tuple(map(str, one.links)))
            for one in get_available_packages()
            if (one.type, one.from_code, one.to_code) == ("translate", source, target)
        ]
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise MissingError(f"the index of packages at {address} is broken: {error}") from None
    if not offers:
        raise MissingError(
            f"the index of packages at {address} has none for {source} → {target}: "
            "`newsletter models install FILE` takes an .argosmodel from anywhere else"
        )
    return max(offers, key=lambda offer: version_order(offer.version))


def download(offer: Offer, file: IO[bytes], progress: Progress | None = None) -> str:
    """Write a package to a file; the address it came from is returned.

    Raises:
        MissingError: none of its addresses gave it whole, or ``file`` cannot be written.
    """
    problem = MissingError(
        f"the index names no address for {offer.source} → {offer.target} that begins with http"
    )
    for link in offer.links:
        if urlsplit(link).scheme not in ("http", "https"):
            continue
        try:
            with _reaching(link), _open(link) as response:
                _copy(response, file, progress)
        except MissingError as error:
            problem = error
        else:
            return link
    raise problem


def _open(address: str) -> Any:
    if urlsplit(address).scheme not in ("http", "https"):
        raise ValueError("it is no address that begins with http")
    headers = {"User-Agent": "newsletter-toolkit"}
    request = urllib.request.Request(address, headers=headers)  # noqa: S310 - checked above
    return urllib.request.urlopen(request, timeout=TIMEOUT)  # noqa: S310 - checked above


@contextlib.contextmanager
def _reaching(address: str) -> Iterator[None]:
    """Turn whatever goes wrong on the way to an address into one line."""
    try:
        yield
    except (OSError, http.client.HTTPException, ValueError) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()  # it is a response, too
        # It says its number and reason itself; a URLError only wraps what happened.
        reason = error.reason if type(error) is urllib.error.URLError else error
        raise MissingError(
            f"{address} cannot be reached ({reason}): check the network, or get the .argosmodel "
            "on another machine and `newsletter models install FILE`"
        ) from None


def _copy(response: Any, file: IO[bytes], progress: Progress | None) -> None:
    announced = int(response.headers.get("Content-Length") or 0)
    file.seek(0)
    file.truncate()
    received, place = 0, home()
    while block := response.read(_BLOCK):
        received += len(block)
        if received > SIZE_LIMIT:
            raise ValueError(f"it sends more than {SIZE_LIMIT / 1e9:.0f} GB")
        with writing(place):
            file.write(block)
        if progress:
            progress(received, announced)
    if received < announced:
        raise ValueError(f"it broke off after {received} of {announced} bytes")
