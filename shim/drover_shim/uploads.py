"""Receives an uploaded file piece by piece onto the disk, raw or as multipart/form-data. Knows no route."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from drover.wire.faults import Code, RequestError
from drover_shim.body import Readable, Upload
from drover_shim.part_names import HEADER_CHARSET, file_name, text_of

PIECE_BYTES: Final = 1024 * 1024
MAX_TEXT_BYTES: Final = 16 * 1024
MAX_PARTS: Final = 16
FORM: Final = "multipart/form-data"


@dataclass
class Received:
    """What came with the file: the texts of the form, and the name that the form gives the file."""

    texts: dict[str, str] = field(default_factory=dict[str, str])
    file_name: str = ""


def is_form(upload: Upload) -> bool:
    """Whether the file comes as a part of a form, rather than as the whole body."""
    return bool(parse_options_header(upload.media_type)[0] == FORM)


def receive(upload: Upload, path: Path, *, max_bytes: int) -> Received:
    """Write the file to the path, which must not exist yet; raises RequestError, and leaves nothing then."""
    _, options = parse_options_header(upload.media_type)
    with _created(path) as file:
        if not is_form(upload):
            _copy(upload.stream, file, max_bytes)
            return Received()
        boundary = options.get("boundary")
        if not boundary:
            raise RequestError(Code.INVALID, "Content-Type: multipart/form-data without a boundary")
        try:
            return _Form(file, max_bytes).read(
                upload.stream, PushMultipartParser(boundary, max_segment_count=MAX_PARTS, header_charset=HEADER_CHARSET)
            )
        except MultipartError as error:
            raise RequestError(Code.INVALID, f"body: is not multipart/form-data: {error}") from None


@contextmanager
def _created(path: Path) -> Generator[BinaryIO]:
    """A new file of our own, removed again if it does not become whole."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
    except OSError as error:
        path.unlink(missing_ok=True)
        message = f"the file cannot be stored now: {error.strerror}; make room on the daemon's disk, then try again"
        raise RequestError(Code.UNAVAILABLE, message, retry_after_s=60) from error
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _copy(stream: Readable, file: BinaryIO, max_bytes: int) -> None:
    left = max_bytes
    while piece := stream.read(PIECE_BYTES):
        left -= len(piece)
        if left < 0:
            raise too_large(max_bytes)
        file.write(piece)
    if left == max_bytes:
        raise RequestError(Code.INVALID, "body: is empty, expected a media file")


def too_large(max_bytes: int) -> RequestError:
    return RequestError(
        Code.TOO_LARGE, f"body: the library takes at most {max_bytes} bytes a file (max_upload_mb in [media])"
    )


class _Form:
    """The parts of one form: exactly one file under `file`, and texts."""

    def __init__(self, file: BinaryIO, max_bytes: int) -> None:
        self._file = file
        self._left = self._max_bytes = max_bytes
        self._received = Received()
        self._part: MultipartSegment | None = None
        self._file_name: str | None = None
        self._text = b""
        self._files = 0

    def read(self, stream: Readable, parser: Any) -> Received:
        with parser:
            while not parser.closed:
                for event in parser.parse(stream.read(PIECE_BYTES)):
                    self._take(event)
        if self._files != 1:
            raise RequestError(Code.INVALID, f"file: expected one part with a file, got {self._files}")
        return self._received

    def _take(self, event: Any) -> None:
        if isinstance(event, MultipartSegment):
            self._begin(event)
        elif event is None:
            self._end()
        elif self._in_file:
            self._left -= len(event)
            if self._left < 0:
                raise too_large(self._max_bytes)
            self._file.write(event)
        else:
            self._text += bytes(event)
            if len(self._text) > MAX_TEXT_BYTES:
                raise RequestError(Code.INVALID, f"{self._name}: expected at most {MAX_TEXT_BYTES} bytes")

    @property
    def _name(self) -> str:
        return text_of(self._part.name or "")[:60] if self._part is not None else ""

    @property
    def _in_file(self) -> bool:
        return self._file_name is not None

    def _begin(self, part: MultipartSegment) -> None:
        self._part, self._text, self._file_name = part, b"", file_name(part)
        if self._file_name is not None:
            self._files += 1
            self._received.file_name = self._file_name
            if self._files > 1:
                raise RequestError(Code.INVALID, "file: expected one file in a request; send each in its own")

    def _end(self) -> None:
        if not self._in_file:
            charset = (self._part.charset if self._part is not None else None) or "utf-8"
            try:
                self._received.texts[self._name] = self._text.decode(charset)
            except (UnicodeDecodeError, LookupError):
                raise RequestError(Code.INVALID, f"{self._name}: is not {charset.upper()[:40]}") from None
