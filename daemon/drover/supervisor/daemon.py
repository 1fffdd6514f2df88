"""The daemon: makes its parts in order, joins them, and takes them down in the opposite order."""

import asyncio
import os
import random
import signal
import uuid
from collections.abc import Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sdnotify
import structlog

from drover.config import Config
from drover.media import limits
from drover.media.inspector import Inspector
from drover.media.library import LibraryFolder
from drover.policy import plans
from drover.policy.device_states import DeviceEvent
from drover.store import devices, events
from drover.store.errors import StoreUnavailableError
from drover.store.store import Store
from drover.supervisor import recovery
from drover.supervisor.adb_server import AdbServer
from drover.supervisor.audit import Audited
from drover.supervisor.board import DeviceBoard
from drover.supervisor.control import ControlServer
from drover.supervisor.desk import TaskDesk, pace_of
from drover.supervisor.discovery import AccountDiscovery
from drover.supervisor.fleet import Fleet
from drover.supervisor.handlers import Handlers
from drover.supervisor.hub import EventHub
from drover.supervisor.materials import MaterialLibrary
from drover.supervisor.presence import Presence
from drover.supervisor.publishing import PublishingMedia
from drover.supervisor.retention import Retention
from drover.supervisor.running import RunningAttempts
from drover.supervisor.runtime import RuntimeDir
from drover.supervisor.shim_process import ShimProcess
from drover.supervisor.state import DaemonState
from drover.supervisor.tracker import AdbTracker
from drover.wire.devices import Device
from drover.wire.events import DeviceChanged
from drover.wire.tasks import Reason
from drover.wire.worker import AccountsRead, Ended, FromWorker, Heartbeat, PhoneReady, PhoneTrouble, WorkerHello

log = structlog.get_logger("drover.daemon")

DATABASE: Final = "drover.db"
ALIVE_EVERY_S: Final = 10.0
PHONE_AT_FAULT: Final = frozenset({Reason.DEVICE_LOST, Reason.TIMEOUT, Reason.INTERRUPTED})


class Daemon:
    """One boot. `run` returns when SIGTERM or SIGINT was obeyed."""

    def __init__(self, config: Config, runtime: RuntimeDir) -> None:
        self._config = config
        self._runtime = runtime
        self._boot_id = uuid.uuid4().hex
        self._rng = random.Random()  # noqa: S311 - jitter and pauses, no secret
        self._jobs: set[asyncio.Task[Any]] = set()
        self._stop = asyncio.Event()
        self._hurry = asyncio.Event()
        self._troubles: dict[str, str] = {}
        self._notifier = sdnotify.SystemdNotifier()

    async def run(self) -> None:
        """Start everything, serve until told to end, then drain and stop."""
        config = self._config
        self._listen_to_signals()
        self._store = Store.open(config.data_dir / DATABASE)
        try:
            await self._prepare()
            await self._serve()
        finally:
            self._store.close()

    async def _prepare(self) -> None:
        config, store = self._config, self._store
        pace = pace_of(config)
        await recovery.recover(store, config, boot_id=self._boot_id, rng=self._rng, pace=pace)
        license_ = plans.license_for(config.license.plan, config.license.device_limit)
        last_id = await store.read(events.last_id)
        self._hub = EventHub(lambda after, limit: store.read(events.after, after, limit), last_id)
        self._board = DeviceBoard(await store.read(devices.all), self._device_changed)
        self._fleet = Fleet(
            boot_id=self._boot_id,
            endpoint=self._runtime.worker_endpoint,
            adb=(config.adb.host, config.adb.port),
            engine=config.devices.engine,
            heartbeat_s=config.devices.heartbeat_s,
            listener=self,
            log_options=(config.daemon.log_level, config.daemon.log_format),
            rng=self._rng,
        )
        self._running = RunningAttempts(
            store,
            self._hub,
            timeout_s=config.tasks.attempt_timeout_s,
            send=self._fleet.send,
            kill=self._fleet.kill,
            freed=self._device_freed,
            rng=self._rng,
            pace=pace,
        )
        await self._prepare_media()
        self._desk = TaskDesk(
            config,
            store,
            self._board,
            self._hub,
            self._running,
            self._publishing,
            boot_id=self._boot_id,
            device_limit=license_.device_limit,
            send=self._fleet.send,
            kill=self._fleet.kill,
            rng=self._rng,
            pace=pace,
        )
        self._discovery = AccountDiscovery(
            self._board,
            self._desk,
            send=self._fleet.send,
            kill=self._fleet.kill,
            given_back=self._show_phone,
        )
        self._adb_server = AdbServer(config.adb.host, config.adb.port, config.data_dir / "adb-server.log")
        self._tracker = AdbTracker(config.adb.host, config.adb.port, self._adb_changed, self._ensure_adb_server)
        self._presence = Presence(
            config, self._board, self._fleet, lost=self._device_lost, running_task=self._running_task
        )
        self._state = DaemonState(
            config=config,
            boot_id=self._boot_id,
            store=store,
            board=self._board,
            desk=self._desk,
            running=self._running,
            materials=self._materials,
            hub=self._hub,
            discovery=self._discovery,
            pace=pace,
            license=license_,
            adb_connected=lambda: self._tracker.connected,
            worker_count=lambda: self._fleet.running,
            adb_version=lambda: self._tracker.server_version(),
            runtime_dir=self._runtime.path,
            messages_dropped=lambda: self._fleet.dropped + self._control.malformed,
        )
        self._control = ControlServer(
            self._runtime.control_socket, Audited(Handlers(self._state), store), self._state.welcome
        )
        self._shim = ShimProcess(
            config.api,
            self._runtime.control_socket,
            spool=self._library_folder.incoming,
            max_upload_mb=config.media.max_upload_mb,
            token_file=config.token_path if config.api.require_token else None,
            log_options=(config.daemon.log_level, config.daemon.log_format),
        )

    async def _prepare_media(self) -> None:
        # Two, because reading all of a large upload must not keep a request waiting that names a file.
        self._inspectors = (Inspector(), Inspector())
        self._library_folder = LibraryFolder(self._config.data_dir / "media")
        self._materials = MaterialLibrary(
            self._store,
            self._library_folder,
            self._inspectors[0],
            limits.limits(),
            max_bytes=self._config.media.max_upload_mb * 1_000_000,
        )
        await self._materials.prepare()
        self._publishing = PublishingMedia(
            self._store,
            self._inspectors[1],
            roots=self._config.media_roots,
            library=self._library_folder.copies,
            limits=limits.limits(),
        )

    async def _serve(self) -> None:
        await self._fleet.start()
        await self._control.start()
        for name, work in {
            "events": self._hub.run(),
            "dispatch": self._desk.run(),
            "adb": self._tracker.run(),
            "connect": self._presence.keep_connected(self._tracker),
            "watch": self._watch(),
            "alive": self._stamp_alive(),
            "retention": Retention(lambda: self._config.retention, self._store, self._desk.folder).run(),
        }.items():
            self._start(name, work)
        if self._config.api.enabled:
            self._start("shim", self._shim.run())
        self._notifier.notify("READY=1")
        log.info("ready", pid=os.getpid(), boot=self._boot_id, socket=str(self._runtime.control_socket))
        try:
            await self._stop.wait()
            self._notifier.notify("STOPPING=1")
            await self._desk.drain(self._config.daemon.drain_timeout_s, self._hurry)
        finally:
            await self._take_down()

    async def _take_down(self) -> None:
        self._desk.draining = True
        await self._fleet.stop()
        await self._running.settle_rest()
        await self._shim.stop()
        await self._control.stop()
        for job in self._jobs:
            job.cancel()
        await asyncio.gather(*self._jobs, return_exceptions=True)
        for inspector in self._inspectors:
            inspector.close()
        await recovery.stamp_alive(self._store)
        log.info("stopped")

    def _start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Run for as long as the daemon does. A part that fails ends the daemon: a half daemon helps nobody."""
        job = asyncio.create_task(work, name=name)
        self._jobs.add(job)
        job.add_done_callback(self._part_ended)

    def _part_ended(self, job: asyncio.Task[Any]) -> None:
        if not job.cancelled() and (error := job.exception()) is not None:
            log.critical("part_failed", part=job.get_name(), exc_info=error)
            self._failed = True
            self._stop.set()

    _failed = False

    @property
    def failed(self) -> bool:
        """Whether the daemon ended because a part of it failed."""
        return self._failed

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._told_to_end)

    def _told_to_end(self) -> None:
        if self._stop.is_set():
            self._hurry.set()  # asked twice: wait no longer for what runs
        self._stop.set()

    # --- adb

    def _adb_changed(self, listing: Mapping[str, str] | None) -> None:
        self._presence.listed(listing)

    def _ensure_adb_server(self) -> None:
        if self._config.adb.start_server:
            self._adb_server.ensure()

    def _device_lost(self, serial: str, why: str) -> None:
        self._discovery.lost(serial, why)
        self._background(self._running.lost(serial, Reason.DEVICE_LOST, why))

    def _running_task(self, serial: str) -> int | None:
        live = self._running.on(serial)
        return live.task.id if live else None

    def _device_freed(self, serial: str) -> None:
        """Its attempt has ended, durably."""
        self._board.apply(serial, DeviceEvent.ATTEMPT_ENDED, task_id=None)
        self._show_phone(serial)

    def _show_phone(self, serial: str) -> None:
        """Show what the worker said last of its phone, as soon as no attempt runs there."""
        if self._running.on(serial) is not None:
            return
        if serial in self._troubles:
            self._board.apply(serial, DeviceEvent.PHONE_TROUBLE, self._troubles[serial])
        else:
            self._board.apply(serial, DeviceEvent.PHONE_READY)
        self._desk.wake()

    # --- workers (FleetListener)

    def worker_started(self, serial: str, pid: int, starts: int) -> None:
        self._troubles[serial] = "its worker looks at the phone"
        self._board.apply(serial, DeviceEvent.WORKER_STARTED, self._troubles[serial])
        self._board.note_worker(serial, pid, starts)
        self._background(self._store.write(devices.record_worker, serial, pid, recovery.start_time(pid), self._boot_id))

    def worker_said(self, serial: str, message: FromWorker) -> None:
        match message:
            case WorkerHello() | Heartbeat():
                return
            case PhoneReady(facts=facts):
                self._board.learn(serial, facts)
                self._troubles.pop(serial, None)
                self._show_phone(serial)
            case PhoneTrouble(why=why):
                self._troubles[serial] = why
                self._show_phone(serial)
            case Ended(reason=reason, remark=remark) if reason in PHONE_AT_FAULT:
                self._troubles[serial] = remark  # its worker opens the phone anew and says when it answers
                self._running.said(serial, message)
            case AccountsRead():
                self._discovery.said(serial, message)
            case _:
                self._running.said(serial, message)

    def worker_ended(self, serial: str, status: int, *, quarantined: bool, retry_in_s: float | None) -> None:
        how = f"signal {-status}" if status < 0 else f"status {status}"
        # Before its attempt is freed: a phone without a worker must not be shown idle, or the next task begins there.
        self._troubles[serial] = f"its worker ended ({how})"
        self._discovery.lost(serial, f"its worker ended ({how}) meanwhile")
        self._background(
            self._running.lost(serial, Reason.INTERRUPTED, f"The worker ended ({how}) while the task ran.")
        )
        self._board.note_worker(serial, None, self._board_starts(serial))
        if retry_in_s is None:
            return
        event = DeviceEvent.QUARANTINED if quarantined else DeviceEvent.WORKER_DIED
        deadline = datetime.now(UTC) + timedelta(seconds=retry_in_s)
        self._board.apply(serial, event, f"its worker ended ({how}); again in {retry_in_s:.0f} s", deadline=deadline)

    def _board_starts(self, serial: str) -> int:
        device = self._board.get(serial)
        return device.worker_starts if device else 0

    # --- the store's side of devices

    def _device_changed(self, device: Device) -> None:
        self._background(self._store_device(device))

    async def _store_device(self, device: Device) -> None:
        await self._store.write(devices.put, device)
        await self._store.write(events.append, DeviceChanged(device=device), now=datetime.now(UTC))
        self._hub.poke()

    def _background(self, work: Coroutine[Any, Any, Any]) -> None:
        job = asyncio.create_task(work)
        self._jobs.add(job)
        job.add_done_callback(self._background_ended)

    def _background_ended(self, job: asyncio.Task[Any]) -> None:
        self._jobs.discard(job)
        if not job.cancelled() and (error := job.exception()) is not None:
            log.error("background_failed", why=str(error), exc_info=error)

    # --- time

    async def _watch(self) -> None:
        """Deadlines and signs of life, once a second; the watchdog is told only if the store writes."""
        watchdog_s = int(os.environ.get("WATCHDOG_USEC", "0")) / 1_000_000 / 3
        next_ping = 0.0
        loop = asyncio.get_running_loop()
        while True:
            self._fleet.watch()
            self._running.watch()
            self._presence.watch()
            if watchdog_s and loop.time() >= next_ping:
                next_ping = loop.time() + watchdog_s
                await recovery.stamp_alive(self._store)
                self._notifier.notify("WATCHDOG=1")
            await asyncio.sleep(1.0)

    async def _stamp_alive(self) -> None:
        while True:
            await asyncio.sleep(ALIVE_EVERY_S)
            try:
                await recovery.stamp_alive(self._store)
            except StoreUnavailableError as error:
                log.error("alive_stamp_failed", why=str(error))
