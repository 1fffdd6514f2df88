"""The API over a Unix socket: who may ask there, which Host a request carries, who the audit says it was (case B9)."""

import json
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from drover import token_file
from drover_shim.settings import Settings
from tests.contract.rest.test_guard import BAD_HOSTS, GOOD_HOSTS
from tests.support.control import FakeDaemon
from tests.support.rest import Rest, running_shim
from tests.support.strangers import NOBODY, asked_as, needs_root

FOLLOW = {"serials": ["a"], "script_name": "follow", "script_config": {"target_user": "ada"}}
ASK = b"GET /api/v1/task HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def path(short_dir: Path) -> Path:
    return short_dir / "api" / "api.sock"


@pytest.fixture
def local(fake: FakeDaemon, path: Path) -> Iterator[Rest]:
    with running_shim(fake.path, Settings(allowed_hosts=("farm.example",)), unix_path=path) as client:
        yield client


def sent(path: Path, request: bytes) -> tuple[int, bytes]:
    """Status and the whole answer to bytes as they are."""
    with socket.socket(socket.AF_UNIX) as raw:
        raw.settimeout(20)
        raw.connect(str(path))
        raw.sendall(request)
        answer = raw.makefile("rb").read()
    return int(answer.split()[1]), answer


def test_case_b9_the_audit_names_the_peer_s_uid(local: Rest, fake: FakeDaemon) -> None:
    assert local.post("/task", FOLLOW).code == 0
    (entry,) = fake.model.audit
    assert (entry.address, entry.route) == (f"uid:{os.geteuid()}", "POST /api/v1/task")


@pytest.mark.parametrize("host", GOOD_HOSTS)
def test_case_b9_hosts_that_are_good_by_tcp_are_good_over_the_socket(local: Rest, host: str) -> None:
    assert local.send("GET", "/api/v1/task", headers={"Host": host}).code == 0


@pytest.mark.parametrize("host", [host for host in BAD_HOSTS if host])
def test_case_b9_a_foreign_host_is_refused_over_the_socket_too(local: Rest, host: str) -> None:
    """A proxy before the socket may pass on what a browser sent it."""
    assert local.send("GET", "/api/v1/task", headers={"Host": host}).code == 40302


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /api/v1/task HTTP/1.1\r\nHost:\r\n", 200),
        (b"GET /api/v1/task HTTP/1.0\r\n", 200),
        (b"GET http://evil.example/api/v1/task HTTP/1.1\r\nHost:\r\n", 403),
        (b"GET /api/v1/task HTTP/1.1\r\nHost:\r\nOrigin: null\r\n", 403),
        (b"GET /api/v1/task HTTP/1.1\r\nHost:\r\nSec-Fetch-Site: cross-site\r\n", 403),
        (b"POST /api/v1/task HTTP/1.1\r\nHost:\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n", 415),
    ],
)
def test_case_b9_no_host_is_lawful_and_all_else_is_guarded_as_by_tcp(
    local: Rest, path: Path, head: bytes, status: int
) -> None:
    assert sent(path, head + b"Connection: close\r\n\r\n{}")[0] == status


def test_case_b9_by_tcp_an_empty_host_stays_refused_beside_a_socket(local: Rest) -> None:
    assert Rest(local.port).send("GET", "/api/v1/task", headers={"Host": ""}).code == 40302


def test_case_b9_the_token_is_asked_for_on_the_socket_too(fake: FakeDaemon, path: Path, tmp_path: Path) -> None:
    token = token_file.ensure(tmp_path / "token")
    settings = Settings(token=token_file.WatchedToken(tmp_path / "token"))
    with running_shim(fake.path, settings, unix_path=path) as client:
        assert client.send("GET", "/api/v1/task").code == 40101
        assert client.send("GET", "/api/v1/task", headers={"Authorization": f"Bearer {token}"}).code == 0


@needs_root
def test_case_b9_another_user_cannot_even_connect(local: Rest, path: Path) -> None:
    assert stat.S_IMODE(path.lstat().st_mode) == 0o600
    assert asked_as(NOBODY, path, ASK) == b""


@needs_root
def test_case_b9_another_user_is_refused_by_the_kernel_s_word_where_the_file_lets_him_in(
    local: Rest, fake: FakeDaemon, path: Path
) -> None:
    for opened in (path.parent.parent, path.parent, path):
        opened.chmod(0o777)
    with capture_logs() as lines:
        answer = asked_as(NOBODY, path, ASK)  # which ends: the connection is closed
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 403 Forbidden\r\n")
    assert b"\r\nConnection: close" in head
    assert json.loads(body) == {
        "code": 40302,
        "message": f"this socket serves user {os.geteuid()} and root; you are user {NOBODY}",
        "data": None,
    }
    assert [(line["event"], line["uid"]) for line in lines] == [("peer_refused", NOBODY)]
    assert fake.requests == []
    assert local.get("/task").code == 0  # and ours is served as before
