"""The token: where it is asked for, where it may stand, and how it dies (promise S8)."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from drover import token_file
from drover_shim.routes import ROUTES
from drover_shim.settings import Settings
from tests.contract.rest.test_guard import paths_of
from tests.support.control import FakeDaemon
from tests.support.raw_http import EventReader
from tests.support.rest import Rest, running_shim


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "api-token"


@pytest.fixture
def token(path: Path) -> str:
    return token_file.ensure(path)


@pytest.fixture
def asked(fake: FakeDaemon, path: Path, token: str) -> Iterator[Rest]:
    with running_shim(fake.path, Settings(token=token_file.WatchedToken(path))) as client:
        yield client


def test_s08_every_route_but_the_public_pages_asks_for_it(asked: Rest) -> None:
    public = {path for route in ROUTES if route.public for path in paths_of([route])}
    for method, path in paths_of(ROUTES):
        reply = asked.send(method, path)
        if (method, path) in public:
            assert reply.status == 200, path
        else:
            assert reply.code == 40101, (method, path)
            assert reply.headers["Www-Authenticate"].startswith("Bearer")
    for path in ("/nothing", "/api/v1/nothing", "/"):
        assert asked.send("GET", path).code == 40101


def test_s08_it_stands_in_a_header_and_nowhere_else(asked: Rest, token: str) -> None:
    good = ({"Authorization": f"Bearer {token}"}, {"authorization": f"bearer {token}"}, {"X-Drover-Token": token})
    for headers in good:
        assert asked.send("GET", "/api/v1/task", headers=headers).code == 0
    wrong = [token[:-1], f"{token}x", token.swapcase(), "", " ", "null", "x" * 43, f"{token}, {token}"]
    for value in wrong:
        assert asked.send("GET", "/api/v1/task", headers={"Authorization": f"Bearer {value}"}).code == 40101
    for query in (f"token={token}", f"access_token={token}", f"api_key={token}"):
        assert asked.get(f"/task?{query}").code == 40101
    for headers in ({"Authorization": f"Basic {token}"}, {"Cookie": f"token={token}"}, {"X-Drover-Token": "\u00e9"}):
        assert asked.send("GET", "/api/v1/task", headers=headers).code == 40101


def test_s08_the_guard_holds_with_the_token_too(asked: Rest, token: str) -> None:
    bearer = {"Authorization": f"Bearer {token}"}
    assert asked.send("GET", "/api/v1/task", headers={**bearer, "Host": "evil.example"}).code == 40302
    assert asked.send("GET", "/api/v1/task", headers={**bearer, "Origin": "null"}).code == 40302


def test_s08_a_rotated_token_is_dead_at_once_and_ends_its_streams(asked: Rest, path: Path, token: str) -> None:
    old = {"Authorization": f"Bearer {token}"}
    reader = EventReader(asked.port, f"Authorization: Bearer {token}\r\n", timeout_s=3)
    assert reader.status == 200
    assert asked.send("GET", "/api/v1/task", headers=old).code == 0
    new = token_file.replace(path)
    assert asked.send("GET", "/api/v1/task", headers=old).code == 40101
    assert asked.send("GET", "/api/v1/task", headers={"Authorization": f"Bearer {new}"}).code == 0
    reader.until_the_end()
    reader.close()


def test_s08_a_token_file_that_cannot_be_used_lets_nobody_in(asked: Rest, path: Path, token: str) -> None:
    bearer = {"Authorization": f"Bearer {token}"}
    path.chmod(0o644)
    assert asked.send("GET", "/api/v1/task", headers=bearer).code == 40101
    path.chmod(0o600)
    assert asked.send("GET", "/api/v1/task", headers=bearer).code == 0
    path.unlink()
    assert asked.send("GET", "/api/v1/task", headers=bearer).code == 40101
    assert asked.send("GET", "/api/v1/task", headers={"Authorization": "Bearer "}).code == 40101


def test_s08_logs_and_answers_never_hold_it(asked: Rest, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*_: object) -> None:
        raise ValueError("broken")

    monkeypatch.setattr("drover_shim.view.View.of", explode)
    with capture_logs() as lines:
        for headers in ({"Authorization": f"Bearer {token}"}, {"X-Drover-Token": f"{token}x"}):
            reply = asked.send("GET", "/api/v1/task/stats", headers=headers)
            assert token not in str(reply)
    assert lines
    assert token not in json.dumps(lines, default=repr)


def test_s08_the_daemon_is_told_the_tokens_name_and_not_the_token(asked: Rest, fake: FakeDaemon, token: str) -> None:
    body = json.dumps({"serials": ["a"], "script_name": "follow", "script_config": {"target_user": "ada"}}).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    assert asked.send("POST", "/api/v1/task", body=body, headers=headers).code == 0
    (entry,) = fake.model.audit
    assert (entry.route, entry.token_id) == ("POST /api/v1/task", token_file.token_id(token))
    assert entry.address == "127.0.0.1"
    assert not any(token in repr(request) for request in fake.requests)


def test_s08_it_is_long_and_for_its_owner_only(path: Path, token: str) -> None:
    assert len(token) >= 43  # 256 bit in base64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert token_file.ensure(path) == token
    assert token_file.replace(path) != token
    assert [file.name for file in path.parent.iterdir()] == ["api-token"]


@pytest.mark.parametrize("text", ["", "short", "x" * 21, "with a space in it, long enough", "\xff" * 30])
def test_s08_what_is_no_token_is_refused_by_name(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(token_file.TokenFileError, match="holds no token of at least 128 bit"):
        token_file.read(path)


def test_s08_links_fifos_and_open_files_are_refused(path: Path, token: str, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(path)
    with pytest.raises(token_file.TokenFileError, match="cannot be read"):
        token_file.ensure(link)
    path.chmod(0o640)
    with pytest.raises(token_file.TokenFileError, match="chmod 600"):
        token_file.read(path)
    path.unlink()
    os.mkfifo(path, 0o600)
    with pytest.raises(token_file.TokenFileError, match="not a regular file"):
        token_file.read(path)
