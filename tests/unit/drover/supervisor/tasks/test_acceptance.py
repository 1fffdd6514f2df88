"""All of a request's tasks are accepted, or none; a request that came before under its key is answered as then."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from drover.config import MediaSection
from drover.store import Store, tasks
from drover.store.errors import IdempotencyConflictError
from drover.supervisor.tasks import scripts
from drover.wire.control import CreateTasks
from drover.wire.faults import Code, RequestError
from tests.support.media import make_video
from tests.support.task_scene import Run, TaskScene, play


def follow(**more: object) -> CreateTasks:
    request = CreateTasks(script_name="follow", script_config={"target_users": ["ada"]}, serials=["elsewhere"])
    return msgspec.structs.replace(request, **more)


async def refusal(scene: TaskScene, request: CreateTasks) -> RequestError:
    with pytest.raises(RequestError) as refused:
        await scene.acceptance.create(request)
    return refused.value


def test_what_is_answered_is_stored_and_the_dispatcher_looks(run: Run, store: Store) -> None:
    async def story(scene: TaskScene) -> None:
        woken = scene.signal.woken
        created = await scene.acceptance.create(follow(serials=["elsewhere", "p9"]))
        assert [(await scene.task(task_id)).serial for task_id in created.task_ids] == ["elsewhere", "p9"]
        assert scene.signal.woken > woken

    run(story)


def test_nothing_is_accepted_that_this_daemon_can_no_longer_begin(run: Run, store: Store) -> None:
    async def story(scene: TaskScene) -> None:
        scene.registry.drain()
        refused = await refusal(scene, follow())
        assert (refused.failure.code, refused.failure.retry_after_s) == (Code.UNAVAILABLE, 30)

    run(story)
    assert store.read_sync(tasks.stats).total == 0


def test_one_file_that_cannot_be_published_refuses_the_whole_request(run: Run, store: Store, root: Path) -> None:
    paths = [str(make_video(root / "a.mp4")), str(root / "none.mp4")]

    async def story(scene: TaskScene) -> None:
        request = CreateTasks(script_name="post", script_config={"material_list": paths}, serials=["elsewhere", "p9"])
        assert "there is no such file" in str(await refusal(scene, request))

    run(story)
    assert store.read_sync(tasks.stats).total == 0


def test_files_are_looked_at_for_tasks_that_publish_only(store: Store, root: Path) -> None:
    """A field of that name means nothing to other scripts; `roots` allows nothing here."""

    async def story(scene: TaskScene) -> None:
        assert (await scene.acceptance.create(follow())).task_ids
        request = CreateTasks(script_name="post", script_config={"material_list": ["/x.mp4"]}, serials=["elsewhere"])
        assert "no folder of media is configured" in str(await refusal(scene, request))

    play(store, root, story, media=MediaSection())


def test_a_script_that_may_be_a_plugin_is_waited_for(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(scene: TaskScene) -> None:
        waiting = asyncio.create_task(scene.acceptance.create(follow(script_name="report")))
        await asyncio.sleep(0)
        assert not waiting.done()
        await scene.scripts.found_plugins([])
        with pytest.raises(RequestError, match="report"):
            await waiting
        monkeypatch.setattr(scripts, "LOOKED_FOR_S", 0)
        assert (await scene.acceptance.create(follow())).task_ids  # known without plugins

    run(story)


def test_a_key_is_answered_once_for_any_script(run: Run, store: Store) -> None:
    request = follow(idempotency_key="key-1", body_digest="a")

    async def story(scene: TaskScene) -> None:
        first = await scene.acceptance.create(request)
        assert await scene.acceptance.create(request) == first
        with pytest.raises(IdempotencyConflictError):
            await scene.acceptance.create(msgspec.structs.replace(request, body_digest="b"))

    run(story)
    assert store.read_sync(tasks.stats).total == 1


def test_a_repeat_under_its_key_is_answered_though_the_file_is_gone(run: Run, root: Path) -> None:
    path = make_video(root / "a.mp4")
    request = CreateTasks(
        script_name="post",
        script_config={"material_list": [str(path)]},
        serials=["elsewhere"],
        idempotency_key="key-1",
        body_digest="a",
    )

    async def story(scene: TaskScene) -> None:
        first = await scene.acceptance.create(request)
        path.unlink()
        assert await scene.acceptance.create(request) == first
        with pytest.raises(IdempotencyConflictError):
            await scene.acceptance.create(msgspec.structs.replace(request, body_digest="b"))

    run(story)
