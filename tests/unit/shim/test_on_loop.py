"""Requests that the gateway's loop serves by itself: they take turns, and none of them may hold the others up."""

import http.client
import json
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from drover.wire.control import CheckLicense, GetTask, GetTaskStats, License, Request
from drover.wire.custom import ListScripts
from drover.wire.faults import Code, Failure
from drover.wire.tasks import TaskStats
from drover_shim.on_loop import on_loop
from drover_shim.route import MAX_LOOP_BODY_BYTES, Route
from drover_shim.routes import ROUTES
from tests.contract.rest.test_guard import paths_of
from tests.support.control import FakeDaemon
from tests.support.rest import Rest, running_shim
from tests.support.scripted_daemon import ScriptedConnection, ScriptedDaemon, scripted_daemon

PRO = License(plan_name="Pro", api_enabled=True, device_limit=0, message="")
FOLLOW = {"serials": ["A"], "script_name": "follow", "script_config": {"target_users": ["ada"]}}
COUNTS = TaskStats(total=3, pending=3)


class Waiting:
    """A request over HTTP whose answer is read later."""

    def __init__(self, rest: Rest, path: str, method: str = "GET") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", rest.port, timeout=10)
        self._connection.request(method, f"/api/v1{path}")

    def answer(self) -> tuple[int, dict[str, str], Any]:
        """Status, headers, and the body: parsed, or as it is."""
        response = self._connection.getresponse()
        body, headers = response.read(), dict(response.getheaders())
        self._connection.close()
        return response.status, headers, json.loads(body) if b"{" in body else body


def asked(connection: ScriptedConnection) -> Request:
    """The next request, but for those about the plan, which are answered."""
    while isinstance((request := connection.receive()).body, CheckLicense):
        connection.answer(request, PRO)
    return request


@pytest.fixture
def daemon(short_dir: Path) -> Iterator[ScriptedDaemon]:
    with scripted_daemon(short_dir / "control.sock") as daemon:
        yield daemon


@pytest.fixture
def rest(short_dir: Path, daemon: ScriptedDaemon) -> Iterator[Rest]:
    with running_shim(short_dir / "control.sock") as rest:
        yield rest


def greeted(daemon: ScriptedDaemon) -> ScriptedConnection:
    connection = daemon.accept()
    connection.greet()
    return connection


def test_interleaved_requests_each_have_their_own_answer(rest: Rest, daemon: ScriptedDaemon) -> None:
    """Bottle keeps request and response by thread, and these share one: what was read of it after the wait would be
    another's."""
    refused = Waiting(rest, "/script")
    connection = greeted(daemon)
    about_refused = asked(connection)
    missing = Waiting(rest, "/task/2")
    about_missing = asked(connection)
    head = Waiting(rest, "/task/stats", "HEAD")
    about_head = asked(connection)
    stats = Waiting(rest, "/task/stats")
    about_stats = asked(connection)
    bodies = [one.body for one in (about_refused, about_missing, about_head)]
    assert bodies == [ListScripts(), GetTask(task_id=2), GetTaskStats()]

    connection.answer(about_stats, COUNTS)
    assert stats.answer()[2]["data"]["pending"] == 3
    connection.answer(about_missing, Failure(code=Code.NOT_FOUND, message="there is no task 2"))
    status, headers, body = missing.answer()
    assert (status, body["message"], "Retry-After" in headers) == (404, "there is no task 2", False)
    connection.answer(about_refused, Failure(code=Code.UNAVAILABLE, message="not now", retry_after_s=7))
    status, headers, body = refused.answer()
    assert (status, body["message"], headers["Retry-After"]) == (503, "not now", "7")
    connection.answer(about_head, COUNTS)
    status, headers, body = head.answer()
    assert (status, body, "Retry-After" in headers, int(headers["Content-Length"]) > 0) == (200, b"", False, True)
    assert daemon.nobody_waits()


def test_answers_of_one_connection_keep_their_order(rest: Rest, daemon: ScriptedDaemon) -> None:
    """Requests sent without waiting for answers; the second waits for leave to send its body."""
    first = b"GET /api/v1/task/stats HTTP/1.1\r\nHost: localhost\r\n\r\n"
    second = (
        b"POST /api/v1/task HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", rest.port), timeout=10) as client:
        client.sendall(first + second)
        connection = greeted(daemon)
        connection.answer(asked(connection), COUNTS)
        reader = client.makefile("rb")
        assert reader.readline() == b"HTTP/1.1 200 OK\r\n"
        length = next(
            int(line.split(b":")[1]) for line in iter(reader.readline, b"\r\n") if line.startswith(b"Content-L")
        )
        headers_left = list(iter(reader.readline, b"\r\n"))
        assert headers_left
        assert json.loads(reader.read(length))["data"]["total"] == 3
        assert reader.readline() == b"HTTP/1.1 100 Continue\r\n"
        assert reader.readline() == b"\r\n"
        client.sendall(b"{}")
        assert reader.readline() == b"HTTP/1.1 400 Bad Request\r\n"


def test_a_client_that_goes_while_the_daemon_works_leaves_the_others_served(rest: Rest, daemon: ScriptedDaemon) -> None:
    with socket.create_connection(("127.0.0.1", rest.port)) as gone:
        gone.sendall(b"GET /api/v1/task/stats HTTP/1.1\r\nHost: localhost\r\n\r\n")
        connection = greeted(daemon)
        about_gone = asked(connection)
    connection.answer(about_gone, COUNTS)
    other = Waiting(rest, "/task/stats")
    connection.answer(asked(connection), COUNTS)
    assert other.answer()[0] == 200


def test_the_daemons_end_answers_what_was_asked_as_it_was_before(rest: Rest, daemon: ScriptedDaemon) -> None:
    """What changes something may have been carried out; what only looks may be asked again."""
    looks, changes = Waiting(rest, "/task/1"), Waiting(rest, "/task/1/stop", "POST")
    connection = greeted(daemon)
    assert {type(asked(connection).body).__name__ for _ in range(2)} == {"GetTask", "StopTask"}
    connection.close()
    assert looks.answer()[2]["code"] == 50301
    assert changes.answer()[2]["code"] == 50001
    again = Waiting(rest, "/task/1")
    connection = greeted(daemon)
    assert asked(connection).body == GetTask(task_id=1)
    connection.close()
    assert again.answer()[0] == 503


# --- by route data, nothing that may block runs on the loop

_BLOCKING: set[str] = {"open", "os.listdir", "os.scandir", "os.mkdir", "socket.getaddrinfo", "subprocess.Popen"}
"""What the interpreter reports of callers that may have to wait for a disk, a name or a process."""


class Watch:
    """Which of those things handlers on the loop do while it is on."""

    def __init__(self) -> None:
        self.on = False
        self.seen: list[str] = []
        sys.addaudithook(self._hook)  # there is no way to remove one

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        if self.on and event in _BLOCKING and on_loop():
            self.seen.append(f"{event} {args[:1]}")


@pytest.fixture(scope="module")
def watch() -> Watch:
    ZoneInfo("Europe/Paris")  # its file is read once
    return Watch()


def everything(rest: Rest) -> None:
    """Ask each route once."""
    for method, path in paths_of(ROUTES):
        body = (
            json.dumps(FOLLOW if path.endswith("/task") else {}).encode()
            if method in ("POST", "PATCH", "PUT")
            else None
        )
        rest.send(method, path, body=body, headers={"Content-Type": "application/json"})


def test_no_handler_on_the_loop_waits_for_a_file(fake: FakeDaemon, watch: Watch) -> None:
    fake.model.add_device("A")
    with running_shim(fake.path) as rest:
        everything(rest)  # what is loaded once is loaded
        watch.seen.clear()
        watch.on = True
        everything(rest)
        watch.on = False
    assert watch.seen == []


def test_a_handler_that_reads_a_file_on_the_loop_would_be_seen(
    fake: FakeDaemon, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drover_shim.app.ROUTES", tuple(replace(route, threaded=False) for route in ROUTES))
    with running_shim(fake.path) as rest:
        watch.seen.clear()
        watch.on = True
        rest.send("GET", "/docs/docs.css")
        watch.on = False
    assert any("docs.css" in what for what in watch.seen), watch.seen


def named(method: str, path: str) -> Route:
    return next(route for route in ROUTES if (route.method, route.path) == (method, path))


@pytest.mark.parametrize(
    ("method", "path", "body_bytes", "expected"),
    [
        ("POST", "/task", 200, True),
        ("POST", "/task", 2000, False),  # may mean many tasks
        ("GET", "/task", 0, True),
        ("PATCH", "/account/<username>", MAX_LOOP_BODY_BYTES, True),
        ("PATCH", "/account/<username>", MAX_LOOP_BODY_BYTES + 1, False),  # takes long to read
        ("POST", "/material", 0, False),  # writes a file
        ("GET", "/task/<task_id>/artifact/<name>", 0, False),  # reads one
        ("GET", "/task/<task_id>/log", 0, False),  # may be megabytes
        ("GET", "/account", 0, False),  # all of them
        ("GET", "/events", 0, False),  # goes on
        ("GET", "/rpc/screenshot", 0, False),  # waits for a phone
        ("DELETE", "/task/batch", 0, False),  # works on many rows
    ],
)
def test_the_route_says_whether_the_loop_serves_it(method: str, path: str, body_bytes: int, expected: bool) -> None:
    assert named(method, path).on_loop(body_bytes) is expected
