"""Posts of the chaos runs: the ways to publish, the calls of an undisturbed one, and one that is held at a call."""

import re
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adbutils import AdbError

from drover.store.types import from_micros
from drover.wire.control import RetryTask
from drover.wire.faults import RequestError
from drover.wire.tasks import Effect, Reason, Status, Task
from tests.chaos.delivery import Outcome
from tests.chaos.holding import Call, Hold, HoldingProxy, Moment, Place
from tests.chaos.rig import Rig
from tests.support.phones import wait_until

CAMERA = "/sdcard/DCIM/Camera"
_OURS = re.compile(r"drover-\d+-\d+-\d+\.\w+")
_SWEPT_S = 20.0
_UPLOADED_S = 30.0


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way to publish one video."""

    app: str
    post_way: str

    def __str__(self) -> str:
        return f"{self.app} {self.post_way}"


WAYS = (
    Way(app="tiktok", post_way="share"),
    Way(app="tiktok", post_way="addButton"),
    Way(app="instagram", post_way="share"),
)


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A call of an undisturbed post, and which half of it is to be held. `commits` where the call is the one tap."""

    way: Way
    place: Place
    moment: Moment
    commits: bool = False

    def __str__(self) -> str:
        return f"{self.way}, {self.moment} {self.place}{' (the commit tap)' if self.commits else ''}"


def publish(it: Rig, serial: str, way: Way, video: Path) -> int:
    """Create the task; its id."""
    config = {"material_list": [str(video)], "captions": "some words #tag", "post_way": way.post_way}
    return it.daemon.create("post", config, serial, platform=way.app)[0]


def spots(it: Rig, ways: Iterable[Way], video: Path) -> list[Spot]:
    """Both halves of every call of one undisturbed post on each way, in their order."""
    chosen = dict(zip(ways, it.serials, strict=False))
    tasks: dict[Way, int] = {}
    for way, serial in chosen.items():
        proxy(it).watch(serial)
        tasks[way] = publish(it, serial, way, video)
    return [spot for way, serial in chosen.items() for spot in _traced(it, way, serial, tasks[way])]


def _traced(it: Rig, way: Way, serial: str, task_id: int) -> list[Spot]:
    task = it.daemon.wait_ended(task_id, timeout_s=180)
    assert task.status is Status.COMPLETED, f"an undisturbed post by {way}: {task.remark}"
    (attempt,) = _attempts(it, task_id)
    calls = proxy(it).trace[serial]
    begun, done = from_micros(attempt["intent_at"]), from_micros(attempt["sent_at"])
    taps = [call for call in calls if call.place.call == "click" and not call.place.look and begun < call.at < done]
    assert len(taps) == 1, f"an undisturbed post by {way} taps {len(taps)} times between intent and sent"
    return [_spot(way, call, moment, taps[0]) for call in calls for moment in Moment]


def _spot(way: Way, call: Call, moment: Moment, tap: Call) -> Spot:
    return Spot(way=way, place=call.place, moment=moment, commits=call is tap)


def proxy(it: Rig) -> HoldingProxy:
    assert isinstance(it.proxy, HoldingProxy)
    return it.proxy


@dataclass(kw_only=True)
class Trial:
    """One post that is to be cut off at its spot, on one phone."""

    it: Rig
    serial: str
    spot: Spot
    task_id: int = 0
    cut_at: datetime | None = None
    at_cut: int = 0
    hold: Hold = field(init=False)

    def begin(self, video: Path) -> None:
        """Create its task, to be held."""
        self.hold = proxy(self.it).hold(self.serial, self.spot.place, self.spot.moment)
        self.task_id = publish(self.it, self.serial, self.spot.way, video)

    def cut_off(self) -> None:
        """The cut comes now; who made the held call may hang up from here on."""
        self.cut_at = datetime.now(UTC)

    def look(self) -> None:
        """The cut is done: the held call ends, and what is published now is this attempt's."""
        self.let_go()
        state = self.it.phones.state(self.serial)
        self.at_cut = self._of_this(state, "posts") + self._of_this(state, "uploads")

    def let_go(self) -> None:
        """It is not to be held any more."""
        proxy(self.it).drop(self.serial)

    @property
    def struck(self) -> bool:
        """Whether the cut came while the call was held."""
        cut, hold = self.cut_at, self.hold
        return cut is not None and hold.reached is not None and (hold.left is None or hold.left >= cut)

    def outcome(self) -> Outcome:
        """What became of it; waits for uploads, and for the files to go where they must."""
        (task,) = _rows(self.it, "SELECT * FROM tasks WHERE id = ?", self.task_id)
        unknown = task["reason"] == Reason.OUTCOME_UNKNOWN
        state = self._quiet_state()
        return Outcome(
            status=Status(task["status"]),
            reason=Reason(task["reason"]) if task["reason"] else None,
            remark=task["remark"],
            retry_safe=bool(task["retry_safe"]),
            effects=tuple(Effect(attempt["effect"]) for attempt in _attempts(self.it, self.task_id)),
            published=self._of_this(state, "posts"),
            published_at_cut=self.at_cut,
            files=() if unknown else self._files_left(),
            drafts=self._of_this(state, "drafts"),
            retried=unknown and self._retried(),
        )

    def seconds(self) -> float:
        """From the cut to its end."""
        (task,) = _rows(self.it, "SELECT end_time FROM tasks WHERE id = ?", self.task_id)
        return 0.0 if self.cut_at is None else (from_micros(task["end_time"]) - self.cut_at).total_seconds()

    def _of_this(self, state: Mapping[str, Any], kind: str) -> int:
        mine = f"drover-{self.task_id}-"
        return sum(row["files"][0]["name"].startswith(mine) for row in state[kind])

    def _quiet_state(self) -> Mapping[str, Any]:
        def quiet() -> Mapping[str, Any] | None:
            state = self.it.phones.state(self.serial)
            return None if state["uploads"] else state

        return wait_until(quiet, timeout_s=_UPLOADED_S, what="the end of the upload")

    def _files_left(self) -> tuple[str, ...]:
        found: list[str] = []

        def gone() -> bool:
            try:
                found[:] = self._files()
            except AdbError as error:  # adb has not found the phone again yet
                found[:] = [f"not seen: {error}"]
            return not found

        try:
            wait_until(gone, timeout_s=_SWEPT_S, every_s=0.5, what="an empty gallery")
        except AssertionError:
            return tuple(found)
        return ()

    def _files(self) -> list[str]:
        """Files and rows of this task, as the phone itself lists them."""
        rows = "content query --uri content://media/external/file --projection _display_name"
        listed = str(self.it.adb.device(self.serial).shell(f"ls {CAMERA}; {rows}"))
        return sorted({name for name in _OURS.findall(listed) if name.startswith(f"drover-{self.task_id}-")})

    def _retried(self) -> bool:
        try:
            self.it.daemon.client.ask(RetryTask(task_id=self.task_id), Task)
        except RequestError:
            return False
        return True


def ended(it: Rig, trials: Iterable[Trial]) -> set[int]:
    """The ids of those whose task has ended."""
    ids = {trial.task_id for trial in trials}
    return {row["id"] for row in _rows(it, "SELECT id FROM tasks WHERE status >= 2") if row["id"] in ids}


def _attempts(it: Rig, task_id: int) -> list[sqlite3.Row]:
    return _rows(it, "SELECT * FROM attempts WHERE task_id = ? ORDER BY attempt", task_id)


def _rows(it: Rig, query: str, *values: int) -> list[sqlite3.Row]:
    with closing(sqlite3.connect(f"file:{it.daemon.data_dir / 'drover.db'}?mode=ro", uri=True)) as conn:
        conn.row_factory = sqlite3.Row
        return conn.execute(query, values).fetchall()
