"""By what a new post is known wherever a page shows it in full."""

from dataclasses import dataclass
from typing import Final

from drover.apps.ages import Since

SLACK_S: Final = 8.0
"""How long the tap itself may have taken, with a question that followed it; an earlier post is older than that."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """Its words, its account's handle, and when, in monotonic seconds, the tap was sent and the profile read before."""

    words: str
    author: str
    tapped_at: float
    surveyed_at: float

    def since(self, now: float) -> Since:
        """How long ago it can have been made, at the moment `now`."""
        return Since(tap_s=now - self.tapped_at + SLACK_S, survey_s=now - self.surveyed_at)
