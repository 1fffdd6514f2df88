"""The control client where the conversation goes wrong; where it goes well is the contract's business."""

import os
import socket
import struct
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from drover import unix_socket
from drover.client import (
    AnswerLostError,
    ControlClient,
    DaemonUnreachableError,
    UntrustedPeerError,
    VersionMismatchError,
)
from drover.wire.codec import MAX_FRAME_BYTES, PROTOCOL_VERSION
from drover.wire.control import (
    RESPONSES,
    CreateTasks,
    GetTaskStats,
    ListTasks,
    Response,
    RetriedAll,
    RetryAll,
    Subscribed,
    TaskPage,
    Welcome,
    Working,
)
from drover.wire.events import DeviceChanged
from drover.wire.faults import Code, Failure, RequestError
from drover.wire.tasks import TaskStats
from tests.support.control import FakeDaemon


def client(fake: FakeDaemon, timeout_s: float = 5.0) -> ControlClient:
    return ControlClient(fake.path, client_name="test", timeout_s=timeout_s)


def test_no_daemon_is_said_at_once_with_the_path_and_what_to_do(short_dir: Path) -> None:
    began = time.monotonic()
    with pytest.raises(DaemonUnreachableError, match="droverd") as caught:
        ControlClient(short_dir / "control.sock", client_name="test").call(GetTaskStats())
    assert str(short_dir / "control.sock") in str(caught.value)
    assert time.monotonic() - began < 1


def test_a_socket_that_nobody_listens_on_any_more_is_unreachable(short_dir: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(short_dir / "control.sock"))
    with pytest.raises(DaemonUnreachableError):
        ControlClient(short_dir / "control.sock", client_name="test").call(GetTaskStats())


def test_a_daemon_of_another_version_is_named(fake: FakeDaemon) -> None:
    fake.version = PROTOCOL_VERSION + 1
    with client(fake) as mine, pytest.raises(VersionMismatchError, match=f"version {PROTOCOL_VERSION + 1}"):
        mine.call(GetTaskStats())
    assert [type(request.body).__name__ for request in fake.requests] == ["Hello"]


def test_a_refusal_carries_code_message_and_data(fake: FakeDaemon) -> None:
    fake.model.refuse = RequestError(Code.UNAVAILABLE, "the disk is full", {"free": 0}, retry_after_s=7)
    with client(fake) as mine, pytest.raises(RequestError) as caught:
        mine.call(GetTaskStats())
    expected = Failure(code=Code.UNAVAILABLE, message="the disk is full", data={"free": 0}, retry_after_s=7)
    assert caught.value.failure == expected


def test_a_lost_answer_is_never_asked_for_again(fake: FakeDaemon) -> None:
    fake.silent = {CreateTasks}
    request = CreateTasks(script_name="follow", serials=["a"], script_config={"target_user": "ada"})
    with client(fake, timeout_s=0.3) as mine:
        with pytest.raises(AnswerLostError, match="may or may not"):
            mine.call(request)
        assert isinstance(mine.call(GetTaskStats()), TaskStats)
    assert sum(isinstance(sent.body, CreateTasks) for sent in fake.requests) == 1


def test_a_connection_cut_while_waiting_loses_the_answer(fake: FakeDaemon) -> None:
    fake.silent = {RetryAll}
    with client(fake) as mine:
        mine.connect()

        def cut() -> None:
            while not any(isinstance(sent.body, RetryAll) for sent in fake.requests):
                time.sleep(0.005)
            fake.cut()

        cutter = threading.Thread(target=cut)
        cutter.start()
        with pytest.raises(AnswerLostError, match="closed the connection"):
            mine.call(RetryAll())
        cutter.join()


def test_a_restarted_daemon_is_found_again_by_the_next_call(fake: FakeDaemon) -> None:
    with client(fake) as mine:
        assert mine.welcome.boot_id == "boot-1"
        fake.stop()
        with pytest.raises(DaemonUnreachableError):
            mine.call(GetTaskStats())
        fake.model.boot_id = "boot-2"
        fake.start()
        assert isinstance(mine.call(GetTaskStats()), TaskStats)
        assert mine.welcome.boot_id == "boot-2"


def test_a_request_over_the_cap_is_not_sent(fake: FakeDaemon) -> None:
    with client(fake) as mine:
        mine.connect()
        with pytest.raises(RequestError) as caught:
            mine.call(CreateTasks(script_name="x" * (MAX_FRAME_BYTES + 1)))
        assert caught.value.failure.code is Code.TOO_LARGE
        assert isinstance(mine.call(GetTaskStats()), TaskStats)
    assert not any(isinstance(sent.body, CreateTasks) for sent in fake.requests)


def test_an_answer_of_another_type_is_not_taken(fake: FakeDaemon) -> None:
    with client(fake) as mine, pytest.raises(AnswerLostError, match="TaskStats"):
        mine.ask(GetTaskStats(), TaskPage)


@contextmanager
def server_that_sends(path: Path, after_welcome: bytes) -> Generator[None]:
    """A server that greets, reads one request, sends these bytes and closes."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            for reply in (_frame(Response(id=1, body=_WELCOME)), after_welcome):
                connection.recv(65536)
                connection.sendall(reply)

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        thread = threading.Thread(target=serve)
        thread.start()
        yield
        thread.join(10)


def _frame(response: Response) -> bytes:
    data = RESPONSES.encode(response)
    return struct.pack("!I", len(data)) + data


_WELCOME = Welcome(version=PROTOCOL_VERSION, daemon_version="0", boot_id="b", pid=1, zone="UTC")


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\x00",
        struct.pack("!I", MAX_FRAME_BYTES + 1),
        struct.pack("!I", 2**32 - 1) + b"x" * 100,
        struct.pack("!I", 10) + b"short",
        struct.pack("!I", 1) + b"\xc1",
        struct.pack("!I", 3) + b"\x93\x01\x02",
        _frame(Response(id=77, body=TaskStats())),
    ],
)
def test_garbage_for_an_answer_is_a_lost_answer(short_dir: Path, sent: bytes) -> None:
    path = short_dir / "control.sock"
    with (
        server_that_sends(path, sent),
        ControlClient(path, client_name="test", timeout_s=2) as mine,
        pytest.raises(AnswerLostError),
    ):
        mine.call(GetTaskStats())


def test_case_b8_a_client_waits_as_long_as_the_daemon_says_that_it_works(short_dir: Path) -> None:
    path, told = short_dir / "control.sock", list[Working]()
    sent = [_frame(Response(id=2, body=Working(done=done, total=4))) for done in range(4)]
    answer = _frame(Response(id=2, body=RetriedAll(retried_count=4, skipped=[])))
    pause_s, timeout_s = 0.3, 1.0
    with (
        server_that_takes_its_time(path, [*sent, answer], pause_s),
        ControlClient(path, client_name="test", timeout_s=timeout_s) as mine,
    ):
        begun = time.monotonic()
        assert mine.ask(RetryAll(), RetriedAll, progress=told.append) == RetriedAll(retried_count=4, skipped=[])
        assert time.monotonic() - begun > timeout_s
    assert [one.done for one in told] == [0, 1, 2, 3]


def test_case_b8_silence_after_progress_is_a_lost_answer(short_dir: Path) -> None:
    path = short_dir / "control.sock"
    with (
        server_that_takes_its_time(path, [_frame(Response(id=2, body=Working(done=1, total=4)))], 0.0),
        ControlClient(path, client_name="test", timeout_s=0.3) as mine,
        pytest.raises(AnswerLostError, match="in time"),
    ):
        mine.call(RetryAll())


@contextmanager
def server_that_takes_its_time(path: Path, frames: list[bytes], pause_s: float) -> Generator[None]:
    """Greets; then sends the frames with a pause before each, and closes when its client does."""
    with socket.socket(socket.AF_UNIX) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                connection.recv(4096)
                connection.sendall(_frame(Response(id=1, body=_WELCOME)))
                connection.recv(4096)
                for frame in frames:
                    time.sleep(pause_s)  # the work itself
                    connection.sendall(frame)
                connection.recv(4096)

        listener.bind(str(path))
        listener.listen()
        thread = threading.Thread(target=serve)
        thread.start()
        yield
        thread.join(10)


def test_s23_a_server_of_another_user_gets_nothing(fake: FakeDaemon, monkeypatch: pytest.MonkeyPatch) -> None:
    def stranger(_sock: socket.socket) -> unix_socket.PeerId:
        return unix_socket.PeerId(4242, 1)

    monkeypatch.setattr(unix_socket, "peer_of", stranger)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with client(fake) as mine, pytest.raises(UntrustedPeerError, match="4242"):
        mine.call(GetTaskStats())
    assert fake.requests == []


def test_s23_the_kernel_tells_the_uid_of_the_server(fake: FakeDaemon) -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(str(fake.path))
        assert unix_socket.peer_of(sock) == unix_socket.PeerId(os.geteuid(), os.getpid())


def test_events_pause_resume_and_end(fake: FakeDaemon) -> None:
    with client(fake) as mine, mine.subscribe() as stream:
        assert stream.next_event(timeout_s=0.01) is None
        fake.model.add_device("a")
        event = next(stream)
        assert isinstance(event.body, DeviceChanged)
        assert stream.last_event_id == event.id == 1
        assert isinstance(mine.call(ListTasks()), TaskPage)
        fake.cut()
        with pytest.raises(DaemonUnreachableError):
            next(stream)


def test_a_subscription_that_the_daemon_ends_says_why(short_dir: Path) -> None:
    path = short_dir / "control.sock"
    too_slow = Failure(code=Code.TOO_MANY, message="read faster")
    sent = _frame(Response(id=2, body=Subscribed(last_event_id=5))) + _frame(Response(id=2, body=too_slow))
    with (
        server_that_sends(path, sent),
        ControlClient(path, client_name="test", timeout_s=2) as mine,
        mine.subscribe(after=3) as stream,
    ):
        assert stream.last_event_id == 3
        with pytest.raises(DaemonUnreachableError, match="read faster"):
            next(stream)
