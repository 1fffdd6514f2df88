"""Which font draws the text of a screen: a good one of this machine, else Pillow's own with accents folded away."""

import unicodedata
from functools import cache, lru_cache
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
)
# Regular and bold, best first.
_WANTED = (
    ("Roboto-Regular.ttf", "Roboto-Bold.ttf"),
    ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    ("DejaVuSansCondensed.ttf", "DejaVuSansCondensed-Bold.ttf"),
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("Arial.ttf", "Arial Bold.ttf"),
    ("Helvetica.ttc", "Helvetica.ttc"),
)


@cache
def font_files() -> tuple[Path, Path] | None:
    """The regular and the bold file of the first wanted family found; None if this machine has none."""
    found: dict[str, Path] = {}
    for folder in _FOLDERS:
        root = Path(folder).expanduser()
        if root.is_dir():
            for path in root.rglob("*.tt[fc]"):
                found.setdefault(path.name, path)
    for regular, bold in _WANTED:
        if regular in found and bold in found:
            return found[regular], found[bold]
    return None


@lru_cache(maxsize=64)
def font(size: int, bold: bool) -> Font:
    """The font at this pixel size."""
    files = font_files()
    if files is None:
        return ImageFont.load_default(size)
    return ImageFont.truetype(str(files[bold]), size)


def drawable(text: str) -> str:
    """The text without what the font cannot draw (emoji; accents too, if only Pillow's ASCII font is there)."""
    text = "".join(c for c in text if c < "\u2190" or "\u1e00" <= c < "\u2190" or "\u4e00" <= c < "\u9fff")
    if font_files() is None:
        folded = unicodedata.normalize("NFKD", text.replace("’", "'").replace("·", "-"))
        return folded.encode("ascii", "ignore").decode()
    return text
