"""Draws a picture in a terminal: two pixels a character, in its own colours."""

from pathlib import Path

from PIL import Image
from rich.style import Style
from rich.text import Text


def blocks(path: Path, *, columns: int) -> Text:
    """The picture at this many characters a line; the upper half of each is the foreground's colour."""
    with Image.open(path) as image:
        height = round(image.height * columns / image.width / 2) * 2
        small = image.convert("RGB").resize((columns, height))
    text = Text()
    for top in range(0, height, 2):
        for left in range(columns):
            text.append("▀", Style(color=_colour(small, left, top), bgcolor=_colour(small, left, top + 1)))
        text.append("\n")
    return text


def _colour(image: Image.Image, x: int, y: int) -> str:
    red, green, blue = image.getpixel((x, y))  # type: ignore[misc]
    return f"rgb({red},{green},{blue})"
