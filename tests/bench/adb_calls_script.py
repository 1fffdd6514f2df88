"""Says when a worker waited for adb: put before a daemon as a package, imported by the zygote, used by no task.

Each wait (connecting, sending, reading) is two monotonic moments, in seconds, added to a file next to this module.
"""

import os
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import msgspec

from drover.phone.adb import Adb, Stream
from drover.scripts.context import Context
from tests.bench.spans import FILE, PAIR

_file = os.open(Path(__file__).with_name(FILE), os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _timed(call: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(call)
    def timed(*args: Any, **named: Any) -> Any:
        begun = time.perf_counter()
        try:
            return call(*args, **named)
        finally:
            os.write(_file, PAIR.pack(begun, time.perf_counter()))

    return timed


for owner, name in ((Adb, "_server"), (Stream, "send"), (Stream, "read_some")):
    setattr(owner, name, _timed(getattr(owner, name)))


class Script:
    """Does nothing; there so that this module is imported."""

    effect = ""
    reconciles = False
    retry_safe = True

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        pass

    def __init__(self, config: Config) -> None:
        self._config = config

    def run(self, ctx: Context) -> None:
        ctx.step("nothing to do", 100)
