"""What workers report of themselves and their phones, and their starts and ends, handed to whom it concerns."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from drover.policy import escalation, remarks
from drover.policy.device_states import DeviceEvent
from drover.store import devices, logins
from drover.supervisor.app.phones import Phones
from drover.supervisor.devices.identification import Identification
from drover.supervisor.tasks import startup_recovery
from drover.supervisor.tasks.gallery_cleanup import GalleryCleanup
from drover.wire.devices import DeviceFacts, DeviceState
from drover.wire.direct import DirectAnswered
from drover.wire.tasks import Reason
from drover.wire.worker import (
    AccountsRead,
    Ended,
    EngineCured,
    FromWorker,
    Heartbeat,
    OtherPhone,
    PhoneReady,
    PhoneTrouble,
    WorkerHello,
)

log = structlog.get_logger("drover.daemon")

COUNTERS: Final = ("automation_restart", "automation_reinstall", "automation_fallback", "worker_death")
PHONE_AT_FAULT: Final = frozenset({Reason.DEVICE_LOST, Reason.TIMEOUT, Reason.INTERRUPTED})


@dataclass(kw_only=True)
class WorkerReports:
    """Listens to the worker pool. `counters`: how often workers died and the phones' automation had to be cured."""

    boot_id: str
    phones: Phones
    identification: Identification
    gallery_cleanup: GalleryCleanup
    counters: Counter[str] = field(default_factory=lambda: Counter[str](dict.fromkeys(COUNTERS, 0)))

    def worker_started(self, serial: str, pid: int, starts: int) -> None:
        phones, why = self.phones, "its worker looks at the phone"
        phones.in_trouble(serial, why)
        phones.stuck.discard(serial)
        deadline = datetime.now(UTC) + timedelta(seconds=escalation.PREPARE_S)
        phones.registry.apply(serial, DeviceEvent.WORKER_STARTED, why, deadline=deadline)
        phones.registry.note_worker(serial, pid, starts)
        started_at = startup_recovery.start_time(pid)
        phones.jobs.background(phones.store.write(devices.record_worker, serial, pid, started_at, self.boot_id))

    def worker_said(self, serial: str, message: FromWorker) -> None:
        phones = self.phones
        match message:
            case WorkerHello() | Heartbeat():
                return
            case PhoneReady(facts=facts):
                self._phone_ready(serial, facts)
            case EngineCured(cure=cure):
                self.counters[f"automation_{cure}"] += 1
            case PhoneTrouble(why=why, condition=condition) if condition is not None:
                phones.in_trouble(serial, why, condition)
                phones.show(serial)
            case PhoneTrouble(why=why):
                phones.in_trouble(serial, f"{why}; {escalation.PERSON[DeviceState.PREPARING]}")
                phones.stuck.add(serial)
                self.gallery_cleanup.due(serial)
                phones.show(serial)
            case OtherPhone():
                self.identification.mistaken(serial)
            case Ended(reason=reason, remark=remark, condition=condition) if reason in PHONE_AT_FAULT:
                # Its worker opens the phone again and says when it answers.
                phones.in_trouble(serial, remark, condition)
                phones.running.said(serial, message)
            case DirectAnswered():
                phones.direct.said(serial, message)
            case AccountsRead():
                phones.account_reader.said(serial, message)
            case _:
                phones.running.said(serial, message)

    def _phone_ready(self, serial: str, facts: DeviceFacts) -> None:
        phones = self.phones
        before = phones.registry.get(serial)
        if before is not None and before.facts.apps != facts.apps:
            phones.jobs.background(self._forget_logins(serial, facts))
        phones.registry.learn(serial, facts)
        phones.well(serial)
        phones.show(serial)
        phones.jobs.background(self.gallery_cleanup.ready(serial))

    async def _forget_logins(self, serial: str, facts: DeviceFacts) -> None:
        """An app that was removed or installed again may be logged in as somebody else."""
        for login in await self.phones.store.write(logins.forget_outdated, serial, facts.apps):
            log.info("login_forgotten", device=serial, package=login.package, account=login.username)

    def worker_ended(self, serial: str, status: int, *, quarantined: bool, retry_in_s: float | None) -> None:
        phones, how = self.phones, remarks.ended_by(status)
        # Before its attempt is freed: a phone without a worker must not be shown idle, or the next task begins there.
        phones.in_trouble(serial, f"its worker ended ({how})")
        self.gallery_cleanup.due(serial)
        phones.account_reader.lost(serial, f"its worker ended ({how}) meanwhile")
        phones.unreachable(serial, f"the phone's worker ended ({how})")
        lost = phones.running.lost(serial, Reason.INTERRUPTED, remarks.worker_ended(serial, status))
        phones.jobs.background(lost)
        phones.registry.note_worker(serial, None)
        if retry_in_s is None:
            return
        self.counters["worker_death"] += retry_in_s > 0  # one that is started again at once died at our own hand
        event = DeviceEvent.QUARANTINED if quarantined else DeviceEvent.WORKER_DIED
        deadline = datetime.now(UTC) + timedelta(seconds=retry_in_s)
        again = f"its worker ended ({how}); again in {retry_in_s:.0f} s"
        if quarantined:
            again = f"its worker died too often, at last with {how}; {escalation.PERSON[DeviceState.QUARANTINED]}"
        phones.registry.apply(serial, event, again, deadline=deadline)
