"""The supervisor's handle on the zygote: when it is ready, what it tells, and that its death is heard once.

The test is the zygote here: a real socket, and a real process that lives or has ended.
"""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from structlog.testing import capture_logs

from drover.framing import pack, read_frame
from drover.supervisor.workers import zygote as zygote_module
from drover.supervisor.workers.zygote import Zygote
from drover.supervisor.workers.zygote_process import ZygoteProcess
from drover.wire.codec import MAX_WORKER_MESSAGE_BYTES
from drover.wire.custom import PluginSheet
from drover.wire.zygote import FROM_ZYGOTE, TO_ZYGOTE, Exited, Fork, Forked, FromZygote, WorkerSpec, ZygoteReady

SHEET = PluginSheet(name="poke", origin="drover-poke 0.1.0")
SPEC = WorkerSpec(
    serial="R58M1", incarnation=1, boot_id="boot-1", endpoint="ipc:///nowhere", adb_host="127.0.0.1", adb_port=1,
    engine="adb", heartbeat_s=1.0,
)  # fmt: skip


class Scene:
    """The handle, and the zygote's part."""

    def __init__(self) -> None:
        ours, self._theirs = socket.socketpair()
        self.process = ZygoteProcess(
            subprocess.Popen([sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"]),
            ours,
        )
        self.heard: list[FromZygote] = []
        self.deaths = 0
        self.zygote = Zygote(self.process, self.heard.append, self._died)

    def _died(self) -> None:
        self.deaths += 1

    async def begin(self) -> None:
        """The zygote's end of the conversation."""
        self.reader, self.writer = await asyncio.open_unix_connection(sock=self._theirs)

    def say(self, data: bytes) -> None:
        self.writer.write(pack(data))

    async def ready(self) -> None:
        self.say(FROM_ZYGOTE.encode(ZygoteReady(pid=self.process.pid, plugins=[SHEET])))
        await self.zygote.ready()

    async def until(self, holds: Callable[[], object]) -> None:
        async with asyncio.timeout(20):
            while not holds():
                await asyncio.sleep(0)

    def end(self) -> None:
        self.process.kill()
        self.process.end()


def play(scene: Callable[[Scene], Coroutine[Any, Any, None]]) -> None:
    async def played() -> None:
        made = Scene()
        try:
            await made.begin()
            await scene(made)
        finally:
            made.writer.close()
            made.end()

    asyncio.run(played())


def test_it_is_ready_with_its_plugins_forks_and_tells_of_ends() -> None:
    async def scene(made: Scene) -> None:
        made.zygote.fork(SPEC)  # too early: nobody would hear it
        await made.ready()
        assert (made.zygote.plugins, made.zygote.pid) == ([SHEET], made.process.pid)
        made.zygote.fork(SPEC)
        data = await read_frame(made.reader, max_bytes=MAX_WORKER_MESSAGE_BYTES)
        assert data is not None
        assert TO_ZYGOTE.decode(data) == Fork(spec=SPEC)
        told: list[FromZygote] = [Forked(serial="R58M1", incarnation=1, pid=7), Exited(pid=7, status=-9)]
        for message in told:
            made.say(FROM_ZYGOTE.encode(message))
        await made.until(lambda: len(made.heard) == 2)
        assert made.heard == told
        await stop(made)

    play(scene)


async def stop(made: Scene) -> None:
    """As one that ends when its socket closes."""
    stopping = asyncio.create_task(made.zygote.stop())
    assert await made.reader.read() == b""
    made.process.kill()
    await stopping


@pytest.mark.parametrize("last_words", [b"", FROM_ZYGOTE.encode(Exited(pid=1, status=1))])
def test_one_that_ends_while_it_starts_is_said_to_have(last_words: bytes) -> None:
    async def scene(made: Scene) -> None:
        if last_words:
            made.say(last_words)
        else:
            made.writer.close()
        with pytest.raises(RuntimeError, match="ended while it started"):
            await made.zygote.ready()
        made.process.kill()
        await made.zygote.stop()
        assert made.deaths == 0

    play(scene)


def test_one_that_never_gets_ready_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zygote_module, "START_TIMEOUT_S", 0.01)

    async def scene(made: Scene) -> None:
        with pytest.raises(TimeoutError):
            await made.zygote.ready()
        made.process.kill()
        await made.zygote.stop()

    play(scene)


@pytest.mark.parametrize("garbage", [b"\xc1", b"x" * (MAX_WORKER_MESSAGE_BYTES + 1), None])
def test_its_death_is_told_once_and_so_is_nonsense(garbage: bytes | None) -> None:
    async def scene(made: Scene) -> None:
        await made.ready()
        with capture_logs() as logs:
            if garbage is None:
                made.writer.close()
            else:
                made.say(garbage)
            await made.until(lambda: made.deaths)
        assert ("zygote_message_malformed" in [line["event"] for line in logs]) is (garbage is not None)
        made.process.kill()
        await made.zygote.stop()
        assert made.deaths == 1
        made.zygote.fork(SPEC)  # nobody is there; no error

    play(scene)


def test_a_stop_is_no_death_and_one_that_does_not_heed_it_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zygote_module, "END_TIMEOUT_S", 0.01)

    async def scene(made: Scene) -> None:
        await made.ready()
        await made.zygote.stop()
        assert (made.process.ended(), made.deaths) == (True, 0)

    play(scene)


def test_one_that_was_never_waited_for_is_stopped_as_well() -> None:
    async def scene(made: Scene) -> None:
        await stop(made)
        assert made.process.ended()

    play(scene)
