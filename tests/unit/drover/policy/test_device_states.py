"""Playbooks of a device's life: these events, exactly these states."""

import itertools

import pytest

from drover.policy.device_states import TRANSITIONS, DeviceEvent, advance
from drover.policy.lifecycle import IllegalTransitionError
from drover.wire.devices import DeviceState

E, S = DeviceEvent, DeviceState

PLAYBOOKS = {
    "plugged in, works, unplugged": (
        S.ABSENT,
        [
            (E.LISTED, S.PREPARING),
            (E.WORKER_STARTED, S.PREPARING),
            (E.PHONE_READY, S.IDLE),
            (E.ATTEMPT_BEGAN, S.BUSY),
            (E.LISTED, S.BUSY),
            (E.ATTEMPT_ENDED, S.IDLE),
            (E.GONE, S.ABSENT),
        ],
    ),
    "must be allowed on the phone first": (
        S.ABSENT,
        [(E.UNAUTHORIZED, S.UNAUTHORIZED), (E.OFFLINE, S.OFFLINE), (E.LISTED, S.PREPARING), (E.PHONE_READY, S.IDLE)],
    ),
    "goes for a moment while it runs, and the attempt goes on": (
        S.BUSY,
        [(E.OFFLINE, S.OFFLINE), (E.LISTED, S.PREPARING), (E.ATTEMPT_BEGAN, S.BUSY), (E.ATTEMPT_ENDED, S.IDLE)],
    ),
    "late words of a worker do not bring back a phone that is gone": (
        S.BUSY,
        [(E.GONE, S.ABSENT), (E.PHONE_READY, S.ABSENT), (E.ATTEMPT_ENDED, S.ABSENT), (E.WORKER_DIED, S.ABSENT)],
    ),
    "its worker dies too often, a probe finds it well": (
        S.IDLE,
        [
            (E.WORKER_DIED, S.PREPARING),
            (E.WORKER_STARTED, S.PREPARING),
            (E.WORKER_DIED, S.PREPARING),
            (E.QUARANTINED, S.QUARANTINED),
            (E.LISTED, S.QUARANTINED),
            (E.PROBED, S.PREPARING),
            (E.PHONE_READY, S.IDLE),
        ],
    ),
    "leased and given back twice": (
        S.IDLE,
        [(E.LEASED, S.LEASED), (E.PHONE_TROUBLE, S.LEASED), (E.RELEASED, S.IDLE), (E.RELEASED, S.IDLE)],
    ),
    "in trouble between tasks": (S.IDLE, [(E.PHONE_TROUBLE, S.PREPARING), (E.PHONE_READY, S.IDLE)]),
}


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_playbook(name: str) -> None:
    state, steps = PLAYBOOKS[name]
    for event, expected in steps:
        state = advance(state, event)
        assert state is expected, event


def test_a_task_begins_only_where_the_phone_is_ready_or_came_back() -> None:
    allowed = {state for state, event in TRANSITIONS if event is E.ATTEMPT_BEGAN}
    assert allowed == {S.IDLE, S.PREPARING}


def test_a_lease_begins_only_on_an_idle_phone() -> None:
    assert {state for state, event in TRANSITIONS if event is E.LEASED} == {S.IDLE}


REPORTED = set(E) - {E.ATTEMPT_BEGAN, E.LEASED, E.PROBED}
"""What adb, workers and timers report at any time; the rest are our own acts."""


@pytest.mark.parametrize(("state", "event"), list(itertools.product(S, E)))
def test_reports_are_legal_in_every_state_and_acts_raise_where_they_make_no_sense(
    state: DeviceState, event: DeviceEvent
) -> None:
    if event in REPORTED or (state, event) in TRANSITIONS:
        assert advance(state, event) in S
    else:
        with pytest.raises(IllegalTransitionError, match=f"{state.value} cannot be {event.value}"):
            advance(state, event)


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize(("event", "expected"), [(E.GONE, S.ABSENT), (E.OFFLINE, S.OFFLINE)])
def test_adb_is_always_believed_about_absence(state: DeviceState, event: DeviceEvent, expected: DeviceState) -> None:
    assert advance(state, event) is expected
