"""Opens a file in a thread, for a caller that may stop waiting for it: a disk that is away answers late, or never."""

import asyncio
import threading
from collections.abc import Callable
from typing import ParamSpec

from drover.media.files import OpenFile

P = ParamSpec("P")


async def opened(open_it: Callable[P, OpenFile], *args: P.args, **kwargs: P.kwargs) -> OpenFile:
    """The file that the function opens; raises what it raises. Cancelled, it leaves no file open: a thread cannot be
    cancelled, so the file is closed where it comes after that."""
    found: list[OpenFile] = []
    given_up = threading.Event()

    def work() -> OpenFile:
        file = open_it(*args, **kwargs)
        found.append(file)
        if given_up.is_set():
            file.close()
        return file

    try:
        return await asyncio.to_thread(work)
    except asyncio.CancelledError:
        given_up.set()  # before the look at what is there: one of the two sees the file
        for file in found:
            file.close()
        raise
