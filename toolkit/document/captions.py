"""The title of a picture: its caption and, after a bar, whose picture it is.

![what is seen](harbour.jpg "朝の港 | 写真：灯野みなと")
"""

import re

_BAR = re.compile(r"(?<=\s)\||\|(?=\s)|｜")


def split_caption(title: str) -> tuple[str, str]:
    """The caption and the credit of a picture's title; each may be empty."""
    bars = list(_BAR.finditer(title))
    if not bars:
        return title.strip(), ""
    return title[: bars[-1].start()].strip(), title[bars[-1].end() :].strip()


def join_caption(caption: str, credit: str) -> str:
    """The title of which ``split_caption`` makes these."""
    return f"{caption} | {credit}".strip() if credit else caption


def caption_line(title: str) -> str:
    """Caption and credit in one line, as they are printed."""
    return "\u2002".join(text for text in split_caption(title) if text)
