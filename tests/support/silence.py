"""A phone in this process that shows no screen for a while, as one whose cable was pulled and plugged in again."""

from collections.abc import Callable

import pytest

from drover.phone.engine import PhoneTimeoutError
from tests.support.script_phone import DisplayPhone


def silence(monkeypatch: pytest.MonkeyPatch, phone: DisplayPhone, *, since: Callable[[], bool], seconds: float) -> None:
    """From the first reading of the screen on for which `since` holds, for so long."""
    read, clock = phone.touch.hierarchy, phone.clock
    until: list[float] = []

    def reading(*, timeout_s: float) -> bytes:
        if not until and since():
            until.append(clock() + seconds)
        if until and clock() < until[0]:
            clock.pass_s(min(timeout_s, until[0] - clock()))
            if clock() < until[0]:
                raise PhoneTimeoutError(f"{phone.serial}: no answer from adb within {timeout_s:.1f} s")
        return read(timeout_s=timeout_s)

    monkeypatch.setattr(phone.touch, "hierarchy", reading)
