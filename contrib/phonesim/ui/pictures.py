"""Small pictures of files on the phone: what a gallery and a profile's grid show of them."""

import io
from functools import lru_cache
from threading import Lock

from PIL import Image, ImageOps, UnidentifiedImageError

SIZE = (480, 640)
_kept: dict[str, bytes] = {}
_lock = Lock()  # displays draw on several threads
_MOST = 256


def thumbnail(data: bytes, sha256: str) -> bytes:
    """The image as a JPEG of at most SIZE pixels, turned as its EXIF says; nothing if the bytes are no image.

    The last few are kept by their hash, because a gallery asks again whenever it is drawn.
    """
    with _lock:
        if sha256 not in _kept:
            if len(_kept) >= _MOST:
                del _kept[next(iter(_kept))]
            _kept[sha256] = _made(data)
        return _kept[sha256]


def _made(data: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(data)) as opened:
            opened.draft("RGB", SIZE)
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return b""
    picture.thumbnail(SIZE)
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=85)
    return stream.getvalue()


@lru_cache(maxsize=64)
def fitted(encoded: bytes, width: int, height: int) -> Image.Image:
    """A thumbnail that fills `width` x `height` pixels; what does not fit is cut off at the edges."""
    with Image.open(io.BytesIO(encoded)) as picture:
        return ImageOps.fit(picture.convert("RGB"), (width, height))
