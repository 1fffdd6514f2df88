"""Begins an attempt of `post`: its files are chosen and reserved in the transaction that begins it, or it fails."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import msgspec
from sqlalchemy import Connection, select, update

from drover.policy import folder_texts
from drover.policy.folder_texts import FolderTexts
from drover.policy.media import Candidate, Short, Stock, Wanted, choose
from drover.policy.records import Attempt
from drover.store import attempts, logins, materials, media_uses, tasks, text_turns
from drover.store.errors import ConflictError
from drover.store.rows import task_of, task_row
from drover.store.schema import tasks as task_rows
from drover.wire.devices import Device
from drover.wire.media import MediaFile, MediaLimit, TakenFile, TaskMedia
from drover.wire.post import PostConfig
from drover.wire.scripts import PUBLISHES
from drover.wire.tasks import Effect, Reason, Status, Task


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A task that is to publish, for this account (a key of policy.pace); `earlier` are the files of an attempt that it
    had, if they are still reserved for that account."""

    task: Task
    platform: str
    account: str
    earlier: list[Candidate]


@dataclass(frozen=True, kw_only=True)
class Listed:
    """The files of a folder that the account could use when it was read, or those of the task's own list.

    `used` counts those left out, `faults` describe those that are broken; `complete` is False where there are more.
    `texts` are what the files of texts say, by the place of the candidates that lie next to them.
    """

    candidates: Sequence[Candidate] = field(default=())
    used: int = 0
    faults: Sequence[str] = field(default=())
    complete: bool = True
    texts: Mapping[str, FolderTexts] = field(default_factory=dict[str, FolderTexts])


@dataclass(frozen=True, kw_only=True)
class Begun:
    """The attempt has begun, durably, with these files reserved for it."""

    attempt: Attempt
    task: Task
    media: list[MediaFile]


class StaleListError(ConflictError):
    """Another task took files of the list meanwhile, and there are more in the folder: look again."""


def waiting(conn: Connection, task_id: int) -> Waiting:
    """What is known of a task before its files are looked for; raises NotFoundError."""
    row = task_row(conn, task_id)
    account = logins.account_of(conn, row)
    earlier = media_uses.of_task(conn, task_id, account)
    return Waiting(task=task_of(row), platform=row["platform"], account=account, earlier=earlier)


def uploading(conn: Connection, serial: str, *, since: datetime) -> list[int] | None:
    """Tasks of this device that ended after `since` and may have been published; None where none ever published."""
    if not any(tasks.count(conn, {"serial": serial, "script_name": name}) for name in PUBLISHES):
        return None
    query = select(task_rows.c.id).where(
        task_rows.c.serial == serial,
        task_rows.c.status == int(Status.FAILED),
        task_rows.c.effect == Effect.UNKNOWN.value,
        task_rows.c.script_name.in_(PUBLISHES),
        task_rows.c.end_time > since,
    )
    return list(conn.execute(query.order_by(task_rows.c.id)).scalars())


def begin(
    conn: Connection,
    task_id: int,
    *,
    boot_id: str,
    now: datetime,
    want: Wanted,
    limit: MediaLimit,
    listed: Listed,
    device: Device | None = None,
) -> Begun | Task:
    """The begun attempt, or the task as it failed for lack of files or of a text that it needs. `device`: its phone, as
    it is shown once the attempt has begun.

    Raises NotFoundError, and ConflictError if the task does not wait, its list is out of date, or it acts as another
    account by now.
    """
    media_uses.release(conn, task_id, but=want.holder)
    chosen = _chosen(conn, task_id, want, limit, listed)
    if isinstance(chosen, Short):
        if not listed.complete:
            raise StaleListError(f"task {task_id}: its folder's files were taken meanwhile")
        return tasks.fail_pending(conn, task_id, Reason.MEDIA_INVALID, chosen.remark, now=now)
    row = task_row(conn, task_id)
    config = msgspec.convert(row["script_config"], PostConfig)
    took = _texts(conn, config, want, chosen, listed, row["media"])
    if why := folder_texts.missing(config, took, want.folder):
        return tasks.fail_pending(conn, task_id, Reason.MEDIA_INVALID, why, now=now)
    took = msgspec.structs.replace(took, files=list(map(_taken, chosen)))
    conn.execute(update(task_rows).where(task_rows.c.id == task_id).values(media=took))
    reserves = want.source != "list" or want.shares_list
    files = len(chosen) if reserves else 0
    attempt, task = attempts.begin(
        conn, task_id, boot_id=boot_id, now=now, account=want.account, files=files, device=device
    )
    if reserves:
        media_uses.reserve(conn, task_id, want, chosen, now=now)
    return Begun(attempt=attempt, task=task, media=[candidate.file for candidate in chosen])


def _chosen(
    conn: Connection, task_id: int, want: Wanted, limit: MediaLimit, listed: Listed
) -> Sequence[Candidate] | Short:
    if want.source == "list" and not want.shares_list:
        return listed.candidates  # named by a person, who may well want them twice
    candidates, stock = _candidates(conn, want, listed)
    earlier = media_uses.of_task(conn, task_id, want.holder)
    return choose(want, limit, earlier=earlier, candidates=candidates, stock=stock, faults=listed.faults)


def _candidates(conn: Connection, want: Wanted, listed: Listed) -> tuple[Iterable[Candidate], Callable[[], Stock]]:
    if want.source == "library":
        return materials.unused(conn, want), partial(materials.stock, conn, want)
    taken = media_uses.taken(conn, want, [candidate.key for candidate in listed.candidates])
    left = [candidate for candidate in listed.candidates if candidate.key not in taken]
    matching = len(listed.candidates) + listed.used + len(listed.faults)
    return left, lambda: Stock(matching=matching, used=listed.used + len(taken))


def _texts(
    conn: Connection,
    config: PostConfig,
    want: Wanted,
    chosen: Sequence[Candidate],
    listed: Listed,
    earlier: TaskMedia | None,
) -> TaskMedia:
    """The texts that go with the files; lines count as given in the transaction that gives them."""
    texts = listed.texts.get(chosen[0].place) if chosen else None
    return folder_texts.take(config, want.platform, texts, earlier, lambda path: text_turns.take(conn, path))


def _taken(candidate: Candidate) -> TakenFile:
    return TakenFile(name=candidate.name, material_id=candidate.file.material_id)
