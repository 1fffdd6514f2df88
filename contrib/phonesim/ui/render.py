"""Windows drawn as a picture. It reads views and styles and holds no state but caches of masks and artwork."""

import hashlib
import io
from collections.abc import Callable, Sequence
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFilter

from phonesim.ui.film import colour, film_frame
from phonesim.ui.fonts import drawable, font
from phonesim.ui.icons import icon_mask
from phonesim.ui.pictures import fitted
from phonesim.ui.view import Style, View, Window

Box = tuple[int, int, int, int]


def render_png(windows: Sequence[Window], width: int, height: int, scale: float) -> bytes:
    """The display as PNG bytes, `width` x `height` pixels; `scale` is pixels per design unit."""
    picture = Image.new("RGB", (width, height), "white")
    painter = _Painter(picture, scale)
    for window in windows:
        if window.dim:
            picture.paste(Image.new("RGB", picture.size, "black"), (0, 0), Image.new("L", picture.size, 120))
        painter.paint(window.root)
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=1)
    return stream.getvalue()


class _Painter:
    """Draws nodes on one picture, the later over the earlier, and what is lifted over both."""

    def __init__(self, picture: Image.Image, scale: float) -> None:
        self._picture = picture
        self._draw = ImageDraw.Draw(picture)
        self._scale = scale

    def paint(self, node: View) -> None:
        if node.style is not None:
            left, top, right, bottom = (round(edge * self._scale) for edge in node.bounds)
            if right > left and bottom > top:
                self._paint_one(node, node.style, (left, top, right, bottom))
        for child in node.drawn:
            self.paint(child)

    def _paint_one(self, node: View, style: Style, box: Box) -> None:
        if style.artwork:
            self._picture.paste(artwork(style.artwork, box[2] - box[0], box[3] - box[1]), box[:2])
        if style.film:
            self._picture.paste(film_frame(style.film, box[2] - box[0], box[3] - box[1]), box[:2])
        if style.picture:
            self._picture.paste(fitted(style.picture, box[2] - box[0], box[3] - box[1]), box[:2])
        if style.shadow:
            self._shadow(style, box)
        if style.fill:
            self._fill(style.fill, style, box)
        if style.avatar:
            self._avatar(style.avatar, box)
        if style.outline:
            self._outline(style, box)
        if style.icon:
            self._icon(style, box)
        text = style.text or node.text
        if text:
            self._text(text, style, box)

    def _fill(self, colour: str, style: Style, box: Box) -> None:
        if not style.radius:
            self._draw.rectangle((box[0], box[1], box[2] - 1, box[3] - 1), fill=colour)
            return
        mask = rounded_mask(box[2] - box[0], box[3] - box[1], round(style.radius * self._scale))
        self._picture.paste(colour, box, mask)
        if style.flat_bottom:
            self._draw.rectangle((box[0], (box[1] + box[3]) // 2, box[2] - 1, box[3] - 1), fill=colour)

    def _shadow(self, style: Style, box: Box) -> None:
        spread = round(24 * self._scale)
        width, height = box[2] - box[0], box[3] - box[1]
        mask = shadow_mask(width, height, round(style.radius * self._scale), spread)
        self._picture.paste("black", (box[0] - spread, box[1] - spread), mask)

    def _outline(self, style: Style, box: Box) -> None:
        pen = max(1, round(3 * self._scale))
        radius = round(style.radius * self._scale)
        self._draw.rounded_rectangle((box[0], box[1], box[2] - 1, box[3] - 1), radius, outline=style.outline, width=pen)

    def _avatar(self, seed: str, box: Box) -> None:
        side = min(box[2] - box[0], box[3] - box[1])
        left, top = (box[0] + box[2] - side) // 2, (box[1] + box[3] - side) // 2
        round_picture = artwork(f"avatar:{seed}", side, side)
        self._picture.paste(round_picture, (left, top), rounded_mask(side, side, side // 2))
        letters = font(max(8, round(side * 0.42)), True)
        self._draw.text((left + side / 2, top + side / 2), seed[:1].upper(), font=letters, fill="white", anchor="mm")

    def _icon(self, style: Style, box: Box) -> None:
        side = min(round(style.size * self._scale), box[2] - box[0], box[3] - box[1])
        left, top = (box[0] + box[2] - side) // 2, (box[1] + box[3] - side) // 2
        self._picture.paste(style.color, (left, top, left + side, top + side), icon_mask(style.icon, side))

    def _text(self, text: str, style: Style, box: Box) -> None:
        inset = round(style.inset * self._scale)
        box = (box[0], box[1], box[2] - inset, box[3]) if style.align == "right" else (box[0] + inset, *box[1:])
        width, height = box[2] - box[0], box[3] - box[1]
        # A line break that was typed counts as a space: a font has no picture of it.
        words = " ".join(drawable(text).split())
        size = fitting_size(words, style, width, round(style.size * self._scale))
        face = font(size, style.bold)
        lines = wrapped(words, style, width, size)
        step = round(size * 1.3)
        middle = box[1] + height / 2 - step * (len(lines) - 1) / 2
        anchor, x = {
            "left": ("lm", box[0]),
            "center": ("mm", (box[0] + box[2]) / 2),
            "right": ("rm", box[2]),
        }[style.align]
        for number, line in enumerate(lines):
            self._draw.text((x, middle + number * step), line, font=face, fill=style.color, anchor=anchor)


def fitting_size(text: str, style: Style, width: int, size: int) -> int:
    """The pixel size of the font: a centred line that is somewhat too long (a button's) shrinks to fit."""
    size = max(8, size)
    if style.align == "center" and style.lines == 1:
        length = font(size, style.bold).getlength(text.strip())
        if length > width:
            return max(8, round(size * 0.7), int(size * width / length))
    return size


def wrapped(text: str, style: Style, width: int, size: int) -> list[str]:
    """The text in at most `style.lines` lines of `width` pixels; what is left over ends in an ellipsis."""
    face = font(size, style.bold)
    lines: list[str] = []
    rest = text.strip()
    while rest and len(lines) < style.lines:
        fitting = _fitting(rest, width, face.getlength)
        if len(lines) == style.lines - 1 and fitting < len(rest):
            lines.append(rest[: max(1, _fitting(rest, width - face.getlength("…"), face.getlength))].rstrip() + "…")
            return lines
        lines.append(rest[:fitting].strip())
        rest = rest[fitting:].strip()
    return lines


def _fitting(text: str, width: float, length: Callable[[str], float]) -> int:
    """How many characters fit, ending at a space where there is one."""
    if length(text) <= width:
        return len(text)
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if length(text[:middle]) <= width else (low, middle - 1)
    space = text.rfind(" ", 0, low + 1)
    return space if space > 0 else low


@lru_cache(maxsize=128)
def rounded_mask(width: int, height: int, radius: int) -> Image.Image:
    """A smooth rounded rectangle, mode L."""
    mask = Image.new("L", (width * 3, height * 3), 0)
    shape = (0, 0, width * 3 - 1, height * 3 - 1)
    ImageDraw.Draw(mask).rounded_rectangle(shape, min(radius * 3, width * 3 // 2, height * 3 // 2), fill=255)
    return mask.resize((width, height), Image.Resampling.BOX)


@lru_cache(maxsize=32)
def shadow_mask(width: int, height: int, radius: int, spread: int) -> Image.Image:
    """A soft dark edge around a rounded rectangle, mode L, `spread` pixels larger on each side."""
    mask = Image.new("L", (width + 2 * spread, height + 2 * spread), 0)
    shape = (spread, spread, spread + width - 1, spread + height - 1)
    ImageDraw.Draw(mask).rounded_rectangle(shape, radius, fill=70)
    return mask.filter(ImageFilter.BoxBlur(spread // 2))


def artwork(seed: str, width: int, height: int) -> Image.Image:
    """Something like a picture: a gradient with soft shapes, always the same for the same seed."""
    small = _sketch(seed, max(2, width // 8), max(2, height // 8))
    return small.resize((width, height), Image.Resampling.BILINEAR)


# Only the small pictures are kept: a full screen is 3 MB, its sketch 50 kB.
@lru_cache(maxsize=128)
def _sketch(seed: str, width: int, height: int) -> Image.Image:
    bytes_ = hashlib.sha256(seed.encode()).digest()
    hue, turn = bytes_[0] / 255, 0.08 + bytes_[1] / 1400
    small = (width, height)
    mask = Image.linear_gradient("L").resize(small)
    picture = Image.composite(
        Image.new("RGB", small, colour(hue + turn, 0.62, 0.32)), Image.new("RGB", small, colour(hue, 0.5, 0.72)), mask
    )
    draw = ImageDraw.Draw(picture)
    for i in range(5):
        x, y, r = (bytes_[2 + 3 * i + k] / 255 for k in range(3))
        size = (0.12 + r * 0.3) * small[0]
        centre = (x * small[0], (0.15 + 0.7 * y) * small[1])
        box = (centre[0] - size, centre[1] - size, centre[0] + size, centre[1] + size)
        draw.ellipse(box, fill=colour(hue + turn * i, 0.45, 0.4 + 0.45 * y))
    return picture.filter(ImageFilter.GaussianBlur(max(1, small[0] // 12)))
