"""What the touches on every page of publishing work with: the phone, the place, and the post that is being made."""

from phonesim.apps.app import Phone
from phonesim.apps.navigation import Navigation
from phonesim.apps.tiktok.posting.state import Composition, PostingState
from phonesim.apps.tiktok.scene import Page

LOAD_S = 0.25


class Touches:
    """The base of those that answer touches, by methods `_on_NAME` of one value."""

    def __init__(self, phone: Phone, nav: Navigation) -> None:
        self._phone, self._nav = phone, nav
        self.state = PostingState()

    @property
    def made(self) -> Composition:
        """What is being composed; pages of a post are only open while something is."""
        if self.state.composition is None:
            self.state.composition = Composition(way="add_button")
        return self.state.composition

    def record(self, *, way: str = "add_button") -> None:
        """The camera, from Create, by its component, or with a sound."""
        sound = self.state.candidate if way == "use_sound" else None
        self._compose(Composition(way=way, sound=sound))
        self._nav.ensure_home()
        self._nav.enter(Page(name="camera"), LOAD_S)

    def _compose(self, composition: Composition) -> None:
        self.state.composition = composition
        self.state.chosen = []
        self.state.covered = False
        self.state.multiple = True
        self.state.filter, self.state.album = "all", ""
