"""What workers report of themselves and their phones, and their starts and ends, as events of their phones."""

from typing import Final

from drover.policy.phone_events import PhoneAnswered, PhoneBlamed, PhoneTroubled, WorkerEnded, WorkerStarted
from drover.supervisor.devices.identification import Identification
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.leases.account_reader import AccountReader
from drover.supervisor.leases.direct_calls import DirectCalls
from drover.supervisor.tallies import Tallies
from drover.supervisor.tasks.running_attempts import RunningAttempts
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

PHONE_AT_FAULT: Final = frozenset({Reason.DEVICE_LOST, Reason.TIMEOUT, Reason.INTERRUPTED})


class WorkerReports:
    """Listens to the worker pool. What a worker says of an attempt or a call goes to whoever keeps that."""

    def __init__(
        self,
        registry: DeviceRegistry,
        identification: Identification,
        running: RunningAttempts,
        direct: DirectCalls,
        account_reader: AccountReader,
        tallies: Tallies,
    ) -> None:
        self._registry = registry
        self._identification = identification
        self._running = running
        self._direct = direct
        self._account_reader = account_reader
        self._tallies = tallies

    def on_worker_started(self, serial: str, pid: int, starts: int) -> None:
        self._registry.post(serial, WorkerStarted(pid=pid, starts=starts))

    def on_message(self, serial: str, message: FromWorker) -> None:
        match message:
            case WorkerHello() | Heartbeat():
                return
            case PhoneReady(facts=facts):
                self._registry.learn(serial, facts)
                self._registry.post(serial, PhoneAnswered())
            case EngineCured(cure=cure):
                self._tallies.counters[f"automation_{cure}"] += 1
            case PhoneTrouble(why=why, condition=condition):
                self._registry.post(serial, PhoneTroubled(why=why, condition=condition))
            case OtherPhone():
                self._identification.mistaken(serial)
            case DirectAnswered():
                self._direct.on_answer(serial, message)
            case AccountsRead():
                self._account_reader.on_answer(serial, message)
            case Ended(reason=reason, remark=remark, condition=condition) if reason in PHONE_AT_FAULT:
                self._registry.post(serial, PhoneBlamed(fence=message.fence, why=remark, condition=condition))
                self._running.on_message(serial, message)
            case _:
                self._running.on_message(serial, message)

    def on_worker_ended(self, serial: str, status: int, *, quarantined: bool, retry_in_s: float | None) -> None:
        if retry_in_s:  # one that is started again at once is an expected exit
            self._tallies.counters["worker_death"] += 1
        self._registry.post(serial, WorkerEnded(status=status, quarantined=quarantined, retry_in_s=retry_in_s))
