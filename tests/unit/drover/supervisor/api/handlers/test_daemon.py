"""The daemon's plan and state, and its events as a stream."""

from collections.abc import AsyncIterator

from drover.config import LicenseSection
from drover.supervisor import event_feed
from drover.wire.control import CheckLicense, DaemonStatus, GetStatus, License, Subscribe, Subscribed
from drover.wire.events import Event, TaskChanged
from drover.wire.faults import Code, Failure
from tests.support.supervised import Rig, Supervised


async def stream(daemon: Supervised, after: int | None = None) -> AsyncIterator[object]:
    answer = await daemon.answer(Subscribe(after=after))
    assert isinstance(answer, AsyncIterator)
    return answer


def test_the_plan_is_that_of_the_configuration(rig: Rig) -> None:
    rig.set(license=LicenseSection(plan="Team", device_limit=7))

    async def scene(daemon: Supervised) -> None:
        plan = await daemon.ask(CheckLicense(), License)
        assert (plan.plan_name, plan.device_limit, plan.api_enabled) == ("Team", 7, True)
        assert (await daemon.ask(GetStatus(), DaemonStatus)).boot_id == "boot-1"

    rig.play(scene)


def test_a_subscriber_gets_what_was_stored_since_its_id_and_then_what_happens(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        (first,) = await daemon.create()
        events = await stream(daemon, after=0)
        assert isinstance(await anext(events), Subscribed)
        seen = [await anext(events)]
        (second,) = await daemon.create()
        while not _about(seen[-1], second):
            seen.append(await anext(events))
        ids = [event.id for event in seen if isinstance(event, Event)]
        assert ids == sorted(set(ids))
        assert any(_about(event, first) for event in seen)
        newest = await stream(daemon)
        subscribed = await anext(newest)
        assert isinstance(subscribed, Subscribed)
        assert subscribed.last_event_id == ids[-1]

    rig.play(scene)


def _about(event: object, task_id: int) -> bool:
    return isinstance(event, Event) and isinstance(event.body, TaskChanged) and event.body.task.id == task_id


def test_one_that_does_not_read_is_cut_off_and_told_so(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        events = await stream(daemon)
        await anext(events)
        feed = daemon.state.core.event_feed
        before = feed.last_id
        for number in range(event_feed.QUEUE_LIMIT // 500 + 2):
            await daemon.create(500, serial=f"absent{number}")
        while feed.last_id < before + event_feed.QUEUE_LIMIT + 500:
            await daemon.store.read(lambda _conn: None)
        last = [event async for event in events][-1]
        assert isinstance(last, Failure)
        assert last.code is Code.TOO_MANY

    rig.play(scene)
