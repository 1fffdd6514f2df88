"""The runner between attempts: a reading waits for nobody, and gives way to what must end at once."""

import errno
import os
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest

from drover.phone.engine import PhoneLostError, PhoneNotReadyError
from drover.phone.mediastore import GalleryName
from drover.phone.phone import Phone
from drover.wire.devices import DeviceFacts, PhoneCondition
from drover.wire.tasks import Effect, Reason
from drover.wire.worker import AccountsRead, Begin, Ended, FromWorker, PhoneReady, PhoneTrouble, ReadAccounts, Tidy
from drover.wire.zygote import WorkerSpec
from drover.worker import readiness
from drover.worker.runner import Runner
from drover.worker.task_files import TaskFiles
from tests.support.hand_phone import Accounts, HandPhone

SPEC = WorkerSpec(
    serial="hand0001", incarnation=1, boot_id="boot", endpoint="", adb_host="", adb_port=0, engine="adb", heartbeat_s=5
)


class Held(Accounts):
    """An app whose screen comes when it is let."""

    def __init__(self) -> None:
        super().__init__(["anna.b", "bea"])
        self.looked, self.let = threading.Event(), threading.Event()

    def xml(self) -> str:
        self.looked.set()
        assert self.let.wait(20)
        return super().xml()


class KnownPhone(HandPhone):
    condition: PhoneCondition | None = None
    doubts: ClassVar[list[bool]] = []

    def check_ready(self, *, doubt_input: bool = False, timeout_s: float = 15.0) -> None:
        self.doubts.append(doubt_input)
        if self.condition is not None:
            raise PhoneNotReadyError("hand0001", self.condition, "not as it should be; do this")

    def wake(self, *, timeout_s: float = 15.0) -> None:
        self.check_ready()

    def facts(self, packages: Any = (), *, timeout_s: float = 15.0) -> DeviceFacts:
        return DeviceFacts(
            hardware_serial="hand0001", model="Hand", platform_version="13", sdk=33, width=1080, height=2400,
            battery=None, engine="hand", apps={"com.instagram.android": "410"},
        )  # fmt: skip


class Bench:
    """A runner over a hand-written app, and what it says."""

    def __init__(
        self, app: Accounts, monkeypatch: pytest.MonkeyPatch, opened: Callable[..., KnownPhone] | None = None
    ) -> None:

        def ready(*_args: object, doubt_input: bool = False, **_fields: object) -> KnownPhone:
            phone = KnownPhone(app)
            phone.check_ready(doubt_input=doubt_input)
            return phone

        monkeypatch.setattr(Phone, "open", opened or ready)
        self.said: queue.SimpleQueue[FromWorker] = queue.SimpleQueue()
        self.runner = Runner(SPEC, self.said.put)
        self.thread = threading.Thread(target=self.runner.run)
        self.thread.start()

    def next(self, kind: type[Any]) -> Any:
        """The next message of this kind; those of others are passed over."""
        while True:
            message = self.said.get(timeout=20)
            if isinstance(message, kind):
                return message


@pytest.fixture
def held() -> Held:
    return Held()


@pytest.fixture
def bench(held: Held, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    made = Bench(held, monkeypatch)
    yield made
    held.let.set()
    made.runner.shutdown()
    made.thread.join(20)
    assert not made.thread.is_alive()


def begin(folder: Path) -> Begin:
    return Begin(
        fence=7, task_id=3, attempt=1, script_name="follow", script_config={"target_user": "zoe"}, username=None,
        platform="instagram", package="", folder=str(folder / "3"), deadline_s=60,
    )  # fmt: skip


def test_a_stopped_attempt_behind_a_reading_ends_at_once_and_the_reading_says_why(
    bench: Bench, held: Held, tmp_path: Path
) -> None:
    bench.runner.read_accounts(ReadAccounts(request_id=5, platform="instagram"))
    assert held.looked.wait(20)
    bench.runner.begin(begin(tmp_path))
    bench.runner.stop(7)
    held.let.set()
    read = bench.next(AccountsRead)
    assert (read.request_id, read.usernames) == (5, [])
    assert "made way" in read.why
    ended = bench.next(Ended)
    assert (ended.fence, ended.reason, ended.effect) == (7, Reason.STOPPED, Effect.NONE)


def test_a_shutdown_does_not_wait_for_a_reading(bench: Bench, held: Held) -> None:
    bench.runner.read_accounts(ReadAccounts(request_id=6, platform="instagram"))
    assert held.looked.wait(20)
    bench.runner.shutdown()
    held.let.set()
    assert "made way" in bench.next(AccountsRead).why
    bench.thread.join(20)
    assert not bench.thread.is_alive()


class Left:
    """A gallery with files of two tasks; the phone may be gone when it is read."""

    def __init__(self) -> None:
        self.names = [GalleryName(task_id=task, stamp=1, index=1, extension="mp4") for task in (3, 4)]
        self.lost = False

    def ours(self) -> list[GalleryName]:
        if self.lost:
            raise PhoneLostError("hand0001: adb says: device not found")
        return self.names

    def remove(self, names: Iterable[str]) -> None:
        gone = set(names)
        self.names = [name for name in self.names if str(name) not in gone]


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> Left:
    made = Left()
    monkeypatch.setattr(KnownPhone, "gallery", property(lambda _self: made, lambda _self, _made: None), raising=False)
    return made


def test_a_gallery_is_tidied_but_for_the_tasks_whose_upload_may_run(held: Held, left: Left, bench: Bench) -> None:
    bench.next(PhoneReady)
    bench.runner.tidy(Tidy(keep=[4]))
    bench.runner.probe()
    bench.next(PhoneReady)
    assert [name.task_id for name in left.names] == [4]


def test_a_phone_that_is_gone_when_it_is_tidied_is_opened_anew(held: Held, left: Left, bench: Bench) -> None:
    bench.next(PhoneReady)
    left.lost = True
    bench.runner.tidy(Tidy())
    assert "not found" in bench.next(PhoneTrouble).why
    bench.next(PhoneReady)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A phone that waits for a person is looked at all the time."""
    monkeypatch.setattr(readiness, "FIRST_S", 0.01)
    monkeypatch.setattr(readiness, "MOST_S", 0.02)
    KnownPhone.doubts.clear()
    yield
    KnownPhone.condition = None


@pytest.mark.parametrize("condition", [PhoneCondition.LOCKED, PhoneCondition.INPUT_FORBIDDEN])
def test_case_p7_a_phone_that_is_not_ready_is_looked_at_until_it_is(
    quick: None, bench: Bench, condition: PhoneCondition
) -> None:
    bench.next(PhoneReady)
    KnownPhone.condition = condition
    bench.runner.probe()
    for _ in range(3):
        trouble = bench.next(PhoneTrouble)
        assert (trouble.why, trouble.condition) == ("not as it should be; do this", condition)
    KnownPhone.condition = None
    bench.next(PhoneReady)
    assert KnownPhone.doubts[-1] is (condition is PhoneCondition.INPUT_FORBIDDEN)


def test_case_p7_a_phone_that_is_not_ready_from_the_start_gives_attempts_back(
    quick: None, held: Held, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    KnownPhone.condition = PhoneCondition.NOT_UNLOCKED
    made = Bench(held, monkeypatch)
    try:
        made.next(PhoneTrouble)
        made.runner.begin(begin(tmp_path))
        ended = made.next(Ended)
        assert (ended.reason, ended.effect, ended.condition) == (Reason.INTERRUPTED, Effect.NONE, KnownPhone.condition)
        KnownPhone.condition = None
        made.next(PhoneReady)
    finally:
        made.runner.shutdown()
        made.thread.join(20)


def test_case_p7_an_attempt_on_a_locked_phone_ends_before_it_does_anything(
    quick: None, bench: Bench, held: Held, tmp_path: Path
) -> None:
    bench.next(PhoneReady)
    KnownPhone.condition = PhoneCondition.LOCKED
    held.let.set()
    bench.runner.begin(begin(tmp_path))
    ended = bench.next(Ended)
    assert (ended.reason, ended.effect, ended.condition) == (Reason.INTERRUPTED, Effect.NONE, PhoneCondition.LOCKED)
    assert "do this" in ended.remark
    assert bench.next(PhoneTrouble).condition is PhoneCondition.LOCKED
    KnownPhone.condition = None
    bench.next(PhoneReady)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EMFILE])
def test_case_b5_a_worker_whose_files_are_refused_lives_and_runs_the_next_attempt(
    code: int, bench: Bench, held: Held, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held.let.set()

    def refused(_files: TaskFiles) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patched:
        patched.setattr(TaskFiles, "make_folder", refused)
        bench.runner.begin(begin(tmp_path))
        lost = bench.next(Ended)
    bench.runner.begin(msgspec.structs.replace(begin(tmp_path), fence=8))
    kept = bench.next(Ended)
    assert bench.thread.is_alive()
    assert (lost.reason, lost.effect, lost.evidence) == (kept.reason, kept.effect, [])
    assert lost.remark.endswith(f"Its log or evidence is incomplete: {os.strerror(code)}.")
    assert "incomplete" not in kept.remark
    assert (tmp_path / "3" / "log.txt").read_text()


def test_case_b5_a_phone_whose_program_cannot_be_read_is_tried_again(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    held.let.set()
    failures = [OSError(errno.EMFILE, os.strerror(errno.EMFILE))]

    def opened(*_args: object, **_fields: object) -> KnownPhone:
        if failures:
            raise failures.pop()
        return KnownPhone(held)

    bench = Bench(held, monkeypatch, opened)
    try:
        assert "Too many open files" in bench.next(PhoneTrouble).why
        assert bench.next(PhoneReady)
    finally:
        bench.runner.shutdown()
        bench.thread.join(20)
