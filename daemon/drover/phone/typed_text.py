"""Whether a field shows what was typed into it, as far as a dump can tell. Pure."""

import re
from typing import Final

_INVISIBLE: Final = dict.fromkeys(map(ord, "\u200d\ufe0e\ufe0f\u200e\u200f\u2060"))


def same_text(shown: str, typed: str) -> bool:
    """Compare but for white space; each character beyond the basic plane may be shown as up to two dots.

    Dumps cannot hold surrogates: Android writes a dot for each half of an emoji.
    """
    pattern = "".join(
        re.escape(char) if ord(char) <= 0xFFFF else rf"(?:{re.escape(char)}|\.{{1,2}})" for char in _plain(typed)
    )
    return re.fullmatch(pattern, _plain(shown)) is not None


def _plain(text: str) -> str:
    return " ".join(text.translate(_INVISIBLE).split())
