"""Amounts and dates: found in a text, written in the other language, compared.

    find_amounts("1兆5000億円", "ja")  →  ¥1,500,000,000,000  →  realise(…, "en") = "¥1.5 trillion"

Values are exact decimals and no currency becomes another. The styles written:

- English: commas below a million (94,000), above it the largest of million, billion,
  trillion and quadrillion that needs at most three decimals ($1.25 trillion), otherwise
  every digit; ranges with an en dash and the scale once (3–5%, $3–5 billion).
- Japanese: as newspapers write, in groups of 万, 億, 兆 without commas (9万4000, 5000億ドル,
  1兆5000億円), ranges with 〜 (3〜5%, 390万〜420万).

A length of time keeps its unit (約17年半 → about 17.5 years), and a number that is a name
keeps its digits (Order 14320). A number before another counter or a noun is found without
it (94,000 of 94,000人): the engine knows the noun, and its grammar, better than a rule.
"""

from toolkit.translation.numbers.amount import Amount, Kind
from toolkit.translation.numbers.comparing import compare_values
from toolkit.translation.numbers.finding import find_amounts
from toolkit.translation.numbers.writing import realise

__all__ = ["Amount", "Kind", "compare_values", "find_amounts", "realise"]
