"""A frame that stands for a film that is not decoded here: a landscape, always the same for the same seed."""

import colorsys
import hashlib
import math
from functools import lru_cache

from PIL import Image, ImageDraw

_HILLS = 3
_COARSE = 2
"""Drawn at half the size: a full screen's frame costs a quarter."""


def film_frame(seed: str, width: int, height: int) -> Image.Image:
    """`width` x `height` pixels."""
    small = _landscape(seed, max(2, width // _COARSE), max(2, height // _COARSE))
    return small.resize((width, height), Image.Resampling.BILINEAR)


@lru_cache(maxsize=48)
def _landscape(seed: str, width: int, height: int) -> Image.Image:
    dice = hashlib.sha256(seed.encode()).digest()
    hue = dice[0] / 255
    high, low = (Image.new("RGB", (width, height), colour(hue, 0.6 - i * 0.35, 0.7 + i * 0.25)) for i in (0, 1))
    mask = Image.linear_gradient("L").resize((width, height))
    picture = Image.composite(low, high, mask)
    draw = ImageDraw.Draw(picture)
    radius = width * (0.08 + dice[1] / 2550)
    x, y = width * (0.2 + dice[2] / 425), height * (0.16 + dice[3] / 1700)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour(hue + 0.45, 0.35, 1.0))
    for number in range(_HILLS):
        ink = colour(hue + 0.08 * number, 0.55, 0.6 - 0.17 * number)
        draw.polygon(_hill(dice[4 + number * 3 : 7 + number * 3], number, width, height), fill=ink)
    return picture


def _hill(dice: bytes, number: int, width: int, height: int) -> list[tuple[float, float]]:
    """From the left edge along a wave to the right edge, and round by the bottom."""
    top = height * (0.48 + 0.16 * number)
    swing, waves, shift = height * (0.03 + dice[0] / 3200), 0.6 + dice[1] / 200, dice[2] / 40
    line = [(step * width / 40, top + swing * math.sin(shift + waves * math.tau * step / 40)) for step in range(41)]
    return [(0.0, float(height)), *line, (float(width), float(height))]


def colour(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    """All from 0 to 1; the hue goes round."""
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)
