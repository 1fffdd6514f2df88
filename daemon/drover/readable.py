"""File names and arguments that are not UTF-8, which Python holds as lone surrogates, as text that can be shown."""

import re
from typing import Final

_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_FIRST_BYTE, _LAST_BYTE = 0xDC80, 0xDCFF


def is_utf8(text: str) -> bool:
    """Whether the text can be stored and sent."""
    return _SURROGATES.search(text) is None


def readable(text: str) -> str:
    r"""The text with each byte that is not UTF-8 as `\xe9`, and each other lone surrogate as `\ud800`."""
    return _SURROGATES.sub(lambda found: _escaped(ord(found[0])), text)


def _escaped(code: int) -> str:
    return f"\\x{code - 0xDC00:02x}" if _FIRST_BYTE <= code <= _LAST_BYTE else f"\\u{code:04x}"
