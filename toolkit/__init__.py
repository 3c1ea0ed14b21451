"""Newsletters in Japanese and English, made at home, offline."""

__version__ = "0.1.0"
