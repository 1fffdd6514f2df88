"""No-op tasks through 20 workers, and from the answer of POST /task to such a task's first line.

The workers are real and the tasks have all durable marks, but nothing asks the simulated phone anything (see
noop_script.py): what is measured is the supervisor, its store and the workers' processes. The first line is said as the
peers' tasks say it (steps.py), so those figures stand next to theirs.
"""

import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from drover.wire.control import CreateTasks, GetTaskStats, ListTasks, TaskPage, TasksCreated
from drover.wire.pauses import DevicePause, PauseDevice, ResumeDevice
from drover.wire.tasks import Status, Task, TaskStats
from tests.bench.measure import Figure, tails
from tests.bench.processes import Family, cpu_s
from tests.bench.steps import TASKS, Steps, first_lines
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.phones import PhoneProcess, wait_until
from tests.support.plugins import install_module

WORKERS, EACH = 20, 20
SCRIPT = "noop-script"
SOURCE = Path(__file__).with_name("noop_script.py")
"""Never imported here: it changes what it is imported by."""
ROOT = Path(__file__).parents[2]


def run(rounds: int) -> Generator[list[Figure]]:
    for _ in range(rounds):
        with running(WORKERS) as (daemon, serials, steps):
            figures = [*_through(daemon, serials), *_first_lines(daemon, serials[0], steps)]
        yield figures


@contextmanager
def running(phones: int) -> Generator[tuple[DroverDaemon, list[str], Steps]]:
    """A daemon with the script, the serials of its phones, and what hears the first lines."""
    with tempfile.TemporaryDirectory(prefix="noop-") as folder, Steps() as steps, AdbServer() as adb:
        install_module(SCRIPT, SOURCE.read_text(), Path(folder))
        settings = {
            "PYTHONPATH": f"{folder}:{ROOT}",
            "DROVER_LICENSE_PLAN": "Business",
            "DROVER_DEVICES_ENGINE": "adb",
            **steps.environment,
        }
        with PhoneProcess(adb, phones) as farm, DroverDaemon(adb_port=adb.port, api=True, settings=settings) as daemon:
            serials = [phone.serial for phone in farm.phones]
            daemon.wait_idle(*serials, timeout_s=120)
            yield daemon, serials, steps


def _through(daemon: DroverDaemon, serials: Sequence[str]) -> list[Figure]:
    """All are accepted while the phones are paused; counted is from the first begin to the last end."""
    client, count = daemon.client, len(serials) * EACH
    for serial in serials:
        client.ask(PauseDevice(serial=serial, reason="bench"), DevicePause)
    for number in range(EACH):
        config = {"target_user": f"queued{number}"}
        client.ask(CreateTasks(script_name=SCRIPT, script_config=config, serials=list(serials)), TasksCreated)
    family = Family.of(daemon)
    cpu = cpu_s(*family.everyone)
    for serial in serials:
        client.ask(ResumeDevice(serial=serial), DevicePause)
    wait_until(lambda: _ended(daemon) == count, timeout_s=60, every_s=0.1, what=f"{count} tasks")
    cpu = cpu_s(*family.everyone) - cpu
    tasks = _all(daemon, count)
    failed = [task.remark for task in tasks if task.status is not Status.COMPLETED]
    if failed:
        raise RuntimeError(f"{len(failed)} of {count} tasks did not complete: {failed[0]}")
    begun = min(task.start_time for task in tasks if task.start_time is not None)
    ended = max(task.end_time for task in tasks if task.end_time is not None)
    return [
        Figure(name=f"no-op tasks through {WORKERS} workers", value=count / (ended - begun).total_seconds(), unit="/s",
               note="real workers, all durable marks; only their calls to the phone are taken out (noop_script.py)"),
        Figure(name="CPU of one no-op task, all processes", value=cpu / count * 1000, unit="ms"),
    ]  # fmt: skip


def _ended(daemon: DroverDaemon) -> int:
    stats = daemon.client.ask(GetTaskStats(), TaskStats)
    return stats.completed + stats.failed


def _all(daemon: DroverDaemon, count: int) -> list[Task]:
    pages = range(1, -(-count // 100) + 1)
    found = (daemon.client.ask(ListTasks(page=page, page_size=100), TaskPage) for page in pages)
    return [task for page in found for task in page.tasks]


def _first_lines(daemon: DroverDaemon, serial: str, steps: Steps) -> list[Figure]:
    found = first_lines(
        daemon.api_url(),
        [_body(serial, f"first{number}") for number in range(TASKS)],
        lambda number: steps.wait(f"first{number}"),
        lambda task_id: _wait_ended(daemon, serial, int(task_id)),
    )
    return [
        *tails("POST answered → first line of a no-op", found.answered),
        *tails("POST sent → first line of a no-op", found.sent),
    ]


def _wait_ended(daemon: DroverDaemon, serial: str, task_id: int) -> None:
    daemon.wait_ended(task_id)
    daemon.wait_idle(serial)


def _body(serial: str, target: str) -> dict[str, object]:
    return {"serials": [serial], "script_name": SCRIPT, "script_config": {"target_user": target, "marks": False}}
