"""Galleries are cleaned up when something may have been left there, and never of what may still be uploading."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drover.policy.clock import Reading
from drover.policy.phone_commands import LookForLeftovers, Send
from drover.policy.phone_events import AttemptClosed, FilesBrought, PhoneAnswered
from drover.policy.phone_uses import KEPT_S
from drover.store import Store
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.jobs import Jobs
from drover.supervisor.tasks.gallery_cleanup import GalleryCleanup
from drover.wire.tasks import Effect, Reason
from drover.wire.worker import CleanUp, ToWorker
from tests.support.clock import Clock
from tests.support.registered import FakeWorkers, command_loop, make_ready, never, run_task
from tests.support.stored import add, complete, fail

PHONE = "R58M1"


class Bench:
    """The clean-up over a real store and a phone that is ready, and a clock that moves only when told."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store, self.clock, self.now = store, clock, 1000.0
        self.registry = DeviceRegistry([], self._reading)
        make_ready(self.registry, PHONE)
        self.workers = FakeWorkers()
        cleanup = self.cleanup = GalleryCleanup(store, self.registry, Jobs(never))
        self.loop = command_loop(self.registry, {LookForLeftovers: cleanup.on_look, Send: self.workers.on_send})

    def _reading(self) -> Reading:
        return Reading(wall=datetime.now(UTC), monotonic_s=self.now)

    def ready(self) -> list[ToWorker]:
        """What is sent when the phone says that it answers."""

        async def look() -> None:
            self.registry.post(PHONE, PhoneAnswered())
            self.loop.carry_out_all()
            await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})
            self.loop.carry_out_all()

        self.workers.sent = []
        asyncio.run(look())
        return self.workers.told


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    clock = Clock()
    with Store.open(tmp_path / "drover.db", clock=clock) as store:
        yield Bench(store, clock)


def test_once_after_a_start_where_something_was_published(bench: Bench) -> None:
    complete(bench.store, add(bench.store, PHONE, script_name="post"))
    assert bench.ready() == [CleanUp()]
    assert bench.ready() == []


def test_a_phone_on_which_nothing_was_ever_published_is_left_alone(bench: Bench) -> None:
    complete(bench.store, add(bench.store, PHONE))
    assert bench.ready() == []


@pytest.mark.parametrize("again", [True, False])
def test_again_when_files_are_brought(bench: Bench, again: bool) -> None:
    complete(bench.store, add(bench.store, PHONE, script_name="post"))
    bench.ready()
    if again:
        bench.registry.post(PHONE, FilesBrought())
        bench.now += 1
    assert bench.ready() == [CleanUp()] * again


def test_not_while_something_runs_there_and_then_when_it_answers_next(bench: Bench) -> None:
    complete(bench.store, add(bench.store, PHONE, script_name="post"))
    run_task(bench.registry, PHONE, 1)
    assert bench.ready() == []
    bench.registry.post(PHONE, AttemptClosed(fence=1))
    assert bench.ready() == [CleanUp()]


def test_what_may_be_uploading_stays_for_a_day(bench: Bench) -> None:
    posted = add(bench.store, PHONE, script_name="post")
    unknown = fail(bench.store, posted, Reason.OUTCOME_UNKNOWN, retry_safe=False, effect=Effect.UNKNOWN)
    fail(bench.store, add(bench.store, PHONE, script_name="post"), Reason.UPLOAD_FAILED)
    followed = add(bench.store, PHONE)
    fail(bench.store, followed, Reason.OUTCOME_UNKNOWN, retry_safe=True, effect=Effect.UNKNOWN)
    assert bench.ready() == [CleanUp(keep=[unknown.id])]
    assert bench.ready() == []
    bench.now += KEPT_S + 1
    bench.clock.pass_s(KEPT_S + 1)
    assert bench.ready() == [CleanUp()]
