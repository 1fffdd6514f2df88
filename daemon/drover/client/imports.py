"""How long the daemon may take to look into a file that was put on its disk."""

from typing import Final

_LOOK_S: Final = 60.0
_BYTES_PER_S: Final = 10_000_000
"""What even a slow disk reads; the time for all of the file comes on top."""


def import_timeout_s(size: int) -> float:
    """Seconds to wait for the answer to ImportMaterial of a file of so many bytes."""
    return _LOOK_S + size / _BYTES_PER_S
