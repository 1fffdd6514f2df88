"""Every documented code, by every way to get it: wrong parameters, wrong routes, wrong bodies, a daemon in trouble."""

import gzip
import json
import re
import socket
from http import HTTPStatus
from typing import Any

import pytest
from structlog.testing import capture_logs

from drover.wire.control import CreateTasks, GetTask
from drover.wire.faults import Code, RequestError
from drover_shim.routes import ROUTES
from tests.contract.rest.test_guard import paths_of
from tests.support.control import FakeDaemon
from tests.support.rest import Reply, Rest, running_shim

A = "127.0.0.1:5555"
FOLLOW = {"serials": [A], "script_name": "follow", "script_config": {"target_users": ["ada"]}}

INVALID: list[tuple[dict[str, Any], str]] = [
    ({"serials": []}, "serials"),
    ({"serials": None}, "serials"),
    ({"serials": A}, "serials"),
    ({"serials": [A, ""]}, "serials[1]"),
    ({"serials": [" "]}, "serials[0]"),
    ({"serials": [5]}, "serials[0]"),
    ({"serials": ["-s"]}, "serials[0]"),
    ({"serials": ["a\nb"]}, "serials[0]"),
    ({"serials": ["a" * 129]}, "serials[0]"),
    ({"usernames": ["a b"]}, "usernames[0]"),
    ({"usernames": "ada"}, "usernames"),
    ({"script_name": 5}, "script_name"),
    ({"script_config": []}, "script_config"),
    ({"script_config": "{}"}, "script_config"),
    ({"script_config": {}}, "script_config.target_users"),
    ({"script_config": {"target_users": []}}, "script_config.target_users"),
    ({"script_config": {"target_users": "ada"}}, "script_config.target_users"),
    ({"script_config": {"target_users": ["ada", "b c"]}}, "script_config.target_users[1]"),
    ({"script_config": {"target_user": 5}}, "script_config.target_user"),
    ({"script_config": {"target_users": ["ada"], "acess_method": "search"}}, "script_config.acess_method"),
    ({"script_config": {"target_users": ["ada"], "acess_method": None}}, "script_config.acess_method"),
    ({"script_config": {"target_users": ["ada"], "access_method": "teleport"}}, "script_config.access_method"),
    ({"enable_multi_account": "true"}, "enable_multi_account"),
    ({"enable_multi_account": 1}, "enable_multi_account"),
    ({"start_time": "25:00"}, "start_time"),
    ({"start_time": "9:30"}, "start_time"),
    ({"start_time": "12:60"}, "start_time"),
    ({"start_time": 930}, "start_time"),
    ({"start_time": "12:30\n"}, "start_time"),
    ({"min_interval": -1}, "min_interval"),
    ({"min_interval": 1.5}, "min_interval"),
    ({"min_interval": True}, "min_interval"),
    ({"max_interval": "5"}, "max_interval"),
    ({"min_interval": 5, "max_interval": 4}, "max_interval"),
]


@pytest.mark.parametrize(("change", "path"), INVALID, ids=[json.dumps(change)[:60] for change, _ in INVALID])
def test_40001_names_the_field_and_creates_nothing(rest: Rest, change: dict[str, Any], path: str) -> None:
    reply = rest.post("/task", {**FOLLOW, **change})
    assert reply.code == 40001
    assert reply.message.startswith(f"{path}:")
    assert "xpected" in reply.message or "unknown field" in reply.message
    assert rest.get("/task").data["total"] == 0


def test_40001_for_an_enum_lists_what_is_allowed(rest: Rest) -> None:
    config = {"target_users": ["ada"], "access_method": "teleport"}
    assert "direct" in rest.post("/task", {**FOLLOW, "script_config": config}).message


@pytest.mark.parametrize(
    "query",
    [
        "status=4",
        "status=-1",
        "status=pending",
        "page=0",
        "page=x",
        "page_size=0",
        "page=1&page=2",
        "source=web",
        "serial=%ff",
        "page=%D9%A1",
        "&".join(f"x{number}=1" for number in range(200)),
    ],
)
def test_40001_for_query_parameters(rest: Rest, query: str) -> None:
    assert rest.get(f"/task?{query}").code == 40001


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'"text"',
        b"5",
        b"null",
        b"\xff\xfe{}",
        b'{"serials": ["\xed\xa0\x80"]}',
        b'{"serials": ["\\ud800"]}',
        b'{"min_interval": NaN}',
        b'{"min_interval": -Infinity}',
        b'{"min_interval": 1e999}',
        b'{"x": 18446744073709551616}',
        b'{"x": -9223372036854775809}',
        b'{"x": ' + b"9" * 5000 + b"}",
        b'{"serials": [], "serials": []}',
        b'{"x": {"a": 1, "a": 2}}',
        b'{"x": ' + b"[" * 64 + b"]" * 64 + b"}",
        b"[" * 100_000,
        b'{"x": ' * 50_000,
        b'{"x": [' + b"0," * 1_000_001 + b"0]}",
        b"{} {}",
    ],
    ids=range(21),
)
def test_s09_strict_json_is_40001_never_500(rest: Rest, body: bytes) -> None:
    reply = rest.send("POST", "/api/v1/task", body=body, headers={"Content-Type": "application/json"})
    assert reply.code == 40001
    assert reply.message.startswith("body:")


@pytest.mark.parametrize(
    "body", [b'{"x": ' + b"[" * 63 + b"]" * 63 + b"}", b'{"x": 18446744073709551615}', b'{"x": -9223372036854775808}']
)
def test_s09_what_is_just_allowed_is_read(rest: Rest, body: bytes) -> None:
    reply = rest.send("POST", "/api/v1/task", body=body, headers={"Content-Type": "application/json"})
    assert reply.code == 40002


def test_case_t5_a_byte_order_mark_is_passed_over(rest: Rest) -> None:
    body = b"\xef\xbb\xbf" + json.dumps(FOLLOW).encode()
    reply = rest.send("POST", "/api/v1/task", body=body, headers={"Content-Type": "application/json"})
    assert reply.data["created_count"] == 1
    twice = rest.send("POST", "/api/v1/task", body=b"\xef\xbb\xbf" + body, headers={"Content-Type": "application/json"})
    assert twice.code == 40001


@pytest.mark.parametrize("path", ["/api/v1/task", "/api/v1/material?name=a.png"])
def test_case_t5_a_compressed_body_is_refused_by_its_header(rest: Rest, path: str) -> None:
    body = gzip.compress(json.dumps(FOLLOW).encode())
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    reply = rest.send("POST", path, body=body, headers=headers)
    assert (reply.code, reply.message.startswith("Content-Encoding: 'gzip'")) == (41501, True)
    plain = rest.send("POST", "/api/v1/task", body=b"{}", headers={**headers, "Content-Encoding": "identity"})
    assert plain.code == 40002


@pytest.mark.parametrize("change", [{"script_name": None}, {"script_name": ""}, {"script_name": " "}])
def test_40002(rest: Rest, change: dict[str, Any]) -> None:
    assert rest.post("/task", {**FOLLOW, **change}).code == 40002
    assert rest.post("/task", {}).code == 40002
    assert rest.send("POST", "/api/v1/task").code == 40002


@pytest.mark.parametrize(
    "name",
    ["like", "comment", "message", "account_warmup", "super_marketing", "profile", "scrape_user", "nonsense"],
)
def test_40003_lists_what_is_supported(rest: Rest, name: str) -> None:
    reply = rest.post("/task", {**FOLLOW, "script_name": name, "script_config": {"content_type": 0}})
    assert reply.code == 40003
    assert "follow, unfollow" in reply.message


def test_40301_on_starter_for_every_route_of_the_api(fake: FakeDaemon) -> None:
    fake.model.plan = "Starter"
    with running_shim(fake.path) as rest:
        for route in ROUTES:
            path = next(path for _, path in paths_of([route]))
            code = rest.send(route.method, path).code
            assert code == (40301 if route.api else 0), route.path


def test_40401(rest: Rest) -> None:
    for method, path in [
        ("GET", "/task/7"),
        ("GET", "/task/0"),
        ("GET", "/task/99999999999999999999999"),
        ("DELETE", "/task/7"),
        ("POST", "/task/7/stop"),
        ("POST", "/task/7/retry"),
        ("GET", "/device/nobody"),
        ("GET", "/nothing"),
        ("GET", "/task/1/2/3"),
    ]:
        assert rest.send(method, f"/api/v1{path}").code == 40401, path
    assert rest.post("/task", {**FOLLOW, "usernames": ["nobody"]}).code == 40401
    for path in ("/", "/favicon.ico", "/api", "/api/v1", "/api/v2/task", "/%ff", "/%00", "/../etc/passwd", "//"):
        assert rest.send("GET", path).code == 40401, path


def test_a_malformed_id_is_40001(rest: Rest) -> None:
    for text in ("abc", "1.5", "-1", "%D9%A1", "1%20"):
        assert rest.get(f"/task/{text}").code == 40001, text


def test_a_path_that_is_not_utf8_is_40001(rest: Rest) -> None:
    assert rest.get(f"/device/{A}").code == 0
    assert rest.get(f"/device/{A}%ff").code == 40001


def _filled(rule: str) -> str:
    """A path that fits the rule."""
    ids = {"<task_id>": "1", "<material_id>": "1", "<session>": "0" * 48}
    values = {**ids, "<serial>": A, "<name>": "x", "<username>": "me"}
    return re.sub(r"<\w+>", lambda mark: values[mark[0]], rule)


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "FOO")


def test_every_method_on_every_route_is_enveloped_and_wrong_ones_are_40501(rest: Rest) -> None:
    paths = {f"{'/api/v1' if route.api else ''}{route.path}" for route in ROUTES}
    for rule in sorted(paths):
        path = _filled(rule)
        allowed = {route.method for route in ROUTES if rule.endswith(route.path)}
        for method in METHODS:
            reply = rest.send(method, path)
            assert "Access-Control-Allow-Origin" not in reply.headers
            if method == "HEAD":
                assert reply.body == b""
            elif (method, rule) == ("GET", "/api/v1/account/export"):
                assert (reply.status, reply.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
            elif method in allowed or rule == "/api/v1/task/retry-all":
                assert reply.code in (0, 40001, 40002, 40303, 40401, 40501, 40901)
            elif path not in ("/api/v1/task/stats", "/api/v1/task/batch"):
                assert reply.code == 40501, (method, path)
    for method, path in [("GET", "batch"), ("DELETE", "stats"), ("GET", "retry-all"), ("POST", "stats")]:
        assert rest.send(method, f"/api/v1/task/{path}").code == 40501


def test_case_b12_allow_names_the_methods_that_a_path_has_and_no_other(rest: Rest) -> None:
    for rule in sorted({f"{'/api/v1' if route.api else ''}{route.path}" for route in ROUTES}):
        path = _filled(rule)
        replies = {method: rest.send(method, path) for method in METHODS}
        allowed = {method for method, reply in replies.items() if reply.status != 405}
        for method, reply in replies.items():
            if reply.status == 405:
                assert set(reply.headers["Allow"].split(", ")) == allowed, (method, path)


def test_case_b12_reason_phrases_are_those_of_http(rest: Rest) -> None:
    replies = [rest.send(method, path) for method, path in [("GET", "/api/v1/task/999999"), ("PUT", "/api/v1/task")]]
    replies.append(rest.send("GET", "/api/v1/task", headers={"Origin": "http://elsewhere.example"}))
    replies.append(rest.send("POST", "/api/v1/task", body=b"{}", headers={"Content-Type": "text/plain"}))
    assert [reply.status for reply in replies] == [404, 405, 403, 415]
    assert [reply.phrase for reply in replies] == [HTTPStatus(reply.status).phrase for reply in replies]


def test_s09_41301_by_length_and_in_chunks(rest: Rest) -> None:
    headers = {"Content-Type": "application/json", "Content-Length": str(8 * 1024 * 1024 + 1)}
    declared = rest.send("POST", "/api/v1/task", headers=headers)
    assert (declared.code, declared.message) == (41301, "body: at most 8388608 bytes are accepted")
    whole = rest.send(
        "POST", "/api/v1/task", body=b" " * 12 * 1024 * 1024, headers={"Content-Type": "application/json"}
    )
    assert whole.code == 41301
    with socket.create_connection(("127.0.0.1", rest.port), timeout=20) as raw:
        raw.sendall(
            b"POST /api/v1/task HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
        for _ in range(8):
            raw.sendall(chunk)
        raw.sendall(b"1\r\n \r\n" + chunk * 4)
        answer = raw.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == 41301


def test_s09_a_body_of_just_the_cap_is_read(rest: Rest) -> None:
    body = json.dumps(FOLLOW).encode()
    body += b" " * (8 * 1024 * 1024 - len(body))
    reply = rest.send("POST", "/api/v1/task", body=body, headers={"Content-Type": "application/json"})
    assert reply.data["created_count"] == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"NONSENSE\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nbroken header\r\n\r\n",
        b"POST /api/v1/task HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
        b"POST /api/v1/task HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 40_000 + b"\r\n\r\n",
    ],
    ids=["line", "header", "length", "encoding", "large"],
)
def test_what_the_server_itself_refuses_is_enveloped(rest: Rest, raw: bytes) -> None:
    with socket.create_connection(("127.0.0.1", rest.port), timeout=20) as connection:
        connection.sendall(raw)
        answer = connection.makefile("rb").read()
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split()[1])
    Reply(status=status, headers={}, body=body)
    envelope = json.loads(body)
    assert envelope["code"] // 100 == status
    assert set(envelope) == {"code", "message", "data"}


def test_s11_50001_has_an_id_that_is_in_the_log(rest: Rest, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*_: object) -> None:
        raise ValueError("/secret/path in a message")

    monkeypatch.setattr("drover_shim.view.View.of", explode)
    with capture_logs() as lines:
        reply = rest.get("/task/stats")
    assert reply.code == 50001
    error_id = reply.message.rsplit(" ", 1)[1]
    assert "/secret" not in reply.body.decode()
    assert "Traceback" not in reply.body.decode()
    (logged,) = [line for line in lines if line.get("error_id") == error_id]
    assert "/secret/path" in str(logged["exc_info"])


def test_50301_at_once_without_a_daemon_and_again_well_afterwards(fake: FakeDaemon) -> None:
    with running_shim(fake.path) as rest:
        assert rest.get("/task").code == 0
        fake.stop()
        reply = rest.get("/task/stats")
        assert reply.code == 50301
        assert int(reply.headers["Retry-After"]) > 0
        assert str(fake.path) not in reply.message
        assert rest.post("/task", FOLLOW).code == 50301
        assert rest.send("GET", "/healthz").code == 50301
        fake.start()
        assert rest.post("/task", FOLLOW).code == 0


def test_50301_of_the_daemons_own_keeps_its_retry_after(rest: Rest, fake: FakeDaemon) -> None:
    rest.get("/license/check")
    fake.model.refuse = RequestError(Code.UNAVAILABLE, "the disk is full", {"free_bytes": 0}, retry_after_s=30)
    reply = rest.post("/task", FOLLOW)
    assert (reply.code, reply.headers["Retry-After"]) == (50301, "30")
    assert reply.envelope["data"] == {"free_bytes": 0}


def test_a_lost_answer_never_invites_a_repeat_of_a_change(fake: FakeDaemon) -> None:
    with running_shim(fake.path, timeout_s=0.5) as rest:
        assert rest.get("/task").code == 0
        fake.silent = {CreateTasks, GetTask}
        created = rest.post("/task", FOLLOW)
        assert created.code == 50001
        assert "may or may not" in created.message
        assert sum(isinstance(request.body, CreateTasks) for request in fake.requests) == 1
        assert rest.get("/task/1").code == 50301


def test_case_b12_empty_query_values_count_as_left_out_and_are_described(rest: Rest) -> None:
    empty = "/task?status=&serial=&script_name=&source=&page=&page_size="
    assert rest.get(empty).data == rest.get("/task").data
    refused = rest.get("/task?status=&status=1")
    assert (refused.code, "status: given twice" in refused.message) == (40001, True)
    for path, operations in json.loads(rest.send("GET", "/openapi.json").body)["paths"].items():
        for operation in operations.values():
            for parameter in operation["parameters"]:
                optional = parameter["in"] == "query" and not parameter.get("required")
                assert parameter.get("allowEmptyValue", False) == optional, path


def test_case_b12_a_method_that_a_path_does_not_have_is_405_whatever_its_body_is(rest: Rest) -> None:
    for media_type in ("text/plain", "image/gif", "application/json"):
        reply = rest.send("PUT", "/api/v1/material", body=b"x", headers={"Content-Type": media_type})
        assert (reply.code, reply.headers["Allow"]) == (40501, "GET, HEAD, POST")
    evil = rest.send("PUT", "/api/v1/material", body=b"x", headers={"Origin": "http://evil.example"})
    assert evil.code == 40302
