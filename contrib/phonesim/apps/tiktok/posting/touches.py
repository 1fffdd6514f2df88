"""What all touches on TikTok's way to a post work with."""

from phonesim.apps.navigation import LOAD_S, Page
from phonesim.apps.posting.flow import PostFlow
from phonesim.apps.posting.state import Composition
from phonesim.apps.tiktok.posting.state import TikTokPosting


class Touches(PostFlow[TikTokPosting]):
    """The base of those that answer touches."""

    new_state = TikTokPosting

    def record(self, made: Composition | None = None) -> None:
        """The camera, from Create, by its component, or with a sound."""
        self._compose(made or Composition(way="add_button"))
        self._nav.ensure_home()
        self._nav.enter(Page(name="camera"), LOAD_S)

    def _compose(self, made: Composition) -> None:
        super()._compose(made)
        self.state.multiple = True
        self.state.filter, self.state.album = "all", ""

    def _edit(self) -> None:
        self._nav.enter(Page(name="editor"), LOAD_S)
