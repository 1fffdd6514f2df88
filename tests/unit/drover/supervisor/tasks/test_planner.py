"""What a request means now: each phone once, by whichever name, and large requests apart from the event loop."""

import asyncio
import threading
from typing import Any

import pytest

from drover.config import TasksSection
from drover.policy.intake import plan_tasks
from drover.policy.records import NewTask
from drover.policy.transports import Transport
from drover.store import accounts
from drover.supervisor.tasks import planner
from drover.supervisor.tasks.intake import SMALL
from drover.wire.control import Account, CreateTasks
from drover.wire.faults import Code, RequestError
from tests.support.task_scene import Run, TaskScene, play

WIFI = "192.168.1.20:5555"


def follow(*serials: str, usernames: tuple[str, ...] = (), targets: int = 1) -> CreateTasks:
    config = {"target_users": [f"u{number}" for number in range(targets)]}
    return CreateTasks(script_name="follow", script_config=config, serials=list(serials), usernames=list(usernames))


async def reached_by_wifi(scene: TaskScene) -> None:
    """p1 has a second name."""
    links = scene.transports.update(
        [Transport(name=name, state="device", id=at) for at, name in enumerate(["p1", WIFI])]
    )
    for link in links:
        scene.transports.prove(link, "p1", "the same Android id")


def test_two_names_of_one_phone_make_one_task(run: Run) -> None:
    async def story(scene: TaskScene) -> None:
        await reached_by_wifi(scene)
        planned = await scene.planner.plan(follow("p2", WIFI, "p1", "p2"))
        assert [task.serial for task in planned] == ["p2", "p1"]

    run(story)


def test_an_account_that_is_registered_under_another_name_of_its_phone_runs_there(run: Run) -> None:
    async def story(scene: TaskScene) -> None:
        await reached_by_wifi(scene)
        account = Account(username="me", serial=WIFI, platform="tiktok", enabled=True)
        await scene.store.write(accounts.put, account)
        (task,) = await scene.planner.plan(follow(usernames=("me",)))
        assert (task.serial, task.username) == ("p1", "me")

    run(story)


def test_tasks_are_planned_by_the_configuration_in_force_and_stored_by_nobody(store: Any, root: Any) -> None:
    async def story(scene: TaskScene) -> None:
        (task,) = await scene.planner.plan(follow("p1"))
        assert (task.platform, task.max_retry_count) == ("instagram", 7)
        assert scene.store.commits == commits

    commits = store.commits
    play(store, root, story, dispatches=False, tasks=TasksSection(default_platform="instagram", max_tries=7))


def test_a_request_that_means_nothing_is_refused(run: Run) -> None:
    async def story(scene: TaskScene) -> None:
        with pytest.raises(RequestError) as refused:
            await scene.planner.plan(CreateTasks(script_name="follow", script_config={}, serials=["p1"]))
        assert refused.value.failure.code is Code.INVALID

    run(story)


@pytest.mark.parametrize(
    ("request_", "apart"),
    [
        (follow("p1", targets=SMALL), False),
        (follow("p1", targets=SMALL + 1), True),
        (follow(*(f"p{number}" for number in range(SMALL))), False),
        (follow(*(f"p{number}" for number in range(SMALL + 1))), True),
        (follow("p1", "p2", targets=SMALL // 2 + 1), True),
    ],
)
def test_what_means_many_tasks_is_planned_in_a_thread(
    run: Run, monkeypatch: pytest.MonkeyPatch, request_: CreateTasks, apart: bool
) -> None:
    """The loop has attempts to answer."""
    threads, whole = list[threading.Thread](), plan_tasks

    def watched(*args: Any, **more: Any) -> list[NewTask]:
        threads.append(threading.current_thread())
        return whole(*args, **more)

    monkeypatch.setattr(planner, "plan_tasks", watched)

    async def story(scene: TaskScene) -> None:
        assert await scene.planner.plan(request_)
        assert [thread is threading.main_thread() for thread in threads] == [not apart]

    run(story)


def test_large_requests_are_planned_one_after_the_other(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once, whole = list[bool](), plan_tasks
    busy = threading.Lock()

    def watched(*args: Any, **more: Any) -> list[NewTask]:
        at_once.append(not busy.acquire(blocking=False))
        try:
            return whole(*args, **more)
        finally:
            if not at_once[-1]:
                busy.release()

    monkeypatch.setattr(planner, "plan_tasks", watched)

    async def story(scene: TaskScene) -> None:
        await asyncio.gather(*(scene.planner.plan(follow("p1", targets=2000)) for _ in range(4)))
        assert at_once == [False] * 4

    run(story)
