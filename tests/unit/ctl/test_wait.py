"""task wait, task log -f and create --wait: following tasks over events, through a daemon's restart, to the end."""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

import msgspec
import pytest

from drover.wire.control import DeleteTasks, GetTask
from drover.wire.tasks import Phase, Reason, Status
from drover_ctl import watch as watch_module
from tests.support.control import FakeDaemon
from tests.support.ctl import Ctl, on_terminal
from tests.unit.ctl.conftest import A


@contextmanager
def meanwhile(fake: FakeDaemon, act: Callable[[], object], *, looked_at: int = 1) -> Generator[None]:
    """Do this as soon as the command has subscribed and looked at this task."""
    look = GetTask(task_id=looked_at)

    def run() -> None:
        deadline = time.monotonic() + 10
        while not any(sent.body == look for sent in fake.requests) and time.monotonic() < deadline:
            time.sleep(0.005)
        act()

    thread = threading.Thread(target=run)
    thread.start()
    yield
    thread.join(20)


def finish(fake: FakeDaemon, *task_ids: int, status: Status = Status.COMPLETED) -> None:
    for task_id in task_ids:
        fake.model.change(task_id, status=Status.RUNNING)
        fake.model.progress(task_id, "opening the profile", 20)
        fake.model.progress(task_id, "tapping Follow", 60, Phase.COMMIT)
        reason = Reason.NEEDS_HUMAN if status is Status.FAILED else None
        fake.model.change(task_id, status=status, reason=reason, remark="a captcha is shown" if reason else "")


def test_wait_shows_each_step_once_and_ends_with_0(ctl: Ctl, tasks: list[int], fake: FakeDaemon) -> None:
    with meanwhile(fake, lambda: finish(fake, 1, 2), looked_at=2):
        run = ctl("task", "wait", "1", "2")
    assert run.code == 0
    about_one = [line for line in run.lines if line.startswith("task 1 ")]
    assert about_one[-3:] == [
        f"task 1 {A} 20% prepare: opening the profile",
        f"task 1 {A} 60% commit: tapping Follow",
        f"task 1 {A} follow @ada completed",
    ]
    assert len(set(run.lines)) == len(run.lines)


def test_wait_ends_with_1_if_one_failed_and_says_why(ctl: Ctl, tasks: list[int], fake: FakeDaemon) -> None:
    def act() -> None:
        finish(fake, 1)
        finish(fake, 2, status=Status.FAILED)

    with meanwhile(fake, act, looked_at=2):
        run = ctl("task", "wait", "1", "2")
    assert run.code == 1
    assert f"task 2 {A} follow @bob failed (needs_human): a captcha is shown" in run.lines


def test_wait_for_what_has_ended_returns_at_once(ctl: Ctl, tasks: list[int], fake: FakeDaemon) -> None:
    finish(fake, 1)
    assert ctl("task", "wait", "1").code == 0


def test_case_b2_wait_looks_again_when_the_stream_says_reset(ctl: Ctl, tasks: list[int], fake: FakeDaemon) -> None:
    def act() -> None:
        task = fake.model.tasks[1]
        fake.model.tasks[1] = msgspec.structs.replace(task, status=Status.COMPLETED)  # and nothing tells of it
        fake.model.reset("a backup was restored")

    with meanwhile(fake, act):
        assert ctl("task", "wait", "1", "--timeout", "20").code == 0


def test_wait_times_out_with_6(ctl: Ctl, tasks: list[int]) -> None:
    run = ctl("task", "wait", "1", "--timeout", "0.2")
    assert run.code == 6
    assert "0.2 s" in run.err
    as_json = ctl("task", "wait", "1", "--timeout", "0", "--json")
    assert (as_json.code, as_json.json["timed_out"]) == (6, True)


def test_a_task_that_is_deleted_is_not_waited_for_and_not_a_success(
    ctl: Ctl, tasks: list[int], fake: FakeDaemon
) -> None:
    with meanwhile(fake, lambda: fake.model.answer(DeleteTasks(task_ids=[1]))):
        run = ctl("task", "wait", "1")
    assert run.code == 1
    assert run.lines[-1] == "task 1 deleted"


def test_wait_survives_a_restart_of_the_daemon(
    ctl: Ctl, tasks: list[int], fake: FakeDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_module, "RETRY_S", 0.02)

    def act() -> None:
        fake.stop()
        finish(fake, 1)  # its events reach no one
        fake.start()

    with meanwhile(fake, act):
        run = ctl("task", "wait", "1")
    assert run.code == 0
    assert any("waiting for the daemon" in line for line in run.lines)
    assert run.lines[-1] == f"task 1 {A} follow @ada completed"


def test_wait_ends_with_3_when_the_daemon_stays_away(
    ctl: Ctl, tasks: list[int], fake: FakeDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_module, "RETRY_S", 0.02)
    monkeypatch.setattr(watch_module, "RECONNECT_S", 0.1)
    with meanwhile(fake, fake.stop):
        assert ctl("task", "wait", "1").code == 3


def test_wait_with_json_prints_the_tasks_at_the_end(ctl: Ctl, tasks: list[int], fake: FakeDaemon) -> None:
    with meanwhile(fake, lambda: finish(fake, 1, 2), looked_at=2):
        run = ctl("task", "wait", "1", "2", "--json")
    assert run.code == 0
    assert [(task["id"], task["status_text"]) for task in run.json["tasks"]] == [(1, "completed"), (2, "completed")]


def test_create_and_wait(ctl: Ctl, fake: FakeDaemon) -> None:
    with meanwhile(fake, lambda: finish(fake, 1)):
        run = ctl("task", "create", "follow", "--serial", A, "--target", "ada", "--wait")
    assert run.code == 0
    assert run.lines[-1] == f"task 1 {A} follow @ada completed"


def test_log_follows_until_the_task_has_ended(ctl: Ctl, tasks: list[int], fake: FakeDaemon) -> None:
    def write() -> None:
        for number in range(5):
            fake.model.logs[1] += f"line {number}\n"
            time.sleep(0.02)
        fake.model.change(1, status=Status.COMPLETED)

    writer = threading.Thread(target=write)
    writer.start()
    run = ctl("task", "log", "1", "-f")
    writer.join()
    assert run.lines == [f"line {number}" for number in range(5)]


def test_a_terminal_gets_bars_and_a_table_and_a_pipe_gets_neither(ctl: Ctl, tasks: list[int], fake: FakeDaemon) -> None:
    with meanwhile(fake, lambda: finish(fake, 1, 2), looked_at=2):
        run = on_terminal(fake.path, "task", "wait", "1", "2")
    assert run.code == 0
    assert "\x1b[" in run.out
    assert "━" in run.out
    assert "100%" in run.out
    assert "REMARK" in run.out
    plain = ctl("task", "list")
    assert "\x1b" not in plain.out
    assert "─" not in plain.out


def test_no_color_is_respected(ctl: Ctl, fake: FakeDaemon) -> None:
    coloured = on_terminal(fake.path, "device", "list")
    assert "\x1b[32m" in coloured.out
    plain = on_terminal(fake.path, "device", "list", env={"NO_COLOR": "1"})
    assert "\x1b[3" not in plain.out
    assert "unauthorized" in plain.out


def test_a_narrow_terminal_still_shows_every_serial_whole(ctl: Ctl, tasks: list[int], fake: FakeDaemon) -> None:
    run = on_terminal(fake.path, "task", "list", columns=80)
    assert run.out.count(A) == 3
