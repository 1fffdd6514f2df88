"""Leases and direct control over HTTP: statuses, shapes, raw bodies, and what is named when a request is refused."""

import http.client
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from drover.wire.devices import DeviceState
from drover.wire.leases import CallPhone, ReadHierarchy, TakeLease
from drover_shim.route_table import RouteTable, plain_path
from drover_shim.routes import ROUTES
from tests.contract.rest.conftest import A, B
from tests.support.control import FakeDaemon
from tests.support.rest import Reply, Rest


def held(rest: Rest, serial: str = A, **more: Any) -> dict[str, str]:
    """The header of a lease on this phone."""
    return {"x-session-id": rest.post("/rpc/session", {"serial": serial, **more}).data["session_id"]}


def call(rest: Rest, headers: dict[str, str], **fields: Any) -> Reply:
    return rest.json("POST", "/rpc/jsonrpc", {"serial": A, "method": "deviceInfo", **fields}, headers)


def test_devices_are_those_online(rest: Rest, fake: FakeDaemon) -> None:
    fake.model.add_device("away", state=DeviceState.ABSENT)
    held(rest, B)
    assert [(device["serial"], device["busy"]) for device in rest.get("/rpc/devices").data] == [(A, False), (B, True)]
    assert {"model", "platform_version"} <= set(rest.get("/rpc/devices").data[0])


def test_a_session_from_its_beginning_to_its_end(rest: Rest, fake: FakeDaemon) -> None:
    taken = rest.post("/rpc/session", {"serial": A, "label": "bot", "ttl_secs": 60}).data
    session = taken.pop("session_id")
    assert taken == {
        **{"serial": A, "label": "bot", "ttl_secs": 60, "calls": 0, "task_id": None},
        **{"taken_at": "2026-03-01 13:00:00", "expires_at": "2026-03-01 13:01:00"},
    }
    assert rest.get("/rpc/session").data == [taken]
    assert rest.post("/rpc/session", {"serial": A}).code == 40901
    beat = rest.post(f"/rpc/session/{session}/heartbeat", {"ttl_secs": 90}).data
    assert (beat["ttl_secs"], beat["expires_at"]) == (90, "2026-03-01 13:01:30")
    assert rest.post(f"/rpc/session/{session}/heartbeat").data["ttl_secs"] == 90
    assert rest.send("DELETE", f"/api/v1/rpc/session/{session}").data == {"released": True}
    for method, path in (("DELETE", session), ("POST", f"{session}/heartbeat"), ("DELETE", "no%20session")):
        assert rest.send(method, f"/api/v1/rpc/session/{path}").code == 40401
    assert session not in str([request.body for request in fake.requests if isinstance(request.body, ReadHierarchy)])


def test_the_line_is_asked_for_in_seconds(rest: Rest, fake: FakeDaemon) -> None:
    held(rest, wait_secs=7)
    (asked,) = [request.body for request in fake.requests if isinstance(request.body, TakeLease)]
    assert (asked.wait_s, asked.ttl_s) == (7.0, 120)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"serial": ""}, "serial"),
        ({"serial": "-s"}, "serial"),
        ({"ttl_secs": 0}, "ttl_secs"),
        ({"ttl_secs": 601}, "ttl_secs"),
        ({"ttl_secs": "long"}, "ttl_secs"),
        ({"wait_secs": -1}, "wait_secs"),
        ({"label": 3}, "label"),
    ],
)
def test_what_is_wrong_with_a_session_is_named(rest: Rest, fields: dict[str, Any], named: str) -> None:
    reply = rest.post("/rpc/session", {"serial": A, **fields})
    assert (reply.code, reply.message.partition(":")[0]) == (40001, named)


def test_a_method_and_its_result(rest: Rest, fake: FakeDaemon) -> None:
    headers = held(rest)
    assert call(rest, headers).data == {"sdkInt": 34}
    assert call(rest, headers, method="click", params=[1, 2], timeout=2.5).data is True
    asked = [request.body for request in fake.requests if isinstance(request.body, CallPhone)]
    assert [(one.method, one.params, one.timeout_s) for one in asked] == [
        ("deviceInfo", [], 30.0),
        ("click", [1, 2], 2.5),
    ]
    call(rest, headers, timeout=15_000)  # what can only be milliseconds
    assert next(r.body.timeout_s for r in reversed(fake.requests) if isinstance(r.body, CallPhone)) == 15.0
    refused = call(rest, headers, method="frobnicate")
    assert (refused.code, refused.envelope["data"]["end"]) == (40901, "refused")


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"serial": None}, "serial"),
        ({"method": None}, "method"),
        ({"method": "a b"}, "method"),
        ({"method": 5}, "method"),
        ({"params": {"x": 1}}, "params"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": "1"}, "timeout"),
        ({"timeout": True}, "timeout"),
        ({"timeout": 1e9}, "timeout"),
    ],
)
def test_what_is_wrong_with_a_call_is_named(rest: Rest, fields: dict[str, Any], named: str) -> None:
    reply = call(rest, held(rest), **fields)
    assert (reply.code, reply.message.partition(":")[0]) == (40001, named)


def test_who_is_let_in(rest: Rest) -> None:
    mine, theirs = held(rest, A), held(rest, B)
    assert call(rest, {}).code == 40303
    assert call(rest, theirs).code == 40901
    assert call(rest, {"x-session-id": "not a session"}).code == 40303
    assert call(rest, mine).code == 0
    assert call(rest, mine, serial="nobody").code == 40303
    for path in ("hierarchy", "screenshot"):
        for headers, code in (({}, 40303), (theirs, 40901)):
            assert rest.send("GET", f"/api/v1/rpc/{path}?serial={A}", headers=headers).code == code


def test_the_tree_and_the_picture_come_raw(rest: Rest, fake: FakeDaemon, tmp_path: Path) -> None:
    headers = held(rest)
    tree = rest.send("GET", f"/api/v1/rpc/hierarchy?serial={A}", headers=headers)
    assert (tree.status, tree.headers["Content-Type"]) == (200, "application/xml; charset=utf-8")
    assert tree.body == fake.model.hierarchy
    picture = tmp_path / "7.png"
    picture.write_bytes(b"\x89PNG and so on")
    fake.model.screenshot_path = str(picture)
    shown = rest.send("GET", f"/api/v1/rpc/screenshot?serial={A}&timeout=5", headers=headers)
    assert (shown.status, shown.headers["Content-Type"], shown.body) == (200, "image/png", b"\x89PNG and so on")
    assert not picture.exists()
    gone = rest.send("GET", f"/api/v1/rpc/screenshot?serial={A}", headers=headers)
    assert (gone.code, str(tmp_path) in gone.message) == (50301, False)
    fake.model.unreachable = "does not answer"
    assert rest.send("GET", f"/api/v1/rpc/hierarchy?serial={A}", headers=headers).code == 50301
    assert rest.send("GET", "/api/v1/rpc/hierarchy", headers=headers).message.startswith("serial:")


def test_adb_commands(rest: Rest, fake: FakeDaemon) -> None:
    headers = held(rest)
    wanted = {"serial": A, "args": ["shell", "id"]}
    assert rest.json("POST", "/rpc/adb", wanted, headers).code == 40901
    fake.model.adb_allowed = True
    assert rest.json("POST", "/rpc/adb", {**wanted, "timeout_ms": 500}, headers).data == "shell id"
    for fields, named in (
        ({"args": "shell id"}, "args"),
        ({"args": []}, "args"),
        ({"args": ["shell", 1]}, "args[1]"),
        ({"args": ["kill-server"]}, "args[0]"),
        ({"timeout_ms": 0}, "timeout_ms"),
    ):
        reply = rest.json("POST", "/rpc/adb", {**wanted, **fields}, headers)
        assert (reply.code, reply.message.partition(":")[0]) == (40001, named)


def test_who_waits_for_a_phone_keeps_nobody_else_waiting(rest: Rest, fake: FakeDaemon) -> None:
    fake.silent = {ReadHierarchy}  # forty answers that do not come, more than there are fast threads
    headers = {**held(rest), "Host": f"localhost:{rest.port}"}
    crowd = [http.client.HTTPConnection("127.0.0.1", rest.port, timeout=20) for _ in range(40)]
    for one in crowd:
        one.request("GET", f"/api/v1/rpc/hierarchy?serial={A}&timeout=1", headers=headers)
    seen = threading.Event()
    for _ in range(500):
        if sum(isinstance(request.body, ReadHierarchy) for request in list(fake.requests)) == len(crowd):
            seen.set()
            break
        assert rest.get("/task/stats").code == 0
    assert seen.is_set()
    session = headers["x-session-id"]
    assert rest.post(f"/rpc/session/{session}/heartbeat").code == 0
    for one in crowd:
        one.close()


def test_one_connection_serves_a_whole_session(rest: Rest) -> None:
    one = http.client.HTTPConnection("127.0.0.1", rest.port, timeout=20)
    one.request("POST", "/api/v1/rpc/session", json.dumps({"serial": A}), {"Content-Type": "application/json"})
    session = json.load(one.getresponse())["data"]["session_id"]
    socket = one.sock
    for path in (f"rpc/hierarchy?serial={A}", "rpc/devices", f"rpc/hierarchy?serial={A}", "task"):
        one.request("GET", f"/api/v1/{path}", headers={"x-session-id": session})
        answer = one.getresponse()
        assert (answer.status, bool(answer.read())) == (200, True)
        assert one.sock is socket
    one.close()


def _is_slow(method: str, path: str, body_bytes: int = 0) -> bool:
    route = RouteTable(ROUTES).find(method, plain_path(path)).route
    return route is not None and route.is_slow(body_bytes)


def test_slow_routes_are_told_by_method_and_path() -> None:
    for method, path in (
        ("GET", "/api/v1/rpc/screenshot"),
        ("HEAD", "/api/v1/rpc/hierarchy/"),
        ("POST", "/api/v1/rpc/session"),
        ("POST", "/api/v1/device/127.0.0.1:5555/discover"),
        ("POST", "/api/v1/task/retry-all"),
        ("DELETE", "/api/v1/task/batch"),
    ):
        assert _is_slow(method, path), path
    for method, path in (
        ("GET", "/api/v1/rpc/session"),
        ("POST", "/api/v1/rpc/session/abc/heartbeat"),
        ("DELETE", "/api/v1/rpc/session/abc"),
        ("GET", "/api/v1/rpc/screenshot/more"),
        ("GET", "/rpc/screenshot"),
    ):
        assert not _is_slow(method, path), path


def test_case_b8_a_request_that_may_mean_many_tasks_leaves_the_fast_threads_alone() -> None:
    assert [_is_slow("POST", "/api/v1/task", size) for size in (0, 300, 1024, 200_000)] == [False, False, True, True]
