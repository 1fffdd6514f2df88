"""What was shared and is on its way: how far it is at a moment, and what the feed says of it. It holds no clock."""

import msgspec

from phonesim.posts import Post

FINISHING = 0.9
"""From this part of the time on the app says that it is finishing up."""


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """One post between the tap on Share and its appearance; `seconds` is infinite for one that never arrives."""

    post: Post
    begun: float
    seconds: float
    fails: bool = False

    def progress(self, now: float) -> float:
        """0 to 1; a failing upload gets nowhere after that."""
        return min(1.0, (now - self.begun) / self.seconds) if self.seconds > 0 else 1.0

    def failed(self, now: float) -> bool:
        return self.fails and self.progress(now) >= 1.0

    @property
    def ends_at(self) -> float:
        return self.begun + self.seconds
