"""A video of pictures of the screen, H.264 in an MP4 or bare. Knows no phone: pictures and times come from outside."""

import io
import threading
from fractions import Fraction
from typing import Any, Final

from PIL import Image

ENCODER: Final = "libx264"
TICKS: Final = 90_000
"""Units of time in a second, as MPEG counts."""
QUICK: Final = {"preset": "ultrafast", "tune": "zerolatency"}


class NoEncoderError(Exception):
    """This build of FFmpeg has no encoder for H.264."""


class Recording:
    """Give it pictures with `add`, then end it once with `finish`. `add` may run on another thread."""

    def __init__(self, width: int, height: int, *, bit_rate: int, bare: bool = False) -> None:
        # Imported by who records: it is slow to load, and most phones never record.
        import av

        self._av: Any = av
        if ENCODER not in av.codecs_available:
            raise NoEncoderError(ENCODER)
        self._lock = threading.Lock()
        self._file = io.BytesIO()
        self._taken = 0
        self._container: Any = av.open(self._file, "w", format="h264" if bare else "mp4")
        self._stream: Any = self._container.add_stream(ENCODER, rate=60, options=QUICK)
        # The encoder takes even sizes only, as those of phones do.
        self._stream.width, self._stream.height = max(2, width & ~1), max(2, height & ~1)
        self._stream.pix_fmt = "yuv420p"
        self._stream.bit_rate = bit_rate
        self._stream.codec_context.time_base = Fraction(1, TICKS)
        self._frame: Any = None

    def add(self, png: bytes, at_s: float) -> None:
        """A picture that the screen showed from `at_s` seconds after the start on."""
        with self._lock, Image.open(io.BytesIO(png)) as picture:
            size = self._stream.width, self._stream.height
            frame = self._av.VideoFrame.from_image(picture.convert("RGB").resize(size))
            self._encode(frame.reformat(format="yuv420p"), at_s)

    def taken(self) -> bytes:
        """Of a bare stream: what came out since this was asked last."""
        with self._lock:
            new = self._file.getvalue()[self._taken :]
            self._taken += len(new)
            return new

    def finish(self, at_s: float) -> bytes:
        """The whole file; the picture that was added last stays until `at_s`. Quick enough for an event loop."""
        with self._lock:
            if self._frame is not None and round(at_s * TICKS) > self._frame.pts:
                self._encode(self._frame, at_s)
            self._container.mux(self._stream.encode(None))
            self._container.close()
            return self._file.getvalue()

    def _encode(self, frame: Any, at_s: float) -> None:
        frame.pts, frame.time_base = round(at_s * TICKS), Fraction(1, TICKS)
        self._container.mux(self._stream.encode(frame))
        self._frame = frame
