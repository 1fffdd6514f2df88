"""Small media files, made when a test needs them; nothing binary lies in the repository."""

from pathlib import Path
from typing import Any, Final

import av
from PIL import Image, ImageDraw

FORMATS: Final = {".mp4": ("mp4", "mpeg4"), ".mov": ("mov", "mpeg4"), ".webm": ("webm", "libvpx")}


def make_video(
    path: Path, *, seconds: float = 4.0, size: tuple[int, int] = (360, 640), rate: int = 5, mark: str = ""
) -> Path:
    """A video in the format of its extension; `mark` makes its content differ from another's."""
    container, codec = FORMATS[path.suffix]
    with av.open(str(path), "w", format=container) as file:
        stream: Any = file.add_stream(codec, rate=rate)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        for number in range(round(seconds * rate)):
            frame = av.VideoFrame.from_image(_drawn(size, f"{mark or path.stem} {number}"))
            for packet in stream.encode(frame):
                file.mux(packet)
        for packet in stream.encode():
            file.mux(packet)
    return path


def make_picture(path: Path, *, size: tuple[int, int] = (360, 480), mark: str = "") -> Path:
    """A picture in the format of its extension; `mark` makes its content differ from another's."""
    _drawn(size, mark or path.stem).save(path)
    return path


def _drawn(size: tuple[int, int], text: str) -> Image.Image:
    image = Image.new("RGB", size, (40, 60, 80))
    ImageDraw.Draw(image).text((10, 10), text, fill="white")
    return image
