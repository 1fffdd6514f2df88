"""Touches on sounds: their pages, the panel in which one is chosen, the volumes."""

from phonesim.apps.tiktok.posting import sounds
from phonesim.apps.tiktok.posting.touches import LOAD_S, Touches
from phonesim.apps.tiktok.scene import Page


class SoundTouches(Touches):
    """A sound is played before it is taken."""

    def open_sound(self, link: str) -> bool:
        """A sound's page, by its link; False for another link."""
        sound = sounds.by_link(link)
        if sound is not None:
            self._nav.ensure_home()
            self._on_open_sound(sound.id)
        return sound is not None

    def _on_sound_panel(self, _: str) -> None:
        self.state.sound_search, self.state.candidate = "", self.made.sound
        self._nav.enter(Page(name="sound_panel"), LOAD_S)

    def _on_open_sound(self, id_: str) -> None:
        self.state.candidate = sounds.by_id(id_)
        self._nav.enter(Page(name="sound", target=id_), LOAD_S)

    def _on_try_sound(self, id_: str) -> None:
        self.state.candidate = sounds.by_id(id_)

    def _on_take_sound(self, id_: str) -> None:
        self.made.sound = sounds.by_id(id_)
        self._nav.leave()

    def _on_remove_sound(self, _: str) -> None:
        self.made.sound = None

    def _on_use_this_sound(self, id_: str) -> None:
        self.state.candidate = sounds.by_id(id_)
        self.record(way="use_sound")

    def _on_volume(self, _: str) -> None:
        self._nav.show("volume")

    def _on_slide(self, value: str) -> None:
        """`original:40`: a touch on a slider."""
        name, _, percent = value.partition(":")
        self.made.volumes[name] = int(percent)

    def _on_toggle_original(self, _: str) -> None:
        self.made.original_on = not self.made.original_on
