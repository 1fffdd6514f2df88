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
from fractions import Fraction
from typing import Any, Final

import av
import av.logging
import msgspec
from av.error import FFmpegError
from PIL import Image, ImageOps, UnidentifiedImageError

from drover.framing import pack
from drover.media.messages import Finding, Question
from drover.wire.media import MediaFacts, MediaKind

THUMBNAIL_PIXELS: Final = 320
MAX_PIXELS: Final = 120_000_000
MEMORY_BYTES: Final = 3 * 1024**3
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
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS // 2  # Pillow refuses at twice this
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
            image, duration_s = see(file, question.media_type)
        facts = MediaFacts(
            kind=question.kind,
            media_type=question.media_type,
            size=question.size,
            width=image.width,
            height=image.height,
            duration_s=duration_s,
            sha256=_digest(descriptor) if question.digest else "",
        )
        return Finding(facts=facts, thumbnail=_thumbnail(image) if question.thumbnail else b"")
    except _UnusableError as error:
        return Finding(why=str(error))
    except Image.DecompressionBombError:
        return Finding(why=f"has more than {MAX_PIXELS // 1_000_000} million pixels")
    except (UnidentifiedImageError, FFmpegError, SyntaxError, ValueError, OSError, MemoryError) as error:
        return Finding(why=f"is broken, its content cannot be decoded ({type(error).__name__})")


def _video(file: io.BufferedReader, media_type: str) -> tuple[Image.Image, float]:
    """The first frame, upright, and the duration in seconds."""
    with av.open(file, "r", format=DEMUXERS[media_type]) as container:
        if not container.streams.video:
            raise _UnusableError("holds no picture, only sound")
        stream = container.streams.video[0]
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
    return image, round(_measured(file, media_type) if duration is None else duration, 3)


def _measured(file: io.BufferedReader, media_type: str) -> float:
    """The duration of a file that does not say it: where its last packet ends."""
    file.seek(0)
    end = Fraction(0)
    with av.open(file, "r", format=DEMUXERS[media_type]) as container:
        for packet in container.demux(video=0):
            if packet.pts is not None:
                end = max(end, (packet.pts + (packet.duration or 0)) * packet.time_base)
    return float(end)


def _picture(file: io.BufferedReader, media_type: str) -> tuple[Image.Image, None]:
    """The picture, upright and decoded to its last byte."""
    with Image.open(file, formats=[PICTURES[media_type]]) as image:
        image.load()
        return ImageOps.exif_transpose(image), None


def _thumbnail(image: Image.Image) -> bytes:
    small = image.convert("RGB")
    small.thumbnail((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=80)
    return out.getvalue()


def _digest(descriptor: int) -> str:
    digest, offset = hashlib.sha256(), 0
    while piece := os.pread(descriptor, _CHUNK, offset):
        digest.update(piece)
        offset += len(piece)
    return digest.hexdigest()


if __name__ == "__main__":
    main()
