"""Chooses and starts the engine of a phone."""

import logging
from typing import Final

from drover.phone.adb import Adb
from drover.phone.adb_engine import AdbEngine
from drover.phone.engine import Engine, PhoneError, PhoneLostError
from drover.phone.u2_engine import U2Engine

ENGINES: Final = ("auto", "uiautomator2", "adb")
_ALIVE_S: Final = 5.0
_log = logging.getLogger(__name__)


def open_engine(adb: Adb, engine: str, *, timeout_s: float) -> Engine:
    """The engine by its configured name; `auto` is uiautomator2 where it starts, and plain adb where not."""
    if engine not in ENGINES:
        raise PhoneError(f"{adb.serial}: no engine {engine!r}; say one of {', '.join(ENGINES)}")
    if engine == "adb":
        adb.shell(["true"], timeout_s=timeout_s)
        return AdbEngine(adb)
    try:
        return U2Engine(adb, timeout_s=timeout_s)
    except PhoneLostError:
        raise
    except PhoneError as error:
        if engine == "uiautomator2":
            raise
        adb.shell(["true"], timeout_s=_ALIVE_S)
        _log.warning("%s: falling back to the plain adb engine: %s", adb.serial, error)
        return AdbEngine(adb)
