"""Memory of large messages goes back to the system as soon as they are done with."""

import ctypes
import sys
from typing import Final

LARGE_BYTES: Final = 256 * 1024
_M_MMAP_THRESHOLD: Final = -3
"""From malloc.h of the GNU C library."""


def give_back_large_blocks() -> None:
    """Call once, at a process's start.

    The GNU C library takes the largest block that was ever freed for an everyday one: from then on each thread keeps
    such blocks for later. After one message of 8 MB from each of fifty clients those are hundreds of megabytes.
    """
    if sys.platform == "linux" and (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)) is not None:
        mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES)
