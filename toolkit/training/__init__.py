"""A newsroom's approved translations → a better package: the translator learns from its editors.

    pairs ──clean──▶ split ──▶ training pairs + replay ──▶ trainer ──▶ weights ──▶ package
                       └─────▶ held out ────────── before ◀── judge ──▶ after

Needs PyTorch (the extra ``train``), which nothing else of the toolkit imports, and
which only ``gemma`` and ``trainer`` import here.
"""
