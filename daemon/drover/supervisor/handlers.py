"""What each request means: one function a request type, and the table that the control server asks.

Handlers return data; nothing here formats for people.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from drover import token_file
from drover.policy import waiting
from drover.store import accounts, audit, queue, tasks
from drover.store.errors import ConflictError, IdempotencyConflictError, NotFoundError, StoreUnavailableError
from drover.supervisor.control import Answer, Peer
from drover.supervisor.running import with_live
from drover.supervisor.state import DaemonState
from drover.wire import control
from drover.wire.devices import Device
from drover.wire.faults import Code, Failure, RequestError
from drover.wire.scripts import AppName, Username, describe
from drover.wire.tasks import Status, Task

LOG_CHUNK_BYTES: Final = 256 * 1024
MAX_AUDIT_PAGE: Final = 1000
MEDIA_TYPES: Final = {".png": "image/png", ".xml": "application/xml", ".txt": "text/plain; charset=utf-8"}


class _CheckedAccount(msgspec.Struct, kw_only=True):
    """What a registered account must look like."""

    username: Username
    serial: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    platform: AppName
    enabled: bool
    package: str
    note: str


def _read_from(path: Path, offset: int) -> bytes:
    """At most one chunk from the offset; nothing if there is no such file yet."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(LOG_CHUNK_BYTES)
    except FileNotFoundError:
        return b""


class Handlers:
    """Answers requests from the daemon's parts."""

    def __init__(self, state: DaemonState) -> None:
        self._state = state

    async def __call__(self, body: control.RequestBody, peer: Peer) -> Answer:
        """Dispatch by type; a store that cannot write answers 50301, so that the client may come again."""
        try:
            return await self._dispatch(body, peer)
        except StoreUnavailableError as error:
            raise RequestError(Code.UNAVAILABLE, str(error), retry_after_s=5) from error

    async def _dispatch(self, body: control.RequestBody, peer: Peer) -> Answer:
        match body:
            case control.CreateTasks():
                return await self._create(body)
            case control.ListTasks():
                return await self._list(body)
            case control.GetTask(task_id=task_id):
                return await self._task(task_id)
            case control.StopTask(task_id=task_id):
                await self._state.desk.stop(task_id)
                return await self._task(task_id)
            case control.RetryTask():
                return await self._retry(body)
            case control.RetryAll():
                return await self._retry_all()
            case control.DeleteTasks(task_ids=task_ids):
                return await self._delete(task_ids)
            case control.GetTaskStats():
                return await self._state.store.read(tasks.stats)
            case control.ReadTaskLog():
                return await self._log(body)
            case control.FindArtifact():
                return await self._artifact(body)
            case control.ListDevices():
                return control.DeviceList(devices=await self._devices(self._state.board.all()))
            case control.GetDevice(serial=serial):
                return await self._device(serial)
            case control.CheckLicense():
                return self._state.license
            case control.GetStatus():
                return await self._state.status()
            case control.Subscribe(after=after):
                return self._events(after)
            case control.ListAccounts():
                return control.AccountList(accounts=await self._state.store.read(accounts.all))
            case control.PutAccount():
                return await self._put_account(body)
            case control.DeleteAccount():
                return await self._delete_account(body)
            case control.ShowToken():
                return await self._token(token_file.ensure)
            case control.RotateToken():
                return await self._token(token_file.replace)
            case control.ListAudit(limit=limit, before=before):
                limit = min(max(limit, 1), MAX_AUDIT_PAGE)
                entries = await self._state.store.read(audit.page, before=before, limit=limit)
                return control.AuditPage(entries=entries)
            case control.AnnounceApi(url=url):
                self._state.announce_api(url, peer)
                return control.Done()
            case control.Hello():
                raise RequestError(Code.INVALID, "Hello comes once, first")

    # --- tasks

    async def _create(self, body: control.CreateTasks) -> control.TasksCreated:
        try:
            return await self._state.desk.create(body)
        except IdempotencyConflictError:
            raise RequestError(
                Code.CONFLICT,
                "Idempotency-Key: was used within 24 hours with another body; use a new key for a new request",
                {"idempotency_key": body.idempotency_key},
            ) from None

    async def _list(self, body: control.ListTasks) -> control.TaskPage:
        total, found = await self._state.store.read(
            tasks.page,
            status=body.status,
            serial=body.serial,
            script_name=body.script_name,
            source=body.source,
            page=body.page,
            page_size=body.page_size,
        )
        return control.TaskPage(
            total=total, page=body.page, page_size=body.page_size, tasks=await self._presented(found)
        )

    async def _task(self, task_id: int) -> Task:
        task = await self._state.store.read(tasks.get, task_id)
        if task is None:
            raise RequestError(Code.NOT_FOUND, f"task {task_id}: does not exist")
        return (await self._presented([task]))[0]

    async def _presented(self, found: list[Task]) -> list[Task]:
        """Tasks as a reader wants them: live steps for running ones, the reason of waiting for pending ones."""
        desk = self._state.desk
        pending = [task.id for task in found if task.status is Status.PENDING]
        now = datetime.now(UTC)
        facts = await self._state.store.read(queue.waiting, pending, now=now) if pending else {}
        shown: list[Task] = []
        for task in found:
            if task.id in facts:
                remark = waiting.why(
                    task,
                    device=self._state.board.get(task.serial),
                    in_use=desk.in_use,
                    device_limit=desk.device_limit,
                    ahead=facts[task.id].ahead,
                    not_before=facts[task.id].not_before,
                    last_reason=facts[task.id].last_reason,
                    now=now,
                    zone=self._state.config.zone,
                    draining=desk.draining,
                )
                shown.append(msgspec.structs.replace(task, remark=remark))
            else:
                shown.append(
                    with_live(task, self._state.running.of_task(task.id)) if task.status is Status.RUNNING else task
                )
        return shown

    async def _retry(self, body: control.RetryTask) -> Task:
        try:
            await self._state.store.write(tasks.retry, body.task_id, now=datetime.now(UTC), force=body.force)
        except ConflictError as error:
            raise RequestError(Code.CONFLICT, str(error), {"task_id": body.task_id}) from None
        except NotFoundError as error:
            raise RequestError(Code.NOT_FOUND, str(error)) from None
        self._state.desk.wake()
        return await self._task(body.task_id)

    async def _retry_all(self) -> control.RetriedAll:
        count, skipped = await self._state.store.write(tasks.retry_all, now=datetime.now(UTC))
        self._state.desk.wake()
        return control.RetriedAll(retried_count=count, skipped=skipped)

    async def _delete(self, task_ids: list[int]) -> control.TasksDeleted:
        """Delete; whatever runs is stopped first, all at once."""
        deleted, not_found, running = await self._state.store.write(tasks.delete, task_ids)
        if running:
            await asyncio.gather(*(self._stop_quietly(task_id) for task_id in running))
            also, gone, _ = await self._state.store.write(tasks.delete, running)
            deleted, not_found = [*deleted, *also], [*not_found, *gone]
        self._state.desk.wake()
        return control.TasksDeleted(deleted_count=len(deleted), not_found=not_found)

    async def _stop_quietly(self, task_id: int) -> None:
        try:
            await self._state.desk.stop(task_id)
        except RequestError as error:
            if error.failure.code is not Code.CONFLICT:  # it ended by itself meanwhile
                raise

    # --- files

    async def _log(self, body: control.ReadTaskLog) -> control.LogChunk:
        task = await self._task(body.task_id)
        path = self._state.desk.folder(body.task_id) / "log.txt"
        data = await asyncio.to_thread(_read_from, path, body.offset)
        # Cut at a line's end, so that no character is torn.
        whole = data if task.status.ended and len(data) < LOG_CHUNK_BYTES else data[: data.rfind(b"\n") + 1]
        return control.LogChunk(
            text=whole.decode("utf-8", errors="replace"),
            next_offset=body.offset + len(whole),
            ended=task.status.ended and len(data) < LOG_CHUNK_BYTES,
        )

    async def _artifact(self, body: control.FindArtifact) -> control.ArtifactFile:
        task = await self._task(body.task_id)
        if body.name not in task.evidence:  # only names of our own making ever reach the file system
            raise RequestError(Code.NOT_FOUND, f"task {body.task_id}: has no artifact {body.name!r}")
        path = self._state.desk.folder(body.task_id) / body.name
        if not await asyncio.to_thread(path.is_file):
            raise RequestError(Code.NOT_FOUND, f"task {body.task_id}: its artifact {body.name!r} is not kept any more")
        media_type = MEDIA_TYPES.get(path.suffix, "application/octet-stream")
        return control.ArtifactFile(path=str(path), media_type=media_type)

    # --- devices and accounts

    async def _devices(self, found: list[Device]) -> list[Device]:
        lengths = await self._state.store.read(queue.lengths)
        return [msgspec.structs.replace(device, queued=lengths.get(device.serial, 0)) for device in found]

    async def _device(self, serial: str) -> Device:
        device = self._state.board.get(serial)
        if device is None:
            raise RequestError(Code.NOT_FOUND, f"device {serial}: was never seen")
        return (await self._devices([device]))[0]

    async def _put_account(self, body: control.PutAccount) -> control.Account:
        fields: dict[str, Any] = msgspec.structs.asdict(body)
        fields["username"] = body.username.strip().removeprefix("@")
        try:
            account = msgspec.convert(fields, _CheckedAccount)
        except msgspec.ValidationError as error:
            raise RequestError(Code.INVALID, describe(error)) from None
        row = control.Account(**msgspec.structs.asdict(account))
        await self._state.store.write(accounts.put, row)
        return row

    async def _delete_account(self, body: control.DeleteAccount) -> control.Done:
        username = body.username.strip().removeprefix("@")
        if not await self._state.store.write(accounts.delete, username, body.platform):
            raise RequestError(Code.NOT_FOUND, f"account @{username}: nobody registered it on {body.platform}")
        return control.Done()

    # --- the API's token

    async def _token(self, make: Callable[[Path], str]) -> control.ApiToken:
        config = self._state.config
        path = config.token_path
        try:
            token = await asyncio.to_thread(make, path)
        except token_file.TokenFileError as error:
            raise RequestError(Code.CONFLICT, str(error), {"path": str(path)}) from None
        return control.ApiToken(token=token, path=str(path), required=config.api.require_token)

    # --- events

    async def _events(self, after: int | None) -> AsyncIterator[control.ResponseBody]:
        """Subscribed, then events. A subscriber that lags too far is told so by the end of the stream."""
        hub = self._state.hub
        subscription = await hub.subscribe(after)
        try:
            yield control.Subscribed(last_event_id=hub.last_id)
            async for event in subscription.events():
                yield event
            yield Failure(
                code=Code.TOO_MANY, message="events were not read fast enough; subscribe again with the last id"
            )
        finally:
            hub.unsubscribe(subscription)
