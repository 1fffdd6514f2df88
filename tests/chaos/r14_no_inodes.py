"""R14, where no file can be made: no inode is left, then no byte. Tasks complete, no worker dies, and what is refused
is reported; with inodes again the next task keeps its evidence."""

import time
from pathlib import Path
from urllib.parse import urlsplit

from drover.wire.devices import DeviceState
from drover.wire.tasks import Status, Task
from tests.chaos.finding import Finding
from tests.chaos.r14_disk_full import fill, small_disk
from tests.chaos.rig import THERE, Rig, rig
from tests.support.phones import wait_until
from tests.support.rest import Rest

INODES = 400
API = {"DROVER_API_ENABLED": "true"}


def run(rounds: int = 1, *, phones: int = 4, tasks: int = 6) -> Finding:
    """In each of `rounds` every phone does so many tasks, one after the other, while no file can be made."""
    finding = Finding(promise="R14 no inodes")
    done = 0
    back: list[float] = []
    with small_disk(inodes=INODES) as disk:
        settings = {"DROVER_DAEMON_DATA_DIR": str(disk / "data"), "DROVER_RETENTION_MIN_FREE_MB": "0", **API}
        with rig(phones, settings) as it:
            rest = Rest(urlsplit(it.daemon.api_url()).port or 0)
            workers = {serial: it.worker(serial) for serial in it.serials}
            for round_ in range(rounds):
                _exhaust(disk / "ballast")
                _check_says(finding, it, rest, "evidence")
                ended = _work(it, f"without{round_}", tasks)
                done += len(ended)
                for task in ended:
                    finding.check(task.status is Status.COMPLETED, f"task {task.id}: {task.status} {task.remark!r}")
                    finding.check("No space left on device" in task.remark, f"task {task.id} does not say it")
                    finding.check(not task.evidence, f"task {task.id} names evidence that no one could keep")
                _check_there(finding, it, workers)
                _restore(disk / "ballast")
                begun = time.monotonic()
                (kept, *_) = _work(it, f"after{round_}", 1)
                back.append(time.monotonic() - begun)
                folder = it.daemon.data_dir / "tasks" / str(kept.id)
                there = {path.name for path in folder.iterdir()}
                finding.check({*kept.evidence, "log.txt"} <= there, f"task {kept.id} kept only {sorted(there)}")
                finding.check(bool(kept.evidence), "with inodes again no evidence was kept")
                finding.check("incomplete" not in kept.remark, "with inodes again something is missing")
                _check_says(finding, it, rest)
                fill(disk / "ballast")
                _check_says(finding, it, rest, "evidence")
                (disk / "ballast").unlink()
                _check_says(finding, it, rest)
                finding.trials += 1
            _check_there(finding, it, workers)
    finding.figure = (
        f"{done} tasks without an inode left, no worker died; with inodes again the next was done, with its evidence, "
        f"in {max(back):.1f} s"
    )
    return finding


def _exhaust(folder: Path) -> None:
    """Take every inode that is left."""
    folder.mkdir()
    try:
        for number in range(INODES):
            (folder / str(number)).touch()
    except OSError:
        return
    raise AssertionError(f"{INODES} files were made where {INODES} inodes were")


def _restore(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


def _work(it: Rig, name: str, count: int) -> list[Task]:
    """Follow so many on each phone; the tasks as they ended."""
    made = [task for number in range(count) for task in it.daemon.follow(*it.serials, target=f"{name}.{number}")]
    return [it.daemon.wait_ended(task_id, timeout_s=180) for task_id in made]


def _check_there(finding: Finding, it: Rig, workers: dict[str, int]) -> None:
    """Whether the phones are ready, each with the worker that it had."""
    wait_until(lambda: it.daemon.status().tasks.running == 0, timeout_s=60, what="the last task's end")
    finding.check({serial: it.worker(serial) for serial in it.serials} == workers, "a worker died")
    states = it.daemon.states()
    gone = {serial: states.get(serial, DeviceState.ABSENT) for serial in it.serials if states.get(serial) not in THERE}
    finding.check(not gone, f"phones are away: {gone}")
    finding.check(it.daemon.status().counters.get("worker_death", 0) == 0, "the daemon counts a worker's death")


def _check_says(finding: Finding, it: Rig, rest: Rest, *what: str) -> None:
    """Whether status and /healthz name what cannot be taken: these, or nothing."""
    wait_until(
        lambda: set(what) <= set(it.daemon.status().cannot_take) and bool(it.daemon.status().cannot_take) == bool(what),
        timeout_s=20,
        what=f"a status that says that {what or 'nothing'} cannot be taken",
    )
    health = rest.get("/healthz").data
    finding.check(bool(health["cannot_take"]) == bool(what), f"/healthz says {health['cannot_take']}")
    finding.check(health["status"] == ("degraded" if what else "ok"), f"/healthz says {health['status']}")
