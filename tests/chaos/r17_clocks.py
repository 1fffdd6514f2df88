"""R17: the daemon under a wall clock that jumps (libfaketime): each scheduled task runs once, or is missed,
and pauses last as long as they should.
"""

import contextlib
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from drover.wire.control import AuditPage, ListAudit, SetDevice
from drover.wire.devices import Device
from drover.wire.tasks import Reason, Status, Task
from tests.chaos.finding import Finding
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.effects import effects
from tests.support.phones import PhoneProcess, wait_until

FAKETIME = next(iter(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")), None)
PAUSE_S = 6
PAUSING = {"DROVER_PACE_PAUSE_MIN_S": str(PAUSE_S), "DROVER_PACE_PAUSE_MAX_S": str(PAUSE_S)}
NOTHING: Mapping[str, str] = {}
MISSING = "libfaketime is not installed (apt-get install libfaketime)"
NEAR = timedelta(seconds=20)
"""How far apart two readings of one clock may lie on a busy machine; every jump is far longer."""

PRELOADED = Path(__file__).parents[1] / "support" / "wallclock"


@dataclass(frozen=True, kw_only=True)
class Change:
    """A night on which a zone changes its clocks; `begin` is when the task is submitted, `due` when it must run."""

    zone: str
    begin: str
    asked: str
    due: str
    """With its offset. A time that does not exist becomes the first that does, one that comes twice its first."""


CHANGES = (
    Change(zone="Europe/Berlin", begin="2027-03-28T01:00+01:00", asked="02:30", due="2027-03-28T03:00+02:00"),
    Change(zone="Europe/Berlin", begin="2027-10-31T01:00+02:00", asked="02:30", due="2027-10-31T02:30+02:00"),
    Change(zone="America/New_York", begin="2027-03-14T00:30-05:00", asked="02:30", due="2027-03-14T03:00-04:00"),
    Change(zone="America/New_York", begin="2027-11-07T00:00-04:00", asked="01:30", due="2027-11-07T01:30-04:00"),
    Change(zone="Australia/Lord_Howe", begin="2027-04-04T01:00+11:00", asked="01:45", due="2027-04-04T01:45+11:00"),
    Change(zone="Australia/Lord_Howe", begin="2027-10-03T01:00+10:30", asked="02:15", due="2027-10-03T02:30+11:00"),
)


class WallClock:
    """What the daemon reads as the time of day; its monotonic clock stays true."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._offset = timedelta()
        self.jump(timedelta())

    def jump(self, by: timedelta) -> None:
        """Move it, at once."""
        self._offset += by
        draft = self._file.with_suffix(".new")
        draft.write_text(f"{self._offset.total_seconds():+.0f}\n")
        draft.replace(self._file)

    def show(self, moment: datetime) -> None:
        """Move it to this moment."""
        self.jump(moment - self.now())

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def in_minutes(self, minutes: int) -> str:
        """HH:MM in so many minutes, in UTC."""
        return (self.now() + timedelta(minutes=minutes)).strftime("%H:%M")

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(FAKETIME),
            "PYTHONPATH": str(PRELOADED),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_RESET": "1",
        }


def run(rounds: int = 3, *, changes: Sequence[Change] = CHANGES) -> Finding:
    """`rounds` times an hour ahead, back and ahead again, and two hours asleep; then each night of `changes`."""
    finding = Finding(promise="R17 clocks")
    if FAKETIME is None:
        finding.violations.append(MISSING)
        return finding
    with tempfile.TemporaryDirectory(prefix="dd-r17-") as folder:
        clock = WallClock(Path(folder) / "clock")
        for zone, nights in _by_zone(changes).items():
            with _watched(clock, zone) as watched:
                for number in range(rounds if zone == "UTC" else 0):
                    _jump(watched, finding, number)
                    _sleep(watched, finding, number)
                    finding.trials += 2
                for night in nights:
                    _change(watched, finding, night)
                    finding.trials += 1
        with _watched(clock, "UTC", PAUSING) as watched:
            for number in range(rounds):
                _back(watched, finding, number)
                finding.trials += 1
    finding.figure = (
        f"{rounds} × ±1 h, {rounds} × a day ahead and back, {rounds} × asleep for 2 h, {len(changes)} nights of "
        f"changing clocks in {len({change.zone for change in changes})} zones: each task once or missed"
    )
    return finding


def _by_zone(changes: Sequence[Change]) -> dict[str, list[Change]]:
    """UTC first, without any; each zone's nights in order, because the clock of a daemon only moves on."""
    found: dict[str, list[Change]] = {"UTC": []}
    for change in sorted(changes, key=lambda change: change.begin):
        found.setdefault(change.zone, []).append(change)
    return found


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A daemon that reads this clock, and its phone."""

    daemon: DroverDaemon
    phones: PhoneProcess
    clock: WallClock
    serial: str

    def look(self, name: str) -> None:
        """An immediate task makes the daemon look at its queue now, and proves that it goes on."""
        (task_id,) = self.daemon.follow(self.serial, target=f"look.{name}")
        self.daemon.wait_task(task_id, lambda task: task.status is Status.COMPLETED, what="a task for now")

    def jump(self, by: timedelta) -> None:
        """Move the daemon's clock, and wait until the daemon tells the new time."""
        self.clock.jump(by)
        self.wait_noticed()

    def show(self, moment: datetime) -> None:
        """The same, to this moment."""
        self.jump(moment - self.clock.now())

    def wait_noticed(self) -> None:
        """Until the daemon itself tells the time that the clock shows: a task must not be planned by another one.

        It tells it in the audit, of a change that concerns no task.
        """

        def noticed() -> bool:
            self.daemon.client.ask(SetDevice(serial=self.serial, note="what time is it?"), Device)
            (entry,) = self.daemon.client.ask(ListAudit(limit=1), AuditPage).entries
            return abs(entry.at - self.clock.now()) < NEAR

        wait_until(noticed, timeout_s=30, what=f"the daemon to tell {self.clock.now()}")

    def submit(self, target: str, start_time: str) -> int:
        (task_id,) = self.daemon.follow(self.serial, target=target, start_time=start_time)
        return task_id

    def done(self, target: str) -> int:
        return effects(self.phones, self.serial, "follow", target)


@contextlib.contextmanager
def _watched(clock: WallClock, zone: str, more: Mapping[str, str] = NOTHING) -> Generator[Watched]:
    """The daemon starts by a true clock."""
    clock.show(datetime.now(UTC))
    settings = {**clock.environment, "DROVER_DAEMON_TIMEZONE": zone, **more}
    with (
        AdbServer() as adb,
        PhoneProcess(adb, 1) as phones,
        DroverDaemon(adb_port=adb.port, settings=settings) as daemon,
    ):
        serial = phones.phones[0].serial
        daemon.wait_idle(serial)
        watched = Watched(daemon=daemon, phones=phones, clock=clock, serial=serial)
        watched.wait_noticed()
        yield watched


def _jump(watched: Watched, finding: Finding, number: int) -> None:
    """Its time comes by a jump, goes at another, and comes again: once."""
    target = f"jumped{number}"
    task_id = watched.submit(target, watched.clock.in_minutes(30))
    watched.look(f"a{number}")
    finding.check(watched.daemon.task(task_id).status is Status.PENDING, f"@{target} did not wait for its time")
    watched.jump(timedelta(minutes=35))  # five minutes late: within the grace
    watched.look(f"b{number}")
    done = watched.daemon.wait_ended(task_id)
    finding.check(done.status is Status.COMPLETED, f"@{target} is {done.status.name}: {done.remark}")
    watched.jump(timedelta(hours=-1))
    watched.look(f"c{number}")
    watched.jump(timedelta(hours=1))
    watched.look(f"d{number}")
    _once(watched, finding, done, target)


def _sleep(watched: Watched, finding: Finding, number: int) -> None:
    """A laptop that was closed for two hours: what is later than the grace is missed."""
    target = f"slept{number}"
    task_id = watched.submit(target, watched.clock.in_minutes(30))
    watched.jump(timedelta(hours=2))
    watched.look(f"e{number}")
    missed = watched.daemon.wait_ended(task_id)
    seen = (missed.status, missed.reason, watched.done(target))
    finding.check(seen == (Status.FAILED, Reason.MISSED, 0), f"@{target}, 90 minutes late: {seen}")


def _back(watched: Watched, finding: Finding, number: int) -> None:
    """An account's pause that began a day ahead is over when it would have been: nothing waits until tomorrow."""
    watched.jump(timedelta(days=1))
    watched.look(f"f{number}")  # and its account pauses
    begun = time.monotonic()
    watched.jump(timedelta(days=-1))
    (task_id,) = watched.daemon.follow(watched.serial, target=f"back{number}")
    done = watched.daemon.wait_ended(task_id, timeout_s=60)
    took_s = time.monotonic() - begun
    finding.check(done.status is Status.COMPLETED, f"@back{number} is {done.status.name}: {done.remark}")
    finding.check(took_s >= PAUSE_S - 2, f"@back{number} came {took_s:.1f} s after the task before, within the pause")
    _once(watched, finding, done, f"back{number}")


def _change(watched: Watched, finding: Finding, night: Change) -> None:
    """Pending until the minute before, done after it, and not again when the clocks show the time once more."""
    target = night.due[:16].replace("T", ".").replace("-", "").replace(":", "")
    due = datetime.fromisoformat(night.due)
    watched.show(datetime.fromisoformat(night.begin))
    task_id = watched.submit(target, night.asked)
    scheduled = watched.daemon.task(task_id).scheduled_at
    finding.check(scheduled == due, f"{night.zone}, {night.asked} from {night.begin}: planned for {scheduled}")
    watched.show(due - timedelta(minutes=1))
    watched.look(f"{target}a")
    finding.check(watched.daemon.task(task_id).status is Status.PENDING, f"{night.zone}: ran before {night.due}")
    watched.show(due + timedelta(minutes=1))
    watched.look(f"{target}b")
    done = watched.daemon.wait_ended(task_id)
    finding.check(done.status is Status.COMPLETED, f"{night.zone}: {done.status.name} at {night.due}: {done.remark}")
    watched.jump(timedelta(hours=1))
    watched.look(f"{target}c")
    _once(watched, finding, done, target)


def _once(watched: Watched, finding: Finding, done: Task, target: str) -> None:
    now = watched.daemon.task(done.id)
    finding.check(now == done, f"@{target} had ended and changed: {now}")
    finding.check(watched.done(target) == 1, f"@{target} was followed {watched.done(target)} times")
