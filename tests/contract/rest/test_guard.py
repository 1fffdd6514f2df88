"""The browser guard on every route: Host, Origin, Sec-Fetch-Site, content type (promises S1 to S5)."""

import json
import re
import socket
from collections.abc import Iterable, Iterator

import pytest

from drover_shim.guard import BODY_METHODS
from drover_shim.route import Route
from drover_shim.routes import ROUTES
from drover_shim.settings import Settings
from tests.support.control import FakeDaemon
from tests.support.rest import Rest, running_shim

UPLOADS = {(route.method, route.full_path) for route in ROUTES if route.upload}
GOOD_HOSTS = [
    "localhost",
    "localhost:50809",
    "LOCALHOST",
    "LocalHost:1",
    "127.0.0.1",
    "127.0.0.1:50809",
    "127.0.0.1:65535",
    "[::1]",
    "[::1]:50809",
    "farm.example",
    "farm.example:8443",
    "FARM.example",
]
BAD_HOSTS = [
    "",
    "0.0.0.0",
    "0.0.0.0:50809",
    "evil.example",
    "localhost.",
    "localhost.evil.example",
    "evil.example:50809",
    "127.0.0.1.nip.example",
    "127.0.0.2",
    "127.1",
    "2130706433",
    "0x7f.1",
    "::1",
    "[::1",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "user@localhost",
    "localhost:99999",
    "localhost:80x",
    "localhost, evil.example",
    "localhost evil.example",
    "localhost/",
    "sub.farm.example",
]


def paths_of(routes: Iterable[Route]) -> list[tuple[str, str]]:
    """Method and path of each route, its parameters filled in."""
    filled = {"task_id": "1", "material_id": "1", "serial": "a", "username": "me"}
    return [
        (route.method, re.sub(r"<(\w+)[^>]*>", lambda mark: filled.get(mark[1], "x"), route.full_path))
        for route in routes
    ]


def _paths() -> list[tuple[str, str]]:
    return [*paths_of(ROUTES), ("GET", "/"), ("GET", "/nothing"), ("OPTIONS", "/api/v1/task")]


@pytest.fixture
def guarded(fake: FakeDaemon) -> Iterator[Rest]:
    with running_shim(fake.path, Settings(allowed_hosts=("farm.example",))) as client:
        yield client


@pytest.mark.parametrize("host", GOOD_HOSTS)
def test_s01_good_hosts(guarded: Rest, host: str) -> None:
    assert guarded.send("GET", "/api/v1/task", headers={"Host": host}).code == 0


@pytest.mark.parametrize("host", BAD_HOSTS)
def test_s01_bad_hosts_on_every_route(guarded: Rest, host: str) -> None:
    for method, path in _paths():
        assert guarded.send(method, path, headers={"Host": host}).code == 40302, (method, path)


def test_s01_the_authority_of_an_absolute_form_request_line_counts_too(guarded: Rest) -> None:
    for netloc, status in [("evil.example", b"403"), ("localhost", b"200"), ("u@localhost", b"403")]:
        with socket.create_connection(("127.0.0.1", guarded.port), timeout=20) as raw:
            line = f"GET http://{netloc}/api/v1/task HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            raw.sendall(line.encode())
            assert raw.makefile("rb").read().split()[1] == status, netloc


def test_s01_two_host_headers_are_refused(guarded: Rest) -> None:
    with socket.create_connection(("127.0.0.1", guarded.port), timeout=20) as raw:
        raw.sendall(b"GET /api/v1/task HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert raw.makefile("rb").read().split()[1] == b"403"


def test_s02_any_origin_but_our_own_is_refused(guarded: Rest) -> None:
    own = f"http://localhost:{guarded.port}"
    bad = ["null", "http://evil.example", "http://localhost", "http://localhost:1", f"https://localhost:{guarded.port}"]
    bad += [f"{own}.evil.example", f"http://127.0.0.1:{guarded.port}", "file://", "x", f"{own}/"]
    for method, path in _paths():
        for origin in bad:
            reply = guarded.send(method, path, headers={"Origin": origin})
            assert reply.code == 40302, (method, path, origin)
            assert not [name for name in reply.headers if name.lower().startswith("access-control")]
    assert guarded.send("GET", "/api/v1/task", headers={"Origin": own}).code == 0


def test_s02_sec_fetch_site(guarded: Rest) -> None:
    for site, code in [("cross-site", 40302), ("same-site", 40302), ("other", 40302), ("same-origin", 0), ("none", 0)]:
        assert guarded.send("GET", "/api/v1/task", headers={"Sec-Fetch-Site": site}).code == code
    assert guarded.send("POST", "/api/v1/task/retry-all", headers={"Sec-Fetch-Site": "cross-site"}).code == 40302


SIMPLE_TYPES = [
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain",
    "",
    "text/plain; application/json",
    "application/json, text/plain",
    "application/jsonp",
    "application/vnd.x+json",
]


def test_s03_a_body_must_be_json_on_every_mutating_route(guarded: Rest) -> None:
    mutating = [(method, path) for method, path in _paths() if method in BODY_METHODS and (method, path) not in UPLOADS]
    assert len(mutating) >= 6
    for method, path in mutating:
        for media_type in SIMPLE_TYPES:
            reply = guarded.send(method, path, body=b'{"task_ids": [1]}', headers={"Content-Type": media_type})
            assert reply.code == 41501, (method, path, media_type)


def test_s03_uploads_alone_are_let_off_and_by_nothing_else(guarded: Rest) -> None:
    assert {("POST", "/api/v1/material")} == UPLOADS
    for method, path in UPLOADS:
        reply = guarded.send(method, path, body=b"x", headers={"Content-Type": "text/plain"})
        assert reply.code == 40001
        for header, value in (("Host", "evil.example"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site")):
            reply = guarded.send(method, path, body=b"x", headers={"Content-Type": "video/mp4", header: value})
            assert reply.code == 40302, header


@pytest.mark.parametrize("media_type", ["application/json", "Application/JSON", "application/json; charset=utf-8"])
def test_s03_json_with_parameters_is_taken(guarded: Rest, media_type: str) -> None:
    body = json.dumps({"script_name": "follow", "serials": ["a"], "script_config": {"target_user": "ada"}}).encode()
    assert guarded.send("POST", "/api/v1/task", body=body, headers={"Content-Type": media_type}).code == 0


def test_s03_a_chunked_body_is_a_body(guarded: Rest) -> None:
    with socket.create_connection(("127.0.0.1", guarded.port), timeout=20) as raw:
        raw.sendall(
            b"POST /api/v1/task HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nConnection: close\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
        )
        assert raw.makefile("rb").read().split()[1] == b"415"


def test_s04_options_tells_no_origin_anything(guarded: Rest) -> None:
    own = {"Origin": f"http://localhost:{guarded.port}", "Access-Control-Request-Method": "POST"}
    for headers in ({}, own):
        reply = guarded.send("OPTIONS", "/api/v1/task", headers=headers)
        assert reply.code == 40501
        assert not [name for name in reply.headers if name.lower().startswith("access-control")]


def test_s05_get_and_head_change_nothing(guarded: Rest, fake: FakeDaemon) -> None:
    guarded.json(
        "POST", "/task", {"script_name": "follow", "serials": ["a"], "script_config": {"target_users": ["ada", "bob"]}}
    )
    before = (dict(fake.model.tasks), dict(fake.model.devices), dict(fake.model.accounts), fake.model.last_event_id)
    for method, path in _paths():
        if method == "GET":
            guarded.send("GET", path)
            guarded.send("HEAD", path)
    after = (dict(fake.model.tasks), dict(fake.model.devices), dict(fake.model.accounts), fake.model.last_event_id)
    assert after == before
