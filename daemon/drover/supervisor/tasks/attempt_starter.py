"""From the choice of a task until its worker is told: its attempt is stored as begun, with its files if it publishes.

Which task begins where is the dispatcher's choice; what happens once it runs is in running.py.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

import structlog

from drover.config import Config
from drover.media.files import MediaError, MediaUnavailableError
from drover.policy import attempt_deadline, folder_texts, remarks
from drover.policy.device_states import DeviceEvent
from drover.policy.pace import handle_of
from drover.policy.records import Attempt, Head
from drover.store import attempts, publications, tasks
from drover.store.errors import ConflictError, NotFoundError, OtherAccountError, StoreUnavailableError
from drover.store.store import Store
from drover.supervisor.api.event_feed import EventFeed
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.tasks.running_attempts import RunningAttempts
from drover.supervisor.tasks.scripts import Scripts
from drover.supervisor.tasks.task_media import TaskMedia
from drover.wire.custom import CommandSpec, ManagedRun
from drover.wire.devices import DeviceState
from drover.wire.media import MediaFile
from drover.wire.scripts import PUBLISHES
from drover.wire.tasks import Reason, Task
from drover.wire.worker import Begin, ToWorker

log = structlog.get_logger("drover.tasks")

OTHER_ACCOUNT_S: Final = 1.0
"""Until a task that would act as another account than expected is looked at again, so that nothing turns in circles."""

GiveSession = Callable[[str, int, str], tuple[str, str, str]]
"""From serial, task and label to the session of the task's own lease, and the URL and the socket of the API."""


class AttemptStarter:
    """Tasks about to begin. `send` reaches a device's worker, `wake` asks the dispatcher to look again, `draining` says
    whether nothing may begin any more, `publishes` hears of a phone on which an attempt begins that brings files,
    `give_session` leases a command its phone."""

    def __init__(
        self,
        config: Config,
        store: Store,
        registry: DeviceRegistry,
        event_feed: EventFeed,
        running: RunningAttempts,
        scripts: Scripts,
        media: TaskMedia,
        *,
        boot_id: str,
        send: Callable[[str, ToWorker], bool],
        wake: Callable[[], None],
        draining: Callable[[], bool],
        publishes: Callable[[str], None],
        give_session: GiveSession,
    ) -> None:
        self._config = config
        self._store = store
        self._registry = registry
        self._event_feed = event_feed
        self._running = running
        self._scripts = scripts
        self._media = media
        self._boot_id = boot_id
        self._send = send
        self._wake = wake
        self._draining = draining
        self._publishes = publishes
        self._give_session = give_session
        self._choosing: dict[Head, asyncio.Task[None]] = {}
        self._accounts: dict[str, str] = {}
        self._serials: set[str] = set()

    def configure(self, config: Config) -> None:
        """Go by this from now on."""
        self._config = config

    def takes(self, serial: str) -> bool:
        """Whether the phone is for a task that is about to begin or began just now."""
        return serial in self._serials

    def is_on(self, serial: str) -> bool:
        """Whether a task is about to begin on this phone."""
        return serial in self._serials and self._running.on(serial) is None

    def count(self) -> int:
        """How many phones a task is about to begin on."""
        return sum(map(self.is_on, self._serials))

    def acting(self, *, besides: str = "") -> set[str]:
        """The accounts of tasks that are about to begin; not of the one on the phone `besides`."""
        return {account for serial, account in self._accounts.items() if serial != besides}

    async def begin(self, chosen: Sequence[Head]) -> None:
        """Begin these; returns without waiting for files that are looked for."""
        self._serials.update(head.serial for head in chosen)  # nobody else takes them from here on
        self._accounts.update((head.serial, head.account) for head in chosen if head.account)
        for head in chosen:
            if head.script_name in PUBLISHES:
                self._choosing[head] = asyncio.create_task(self._choose_and_begin(head))
        await asyncio.gather(*(self._begin(head) for head in chosen if head not in self._choosing))

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
            self._serials.discard(head.serial)
            self._accounts.pop(head.serial, None)

    async def _begin_on(self, head: Head) -> None:
        try:
            attempt, task = await self._store.write(
                attempts.begin, head.task_id, boot_id=self._boot_id, now=datetime.now(UTC), account=head.account
            )
        except OtherAccountError as error:
            log.info("begin_postponed", task=head.task_id, why=str(error))
            await asyncio.sleep(OTHER_ACCOUNT_S)
            self._wake()
            return
        except (ConflictError, NotFoundError):
            self._wake()  # stopped, deleted or paused meanwhile: looked at again
            return
        await self._begun(attempt, task, [])

    async def _choose_and_begin(self, head: Head) -> None:
        """Begin a task that publishes, beside the dispatch: a slow disk must not keep other phones waiting."""
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
            self._serials.discard(head.serial)
            self._accounts.pop(head.serial, None)
            self._wake()

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
        if self._draining() or serial not in self._registry.in_state(DeviceState.IDLE):
            return
        begun = await self._store.write(
            publications.begin,
            task_id,
            boot_id=self._boot_id,
            now=datetime.now(UTC),
            want=want,
            limit=self._media.limit(want),
            listed=listed,
        )
        if isinstance(begun, Task):
            log.warning("task_failed", task=begun.id, reason=begun.reason, remark=begun.remark)
        else:
            self._publishes(serial)
            if took := begun.task.media:
                log.info(
                    "files_chosen", task=task_id, files=[file.name for file in took.files], **folder_texts.shown(took)
                )
            await self._begun(begun.attempt, begun.task, begun.media)

    async def _fail(self, task_id: int, reason: Reason, remark: str) -> None:
        task = await self._store.write(tasks.fail_pending, task_id, reason, remark, now=datetime.now(UTC))
        log.warning("task_failed", task=task.id, reason=task.reason, remark=task.remark)

    async def _begun(self, attempt: Attempt, task: Task, media: list[MediaFile]) -> None:
        """The attempt is stored as begun: tell the worker."""
        serial = attempt.serial
        spec = self._scripts.command(task.script_name)
        usual_s = attempt_deadline.attempt_s(task.script_config, self._config.tasks.attempt_timeout_s)
        deadline_s = usual_s if spec is None else spec.timeout_s
        self._running.begun(attempt, task, timeout_s=deadline_s)
        self._registry.apply(serial, DeviceEvent.ATTEMPT_BEGAN, f"task {task.id}", task_id=task.id)
        self._event_feed.poke()
        sent = self._send(
            serial,
            Begin(
                fence=attempt.fence,
                task_id=task.id,
                attempt=attempt.attempt,
                script_name=task.script_name,
                script_config=folder_texts.with_texts(task.script_config, task.media),
                username=task.username,
                platform=attempt.platform,
                package=attempt.package or (spec.package if spec else ""),
                folder=str(self._config.task_folder(task.id)),
                deadline_s=deadline_s,
                reconcile=attempt.reconcile,
                media=self._media.located(media),
                media_roots=self._media.worker_roots if media else [],
                account=handle_of(attempt.account),
                logged_in_as=attempt.logged_in_as,
                managed=None if spec is None else self._managed(spec, task),
            ),
        )
        if not sent:
            await self._running.lost(serial, Reason.INTERRUPTED, remarks.WORKER_GONE)

    def _managed(self, spec: CommandSpec, task: Task) -> ManagedRun:
        """What the worker needs to run the command; the phone is leased for it from here on."""
        session, api_base, api_socket = self._give_session(task.serial, task.id, f"{task.script_name}, task {task.id}")
        token_file = str(self._config.token_path) if self._config.api.require_token else ""
        return ManagedRun(spec=spec, session=session, api_base=api_base, api_socket=api_socket, token_file=token_file)
