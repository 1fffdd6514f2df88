"""R14: the disk fills up under load, as a small file system. Refused, nothing lost, well again without a restart."""

import contextlib
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Generator
from pathlib import Path

from drover.wire.faults import Code
from tests.chaos.finding import Finding
from tests.chaos.judges import judge, until_ended
from tests.chaos.load import Load
from tests.chaos.rig import Rig, rig
from tests.support.phones import wait_until

RECOVERED_S = 15.0
"""From room on the disk to the next accepted task: without a restart or a signal."""


class NoSmallDiskError(Exception):
    """no file system can be mounted here"""


def run(rounds: int = 1, *, phones: int = 3, per_s: float = 4, full_s: float = 60.0, timed: bool = True) -> Finding:
    """The disk is full for `full_s`, `rounds` times; at last evidence must go first where little is free."""
    finding = Finding(promise="R14 disk full")
    refused = accepted = 0
    back: list[float] = []
    with small_disk() as disk:
        settings = {"DROVER_DAEMON_DATA_DIR": str(disk / "data"), "DROVER_RETENTION_MIN_FREE_MB": "0"}
        with rig(phones, settings) as it:
            pid = it.daemon.status().pid
            with Load(it.daemon.runtime_dir, it.serials, per_s=per_s) as load:
                for _ in range(rounds):
                    back.append(_fill_for(it, finding, load, disk / "ballast", full_s))
                    finding.trials += 1
            finding.check(it.daemon.status().pid == pid, "the daemon was restarted by the full disk")
            left = until_ended(it, load.accepted, timeout_s=180)
            finding.check(left == 0, f"{left} accepted tasks have not ended")
            judge(it, finding, load.accepted)
            it.restart_daemon()
            judge(it, finding, load.accepted)
            refused, accepted = len(load.refusals), len(load.accepted)
            _evidence_goes_first(it, finding, load.accepted[0].task_id)
            finding.trials += 1
    finding.check(not timed or max(back) <= RECOVERED_S, f"accepted again only {max(back):.1f} s after there was room")
    finding.figure = (
        f"full for {full_s:.0f} s: {refused} submits refused with {Code.UNAVAILABLE}, {accepted} accepted, none lost; "
        f"accepted again {max(back):.1f} s after there was room"
    )
    return finding


@contextlib.contextmanager
def small_disk(*, inodes: int = 0) -> Generator[Path]:
    """An empty file system of 24 MB, with room for so many files, as many as memory allows by default; raises
    NoSmallDiskError where this user may not mount one."""
    with tempfile.TemporaryDirectory(prefix="dd-disk-") as folder:
        words = ["mount", "-t", "tmpfs", "-o", f"size=24m,mode=700,nr_inodes={inodes}", "tmpfs", folder]
        made = subprocess.run(words, capture_output=True, check=False)
        if made.returncode:
            raise NoSmallDiskError(made.stderr.decode().strip())
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "-l", folder], check=True)


def _fill_for(it: Rig, finding: Finding, load: Load, ballast: Path, seconds: float) -> float:
    """Keep it full for so long; seconds from room until something is accepted."""
    _work_under(it, load)
    begun, before = time.monotonic(), len(load.refusals)
    while time.monotonic() - begun < seconds or len(load.refusals) == before:
        fill(ballast)  # again and again: the daemon gives room back, too
        finding.check(time.monotonic() - begun < seconds + 60, "a full disk refused nothing")
        if finding.violations:
            break
        it.daemon.status()
        threading.Event().wait(0.5)
    refusals = load.refusals[before:]
    other = [failure for failure in refusals if failure.code is not Code.UNAVAILABLE or not failure.retry_after_s]
    finding.check(not other, f"{len(other)} of {len(refusals)} were refused otherwise: {other[:2]}")
    finding.check(all("disk" in failure.message for failure in refusals), "a refusal does not speak of the disk")
    ballast.unlink()
    freed, known = time.monotonic(), len(load.accepted)
    wait_until(lambda: len(load.accepted) > known, timeout_s=60, what="an accepted task")
    back = time.monotonic() - freed
    _work_under(it, load)
    return back


def _work_under(it: Rig, load: Load) -> None:
    """Several tasks a phone, and one of them runs."""
    more = len(load.accepted) + 3 * len(it.serials)
    wait_until(lambda: len(load.accepted) >= more, timeout_s=60, what="accepted tasks")
    wait_until(lambda: it.daemon.status().tasks.running > 0, timeout_s=60, what="a running attempt")


def fill(path: Path) -> None:
    """Take every byte that is left."""
    with path.open("ab", buffering=0) as file:
        for size in (1024 * 1024, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue


def _evidence_goes_first(it: Rig, finding: Finding, task_id: int) -> None:
    folder = it.daemon.data_dir / "tasks" / str(task_id)
    finding.check(len(os.listdir(folder)) > 1, "no evidence was kept while there was room")
    it.daemon.stop()
    # Less is free than this asks for: the whole disk is smaller.
    it.daemon.environment["DROVER_RETENTION_MIN_FREE_MB"] = "64"
    it.daemon.start()
    wait_until(lambda: os.listdir(folder) == ["log.txt"], timeout_s=30, what="the evidence to go")
    it.daemon.wait_task(task_id, lambda task: task.evidence == [])
    it.daemon.wait_ended(*it.daemon.follow(it.serials[0], target="r14.after"))
