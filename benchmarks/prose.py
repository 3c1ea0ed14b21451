"""Sentences like those of newspapers, as many as wanted, in Japanese and English.

They are put together of one to three clauses with their own connectives, invented names,
things, places and numbers, some of them far more frequent than others, as words are. So
there are common phrases, near sentences and rare words as in real prose, and next to no two
sentences are the same. The same seed gives the same sentences.
"""

import random
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from toolkit.translation.tmx import Unit

_SLOT = re.compile(r"\{(\w+)\}")
_KANA = "アイウエオカキクケコサシスセソタチツテトナニノハヒフホマミムメモヤユヨラリルレロワ"
_SOUNDS = """
a i u e o ka ki ku ke ko sa shi su se so ta chi tsu te to na ni no ha hi fu ho ma mi mu me mo
ya yu yo ra ri ru re ro wa
"""
_ROMAN = _SOUNDS.split()
_KANJI = "山川田村木森林石井上下中大小高松竹梅東西南北島崎原野谷沢池水橋本藤岡浜津宮寺"
_READINGS = """
yama kawa ta mura ki mori hayashi ishi i ue shita naka o ko taka matsu take ume higashi nishi
minami kita shima saki hara no tani sawa ike mizu hashi moto fuji oka hama tsu miya tera
"""
_READ = dict(zip(_KANJI, _READINGS.split(), strict=True))


def sentences(count: int, seed: int) -> Iterator[Unit]:
    """So many sentences in both languages; they say the same, roughly."""
    dice = random.Random(seed)
    data = tomllib.loads(Path(__file__).with_name("prose.toml").read_text("utf-8"))
    lists = {name: [tuple(pair.split(" | ")) for pair in pairs] for name, pairs in data.items()}
    # Zipf's law: the n-th word is as frequent as 1/n.
    weights = {
        name: [1 / place for place in range(2, len(pairs) + 2)] for name, pairs in lists.items()
    }

    def one(name: str) -> tuple[str, str]:
        (pair,) = dice.choices(lists[name], weights[name])
        return pair[0], pair[1]

    def filled(name: str) -> tuple[str, str]:
        if name == "who":
            title, (ja, en) = one("role"), _name(dice)
            return ja + title[0], title[1].replace("{name}", en)
        if name == "what":
            kind, thing = one("kind"), one("thing")
            return (kind[0] + thing[0], f"{kind[1]} {thing[1]}") if dice.random() < 0.6 else thing
        ja, en = one(name)
        number = str(int(dice.paretovariate(0.5)) % 9990 + 2)
        ja, en = ja.replace("{n}", number), en.replace("{n}", number)
        slots = _SLOT.findall(ja)
        words = [filled(slot) for slot in slots]
        return (
            _put(ja, [(slot, word[0]) for slot, word in zip(slots, words, strict=True)]),
            _put(en, [(slot, word[1]) for slot, word in zip(slots, words, strict=True)]),
        )

    for _ in range(count):
        parts = [filled("opener")] if dice.random() < 0.5 else []
        parts.append(filled("clause"))
        while len(parts) < 5 and dice.random() < 0.35:
            parts += [filled("joint"), filled("clause")]
        parts.append(filled("ending"))
        english = "".join(en for _, en in parts)
        yield Unit("".join(ja for ja, _ in parts), english[0].upper() + english[1:])


def _put(pattern: str, words: list[tuple[str, str]]) -> str:
    """The words in the places of a pattern, by name; ``{When}`` begins with a capital."""
    left = list(words)

    def word(slot: re.Match[str]) -> str:
        found = next(pair for pair in left if pair[0] == slot[1].lower())
        left.remove(found)
        return found[1][0].upper() + found[1][1:] if slot[1][0].isupper() else found[1]

    return re.sub(r"\ba (?=[aeio])", "an ", _SLOT.sub(word, pattern))


def _name(dice: random.Random) -> tuple[str, str]:
    """A name that a place or a family could have."""
    if dice.random() < 0.6:
        chars = dice.choices(_KANJI, k=2)
        return "".join(chars), "".join(_READ[char] for char in chars).capitalize()
    places = [dice.randrange(len(_ROMAN)) for _ in range(dice.randint(2, 4))]
    return "".join(_KANA[p] for p in places), "".join(_ROMAN[p] for p in places).capitalize()
