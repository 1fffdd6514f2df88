"""Requests about what a task leaves behind: its log and its evidence. Only names that we made reach the disk."""

import asyncio
from pathlib import Path
from typing import Final

from drover.store import tasks
from drover.supervisor.api.handlers.table import Table
from drover.supervisor.api.state import DaemonState
from drover.wire import control
from drover.wire.faults import Code, RequestError
from drover.wire.tasks import Task
from drover.wire.worker import TASK_LOG

LOG_CHUNK_BYTES: Final = 256 * 1024
MEDIA_TYPES: Final = {".png": "image/png", ".xml": "application/xml", ".txt": "text/plain; charset=utf-8"}


class TaskFileHandlers:
    """Where a task's files lie, and what is in its log."""

    def __init__(self, state: DaemonState) -> None:
        self._state = state

    def table(self) -> Table:
        return {control.ReadTaskLog: self._log, control.FindArtifact: self._artifact}

    async def _log(self, body: control.ReadTaskLog) -> control.LogChunk:
        task = await self._task(body.task_id)
        path = self._state.core.settings.config.task_folder(body.task_id) / TASK_LOG
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
        if body.name not in task.evidence:  # only names that we made ever reach the file system
            raise RequestError(Code.NOT_FOUND, f"task {body.task_id}: has no artifact {body.name!r}")
        path = self._state.core.settings.config.task_folder(body.task_id) / body.name
        if not await asyncio.to_thread(path.is_file):
            raise RequestError(Code.NOT_FOUND, f"task {body.task_id}: its artifact {body.name!r} is not kept any more")
        media_type = MEDIA_TYPES.get(path.suffix, "application/octet-stream")
        return control.ArtifactFile(path=str(path), media_type=media_type)

    async def _task(self, task_id: int) -> Task:
        task = await self._state.core.store.read(tasks.get, task_id)
        if task is None:
            raise RequestError(Code.NOT_FOUND, f"task {task_id}: does not exist")
        return task


def _read_from(path: Path, offset: int) -> bytes:
    """At most one chunk from the offset; nothing if there is no such file yet."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(LOG_CHUNK_BYTES)
    except FileNotFoundError:
        return b""
