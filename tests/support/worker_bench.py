"""A worker's runner over a hand-written app in this process, and a supervisor that answers it at once."""

import queue
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import pytest

from drover.phone.engine import PhoneNotReadyError
from drover.phone.phone import Phone
from drover.wire.devices import DeviceFacts, PhoneCondition
from drover.wire.tasks import Phase
from drover.wire.worker import (
    AccountNoted,
    AccountSeen,
    AccountVerdict,
    Begin,
    FromWorker,
    IntentRecorded,
    IntentRequested,
    Progressed,
)
from drover.wire.zygote import WorkerSpec
from drover.worker import readiness
from drover.worker.attempt import AttemptContext
from drover.worker.runner import Runner
from tests.support.hand_phone import Accounts, HandPhone

SPEC = WorkerSpec(
    serial="hand0001", incarnation=1, boot_id="boot", endpoint="", adb_host="", adb_port=0, engine="adb", heartbeat_s=5
)
INSTAGRAM = "com.instagram.android"


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
    """Says what it is, and in which condition; `doubts` are the looks that asked for a touch as well."""

    condition: PhoneCondition | None = None
    doubts: ClassVar[list[bool]] = []
    apps: ClassVar[dict[str, str]] = {INSTAGRAM: "410"}

    def check_ready(self, *, doubt_input: bool = False, timeout_s: float = 15.0) -> None:
        self.doubts.append(doubt_input)
        if self.condition is not None:
            raise PhoneNotReadyError("hand0001", self.condition, "not as it should be; do this")

    def wake(self, *, timeout_s: float = 15.0) -> None:
        self.check_ready()

    def facts(self, packages: Any = (), *, timeout_s: float = 15.0) -> DeviceFacts:
        return DeviceFacts(
            hardware_serial="hand0001", model="Hand", platform_version="13", sdk=33, width=1080, height=2400,
            battery=None, engine="hand", apps=dict(self.apps),
        )  # fmt: skip


Open = Callable[..., Phone]


class WorkerBench:
    """A runner and what it says. `verdict` is the supervisor's on the account that the app is logged in with."""

    verdict = AccountVerdict.NOT_STORED

    def __init__(self, app: Accounts, monkeypatch: pytest.MonkeyPatch, opened: Open | None = None) -> None:
        def ready(*_args: object, doubt_input: bool = False, **_fields: object) -> KnownPhone:
            phone = KnownPhone(app)
            phone.check_ready(doubt_input=doubt_input)
            return phone

        monkeypatch.setattr(Phone, "open", opened or ready)
        self.said: queue.SimpleQueue[FromWorker] = queue.SimpleQueue()
        self.runner = Runner(SPEC, self._hear)
        self.thread = threading.Thread(target=self.runner.run)
        self.thread.start()

    def _hear(self, message: FromWorker) -> None:
        self.said.put(message)
        if isinstance(message, AccountSeen):
            self.runner.answer(AccountNoted(fence=message.fence, verdict=self.verdict, why="as the test wants it"))

    def next(self, kind: type[Any]) -> Any:
        """The next message of this kind; those of others are passed over."""
        while True:
            message = self.said.get(timeout=20)
            if isinstance(message, kind):
                return message

    def ended(self) -> bool:
        """Whether the phone's thread ends, after a shutdown."""
        self.thread.join(20)
        return not self.thread.is_alive()


@contextmanager
def running(app: Accounts, monkeypatch: pytest.MonkeyPatch, opened: Open | None = None) -> Generator[WorkerBench]:
    """A runner for as long as the block takes."""
    bench = WorkerBench(app, monkeypatch, opened)
    try:
        yield bench
    finally:
        if isinstance(app, Held):
            app.let.set()
        bench.runner.shutdown()
        assert bench.ended()


@pytest.fixture
def held() -> Held:
    return Held()


@pytest.fixture
def bench(held: Held, monkeypatch: pytest.MonkeyPatch) -> Iterator[WorkerBench]:
    with running(held, monkeypatch) as made:
        yield made


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A phone that waits for a person is looked at all the time."""
    monkeypatch.setattr(readiness, "FIRST_S", 0.01)
    monkeypatch.setattr(readiness, "MOST_S", 0.02)
    KnownPhone.doubts.clear()
    yield
    KnownPhone.condition = None


def begin(at: Path, **changed: Any) -> Begin:
    """An attempt of a follow on Instagram, as whoever is logged in; its task's folder lies in `at`."""
    fields: dict[str, Any] = {
        "fence": 7, "task_id": 3, "attempt": 1, "script_name": "follow", "script_config": {"target_user": "zoe"},
        "username": None, "platform": "instagram", "package": "", "folder": str(at / "3"), "deadline_s": 60,
        **changed,
    }  # fmt: skip
    return Begin(**fields)


class AnsweredAttempt:
    """An attempt as its script sees it; the supervisor records every intent and lets it go on as any account."""

    def __init__(self, message: Begin) -> None:
        self.said: list[FromWorker] = []
        self.app = Accounts(["anna.b", "bea"])
        self.context = AttemptContext(KnownPhone(self.app), message, self._hear)
        self.context.enter(Phase.PREPARE)

    def _hear(self, message: FromWorker) -> None:
        self.said.append(message)
        if isinstance(message, IntentRequested):
            self._answer(IntentRecorded(fence=message.fence))
        elif isinstance(message, AccountSeen):
            self._answer(AccountNoted(fence=message.fence, verdict=AccountVerdict.GO_ON))

    def _answer(self, answer: IntentRecorded | AccountNoted) -> None:
        threading.Thread(target=self.context.answer, args=(answer,)).start()

    def told(self) -> list[type]:
        """The kinds of what was said, but for its progress."""
        return [type(message) for message in self.said if not isinstance(message, Progressed)]
