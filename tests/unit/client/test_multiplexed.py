"""Many requests on one connection: whose answer is whose, and what becomes of them when the connection is lost."""

import select
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from drover.client import AnswerLostError, DaemonUnreachableError, VersionMismatchError
from drover.client.connection import Connection, Outcome
from drover.client.multiplexed import MultiplexedClient
from drover.wire.codec import MAX_FRAME_BYTES, MAX_IN_FLIGHT
from drover.wire.control import ArtifactFile, CreateTasks, FindArtifact, RetriedAll, RetryAll, Working
from drover.wire.faults import Code, Failure, RequestError
from tests.support.scripted_daemon import ScriptedConnection, ScriptedDaemon, scripted_daemon

WAIT_S = 10.0


class Loop:
    """A loop that runs as long as the test says; `outcomes` are those told so far, by the number of the request."""

    def __init__(self, path: Path, *, timeout_s: float = WAIT_S) -> None:
        self.client = MultiplexedClient(path, client_name="test", timeout_s=timeout_s, poller=self)
        self.connections: list[Connection] = []
        self.outcomes: dict[int, Outcome] = {}

    def watch(self, connection: Connection) -> None:
        self.connections.append(connection)

    def unwatch(self, connection: Connection) -> None:
        self.connections.remove(connection)

    def ask(self, number: int) -> None:
        """Have a request sent whose answers can be told from those of others."""
        self.client.send(FindArtifact(task_id=number, name="x"), lambda outcome: self.tell(number, outcome))

    def tell(self, number: int, outcome: Outcome) -> None:
        assert number not in self.outcomes
        self.outcomes[number] = outcome

    def turn(self) -> None:
        """Flush, then read what has come within the time, from one connection at least unless none is open."""
        self.client.flush()
        ready, _, _ = select.select(self.connections, [], [], WAIT_S if self.connections else 0)
        for connection in ready:
            connection.on_readable()
        self.client.flush()

    def run_until(self, count: int) -> None:
        """Run until so many outcomes were told."""
        deadline = time.monotonic() + WAIT_S
        while len(self.outcomes) < count:
            assert time.monotonic() < deadline, self.outcomes
            self.turn()


def answer_to(number: int) -> ArtifactFile:
    return ArtifactFile(path=f"/{number}", media_type="text/plain")


@pytest.fixture
def daemon(short_dir: Path) -> Iterator[ScriptedDaemon]:
    with scripted_daemon(short_dir / "control.sock") as daemon:
        yield daemon


@pytest.fixture
def loop(short_dir: Path) -> Iterator[Loop]:
    loop = Loop(short_dir / "control.sock")
    yield loop
    loop.client.close()


def greeted(loop: Loop, daemon: ScriptedDaemon) -> ScriptedConnection:
    """The daemon's end of the connection that the first request opened."""
    loop.client.flush()
    connection = daemon.accept()
    connection.greet()
    loop.turn()
    return connection


def test_answers_reach_those_who_asked_in_whatever_order_they_come(loop: Loop, daemon: ScriptedDaemon) -> None:
    for number in range(5):
        loop.ask(number)
    connection = greeted(loop, daemon)
    requests = [connection.receive() for _ in range(5)]
    for number, request in reversed(list(enumerate(requests))):
        connection.answer(request, answer_to(number))
    loop.run_until(5)
    assert loop.outcomes == {number: answer_to(number) for number in range(5)}
    assert daemon.nobody_waits()


def test_a_refusal_is_told_as_the_answer(loop: Loop, daemon: ScriptedDaemon) -> None:
    loop.ask(1)
    connection = greeted(loop, daemon)
    connection.answer(connection.receive(), refused := Failure(code=Code.NOT_FOUND, message="no such task"))
    loop.run_until(1)
    assert loop.outcomes[1] == refused


def test_more_than_the_daemon_works_on_at_once_go_over_another_connection(loop: Loop, daemon: ScriptedDaemon) -> None:
    for number in range(MAX_IN_FLIGHT + 1):
        loop.ask(number)
    first = greeted(loop, daemon)
    second = daemon.accept()
    second.greet()
    loop.turn()
    second.answer(second.receive(), answer_to(MAX_IN_FLIGHT))
    loop.run_until(1)
    assert loop.outcomes == {MAX_IN_FLIGHT: answer_to(MAX_IN_FLIGHT)}
    for number in range(MAX_IN_FLIGHT):
        first.answer(first.receive(), answer_to(number))
    loop.run_until(MAX_IN_FLIGHT + 1)
    assert daemon.nobody_waits()


def test_what_was_sent_and_not_answered_is_lost_and_not_sent_again(loop: Loop, daemon: ScriptedDaemon) -> None:
    loop.ask(1)
    connection = greeted(loop, daemon)
    connection.receive()
    connection.close()
    loop.run_until(1)
    assert isinstance(loop.outcomes[1], AnswerLostError)
    assert "FindArtifact" in str(loop.outcomes[1])
    loop.ask(2)
    second = greeted(loop, daemon)
    assert second.receive().body == FindArtifact(task_id=2, name="x")
    assert second.nothing_more()


def test_what_no_byte_was_sent_of_goes_over_the_next_connection(loop: Loop, daemon: ScriptedDaemon) -> None:
    loop.ask(1)
    first = greeted(loop, daemon)
    first.receive()
    loop.ask(2)
    first.close()
    (old,) = loop.connections
    old.on_readable()
    assert isinstance(loop.outcomes[1], AnswerLostError)
    second = greeted(loop, daemon)
    second.answer(second.receive(), answer_to(2))
    loop.run_until(2)
    assert loop.outcomes[2] == answer_to(2)


def test_what_was_sent_in_part_was_not_carried_out(loop: Loop, daemon: ScriptedDaemon) -> None:
    loop.ask(1)
    connection = greeted(loop, daemon)
    large = CreateTasks(script_name="follow", script_config={"text": "x" * (MAX_FRAME_BYTES // 2)}, serials=["A"])
    loop.client.send(large, lambda outcome: loop.tell(2, outcome))
    loop.client.flush()
    assert any(one.wants_write for one in loop.connections)
    connection.close()
    loop.run_until(2)
    assert isinstance(loop.outcomes[1], AnswerLostError)
    assert isinstance(loop.outcomes[2], DaemonUnreachableError)


def test_without_a_daemon_nothing_is_taken(loop: Loop) -> None:
    with pytest.raises(DaemonUnreachableError, match="droverd"):
        loop.ask(1)
    assert not loop.outcomes


def test_a_daemon_that_does_not_greet_was_not_asked(short_dir: Path, daemon: ScriptedDaemon) -> None:
    loop = Loop(short_dir / "control.sock", timeout_s=0.001)
    loop.ask(1)
    loop.client.flush()
    while not loop.outcomes:
        loop.client.tick()
    assert isinstance(loop.outcomes[1], DaemonUnreachableError)


def test_a_daemon_of_another_version_is_asked_nothing(loop: Loop, daemon: ScriptedDaemon) -> None:
    loop.ask(1)
    loop.client.flush()
    connection = daemon.accept()
    connection.greet(version=99)
    loop.run_until(1)
    assert isinstance(loop.outcomes[1], VersionMismatchError)
    with pytest.raises(EOFError):
        connection.receive()


def test_a_late_answer_reaches_nobody_and_its_connection_takes_no_more(short_dir: Path, daemon: ScriptedDaemon) -> None:
    loop = Loop(short_dir / "control.sock")
    loop.client.send(RetryAll(), lambda outcome: loop.tell(1, outcome), timeout_s=0.001)
    loop.ask(2)
    first = greeted(loop, daemon)
    late, other = first.receive(), first.receive()
    while 1 not in loop.outcomes:
        loop.client.tick()
    assert isinstance(loop.outcomes[1], AnswerLostError)
    loop.ask(3)
    second = greeted(loop, daemon)
    second.answer(second.receive(), answer_to(3))
    first.answer(late, RetriedAll(retried_count=1, skipped=[]))
    first.answer(other, answer_to(2))
    loop.run_until(3)
    assert loop.outcomes[2] == answer_to(2)
    with pytest.raises(EOFError):
        first.receive()
    loop.client.close()


def test_the_time_runs_again_from_each_report_of_work(loop: Loop, daemon: ScriptedDaemon) -> None:
    loop.client.send(RetryAll(), lambda outcome: loop.tell(1, outcome), timeout_s=5)
    connection = greeted(loop, daemon)
    request = connection.receive()
    (ours,) = loop.connections
    began = time.monotonic()
    connection.answer(request, Working(done=1, total=2))
    loop.turn()
    ours.expire(began + 4.9)
    assert not loop.outcomes
    ours.expire(time.monotonic() + 5.1)
    assert isinstance(loop.outcomes[1], AnswerLostError)


def test_a_request_that_the_wire_does_not_carry_is_refused_at_once(loop: Loop, daemon: ScriptedDaemon) -> None:
    with pytest.raises(RequestError, match="too large"):
        loop.client.send(FindArtifact(task_id=1, name="x" * MAX_FRAME_BYTES), lambda outcome: loop.tell(1, outcome))


def test_an_answer_that_is_none_loses_the_connection(loop: Loop, daemon: ScriptedDaemon) -> None:
    loop.ask(1)
    connection = greeted(loop, daemon)
    connection.receive()
    connection.socket.sendall(b"\0\0\0\x01\xc1")
    loop.run_until(1)
    assert isinstance(loop.outcomes[1], AnswerLostError)


def test_after_the_end_nothing_is_taken(loop: Loop, daemon: ScriptedDaemon) -> None:
    loop.ask(1)
    connection = greeted(loop, daemon)
    connection.receive()
    loop.client.close()
    assert isinstance(loop.outcomes[1], AnswerLostError)
    with pytest.raises(DaemonUnreachableError):
        loop.ask(2)
    assert connection.socket.recv(1, socket.MSG_DONTWAIT) == b""
