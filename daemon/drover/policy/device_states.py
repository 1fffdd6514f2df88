"""The device's state machine as a table. What adb and workers report may come late or twice, so it is legal in every
state; what the supervisor itself does (begin, lease, probe) is legal only where it makes sense and raises elsewhere."""

from enum import StrEnum
from typing import Final

from drover.policy.lifecycle import IllegalTransitionError
from drover.wire.devices import DeviceState


class DeviceEvent(StrEnum):
    """What can happen to a device."""

    LISTED = "listed"  # adb lists it as a device that it can talk to
    UNPROVEN = "unproven"  # adb lists it, and the phone has not said yet which it is
    UNAUTHORIZED = "unauthorized"  # adb lists it and the phone has not allowed us
    OFFLINE = "offline"  # adb lists it and cannot talk to it
    GONE = "gone"  # adb lists it no more
    WORKER_STARTED = "worker_started"  # its process exists
    PHONE_READY = "phone_ready"  # its worker talked to the phone
    PHONE_TROUBLE = "phone_trouble"  # its worker cannot talk to the phone
    WORKER_DIED = "worker_died"  # its process ended, however
    ATTEMPT_BEGAN = "attempt_began"  # it got a task
    ATTEMPT_ENDED = "attempt_ended"  # the task ended
    LEASED = "leased"  # somebody took it
    RELEASED = "released"  # and gave it back, or the lease ran out
    QUARANTINED = "quarantined"  # its worker died too often
    PROBED = "probed"  # a quarantined one gets another worker, to see


_S, _E = DeviceState, DeviceEvent
_AWAY: Final = (_S.ABSENT, _S.UNAUTHORIZED, _S.OFFLINE)
_THERE: Final = (_S.PREPARING, _S.IDLE, _S.BUSY, _S.LEASED)


def _every(event: DeviceEvent, to: DeviceState) -> dict[tuple[DeviceState, DeviceEvent], DeviceState]:
    return {(state, event): to for state in DeviceState}


def _unchanged(event: DeviceEvent) -> dict[tuple[DeviceState, DeviceEvent], DeviceState]:
    return {(state, event): state for state in DeviceState}


TRANSITIONS: Final[dict[tuple[DeviceState, DeviceEvent], DeviceState]] = {
    # What adb says. A phone that is there already stays as it is when it is listed again.
    **_unchanged(_E.LISTED),
    **{(state, _E.LISTED): _S.PREPARING for state in _AWAY},
    **_every(_E.UNPROVEN, _S.PREPARING),
    **_every(_E.UNAUTHORIZED, _S.UNAUTHORIZED),
    **_every(_E.OFFLINE, _S.OFFLINE),
    **_every(_E.GONE, _S.ABSENT),
    # What its worker says. While adb does not have the phone, adb is believed.
    **_unchanged(_E.WORKER_STARTED),
    **{(state, _E.WORKER_STARTED): _S.PREPARING for state in _THERE},
    **_unchanged(_E.PHONE_READY),
    (_S.PREPARING, _E.PHONE_READY): _S.IDLE,
    (_S.QUARANTINED, _E.PHONE_READY): _S.IDLE,
    **_unchanged(_E.PHONE_TROUBLE),
    (_S.IDLE, _E.PHONE_TROUBLE): _S.PREPARING,
    **_unchanged(_E.WORKER_DIED),
    **{(state, _E.WORKER_DIED): _S.PREPARING for state in _THERE},
    # Ends may come after the phone went: they free it only where it was held.
    **_unchanged(_E.ATTEMPT_ENDED),
    (_S.BUSY, _E.ATTEMPT_ENDED): _S.IDLE,
    **_unchanged(_E.RELEASED),
    (_S.LEASED, _E.RELEASED): _S.IDLE,
    # What the supervisor does.
    (_S.IDLE, _E.ATTEMPT_BEGAN): _S.BUSY,
    (_S.PREPARING, _E.ATTEMPT_BEGAN): _S.BUSY,  # the phone came back within the grace and its attempt goes on
    (_S.IDLE, _E.LEASED): _S.LEASED,
    **_every(_E.QUARANTINED, _S.QUARANTINED),
    (_S.QUARANTINED, _E.PROBED): _S.PREPARING,
}


_FROM_ADB: Final = frozenset({_E.LISTED, _E.UNPROVEN, _E.UNAUTHORIZED, _E.OFFLINE, _E.GONE})


def explains(state: DeviceState, event: DeviceEvent) -> bool:
    """Whether the event's reason is why a device is in this state. While adb does not have the phone, adb's own
    reason tells a person what to do; a worker that cannot reach it knows only that."""
    return state not in _AWAY or event in _FROM_ADB


def advance(state: DeviceState, event: DeviceEvent) -> DeviceState:
    """The state after the event; raises IllegalTransitionError where the table has no such line."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise IllegalTransitionError(f"a device that is {state.value} cannot be {event.value}") from None
