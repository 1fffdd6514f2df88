"""Reads a file of texts next to media: opened by the rules of media files (promise S13), UTF-8, of a bounded size."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from drover.media.files import MediaError, open_regular, shown

MAX_BYTES: Final = 1_000_000

_OTHER_MARKS: Final = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
_NOT_TEXT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


def read_text(named: str, roots: Sequence[Path]) -> str | None:
    """What the file says, without a byte order mark; None where there is no such file. Raises MediaError.

    The file may be a link, as long as it leads to a regular file inside the roots.
    """
    if not os.path.lexists(named):
        return None
    with open_regular(named, roots, expected="a file of texts") as handle:
        size = os.fstat(handle.fileno()).st_size
        if size > MAX_BYTES:
            raise MediaError(f"{shown(named)}: has {size} bytes; a file of texts has at most {MAX_BYTES}")
        data = handle.read(MAX_BYTES + 1)
    return _decoded(named, data[:MAX_BYTES])


def _decoded(named: str, data: bytes) -> str:
    if other := _OTHER_MARKS.get(data[:2]):
        raise MediaError(f"{shown(named)}: is {other}, expected UTF-8; save it as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MediaError(
            f"{shown(named)}: is not UTF-8 (byte {error.start + 1} is {data[error.start]:#04x}), perhaps a code page "
            "of Windows; save it as UTF-8"
        ) from None
    if odd := _NOT_TEXT.search(text):
        line = text.count("\n", 0, odd.start()) + 1
        raise MediaError(f"{shown(named)}: line {line} holds the control character U+{ord(odd[0]):04X}; remove it")
    return text
