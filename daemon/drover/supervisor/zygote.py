"""The supervisor's handle on the zygote: starts it, asks for forks, hears of ends. Started anew when it dies."""

import asyncio
import socket
import sys
from collections.abc import Callable

import structlog

from drover.framing import FrameError, pack, read_frame
from drover.wire.codec import MAX_WORKER_MESSAGE_BYTES, MalformedMessageError
from drover.wire.zygote import FROM_ZYGOTE, TO_ZYGOTE, Fork, FromZygote, WorkerSpec, ZygoteReady

log = structlog.get_logger("drover.zygote")

START_TIMEOUT_S = 30.0
END_TIMEOUT_S = 1.0


class Zygote:
    """One zygote process. `receive` hears Forked and Exited; `died` is called once when it ended by itself."""

    def __init__(self, receive: Callable[[FromZygote], None], died: Callable[[], None]) -> None:
        self._receive = receive
        self._died = died
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None

    async def start(self, *, log_level: str, log_format: str) -> None:
        """Start the process; returns when it has imported everything."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        arguments = (str(theirs.fileno()), log_level.upper(), log_format)
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "drover.worker.zygote", *arguments),
            pass_fds=(theirs.fileno(),),
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        reader, self._writer = await asyncio.open_connection(sock=ours)
        data = await asyncio.wait_for(read_frame(reader, max_bytes=MAX_WORKER_MESSAGE_BYTES), START_TIMEOUT_S)
        if data is None or not isinstance(FROM_ZYGOTE.decode(data), ZygoteReady):
            raise RuntimeError("the zygote ended while it started; its output above says why")
        self._reading = asyncio.create_task(self._read(reader))

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

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
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def stop(self) -> None:
        """Close the socket, at which the zygote ends its workers and itself."""
        if self._reading is not None:
            self._reading.cancel()
        if self._writer is not None:
            self._writer.close()
        if self._process is not None:
            try:
                await asyncio.wait_for(self._process.wait(), END_TIMEOUT_S)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
