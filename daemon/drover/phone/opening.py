"""Chooses and starts the engine of a phone."""

from drover.phone.adb import Adb
from drover.phone.adb_engine import AdbEngine
from drover.phone.engine import Engine, PhoneError


def open_engine(adb: Adb, engine: str, *, timeout_s: float) -> Engine:
    """The engine by its configured name: `auto`, `uiautomator2` or `adb`; raises PhoneError."""
    if engine not in {"auto", "uiautomator2", "adb"}:
        raise PhoneError(f"{adb.serial}: no engine {engine!r}; say auto, uiautomator2 or adb")
    return AdbEngine(adb)
