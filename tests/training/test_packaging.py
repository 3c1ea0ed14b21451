"""What a trained package is called."""

from pathlib import Path

import pytest

from toolkit.training.packaging import code_of, next_version
from toolkit.translation.metadata import Package


def package(code: str, version: str) -> Package:
    return Package(code, Path(code), "Japanese ↔ English", version, (("ja", "en"), ("en", "ja")))


@pytest.mark.parametrize(
    ("base", "installed", "wanted"),
    [
        (("ja-en", "1.0"), None, ("ja-en-trained", "1.0.1")),
        (("ja-en", "1.0"), "1.0.1", ("ja-en-trained", "1.0.2")),
        (("ja-en", "1.0"), "1.0.9", ("ja-en-trained", "1.0.10")),
        # The toolkit brought a newer base since.
        (("ja-en", "2.0"), "1.0.7", ("ja-en-trained", "2.0.1")),
        (("ja-en-trained", "1.0.2"), None, ("ja-en-trained", "1.0.3")),
        (("mine", ""), None, ("mine-trained", "0.1")),
    ],
)
def test_code_and_version(
    base: tuple[str, str], installed: str | None, wanted: tuple[str, str]
) -> None:
    there = None if installed is None else package("ja-en-trained", installed)
    assert (code_of(package(*base)), next_version(package(*base), there)) == wanted
