"""What a worker says of its phone: sick phones are cured, those that wait for a person are not."""

import time
from types import SimpleNamespace
from typing import Any, cast

import pytest

from drover.policy.device_states import DeviceEvent
from drover.policy.transports import Transport
from drover.supervisor.app.phones import Phones
from drover.supervisor.app.worker_reports import WorkerReports
from drover.supervisor.devices.recovery import DeviceRecovery
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.devices.transports import Transports
from drover.wire.devices import Device, DeviceState, PhoneCondition
from drover.wire.tasks import Effect, Reason
from drover.wire.worker import Ended, Outcome, PhoneTrouble

PHONE = "R58M1"
LOCKED = PhoneTrouble(why="locked; unlock it by hand", condition=PhoneCondition.LOCKED)
HANGS = PhoneTrouble(why="it does not answer")


class Ward:
    """The components that hear of it; what stands for the others does nothing."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.runs = 1000.0, False
        monkeypatch.setattr(time, "monotonic", lambda: self.now)
        self.registry = DeviceRegistry([], lambda _: None)
        self.registry.apply(PHONE, DeviceEvent.LISTED)
        nothing = SimpleNamespace(wake=_nothing, back=_nothing, due=_nothing, said=_nothing, on=self._running)
        components: dict[str, Any] = dict.fromkeys(
            ("dispatcher", "direct", "account_reader", "event_feed", "jobs", "leases", "retention", "running", "store"),
            nothing,
        )
        transports = Transports(lambda _: True)
        (link,) = transports.update([Transport(name=PHONE, state="device", id=3, usb="usb:1-1")])
        transports.prove(link, PHONE, "the same Android id")
        self.phones = Phones(registry=self.registry, transports=transports, **components)
        self.reports = WorkerReports(
            boot_id="b1", phones=self.phones, identification=cast(Any, nothing), gallery_cleanup=cast(Any, nothing)
        )
        self.device_recovery = DeviceRecovery(
            self.registry,
            cast(Any, SimpleNamespace(connected=True)),
            transports,
            hangs=lambda serial: serial in self.phones.stuck,
            spawn=lambda work: work.close(),
        )

    def _running(self, _serial: str) -> object | None:
        return object() if self.runs else None

    def live(self, seconds: int) -> int:
        """How many cures were tried in this time."""
        before = self.device_recovery.steps
        for _ in range(seconds):
            self.device_recovery.watch()
            self.now += 1
        return self.device_recovery.steps - before

    @property
    def device(self) -> Device:
        return self.registry.all()[0]


def _nothing(*_args: object) -> None:
    """It is not what these tests are about."""


def test_case_p7_a_phone_that_waits_for_a_person_is_not_sick(monkeypatch: pytest.MonkeyPatch) -> None:
    ward = Ward(monkeypatch)
    ward.reports.worker_said(PHONE, HANGS)
    assert ward.live(120) == 1  # of a USB phone's ladder
    ward.reports.worker_said(PHONE, LOCKED)
    assert (ward.device.state, ward.device.condition) == (DeviceState.PREPARING, PhoneCondition.LOCKED)
    assert ward.device.reason == "locked; unlock it by hand"
    assert ward.registry.not_ready() == {PHONE: "locked; unlock it by hand"}
    assert (ward.live(1200), ward.device.deadline) == (0, None)
    ward.reports.worker_said(PHONE, HANGS)
    assert (ward.live(60), ward.device.condition) == (1, None)


def test_case_p7_an_attempt_that_found_its_phone_not_ready_leaves_it_so(monkeypatch: pytest.MonkeyPatch) -> None:
    ward = Ward(monkeypatch)
    ward.registry.apply(PHONE, DeviceEvent.PHONE_READY)
    ward.registry.apply(PHONE, DeviceEvent.ATTEMPT_BEGAN, task_id=1)
    ward.runs = True
    ended = Ended(
        fence=1,
        outcome=Outcome.FAILED,
        effect=Effect.NONE,
        reason=Reason.INTERRUPTED,
        remark="R58M1: locked; unlock it by hand",
        condition=PhoneCondition.LOCKED,
    )
    ward.reports.worker_said(PHONE, ended)
    assert ward.device.state is DeviceState.BUSY
    ward.runs = False
    ward.phones.leases = cast(Any, SimpleNamespace(task_ended=_nothing, back=_nothing))
    ward.phones.freed(PHONE)
    assert (ward.device.state, ward.device.condition) == (DeviceState.PREPARING, PhoneCondition.LOCKED)
    ward.phones.well(PHONE)
    ward.phones.show(PHONE)
    assert (ward.device.state, ward.device.condition, ward.registry.not_ready()) == (DeviceState.IDLE, None, {})
