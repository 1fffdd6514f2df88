"""One connection of an adb server to a phone: handshake and streams. What a stream does is a service's."""

import asyncio
import contextlib
import itertools
import logging
import os
from collections.abc import Awaitable, Callable

from phonesim.adbd.protocol import (
    A_AUTH,
    A_CLSE,
    A_CNXN,
    A_OKAY,
    A_OPEN,
    A_VERSION,
    A_WRTE,
    AUTH_TOKEN,
    MAX_PAYLOAD,
    Message,
    encode,
    read_message,
)
from phonesim.adbd.stream import Stream

log = logging.getLogger(__name__)

Service = Callable[[Stream], Awaitable[None]]
OpenService = Callable[[str], Service | None]

FEATURES = (
    "shell_v2",
    "cmd",
    "stat_v2",
    "ls_v2",
    "fixed_push_mkdir",
    "fixed_push_symlink_timestamp",
    "sendrecv_v2",
)

LINGER_S = 0.3


class Transport:
    """Serves one adb server until it goes away or `close` is called."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        banner: str,
        open_service: OpenService,
        authorized: bool,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._banner = banner
        self._open_service = open_service
        self._authorized = authorized
        self._max_payload = MAX_PAYLOAD
        self._streams: dict[int, Stream] = {}
        self._services: dict[int, asyncio.Task[None]] = {}
        self._ids = itertools.count(1)
        self.attached = False

    async def serve(self) -> None:
        """Answer messages in order; returns when the connection has ended."""
        try:
            while True:
                self._handle(await read_message(self._reader))
                await self._writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            log.debug("adb connection ended: %s", error)
        finally:
            self.close()

    def close(self) -> None:
        """Drop the connection and end everything that runs over it."""
        self.attached = False
        for stream in self._streams.values():
            stream.peer_closed()
        for service in self._services.values():
            service.cancel()
        self._streams.clear()
        self._services.clear()
        with contextlib.suppress(RuntimeError):
            self._writer.transport.abort()

    def _handle(self, message: Message) -> None:
        match message.command:
            case c if c == A_CNXN:
                self._greet(message)
            case c if c == A_AUTH:
                # No key is ever accepted: the owner of this phone never taps "Allow".
                if message.arg0 == 2:
                    self._ask_for_key()
            case c if c == A_OPEN and self.attached:
                self._open(remote=message.arg0, name=message.payload.rstrip(b"\0").decode(errors="replace"))
            case c if c == A_WRTE and message.arg1 in self._streams:
                self._streams[message.arg1].received(message.payload)
            case c if c == A_OKAY and message.arg1 in self._streams:
                self._streams[message.arg1].acknowledged()
            case c if c == A_CLSE:
                self._peer_closed(message.arg1)
            case _:
                log.debug("ignored %#x for stream %d", message.command, message.arg1)

    def _greet(self, message: Message) -> None:
        self._max_payload = min(MAX_PAYLOAD, message.arg1)
        if not self._authorized:
            self._ask_for_key()
            return
        self.attached = True
        self._send(A_CNXN, A_VERSION, MAX_PAYLOAD, f"{self._banner}features={','.join(FEATURES)}".encode())

    def _ask_for_key(self) -> None:
        self._send(A_AUTH, AUTH_TOKEN, 0, os.urandom(20))

    def _open(self, *, remote: int, name: str) -> None:
        service = self._open_service(name)
        if service is None:
            self._send(A_CLSE, 0, remote)
            return
        local = next(self._ids)
        self._streams[local] = stream = Stream(
            max_payload=self._max_payload,
            send=lambda data: self._send(A_WRTE, local, remote, data),
            acknowledge=lambda: self._send(A_OKAY, local, remote),
        )
        self._send(A_OKAY, local, remote)
        self._services[local] = asyncio.create_task(self._run(service, stream, local, remote, name))

    async def _run(self, service: Service, stream: Stream, local: int, remote: int, name: str) -> None:
        try:
            await service(stream)
        except ConnectionError as error:
            log.debug("%s ended: %s", name, error)
        except Exception:
            log.exception("service %r failed", name)
        finally:
            self._services.pop(local, None)
            if self._streams.pop(local, None) is not None and not stream.closed:
                self._send(A_CLSE, local, remote)

    def _peer_closed(self, local: int) -> None:
        stream = self._streams.pop(local, None)
        if stream is None:
            return
        stream.peer_closed()
        # A process whose pipe is closed reads what is left and ends soon, by itself or at its next write.
        if service := self._services.pop(local, None):
            asyncio.get_running_loop().call_later(LINGER_S, service.cancel)

    def _send(self, command: int, arg0: int, arg1: int, payload: bytes = b"") -> None:
        if not self._writer.is_closing():
            self._writer.write(encode(Message(command=command, arg0=arg0, arg1=arg1, payload=payload)))
