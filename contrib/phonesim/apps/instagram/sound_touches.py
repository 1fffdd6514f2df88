"""Touches on sounds: the list in which one is chosen, the part of it that plays, its own page, the volumes."""

import re
from abc import ABC, abstractmethod

from phonesim.apps.app import Phone
from phonesim.apps.instagram.compose import Compose
from phonesim.apps.navigation import Navigation, Page
from phonesim.apps.tiktok.posting import sounds
from phonesim.apps.tiktok.posting.state import Composition

SEARCH = "sound_search"
"""The field of the list."""
_LOAD_S = 0.25
_LINK = re.compile(r"^https?://(?:www\.|m\.)?instagram\.com/reels/audio/(\d+)/?(?:[?#].*)?$")


class SoundTouches(ABC):
    """A sound is played by a touch on its row, taken by the arrow of the bar, and its part chosen before it counts."""

    def __init__(self, phone: Phone, nav: Navigation) -> None:
        self._phone, self._nav = phone, nav

    state: Compose

    @property
    @abstractmethod
    def made(self) -> Composition: ...

    @abstractmethod
    def compose(self, placement: str, made: Composition) -> None:
        """Begin a post of this kind."""

    def open_sound(self, link: str) -> bool:
        """The page of a sound, by its link; False for another link."""
        named = _LINK.match(link)
        if named is not None:
            sound = sounds.linked(named[1], f"Sound {named[1]}")
            self._nav.ensure_home()
            self._nav.enter(Page(name="sound", target=sound.id), _LOAD_S)
        return named is not None

    def _on_sounds(self, _: str) -> None:
        self.state.sound_search, self.state.candidate = "", None
        self._nav.enter(Page(name="sounds"), _LOAD_S)

    def _on_try_sound(self, id_: str) -> None:
        self.state.candidate, self._nav.field = sounds.by_id(id_), ""

    def _on_take_sound(self, id_: str) -> None:
        """The list goes; which part of the sound plays is asked next."""
        self._nav.leave()
        self._nav.enter(Page(name="sound_clip", target=id_), _LOAD_S)

    def _on_clip_done(self, id_: str) -> None:
        if not self._phone.faults.active("sound_lost"):
            self.made.sound = sounds.by_id(id_)
        self._nav.leave()

    def _on_remove_sound(self, _: str) -> None:
        self.made.sound = None

    def _on_use_sound(self, id_: str) -> None:
        """From its page to the camera, with it."""
        self.compose("reel", Composition(way="use_sound", sound=sounds.by_id(id_)))
        self._nav.enter(Page(name="reel_camera"), _LOAD_S)

    def _on_mute(self, _: str) -> None:
        self.made.original_on = not self.made.original_on

    def _on_volume(self, _: str) -> None:
        self._nav.show("volume")

    def _on_slide(self, value: str) -> None:
        """`original:40`: a touch on a slider."""
        name, _, percent = value.partition(":")
        self.made.volumes[name] = int(percent)

    def search_sounds(self, words: str) -> None:
        self.state.sound_search, self.state.sound_search_at = words, self._phone.clock()
