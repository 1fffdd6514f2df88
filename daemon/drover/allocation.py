"""Memory goes back to the system as soon as it is done with: that of large messages, and that of a burst of work."""

import ctypes
import gc
import sys
from typing import Final

LARGE_BYTES: Final = 256 * 1024
_M_MMAP_THRESHOLD: Final = -3
"""From malloc.h of the GNU C library."""

_libc: Final = ctypes.CDLL(None)


def give_back_large_blocks() -> None:
    """Call once, at a process's start.

    The GNU C library takes the largest block that was ever freed for an everyday one: from then on each thread keeps
    such blocks for later. After one message of 8 MB from each of fifty clients those are hundreds of megabytes.
    """
    if sys.platform == "linux" and (mallopt := getattr(_libc, "mallopt", None)) is not None:
        mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES)


def give_back_free_blocks() -> None:
    """Call when a burst of work is over: what it left in circles is collected, and free pages go back to the system.

    A millisecond or two for a worker. Hierarchies are circles (a node knows its parent), so that without this they stay
    until enough of them have come together.
    """
    gc.collect()
    if sys.platform == "linux" and (trim := getattr(_libc, "malloc_trim", None)) is not None:
        trim(0)
