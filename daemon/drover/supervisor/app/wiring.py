"""The daemon's components: each made when those that it needs are there, and joined. Nothing here runs by itself."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from drover import logs
from drover.config import Config
from drover.media import limits
from drover.media.inspector import Inspector
from drover.media.library import LibraryFolder
from drover.policy import plans
from drover.store import devices, events
from drover.store.store import Store
from drover.supervisor.api.audit import Audited
from drover.supervisor.api.event_feed import EventFeed
from drover.supervisor.api.handlers import Handlers
from drover.supervisor.api.server import ControlServer
from drover.supervisor.api.state import VERSION, DaemonState
from drover.supervisor.app.jobs import Jobs
from drover.supervisor.app.phones import Phones, recorder
from drover.supervisor.app.runtime_dir import RuntimeDir
from drover.supervisor.app.worker_reports import WorkerReports
from drover.supervisor.devices.identification import Identification
from drover.supervisor.devices.presence import Presence
from drover.supervisor.devices.recovery import DeviceRecovery
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.devices.tracker import AdbTracker
from drover.supervisor.devices.transports import Link, Transports
from drover.supervisor.leases.account_reader import AccountReader
from drover.supervisor.leases.direct_calls import DirectCalls
from drover.supervisor.leases.leases import PhoneLeases
from drover.supervisor.tasks.attempt_starter import AttemptStarter
from drover.supervisor.tasks.dispatcher import Dispatcher, pace_of, rules_of
from drover.supervisor.tasks.gallery_cleanup import GalleryCleanup
from drover.supervisor.tasks.library import MaterialLibrary
from drover.supervisor.tasks.running_attempts import RunningAttempts
from drover.supervisor.tasks.scripts import Scripts
from drover.supervisor.tasks.startup_recovery import stamp_alive
from drover.supervisor.tasks.task_media import TaskMedia
from drover.supervisor.upkeep.adb_server import AdbServer
from drover.supervisor.upkeep.backups import Backups
from drover.supervisor.upkeep.disk import Disk
from drover.supervisor.upkeep.gateway_process import GatewayProcess
from drover.supervisor.upkeep.retention import Retention
from drover.supervisor.workers.pool import WorkerPool
from drover.wire.control import ConfigReloaded
from drover.wire.devices import Device


@dataclass(frozen=True, kw_only=True)
class Boot:
    """What a boot begins with. `config` is that of its start; `reload` takes a changed one."""

    id: str
    config: Config
    runtime: RuntimeDir
    reload: Callable[[], ConfigReloaded]
    jobs: Jobs
    rng: random.Random


class Components:
    """The components by name. `config` is the configuration in force."""

    def __init__(
        self,
        boot: Boot,
        store: Store,
        worker_pool: WorkerPool,
        scripts: Scripts,
        *,
        known: list[Device],
        last_event: int,
    ) -> None:
        self.config = boot.config
        self.store = store
        self.worker_pool = worker_pool
        self.scripts = scripts
        self.event_feed = EventFeed(lambda after, limit: store.read(events.after, after, limit), last_event)
        self.registry = DeviceRegistry(
            known, recorder(store, self.event_feed, boot.jobs, lambda name: self.registry.is_device(name))
        )
        self.transports = Transports(self.registry.is_device)
        self._boot = boot
        self._license = plans.license_for(boot.config.license.plan, boot.config.license.device_limit)
        self._make_library()
        self.retention = Retention(lambda: self.config.retention, store, self.config.task_folders)
        self._make_desk()
        self._make_other_uses()
        self._make_adb()
        self._make_phones()
        self._make_front()

    @classmethod
    async def make(cls, boot: Boot, store: Store, worker_pool: WorkerPool, scripts: Scripts) -> Self:
        """The components upon a store that recovery has put right."""
        last_event, known = await store.read(events.last_id), await store.read(devices.all)
        components = cls(boot, store, worker_pool, scripts, known=known, last_event=last_event)
        await components.materials.prepare()
        components.direct.prepare()
        return components

    def _make_library(self) -> None:
        # Two, because reading all of a large upload must not keep a request waiting that names a file.
        self.inspectors = (Inspector(), Inspector())
        self.library_folder = LibraryFolder(self.config.library_dir)
        self.materials = MaterialLibrary(
            self.store,
            self.library_folder,
            self.inspectors[0],
            limits.limits(),
            max_bytes=self.config.media.max_upload_mb * 1_000_000,
            reuse=self.config.media.reuse,
        )
        self.publishing = TaskMedia(
            self.store,
            self.inspectors[1],
            roots=self.config.media_roots,
            library=self.library_folder.copies,
            limits=limits.limits(),
            texts=limits.texts(),
            reuse=self.config.media.reuse,
        )

    def _make_desk(self) -> None:
        pace = pace_of(self.config)
        self.running = RunningAttempts(
            self.store,
            self.event_feed,
            send=self.worker_pool.send,
            kill=self.worker_pool.kill,
            freed=lambda serial: self.phones.freed(serial),
            rng=self._boot.rng,
            pace=pace,
            rules=rules_of(self.config),
            delivery=self.scripts.delivery,
            begin_elsewhere=lambda serial: self.attempt_starter.acting(besides=serial),
            proven=lambda serial: self.presence.until_proven(serial),
        )
        self.gallery_cleanup = GalleryCleanup(
            self.store, is_idle=lambda serial: self.dispatcher.is_idle(serial), send=self.worker_pool.send
        )
        self.attempt_starter = self._make_starter()
        self.dispatcher = Dispatcher(
            self.config,
            self.store,
            self.registry,
            self.event_feed,
            self.running,
            self.scripts,
            self.publishing,
            self.attempt_starter,
            device_limit=self._license.device_limit,
            device_of=self.transports.device_of,
            send=self.worker_pool.send,
            kill=lambda serial, why: self.worker_pool.kill(serial, why, excused=True),
            rng=self._boot.rng,
            pace=pace,
        )

    def _make_starter(self) -> AttemptStarter:
        return AttemptStarter(
            self.config,
            self.store,
            self.registry,
            self.event_feed,
            self.running,
            self.scripts,
            self.publishing,
            boot_id=self._boot.id,
            send=self.worker_pool.send,
            wake=lambda: self.dispatcher.wake(),
            draining=lambda: self.dispatcher.draining,
            publishes=self.gallery_cleanup.due,
            give_session=self._session_for,
        )

    def _make_other_uses(self) -> None:
        """What uses phones beside tasks."""
        send, kill = self.worker_pool.send, self.worker_pool.kill
        self.account_reader = AccountReader(
            self.registry, self.dispatcher, self.store, send=send, kill=kill, given_back=self._given_back
        )
        self.direct = DirectCalls(self._boot.runtime.path / "direct", send=send, kill=kill)
        self.leases = PhoneLeases(self.registry, self.dispatcher, self.direct, send=send, given_back=self._given_back)
        self.dispatcher.line = self.leases

    def _make_adb(self) -> None:
        adb = self.config.adb
        self.adb_server = AdbServer(adb.host, adb.port, self.config.data_dir / "adb-server.log")
        self.tracker = AdbTracker(
            adb.host, adb.port, lambda listing: self.presence.listed(listing), self._ensure_adb_server
        )
        self.presence = Presence(
            self.config,
            self.registry,
            self.worker_pool,
            lost=lambda serial, why: self.phones.lost(serial, why),
            running_task=lambda serial: self.phones.running_task(serial),
            joined=lambda device, other: self.phones.joined(device, other),
            appeared=self._begin_identification,
            transports=self.transports,
            rng=self._boot.rng,
        )
        self.identification = Identification(
            self.transports,
            ask=self.tracker.shell,
            known=lambda: [device for device in self.registry.all() if self.registry.is_device(device.serial)],
            absorb=self._absorb,
            proven=self.presence.proven,
            changed=self.presence.refresh,
            spawn=self._boot.jobs.background,
        )

    def _begin_identification(self, links: list[Link]) -> None:
        self.identification.begin(links)

    async def _absorb(self, device: str, other: str) -> None:
        await self.phones.absorb(device, other)
        self.presence.absorbed(device, other)

    def _make_phones(self) -> None:
        self.phones = Phones(
            registry=self.registry,
            dispatcher=self.dispatcher,
            event_feed=self.event_feed,
            direct=self.direct,
            account_reader=self.account_reader,
            jobs=self._boot.jobs,
            leases=self.leases,
            retention=self.retention,
            running=self.running,
            store=self.store,
            transports=self.transports,
        )
        self.device_recovery = DeviceRecovery(
            self.registry,
            self.tracker,
            self.transports,
            hangs=lambda serial: serial in self.phones.stuck or self.transports.hangs(serial),
            spawn=self._boot.jobs.background,
        )
        self.reports = WorkerReports(
            boot_id=self._boot.id,
            phones=self.phones,
            identification=self.identification,
            gallery_cleanup=self.gallery_cleanup,
        )
        self.worker_pool.listener = self.reports

    def _make_front(self) -> None:
        config, runtime = self.config, self._boot.runtime
        self.state = DaemonState(
            config=config,
            boot_id=self._boot.id,
            store=self.store,
            registry=self.registry,
            dispatcher=self.dispatcher,
            running=self.running,
            materials=self.materials,
            retention=self.retention,
            backups=Backups(self.store, self.materials, made_by=f"drover {VERSION}"),
            event_feed=self.event_feed,
            account_reader=self.account_reader,
            leases=self.leases,
            direct=self.direct,
            scripts=self.scripts,
            pace=pace_of(config),
            disk=Disk(config.task_folders, write=lambda: stamp_alive(self.store)),
            license=self._license,
            adb_connected=lambda: self.tracker.connected,
            worker_count=lambda: self.worker_pool.running,
            counters=lambda: {**self.reports.counters, "device_reconnect": self.device_recovery.steps},
            adb_version=self.tracker.server_version,
            runtime_dir=runtime.path,
            device_of=self.transports.device_of,
            forget_device=self.phones.forget,
            reload=self._boot.reload,
            messages_dropped=lambda: self.worker_pool.dropped + self.control.malformed,
        )
        self.control = ControlServer(
            runtime.control_socket, Audited(Handlers(self.state), self.store), self.state.welcome
        )
        self.gateway = GatewayProcess(
            config.api,
            runtime.control_socket,
            spool=self.library_folder.incoming,
            max_upload_mb=config.media.max_upload_mb,
            unix_socket=config.api_socket(runtime.path),
            token_file=config.token_path if config.api.require_token else None,
            log_options=(config.daemon.log_level, config.daemon.log_format),
        )

    def configure(self, config: Config) -> None:
        """Hand the components what changed; each reads it at its next use."""
        self.config = self.state.config = config
        self._license = plans.license_for(config.license.plan, config.license.device_limit)
        pace = pace_of(config)
        logs.configure(config.daemon.log_level, config.daemon.log_format)
        self.state.license, self.state.pace = self._license, pace
        self.dispatcher.configure(config, device_limit=self._license.device_limit, pace=pace)
        self.running.configure(pace=pace, rules=rules_of(config))
        self.scripts.configure(config.scripts)
        self.presence.configure(config)
        self.publishing.roots, self.publishing.reuse = list(config.media_roots), config.media.reuse
        self.materials.reuse = config.media.reuse
        self.dispatcher.wake()

    def watch(self) -> None:
        """Deadlines and signs of life; called every second."""
        self.worker_pool.watch()
        self.running.watch()
        self.presence.watch()
        self.device_recovery.watch()

    def _given_back(self, serial: str) -> None:
        self.phones.show(serial)

    def _ensure_adb_server(self) -> None:
        if self.config.adb.start_server:
            self.adb_server.ensure()

    def _session_for(self, serial: str, task_id: int, label: str) -> tuple[str, str, str]:
        """The lease of a command's task on its own phone, and where the API answers: its URL and its socket."""
        taken = self.leases.for_task(serial, task_id, label)
        api = self.config.api
        if self.state.api_announced:
            return taken.session, self.state.api_url, self.state.api_socket
        # It is being started again, and will be there when the command asks.
        configured = f"http://{api.host}:{api.port}/api/v1/" if api.enabled and api.tcp else ""
        path = self.config.api_socket(self.state.runtime_dir) if api.enabled else None
        return taken.session, configured, str(path or "")
