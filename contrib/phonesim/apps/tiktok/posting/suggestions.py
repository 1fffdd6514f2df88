"""The list that opens while a #hashtag or an @mention is being typed. It takes every touch on what it covers."""

import hashlib

from phonesim.apps.tiktok.scene import Scene
from phonesim.ui.controls import DIM, LIST, NOTHING, WHITE, text
from phonesim.ui.view import Action, Bounds, Style, View, view
from phonesim.world import lookalikes

_ROW = 140
_ENDINGS = ("", "challenge", "video", "2026", "page", "viral", "trend", "life")


def suggestions(scene: Scene, tag: str, top: int, bottom: int) -> View:
    """Rows with the tag first and longer ones after it, as many as fit between `top` and `bottom`."""
    words = proposals(tag)
    rows = [_row(scene, word, top + i * _ROW, bottom) for i, word in enumerate(words) if top + (i + 1) * _ROW <= bottom]
    box: Bounds = (0, top, 1080, bottom)
    cls = LIST
    return view(cls, box, *rows, id="hsl", flags="Cfs", action=NOTHING, style=Style(fill=WHITE))


def proposals(tag: str) -> list[str]:
    """What the app proposes for `#wor` or `@nam`."""
    if tag.startswith("@"):
        return list(dict.fromkeys([tag, *(f"@{handle}" for handle in lookalikes(tag[1:]))]))
    return [f"{tag}{ending}" for ending in _ENDINGS]


def _row(scene: Scene, word: str, top: int, bottom: int) -> View:
    box: Bounds = (0, top, 1080, min(top + _ROW, bottom))
    count = int.from_bytes(hashlib.sha256(word.encode()).digest()[:3])
    fans = scene.labels.filled("post_count", scene.labels.count(count))
    parts = [
        text((42, top + 20, 760, top + 80), word, id="tv_title", size=44, bold=True),
        *([] if word.startswith("@") else [text((42, top + 84, 760, top + 126), fans, id="hsm", size=34, color=DIM)]),
    ]
    return view("FrameLayout", box, *parts, flags="Cf", action=Action("suggestion", word))
