"""The registry moves phones by policy.phone, shows them, and believes nothing from before."""

import asyncio

import pytest

from drover.policy.lifecycle import IllegalTransitionError
from drover.policy.phone_commands import CloseAttempt, EndCalls, EndWorker, ForgetLogins, Publish, Send
from drover.policy.phone_events import (
    AttemptClosed,
    Event,
    PhoneAnswered,
    PhoneTroubled,
    TaskChosen,
    TransportUnusable,
    TransportUsable,
    WorkerEnded,
)
from drover.policy.phone_state import Beginning
from drover.supervisor.devices import registry as registry_module
from drover.supervisor.devices.registry import DeviceRegistry, Foreseen
from drover.wire.devices import Device, DeviceFacts, DeviceState, Identity
from tests.support.registered import make_ready, ordered, run_task

GONE = TransportUnusable(state=DeviceState.ABSENT, reason="unplugged")


def published(registry: DeviceRegistry) -> list[tuple[DeviceState, str]]:
    """What was to be told, as it was then."""
    found: list[tuple[DeviceState, str]] = []
    while not registry.orders.empty():
        order = registry.orders.get_nowait()
        if isinstance(order.command, Publish):
            found.append((order.device.state, order.device.reason))
    return found


def test_known_devices_begin_absent() -> None:
    known = Device(serial="a", state=DeviceState.BUSY, task_id=4, worker_pid=9, note="kept")
    device = DeviceRegistry([known]).get("a")
    assert device is not None
    assert (device.state, device.task_id, device.worker_pid, device.note) == (DeviceState.ABSENT, None, None, "kept")
    assert device.reason == "not seen since the daemon started"


def test_life_of_a_phone_is_told_change_by_change() -> None:
    registry = DeviceRegistry([])
    make_ready(registry, "a")
    registry.learn("a", DeviceFacts(model="Pixel"))
    run_task(registry, "a", 1)
    registry.post("a", AttemptClosed(fence=1))
    registry.post("a", GONE)
    registry.post("a", GONE)
    assert published(registry) == [
        (DeviceState.PREPARING, "adb lists it"),
        (DeviceState.PREPARING, "its worker looks at the phone"),
        (DeviceState.IDLE, ""),
        (DeviceState.BUSY, "task 1"),
        (DeviceState.IDLE, ""),
        (DeviceState.ABSENT, "unplugged"),
    ]
    assert registry.counts() == {"absent": 1}


def foreseen_end(registry: DeviceRegistry) -> Foreseen:
    """How the phone `a` will be shown once its attempt has ended; everything before is written down."""
    make_ready(registry, "a")
    run_task(registry, "a", 1)
    assert registry.foresee("a", AttemptClosed(fence=1)) is None, "its changes until now are not written down yet"
    published(registry)
    found = registry.foresee("a", AttemptClosed(fence=1))
    assert found is not None
    assert (found.device.state, found.device.task_id) == (DeviceState.IDLE, None)
    assert (registry.phone("a").state, published(registry)) == (DeviceState.BUSY, [])
    return found


def test_what_was_foreseen_and_written_down_is_not_written_down_again() -> None:
    registry = DeviceRegistry([])
    written = foreseen_end(registry)
    registry.post("a", AttemptClosed(fence=1), written=written)
    assert (registry.phone("a").state, published(registry)) == (DeviceState.IDLE, [])


@pytest.mark.parametrize("happens", [[GONE], [PhoneTroubled(why="locked"), PhoneAnswered()]])
def test_what_came_otherwise_than_foreseen_is_written_down(happens: list[Event]) -> None:
    registry = DeviceRegistry([])
    written = foreseen_end(registry)
    for event in happens:
        registry.post("a", event)
    registry.describe("a", note="seen", tags=None)
    registry.post("a", AttemptClosed(fence=1), written=written)
    assert published(registry)[-1] == (registry.phone("a").state, registry.phone("a").reason)


def test_nothing_is_foreseen_where_nothing_changes_or_the_phone_is_not_known() -> None:
    registry = DeviceRegistry([])
    make_ready(registry, "a")
    published(registry)
    assert registry.foresee("a", AttemptClosed(fence=1)) is None
    assert registry.foresee("b", AttemptClosed(fence=1)) is None


def test_what_makes_no_sense_raises_and_makes_no_phone_known() -> None:
    registry = DeviceRegistry([])
    with pytest.raises(IllegalTransitionError, match="a is absent"):
        registry.post("a", TaskChosen(task_id=1))
    registry.post("a", PhoneAnswered())
    assert (registry.all(), registry.orders.empty()) == ([], True)


def test_who_has_which_phone_is_counted_and_named_once() -> None:
    registry = DeviceRegistry([])
    make_ready(registry, "a", "b", "c")
    registry.post("a", TaskChosen(task_id=1, account="tiktok:me"))
    run_task(registry, "b", 2)
    assert (registry.idle(), registry.in_use, registry.spoken_for) == (["c"], 1, 2)
    assert (registry.acting(), registry.acting(besides="a")) == ({"tiktok:me"}, set())
    assert (registry.is_idle("a"), registry.is_idle("c"), registry.is_idle("nobody")) == (False, True, False)
    assert registry.phone("a").occupant == Beginning(task_id=1, account="tiktok:me")


def test_a_name_that_is_let_go_of_is_heard_until_its_attempt_has_ended() -> None:
    registry = DeviceRegistry([])
    make_ready(registry, "a")
    run_task(registry, "a", 1)
    ordered(registry)
    registry.remove("a")
    assert (registry.get("a"), registry.in_use) == (None, 1)
    registry.post("a", WorkerEnded(status=0))
    kinds = [type(command) for command in ordered(registry)]
    assert kinds == [EndWorker, EndCalls, CloseAttempt]
    registry.post("a", AttemptClosed(fence=1))
    assert (registry.in_use, registry.phone("a").occupant) == (0, None)
    registry.post("a", TransportUsable())
    assert registry.counts() == {"preparing": 1}


def test_apps_that_changed_may_be_logged_in_as_somebody_else() -> None:
    registry = DeviceRegistry([])
    make_ready(registry, "a")
    ordered(registry)
    registry.learn("a", DeviceFacts(apps={"app": "1"}))
    registry.learn("a", DeviceFacts(apps={"app": "1"}, battery=5))
    registry.learn("nobody", DeviceFacts(apps={"app": "1"}))
    assert ordered(registry) == [ForgetLogins()]


def test_note_and_tags_are_kept_and_told() -> None:
    registry = DeviceRegistry([Device(serial="a", state=DeviceState.ABSENT, note="old", tags=["x"])])
    assert registry.describe("nobody", note="x", tags=None) is None
    found = registry.describe("a", note=None, tags=["shelf 1"])
    assert found is not None
    assert (found.note, found.tags) == ("old", ["shelf 1"])
    assert (registry.get("a"), ordered(registry)) == (found, [Publish()])


def test_an_identity_is_told_when_it_is_new() -> None:
    registry = DeviceRegistry([])
    for _ in range(2):
        registry.identify("a", Identity(android_id="x"))
    assert ordered(registry) == [Publish()]


def test_an_intent_waits_until_a_transport_is_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        registry = DeviceRegistry([])
        make_ready(registry, "a")
        assert await registry.until_usable("a") == ""
        registry.post("a", GONE)
        waiting = asyncio.create_task(registry.until_usable("a"))
        await asyncio.sleep(0)
        registry.post("a", TransportUsable())
        assert await waiting == ""
        monkeypatch.setattr(registry_module, "INTENT_WAIT_S", 0.01)
        registry.post("a", GONE)
        assert "proven" in await registry.until_usable("a")
        assert not any(isinstance(command, Send) for command in ordered(registry)[:3])

    asyncio.run(play())
