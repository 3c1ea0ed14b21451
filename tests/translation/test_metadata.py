import tomllib
from pathlib import Path
from typing import Any

import pytest

from toolkit.errors import ContentError
from toolkit.translation.metadata import EASY, LONGEST, parse_metadata, read_package, version_order

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


@pytest.mark.parametrize(
    ("fields", "easy", "longest"),
    [
        ('"architecture": "decoder-only"', EASY, LONGEST),
        ('"architecture": "decoder-only", "longest": 200', 200, 200),
        ('"architecture": "decoder-only", "longest": 200, "easy": 50', 50, 200),
        ('"longest": 60', 60, 60),
        ('"name": "of the usual form"', LONGEST, LONGEST),
    ],
)
def test_how_long_a_sentence_is_not_cut(fields: str, easy: int, longest: int) -> None:
    asked = '"from_code": "ja", "to_code": "en", "end": "</s>", "prompt": {"en": ["{source}"]}'
    package = parse_metadata(f"{{{asked}, {fields}}}", Path("packages/some"))
    assert (package.easy, package.longest) == (easy, longest)


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
