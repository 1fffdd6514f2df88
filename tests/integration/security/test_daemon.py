"""The whole daemon: what it listens on, which files it makes, what reading changes, who did what."""

import hashlib
import json
import os
import resource
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from drover.wire.control import ApiToken, AuditPage, ListAudit, RotateToken, ShowToken
from drover_shim.routes import ROUTES
from tests.contract.rest.test_guard import paths_of
from tests.integration.security.conftest import Guarded
from tests.support.daemon import DroverDaemon
from tests.support.phones import wait_until
from tests.support.rest import Reply, Rest


def rest_of(daemon: DroverDaemon) -> Rest:
    port = urlsplit(daemon.api_url()).port
    assert port is not None
    return Rest(port)


def droverctl(daemon: DroverDaemon, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "drover_ctl.main",
        "--socket",
        str(daemon.runtime_dir / "control.sock"),
        *arguments,
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def refused_start(environment: dict[str, str]) -> tuple[subprocess.CompletedProcess[str], float]:
    """A droverd that ends by itself, and the seconds of processor time it took: those that a busy machine spares."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "drover.main"], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def family(daemon: DroverDaemon) -> list[psutil.Process]:
    first = psutil.Process(daemon.process.pid)
    return [first, *first.children(recursive=True)]


def test_s07_no_process_of_ours_listens_beyond_loopback(guarded: Guarded) -> None:
    listening = {
        connection.laddr.ip
        for process in family(guarded.daemon)
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert {"127.0.0.1"} <= listening <= {"127.0.0.1", "::1"}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "farm.example"])
def test_s07_without_a_token_an_open_address_ends_the_start_and_names_the_setting(host: str, tmp_path: Path) -> None:
    environment = {**os.environ, "HOME": str(tmp_path), "DROVER_API_HOST": host}
    done, cpu_s = refused_start(environment)
    assert done.returncode == 1
    assert "DROVER_API_HOST" in done.stderr
    assert "require_token = true in [api]" in done.stderr
    assert cpu_s < 2  # the promise is one second; the test machine's cores may run at half their speed


def test_s07_with_a_token_an_open_address_is_served_and_asks_for_it() -> None:
    settings = {
        "DROVER_API_REQUIRE_TOKEN": "true",
        "DROVER_API_HOST": "0.0.0.0",
        "DROVER_API_ALLOWED_HOSTS": '["farm"]',
    }
    with DroverDaemon(adb_port=1, api=True, settings=settings) as daemon:
        rest = rest_of(daemon)
        token = daemon.client.ask(ShowToken(), ApiToken).token
        for host in ("localhost", "farm", "farm:50809"):
            assert rest.send("GET", "/api/v1/task", headers={"Host": host}).code == 40101
            bearer = {"Host": host, "Authorization": f"Bearer {token}"}
            assert rest.send("GET", "/api/v1/task", headers=bearer).code == 0
        assert (
            rest.send("GET", "/api/v1/task", headers={"Host": "0.0.0.0", "Authorization": f"Bearer {token}"}).code
            == 40302
        )


def test_s08_a_rotated_token_is_dead_within_a_second(guarded: Guarded) -> None:
    rest = rest_of(guarded.daemon)
    old = {"Authorization": f"Bearer {droverctl(guarded.daemon, 'token', 'show').stdout.strip()}"}
    assert rest.send("GET", "/api/v1/task", headers=old).code == 0
    rotated = droverctl(guarded.daemon, "token", "rotate")
    done = time.monotonic()
    wait_until(lambda: rest.send("GET", "/api/v1/task", headers=old).code == 40101, what="the end of the old token")
    assert time.monotonic() - done < 1
    new = {"Authorization": f"Bearer {rotated.stdout.strip()}"}
    assert rest.send("GET", "/api/v1/task", headers=new).code == 0


def test_s08_a_token_file_that_others_can_read_ends_the_start(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("x" * 43)
    path.chmod(0o644)
    daemon = DroverDaemon(adb_port=1, settings={"DROVER_API_REQUIRE_TOKEN": "true", "DROVER_API_TOKEN_FILE": str(path)})
    with pytest.raises(AssertionError, match="chmod 600"):
        daemon.start()


def test_s05_reading_every_route_changes_no_byte_of_the_database(guarded: Guarded) -> None:
    rest = rest_of(guarded.daemon)
    bearer = guarded.bearer

    def contents() -> str:
        """A hash of every table, but for what the daemon itself stamps as time goes by."""
        digest = hashlib.sha256()
        with sqlite3.connect(f"file:{guarded.daemon.data_dir / 'drover.db'}?mode=ro", uri=True) as database:
            names = [
                row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
            ]
            for name in names:
                where = " WHERE key <> 'alive_at'" if name == "settings" else ""
                digest.update(
                    repr((name, database.execute(f"SELECT * FROM {name}{where} ORDER BY 1").fetchall())).encode()
                )
        assert {"tasks", "audit", "events"} <= set(names)
        return digest.hexdigest()

    before = contents()
    answers: list[Reply] = []
    for method, path in paths_of(ROUTES):
        if method == "GET":
            filled = path.replace("/task/1", f"/task/{guarded.task_id}").replace(
                "/device/a", f"/device/{guarded.serial}"
            )
            answers += [rest.send(verb, filled, headers=bearer) for verb in ("GET", "HEAD")]
    assert sum(answer.status == 200 for answer in answers) > len(answers) // 2
    assert contents() == before


def test_s28_every_file_and_folder_is_its_owners_alone(guarded: Guarded) -> None:
    daemon = guarded.daemon
    artifacts = [path.name for path in (daemon.data_dir / "tasks" / str(guarded.task_id)).iterdir()]
    assert {"log.txt", "1-proof.png", "1-proof.xml"} <= set(artifacts)
    for top in (daemon.data_dir, daemon.runtime_dir):
        for path in (top, *top.rglob("*")):
            mode = stat.S_IMODE(path.lstat().st_mode)
            if path.is_socket():
                assert mode & 0o077 == 0, (path, oct(mode))
            else:
                assert mode == (0o700 if path.is_dir() else 0o600), (path, oct(mode))
            assert path.lstat().st_uid == os.getuid()
    assert (daemon.data_dir / "api-token").exists()


def test_s22_a_second_start_ends_within_a_second_and_the_first_keeps_answering(guarded: Guarded) -> None:
    rest, bearer = rest_of(guarded.daemon), guarded.bearer
    done, cpu_s = refused_start(guarded.daemon.environment)
    assert done.returncode == 1
    assert f"droverd runs already (pid {guarded.daemon.process.pid})" in done.stderr
    assert cpu_s < 2  # as above
    assert guarded.daemon.status().pid == guarded.daemon.process.pid
    assert rest.send("GET", "/api/v1/task", headers=bearer).code == 0


def test_s30_each_change_by_rest_and_by_the_command_line_is_in_the_audit(guarded: Guarded) -> None:
    daemon, rest = guarded.daemon, rest_of(guarded.daemon)
    bearer = {**guarded.bearer, "Content-Type": "application/json"}
    last = daemon.client.ask(ListAudit(limit=1), AuditPage).entries[0].id
    follow = {"serials": ["absent-1"], "script_name": "follow", "script_config": {"target_users": ["a", "b"]}}
    created = rest.send("POST", "/api/v1/task", body=json.dumps(follow).encode(), headers=bearer)
    first, second = created.data["task_ids"]
    for method, path, body in [
        ("POST", f"/task/{first}/stop", None),
        ("POST", f"/task/{first}/stop", None),
        ("POST", f"/task/{first}/retry", None),
        ("POST", "/task/retry-all", None),
        ("DELETE", f"/task/{first}", None),
        ("DELETE", "/task/batch", {"task_ids": [second, 99999]}),
    ]:
        data = None if body is None else json.dumps(body).encode()
        rest.send(method, f"/api/v1{path}", body=data, headers=bearer)
        rest.send("GET", "/api/v1/task", headers=bearer)
    assert droverctl(daemon, "account", "add", "me", "--serial", "absent-1").returncode == 0
    entries = [entry for entry in daemon.client.ask(ListAudit(limit=50), AuditPage).entries if entry.id > last]
    entries.reverse()
    assert [(entry.route or entry.action, entry.code) for entry in entries] == [
        ("POST /api/v1/task", 0),
        ("POST /api/v1/task/<task_id>/stop", 0),
        ("POST /api/v1/task/<task_id>/stop", 40901),
        ("POST /api/v1/task/<task_id>/retry", 0),
        ("POST /api/v1/task/retry-all", 0),
        ("DELETE /api/v1/task/<task_id>", 0),
        ("DELETE /api/v1/task/batch", 0),
        ("put_account", 0),
    ]
    by_rest, by_hand = entries[0], entries[-1]
    assert by_rest.ids == {"script_name": "follow", "serials": ["absent-1"], "task_ids": [first, second]}
    assert (by_rest.address, by_rest.client) == ("127.0.0.1", "drover-shim")
    assert len(by_rest.token_id) == 8
    assert (by_hand.client, by_hand.address, by_hand.uid) == ("droverctl", "", os.getuid())
    assert by_hand.ids == {"username": "me", "serial": "absent-1"}


def test_s30_a_rotation_is_in_the_audit_and_the_token_is_not(guarded: Guarded) -> None:
    token = guarded.daemon.client.ask(RotateToken(), ApiToken).token
    entry = guarded.daemon.client.ask(ListAudit(limit=1), AuditPage).entries[0]
    assert (entry.action, entry.code) == ("rotate_token", 0)
    assert token not in repr(entry)
