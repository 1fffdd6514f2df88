"""The supervisor's handle on the zygote: hears when it is ready, asks for forks, hears of ends."""

import asyncio
from collections.abc import Callable

import structlog

from drover.framing import FrameError, pack, read_frame
from drover.supervisor.workers.zygote_process import END_TIMEOUT_S, ZygoteProcess
from drover.wire.codec import MAX_WORKER_MESSAGE_BYTES, MalformedMessageError
from drover.wire.custom import PluginSheet
from drover.wire.zygote import FROM_ZYGOTE, TO_ZYGOTE, Fork, FromZygote, WorkerSpec, ZygoteReady

log = structlog.get_logger("drover.zygote")

START_TIMEOUT_S = 30.0
LOOK_EVERY_S = 0.01


class Zygote:
    """One zygote process. `receive` hears Forked and Exited; `died` is called once when it ended by itself."""

    def __init__(self, process: ZygoteProcess, receive: Callable[[FromZygote], None], died: Callable[[], None]) -> None:
        self._process = process
        self._receive = receive
        self._died = died
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self.plugins: list[PluginSheet] = []

    async def ready(self) -> None:
        """Returns when it has imported everything; raises RuntimeError if it ended before, TimeoutError."""
        reader, self._writer = await asyncio.open_connection(sock=self._process.channel)
        data = await asyncio.wait_for(read_frame(reader, max_bytes=MAX_WORKER_MESSAGE_BYTES), START_TIMEOUT_S)
        ready = None if data is None else FROM_ZYGOTE.decode(data)
        if not isinstance(ready, ZygoteReady):
            raise RuntimeError("the zygote ended while it started; its output above says why")
        self.plugins = ready.plugins
        self._reading = asyncio.create_task(self._read(reader))

    @property
    def pid(self) -> int:
        return self._process.pid

    def fork(self, spec: WorkerSpec) -> None:
        """Ask for one worker; answered by Forked, and by Exited when it has ended."""
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(pack(TO_ZYGOTE.encode(Fork(spec=spec))))

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while data := await read_frame(reader, max_bytes=MAX_WORKER_MESSAGE_BYTES):
                self._receive(FROM_ZYGOTE.decode(data))
        except (FrameError, MalformedMessageError) as error:
            log.error("zygote_message_malformed", why=str(error))
        log.error("zygote_died", pid=self.pid)
        self._died()

    def kill(self) -> None:
        """SIGKILL; its death is then heard as any other."""
        self._process.kill()

    async def stop(self) -> None:
        """Close the socket, at which the zygote ends its workers and itself."""
        if self._reading is not None:
            self._reading.cancel()
        if self._writer is not None:
            self._writer.close()
        else:
            self._process.channel.close()
        try:
            await asyncio.wait_for(self._ended(), END_TIMEOUT_S)
        except TimeoutError:
            self._process.kill()
            await self._ended()

    async def _ended(self) -> None:
        while not self._process.ended():
            await asyncio.sleep(LOOK_EVERY_S)
