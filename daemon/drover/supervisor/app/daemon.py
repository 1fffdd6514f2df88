"""The daemon: one boot from its start to its end. What it is made of is in components.py."""

import asyncio
import os
import random
import signal
import uuid
from collections.abc import Callable
from typing import Final

import sdnotify
import structlog

from drover.config import Config, ConfigError
from drover.store.errors import StoreUnavailableError
from drover.store.store import Store
from drover.supervisor.app.jobs import Jobs
from drover.supervisor.app.runtime_dir import RuntimeDir
from drover.supervisor.app.wiring import Boot, Components
from drover.supervisor.tasks import startup_recovery
from drover.supervisor.tasks.dispatcher import pace_of
from drover.supervisor.tasks.scripts import Scripts
from drover.supervisor.upkeep.reload import Reloader
from drover.supervisor.upkeep.watchdog import Watchdog
from drover.supervisor.workers.pool import WorkerPool
from drover.supervisor.workers.zygote_process import ZygoteProcess
from drover.wire.control import ConfigReloaded

log = structlog.get_logger("drover.daemon")

DATABASE: Final = "drover.db"
ALIVE_EVERY_S: Final = 10.0


class Daemon:
    """One boot. `run` returns when SIGTERM or SIGINT was obeyed, or when a component failed."""

    def __init__(self, config: Config, runtime: RuntimeDir, zygote: ZygoteProcess, load: Callable[[], Config]) -> None:
        self._reloader = Reloader(config, load, lambda changed: self._components.configure(changed))
        self._jobs = Jobs(self._part_failed)
        self._boot = Boot(
            id=uuid.uuid4().hex, config=config, runtime=runtime, reload=self._reload, jobs=self._jobs,
            rng=random.Random(),  # noqa: S311 - jitter and pauses, no secret
        )  # fmt: skip
        self._zygote = zygote
        self._stop = asyncio.Event()
        self._hurry = asyncio.Event()
        self._failed = False
        self._notifier = sdnotify.SystemdNotifier()

    @property
    def failed(self) -> bool:
        """Whether the daemon ended because a component of it failed."""
        return self._failed

    async def run(self) -> None:
        """Start everything, serve until told to end, then drain and stop."""
        self._listen_to_signals()
        self._worker_pool = self._make_fleet()
        try:
            self._store = await asyncio.to_thread(Store.open, self._boot.config.data_dir / DATABASE)
            try:
                await self._prepare()
                await self._serve()
            finally:
                self._store.close()
        finally:
            await self._worker_pool.stop(self._hurry)

    def _make_fleet(self) -> WorkerPool:
        config = self._boot.config
        return WorkerPool(
            boot_id=self._boot.id,
            endpoint=self._boot.runtime.worker_endpoint,
            adb=(config.adb.host, config.adb.port),
            engine=config.devices.engine,
            heartbeat_s=config.devices.heartbeat_s,
            log_options=(config.daemon.log_level, config.daemon.log_format),
            rng=self._boot.rng,
            zygote=self._zygote,
        )

    async def _prepare(self) -> None:
        boot = self._boot
        scripts = Scripts(self._store, boot.config.scripts)
        await scripts.load()
        await startup_recovery.recover(
            self._store,
            boot.config,
            boot_id=boot.id,
            rng=boot.rng,
            pace=pace_of(boot.config),
            delivery=scripts.delivery,
        )
        self._components = await Components.make(boot, self._store, self._worker_pool, scripts)

    async def _serve(self) -> None:
        """READY means: what was accepted is put right, the socket answers. The zygote may import for a moment yet."""
        components = self._components
        self._worker_pool.bind()
        await components.control.start()
        self._start_parts()
        self._notifier.notify("READY=1")
        log.info("ready", pid=os.getpid(), boot=self._boot.id, socket=str(self._boot.runtime.control_socket))
        try:
            await self._stop.wait()
            self._notifier.notify("STOPPING=1")
            components.leases.close_line()
            await components.dispatcher.drain(components.config.daemon.drain_timeout_s, self._hurry)
        finally:
            await self._take_down()

    def _start_parts(self) -> None:
        components = self._components
        for name, work in {
            "events": components.event_feed.run(),
            "workers": self._have_workers(),
            "dispatch": components.dispatcher.run(),
            "adb": components.tracker.run(),
            "connect": components.presence.keep_connected(components.tracker),
            "watch": self._watch(),
            "alive": self._stamp_alive(),
            "retention": components.retention.run(),
        }.items():
            self._jobs.start(name, work)
        if components.config.api.enabled:
            self._jobs.start("shim", components.gateway.run())
            self._jobs.start("shim watch", components.gateway.watch(lambda: components.state.api_announced))
        if period_s := int(os.environ.get("WATCHDOG_USEC", "0")) / 1_000_000:
            self._jobs.start("watchdog", self._watchdog(period_s).run())

    async def _have_workers(self) -> None:
        await self._worker_pool.start()
        await self._components.scripts.found_plugins(self._worker_pool.plugins)

    def _watchdog(self, period_s: float) -> Watchdog:
        return Watchdog(
            period_s,
            socket=self._boot.runtime.control_socket,
            write=lambda: startup_recovery.stamp_alive(self._store),
            notify=self._notifier.notify,
        )

    async def _take_down(self) -> None:
        components = self._components
        components.dispatcher.draining = True
        await asyncio.gather(self._worker_pool.stop(self._hurry), components.gateway.stop(self._hurry))
        await components.running.settle_rest()
        await components.control.stop()
        await self._jobs.end()
        for inspector in components.inspectors:
            inspector.close()
        await self._stamp()
        log.info("stopped")

    # --- told from outside

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._told_to_end)
        loop.add_signal_handler(signal.SIGHUP, self._reload_on_signal)

    def _told_to_end(self) -> None:
        if self._stop.is_set():
            self._hurry.set()  # asked twice: wait no longer for what runs
        self._stop.set()

    def _part_failed(self) -> None:
        self._failed = True
        self._stop.set()

    def _reload(self) -> ConfigReloaded:
        done = self._reloader.reload()
        log.info("config_reloaded", applied=done.applied, after_restart=done.after_restart)
        return done

    def _reload_on_signal(self) -> None:
        try:
            self._reload()
        except ConfigError as error:
            log.error("config_not_reloaded", why=str(error))

    # --- time

    async def _watch(self) -> None:
        """Deadlines and signs of life, once a second."""
        while True:
            self._components.watch()
            await asyncio.sleep(1.0)

    async def _stamp_alive(self) -> None:
        while True:
            await asyncio.sleep(ALIVE_EVERY_S)
            await self._stamp()

    async def _stamp(self) -> None:
        try:
            await startup_recovery.stamp_alive(self._store)
        except StoreUnavailableError as error:
            log.error("alive_stamp_failed", why=str(error))
