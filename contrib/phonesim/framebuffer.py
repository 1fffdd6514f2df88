"""The screen as raw pixels: what `framebuffer:` and `screencap` without -p send. Pictures are the display's."""

import io
import struct
from dataclasses import dataclass
from typing import Final

from PIL import Image

from phonesim.device import Device

RAW_IMAGE_VERSION: Final = 2
"""As since Android 9, the first whose header names the colour space."""
BITS_PER_PIXEL: Final = 32
SRGB: Final = 1
RGBA_8888: Final = 1
CHANNELS: Final = (0, 8, 16, 8, 8, 8, 24, 8)
"""Offset and length in bits of red, blue, green and alpha, in the order of adbd's header."""
FRAMEBUFFER_HEADER: Final = struct.Struct("<6I8I")
SCREENCAP_HEADER: Final = struct.Struct("<4I")


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """One picture of the screen; `rgba` has four bytes a pixel, row by row from the top."""

    width: int
    height: int
    rgba: bytes

    def for_framebuffer(self) -> bytes:
        """Header and pixels as adbd's `framebuffer:` sends them."""
        head = (RAW_IMAGE_VERSION, BITS_PER_PIXEL, SRGB, len(self.rgba), self.width, self.height)
        return FRAMEBUFFER_HEADER.pack(*head, *CHANNELS) + self.rgba

    def for_screencap(self) -> bytes:
        """Header and pixels as `screencap` without -p writes them."""
        return SCREENCAP_HEADER.pack(self.width, self.height, RGBA_8888, SRGB) + self.rgba


async def grab(device: Device) -> Frame:
    """What the screen shows now."""
    return await device.on_display(_decoded, await device.screenshot())


def _decoded(png: bytes) -> Frame:
    with Image.open(io.BytesIO(png)) as picture:
        return Frame(width=picture.width, height=picture.height, rgba=picture.convert("RGBA").tobytes())
