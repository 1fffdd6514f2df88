"""Devices that are joined or forgotten, on a real store."""

import asyncio
from collections.abc import Sequence

import pytest

from drover.policy.phone_events import TransportUnusable
from drover.store import Store, tasks
from drover.supervisor.devices.names import DeviceNames
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.devices.transports import Transports
from drover.wire.devices import Device, DeviceForgotten, DeviceState
from drover.wire.faults import Code, RequestError
from tests.support.registered import CountingSignal, make_ready, run_task
from tests.support.stored import add

PHONE, OLD = "R58M1", "10.0.0.1:5555"


class Scene:
    """A registry that knows both names, and what is removed."""

    def __init__(self, store: Store) -> None:
        self.store, self.removed, self.signal = store, list[int](), CountingSignal()
        self.registry = DeviceRegistry([Device(serial=serial, state=DeviceState.ABSENT) for serial in (PHONE, OLD)])
        self.names = DeviceNames(store, self.registry, Transports(self.registry), self, self.signal)

    def remove_soon(self, task_ids: Sequence[int]) -> None:
        self.removed += task_ids


def test_what_waits_for_another_name_waits_for_the_phone(store: Store) -> None:
    scene = Scene(store)
    task_id = add(store, OLD)
    asyncio.run(scene.names.absorb(PHONE, OLD))
    task = store.read_sync(tasks.get, task_id)
    assert task is not None
    assert (task.serial, scene.signal.woken) == (PHONE, 2)


def test_an_absent_phone_is_forgotten_with_its_tasks(store: Store) -> None:
    scene = Scene(store)
    ids = [add(store, PHONE), add(store, PHONE)]
    forgotten = asyncio.run(scene.names.forget(PHONE))
    assert forgotten == DeviceForgotten(serial=PHONE, tasks=2, accounts=0)
    assert (sorted(scene.removed), scene.registry.get(PHONE)) == (ids, None)


@pytest.mark.parametrize(("runs", "words"), [(False, "detach it first"), (True, "a task runs on it")])
def test_a_phone_that_is_there_or_in_use_is_not_forgotten(store: Store, runs: bool, words: str) -> None:
    scene = Scene(store)
    make_ready(scene.registry, PHONE)
    if runs:
        run_task(scene.registry, PHONE, 7)
        scene.registry.post(PHONE, TransportUnusable(state=DeviceState.ABSENT, reason="gone"))
    with pytest.raises(RequestError, match=words) as refused:
        asyncio.run(scene.names.forget(PHONE))
    assert refused.value.failure.code is Code.CONFLICT
    with pytest.raises(RequestError, match="was never seen"):
        asyncio.run(scene.names.forget("nobody"))
