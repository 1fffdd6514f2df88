"""What runs in the background: a component that fails ends the daemon, short work that fails does not."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from drover.supervisor import jobs as module
from drover.supervisor.jobs import Jobs


class Scene:
    """Jobs, and how often the daemon was told to end."""

    def __init__(self) -> None:
        self.failed = 0
        self.jobs = Jobs(self._fail)

    def _fail(self) -> None:
        self.failed += 1


def logged(story: Callable[[Scene], Awaitable[None]]) -> list[tuple[str, str]]:
    """What was logged, by its action and level."""

    async def whole() -> None:
        await story(Scene())

    with capture_logs() as logs:
        asyncio.run(whole())
    return [(line["event"], line["log_level"]) for line in logs]


async def fails() -> None:
    raise OSError("no")


async def returns() -> None:
    await asyncio.sleep(0)


async def runs() -> None:
    await asyncio.Event().wait()


def test_half_a_daemon_helps_no_one() -> None:
    async def story(scene: Scene) -> None:
        scene.jobs.start("good", runs())
        scene.jobs.start("done", returns())
        scene.jobs.start("bad", fails())
        while not scene.failed:
            await asyncio.sleep(0)
        await scene.jobs.end()
        assert scene.failed == 1

    assert logged(story) == [("component_failed", "critical")]


def test_short_work_that_fails_is_logged_and_nothing_else() -> None:
    async def story(scene: Scene) -> None:
        scene.jobs.background(fails())
        scene.jobs.background(returns())
        while len(asyncio.all_tasks()) > 1:
            await asyncio.sleep(0)
        await scene.jobs.end()
        assert scene.failed == 0

    assert logged(story) == [("background_failed", "error")]


def test_at_the_end_everything_is_cancelled_also_what_missed_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CANCEL_AGAIN_S", 0.001)

    async def story(scene: Scene) -> None:
        cancelled = 0

        async def misses_one() -> None:
            nonlocal cancelled
            while cancelled < 2:
                try:
                    await asyncio.Event().wait()
                except asyncio.CancelledError:
                    cancelled += 1

        scene.jobs.start("misses", misses_one())
        scene.jobs.start("runs", runs())
        scene.jobs.background(runs())
        await asyncio.sleep(0)
        await scene.jobs.end()
        assert (cancelled, len(asyncio.all_tasks()), scene.failed) == (2, 1, 0)

    assert logged(story) == []


def test_one_that_never_ends_does_not_keep_the_daemon_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CANCEL_AGAIN_S", 0.001)
    go = asyncio.Event()

    async def story(scene: Scene) -> None:
        async def stays() -> None:
            while not go.is_set():
                try:
                    await go.wait()
                except asyncio.CancelledError:
                    continue

        scene.jobs.start("stays", stays())
        scene.jobs.start("runs", runs())
        await asyncio.sleep(0)
        await scene.jobs.end()
        go.set()

    with capture_logs() as logs:
        asyncio.run(story(Scene()))
    assert [(line["event"], line["components"]) for line in logs] == [("components_not_ended", ["stays"])]
