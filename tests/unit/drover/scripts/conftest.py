"""A simulated phone in simulated time, English and French."""

import pytest

from tests.support.script_phone import DisplayPhone, simulate_time


@pytest.fixture
def platform() -> str:
    """The app under test; modules and tests of the other app, or of both, override it."""
    return "tiktok"


@pytest.fixture(params=["en", "fr"])
def phone(request: pytest.FixtureRequest, platform: str, monkeypatch: pytest.MonkeyPatch) -> DisplayPhone:
    made = DisplayPhone(str(request.param), platform=platform)
    simulate_time(monkeypatch, made.clock)
    return made
