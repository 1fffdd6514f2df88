"""The daemon: one boot from its start to its end. What it is made of is in wiring.py."""

import asyncio
import os
import random
import signal
import uuid
from collections.abc import Callable
from functools import partial
from typing import Final

import sdnotify
import structlog

from drover.config import Config, ConfigError
from drover.store.errors import StoreUnavailableError
from drover.store.store import Store
from drover.supervisor.api.server import ControlServer
from drover.supervisor.api.state import DaemonState
from drover.supervisor.app import wiring
from drover.supervisor.app.runtime_dir import RuntimeDir
from drover.supervisor.core import Boot
from drover.supervisor.jobs import Jobs
from drover.supervisor.settings import Settings
from drover.supervisor.tasks import startup_recovery
from drover.supervisor.tasks.endings import Endings
from drover.supervisor.tasks.scripts import Scripts
from drover.supervisor.upkeep.gateway_process import GatewayProcess
from drover.supervisor.upkeep.reload import Reloader
from drover.supervisor.upkeep.watchdog import Watchdog
from drover.supervisor.workers.pool import WorkerPool, WorkerTerms
from drover.supervisor.workers.zygote_process import ZygoteProcess

log = structlog.get_logger("drover.daemon")

DATABASE: Final = "drover.db"
ALIVE_EVERY_S: Final = 10.0


class Daemon:
    """One boot. `run` returns when SIGTERM or SIGINT was obeyed, or when a component failed."""

    def __init__(self, config: Config, runtime: RuntimeDir, zygote: ZygoteProcess, load: Callable[[], Config]) -> None:
        self._settings = Settings(config)
        self._jobs = Jobs(self._component_failed)
        self._boot = Boot(
            id=uuid.uuid4().hex, settings=self._settings, runtime_dir=runtime.path, jobs=self._jobs, load=load,
            rng=random.Random(),  # noqa: S311 - jitter and pauses, no secret
        )  # fmt: skip
        self._runtime = runtime
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
        """Start everything, serve until a signal says to end, then drain and stop."""
        self._listen_to_signals()
        workers = self._worker_pool()
        try:
            store = await asyncio.to_thread(Store.open, self._settings.config.data_dir / DATABASE)
            try:
                state = await self._prepared(store, workers)
                self._reload_on_hangup(state)
                await self._serve(state)
            finally:
                store.close()
        finally:
            await workers.stop(self._hurry)

    def _worker_pool(self) -> WorkerPool:
        config = self._settings.config
        terms = WorkerTerms(
            boot_id=self._boot.id,
            endpoint=self._runtime.worker_endpoint,
            adb=(config.adb.host, config.adb.port),
            engine=config.devices.engine,
            heartbeat_s=config.devices.heartbeat_s,
            log_options=(config.daemon.log_level, config.daemon.log_format),
        )
        return WorkerPool(terms, self._zygote, self._boot.rng)

    async def _prepared(self, store: Store, workers: WorkerPool) -> DaemonState:
        scripts = Scripts(store, self._settings.config.scripts)
        await scripts.load()
        endings = Endings(self._settings, scripts, self._boot.rng)
        await startup_recovery.recover(store, self._settings, endings, boot_id=self._boot.id)
        return await wiring.components(self._boot, store, workers, scripts, endings)

    async def _serve(self, state: DaemonState) -> None:
        """READY means: what was accepted is put right, the socket answers. The zygote may import for a moment yet."""
        control, gateway = wiring.control_server(state, self._runtime), wiring.gateway(state, self._runtime)
        state.devices.workers.bind(wiring.worker_reports(state))
        await control.start()
        self._start_components(state, gateway)
        self._notifier.notify("READY=1")
        log.info("ready", pid=os.getpid(), boot=self._boot.id, socket=str(self._runtime.control_socket))
        try:
            await self._stop.wait()
            self._notifier.notify("STOPPING=1")
            state.leases.leases.close_line()
            state.tasks.dispatcher.stop()
            await state.tasks.running.drain(self._settings.config.daemon.drain_timeout_s, self._hurry)
        finally:
            await self._take_down(state, control, gateway)

    def _start_components(self, state: DaemonState, gateway: GatewayProcess) -> None:
        devices = state.devices
        for name, work in {
            "commands": wiring.command_loop(state).run(),
            "events": state.core.event_feed.run(state.core.store.follow()),
            "workers": self._have_workers(state),
            "dispatch": state.tasks.dispatcher.run(),
            "adb": devices.tracker.run(devices.identification.listed),
            "connect": devices.presence.keep_connected(devices.tracker),
            "watch": self._watch(state),
            "alive": self._stamp_alive(state.core.store),
            "retention": state.upkeep.retention.run(),
        }.items():
            self._jobs.start(name, work)
        if self._settings.config.api.enabled:
            self._jobs.start("shim", gateway.run())
            self._jobs.start("shim watch", gateway.watch(state.core.address.now))
        if period_s := int(os.environ.get("WATCHDOG_USEC", "0")) / 1_000_000:
            self._jobs.start("watchdog", self._watchdog(period_s, state.core.store).run())

    async def _have_workers(self, state: DaemonState) -> None:
        workers = state.devices.workers
        await workers.start()
        await state.tasks.scripts.found_plugins(workers.plugins)

    def _watchdog(self, period_s: float, store: Store) -> Watchdog:
        return Watchdog(
            period_s,
            socket=self._runtime.control_socket,
            write=partial(startup_recovery.stamp_alive, store),
            notify=self._notifier.notify,
        )

    async def _take_down(self, state: DaemonState, control: ControlServer, gateway: GatewayProcess) -> None:
        state.devices.registry.drain()
        await asyncio.gather(state.devices.workers.stop(self._hurry), gateway.stop(self._hurry))
        await state.tasks.running.close_rest()
        await control.stop()
        await self._jobs.end()
        for inspector in state.tasks.inspectors:
            inspector.close()
        await self._stamp(state.core.store)
        log.info("stopped")

    # --- signals

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._on_end_signal)
        loop.add_signal_handler(signal.SIGHUP, log.info, "config_reload_too_early")

    def _on_end_signal(self) -> None:
        if self._stop.is_set():
            self._hurry.set()  # asked twice: wait no longer for what runs
        self._stop.set()

    def _component_failed(self) -> None:
        self._failed = True
        self._stop.set()

    def _reload_on_hangup(self, state: DaemonState) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, self._reload, state.upkeep.reloader)

    def _reload(self, reloader: Reloader) -> None:
        try:
            reloader.reload()
        except ConfigError as error:
            log.error("config_not_reloaded", why=str(error))

    # --- time

    async def _watch(self, state: DaemonState) -> None:
        """Deadlines and signs of life, once a second."""
        while True:
            state.watch()
            await asyncio.sleep(1.0)

    async def _stamp_alive(self, store: Store) -> None:
        while True:
            await asyncio.sleep(ALIVE_EVERY_S)
            await self._stamp(store)

    async def _stamp(self, store: Store) -> None:
        try:
            await startup_recovery.stamp_alive(store)
        except StoreUnavailableError as error:
            log.error("alive_stamp_failed", why=str(error))
