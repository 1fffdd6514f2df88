"""A phone as adb meets it: the port it listens on, its connections, and the faults that change whether it is there."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Coroutine, Mapping
from enum import StrEnum
from typing import Any

from phonesim.adbd.services import open_service
from phonesim.adbd.transport import Transport
from phonesim.device import Device
from phonesim.faults import AFTER_COMMAND, number

log = logging.getLogger(__name__)


class Presence(StrEnum):
    PRESENT = "present"  # answers adb
    UNAUTHORIZED = "unauthorized"  # asks for a key's consent and never gets it
    SILENT = "silent"  # accepts connections and says nothing: adb shows it as offline
    GONE = "gone"  # refuses connections


# The first fault of these that is on decides.
PRESENCE_BY_FAULT = (
    ("reboot", Presence.GONE),
    ("unplug", Presence.GONE),
    ("offline", Presence.SILENT),
    ("unauthorized", Presence.UNAUTHORIZED),
)


class Phone:
    """One simulated phone. Everything here runs on the farm's loop."""

    def __init__(self, make_device: Callable[[], Device], *, on_presence: Callable[[], None]) -> None:
        self._make_device = make_device
        self.device = make_device()
        self.port = 0
        self.presence = Presence.GONE
        self._on_presence = on_presence
        self._server: asyncio.Server | None = None
        self._held: socket.socket | None = None
        self._connections: dict[asyncio.StreamWriter, Transport | None] = {}
        self._timers: set[asyncio.TimerHandle] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._booting: asyncio.TimerHandle | None = None
        self._wire_faults()

    @property
    def serial(self) -> str:
        """The name adb gives it."""
        return f"127.0.0.1:{self.port}"

    @property
    def attached(self) -> bool:
        """Whether an adb server has greeted it and is still connected."""
        return any(transport is not None and transport.attached for transport in self._connections.values())

    async def start(self) -> None:
        self._hold_port()
        await self.settle()

    async def stop(self) -> None:
        self._cancel_timers()
        await self._refuse()
        if self._held:
            self._held.close()

    async def reset(self) -> None:
        """A new phone at the same port: no faults, no files, accounts and effects as at first."""
        self._cancel_timers()
        self.device.reboot()
        self.device = self._make_device()
        self._wire_faults()
        self._drop()
        await self.settle()

    # -- its address

    async def move(self) -> None:
        """The phone gets another port, as one does that gets another address."""
        await self._refuse()
        held, self._held = self._held, None
        if held is not None:
            held.close()
        self.presence, self.port = Presence.GONE, 0
        self._hold_port()
        await self.settle()

    async def swap(self, other: "Phone") -> None:
        """Both phones exchange their addresses. adb's connections break, and it finds the other phone at each."""
        self.device, other.device = other.device, self.device
        self._make_device, other._make_device = other._make_device, self._make_device
        for phone in (self, other):
            phone._wire_faults()
            phone._drop()
            await phone.settle()
            phone._on_presence()

    # -- faults

    def _wire_faults(self) -> None:
        self.device.restart = self._reboot
        self.device.faults.fire = lambda name, params: asyncio.shield(self._start(self.set_fault(name, params)))

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """A task of the phone's own: what drops connections must not end with the connection that caused it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def set_fault(self, name: str, params: Mapping[str, Any]) -> None:
        """Set or clear a fault of `faults.DEVICE_FAULTS`; raises InvalidFaultError for a bad parameter."""
        if params.get("clear"):
            self.device.faults.clear(name)
        elif name in AFTER_COMMAND and "after" in params:
            self.device.faults.arm(name, params)
        elif name == "reboot":
            self._reboot(params)
        else:
            fault = self.device.faults.set(name, params)
            self.device.log.add("phonesim", f"fault {name} {dict(params)}")
            if fault.until is not None:
                self._later(fault.until - asyncio.get_running_loop().time() + 0.005)
            self._act_now(name, params)
        await self.settle()

    async def clear_faults(self) -> None:
        self.device.faults.clear()
        self.device.props["sys.boot_completed"] = "1"
        await self.settle()

    def _act_now(self, name: str, params: Mapping[str, Any]) -> None:
        if name == "server_crash" and "after" not in params and "answer" not in params:
            self.device.crash_automation()
            self.device.faults.clear(name)

    def _reboot(self, params: Mapping[str, Any]) -> None:
        down = number(params, "down_seconds", default=1) or 0
        booting = number(params, "seconds", default=2) or 0
        self.device.faults.set("reboot", {"down_seconds": down, "seconds": down})
        self.device.reboot()
        self.device.props["sys.boot_completed"] = ""
        for package in self.device.display.packages():
            self.device.display.force_stop(package)
        self._later(0)
        self._later(down + 0.005)
        if self._booting is not None:
            self._booting.cancel()
        self._booting = self._later(down + booting, self._booted)

    def _booted(self) -> None:
        self.device.props["sys.boot_completed"] = "1"

    def _cancel_timers(self) -> None:
        for timer in self._timers:
            timer.cancel()

    def _later(self, seconds: float, act: Callable[[], None] | None = None) -> asyncio.TimerHandle:
        loop = asyncio.get_running_loop()
        timer = loop.call_later(max(0, seconds), act or self._settle_soon)
        self._timers = {other for other in self._timers if other.when() > loop.time()} | {timer}
        return timer

    def _settle_soon(self) -> None:
        self._start(self.settle())

    # -- being there or not

    def _wanted(self) -> Presence:
        faults = self.device.faults
        return next((presence for name, presence in PRESENCE_BY_FAULT if faults.get(name)), Presence.PRESENT)

    async def settle(self) -> None:
        """Make the port behave as the faults say; drops connections when that changes."""
        wanted = self._wanted()
        if wanted == self.presence:
            return
        self.presence = wanted
        self._drop()
        if wanted == Presence.GONE:
            await self._refuse()
            self._hold_port()
        elif self._server is None:
            await self._listen()
        self._on_presence()

    def _hold_port(self) -> None:
        """Keep the port's number, bound but not listening: the kernel refuses connections and gives it to no other."""
        held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", self.port))
        self.port = held.getsockname()[1]
        self._held = held

    async def _listen(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.setblocking(False)
            self._server = await asyncio.start_server(self._accepted, sock=held, limit=2 * 1024 * 1024)

    async def _refuse(self) -> None:
        self._drop()
        if self._server is not None:
            self._server.close()
            self._server = None

    def _drop(self) -> None:
        for writer, transport in list(self._connections.items()):
            if transport is not None:
                transport.close()
            writer.transport.abort()

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport = None
        if self.presence in (Presence.PRESENT, Presence.UNAUTHORIZED):
            transport = Transport(
                reader,
                writer,
                banner=self.banner,
                open_service=lambda name: open_service(self.device, name),
                authorized=self.presence == Presence.PRESENT,
            )
        self._connections[writer] = transport
        try:
            if transport is not None:
                await transport.serve()
            else:
                await self._ignore(reader)
        finally:
            del self._connections[writer]
            writer.transport.abort()
            self._on_presence()

    async def _ignore(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(ConnectionError):
            while await reader.read(65536):
                pass

    @property
    def banner(self) -> str:
        props = self.device.props
        names = ("ro.product.name", "ro.product.model", "ro.product.device")
        return "device::" + "".join(f"{name}={props[name]};" for name in names)
