"""Frames on a stream: whole, cut short, too large."""

import asyncio
import socket

import pytest

from drover.framing import FrameError, FrameReader, pack, read_frame, receive_frame


def _reader(data: bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    return reader


def test_frames_come_back_in_order() -> None:
    async def run() -> list[bytes | None]:
        reader = _reader(pack(b"one") + pack(b"") + pack(b"two"))
        return [await read_frame(reader, max_bytes=10) for _ in range(4)]

    assert asyncio.run(run()) == [b"one", b"", b"two", None]


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\0\0\5abc"])
def test_stream_that_ends_within_a_frame_is_an_end(data: bytes) -> None:
    async def run() -> bytes | None:
        return await read_frame(_reader(data), max_bytes=10)

    assert asyncio.run(run()) is None


def test_a_side_that_dies_with_something_unread_is_an_end() -> None:
    """The kernel says connection reset then, not end of file."""
    ours, theirs = socket.socketpair()
    with ours:
        ours.sendall(b"never read")
        theirs.close()
        assert receive_frame(ours, max_bytes=10) is None


def test_frame_over_the_cap_is_refused_before_it_is_read() -> None:
    async def run() -> None:
        await read_frame(_reader(b"\xff\xff\xff\xff"), max_bytes=10)

    with pytest.raises(FrameError, match="over the cap of 10"):
        asyncio.run(run())


def test_blocking_socket() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(pack(b"hello") + b"\0\0\1\0")
        ours.shutdown(socket.SHUT_WR)
        assert receive_frame(theirs, max_bytes=10) == b"hello"
        with pytest.raises(FrameError):
            receive_frame(theirs, max_bytes=10)


@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_frames_that_come_in_pieces(size: int) -> None:
    data = pack(b"one") + pack(b"") + pack(b"0123456789")
    reader = FrameReader(max_bytes=10)
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    assert [frame for piece in pieces for frame in reader.feed(piece)] == [b"one", b"", b"0123456789"]


def test_frames_before_one_over_the_cap_are_read() -> None:
    found: list[bytes] = []
    reader = FrameReader(max_bytes=10)
    with pytest.raises(FrameError, match="frame of 11 bytes is over the cap of 10"):
        found.extend(reader.feed(pack(b"one") + b"\0\0\0\x0b"))
    assert found == [b"one"]
