"""A process that looks into media files: real dimensions, duration, digest, thumbnail. Started by inspector.py.

Decoders of other people's files crash and hang. Here that ends one process that can write nothing, and no daemon.
"""

import hashlib
import io
import os
import resource
import socket
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import av
import av.logging
import msgspec
from av.error import FFmpegError
from av.stream import Disposition
from av.video.stream import VideoStream
from PIL import ExifTags, Image, ImageOps, PngImagePlugin, UnidentifiedImageError

from drover.framing import pack
from drover.media.messages import Finding, Question
from drover.wire.media import MediaFacts, MediaKind

THUMBNAIL_PIXELS: Final = 320
MAX_PIXELS: Final = {"image/jpeg": 120_000_000, "image/png": 40_000_000, "image/webp": 40_000_000}
"""Of a picture. A file of some hundred kilobytes may hold that many; a JPEG is decoded at a smaller scale."""
MAX_TEXT_BYTES: Final = 32 * 1024 * 1024
"""Of the texts in a PNG: editors write megabytes of metadata."""
MEMORY_BYTES: Final = 1536 * 1024**2
_CHUNK: Final = 1024 * 1024

DEMUXERS: Final = {"video/mp4": "mov", "video/quicktime": "mov", "video/webm": "webm"}
"""Named, so that no content can choose another: playlists would make the decoder open further files."""
PICTURES: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}


class _UnusableError(Exception):
    """The file is broken or not what it says; the message continues a sentence that begins with its name."""


def main() -> None:
    """Serve on the inherited socket whose number is the first argument, until it closes."""
    channel = socket.socket(fileno=int(sys.argv[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    warnings.simplefilter("ignore")
    av.logging.set_level(None)
    Image.MAX_IMAGE_PIXELS = None  # _picture counts itself
    PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = MAX_TEXT_BYTES
    while True:
        data, descriptors, _, _ = socket.recv_fds(channel, 65536, 1)
        if not data:
            return
        descriptor = descriptors[0]
        try:
            finding = look(msgspec.msgpack.decode(data, type=Question), descriptor)
        finally:
            os.close(descriptor)
        channel.sendall(pack(msgspec.msgpack.encode(finding)))


def look(question: Question, descriptor: int) -> Finding:
    """What the content of this file says."""
    try:
        with open(descriptor, "rb", closefd=False) as file:
            see = _video if question.kind is MediaKind.VIDEO else _picture
            seen = see(file, question.media_type)
        facts = MediaFacts(
            kind=question.kind,
            media_type=question.media_type,
            size=question.size,
            width=seen.width,
            height=seen.height,
            duration_s=seen.duration_s,
            sha256=_digest(descriptor) if question.digest else "",
        )
        return Finding(facts=facts, thumbnail=_thumbnail(seen.image) if question.thumbnail else b"")
    except _UnusableError as error:
        return Finding(why=str(error))
    except (UnidentifiedImageError, FFmpegError, SyntaxError, ValueError, OSError, MemoryError) as error:
        return Finding(why=f"is broken, its content cannot be decoded ({type(error).__name__})")


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """What a decoder saw: the first frame upright, perhaps smaller than it is, and the whole one's size in pixels."""

    image: Image.Image
    width: int
    height: int
    duration_s: float | None = None


def _video(file: io.BufferedReader, media_type: str) -> _Seen:
    """The first frame, and the duration in seconds."""
    with av.open(file, "r", format=DEMUXERS[media_type]) as container:
        stream = _moving(container.streams.video)
        frame: Any = next(iter(container.decode(stream)), None)  # its methods about pictures have no types
        if frame is None:
            raise _UnusableError("holds no frame")
        image: Image.Image = frame.to_image()
        turned = -getattr(frame, "rotation", 0) % 360
        if turned:
            image = image.rotate(-turned, expand=True)
        declared = [stream.duration and stream.time_base and stream.duration * stream.time_base]
        declared.append(container.duration and Fraction(container.duration, av.time_base))
        duration = next((float(value) for value in declared if value), None)
        index = stream.index
    duration_s = _measured(file, media_type, index) if duration is None else duration
    return _Seen(image=image, width=image.width, height=image.height, duration_s=round(duration_s, 3))


def _moving(streams: Sequence[VideoStream]) -> VideoStream:
    """The largest stream that is no attached picture: a cover is a video stream too, and may come first."""
    if not streams:
        raise _UnusableError("holds no picture, only sound")
    moving = [stream for stream in streams if not stream.disposition & Disposition.attached_pic]
    if not moving:
        raise _UnusableError("holds a cover and sound, and no moving picture")
    return max(moving, key=lambda stream: stream.width * stream.height)


def _measured(file: io.BufferedReader, media_type: str, index: int) -> float:
    """The duration of a stream that does not say it: where its last packet ends."""
    file.seek(0)
    end = Fraction(0)
    with av.open(file, "r", format=DEMUXERS[media_type]) as container:
        for packet in container.demux(container.streams[index]):
            if packet.pts is not None:
                end = max(end, (packet.pts + (packet.duration or 0)) * packet.time_base)
    return float(end)


def _picture(file: io.BufferedReader, media_type: str) -> _Seen:
    """The picture, decoded to its last byte."""
    with Image.open(file, formats=[PICTURES[media_type]]) as image:
        width, height = image.size
        if width * height > (most := MAX_PIXELS[media_type]):
            raise _UnusableError(f"has more than {most // 1_000_000} million pixels ({width}x{height})")
        if getattr(image, "is_animated", False):
            raise _UnusableError("is animated; save one picture of it as JPEG or PNG, or the whole as a video")
        image.draft("RGB", (THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))  # of a JPEG; others know no smaller scale
        image.load()
        lies = image.getexif().get(ExifTags.Base.Orientation, 1) in _LYING
        ImageOps.exif_transpose(image, in_place=True)
        return _Seen(image=image, width=height if lies else width, height=width if lies else height)


_LYING: Final = (5, 6, 7, 8)
"""Values of the orientation by which width and height change places."""


def _thumbnail(image: Image.Image) -> bytes:
    image.thumbnail((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=80)
    return out.getvalue()


def _digest(descriptor: int) -> str:
    digest, offset = hashlib.sha256(), 0
    while piece := os.pread(descriptor, _CHUNK, offset):
        digest.update(piece)
        offset += len(piece)
    return digest.hexdigest()


if __name__ == "__main__":
    main()
