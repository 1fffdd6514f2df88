"""Many phones in one process: makes them, serves their state, and has them attached to an adb server."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from phonesim.adb_server import AdbServer
from phonesim.attacher import Attacher
from phonesim.contract import Display
from phonesim.device import Device
from phonesim.media import DeviceMedia
from phonesim.phone import Phone
from phonesim.state import StateServer

WIDTH, HEIGHT = 1080, 2400


class MakeDisplay(Protocol):
    """`phonesim.apps.make_display`, or a test's own."""

    def __call__(self, serial: str, *, seed: int, language: str, width: int, height: int) -> Display: ...


@dataclass(frozen=True, kw_only=True)
class FarmOptions:
    """What a farm is made of; `adb` is None for phones that are not attached."""

    count: int
    adb: tuple[str, int] | None
    languages: Sequence[str] = ("en",)
    seed: int = 1
    latency_ms: float = 0
    state_port: int = 0
    width: int = WIDTH
    height: int = HEIGHT
    rotation: int = 0
    """Quarters of a turn."""
    font_scale: float = 1.0


class Farm:
    """A number of phones, their state over HTTP, and what keeps them attached to adb."""

    def __init__(self, options: FarmOptions, *, make_display: MakeDisplay) -> None:
        self.options = options
        self.phones: list[Phone] = []
        self.state = StateServer(self.phones)
        self._make_display = make_display
        self._attacher = Attacher(AdbServer(*options.adb), self.phones) if options.adb else None
        self._attaching: asyncio.Task[None] | None = None
        self._executor = ThreadPoolExecutor(max_workers=8, thread_name_prefix="phonesim")

    async def start(self) -> None:
        """Start all phones; returns when adb has every one, or at once if there is no adb server to attach to."""
        for number in range(1, self.options.count + 1):
            phone = Phone(partial(self._new_device, number), on_presence=self._wake)
            await phone.start()
            self.phones.append(phone)
        await self.state.start(self.options.state_port)
        if self._attacher is not None:
            self._attaching = asyncio.create_task(self._attacher.run())
            await self._attacher.settled()

    async def stop(self) -> None:
        """Detach the phones from adb and end everything."""
        if self._attaching is not None:
            self._attaching.cancel()
            await asyncio.gather(self._attaching, return_exceptions=True)
        if self._attacher is not None:
            await self._attacher.detach()
        await asyncio.gather(*[phone.stop() for phone in self.phones])
        await self.state.stop()
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _wake(self) -> None:
        if self._attacher is not None:
            self._attacher.wake()

    def _new_device(self, number: int) -> Device:
        options, serialno = self.options, f"SIM{number:04d}"
        language = options.languages[(number - 1) % len(options.languages)]
        display = self._make_display(
            serialno, seed=options.seed + number, language=language, width=options.width, height=options.height
        )
        device = Device(
            serialno=serialno, display=display, language=language, seed=options.seed, executor=self._executor
        )
        display.use_media(DeviceMedia(device))
        device.settings["system"] |= {"user_rotation": str(options.rotation), "font_scale": str(options.font_scale)}
        if options.rotation or options.font_scale != 1:
            device.configure()
        if options.latency_ms:
            device.faults.set("latency", {"ms": options.latency_ms})
        return device
