"""One phone of policy.phone on a clock that moves only when told, and the events that its tests begin with."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from drover.policy import phone_events as e
from drover.policy import remarks
from drover.policy.clock import Reading
from drover.policy.phone import step
from drover.policy.phone_commands import Command
from drover.policy.phone_state import Phone
from drover.wire.devices import DeviceState

SERIAL = "R58M1"
START = datetime(2026, 3, 1, tzinfo=UTC)
GRACE_S = 12.0
GONE = e.TransportUnusable(state=DeviceState.ABSENT, reason="adb does not list it")
USABLE, ANSWERED = e.TransportUsable(), e.PhoneAnswered()
STARTED = e.WorkerStarted(pid=7, starts=1)
IDLE: Sequence[e.Event] = (USABLE, STARTED, ANSWERED)
CHOSEN, BEGUN = e.TaskChosen(task_id=5, account="tiktok:me"), e.AttemptBegun(task_id=5, fence=9, account="tiktok:me")
CLOSED = e.AttemptClosed(fence=9)
GRANTED = e.LeaseGranted(key="k", words="leased by 'ann'")
LOST = e.Ticked(grace_s=GRACE_S)


class Play:
    """One phone, and a clock that moves only when told."""

    def __init__(self, *events: e.Event) -> None:
        self.phone, self.at = Phone(serial=SERIAL), 1000.0
        self.after(*events)

    def after(self, *events: e.Event, s: float = 0.0) -> list[Command]:
        """What is to be done after these, each so many seconds later than what was before it."""
        commands: list[Command] = []
        for event in events:
            self.at += s
            now = Reading(wall=START + timedelta(seconds=self.at), monotonic_s=self.at)
            self.phone, more = step(self.phone, event, now)
            commands += more
        return commands

    @property
    def shown(self) -> tuple[DeviceState, str]:
        return self.phone.state, self.phone.reason

    @property
    def left_s(self) -> float | None:
        """Until the deadline that is shown."""
        deadline = self.phone.deadline
        return None if deadline is None else (deadline - START).total_seconds() - self.at


def words(grace_s: float) -> str:
    """Why a phone that stayed away so long is lost."""
    return remarks.device_lost(SERIAL, grace_s)
