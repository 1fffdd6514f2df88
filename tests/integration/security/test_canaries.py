"""Planted secrets: after a busy while none of them is anywhere that a person would share (promise S27).

Every other daemon of the test suite is searched too, for what `tests/support/canaries.py` plants in it.
"""

import json
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from drover.supervisor.leases.leases import SESSION_BYTES
from drover.wire.control import ApiToken, PutAccount, RotateToken, ShowToken
from tests.integration.security.conftest import Guarded
from tests.integration.security.test_daemon import droverctl, family, rest_of
from tests.support.canaries import COOKIE as COOKIE_OF_ALL
from tests.support.canaries import Canaries
from tests.support.daemon import DroverDaemon
from tests.support.phones import wait_until
from tests.support.raw_http import EventReader

CANARY = "CaNaRy0"
PASSWORD = f"{CANARY}-password-in-basic-auth"
GUESS = f"{CANARY}-a-token-that-somebody-guessed"
IN_URL = f"{CANARY}-a-token-by-mistake-in-the-url"
COOKIE = f"{CANARY}-session-cookie"
BODY = f"{CANARY}-secret-in-an-unknown-field"
ACCOUNTS_PASSWORD = f"{CANARY}-password-of-an-account"
SECOND_FACTOR = f"{CANARY}-secret-of-a-second-factor"


@pytest.fixture(scope="module")
def used(guarded: Guarded) -> list[str]:
    """Every secret, after each of them was used rightly or wrongly in every way that comes to mind."""
    daemon, rest = guarded.daemon, rest_of(guarded.daemon)
    tokens = [guarded.token, daemon.client.ask(RotateToken(), ApiToken).token]
    bearer = {"Authorization": f"Bearer {tokens[1]}", "Content-Type": "application/json"}
    follow = {"serials": [guarded.serial], "script_name": "follow", "script_config": {"target_user": "ada_canary"}}
    created = rest.send("POST", "/api/v1/task", body=json.dumps({**follow, "password": BODY}).encode(), headers=bearer)
    (task_id,) = created.data["task_ids"]
    daemon.wait_ended(task_id)
    broken = {**follow, "script_config": {"target_user": "x", "password": BODY}}
    rest.send("POST", "/api/v1/task", body=json.dumps(broken).encode(), headers=bearer)
    rest.send("POST", "/api/v1/task", body=f'{{"{BODY}'.encode(), headers=bearer)
    # What other tools export, with and without a row of headings: refused, and not repeated where it would stay.
    rows = f"seller,{guarded.serial},{ACCOUNTS_PASSWORD},{SECOND_FACTOR}\n"
    for text in (f"username,serial,password,2fa\n{rows}", rows):
        refused = rest.send("POST", "/api/v1/account/import", body=json.dumps({"csv": text}).encode(), headers=bearer)
        assert refused.code == 40001
    for headers in (
        {"Authorization": f"Basic {PASSWORD}"},
        {"Authorization": f"Bearer {GUESS}"},
        {"X-Drover-Token": GUESS},
        {"Authorization": f"Bearer {tokens[0]}"},
        {"Cookie": COOKIE},
        {**bearer, "Cookie": COOKIE},
    ):
        rest.send("GET", "/api/v1/task", headers=headers)
    rest.send("GET", f"/api/v1/task?token={IN_URL}", headers=bearer)
    rest.send("GET", f"/api/v1/task?token={IN_URL}")
    rest.send("GET", f"/{IN_URL}", headers=bearer)
    reader = EventReader(rest.port, f"Authorization: Bearer {tokens[1]}\r\n")
    reader.close()
    droverctl(daemon, "token", "show")
    tokens.append(droverctl(daemon, "token", "rotate").stdout.strip())
    return [*tokens, PASSWORD, GUESS, IN_URL, COOKIE, BODY, ACCOUNTS_PASSWORD, SECOND_FACTOR]


def places(guarded: Guarded) -> Iterator[tuple[str, bytes]]:
    """Everything that a person may share: logs, database, artifacts, process table, figures, lists."""
    daemon, rest = guarded.daemon, rest_of(guarded.daemon)
    yield "log", daemon.log_file.read_bytes()
    for top in (daemon.data_dir, daemon.runtime_dir):
        for path in top.rglob("*"):
            if path.is_file() and path.name != "api-token":
                yield str(path), path.read_bytes()
    for process in family(daemon):
        yield f"ps {process.pid}", " ".join(process.cmdline()).encode()
        yield f"environment {process.pid}", Path(f"/proc/{process.pid}/environ").read_bytes()
    bearer = guarded.bearer
    for served in (
        "/metrics",
        "/openapi.json",
        "/healthz",
        "/docs",
        "/api/v1/task",
        "/api/v1/device",
        "/api/v1/account",
    ):
        yield served, rest.send("GET", served, headers=bearer).body
    for command in (["status"], ["audit", "list"], ["task", "list"], ["device", "list"]):
        yield f"droverctl {command}", droverctl(daemon, *command, "--json").stdout.encode()


def test_s27_no_planted_secret_is_found_anywhere(guarded: Guarded, used: list[str]) -> None:
    searched = 0
    for place, data in places(guarded):
        searched += 1
        for secret in used:
            assert secret.encode() not in data, (place, secret)
    assert searched > 20


def test_s27_the_search_would_find_one(guarded: Guarded, used: list[str]) -> None:
    shown = "ada_canary"  # no secret: it is what the task was about
    found = {Path(place).name for place, data in places(guarded) if shown.encode() in data}
    assert {"log.txt", "task"} <= found
    assert found & {"drover.db", "drover.db-wal"}


def test_s27_a_test_whose_daemon_writes_a_secret_fails(tmp_path: Path) -> None:
    def leaking(note: Callable[[DroverDaemon], str]) -> None:
        with DroverDaemon(adb_port=1) as daemon:
            daemon.client.call(PutAccount(username="me", serial="R0NEVER", note=note(daemon)))

    with pytest.raises(AssertionError, match=r"\(S27\).*'a token in [^']*drover\.db"):
        leaking(lambda daemon: daemon.client.ask(ShowToken(), ApiToken).token)
    with pytest.raises(AssertionError, match=r"\(S27\).*\"a lease's id in [^']*drover\.db"):
        leaking(lambda _: secrets.token_hex(SESSION_BYTES))
    canaries = Canaries(home=tmp_path, token_path=tmp_path / "token", environment={})
    told = [sys.executable, "-c", "input()", COOKIE_OF_ALL]
    with subprocess.Popen(told, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        # The kernel lets a parent go on before it has set the child's command line.
        wait_until(lambda: psutil.Process(process.pid).cmdline() == told, what="the command line")
        (shown,) = canaries.in_processes(process.pid)
    assert shown.startswith("cookie in the command line")
    assert canaries.in_folders(tmp_path) == [f"adb key in {tmp_path}/.android/adbkey"]


def test_s27_a_secret_in_the_configuration_is_not_repeated_by_its_refusal(tmp_path: Path) -> None:
    file = tmp_path / "drover.toml"
    file.write_text(f'[api]\ntoken = "{GUESS}"\n')
    done = subprocess.run(
        [sys.executable, "-m", "drover.main", "--config", str(file), "--check-config"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "api.token: is not a known key" in done.stderr
    assert GUESS not in done.stderr + done.stdout
