"""Galleries are tidied when something may have been left there, and never of what may still be uploading."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from drover.store import Store
from drover.supervisor.tasks.gallery_cleanup import KEPT_S, GalleryCleanup
from drover.wire.tasks import Effect, Reason
from drover.wire.worker import Tidy, ToWorker
from tests.support.clock import Clock
from tests.support.stored import add, complete, fail

PHONE = "R58M1"


class Bench:
    """The tidying over a real store, with a phone that is idle or not, and a clock that moves only when told."""

    def __init__(self, store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store, self.clock, self.now = store, clock, 1000.0
        self.idle, self.there = True, True
        self.sent: list[ToWorker] = []
        monkeypatch.setattr(time, "monotonic", lambda: self.now)
        self.gallery_cleanup = GalleryCleanup(store, is_idle=lambda _: self.idle, send=self._send)

    def _send(self, serial: str, message: ToWorker) -> bool:
        assert serial == PHONE
        if self.there:
            self.sent.append(message)
        return self.there

    def ready(self) -> list[ToWorker]:
        """What is sent when the phone says that it answers."""
        self.sent = []
        asyncio.run(self.gallery_cleanup.ready(PHONE))
        return self.sent


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    clock = Clock()
    with Store.open(tmp_path / "drover.db", clock=clock) as store:
        yield Bench(store, clock, monkeypatch)


def test_once_after_a_start_where_something_was_published(bench: Bench) -> None:
    complete(bench.store, add(bench.store, PHONE, script_name="post"))
    assert bench.ready() == [Tidy()]
    assert bench.ready() == []


def test_a_phone_on_which_nothing_was_ever_published_is_left_alone(bench: Bench) -> None:
    complete(bench.store, add(bench.store, PHONE))
    assert bench.ready() == []


@pytest.mark.parametrize("again", [True, False])
def test_again_when_files_are_brought(bench: Bench, again: bool) -> None:
    complete(bench.store, add(bench.store, PHONE, script_name="post"))
    bench.ready()
    if again:
        bench.gallery_cleanup.due(PHONE)
    assert bench.ready() == [Tidy()] * again


def test_not_while_something_runs_there_and_then_when_it_answers_next(bench: Bench) -> None:
    complete(bench.store, add(bench.store, PHONE, script_name="post"))
    bench.idle = False
    assert bench.ready() == []
    bench.idle = True
    assert bench.ready() == [Tidy()]


def test_a_worker_that_was_not_there_is_asked_again(bench: Bench) -> None:
    complete(bench.store, add(bench.store, PHONE, script_name="post"))
    bench.there = False
    assert bench.ready() == []
    bench.there = True
    assert bench.ready() == [Tidy()]


def test_what_may_be_uploading_stays_for_a_day(bench: Bench) -> None:
    posted = add(bench.store, PHONE, script_name="post")
    unknown = fail(bench.store, posted, Reason.OUTCOME_UNKNOWN, retry_safe=False, effect=Effect.UNKNOWN)
    fail(bench.store, add(bench.store, PHONE, script_name="post"), Reason.UPLOAD_FAILED)
    followed = add(bench.store, PHONE)
    fail(bench.store, followed, Reason.OUTCOME_UNKNOWN, retry_safe=True, effect=Effect.UNKNOWN)
    assert bench.ready() == [Tidy(keep=[unknown.id])]
    assert bench.ready() == []
    bench.now += KEPT_S + 1
    bench.clock.pass_s(KEPT_S + 1)
    assert bench.ready() == [Tidy()]
