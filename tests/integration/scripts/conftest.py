"""The scripts' phone over real adb, with either engine."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from drover.apps import load
from drover.phone.phone import Phone
from drover.scripts import navigation, profile_visit, relation
from tests.support.adb import AdbServer
from tests.support.app_state import AppState
from tests.support.instagram_screens import INSTAGRAM
from tests.support.phones import PhoneFarm
from tests.support.screens import TIKTOK
from tests.support.script_phone import RecordingContext


@dataclass(frozen=True, kw_only=True)
class Driven(AppState):
    """A simulated phone, the real Phone that drives it, and the app under test."""

    farm: PhoneFarm
    phone: Phone
    platform: str

    @property
    def state(self) -> dict[str, Any]:
        return self.farm.state(self.phone.serial)

    def fault(self, name: str, **params: Any) -> None:
        self.farm.fault(self.phone.serial, name, **params)

    def counted(self, what: str, target: str) -> list[tuple[str, int]]:
        """`effects` or `taps` on this user, as the simulated server counts them."""
        return [(row["kind"], row["count"]) for row in self.state[what] if row["target"] == target]

    @property
    def posts(self) -> list[dict[str, Any]]:
        """What the simulated server of the app has published, oldest first."""
        return [row for row in self.state["posts"] if row["app"] == self.platform]

    def context(self, *, package: str = "", **fields: Any) -> RecordingContext:
        """An attempt in the app under test, or in this clone of it."""
        return RecordingContext(self.phone, package or load(self.platform).packages[0], self.platform, **fields)


@pytest.fixture(scope="module", params=[("en", "uiautomator2"), ("fr", "adb")], ids=["en-uiautomator2", "fr-adb"])
def opened(request: pytest.FixtureRequest, adb_server: AdbServer, farm: PhoneFarm) -> Iterator[Phone]:
    """One phone in each language, each driven by another engine; opened once for a module."""
    language, engine = request.param
    serial = next(phone.serial for phone in farm.phones if phone.language == language)
    phone = Phone.open(serial, adb_port=adb_server.port, engine=engine)
    yield phone
    phone.close()


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulated phones are quick: what real ones may need would only be waited for."""
    monkeypatch.setattr(profile_visit, "ELSEWHERE_S", 1.0)
    monkeypatch.setattr(relation, "CHANGE_S", 3.0)
    monkeypatch.setattr(navigation, "STRANGE_S", 1.0)


@pytest.fixture
def platform() -> str:
    """The app under test; tests of the other app override it."""
    return "tiktok"


@pytest.fixture
def driven(opened: Phone, farm: PhoneFarm, platform: str) -> Iterator[Driven]:
    """The opened phone with its apps ended and no faults; what its server counted stays."""
    farm.clear_faults(opened.serial)
    opened.force_stop(TIKTOK)
    opened.force_stop(INSTAGRAM)
    yield Driven(farm=farm, phone=opened, platform=platform)
    farm.clear_faults(opened.serial)


@pytest.fixture
def someone() -> Callable[[str], str]:
    """A user whom no other test touches, with these traits: `private_` gives `private_ab12cd`."""

    def name(traits: str) -> str:
        return f"{traits}{uuid.uuid4().hex[:6]}"

    return name
