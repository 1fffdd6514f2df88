"""What the simulated server of the app under test holds."""

from typing import Any


class AppState:
    """Reads it from `state`, the simulated phone's own; `platform` is the app."""

    platform: str

    @property
    def state(self) -> dict[str, Any]:
        raise NotImplementedError

    @property
    def accounts(self) -> list[dict[str, Any]]:
        """The accounts that are logged in, in the switcher's order."""
        return [row for row in self.state["accounts"] if row["app"] == self.platform]

    @property
    def active(self) -> str:
        return next(str(row["username"]) for row in self.accounts if row["active"])

    @property
    def other(self) -> str:
        """An account that is logged in and not active."""
        return next(str(row["username"]) for row in self.accounts if not row["active"])
