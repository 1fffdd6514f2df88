"""The file name of a form's part, in each way in which clients write one. Reads header values; opens nothing.

Browsers, curl and requests send its bytes as UTF-8, older clients as Latin-1, others `filename*` of RFC 5987 or encoded
words of RFC 2047 (.NET sends both).
"""

import re
import unicodedata
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from typing import Final
from urllib.parse import unquote_to_bytes

from multipart import MultipartSegment, content_disposition_unquote

HEADER_CHARSET: Final = "latin-1"
"""How the parser decodes headers: each byte stays one character, so that every encoding can still be recognised."""

_EXTENDED: Final = re.compile(r";\s*filename\*\s*=\s*([\w-]+)'[^']*'([^;\s]+)", re.I)
_PLAIN: Final = re.compile(r""";\s*filename\s*=\s*("(?:\\.|[^"\\])*"|[^;]*)""", re.I)
_ENCODED_WORD: Final = re.compile(r"=\?[\w-]+\?[bq]\?[^?]*\?=", re.I)


def file_name(part: MultipartSegment) -> str | None:
    """The name in Unicode's composed form (NFC); None where the part is no file.

    `filename*` decides where both are there. The part's headers must have been decoded by HEADER_CHARSET.
    """
    value = part.header("Content-Disposition") or ""
    extended, plain = _EXTENDED.search(value), _PLAIN.search(value)
    if extended is not None and (name := _from_extended(extended[1], extended[2])) is not None:
        return unicodedata.normalize("NFC", name)
    if plain is None:
        return None if extended is None else ""
    return unicodedata.normalize("NFC", _from_plain(plain[1].strip()))


def text_of(value: str) -> str:
    """What a header says whose bytes were kept one to one: UTF-8 where they are that, else Latin-1."""
    data = value.encode(HEADER_CHARSET)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return value


def _from_extended(charset: str, escaped: str) -> str | None:
    """RFC 5987: percent-encoded bytes of a named charset; None where they are not what they say."""
    try:
        return unquote_to_bytes(escaped).decode(charset)
    except (LookupError, UnicodeDecodeError):
        return None


def _from_plain(quoted: str) -> str:
    name = text_of(content_disposition_unquote(quoted, filename=True))
    if not _ENCODED_WORD.search(name):
        return name
    try:
        return str(make_header(decode_header(name)))
    except (LookupError, UnicodeDecodeError, HeaderParseError):
        return name
