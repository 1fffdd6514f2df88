"""A simulated phone in simulated time, English and French."""

from typing import cast

import pytest

from tests.support.script_phone import DisplayPhone, simulate_time


@pytest.fixture(params=["en", "fr"])
def phone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> DisplayPhone:
    made = DisplayPhone(cast(str, request.param))
    simulate_time(monkeypatch, made.clock)
    return made
