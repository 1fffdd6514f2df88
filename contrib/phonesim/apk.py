"""The package name and version of an APK, out of its binary manifest. Everything else in an APK is left alone."""

import io
import struct
import zipfile
from dataclasses import dataclass
from typing import Final

STRING_POOL: Final = 0x0001
START_ELEMENT: Final = 0x0102
UTF8_FLAG: Final = 0x100
NO_STRING: Final = 0xFFFFFFFF


class InvalidApkError(ValueError):
    """Not an APK; the message is what the package manager calls it."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    package: str
    version: str


def read_manifest(apk: bytes) -> Manifest:
    """Name and version of the package; raises InvalidApkError."""
    try:
        with zipfile.ZipFile(io.BytesIO(apk)) as archive:
            xml = archive.read("AndroidManifest.xml")
        return _manifest(xml)
    except (zipfile.BadZipFile, KeyError, struct.error, IndexError, UnicodeDecodeError) as error:
        raise InvalidApkError("INSTALL_PARSE_FAILED_NOT_APK") from error


def _manifest(xml: bytes) -> Manifest:
    strings: list[str] = []
    offset = 8
    while offset < len(xml):
        kind, head, size = struct.unpack_from("<HHI", xml, offset)
        if kind == STRING_POOL:
            strings = _strings(xml[offset : offset + size])
        elif kind == START_ELEMENT:
            attributes = _attributes(xml[offset + head : offset + size], strings)
            return Manifest(package=attributes["package"], version=attributes.get("versionName", "1.0"))
        offset += size
    raise InvalidApkError("INSTALL_PARSE_FAILED_MANIFEST_MALFORMED")


def _strings(pool: bytes) -> list[str]:
    count, _styles, flags, start = struct.unpack_from("<4I", pool, 8)
    decode = _utf8 if flags & UTF8_FLAG else _utf16
    return [decode(pool, start + struct.unpack_from("<I", pool, 28 + 4 * index)[0]) for index in range(count)]


def _utf8(pool: bytes, at: int) -> str:
    # Two lengths, in characters and in bytes; a set high bit makes a length two bytes long.
    at += 2 if pool[at] & 0x80 else 1
    length = pool[at]
    if length & 0x80:
        length, at = (length & 0x7F) << 8 | pool[at + 1], at + 1
    return pool[at + 1 : at + 1 + length].decode()


def _utf16(pool: bytes, at: int) -> str:
    (length,) = struct.unpack_from("<H", pool, at)
    return pool[at + 2 : at + 2 + 2 * length].decode("utf-16-le")


def _attributes(element: bytes, strings: list[str]) -> dict[str, str]:
    _namespace, _name, start, size, count = struct.unpack_from("<2I3H", element)
    found: dict[str, str] = {}
    for index in range(count):
        _, name, raw = struct.unpack_from("<3I", element, start + index * size)
        if raw != NO_STRING:
            found[strings[name]] = strings[raw]
    return found
