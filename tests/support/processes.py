"""Whether a process runs, also one whose parent has not taken note of its end."""

import psutil


def gone(pid: int) -> bool:
    """Whether it has ended; a dead one may wait for the machine's init to take note of it, for seconds."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
