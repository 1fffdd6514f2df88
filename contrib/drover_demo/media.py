"""Makes the small video and the pictures that the demo publishes; nothing binary lies in the repository."""

from pathlib import Path
from typing import Any, Final

import av
from PIL import Image, ImageDraw

FORMATS: Final = {".mp4": ("mp4", "mpeg4"), ".mov": ("mov", "mpeg4"), ".webm": ("webm", "libvpx")}
COLOURS: Final = ((196, 78, 82), (85, 168, 104), (76, 114, 176), (221, 170, 51))


def make_media(folder: Path) -> tuple[Path, list[Path]]:
    """A video of four seconds and three pictures of one carousel, in this folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    video = make_video(folder / "harbour.mp4", mark="A morning at the harbour")
    pictures = [
        make_picture(folder / f"market-{number}.jpg", size=(720, 960), mark=f"Market, {number} of 3")
        for number in (1, 2, 3)
    ]
    return video, pictures


def make_video(
    path: Path, *, seconds: float = 4.0, size: tuple[int, int] = (360, 640), rate: int = 5, mark: str = ""
) -> Path:
    """A video in the format of its extension, `rate` frames a second; `mark` is written in it."""
    container, codec = FORMATS[path.suffix]
    with av.open(str(path), "w", format=container) as file:
        stream: Any = file.add_stream(codec, rate=rate)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        for number in range(round(seconds * rate)):
            frame: Any = av.VideoFrame  # its methods about pictures have no types
            file.mux(stream.encode(frame.from_image(_drawn(size, mark or path.stem, number))))
        file.mux(stream.encode())
    return path


def make_picture(path: Path, *, size: tuple[int, int] = (360, 480), mark: str = "") -> Path:
    """A picture in the format of its extension; `mark` is written in it and makes its content its own."""
    _drawn(size, mark or path.stem, len(mark)).save(path)
    return path


def _drawn(size: tuple[int, int], text: str, step: int) -> Image.Image:
    """A ball that has moved so many steps, under a text."""
    width, height = size
    image = Image.new("RGB", size, COLOURS[len(text) % len(COLOURS)])
    draw = ImageDraw.Draw(image)
    draw.text((width // 12, height // 12), text, fill="white", font_size=width // 16)
    left, top = width // 8 + step * width // 40, height // 2
    draw.ellipse((left, top, left + width // 6, top + width // 6), fill="white")
    return image
