"""Making what was written outlive a power cut."""

import errno
import os
from pathlib import Path


def sync(path: Path) -> None:
    """Make a file's bytes, or a folder's names, durable; raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def keep(part: Path, target: Path) -> None:
    """Give a finished file its name, durably; raises FileExistsError and replaces nothing, whoever comes between."""
    sync(part)
    try:
        os.link(part, target)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS):
            raise
        # A disk without hard links (exFAT, some network shares): the name is taken first, then given its content.
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        part.replace(target)
    sync(target.parent)
