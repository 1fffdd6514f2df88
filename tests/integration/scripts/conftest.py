"""The scripts' phone over real adb, with either engine."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from drover.phone.phone import Phone
from drover.scripts import navigation, profile_visit, relation
from tests.support.adb import AdbServer
from tests.support.instagram_screens import INSTAGRAM
from tests.support.phones import PhoneFarm
from tests.support.screens import TIKTOK
from tests.support.script_phone import RecordingContext


@dataclass(frozen=True, kw_only=True)
class Driven:
    """A simulated phone and the real Phone that drives it."""

    farm: PhoneFarm
    phone: Phone

    @property
    def state(self) -> dict[str, Any]:
        return self.farm.state(self.phone.serial)

    def fault(self, name: str, **params: Any) -> None:
        self.farm.fault(self.phone.serial, name, **params)

    def counted(self, what: str, target: str) -> list[tuple[str, int]]:
        """`effects` or `taps` on this user, as the simulated server counts them."""
        return [(row["kind"], row["count"]) for row in self.state[what] if row["target"] == target]

    @property
    def active(self) -> str:
        return self.active_in("tiktok")

    def active_in(self, app: str) -> str:
        return next(str(row["username"]) for row in self.accounts_of(app) if row["active"])

    def accounts_of(self, app: str) -> list[dict[str, Any]]:
        return [row for row in self.state["accounts"] if row["app"] == app]

    def posts_of(self, app: str) -> list[dict[str, Any]]:
        """What the simulated server has published, oldest first."""
        return [row for row in self.state["posts"] if row["app"] == app]

    def context(self, **fields: Any) -> RecordingContext:
        return RecordingContext(self.phone, **fields)


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
def driven(opened: Phone, farm: PhoneFarm) -> Iterator[Driven]:
    """The opened phone with its apps ended and no faults; what its server counted stays."""
    farm.clear_faults(opened.serial)
    opened.force_stop(TIKTOK)
    opened.force_stop(INSTAGRAM)
    yield Driven(farm=farm, phone=opened)
    farm.clear_faults(opened.serial)


@pytest.fixture
def someone() -> Callable[[str], str]:
    """A user whom no other test touches, with these traits: `private_` gives `private_ab12cd`."""

    def name(traits: str) -> str:
        return f"{traits}{uuid.uuid4().hex[:6]}"

    return name
