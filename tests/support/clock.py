"""A clock that moves only on request."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Called, it gives the present; `pass_s` lets time pass."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_s(self, seconds: float) -> datetime:
        """The present after that many seconds more."""
        self.now += timedelta(seconds=seconds)
        return self.now
