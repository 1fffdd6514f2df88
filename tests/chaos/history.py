"""HISTORY: long mixed histories on the same phones, judged by the phones' own counts.

TikTok and Instagram; posts, follows and unfollows; faults of apps and phones; deaths of every part; retry-all, stop,
delete, backup and restore in between. What earlier tasks left on a phone must not change what is judged of later ones.
"""

import json
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from adbutils import AdbError

from drover.client.errors import ControlError
from drover.wire.accounts import Account, PutAccount
from drover.wire.backups import BackupMade, MakeBackup
from drover.wire.control import (
    DeleteTasks,
    ReleaseTasks,
    RetriedAll,
    RetryAll,
    StopTask,
    TasksDeleted,
    TasksReleased,
)
from drover.wire.faults import RequestError
from drover.wire.holds import Pause, PauseSubject
from drover.wire.pauses import AccountPause, DevicePause, ResumeAccount, ResumeDevice
from drover.wire.tasks import Task
from tests.chaos import history_store
from tests.chaos.finding import Finding
from tests.chaos.history_faults import FAULTS
from tests.chaos.history_rules import Row, Wanted, violations
from tests.chaos.history_store import Counts, Stored
from tests.chaos.judges import judge_store
from tests.chaos.rig import Rig, kill, rig
from tests.support.media import make_picture, make_video
from tests.support.phones import wait_until

FULL: Final = 3_000
BACKLOG: Final = 3
"""Tasks that wait or run for each phone at most, so that operations meet tasks in every state."""
PATIENCE_S: Final = 5.0
ENDED_S: Final = 900.0
UPLOADED_S: Final = 90.0
APPS: Final = ("tiktok", "instagram")
TROUBLE: Final[Mapping[str, str]] = {
    **{f"DROVER_TROUBLE_{name}": "released" for name in ("CAPTCHA", "VERIFICATION", "SUSPENDED", "LOGGED_OUT")},
    "DROVER_TROUBLE_TOO_FAST": "0.001",  # hours
    "DROVER_TROUBLE_FAILURES_IN_A_ROW": "5",
}
"""Accounts in trouble wait for the person of the history, as in life."""
PACKAGES: Final = ("com.zhiliaoapp.musically", "com.instagram.android")


@dataclass(kw_only=True)
class History:
    """One history as it goes on. `wanted` are the acknowledged tasks, `deleted` what was known of those that went."""

    it: Rig
    rng: random.Random
    video: Path
    picture: Path
    wanted: dict[int, Wanted] = field(default_factory=dict[int, Wanted])
    deleted: dict[int, Row] = field(default_factory=dict[int, Row])
    uncertain: dict[int, int] = field(default_factory=dict[int, int])
    """Tasks whose end a restore took back, with the attempts that they had begun by then."""
    done: Counter[str] = field(default_factory=Counter[str])
    found: list[str] = field(default_factory=list[str])
    backup: Path | None = None
    backed_up: frozenset[int] = frozenset()
    names: dict[tuple[str, str], list[str]] = field(default_factory=dict[tuple[str, str], list[str]])

    # --- tasks

    def register(self) -> None:
        """Register every account of every phone, so that tasks can name them."""
        for serial in self.it.serials:
            for row in self.it.phones.state(serial)["accounts"]:
                account = PutAccount(username=row["username"], serial=serial, platform=row["app"])
                self.it.daemon.client.ask(account, Account)
                self.names.setdefault((serial, row["app"]), []).append(row["username"])

    def create(self) -> None:
        """One more task, once there is room; a refused request promised nothing."""
        with suppress(AssertionError):
            wait_until(self._room, timeout_s=PATIENCE_S, every_s=0.2)
        if not self._room():  # phones stand still: somebody comes and looks
            self._clear_all()
            wait_until(self._room, timeout_s=300, every_s=0.2, what="room for another task")
        serial, app = self.rng.choice(self.it.serials), self.rng.choice(APPS)
        kind = self.rng.choices(("post", "follow", "unfollow"), (5, 3, 2))[0]
        target = "" if kind == "post" else f"{'followed_' if kind == 'unfollow' else ''}h{self.rng.getrandbits(48):x}"
        account = self.rng.choice(self.names[serial, app]) if self.rng.random() < 0.5 else ""
        config = self._post_config(app) if kind == "post" else {"target_user": target}
        serials, usernames = ([], [account]) if account else ([serial], [])
        with suppress(ControlError, RequestError):
            (task_id,) = self.it.daemon.create(kind, config, *serials, usernames=usernames, platform=app)
            newest = max(self.wanted, default=0)
            self._check(task_id > newest, f"task {task_id} was given an id that is not above {newest}")
            self.wanted[task_id] = Wanted(
                task_id=task_id, kind=kind, app=app, serial=serial, target=target, account=account
            )

    def _post_config(self, app: str) -> dict[str, Any]:
        pictures = self.rng.random() < 0.25
        way = "share" if app == "instagram" else self.rng.choice(("share", "addButton"))
        config: dict[str, Any] = {
            "material_list": [str(self.picture if pictures else self.video)],
            "content_type": int(pictures),
            "captions": f"words {self.rng.getrandbits(32):x}" if self.rng.random() < 0.8 else "",
            "post_way": way,
            "upload_wait_time": 12,
        }
        if app == "instagram" and self.rng.random() < 0.3:
            config |= {"placement": "story", "captions": ""}
        return config

    def _room(self) -> bool:
        self.care()
        return len(self._open()) < BACKLOG * len(self.it.serials)

    def _open(self) -> dict[int, Stored]:
        return {task_id: one for task_id, one in self.stored().items() if not one.row.status.ended}

    def stored(self) -> dict[int, Stored]:
        return history_store.tasks(self.it.daemon.data_dir / "drover.db")

    # --- what a person does

    def care(self) -> bool:
        """Answer what asks for a human, so that held tasks go on; always true."""
        with suppress(ControlError, RequestError):
            for pause in self.it.daemon.status().pauses:
                self._resume(pause)
        return True

    def _resume(self, pause: Pause) -> None:
        if pause.subject is PauseSubject.ACCOUNT and pause.username:
            resume = ResumeAccount(username=pause.username, platform=pause.platform)
            self.it.daemon.client.ask(resume, AccountPause)
        else:
            self.it.daemon.client.ask(ResumeDevice(serial=pause.serial), DevicePause)

    def stop(self) -> None:
        """Stop one that waits or runs."""
        if chosen := self._one_of(self._open()):
            with suppress(ControlError, RequestError):
                self.it.daemon.client.ask(StopTask(task_id=chosen), Task)

    def delete(self) -> None:
        """Delete one, whatever it does; its last state in the store is judged at the end."""
        stored = self.stored()
        chosen = self._one_of(stored)
        if not chosen:
            return
        with suppress(ControlError, RequestError):
            self.it.daemon.client.ask(DeleteTasks(task_ids=[chosen]), TasksDeleted)
            if stored[chosen].row.status.ended:
                self.deleted[chosen] = self._judged(chosen, stored[chosen])
            else:
                self.deleted[chosen] = replace(stored[chosen].row, uncertain=True)

    def retry_all(self) -> None:
        with suppress(ControlError, RequestError):
            self.it.daemon.client.ask(RetryAll(), RetriedAll)

    def _one_of(self, stored: Mapping[int, Stored]) -> int:
        return self.rng.choice([0, *(task_id for task_id in stored if task_id in self.wanted)][-40:])

    # --- faults and deaths

    def fault(self) -> None:
        """One more fault on one phone."""
        serial = self.rng.choice(self.it.serials)
        name, params = self.rng.choice(FAULTS)
        self.it.phones.fault(serial, name, **params)

    def clear(self) -> None:
        """One phone is well again."""
        self.it.phones.clear_faults(self.rng.choice(self.it.serials))

    def end_apps(self) -> None:
        """A person closes the apps of one phone, whatever they do: an upload that runs becomes a draft."""
        self._end_apps(self.rng.choice(self.it.serials))

    def _end_apps(self, serial: str) -> None:
        with suppress(AdbError):
            for package in PACKAGES:
                self.it.adb.device(serial).shell(["am", "force-stop", package])

    def cut_worker(self) -> None:
        serial = self.rng.choice(self.it.serials)
        with suppress(ControlError, RequestError):
            if (pid := self.it.device(serial).worker_pid) is not None:
                kill(pid)

    def cut_daemon(self) -> None:
        self.it.restart_daemon()

    def cut_adb_server(self) -> None:
        self.it.adb.kill()
        self.it.adb.start()

    # --- backup and restore

    def make_backup(self) -> None:
        path = self.it.daemon.folder / f"backup-{self.done['make_backup']}.tar"
        with suppress(ControlError, RequestError):
            self.it.daemon.client.ask(MakeBackup(path=str(path)), BackupMade)
            self.backup = path

    def restore(self) -> None:
        """Put the last backup back; what the phones did since is then more than the store knows."""
        if self.backup is None:
            return
        daemon = self.it.daemon
        daemon.stop()
        before = self.stored()
        words = [sys.executable, "-m", "drover.main", "--restore", str(self.backup)]
        done = subprocess.run(words, env=daemon.environment, capture_output=True, text=True, timeout=120)
        self._check(done.returncode == 0, f"the restore failed: {done.stderr[-500:]}")
        past = self.stored()
        daemon.start()
        self.backup = None
        for task_id, one in past.items():
            if before.get(task_id) != one:
                self.uncertain[task_id] = one.attempts
        self._nothing_begins(past)
        self._release()

    def _nothing_begins(self, past: Mapping[int, Stored]) -> None:
        """Phones are idle and tasks wait: whatever began would have begun by now."""
        self._clear_all()
        self.it.wait_there(timeout_s=180)
        begun = [
            task_id
            for task_id, one in self.stored().items()
            if task_id in past and one.attempts > past[task_id].attempts
        ]
        self._check(not begun, f"after a restore these began by themselves: {begun}")

    def _release(self) -> None:
        """What a person who looked at the phones does: release relations, and posts that are not there; stop others."""
        client, counts = self.it.daemon.client, self.counts()
        client.ask(ReleaseTasks(all=True, looking_only=True), TasksReleased)
        held = [task_id for task_id in self._open() if task_id in self.wanted and self.wanted[task_id].kind == "post"]
        there = {task_id for task_id in held if task_id in counts.uploading or counts.seen(self.wanted[task_id]).count}
        if missing := [task_id for task_id in held if task_id not in there]:
            client.ask(ReleaseTasks(task_ids=missing), TasksReleased)
        for task_id in there:
            with suppress(RequestError):  # one that began since the restore is not held, and goes on
                client.ask(StopTask(task_id=task_id), Task)

    def _clear_all(self) -> None:
        for serial in self.it.serials:
            self.it.phones.clear_faults(serial)

    # --- the end

    def finish(self) -> None:
        """Everything well again: retry what may be, and wait until all have ended and nothing uploads."""
        self._clear_all()
        for _ in range(2):
            for serial in self.it.serials:  # an upload that hangs keeps later posts of its app waiting, as it should
                self._end_apps(serial)
            self.it.wait_there(timeout_s=180)
            self.care()
            self.retry_all()
            with suppress(AssertionError):
                wait_until(lambda: self.care() and not self._open(), timeout_s=ENDED_S, every_s=0.5)
        for serial in self.it.serials:  # what never ends by itself
            self._end_apps(serial)
        wait_until(
            lambda: not self.counts().uploading, timeout_s=UPLOADED_S, every_s=0.5, what="the end of all uploads"
        )

    def counts(self) -> Counts:
        return history_store.counts(self.it.phones, self.it.serials)

    def judge(self, finding: Finding) -> None:
        counts, stored = self.counts(), self.stored()
        for task_id, wanted in self.wanted.items():
            row = self.deleted.get(task_id)
            if row is None and task_id in stored:
                row = self._judged(task_id, stored[task_id])
            finding.violations += violations(wanted, row, counts.seen(wanted))
        finding.violations += self.found

    def _judged(self, task_id: int, one: Stored) -> Row:
        """Its row, uncertain as long as nothing began since a restore took its end back."""
        uncertain = self.uncertain.get(task_id) == one.attempts
        return replace(one.row, uncertain=uncertain)

    def _check(self, holds: bool, violation: str) -> None:
        if not holds:
            self.found.append(violation)


OPERATIONS: Final[Mapping[Callable[[History], None], float]] = {
    History.create: 60,
    History.fault: 14,
    History.clear: 14,
    History.end_apps: 1,
    History.stop: 3,
    History.delete: 3,
    History.retry_all: 2,
    History.cut_worker: 2,
    History.cut_daemon: 1,
    History.cut_adb_server: 0.7,
    History.make_backup: 0.7,
    History.restore: 0.5,
}
"""What happens next, with its weight."""

CERTAIN: Final[tuple[tuple[float, Callable[[History], None]], ...]] = (
    (0.3, History.make_backup),
    (0.4, History.cut_daemon),
    (0.6, History.restore),
    (0.7, History.cut_adb_server),
    (0.8, History.make_backup),
    (0.95, History.restore),
)
"""What happens in every history, once that part of its tasks is created."""


def run(rounds: int = FULL, *, phones: int = 0, seed: int | None = None) -> Finding:
    """`rounds` tasks on so many phones, by default one for 125 and 8 at least; the seed is printed, and the same seed
    gives the same operations (not the same timing)."""
    phones = phones or max(8, rounds // 125)
    seed = random.randrange(2**32) if seed is None else seed
    finding = Finding(promise="HISTORY long mixed histories")
    print(f"HISTORY: seed {seed}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        video, picture = make_video(folder / "a.mp4", seconds=5), make_picture(folder / "a.png")
        settings = {**TROUBLE, "DROVER_MEDIA_ROOTS": json.dumps([name]), "DROVER_PACE_POST_PER_DAY": "0"}
        with rig(phones, settings) as it:
            history = History(it=it, rng=random.Random(seed), video=video, picture=picture)
            history.register()
            _go_on(history, rounds)
            history.finish()
            history.judge(finding)
            judge_store(it, finding)
            finding.trials = len(history.wanted)
            finding.figure = _figure(history, seed)
    return finding


def _go_on(history: History, rounds: int) -> None:
    """Operations by chance, and each of `CERTAIN` at its part of the way, so that no history goes without."""
    operations, weights = list(OPERATIONS), list(OPERATIONS.values())
    due = sorted(CERTAIN, key=lambda part: part[0])
    while len(history.wanted) < rounds:
        certain = due and len(history.wanted) >= due[0][0] * rounds
        operation = due.pop(0)[1] if certain else history.rng.choices(operations, weights)[0]
        history.done[operation.__name__] += 1
        operation(history)


def _figure(history: History, seed: int) -> str:
    ends = Counter(
        f"{one.row.status.name.lower()}{f' {one.row.reason}' if one.row.reason else ''}"
        for task_id, one in history.stored().items()
        if task_id in history.wanted
    )
    seen = history.counts()
    published = sum(map(len, seen.posts.values()))
    relations = sum(map(len, seen.relations.values()))
    other = ", ".join(f"{count} {name}" for name, count in history.done.items() if name != "create")
    return (
        f"seed {seed}; {', '.join(f'{count} {end}' for end, count in ends.most_common())}; {published} published, "
        f"{relations} follows and unfollows counted; {other}"
    )
