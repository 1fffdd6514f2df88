"""A phone against a small model: whatever happens, in whatever order."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from drover.policy import phone_events as e
from drover.policy.clock import Reading
from drover.policy.lifecycle import IllegalTransitionError
from drover.policy.phone import step
from drover.policy.phone_commands import CloseAttempt, Command, EndLease, FailScan
from drover.policy.phone_state import Phone
from drover.wire.devices import DeviceState

GRACE_S = 10.0


class Model:
    """What a reader would say of the phone: is it there, what did its worker say last, who has it."""

    def __init__(self) -> None:
        self.there, self.opened, self.worker, self.trouble = False, False, "none", ""
        self.has: tuple[str, int] | None = None
        self.away_s: float | None = None

    @property
    def ready(self) -> bool:
        return self.there and self.opened and self.worker == "open" and not self.trouble


class PhoneMachine(RuleBasedStateMachine):
    """Events as they may come, also late; the model says which acts are possible and what must be closed."""

    def __init__(self) -> None:
        super().__init__()
        self.phone, self.model, self.at, self.number = Phone(serial="a"), Model(), 0.0, 0

    def post(self, event: e.Event) -> list[Command]:
        now = Reading(wall=datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=self.at), monotonic_s=self.at)
        self.phone, commands = step(self.phone, event, now)
        return commands

    def must_end(self, commands: list[Command]) -> None:
        """Whoever has the phone is told that it is lost."""
        told = {type(command) for command in commands}
        wanted = {"attempt": CloseAttempt, "lease": EndLease, "scan": FailScan}
        if self.model.has is not None and self.model.has[0] in wanted:
            assert wanted[self.model.has[0]] in told
        if self.model.has is not None and self.model.has[0] == "lease":
            self.model.has = ("returning", self.model.has[1])

    # --- adb and time

    @initialize()
    def is_there(self) -> None:
        self.opened()

    @rule()
    def opens(self) -> None:
        self.opened()

    def opened(self) -> None:
        """It comes and its worker opens it: what everything else begins with, so that it is met often enough."""
        self.listed()
        self.has_started()
        self.has_answered()

    @rule()
    def comes(self) -> None:
        self.listed()

    def listed(self) -> None:
        if not self.model.there:
            self.post(e.TransportUsable())
            if self.phone.admitted:  # else it comes and goes: it waits, and time lets it in
                self.admit()

    def admit(self) -> None:
        model = self.model
        model.there, model.away_s = True, None
        if model.has is None or model.has[0] != "attempt":
            model.opened = False
            model.trouble = "" if model.worker == "open" else model.trouble

    @rule()
    def goes(self) -> None:
        self.post(e.TransportUnusable(state=DeviceState.ABSENT, reason="gone"))
        if self.model.there:
            self.model.there, self.model.away_s = False, 0.0

    @rule(seconds=st.floats(0.5, 70.0))
    def passes(self, seconds: float) -> None:
        self.at += seconds
        if self.model.away_s is not None:
            self.model.away_s += seconds
        commands = self.post(e.Ticked(grace_s=GRACE_S))
        if self.phone.admitted and not self.model.there:
            self.admit()
        elif self.model.away_s is not None and self.model.away_s >= GRACE_S:
            self.must_end(commands)
            self.model.away_s = None

    # --- its worker

    @rule()
    def starts(self) -> None:
        self.has_started()

    def has_started(self) -> None:
        self.post(e.WorkerStarted(pid=1, starts=1))
        self.model.worker, self.model.trouble = "opening", ""

    @rule()
    def answers(self) -> None:
        self.has_answered()

    def has_answered(self) -> None:
        self.post(e.PhoneAnswered())
        self.model.worker, self.model.trouble, self.model.opened = "open", "", True

    @rule()
    def is_troubled(self) -> None:
        self.post(e.PhoneTroubled(why="no answer"))
        self.model.trouble = "no answer"

    @rule()
    def dies(self) -> None:
        self.must_end(self.post(e.WorkerEnded(status=1, retry_in_s=1.0)))
        self.model.worker = "ended"

    # --- uses: each is possible exactly where the model says so

    @rule(kind=st.sampled_from(["task", "lease", "scan"]))
    def is_taken(self, kind: str) -> None:
        self.number += 1
        number = self.number
        event: e.Event = e.TaskChosen(task_id=number)
        if kind != "task":
            event = e.LeaseGranted(key=str(number)) if kind == "lease" else e.ScanBegun(request_id=number)
        if self.model.ready and self.model.has is None:
            self.post(event)
            self.model.has = (kind, number)
        else:
            with pytest.raises(IllegalTransitionError):
                self.post(event)

    @precondition(lambda self: self.model.has is not None and self.model.has[0] == "task")
    @rule(begins=st.booleans())
    def begins(self, begins: bool) -> None:
        assert self.model.has is not None
        number = self.model.has[1]
        self.post(e.AttemptBegun(task_id=number, fence=number) if begins else e.BeginAbandoned(task_id=number))
        self.model.has = ("attempt", number) if begins else None

    @rule(late=st.booleans())
    def leaves(self, late: bool) -> None:
        """Whoever has it leaves it; or somebody who left it long ago is heard of again."""
        kind, number = self.model.has or ("none", 0)
        number = number - 1 if late else number
        self.post(e.AttemptClosed(fence=number))
        self.post(e.ScanEnded(request_id=number))
        self.post(e.CallsEnded(key=str(number)))
        if not late and kind in ("attempt", "scan", "returning"):
            self.model.has = None

    @precondition(lambda self: self.model.has is not None and self.model.has[0] == "lease")
    @rule()
    def is_given_back(self) -> None:
        assert self.model.has is not None
        self.post(e.LeaseOver(key=str(self.model.has[1])))
        self.model.has = ("returning", self.model.has[1])

    # --- what must hold

    @invariant()
    def the_same_one_has_it(self) -> None:
        kinds = {"Beginning": "task", "Running": "attempt", "Leased": "lease", "Returning": "returning"}
        occupant = self.phone.occupant
        has = None if occupant is None else kinds.get(type(occupant).__name__, "scan")
        assert has == (self.model.has and self.model.has[0])

    @invariant()
    def it_is_free_exactly_if_it_is_ready_and_nobody_has_it(self) -> None:
        assert self.phone.free is (self.model.ready and self.model.has is None)

    @invariant()
    def it_is_never_shown_ready_without_a_worker_or_a_transport(self) -> None:
        usable = {DeviceState.IDLE, DeviceState.BUSY, DeviceState.LEASED}
        if self.phone.state in usable:
            assert self.model.there
            assert self.model.worker == "open"
        if not self.model.there:
            assert self.phone.state not in usable | {DeviceState.PREPARING}


TestPhone = PhoneMachine.TestCase
TestPhone.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
