"""The supervisor's end of the conversation with all workers: a real ROUTER on the loop, and real sockets of workers."""

import asyncio
import tempfile
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import zmq

from drover.supervisor.workers import channel as channel_module
from drover.supervisor.workers.channel import WorkerChannel
from drover.wire.codec import MAX_WORKER_MESSAGE_BYTES
from drover.wire.worker import FROM_WORKER, TO_WORKER, FromWorker, Heartbeat, Probe, Shutdown, StopAttempt


class Scene:
    """A bound channel, and sockets as workers have them."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.heard: list[tuple[bytes, FromWorker]] = []
        self.channel = WorkerChannel(endpoint, lambda identity, message: self.heard.append((identity, message)))
        self._context = zmq.Context()

    @contextmanager
    def worker(self, identity: bytes) -> Generator[zmq.Socket[bytes]]:
        with self._context.socket(zmq.DEALER) as sock:
            sock.setsockopt(zmq.IDENTITY, identity)
            sock.setsockopt(zmq.LINGER, 2000)
            sock.setsockopt(zmq.RCVTIMEO, 20_000)
            sock.connect(self.endpoint)
            yield sock

    async def until(self, holds: Callable[[], object]) -> None:
        async with asyncio.timeout(20):
            while not holds():
                await asyncio.sleep(0.001)

    def close(self) -> None:
        self.channel.close()
        self._context.term()


def play(scene: Callable[[Scene], Coroutine[Any, Any, None]]) -> None:
    async def played() -> None:
        with tempfile.TemporaryDirectory(prefix="drc") as folder:
            made = Scene(f"ipc://{Path(folder) / 'workers.sock'}")
            try:
                await scene(made)
            finally:
                made.close()

    asyncio.run(played())


def heartbeat(fence: int) -> bytes:
    return FROM_WORKER.encode(Heartbeat(fence=fence))


def test_each_message_comes_with_its_sender_in_its_order() -> None:
    async def scene(made: Scene) -> None:
        with made.worker(b"a#1") as first, made.worker(b"b#1") as second:
            for fence in range(3):
                first.send(heartbeat(fence))
                second.send(heartbeat(10 + fence))
            await made.until(lambda: len(made.heard) == 6)
        for identity, fences in ((b"a#1", range(3)), (b"b#1", range(10, 13))):
            assert [message for who, message in made.heard if who == identity] == [
                Heartbeat(fence=fence) for fence in fences
            ]

    play(scene)


def test_a_message_goes_to_its_worker_and_to_none_that_is_not_there() -> None:
    async def scene(made: Scene) -> None:
        assert not made.channel.send(b"a#1", Probe())
        with made.worker(b"a#1") as worker, made.worker(b"a#2") as later:
            for one in (worker, later):
                one.send(heartbeat(1))
            await made.until(lambda: len(made.heard) == 2)
            assert made.channel.send(b"a#1", StopAttempt(fence=7))
            assert made.channel.send(b"a#2", Shutdown())
            assert TO_WORKER.decode(worker.recv()) == StopAttempt(fence=7)
            assert TO_WORKER.decode(later.recv()) == Shutdown()
        await made.until(lambda: not made.channel.send(b"a#1", Probe()))  # as soon as its end is noticed

    play(scene)


def test_s26_what_is_no_message_is_dropped_counted_and_named() -> None:
    async def scene(made: Scene) -> None:
        with made.worker(b"\xff#1") as worker:
            worker.send(b"\xc1")
            worker.send(b"")
            worker.send_multipart([heartbeat(1), heartbeat(2)])
            worker.send(heartbeat(3))
            await made.until(lambda: made.heard)
        assert (made.heard, made.channel.dropped) == ([(b"\xff#1", Heartbeat(fence=3))], 3)

    play(scene)


def test_s24_one_that_is_too_large_costs_its_sender_the_connection_only() -> None:
    async def scene(made: Scene) -> None:
        with made.worker(b"large#1") as large, made.worker(b"good#1") as good:
            large.setsockopt(zmq.LINGER, 0)
            large.send(b"x" * (MAX_WORKER_MESSAGE_BYTES + 1))
            good.send(heartbeat(1))
            await made.until(lambda: made.heard)
            assert made.heard == [(b"good#1", Heartbeat(fence=1))]

    play(scene)


def test_a_burst_is_heard_whole_and_others_have_the_loop_meanwhile() -> None:
    count = 3 * channel_module.DRAIN_AT_ONCE
    turns: list[int] = []

    async def scene(made: Scene) -> None:
        with made.worker(b"a#1") as worker:
            worker.send(heartbeat(0))
            await made.until(lambda: made.heard)
            made.heard.clear()
            for fence in range(count):
                worker.send(heartbeat(fence))
            while len(made.heard) < count:
                turns.append(len(made.heard))
                await asyncio.sleep(0)
        assert [message for _, message in made.heard] == [Heartbeat(fence=fence) for fence in range(count)]
        most = max(later - earlier for earlier, later in zip(turns, [*turns[1:], count], strict=True))
        assert most <= channel_module.DRAIN_AT_ONCE

    play(scene)


def test_what_comes_in_while_we_send_is_heard_although_the_descriptor_tells_of_it_once() -> None:
    async def scene(made: Scene) -> None:
        with made.worker(b"a#1") as worker:
            worker.send(heartbeat(0))
            await made.until(lambda: made.heard)
            for fence in range(1, 200):
                worker.send(heartbeat(fence))
                assert made.channel.send(b"a#1", Probe())
                worker.recv()
                await asyncio.sleep(0)
            await made.until(lambda: len(made.heard) == 200)

    play(scene)


def test_a_closed_channel_gives_its_place_to_another_and_hears_nothing_more() -> None:
    async def scene(made: Scene) -> None:
        made.channel.close()
        made.channel = WorkerChannel(made.endpoint, lambda identity, message: made.heard.append((identity, message)))
        with made.worker(b"a#1") as worker:
            worker.send(heartbeat(1))
            await made.until(lambda: made.heard)
            made.channel.send(b"a#1", Probe())  # its drain comes when the channel is closed already

    play(scene)
