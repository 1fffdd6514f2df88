"""From the choice of a task to the message to its worker: its attempt is stored as begun, with the files of a post.

Which task begins where is the dispatcher's choice; what happens once it runs is in running_attempts.py.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import structlog

from drover.media.files import MediaError, MediaUnavailableError
from drover.policy import folder_texts
from drover.policy.phone_events import BeginAbandoned, FilesBrought, TaskChosen
from drover.policy.records import Attempt, Head
from drover.store import attempts, publications, tasks
from drover.store.errors import ConflictError, NotFoundError, OtherAccountError, StoreUnavailableError
from drover.store.store import Store
from drover.supervisor import clock
from drover.supervisor.devices.registry import DeviceRegistry, Foreseen
from drover.supervisor.tasks.begin_messages import BeginMessages
from drover.supervisor.tasks.running_attempts import RunningAttempts
from drover.supervisor.tasks.task_media import TaskMedia
from drover.wire.devices import DeviceState
from drover.wire.media import MediaFile
from drover.wire.scripts import PUBLISHES
from drover.wire.tasks import Reason, Task

log = structlog.get_logger("drover.tasks")

OTHER_ACCOUNT_S: Final = 1.0
"""Until a task that would act as another account than expected is looked at again, so that nothing turns in circles."""


class AttemptStarter:
    """Tasks about to begin; which phone each of them has, the registry says."""

    def __init__(
        self,
        store: Store,
        registry: DeviceRegistry,
        running: RunningAttempts,
        media: TaskMedia,
        messages: BeginMessages,
        boot_id: str,
    ) -> None:
        self._store = store
        self._registry = registry
        self._running = running
        self._media = media
        self._messages = messages
        self._boot_id = boot_id
        self._choosing: dict[Head, asyncio.Task[None]] = {}

    async def begin(self, chosen: Sequence[Head]) -> None:
        """Begin these; returns without waiting for files that are looked for."""
        for head in chosen:  # no one else takes their phones from here on
            self._registry.post(head.serial, TaskChosen(task_id=head.task_id, account=head.account))
        for head in chosen:
            if head.script_name in PUBLISHES:
                self._choosing[head] = asyncio.create_task(self._choose_and_begin(head))
        others = [self._begin(head) for head in chosen if head not in self._choosing]
        if len(others) == 1:  # at once, without the turn of the loop that a task of its own takes
            await others[0]
        else:
            await asyncio.gather(*others)

    def cancel(self) -> None:
        """Look for no more files."""
        for choosing in self._choosing.values():
            choosing.cancel()

    # --- one task

    async def _begin(self, head: Head) -> None:
        """Store that the attempt has begun; only then tell the worker."""
        try:
            await self._begin_on(head)
        finally:
            self._registry.post(head.serial, BeginAbandoned(task_id=head.task_id))  # nothing, if it has begun

    async def _begin_on(self, head: Head) -> None:
        foreseen = self._running.foresee_begun(head.serial, head.task_id)
        try:
            attempt, task = await self._store.write(
                attempts.begin,
                head.task_id,
                boot_id=self._boot_id,
                now=clock.now(),
                account=head.account,
                device=None if foreseen is None else foreseen.device,
            )
        except OtherAccountError as error:
            log.info("begin_postponed", task=head.task_id, why=str(error))
            await asyncio.sleep(OTHER_ACCOUNT_S)
            return
        except (ConflictError, NotFoundError):
            return  # stopped, deleted or paused meanwhile: looked at again
        self._begun(attempt, task, [], foreseen)

    async def _choose_and_begin(self, head: Head) -> None:
        """Begin a task that publishes, apart from dispatch: a slow disk must not keep other phones waiting."""
        try:
            await self._begin_with_media(head)
        except OtherAccountError as error:
            log.info("begin_postponed", task=head.task_id, why=str(error))
            await asyncio.sleep(OTHER_ACCOUNT_S)
        except (ConflictError, NotFoundError):
            return  # stopped or deleted meanwhile, or files were taken: looked at again at once
        except (StoreUnavailableError, MediaUnavailableError) as error:
            log.error("dispatch_postponed", task=head.task_id, why=str(error))
            await asyncio.sleep(1.0)
        except Exception as error:
            log.exception("media_choice_failed", task=head.task_id)
            with suppress(ConflictError, NotFoundError, StoreUnavailableError):
                await self._fail(head.task_id, Reason.SCRIPT_ERROR, f"Its files could not be looked for: {error!r}.")
            await asyncio.sleep(1.0)  # should even that have failed, it must not be tried without a pause
        finally:
            del self._choosing[head]
            self._registry.post(head.serial, BeginAbandoned(task_id=head.task_id))  # nothing, if it has begun

    async def _begin_with_media(self, head: Head) -> None:
        task_id, serial = head.task_id, head.serial
        waiting = await self._store.read(publications.waiting, task_id)
        if head.account not in ("", waiting.account):
            raise OtherAccountError(f"task {task_id} acts as {waiting.account} by now, not as {head.account}")
        want = self._media.wanted(waiting)
        try:
            listed = await self._media.listed(waiting, want)
        except MediaUnavailableError:
            raise
        except MediaError as error:
            await self._fail(task_id, Reason.MEDIA_INVALID, str(error))
            return
        if self._registry.draining or self._registry.phone(serial).state is not DeviceState.IDLE:
            return
        foreseen = self._running.foresee_begun(serial, task_id)
        begun = await self._store.write(
            publications.begin,
            task_id,
            boot_id=self._boot_id,
            now=clock.now(),
            want=want,
            limit=self._media.limit(want),
            listed=listed,
            device=None if foreseen is None else foreseen.device,
        )
        if isinstance(begun, Task):
            log.warning("task_failed", task=begun.id, reason=begun.reason, remark=begun.remark)
        else:
            self._registry.post(serial, FilesBrought())
            if took := begun.task.media:
                log.info(
                    "files_chosen", task=task_id, files=[file.name for file in took.files], **folder_texts.shown(took)
                )
            self._begun(begun.attempt, begun.task, begun.media, foreseen)

    async def _fail(self, task_id: int, reason: Reason, remark: str) -> None:
        task = await self._store.write(tasks.fail_pending, task_id, reason, remark, now=clock.now())
        log.warning("task_failed", task=task.id, reason=task.reason, remark=task.remark)

    def _begun(self, attempt: Attempt, task: Task, files: list[MediaFile], written: Foreseen | None) -> None:
        """The attempt is stored as begun: only now its worker hears of it."""
        self._running.begun(attempt, task, timeout_s=self._messages.deadline_s(task), written=written)
        self._running.tell(attempt, self._messages.compose(attempt, task, files))
