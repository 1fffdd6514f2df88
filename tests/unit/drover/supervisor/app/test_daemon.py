"""One boot from its start to its end: what READY promises, which signals it obeys, and that nothing is left.

A real one in this process, with a real zygote and no adb server.
"""

import asyncio
import os
import signal
import socket
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from drover.client import ControlClient, DaemonUnreachableError
from drover.config import AdbSection, ApiSection, Config, ConfigError, DaemonSection
from drover.store.errors import StoreError
from drover.supervisor.app.daemon import DATABASE, Daemon
from drover.supervisor.app.runtime_dir import RuntimeDir
from drover.supervisor.event_feed import Commits, EventFeed
from drover.supervisor.workers.zygote_process import ZygoteProcess
from drover.wire.control import DaemonStatus, GetStatus


class Boot:
    """A daemon with short paths, and what it tells systemd."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.loads: list[Config | ConfigError] = []
        self.config = Config(
            daemon=DaemonSection(data_dir=str(folder / "data"), timezone="UTC"),
            adb=AdbSection(port=1, start_server=False),
            api=ApiSection(enabled=False),
        )
        (folder / "data").mkdir(mode=0o700)
        self.runtime = RuntimeDir.claim(folder / "run")
        self.zygote = ZygoteProcess.start(log_level="error", log_format="text")
        self.notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notices.bind(os.environ["NOTIFY_SOCKET"])
        self.notices.setblocking(False)

    def load(self) -> Config:
        found = self.loads.pop(0)
        if isinstance(found, ConfigError):
            raise found
        return found

    async def told(self, notice: bytes) -> None:
        """Wait until systemd is told this."""
        async with asyncio.timeout(60):
            while await asyncio.get_running_loop().sock_recv(self.notices, 1000) != notice:
                pass

    async def status(self) -> DaemonStatus:
        def ask() -> DaemonStatus:
            with ControlClient(self.runtime.control_socket, client_name="test") as client:
                return client.ask(GetStatus(), DaemonStatus)

        return await asyncio.to_thread(ask)

    def end(self) -> None:
        self.zygote.end()
        self.runtime.release()
        self.notices.close()


Scene = Callable[[Boot, Daemon, "asyncio.Task[None]"], Coroutine[Any, Any, None]]


def nothing(_boot: Boot) -> None:
    """As it is."""


def play(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, before: Callable[[Boot], None] = nothing
) -> tuple[Daemon, list[str]]:
    """Run a daemon and the scene to their ends; the daemon, and the events of its log; raises what it raises."""

    async def played(boot: Boot) -> Daemon:
        daemon = Daemon(boot.config, boot.runtime, boot.zygote, boot.load)
        running = asyncio.create_task(daemon.run())
        try:
            await scene(boot, daemon, running)
            async with asyncio.timeout(60):
                await running
        finally:
            vars(daemon)["_notifier"].socket.close()  # which the end of its process closes otherwise
        return daemon

    with tempfile.TemporaryDirectory(prefix="drd") as name, capture_logs() as logs:
        monkeypatch.setenv("NOTIFY_SOCKET", str(Path(name) / "notify"))
        boot = Boot(Path(name))
        before(boot)
        try:
            daemon = asyncio.run(played(boot))
        finally:
            left = not boot.zygote.ended()
            boot.end()
        assert not left
    return daemon, [str(line["event"]) for line in logs]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_r13_ready_means_that_the_socket_answers_and_a_signal_ends_everything(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(boot: Boot, _daemon: Daemon, running: "asyncio.Task[None]") -> None:
        await boot.told(b"READY=1")
        assert (await boot.status()).pid == os.getpid()
        os.kill(os.getpid(), number)
        await boot.told(b"STOPPING=1")
        await running
        with pytest.raises(DaemonUnreachableError):
            await boot.status()

    daemon, log = play(scene, monkeypatch)
    assert (daemon.failed, log[-1]) == (False, "stopped")
    assert log.index("ready") < log.index("stopped")


def test_r19_hangup_reads_the_configuration_again_and_a_bad_one_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene(boot: Boot, _daemon: Daemon, _running: "asyncio.Task[None]") -> None:
        await boot.told(b"READY=1")
        boot.loads = [ConfigError("line 2: no"), boot.config]
        for left in (1, 0):
            os.kill(os.getpid(), signal.SIGHUP)
            async with asyncio.timeout(20):
                while len(boot.loads) > left:
                    await asyncio.sleep(0.005)
        os.kill(os.getpid(), signal.SIGTERM)

    daemon, log = play(scene, monkeypatch)
    assert (daemon.failed, log.count("config_not_reloaded")) == (False, 1)


def test_half_a_daemon_ends_and_says_that_it_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_feed: EventFeed, _commits: Commits) -> None:
        raise RuntimeError("a fault")

    async def scene(boot: Boot, _daemon: Daemon, running: "asyncio.Task[None]") -> None:
        await running

    monkeypatch.setattr(EventFeed, "run", broken)
    daemon, log = play(scene, monkeypatch)
    assert (daemon.failed, "component_failed" in log, log[-1]) == (True, True, "stopped")


def test_r14_a_database_that_is_none_ends_the_boot_and_its_zygote(monkeypatch: pytest.MonkeyPatch) -> None:
    def spoil(boot: Boot) -> None:
        (boot.folder / "data" / DATABASE).write_bytes(b"no database" * 1000)

    async def scene(boot: Boot, _daemon: Daemon, running: "asyncio.Task[None]") -> None:
        await asyncio.wait([running], timeout=60)
        assert boot.zygote.ended()

    with pytest.raises(StoreError):
        play(scene, monkeypatch, spoil)
