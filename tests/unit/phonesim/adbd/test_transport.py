"""The device's end of adb's protocol as a playbook: these messages in, exactly those out."""

import asyncio
import struct
from collections.abc import Awaitable, Callable

import pytest

from phonesim.adbd.protocol import (
    A_AUTH,
    A_CLSE,
    A_CNXN,
    A_OKAY,
    A_OPEN,
    A_VERSION,
    A_WRTE,
    HEADER,
    Message,
    ProtocolError,
    encode,
    read_message,
)
from phonesim.adbd.stream import Stream, StreamClosedError
from phonesim.adbd.transport import Service, Transport

HELLO = Message(command=A_CNXN, arg0=A_VERSION, arg1=64, payload=b"host::features=shell_v2")


async def echo(stream: Stream) -> None:
    """Sends back what it reads, in pieces no larger than the host takes."""
    while data := await stream.read():
        await stream.write(data * 3)


class Host:
    """The other end of a transport, over a real socket pair."""

    def __init__(self, *, authorized: bool = True, services: dict[str, Service] | None = None) -> None:
        self._authorized = authorized
        self._services = services if services is not None else {"echo:": echo}

    async def __aenter__(self) -> "Host":
        ready: asyncio.Future[Transport] = asyncio.get_running_loop().create_future()

        async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            transport = Transport(
                reader, writer, banner="device::", open_service=self._services.get, authorized=self._authorized
            )
            ready.set_result(transport)
            await transport.serve()

        self._server = await asyncio.start_server(accepted, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", port)
        await ready
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()
        self._server.close()

    def send(self, command: int, arg0: int, arg1: int, payload: bytes = b"") -> None:
        self._writer.write(encode(Message(command=command, arg0=arg0, arg1=arg1, payload=payload)))

    async def receive(self) -> tuple[int, int, int, bytes]:
        message = await asyncio.wait_for(read_message(self._reader), 5)
        return message.command, message.arg0, message.arg1, message.payload


def played(play: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        await play()

    asyncio.run(run())


def test_greets_with_banner_and_features() -> None:
    async def play() -> None:
        async with Host() as host:
            host.send(*_fields(HELLO))
            command, version, limit, banner = await host.receive()
            assert (command, version, limit) == (A_CNXN, A_VERSION, 1024 * 1024)
            assert banner.startswith(b"device::features=shell_v2,cmd,")

    played(play)


def test_waits_for_each_acknowledgement_and_keeps_to_the_hosts_size() -> None:
    async def play() -> None:
        async with Host() as host:
            host.send(*_fields(HELLO))
            await host.receive()
            host.send(A_OPEN, 7, 0, b"echo:\0")
            _, local, remote, _ = await host.receive()
            assert remote == 7
            host.send(A_WRTE, 7, local, b"x" * 40)
            assert await host.receive() == (A_OKAY, local, 7, b"")
            assert await host.receive() == (A_WRTE, local, 7, b"x" * 64)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(host.receive(), 0.05)

    played(play)


def test_two_streams_do_not_wait_for_each_other() -> None:
    async def play() -> None:
        async with Host() as host:
            host.send(*_fields(HELLO))
            await host.receive()
            for remote in (7, 8):
                host.send(A_OPEN, remote, 0, b"echo:\0")
            locals_ = {(message := await host.receive())[2]: message[1] for _ in range(2)}
            host.send(A_WRTE, 7, locals_[7], b"a")
            assert [(await host.receive())[0] for _ in range(2)] == [A_OKAY, A_WRTE]
            # The first stream's data is not acknowledged; the second flows all the same.
            host.send(A_WRTE, 8, locals_[8], b"b")
            assert await host.receive() == (A_OKAY, locals_[8], 8, b"")
            assert await host.receive() == (A_WRTE, locals_[8], 8, b"bbb")

    played(play)


def test_unknown_services_are_closed_and_ended_ones_too() -> None:
    async def once(stream: Stream) -> None:
        await stream.write(b"bye")

    async def play() -> None:
        async with Host(services={"once:": once}) as host:
            host.send(*_fields(HELLO))
            await host.receive()
            host.send(A_OPEN, 3, 0, b"framebuffer:\0")
            assert await host.receive() == (A_CLSE, 0, 3, b"")
            host.send(A_OPEN, 4, 0, b"once:\0")
            answers = [await host.receive() for _ in range(3)]
            assert [answer[0] for answer in answers] == [A_OKAY, A_WRTE, A_CLSE]

    played(play)


def test_nothing_opens_before_the_greeting_or_without_consent() -> None:
    async def play() -> None:
        async with Host(authorized=False) as host:
            host.send(*_fields(HELLO))
            command, kind, _, token = await host.receive()
            assert (command, kind, len(token)) == (A_AUTH, 1, 20)
            host.send(A_AUTH, 2, 0, b"signature")
            assert (await host.receive())[:2] == (A_AUTH, 1)
            host.send(A_AUTH, 3, 0, b"public key")
            host.send(A_OPEN, 3, 0, b"echo:\0")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(host.receive(), 0.05)

    played(play)


def test_nonsense_is_refused() -> None:
    async def parse(data: bytes) -> Message:
        reader = asyncio.StreamReader()
        reader.feed_data(data)
        reader.feed_eof()
        return await read_message(reader)

    good = encode(HELLO)
    assert asyncio.run(parse(good)) == HELLO
    with pytest.raises(ProtocolError):
        asyncio.run(parse(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
    with pytest.raises(ProtocolError):
        asyncio.run(parse(HEADER.pack(A_WRTE, 1, 1, 1 << 30, 0, A_WRTE ^ 0xFFFFFFFF)))
    with pytest.raises(asyncio.IncompleteReadError):
        asyncio.run(parse(good[:-1]))


def test_a_stream_reads_exactly_what_it_is_asked_for() -> None:
    async def play() -> None:
        stream = Stream(max_payload=64, send=lambda _data: None, acknowledge=lambda: None)
        for part in (b"ab", b"cdef", struct.pack("<I", 5)):
            stream.received(part)
        assert await stream.read_exactly(3) == b"abc"
        assert await stream.read_until(b"f", 10) == b"def"
        stream.peer_closed()
        with pytest.raises(StreamClosedError):
            await stream.read_exactly(5)
        with pytest.raises(StreamClosedError):
            await stream.write(b"x")

    played(play)


def _fields(message: Message) -> tuple[int, int, int, bytes]:
    return message.command, message.arg0, message.arg1, message.payload
