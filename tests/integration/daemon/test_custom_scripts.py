"""Managed custom scripts with the real daemon, real adb and simulated phones: any program, its phone leased for it."""

import json
import os
import signal
import stat
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from drover.wire.control import (
    Account,
    PutAccount,
    RetryTask,
    StopTask,
)
from drover.wire.custom import ListScripts, RemoveScript, ScriptList
from drover.wire.faults import Code, RequestError
from drover.wire.leases import LeaseList, ListLeases
from drover.wire.tasks import Effect, Reason, Status, Task
from tests.chaos.rig import alive
from tests.support.adb import AdbServer
from tests.support.custom_scripts import add, log_of, running, start, stubborn
from tests.support.daemon import DroverDaemon
from tests.support.phones import PhoneFarm, wait_until

EXAMPLE = Path(__file__).parents[3] / "contrib" / "examples" / "screen_report.py"


@pytest.fixture(scope="module")
def daemon(adb_server: AdbServer, farm: PhoneFarm) -> Iterator[DroverDaemon]:
    """A daemon with its gateway, which is what custom scripts speak to."""
    settings = {"DROVER_LICENSE_DEVICE_LIMIT": "2", "DROVER_API_TOKEN_FOR_TESTS": "canary-of-the-daemon"}
    with DroverDaemon(adb_port=adb_server.port, api=True, settings=settings) as running:
        running.wait_idle(*(phone.serial for phone in farm.phones))
        running.api_url()
        yield running


def test_a_python_script_drives_its_phone_through_the_api(daemon: DroverDaemon, farm: PhoneFarm, serial: str) -> None:
    add(daemon, "screen-report", str(EXAMPLE))
    before = farm.state(serial)
    task_id = start(daemon, "screen-report", serial, config={"press": "home"})
    task = daemon.wait_ended(task_id)
    log = log_of(daemon, task_id)
    assert (task.status, task.reason, task.remark) == (Status.COMPLETED, None, ""), log
    assert f"| {serial}: " in log
    assert "| pressing home: True" in log
    assert (daemon.data_dir / "tasks" / str(task_id) / "screen.png").read_bytes().startswith(b"\x89PNG")
    assert farm.state(serial)["calls"] != before["calls"]
    assert daemon.client.ask(ListLeases(), LeaseList).leases == []
    daemon.wait_idle(serial)


def test_case_b15_a_script_gets_its_environment_and_no_more(daemon: DroverDaemon, serial: str) -> None:
    add(
        daemon,
        "env",
        sys.executable,
        "-c",
        # The session spelt: the log is searched for it after the test, as for the password in the daemon's environment.
        "import os, json, sys; given = dict(os.environ); "
        "given['TIKMATRIX_SESSION_ID'] = ' '.join(given['TIKMATRIX_SESSION_ID']); "
        "print(json.dumps(given)); print(os.getcwd(), "
        "sys.stdin.read(), os.getpgid(0) != os.getpgid(os.getppid()) or os.getpgid(0))",
        package="com.example.app",
        environment=["PYTEST_VERSION", "NOT_THERE"],
    )
    task_id = start(daemon, "env", serial, config={"words": "a b; $(touch x) 'q' \"é\""})
    assert daemon.wait_ended(task_id).status is Status.COMPLETED
    log = log_of(daemon, task_id)
    given = json.loads(next(line.partition("| ")[2] for line in log.splitlines() if "TIKMATRIX_SERIAL" in line))
    assert given["TIKMATRIX_API_BASE"] == daemon.api_url()
    assert given["TIKMATRIX_SERIAL"] == serial
    assert given["TIKMATRIX_PLATFORM"] == "generic"
    assert given["TIKMATRIX_PACKAGE"] == "com.example.app"
    session = given["TIKMATRIX_SESSION_ID"].replace(" ", "")
    assert len(session) >= 32
    assert given["DROVER_TASK_ID"] == str(task_id)
    assert json.loads(given["DROVER_SCRIPT_CONFIG"]) == {"words": "a b; $(touch x) 'q' \"é\""}
    assert "canary-of-the-daemon" not in log, "the daemon's own settings are not for scripts"
    assert f"| {daemon.data_dir}/tasks/{task_id} " in log
    known = {"PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TZ", "LANG", "LANGUAGE", "PYTHONUNBUFFERED"}
    others = {name for name in given if not name.startswith(("DROVER_", "TIKMATRIX_", "LC_"))}
    assert others - known == {"PYTEST_VERSION"}, "B15: next to the usual few only what its registration names"
    # The session ends with its task.
    request = urllib.request.Request(
        f"{daemon.api_url()}rpc/hierarchy?serial={serial}", headers={"x-session-id": session}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)
    with refused.value:
        assert refused.value.code == 403


def test_a_failing_script_says_why(daemon: DroverDaemon, serial: str) -> None:
    add(
        daemon, "failing", "/bin/sh", "-c", "echo working; printf '\\033[31mno such \\377 thing\\033[0m\\n' >&2; exit 3"
    )
    task = daemon.wait_ended(start(daemon, "failing", serial))
    assert (task.status, task.reason, task.effect, task.retry_safe) == (
        Status.FAILED, Reason.SCRIPT_ERROR, Effect.UNKNOWN, False,
    )  # fmt: skip
    assert (
        task.remark
        == "failing ended with exit code 3; look at the task's log. It said last: working / no such � thing."
    )
    assert task.attempt == 1
    with pytest.raises(RequestError) as refused:
        daemon.client.ask(RetryTask(task_id=task.id), Task)
    assert refused.value.failure.code is Code.CONFLICT
    daemon.client.ask(RetryTask(task_id=task.id, force=True), Task)
    assert (
        daemon.wait_task(task.id, lambda found: found.attempt == 2 and found.status.ended).reason is Reason.SCRIPT_ERROR
    )
    add(daemon, "failing", "/bin/sh", "-c", "exit 3", retry_safe=True)
    again = daemon.wait_ended(start(daemon, "failing", serial))
    assert (again.effect, again.retry_safe, again.attempt) == (Effect.NONE, True, 1)


def test_a_script_that_cannot_start_has_done_nothing(daemon: DroverDaemon, serial: str, tmp_path: Path) -> None:
    program = tmp_path / "gone"
    program.write_text("#!/bin/sh\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    add(daemon, "vanishing", str(program))
    program.unlink()
    (info,) = [one for one in daemon.client.ask(ListScripts(), ScriptList).scripts if one.name == "vanishing"]
    assert "is not there" in info.fault
    task = daemon.wait_ended(start(daemon, "vanishing", serial))
    assert (task.reason, task.effect, task.retry_safe) == (Reason.SCRIPT_ERROR, Effect.NONE, True)
    assert "gone is not there" in task.remark


def test_a_script_that_was_removed_meanwhile_says_so(daemon: DroverDaemon, serial: str) -> None:
    add(daemon, "short-lived", "/bin/sleep", "2")
    first = start(daemon, "short-lived", serial)
    second = start(daemon, "short-lived", serial)
    daemon.wait_task(first, lambda task: task.status is Status.RUNNING)
    daemon.client.call(RemoveScript(script_name="short-lived"))
    assert daemon.wait_ended(first).status is Status.COMPLETED
    task = daemon.wait_ended(second)
    assert (task.reason, task.effect, task.retry_safe) == (Reason.SCRIPT_ERROR, Effect.NONE, True)
    assert "no script short-lived any more" in task.remark


def test_r13_a_stop_ends_the_script_with_all_it_started(daemon: DroverDaemon, serial: str) -> None:
    task_id, pids = stubborn(daemon, "stubborn", serial)
    task = daemon.client.ask(StopTask(task_id=task_id), Task)
    assert (task.status, task.reason, task.effect) == (Status.FAILED, Reason.STOPPED, Effect.UNKNOWN)
    assert [pid for pid in pids if alive(pid)] == []
    log = log_of(daemon, task_id)
    assert "| told to end" in log
    add(daemon, "next", "/bin/echo", "hello")
    after = daemon.wait_ended(start(daemon, "next", serial), timeout_s=15)
    assert after.status is Status.COMPLETED


def test_a_script_ends_at_its_timeout(daemon: DroverDaemon, serial: str) -> None:
    task_id, pids = stubborn(daemon, "endless", serial, timeout_s=2)
    task = daemon.wait_ended(task_id, timeout_s=20)
    assert (task.status, task.reason, task.effect) == (Status.FAILED, Reason.TIMEOUT, Effect.UNKNOWN)
    assert "2 s" in task.remark
    wait_until(lambda: not any(map(alive, pids)), what="the end of the script's tree")


def test_a_worker_that_dies_takes_its_script_with_it(daemon: DroverDaemon, serial: str) -> None:
    task_id, pids = stubborn(daemon, "orphaned", serial)
    worker = next(pid for pid in [psutil.Process(pids[0]).ppid()])
    os.kill(worker, signal.SIGKILL)
    task = daemon.wait_ended(task_id)
    assert (task.reason, task.effect, task.retry_safe) == (Reason.OUTCOME_UNKNOWN, Effect.UNKNOWN, False)
    wait_until(lambda: not any(map(alive, pids)), what="the end of the script's tree")
    daemon.wait_idle(serial)


def test_a_script_that_may_run_twice_is_run_again(daemon: DroverDaemon, serial: str, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    add(
        daemon,
        "twice",
        "/bin/sh",
        "-c",
        f"test -e {mark} && exit 0; touch {mark}; echo ready; sleep 600",
        retry_safe=True,
    )
    task_id = start(daemon, "twice", serial)
    running(daemon, task_id, "ready")
    reaper = next(
        process
        for process in psutil.Process(daemon.process.pid).children(recursive=True)
        if "process_reaper.py" in " ".join(process.cmdline())
    )
    os.kill(reaper.ppid(), signal.SIGKILL)
    task = daemon.wait_ended(task_id, timeout_s=60)
    assert (task.status, task.attempt, task.effect) == (Status.COMPLETED, 2, Effect.NONE)


def test_a_flood_of_output_is_bounded(daemon: DroverDaemon, serial: str) -> None:
    add(
        daemon,
        "flood",
        sys.executable,
        "-c",
        "import sys\nfor n in range(60000): print('x' * 200)\nprint('the end'); sys.exit(1)",
    )
    task = daemon.wait_ended(start(daemon, "flood", serial))
    assert task.remark.endswith("the end.")
    log = daemon.data_dir / "tasks" / str(task.id) / "log.txt"
    assert log.stat().st_size < 8 * 1024 * 1024
    assert "the rest is dropped" in log.read_text()


def test_scripts_are_known_by_name_and_survive_a_restart(adb_server: AdbServer) -> None:
    with DroverDaemon(adb_port=adb_server.port) as daemon:
        add(daemon, "kept", "/bin/echo", "hello")
        daemon.kill()
        daemon.start()
        names = {info.name: info.kind for info in daemon.client.ask(ListScripts(), ScriptList).scripts}
        assert names["kept"] == "command"
        with pytest.raises(RequestError) as refused:
            start(daemon, "dance", "R58M1")
        assert refused.value.failure.code is Code.SCRIPT_UNSUPPORTED
        assert "kept" in refused.value.failure.message
        daemon.client.call(RemoveScript(script_name="kept"))
        with pytest.raises(RequestError):
            start(daemon, "kept", "R58M1")


def test_a_killed_daemon_leaves_no_script_running(adb_server: AdbServer, farm: PhoneFarm) -> None:
    with DroverDaemon(adb_port=adb_server.port, api=True) as daemon:
        serial = farm.phones[1].serial
        daemon.wait_idle(serial)
        task_id, pids = stubborn(daemon, "left", serial)
        daemon.kill()
        wait_until(lambda: not any(map(alive, pids)), timeout_s=10, what="the end of the script's tree")
        daemon.start()
        task = daemon.wait_ended(task_id)
        assert (task.reason, task.effect) == (Reason.OUTCOME_UNKNOWN, Effect.UNKNOWN)


def test_the_app_is_opened_and_the_account_is_current(daemon: DroverDaemon, farm: PhoneFarm, serial: str) -> None:
    add(daemon, "front", str(EXAMPLE), platform="tiktok")
    task_id = start(daemon, "front", serial)
    task = daemon.wait_ended(task_id)
    log = log_of(daemon, task_id)
    assert task.status is Status.COMPLETED, log
    assert "com.zhiliaoapp.musically is in front" in log
    with pytest.raises(RequestError) as refused:
        start(daemon, "front", serial, platform="instagram")
    assert "platform" in refused.value.failure.message


def test_the_app_acts_as_the_tasks_account_before_the_script_starts(
    daemon: DroverDaemon, farm: PhoneFarm, serial: str
) -> None:
    accounts = {row["username"]: row["active"] for row in farm.state(serial)["accounts"]}
    other = next(name for name, active in accounts.items() if not active)
    for name in (other, "nobody.here"):
        daemon.client.ask(PutAccount(username=name, serial=serial), Account)
    add(daemon, "whoami", "/bin/sh", "-c", 'echo "as $DROVER_USERNAME on $TIKMATRIX_PLATFORM"', platform="tiktok")
    right, wrong = daemon.create("whoami", {}, usernames=[other, "nobody.here"])
    assert daemon.wait_ended(right).status is Status.COMPLETED, log_of(daemon, right)
    assert f"| as {other} on tiktok" in log_of(daemon, right)
    assert next(row["username"] for row in farm.state(serial)["accounts"] if row["active"]) == other
    task = daemon.wait_ended(wrong)
    assert (task.reason, task.effect, task.retry_safe) == (Reason.WRONG_ACCOUNT, Effect.NONE, True)
    assert "| as" not in log_of(daemon, wrong)
