"""What is counted for the status and the metrics."""

from collections import Counter
from typing import Final

COUNTERS: Final = (
    "automation_restart", "automation_reinstall", "automation_fallback", "worker_death", "device_reconnect",
)  # fmt: skip


class Tallies:
    """`counters`: how often workers died and phones had to be helped; `requests` that the control socket took;
    `malformed`: those that could not be read."""

    def __init__(self) -> None:
        self.counters = Counter[str](dict.fromkeys(COUNTERS, 0))
        self.requests = 0
        self.malformed = 0
