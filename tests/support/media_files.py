"""Media files in a folder, as a task names them."""

from pathlib import Path

from drover.wire.media import MediaFile, MediaKind
from tests.support.gallery import jpeg

_COLOURS = ("red", "green", "blue", "yellow", "purple", "orange", "white", "black")


def video_file(folder: Path, content: bytes = b"a video") -> MediaFile:
    """Something that is called an MP4; simulated apps do not play it."""
    path = folder / "clip.mp4"
    path.write_bytes(content)
    return MediaFile(path=str(path), kind=MediaKind.VIDEO, media_type="video/mp4", size=len(content))


def image_files(folder: Path, count: int) -> list[MediaFile]:
    """Real pictures, no two alike."""
    found: list[MediaFile] = []
    for number in range(count):
        path = folder / f"picture{number}.jpg"
        path.write_bytes(jpeg(_COLOURS[number % len(_COLOURS)], (90 + number, 120)))
        found.append(MediaFile(path=str(path), kind=MediaKind.IMAGE, media_type="image/jpeg", size=path.stat().st_size))
    return found
