"""Touches on the camera and the picker: which file is chosen, of which album."""

from phonesim.apps.navigation import LOAD_S, Page
from phonesim.apps.tiktok.posting.grid import hidden_rows, row_height
from phonesim.apps.tiktok.posting.touches import Touches


class PickerTouches(Touches):
    """From the camera's modes to Next."""

    def _on_mode(self, page: str) -> None:
        """POST and CREATE below the camera: CREATE is the tab with templates."""
        if self._nav.page.name != page:
            self._nav.stack.pop()
            self._nav.enter(Page(name=page))

    def _on_open_picker(self, _: str) -> None:
        self.state.chosen, self.state.scrolled = [], 0
        self._nav.enter(Page(name="picker"), LOAD_S)

    def _on_close_picker(self, _: str) -> None:
        self._nav.leave()

    def _on_album(self, name: str) -> None:
        self.state.album, self.state.scrolled = name, 0
        self._nav.close()

    def _on_albums(self, _: str) -> None:
        self._nav.show("albums")

    def _on_filter(self, name: str) -> None:
        self.state.filter, self.state.scrolled = name, 0

    def _on_multiple(self, _: str) -> None:
        self.state.multiple = not self.state.multiple
        self.state.chosen = []

    def _on_choose(self, uri: str) -> None:
        """Without "Select multiple" one file opens the editor at once."""
        if self.state.multiple or uri in self.state.chosen:
            self._toggle_choice(uri)
        else:
            self.state.chosen = [uri]
            self._on_picked("")

    def scroll_picker(self, dy: int) -> None:
        """A drag up or down moves the grid by whole rows."""
        most = hidden_rows(self.state, self._phone.media.items(), self._phone.frame)
        rows = round(dy / row_height(self._phone.frame))
        self.state.scrolled = min(most, max(0, self.state.scrolled - rows))
