"""The tracker against servers that are no adb server, or one that is stuck: it goes on, and says so."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from drover.policy.transports import Transport
from drover.supervisor.devices import tracker as tracker_module
from drover.supervisor.devices.tracker import AdbProtocolError, AdbTracker

Seen = list[tuple[Transport, ...] | None]
R58M1 = (Transport(name="R58M1", state="device", id=1, usb="usb:1-1"),)
Serve = Callable[[str, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class NoStarter:
    """Starts nothing."""

    def ensure(self) -> None:
        return


def listing(text: str) -> bytes:
    return b"%04x%b" % (len(text), text.encode())


async def _with_server(serve: Serve, work: Callable[[AdbTracker], Awaitable[None]]) -> None:
    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length = int(await reader.readexactly(4), 16)
        try:
            await serve((await reader.readexactly(length)).decode(), reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(accepted, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        await work(AdbTracker("127.0.0.1", port, NoStarter()))


def track(serve: Serve, until: Callable[[Seen], bool]) -> Seen:
    """What the tracker tells until the condition holds."""
    seen: Seen = []

    async def work(tracker: AdbTracker) -> None:
        running = asyncio.create_task(tracker.run(seen.append))
        async with asyncio.timeout(20):
            while not until(seen):
                await asyncio.sleep(0.01)
                assert not running.done(), running
        running.cancel()

    asyncio.run(_with_server(serve, work))
    return seen


def test_what_is_no_adb_server_does_not_end_the_tracker() -> None:
    connections = 0

    async def babble(service: str, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        writer.write(b"OKAY" + b"HTTP/1.1 400 Bad Request" if service == "host:track-devices-l" else b"????")

    assert None in track(babble, lambda seen: connections > 2 and None in seen)


def test_r06_a_stuck_server_is_noticed_and_the_phones_are_told_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracker_module, "QUIET_S", 0.1)
    monkeypatch.setattr(tracker_module, "CONNECT_TIMEOUT_S", 0.3)

    async def stick(service: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if service == "host:track-devices-l":
            writer.write(b"OKAY" + listing("R58M1 device usb:1-1 transport_id:1\n"))
        await reader.read()

    seen = track(stick, lambda seen: None in seen)
    assert seen[:2] == [R58M1, None]


def test_a_quiet_server_that_lives_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracker_module, "QUIET_S", 0.05)
    asked: list[str] = []

    async def live(service: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(service)
        writer.write(
            b"OKAY"
            + (listing("0029") if service == "host:version" else listing("R58M1 device usb:1-1 transport_id:1\n"))
        )
        await reader.read()

    assert track(live, lambda _seen: asked.count("host:version") > 3) == [R58M1]


def test_a_refusal_carries_adbs_words() -> None:
    async def refuse(_service: str, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"FAIL" + listing("device 'x' not found"))
        await writer.drain()

    async def work(tracker: AdbTracker) -> None:
        with pytest.raises(AdbProtocolError, match="device 'x' not found"):
            await tracker.ask("host-serial:x:reconnect")

    asyncio.run(_with_server(refuse, work))


def test_a_server_that_knows_no_long_listing_is_followed_by_the_short_one() -> None:
    async def old(service: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if service == "host:track-devices":
            writer.write(b"OKAY" + listing("R58M1\tdevice\n"))
            await reader.read()
        elif service == "host-serial:R58M1:get-devpath":
            writer.write(b"OKAY" + listing("usb:1-1"))
        else:
            writer.write(b"FAIL" + listing("unknown host service"))

    assert track(old, bool) == [(Transport(name="R58M1", state="device", usb="usb:1-1"),)]


def test_a_shells_errors_are_no_part_of_its_answer_and_an_old_phone_is_asked_otherwise() -> None:
    asked: list[str] = []

    def phone(*, old: bool) -> Serve:
        async def serve(service: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"OKAY")
            length = int(await reader.readexactly(4), 16)
            asked.append((await reader.readexactly(length)).decode())
            if asked[-1].startswith("exec:"):
                writer.write(b"OKAYanswer")
            elif old:
                writer.write(b"FAIL" + listing("closed"))
            else:
                writer.write(b"OKAY" + b"\x02\x04\0\0\0warn" + b"\x01\x06\0\0\0answer" + b"\x03\x01\0\0\0\0")
            await writer.drain()

        return serve

    async def work(tracker: AdbTracker) -> None:
        assert await tracker.shell(R58M1[0], "getprop") == "answer"

    for old in (False, True):
        asyncio.run(_with_server(phone(old=old), work))
    assert asked == ["shell,v2,raw:getprop"] * 2 + ["exec:getprop"]
