"""Material made ready."""

from pathlib import Path

import pytest

from tests.training import tiny
from toolkit.errors import ContentError
from toolkit.training.batches import encoder
from toolkit.training.learning import Material, fitting
from toolkit.training.pairs import Cleaned, Pair, Split
from toolkit.translation.metadata import read_package


def test_a_pair_that_the_model_cannot_hold_is_dropped_and_named(tmp_path: Path) -> None:
    encode = encoder(read_package(tiny.package(tmp_path / "tiny")))
    short = Pair("猫は魚を見た。", "The cat saw a fish.", "a.tsv:1")
    long = Pair("猫は魚を見た。" * 28, "The cat saw a fish. " * 28, "a.tsv:2")
    other = Pair("犬は魚を見た。", "The dog saw a fish.", "a.tsv:3")
    cleaned = Cleaned((short, long, other), ())
    fit = fitting(Material(cleaned, Split((short, long), (other,))), encode, tiny.SIGNS)
    assert fit.split == Split((short,), (other,))
    assert fit.cleaned == Cleaned((short, other), ((long, "it is too long"),))
    with pytest.raises(ContentError, match="too long for the model: cut them"):
        fitting(Material(cleaned, Split((long,), (other,))), encode, tiny.SIGNS)


def test_pairs_are_learned_as_the_engine_sees_them(tmp_path: Path) -> None:
    encode = encoder(read_package(tiny.package(tmp_path / "tiny")))
    raw = Pair("猫は**魚**を見た[^1]。", "The cat saw a **fish**.[^1]", "memory.db")
    unlike = Pair("`猫`は魚を見た。", "The cat saw a fish.", "memory.db")
    other = Pair("犬は魚を見た。", "The dog saw a fish.", "memory.db")
    material = Material(Cleaned((raw, unlike, other), ()), Split((raw, unlike), (other,)))
    fit = fitting(material, encode, tiny.SIGNS)
    assert fit.split.learned == (
        Pair("猫は**魚**を見た。", "The cat saw a **fish**.", "memory.db"),
    )
    assert fit.cleaned.dropped == ((unlike, "its code, images or addresses differ"),)
