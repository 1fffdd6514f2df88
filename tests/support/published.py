"""Short ways to items of the library and to tasks that publish them."""

import hashlib
from typing import Any

from drover.media.limits import limits
from drover.policy.media import Reuse, Wanted, limit_for, wanted
from drover.store import Store, materials, publications, tasks
from drover.store.publications import Begun, Listed
from drover.wire.materials import Material
from drover.wire.media import MediaFacts, MediaKind
from drover.wire.post import PostConfig
from drover.wire.tasks import Task
from tests.support.stored import new


def facts_named(name: str, **more: Any) -> MediaFacts:
    """What a video would say whose content is this name."""
    fields: dict[str, Any] = {
        "kind": MediaKind.VIDEO,
        "media_type": "video/mp4",
        "size": 1000,
        "width": 1080,
        "height": 1920,
        "duration_s": 10.0,
        "sha256": hashlib.sha256(name.encode()).hexdigest(),
        **more,
    }
    return MediaFacts(**fields)


def keep(store: Store, name: str, *tags: str, **more: Any) -> Material:
    """An item of the library whose content is this name."""
    facts = facts_named(name, **more)
    path = f"{facts.sha256[:2]}/{facts.sha256}.mp4"
    return store.write_sync(materials.add, facts, name=f"{name}.mp4", path=path, tags=tags, note="", now=store.clock())[
        0
    ]


def add_post(store: Store, serial: str = "R58M1", username: str | None = None, **config: Any) -> int:
    """The id of one more pending post."""
    values = {**{name: getattr(PostConfig(), name) for name in PostConfig.__struct_fields__}, **config}
    group_id = values.pop("group_id", "")
    task = new(serial, script_name="post", script_config=values, username=username, group_id=group_id)
    return store.write_sync(tasks.insert, [task], now=store.clock())[0]


def want_of(store: Store, task_id: int, reuse: Reuse = "once") -> Wanted:
    """What a stored post asks for."""
    waiting = store.read_sync(publications.waiting, task_id)
    config = PostConfig(**waiting.task.script_config)
    return wanted(
        config, platform=waiting.platform, account=waiting.account, group_id=waiting.task.group_id, reuse=reuse
    )


def begin_post(store: Store, task_id: int, listed: Listed | None = None, *, reuse: Reuse = "once") -> Begun | Task:
    """Its next attempt, begun with its files, or the task as it failed for lack of them."""
    want = want_of(store, task_id, reuse)
    return store.write_sync(
        publications.begin,
        task_id,
        boot_id="boot-1",
        now=store.clock(),
        want=want,
        limit=limit_for(limits(), want),
        listed=listed or Listed(),
    )


def names(begun: Begun | Task) -> list[int | None]:
    """The items that an attempt got."""
    assert isinstance(begun, Begun), begun
    return [file.material_id for file in begun.media]
