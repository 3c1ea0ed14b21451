import tomllib
from pathlib import Path
from typing import Any

import pytest

from toolkit.errors import ContentError
from toolkit.translation.metadata import parse_metadata, read_package, version_order

CASES = tomllib.loads((Path(__file__).parent / "cases/metadata.toml").read_text("utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=[case["title"] for case in CASES])
def test_metadata(case: dict[str, Any]) -> None:
    folder = Path("packages/some")
    if "error" in case:
        with pytest.raises(ContentError) as raised:
            parse_metadata(case["metadata"], folder)
        assert case["error"] in raised.value.message
        assert raised.value.path == folder / "metadata.json"
        return
    package = parse_metadata(case["metadata"], folder)
    assert [list(pair) for pair in package.pairs] == case["pairs"]
    assert package.name == case["name"]
    assert package.code == "some"


def test_deep_nesting_is_an_error_and_no_crash() -> None:
    with pytest.raises(ContentError, match="no valid JSON"):
        parse_metadata("[" * 100_000, Path("packages/some"))


@pytest.mark.parametrize("missing", ["model/model.bin", "sentencepiece.model"])
def test_a_folder_without_its_model_is_no_package(tmp_path: Path, missing: str) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "metadata.json").write_text('{"from_code": "ja", "to_code": "en"}')
    for name in {"model/model.bin", "sentencepiece.model"} - {missing}:
        (tmp_path / name).touch()
    with pytest.raises(ContentError, match="holds no"):
        read_package(tmp_path)
    (tmp_path / missing).touch()
    assert read_package(tmp_path).pairs == (("ja", "en"),)


def test_versions_are_ordered_as_numbers() -> None:
    versions = ["1.10", "", "2.0", "1.9", "1.9.1"]
    assert sorted(versions, key=version_order) == ["", "1.9", "1.9.1", "1.10", "2.0"]
