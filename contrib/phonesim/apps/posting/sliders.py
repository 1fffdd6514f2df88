"""The sliders of the volumes, which both apps show on a sheet."""

from collections.abc import Mapping

from phonesim.apps.posting.state import Composition
from phonesim.ui.controls import CLOSE, GREY, RED, text, text_button
from phonesim.ui.view import SEEK_INSET, Bounds, Style, View, view

HEIGHT = 240
"""What a slider takes with its words."""


def sliders(made: Composition, original: str, added: str, top: int) -> list[View]:
    """A slider for the original sound, one for the added sound if there is one, with these words above them."""
    names: Mapping[str, str] = {"original": original} | ({"added": added} if made.sound else {})
    rows = enumerate(names.items())
    return [part for i, (name, words) in rows for part in _slider(made, name, words, top + i * HEIGHT)]


def done(word: str, top: int) -> View:
    """What closes the sheet of the volumes, in its corner."""
    return text_button((820, top + 20, 1050, top + 110), word, bold=True, align="right", action=CLOSE)


def _slider(made: Composition, name: str, words: str, top: int) -> list[View]:
    """A SeekBar with words above it and its value at its right."""
    value = made.volumes[name] if name != "original" or made.original_on else 0
    bar: Bounds = (60, top + 90, 900, top + 190)
    left, right = bar[0] + SEEK_INSET, bar[2] - SEEK_INSET
    middle, at = top + 140, left + (right - left) * value // 100
    line = view("View", (left, middle - 4, right, middle + 4), style=Style(fill=GREY))
    knob = view("View", (at - 24, middle - 24, at + 24, middle + 24), style=Style(fill=RED, radius=24))
    drawn = view("FrameLayout", (left - 24, middle - 24, right + 24, middle + 24), line, knob)
    seek = view("SeekBar", bar, id="k8b", text=f"{value}.0", flags="fT", slider=name)
    label = text((60, top, 900, top + 80), words, size=40)
    return [label, drawn, seek, text((920, top + 100, 1050, top + 180), str(value), size=40, align="right")]
