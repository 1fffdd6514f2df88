"""Chooses and starts the engine of a phone."""

import logging
from typing import Final

from drover.phone import conditions
from drover.phone.adb import ANSWER_S, Adb, last_line
from drover.phone.adb_engine import AdbEngine
from drover.phone.engine import (
    BEYOND_ENGINES,
    Cure,
    Engine,
    OnCure,
    PhoneError,
    PhoneStartingError,
)
from drover.phone.u2_engine import U2Engine

ENGINES: Final = ("auto", "uiautomator2", "adb")
_ALIVE_S: Final = 5.0
_log = logging.getLogger(__name__)


def open_engine(adb: Adb, engine: str, *, timeout_s: float, on_cure: OnCure, doubt_input: bool = False) -> Engine:
    """The engine by its configured name; `auto` is uiautomator2 where it starts, and plain adb where not.

    Raises PhoneStartingError while Android starts, PhoneNotReadyError for what is wrong with the phone as a whole, and
    UiAutomationHeldError where another tool stands in the way: no engine could work then.
    """
    if engine not in ENGINES:
        raise PhoneError(f"{adb.serial}: no engine {engine!r}; say one of {', '.join(ENGINES)}")
    _refuse_starting(adb, timeout_s=timeout_s)
    conditions.check(adb, doubt_input=doubt_input, timeout_s=min(timeout_s, ANSWER_S))
    if engine == "adb":
        return AdbEngine(adb)
    try:
        return U2Engine(adb, timeout_s=timeout_s, on_cure=on_cure)
    except BEYOND_ENGINES:
        raise
    except PhoneError as error:
        if engine == "uiautomator2":
            raise
        adb.shell(["true"], timeout_s=_ALIVE_S)
        on_cure(Cure.FALLBACK, str(error))
        _log.warning("%s: falling back to the plain adb engine: %s", adb.serial, error)
        return AdbEngine(adb)


def _refuse_starting(adb: Adb, *, timeout_s: float) -> None:
    booted = adb.shell(["getprop", "sys.boot_completed"], timeout_s=min(timeout_s, ANSWER_S))
    if last_line(booted.text) != "1":
        raise PhoneStartingError(adb.serial)
