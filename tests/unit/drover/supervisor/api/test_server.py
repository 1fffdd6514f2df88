"""The control server on a real Unix socket: who may ask, in which order answers come, and what ends a connection."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from drover.framing import pack, read_frame
from drover.supervisor import work_progress
from drover.supervisor.api import server as server_module
from drover.supervisor.api.server import Answer, ControlServer, Handler, Peer
from drover.supervisor.tallies import Tallies
from drover.wire.codec import MAX_FRAME_BYTES, PROTOCOL_VERSION
from drover.wire.control import (
    REQUESTS,
    RESPONSES,
    Caller,
    Done,
    GetTask,
    GetTaskStats,
    Hello,
    ReadTaskLog,
    Request,
    RequestBody,
    Response,
    ResponseBody,
    RetryAll,
    Subscribe,
    Subscribed,
    Welcome,
    Working,
)
from drover.wire.faults import Code, Failure, RequestError
from tests.support.strangers import NOBODY, asked_as, needs_root

WELCOME = Welcome(version=PROTOCOL_VERSION, daemon_version="1", boot_id="b", pid=7, zone="UTC")


class Client:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    def ask(self, request_id: int, body: RequestBody, **more: Any) -> None:
        self.say(REQUESTS.encode(Request(id=request_id, body=body, **more)))

    def say(self, data: bytes) -> None:
        self._writer.write(pack(data))

    async def next(self) -> Response | None:
        """The next answer; None where the server ended the connection."""
        data = await asyncio.wait_for(read_frame(self._reader, max_bytes=MAX_FRAME_BYTES), 20)
        return None if data is None else RESPONSES.decode(data)

    async def greet(self) -> None:
        self.ask(1, Hello(version=PROTOCOL_VERSION, client="test"))
        assert await self.next() == Response(id=1, body=WELCOME)

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


class Served:
    """A server whose handler a test gives, and connections to it."""

    def __init__(self, path: Path, handle: Handler) -> None:
        self.path = path
        self.tallies = Tallies()
        self.server = ControlServer(path, handle, lambda: WELCOME, self.tallies)
        self._clients: list[Client] = []

    async def connect(self, *, greeted: bool = True) -> Client:
        client = Client(*await asyncio.open_unix_connection(str(self.path)))
        self._clients.append(client)
        if greeted:
            await client.greet()
        return client

    async def end(self) -> None:
        await self.server.stop()
        for client in self._clients:
            await client.close()


Scene = Callable[[Served], Coroutine[Any, Any, None]]


def play(scene: Scene, handle: Handler) -> None:
    async def played() -> None:
        with tempfile.TemporaryDirectory(prefix="drs") as folder:
            served = Served(Path(folder) / "control.sock", handle)
            await served.server.start()
            try:
                await scene(served)
            finally:
                await served.end()

    asyncio.run(played())


async def done(_body: RequestBody, _peer: Peer, _caller: Caller | None) -> Answer:
    return Done()


def test_s21_the_socket_is_its_owners_alone() -> None:
    async def scene(served: Served) -> None:
        assert served.path.stat().st_mode & 0o777 == 0o600

    play(scene, done)


@needs_root
def test_s23_another_user_gets_no_answer_although_the_file_lets_him(tmp_path: Path) -> None:
    hello = pack(REQUESTS.encode(Request(id=1, body=Hello(version=PROTOCOL_VERSION, client="x"))))

    async def scene(served: Served) -> None:
        served.path.parent.chmod(0o755)
        served.path.chmod(0o666)
        with capture_logs() as logs:
            assert await asyncio.to_thread(asked_as, NOBODY, served.path, hello) == b""
        assert [line["uid"] for line in logs if line["event"] == "connection_refused"] == [NOBODY]

    play(scene, done)


def test_more_connections_than_there_may_be_are_closed_and_make_room_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "MAX_CONNECTIONS", 1)

    async def scene(served: Served) -> None:
        first = await served.connect()
        assert await (await served.connect(greeted=False)).next() is None
        await first.close()
        for _ in range(1000):
            again = await served.connect(greeted=False)
            again.ask(1, Hello(version=PROTOCOL_VERSION, client="test"))
            if await again.next() is not None:
                return
        raise AssertionError("there is no room")

    play(scene, done)


@pytest.mark.parametrize(
    ("first", "code", "words"),
    [
        (GetTaskStats(), Code.INVALID, "expected Hello first"),
        (Hello(version=PROTOCOL_VERSION + 1, client="x"), Code.CONFLICT, "install the same version of Drover"),
    ],
)
def test_a_conversation_begins_with_hello_of_this_version(first: RequestBody, code: Code, words: str) -> None:
    async def scene(served: Served) -> None:
        client = await served.connect(greeted=False)
        client.ask(1, first)
        answer = await client.next()
        assert answer is not None
        assert isinstance(answer.body, Failure)
        assert (answer.id, answer.body.code, words in answer.body.message) == (1, code, True)
        assert await client.next() is None

    play(scene, done)


def test_one_that_says_nothing_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "HELLO_TIMEOUT_S", 0.05)

    async def scene(served: Served) -> None:
        assert await (await served.connect(greeted=False)).next() is None

    play(scene, done)


def test_s24_a_malformed_request_ends_its_connection_and_no_other() -> None:
    async def scene(served: Served) -> None:
        good, bad = await served.connect(), await served.connect()
        bad.say(b"\xc1")
        answer = await bad.next()
        assert answer is not None
        assert isinstance(answer.body, Failure)
        assert (answer.id, answer.body.code) == (0, Code.INVALID)
        assert await bad.next() is None
        good.ask(2, GetTaskStats())
        assert await good.next() == Response(id=2, body=Done())
        assert served.tallies.malformed == 1

    play(scene, done)


def test_answers_come_as_soon_as_each_is_done_and_carry_who_asked() -> None:
    go = asyncio.Event()
    seen: list[tuple[int, str, Caller | None]] = []

    async def handle(body: RequestBody, peer: Peer, caller: Caller | None) -> Answer:
        seen.append((peer.uid, peer.client, caller))
        if isinstance(body, GetTask):
            await go.wait()
        return Done()

    async def scene(served: Served) -> None:
        client = await served.connect()
        caller = Caller(address="1.2.3.4", route="GET /task")
        client.ask(2, GetTask(task_id=1), caller=caller)
        client.ask(3, GetTaskStats())
        assert await client.next() == Response(id=3, body=Done())
        go.set()
        assert await client.next() == Response(id=2, body=Done())
        assert seen[0][1:] == ("test", caller)

    play(scene, handle)


def test_only_so_many_requests_of_a_connection_are_worked_on_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "MAX_IN_FLIGHT", 2)
    go, begun = asyncio.Event(), list[RequestBody]()

    async def handle(body: RequestBody, _peer: Peer, _caller: Caller | None) -> Answer:
        begun.append(body)
        await go.wait()
        return Done()

    async def scene(served: Served) -> None:
        client, other = await served.connect(), await served.connect()
        for number in range(4):
            client.ask(10 + number, GetTask(task_id=number))
        while len(begun) < 2:
            await asyncio.sleep(0)
        other.ask(2, GetTaskStats())
        while GetTaskStats() not in begun:
            await asyncio.sleep(0)
        assert len(begun) == 3  # two of the first, one of the other
        go.set()
        assert {answer.id for _ in range(4) if (answer := await client.next())} == {10, 11, 12, 13}

    play(scene, handle)


@pytest.mark.parametrize(
    ("error", "code"), [(RequestError(Code.NOT_FOUND, "task 1: no"), Code.NOT_FOUND), (KeyError("x"), Code.INTERNAL)]
)
def test_a_refusal_is_an_answer_and_a_fault_of_ours_has_a_number_that_is_in_the_log(
    error: Exception, code: Code
) -> None:
    async def handle(_body: RequestBody, _peer: Peer, _caller: Caller | None) -> Answer:
        raise error

    async def scene(served: Served) -> None:
        client = await served.connect()
        with capture_logs() as logs:
            client.ask(2, GetTask(task_id=1))
            answer = await client.next()
        assert answer is not None
        assert isinstance(answer.body, Failure)
        assert answer.body.code is code
        incidents = [line["incident"] for line in logs if line["event"] == "request_failed"]
        assert len(incidents) == (code is Code.INTERNAL)
        assert all(incident in answer.body.message for incident in incidents)

    play(scene, handle)


def test_an_answer_that_is_too_large_is_said_to_be() -> None:
    async def handle(_body: RequestBody, _peer: Peer, _caller: Caller | None) -> Answer:
        return Failure(code=Code.INVALID, message="x" * (MAX_FRAME_BYTES + 1))

    async def scene(served: Served) -> None:
        client = await served.connect()
        client.ask(2, GetTaskStats())
        answer = await client.next()
        assert answer is not None
        assert isinstance(answer.body, Failure)
        assert answer.body.code is Code.INTERNAL

    play(scene, handle)


def test_a_stream_is_answered_under_one_id_and_ends_with_its_connection() -> None:
    ended = asyncio.Event()

    async def events() -> AsyncIterator[ResponseBody]:
        try:
            yield Subscribed(last_event_id=1)
            yield Subscribed(last_event_id=2)
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def handle(_body: RequestBody, _peer: Peer, _caller: Caller | None) -> Answer:
        return events()

    async def scene(served: Served) -> None:
        client = await served.connect()
        client.ask(5, Subscribe())
        for number in (1, 2):
            assert await client.next() == Response(id=5, body=Subscribed(last_event_id=number))
        await client.close()
        await asyncio.wait_for(ended.wait(), 20)

    play(scene, handle)


def test_progress_is_told_to_who_asks_for_it_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("drover.supervisor.clock.monotonic_s", lambda: now[0])

    async def handle(_body: RequestBody, _peer: Peer, _caller: Caller | None) -> Answer:
        for number in range(4):
            work_progress.report(number, 4)
            now[0] += server_module.TELL_EVERY_S / 2
        return Done()

    async def scene(served: Served) -> None:
        client = await served.connect()
        client.ask(2, RetryAll(), progress=True)
        told = [answer.body for _ in range(2) if (answer := await client.next())]
        assert told == [Working(done=2, total=4), Done()]
        client.ask(3, ReadTaskLog(task_id=1, offset=0))
        assert await client.next() == Response(id=3, body=Done())

    play(scene, handle)


def test_when_it_stops_what_runs_is_cancelled_and_the_peer_is_gone() -> None:
    peers: list[Peer] = []
    cancelled: list[bool] = []

    async def handle(_body: RequestBody, peer: Peer, _caller: Caller | None) -> Answer:
        peers.append(peer)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise
        return Done()

    async def scene(served: Served) -> None:
        client = await served.connect()
        client.ask(2, GetTaskStats())
        while not peers:
            await asyncio.sleep(0)
        await served.server.stop()
        assert await client.next() is None
        await asyncio.wait_for(peers[0].gone.wait(), 20)
        assert cancelled

    play(scene, handle)
