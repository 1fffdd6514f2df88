"""All that a worker needs for an attempt, by the configuration and the scripts as they are when it begins."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from drover.config import ApiSection, TasksSection
from drover.store import Store
from drover.wire.control import AnnounceApi
from drover.wire.custom import CommandSpec
from drover.wire.media import MediaFile, MediaKind
from drover.wire.worker import Begin
from tests.support.stored import logged_in
from tests.support.task_scene import TaskScene, play

COMMAND = CommandSpec(command=["/bin/true"], package="com.own", timeout_s=77.0)


def composed(
    store: Store, root: Path, files: list[MediaFile] | None = None, *, task: dict[str, Any], **config: Any
) -> tuple[Begin, TaskScene]:
    """The message about an attempt of this task, and the scene in which it was made."""
    found: list[tuple[Begin, TaskScene]] = []

    async def story(scene: TaskScene) -> None:
        attempt = await scene.begin(**task)
        stored = await scene.task(attempt.task_id)
        found.append((scene.messages.compose(attempt, stored, files or []), scene))

    play(store, root, story, dispatches=False, **config)
    return found[0]


def test_a_task_is_told_whole_with_the_account_that_acts(store: Store, root: Path) -> None:
    logged_in(store, "shop", "p1")
    begin, scene = composed(store, root, task={"username": "Me", "package": "com.clone", "script_config": {"a": 1}})
    assert (begin.fence, begin.task_id, begin.attempt, begin.reconcile) == (1, 1, 1, False)
    assert (begin.username, begin.account, begin.logged_in_as) == ("Me", "me", "")
    assert (begin.script_name, begin.script_config, begin.platform, begin.package) == (
        "follow",
        {"a": 1},
        "tiktok",
        "com.clone",
    )
    assert begin.folder == str(scene.settings.config.task_folder(1))
    assert begin.managed is None


def test_a_worker_may_open_files_only_where_it_was_given_some(store: Store, root: Path, tmp_path: Path) -> None:
    named = MediaFile(path="/media/a.mp4", kind=MediaKind.VIDEO, media_type="video/mp4", size=1, name="a.mp4")
    of_library = msgspec.structs.replace(named, path="ab/x.mp4", material_id=3)
    with_files, _ = composed(store, root, [named, of_library], task={"script_name": "post"})
    library = tmp_path / "library"
    assert [file.path for file in with_files.media] == ["/media/a.mp4", str(library / "ab/x.mp4")]
    assert with_files.media_roots == [str(root), str(library)]


def test_without_files_no_folder_is_open_to_it(store: Store, root: Path) -> None:
    begin, _ = composed(store, root, task={})
    assert (begin.media, begin.media_roots) == ([], [])


def test_the_deadline_is_the_configurations_with_the_waits_that_the_task_asks_for(store: Store, root: Path) -> None:
    section = TasksSection(attempt_timeout_s=100.0)
    begin, _ = composed(store, root, task={"script_config": {"upload_wait_time": 30}}, tasks=section)
    assert begin.deadline_s == 130.0


def test_a_command_gets_its_own_time_its_phone_by_a_lease_and_the_api(store: Store, root: Path) -> None:
    begin, scene = composed(store, root, task={"script_name": "my", "platform": "generic"}, scripts={"my": COMMAND})
    managed = begin.managed
    assert managed is not None
    assert (begin.deadline_s, begin.package, managed.spec) == (77.0, "com.own", COMMAND)
    held = scene.leases.check(managed.session, "p1")
    assert (held.task_id, held.label) == (1, "my, task 1")
    assert (managed.api_base, managed.api_socket, managed.token_file) == ("http://127.0.0.1:50809/api/v1/", "", "")


def test_a_tasks_own_app_goes_before_that_of_the_command(store: Store, root: Path) -> None:
    begin, _ = composed(store, root, task={"script_name": "my", "package": "com.other"}, scripts={"my": COMMAND})
    assert begin.package == "com.other"


@pytest.mark.parametrize("required", [True, False])
def test_a_command_is_told_where_the_token_lies_only_where_one_is_asked_for(
    store: Store, root: Path, required: bool
) -> None:
    api = ApiSection(require_token=required, token_file="/etc/drover/token")
    begin, _ = composed(store, root, task={"script_name": "my"}, scripts={"my": COMMAND}, api=api)
    assert begin.managed is not None
    assert begin.managed.token_file == ("/etc/drover/token" if required else "")


def test_a_command_is_sent_to_the_gateway_that_is_connected(store: Store, root: Path) -> None:
    async def story(scene: TaskScene) -> None:
        scene.address.announce(AnnounceApi(url="http://127.0.0.1:7/api/v1/", socket="/run/api.sock"))
        attempt = await scene.begin(script_name="my")
        managed = scene.messages.compose(attempt, await scene.task(attempt.task_id), []).managed
        assert managed is not None
        assert (managed.api_base, managed.api_socket) == ("http://127.0.0.1:7/api/v1/", "/run/api.sock")

    play(store, root, story, dispatches=False, scripts={"my": COMMAND})
