"""The watchdog pings only when the store wrote and the control socket answered."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from drover.store.errors import StoreUnavailableError
from drover.supervisor.api.server import ControlServer
from drover.supervisor.tallies import Tallies
from drover.supervisor.upkeep.watchdog import SelfProbeError, Watchdog, probe
from drover.wire.codec import PROTOCOL_VERSION
from drover.wire.control import Done, Welcome

WELCOME = Welcome(version=PROTOCOL_VERSION, daemon_version="0", boot_id="b", pid=1, zone="UTC")


async def _wrote() -> None:
    return


async def _full() -> None:
    raise StoreUnavailableError("disk full")


async def _never() -> None:
    await asyncio.Event().wait()


async def _done(*_: object) -> Done:
    return Done()


def pings(write: Callable[[], Awaitable[None]], *, serve: bool) -> int:
    """How often it pinged in two periods of 0.3 s."""

    async def count() -> int:
        with tempfile.TemporaryDirectory(prefix="wd-") as folder:
            socket, said = Path(folder) / "s", list[str]()
            server = ControlServer(socket, _done, lambda: WELCOME, Tallies())
            if serve:
                await server.start()
            watchdog = Watchdog(0.3, socket=socket, write=write, notify=said.append)
            try:
                async with asyncio.timeout(0.6):
                    await watchdog.run()
            except TimeoutError:
                await server.stop()
            assert set(said) <= {"WATCHDOG=1"}
            return len(said)

    return asyncio.run(count())


def test_r07_pings_while_all_is_well() -> None:
    assert pings(_wrote, serve=True) >= 2


@pytest.mark.parametrize("write", [_full, _never])
def test_r07_no_ping_while_the_store_does_not_write(write: Callable[[], Awaitable[None]]) -> None:
    assert pings(write, serve=True) == 0


def test_r07_no_ping_while_the_socket_does_not_answer() -> None:
    assert pings(_wrote, serve=False) == 0


def test_r07_a_socket_that_hangs_up_is_no_answer() -> None:
    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def ask() -> None:
        with tempfile.TemporaryDirectory(prefix="wd-") as folder:
            server = await asyncio.start_unix_server(hang_up, Path(folder) / "s")
            async with server:
                await probe(Path(folder) / "s")

    with pytest.raises((SelfProbeError, ConnectionError)):
        asyncio.run(ask())
