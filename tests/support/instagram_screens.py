"""A simulated phone with Instagram in front, as a test looks at it and touches it."""

from phonesim.contract import Intent
from tests.support.screens import Node, Screen

INSTAGRAM = "com.instagram.android"
MAIN = "android.intent.action.MAIN"


class InstagramScreen(Screen):
    """As large as the phones on which Instagram was recorded are, in design units, high enough for every page."""

    def __init__(self, language: str = "en", *, width: int = 1080, height: int = 2400) -> None:
        super().__init__(language, width=width, height=height)
        self.language = language

    def launch(self, package: str = INSTAGRAM) -> None:
        self.display.start_activity(Intent(action=MAIN, package=package))
        self.clock.pass_s(0.3)

    def profile(self, handle: str) -> None:
        self.open(f"https://www.instagram.com/{handle}/")

    def by_id(self, name: str) -> list[Node]:
        """The nodes with this resource id, its package left out."""
        return [node for node in self.nodes() if node["resource-id"].rpartition("/")[2] == name]

    def touch(self, name: str, which: int = 0) -> None:
        """Tap the node with this resource id."""
        found = self.by_id(name)
        assert len(found) > which, f"no {name!r} on {self.name}: {self.words()}"
        self.display.tap(*found[which].centre)
        self.clock.pass_s(0.3)

    def tap(self, words: str, which: int = 0) -> None:
        super().tap(words, which)
        self.clock.pass_s(0.3)

    @property
    def active(self) -> str:
        return next(
            str(row["username"]) for row in self.state["accounts"] if row["active"] and row["app"] == "instagram"
        )
