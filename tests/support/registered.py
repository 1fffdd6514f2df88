"""Phones of a device registry and their workers, for tests without processes."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any, get_args

from drover.config import PaceSection, TroubleSection
from drover.policy.phone_commands import Command
from drover.policy.phone_events import AttemptBegun, PhoneAnswered, TaskChosen, TransportUsable, WorkerStarted
from drover.policy.records import NewTask
from drover.supervisor.app.command_loop import CommandLoop
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.dispatch_signal import Changes, DispatchSignal
from drover.supervisor.jobs import Jobs
from drover.wire.events import Event
from drover.wire.worker import ToWorker

NO_PAUSES = PaceSection(follow_per_day=0, unfollow_per_day=0, post_per_day=0, pause_min_s=0.0, pause_max_s=0.0)
NO_TROUBLE = TroubleSection(
    captcha="off", verification="off", suspended="off", logged_out="off", too_fast="off", failures_in_a_row=0
)
"""Sections of a configuration by which nothing holds an account or a phone back."""


class FakeWorkers:
    """Keeps what workers are told. `takes`: whether there is one, or what sending to it raises."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, ToWorker]] = []
        self.killed: list[str] = []
        self.takes: bool | Exception = True
        self.lives = True

    @property
    def told(self) -> list[ToWorker]:
        return [message for _, message in self.sent]

    def send(self, serial: str, message: ToWorker) -> bool:
        if isinstance(self.takes, Exception):
            raise self.takes
        self.sent.append((serial, message))
        return self.takes

    def kill(self, serial: str, why: str, *, excused: bool = False) -> bool:
        self.killed.append(f"{why} (excused)" if excused else why)
        return self.lives

    def on_send(self, device: Any, command: Any) -> None:
        self.send(device.serial, command.message)


class CountingSignal(DispatchSignal):
    """The dispatcher's signal; counts how often it was woken, and waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.woken = self.waits = 0

    def wake(self) -> None:
        self.woken += 1
        super().wake()

    def tasks_added(self, new: Iterable[NewTask]) -> None:
        self.woken += 1
        super().tasks_added(new)

    async def wait(self, seconds: float) -> Changes:
        self.waits += 1
        return await super().wait(seconds)


class JobsAtOnce(Jobs):
    """Short work is done before `background` returns: for tests without an event loop."""

    def __init__(self) -> None:
        super().__init__(never)

    def background(self, work: Coroutine[Any, Any, Any]) -> None:
        asyncio.run(work)


async def no_events(_after: int, _limit: int) -> list[Event]:
    """What a feed without events reads."""
    return []


def never() -> None:
    """For Jobs whose components do not fail."""
    raise AssertionError("a component failed")


def make_ready(registry: DeviceRegistry, *serials: str) -> None:
    """adb lists these phones, and their workers have opened them."""
    for serial in serials:
        registry.post(serial, TransportUsable())
        registry.post(serial, WorkerStarted(pid=1, starts=1))
        registry.post(serial, PhoneAnswered())


def run_task(registry: DeviceRegistry, serial: str, task_id: int, *, fence: int = 1) -> None:
    """An attempt of this task runs on a ready phone."""
    registry.post(serial, TaskChosen(task_id=task_id))
    registry.post(serial, AttemptBegun(task_id=task_id, fence=fence))


Carry = Mapping[Any, Callable[[Any, Any], None]]


class SteppedLoop(CommandLoop):
    """The loop, which goes on when it is told as well."""

    def __init__(self, registry: DeviceRegistry, handlers: Carry) -> None:
        super().__init__(registry, {kind: handlers.get(kind, _nothing) for kind in get_args(Command)})
        self._orders = registry.orders

    def carry_out_all(self) -> None:
        """What is ordered by now."""
        while not self._orders.empty():
            self.carry_out(self._orders.get_nowait())


def command_loop(registry: DeviceRegistry, handlers: Carry) -> SteppedLoop:
    """A loop that carries out these commands and no others."""
    return SteppedLoop(registry, handlers)


def ordered(registry: DeviceRegistry) -> list[Command]:
    """What was ordered so far, and is carried out by no one."""
    found: list[Command] = []
    while not registry.orders.empty():
        found.append(registry.orders.get_nowait().command)
    return found


def _nothing(_device: Any, _command: Any) -> None:
    """It is not what the test is about."""
