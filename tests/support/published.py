"""Short ways to items of the library and to tasks that publish them."""

import hashlib
from typing import Any

from drover.media.limits import limits
from drover.policy.media import Candidate, Reuse, Wanted, limit_for, wanted
from drover.policy.records import Decision, Fail, Requeue
from drover.store import Store, attempts, materials, media_uses, publications, tasks
from drover.store.publications import Begun, Listed
from drover.wire.materials import Material
from drover.wire.media import MediaFacts, MediaFile, MediaKind, UseState
from drover.wire.post import PostConfig
from drover.wire.tasks import Effect, Reason, Task
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


UNKNOWN = Fail(reason=Reason.OUTCOME_UNKNOWN, remark="?", retry_safe=False, effect=Effect.UNKNOWN)
NOTHING_DONE = Fail(reason=Reason.UPLOAD_FAILED, remark="no", retry_safe=True, effect=Effect.NONE)
AGAIN = Requeue(delay_s=0.0, reconcile=False, remark="again", reason=Reason.TIMEOUT)


def end(store: Store, begun: Begun | Task, decision: Decision, *, tapped: bool = False, proven: bool = False) -> Task:
    """The attempt of a post, ended like this, after its tap and its proof where it had them."""
    assert isinstance(begun, Begun), begun
    fence = begun.attempt.fence
    if tapped:
        assert store.write_sync(attempts.record_intent, fence, what="post", now=store.clock())
    if proven:
        assert store.write_sync(attempts.record_confirmed, fence, evidence=[], now=store.clock())
    ended = store.write_sync(attempts.finish, fence, decision, now=store.clock())
    assert ended is not None
    return ended


def in_folder(name: str) -> Candidate:
    """A video of the folder /srv."""
    facts = facts_named(name)
    file = MediaFile(path=f"/srv/{name}.mp4", kind=facts.kind, media_type=facts.media_type, size=facts.size)
    return Candidate(key=f"file:/srv/{name}.mp4:1000:1", file=file, facts=facts, name=f"{name}.mp4")


def states(store: Store, item: Material) -> list[tuple[str, int, UseState]]:
    """Who used or reserved the item: (account key, task, state), newest first."""
    uses = store.read_sync(media_uses.of_key, materials.key_of(item.sha256))
    return [(use.account, use.task_id, use.state) for use in uses]
