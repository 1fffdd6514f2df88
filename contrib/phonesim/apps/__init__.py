"""The apps of a simulated phone and the display that shows them."""

from phonesim.apps.display import PhoneDisplay
from phonesim.contract import Display


def make_display(serial: str, *, seed: int, language: str, width: int, height: int) -> Display:
    """The display of one phone, `width` x `height` pixels, on its home screen; `language` is `en`, `fr`, ..."""
    return PhoneDisplay(serial, seed=seed, language=language, width=width, height=height)
