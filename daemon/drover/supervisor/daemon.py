"""The daemon: makes its parts in order, joins them, and takes them down in the opposite order."""

import asyncio
import os
import random
import signal
import uuid
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sdnotify
import structlog

from drover import logs
from drover.config import Config, ConfigError
from drover.media import limits
from drover.media.inspector import Inspector
from drover.media.library import LibraryFolder
from drover.policy import ladder, plans, remarks
from drover.policy.device_states import DeviceEvent
from drover.store import devices, events, tasks
from drover.store.errors import StoreUnavailableError
from drover.store.store import Store
from drover.supervisor import recovery
from drover.supervisor.adb_server import AdbServer
from drover.supervisor.audit import Audited
from drover.supervisor.board import DeviceBoard
from drover.supervisor.control import ControlServer
from drover.supervisor.desk import TaskDesk, pace_of
from drover.supervisor.direct import DirectCalls
from drover.supervisor.discovery import AccountDiscovery
from drover.supervisor.fleet import Fleet
from drover.supervisor.handlers import Handlers
from drover.supervisor.hub import EventHub
from drover.supervisor.leases import PhoneLeases
from drover.supervisor.materials import MaterialLibrary
from drover.supervisor.nurse import Nurse
from drover.supervisor.presence import Presence
from drover.supervisor.publishing import PublishingMedia
from drover.supervisor.reload import Reloader
from drover.supervisor.retention import Retention
from drover.supervisor.running import RunningAttempts
from drover.supervisor.runtime import RuntimeDir
from drover.supervisor.scripts import Scripts
from drover.supervisor.shim_process import ShimProcess
from drover.supervisor.state import DaemonState
from drover.supervisor.tidying import GalleryTidying
from drover.supervisor.tracker import AdbTracker
from drover.supervisor.transports import Transports
from drover.supervisor.watchdog import Watchdog
from drover.wire.control import ConfigReloaded
from drover.wire.devices import Device, DeviceState
from drover.wire.direct import DirectAnswered
from drover.wire.events import DeviceChanged
from drover.wire.tasks import Reason
from drover.wire.worker import (
    AccountsRead,
    Ended,
    EngineCured,
    FromWorker,
    Heartbeat,
    PhoneReady,
    PhoneTrouble,
    WorkerHello,
)

log = structlog.get_logger("drover.daemon")

DATABASE: Final = "drover.db"
ALIVE_EVERY_S: Final = 10.0
COUNTERS: Final = ("automation_restart", "automation_reinstall", "automation_fallback", "worker_death")
CANCEL_AGAIN_S: Final = 0.1
MOST_CANCELS: Final = 10
PHONE_AT_FAULT: Final = frozenset({Reason.DEVICE_LOST, Reason.TIMEOUT, Reason.INTERRUPTED})


class Daemon:
    """One boot. `run` returns when SIGTERM or SIGINT was obeyed."""

    def __init__(self, config: Config, runtime: RuntimeDir, load: Callable[[], Config]) -> None:
        self._config = config
        self._reloader = Reloader(config, load, self._configure)
        self._runtime = runtime
        self._boot_id = uuid.uuid4().hex
        self._rng = random.Random()  # noqa: S311 - jitter and pauses, no secret
        self._jobs: set[asyncio.Task[Any]] = set()
        self._stop = asyncio.Event()
        self._hurry = asyncio.Event()
        self._troubles: dict[str, str] = {}
        self._stuck: set[str] = set()
        self._transports = Transports()
        self._counters = Counter[str](dict.fromkeys(COUNTERS, 0))
        self._notifier = sdnotify.SystemdNotifier()

    async def run(self) -> None:
        """Start everything, serve until told to end, then drain and stop."""
        self._listen_to_signals()
        self._fleet = self._make_fleet()
        # The zygote imports for a second; meanwhile the store is opened and put right.
        forking = asyncio.create_task(self._fleet.start())
        try:
            self._store = await asyncio.to_thread(Store.open, self._config.data_dir / DATABASE)
            try:
                await self._prepare()
                await forking
                await self._serve()
            finally:
                self._store.close()
        finally:
            forking.cancel()
            await self._fleet.stop(self._hurry)

    def _make_fleet(self) -> Fleet:
        config = self._config
        return Fleet(
            boot_id=self._boot_id,
            endpoint=self._runtime.worker_endpoint,
            adb=(config.adb.host, config.adb.port),
            engine=config.devices.engine,
            heartbeat_s=config.devices.heartbeat_s,
            listener=self,
            log_options=(config.daemon.log_level, config.daemon.log_format),
            rng=self._rng,
        )

    async def _prepare(self) -> None:
        config, store = self._config, self._store
        pace = pace_of(config)
        self._scripts = Scripts(store, config.scripts)
        await self._scripts.load()
        await recovery.recover(
            store, config, boot_id=self._boot_id, rng=self._rng, pace=pace, delivery=self._scripts.delivery
        )
        license_ = plans.license_for(config.license.plan, config.license.device_limit)
        last_id = await store.read(events.last_id)
        self._hub = EventHub(lambda after, limit: store.read(events.after, after, limit), last_id)
        self._board = DeviceBoard(await store.read(devices.all), self._device_changed)
        self._running = RunningAttempts(
            store,
            self._hub,
            send=self._fleet.send,
            kill=self._fleet.kill,
            freed=self._device_freed,
            rng=self._rng,
            pace=pace,
            delivery=self._scripts.delivery,
        )
        await self._prepare_media()
        self._desk = TaskDesk(
            config,
            store,
            self._board,
            self._hub,
            self._running,
            self._scripts,
            self._publishing,
            boot_id=self._boot_id,
            device_limit=license_.device_limit,
            device_of=self._transports.device_of,
            send=self._fleet.send,
            kill=lambda serial, why: self._fleet.kill(serial, why, excused=True),
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
        self._tidying = GalleryTidying(store, is_idle=self._desk.is_idle, send=self._fleet.send)
        self._desk.publishes = self._tidying.due
        self._direct = DirectCalls(self._runtime.path / "direct", send=self._fleet.send, kill=self._fleet.kill)
        self._direct.prepare()
        self._leases = PhoneLeases(
            self._board, self._desk, self._direct, send=self._fleet.send, given_back=self._show_phone
        )
        self._desk.line = self._leases
        self._desk.give_session = self._session_for
        self._adb_server = AdbServer(config.adb.host, config.adb.port, config.data_dir / "adb-server.log")
        self._tracker = AdbTracker(config.adb.host, config.adb.port, self._adb_changed, self._ensure_adb_server)
        self._presence = Presence(
            config,
            self._board,
            self._fleet,
            lost=self._device_lost,
            running_task=self._running_task,
            joined=self._devices_joined,
            transports=self._transports,
            rng=self._rng,
        )
        self._nurse = Nurse(
            self._board, self._tracker, hangs=lambda serial: serial in self._stuck, spawn=self._background
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
            leases=self._leases,
            direct=self._direct,
            scripts=self._scripts,
            pace=pace,
            license=license_,
            adb_connected=lambda: self._tracker.connected,
            worker_count=lambda: self._fleet.running,
            counters=lambda: {**self._counters, "device_reconnect": self._nurse.steps},
            adb_version=lambda: self._tracker.server_version(),
            runtime_dir=self._runtime.path,
            reload=self._reload,
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

    # --- configuration

    def _reload(self) -> ConfigReloaded:
        done = self._reloader.reload()
        log.info("config_reloaded", applied=done.applied, after_restart=done.after_restart)
        return done

    def _reload_on_signal(self) -> None:
        try:
            self._reload()
        except ConfigError as error:
            log.error("config_not_reloaded", why=str(error))

    def _configure(self, config: Config) -> None:
        """Hand the parts what changed; each reads it at its next use."""
        self._config = self._state.config = config
        license_ = plans.license_for(config.license.plan, config.license.device_limit)
        pace = pace_of(config)
        logs.configure(config.daemon.log_level, config.daemon.log_format)
        self._state.license, self._state.pace = license_, pace
        self._desk.configure(config, device_limit=license_.device_limit, pace=pace)
        self._running.configure(pace=pace)
        self._scripts.configure(config.scripts)
        self._presence.configure(config)
        self._publishing.roots = list(config.media_roots)
        self._desk.wake()

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
        await self._scripts.found_plugins(self._fleet.plugins)
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
            self._start("shim watch", self._shim.watch(lambda: self._state.api_url))
        if period_s := int(os.environ.get("WATCHDOG_USEC", "0")) / 1_000_000:
            self._start("watchdog", self._watchdog(period_s).run())
        self._notifier.notify("READY=1")
        log.info("ready", pid=os.getpid(), boot=self._boot_id, socket=str(self._runtime.control_socket))
        try:
            await self._stop.wait()
            self._notifier.notify("STOPPING=1")
            self._leases.close_line()
            await self._desk.drain(self._config.daemon.drain_timeout_s, self._hurry)
        finally:
            await self._take_down()

    def _watchdog(self, period_s: float) -> Watchdog:
        return Watchdog(
            period_s,
            socket=self._runtime.control_socket,
            write=lambda: recovery.stamp_alive(self._store),
            notify=self._notifier.notify,
        )

    async def _take_down(self) -> None:
        self._desk.draining = True
        await asyncio.gather(self._fleet.stop(self._hurry), self._shim.stop(self._hurry))
        await self._running.settle_rest()
        await self._control.stop()
        await self._end_jobs()
        for inspector in self._inspectors:
            inspector.close()
        await self._stamp()
        log.info("stopped")

    async def _end_jobs(self) -> None:
        """Cancel until they have ended: wait_for loses a cancellation that comes together with its result."""
        for _ in range(MOST_CANCELS):
            for job in self._jobs:
                job.cancel()
            if not self._jobs or not (await asyncio.wait(self._jobs, timeout=CANCEL_AGAIN_S))[1]:
                return
        log.error("parts_not_ended", parts=[job.get_name() for job in self._jobs if not job.done()])

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
        loop.add_signal_handler(signal.SIGHUP, self._reload_on_signal)

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
        self._end_lease(serial, why)
        self._background(self._running.lost(serial, Reason.DEVICE_LOST, why))

    def _session_for(self, serial: str, task_id: int, label: str) -> tuple[str, str]:
        """The lease of a command's task on its own phone, and where the API answers."""
        taken = self._leases.for_task(serial, task_id, label)
        api = self._config.api
        configured = f"http://{api.host}:{api.port}/api/v1/" if api.enabled else ""
        return taken.session, self._state.api_url or configured

    def _end_lease(self, serial: str, why: str) -> None:
        """Nobody can reach the phone through its worker any more."""
        self._leases.end(serial, why)
        self._direct.lost(serial, why)

    def _devices_joined(self, device: str, other: str) -> None:
        """What waits for a phone under its other name waits for the phone."""
        self._board.note_transports(device, self._transports.of(device))
        self._background(self._move_tasks(other, device))

    async def _move_tasks(self, other: str, device: str) -> None:
        moved = await self._store.write(tasks.move_pending, other, device)
        if moved:
            log.info("tasks_moved", device=device, transport=other, count=moved)
        self._desk.wake()

    def _running_task(self, serial: str) -> int | None:
        live = self._running.on(serial)
        return live.task.id if live else None

    def _device_freed(self, serial: str) -> None:
        """Its attempt has ended, durably."""
        self._leases.task_ended(serial)
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
            self._leases.back(serial)
        self._desk.wake()

    # --- workers (FleetListener)

    def worker_started(self, serial: str, pid: int, starts: int) -> None:
        self._troubles[serial] = "its worker looks at the phone"
        self._stuck.discard(serial)
        deadline = datetime.now(UTC) + timedelta(seconds=ladder.PREPARE_S)
        self._board.apply(serial, DeviceEvent.WORKER_STARTED, self._troubles[serial], deadline=deadline)
        self._board.note_worker(serial, pid, starts)
        self._background(self._store.write(devices.record_worker, serial, pid, recovery.start_time(pid), self._boot_id))

    def worker_said(self, serial: str, message: FromWorker) -> None:
        match message:
            case WorkerHello() | Heartbeat():
                return
            case PhoneReady(facts=facts):
                self._board.learn(serial, facts)
                self._troubles.pop(serial, None)
                self._stuck.discard(serial)
                self._transports.learn(serial, facts.hardware_serial)
                self._presence.join(serial)
                if self._transports.device_of(serial) == serial:
                    self._board.note_transports(serial, self._transports.of(serial))
                    self._show_phone(serial)
                    self._background(self._tidying.ready(serial))
            case EngineCured(cure=cure):
                self._counters[f"automation_{cure}"] += 1
            case PhoneTrouble(why=why):
                self._troubles[serial] = f"{why}; {ladder.PERSON[DeviceState.PREPARING]}"
                self._stuck.add(serial)
                self._tidying.due(serial)
                self._show_phone(serial)
            case Ended(reason=reason, remark=remark) if reason in PHONE_AT_FAULT:
                self._troubles[serial] = remark  # its worker opens the phone anew and says when it answers
                self._running.said(serial, message)
            case DirectAnswered():
                self._direct.said(serial, message)
            case AccountsRead():
                self._discovery.said(serial, message)
            case _:
                self._running.said(serial, message)

    def worker_ended(self, serial: str, status: int, *, quarantined: bool, retry_in_s: float | None) -> None:
        how = remarks.ended_by(status)
        # Before its attempt is freed: a phone without a worker must not be shown idle, or the next task begins there.
        self._troubles[serial] = f"its worker ended ({how})"
        self._tidying.due(serial)
        self._discovery.lost(serial, f"its worker ended ({how}) meanwhile")
        self._end_lease(serial, f"the phone's worker ended ({how})")
        self._background(self._running.lost(serial, Reason.INTERRUPTED, remarks.worker_ended(serial, status)))
        self._board.note_worker(serial, None, self._board_starts(serial))
        if retry_in_s is None:
            return
        self._counters["worker_death"] += retry_in_s > 0  # one that is started again at once died at our own hand
        event = DeviceEvent.QUARANTINED if quarantined else DeviceEvent.WORKER_DIED
        deadline = datetime.now(UTC) + timedelta(seconds=retry_in_s)
        again = f"its worker ended ({how}); again in {retry_in_s:.0f} s"
        if quarantined:
            again = f"its worker died too often, at last with {how}; {ladder.PERSON[DeviceState.QUARANTINED]}"
        self._board.apply(serial, event, again, deadline=deadline)

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
        """Deadlines and signs of life, once a second."""
        while True:
            self._fleet.watch()
            self._running.watch()
            self._presence.watch()
            self._nurse.watch()
            await asyncio.sleep(1.0)

    async def _stamp_alive(self) -> None:
        while True:
            await asyncio.sleep(ALIVE_EVERY_S)
            await self._stamp()

    async def _stamp(self) -> None:
        try:
            await recovery.stamp_alive(self._store)
        except StoreUnavailableError as error:
            log.error("alive_stamp_failed", why=str(error))
