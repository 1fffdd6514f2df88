"""What the screens of every social app are drawn from; builders only read it."""

import msgspec

from phonesim.apps.app import Phone
from phonesim.apps.labels import Labels
from phonesim.apps.navigation import Page
from phonesim.apps.posting.state import PostingState, Upload
from phonesim.apps.posting.uploads import Uploads
from phonesim.ui.chrome import Frame
from phonesim.world import Relation, World


class SocialScene(msgspec.Struct, frozen=True, kw_only=True):
    """An app's page with what is known of it; each app adds what only it has."""

    phone: Phone
    world: World
    labels: Labels
    nav: Labels
    """The labels of tabs and navigation, another language under the fault `mixed_language`."""
    page: Page
    position: int
    shown: dict[str, Relation]
    """Relations whose label has not caught up yet."""
    suggesting: frozenset[str]
    query: str
    field: str
    """The text field that has the focus."""
    posting: PostingState
    sent: Uploads

    @property
    def uploads(self) -> tuple[Upload, ...]:
        """What is on its way or failed: those that run first, the newest before the older ones."""
        return self.sent.shown

    @property
    def frame(self) -> Frame:
        return self.phone.frame

    @property
    def loading(self) -> bool:
        """Whether the page is still waiting for the server."""
        return self.phone.before(self.page.ready_at)

    def relation(self, handle: str) -> Relation:
        """The relation that the screen shows, which may lag behind the server's."""
        return self.shown.get(handle) or self.world.relation(handle)
