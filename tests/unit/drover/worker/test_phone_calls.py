"""Calls of a command while it runs, and the phone as the next one gets it."""

import queue
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drover.phone.engine import CallUncertainError, PhoneLostError
from drover.phone.phone import Phone
from drover.wire.direct import DirectAnswered, DirectEnd, DirectRpc
from drover.wire.worker import FromWorker, Probe
from drover.worker.attempt import AttemptContext
from drover.worker.direct_calls import Asked
from drover.worker.phone_calls import Inbox, PhoneCalls
from drover.worker.phone_connection import PhoneConnection
from tests.support.hand_phone import Accounts
from tests.support.worker_bench import SPEC, KnownPhone, begin


class Called(KnownPhone):
    """Does what it is asked unless it is to raise; `cancels` are what could have cancelled its calls."""

    def __init__(self) -> None:
        super().__init__(Accounts(["anna.b"]))
        self.raises: Exception | None = None
        self.cancels: list[Callable[[], None]] = []
        self.closed = False

    def call(self, method: str, params: Any = (), *, timeout_s: float = 1.0) -> Any:
        self.cancels.append(self.cancelled)
        if self.raises is not None:
            raise self.raises
        return method

    def close(self) -> None:
        self.closed = True


class Scene:
    """An attempt whose command runs."""

    def __init__(self, folder: Path) -> None:
        self.said: list[FromWorker] = []
        self.inbox: Inbox = queue.SimpleQueue()
        self.calls = PhoneCalls(self.inbox, PhoneConnection(SPEC, self.said.append), self.said.append)
        self.phone = Called()
        self.attempt = AttemptContext(self.phone, begin(folder), self.said.append)
        self.phone.cancelled = self.attempt.check
        self.folder = folder

    def ask(self, method: str = "click") -> None:
        call = DirectRpc(request_id=self.inbox.qsize() + 1, timeout_s=20, folder=str(self.folder), method=method)
        self.inbox.put(Asked.now(call))

    def ends(self) -> list[DirectEnd]:
        return [message.end for message in self.said if isinstance(message, DirectAnswered)]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_a_call_that_has_begun_is_not_cancelled_by_the_end_of_its_task(scene: Scene) -> None:
    scene.ask()
    scene.attempt.stop()
    scene.calls.serve_command(scene.attempt, 0)
    assert scene.ends() == [DirectEnd.DONE]
    (cancelled,) = scene.phone.cancels
    cancelled()  # the attempt's own check would raise
    assert scene.phone.cancelled == scene.attempt.check


def test_nothing_to_do_and_the_threads_end_are_left_for_later(scene: Scene) -> None:
    scene.calls.serve_command(scene.attempt, 0)
    scene.inbox.put(None)
    scene.calls.serve_command(scene.attempt, 0)
    assert (scene.inbox.get_nowait(), scene.said) == (None, [])


def test_a_phone_that_failed_a_call_is_opened_again_under_the_command(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Called()

    def opened(*_args: object, **_fields: object) -> Phone:
        return other

    monkeypatch.setattr(Phone, "open", opened)
    scene.phone.raises = CallUncertainError("may have arrived")
    scene.ask()
    scene.calls.serve_command(scene.attempt, 0)
    assert (scene.ends(), scene.phone.closed) == ([DirectEnd.UNCERTAIN], True)
    assert scene.attempt.phone is other
    assert other.cancelled == scene.attempt.check
    assert not scene.calls.end_command(scene.attempt, scene.phone)
    assert other.closed


def test_where_it_cannot_be_opened_the_next_call_tries_too(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_args: object, **_fields: object) -> Phone:
        raise PhoneLostError("not found")

    monkeypatch.setattr(Phone, "open", lost)
    scene.phone.raises = CallUncertainError("may have arrived")
    for _ in range(2):
        scene.ask()
        scene.calls.serve_command(scene.attempt, 0)
    assert scene.ends() == [DirectEnd.UNCERTAIN] * 2
    assert "the phone does not answer: not found" in (scene.folder / "3" / "log.txt").read_text()


def test_calls_that_still_wait_when_the_command_ends_are_not_done(scene: Scene) -> None:
    scene.ask()
    scene.inbox.put(Probe())
    scene.ask()
    assert scene.calls.end_command(scene.attempt, scene.phone)
    assert (scene.ends(), scene.phone.cancels) == ([DirectEnd.NOT_DONE] * 2, [])
    assert (scene.inbox.get_nowait(), scene.inbox.empty()) == (Probe(), True)
    assert not scene.phone.closed


def test_settings_that_a_command_changed_end_with_it(scene: Scene) -> None:
    scene.ask("setConfigurator")
    scene.calls.serve_command(scene.attempt, 0)
    assert not scene.calls.end_command(scene.attempt, scene.phone)
    assert scene.calls.end_command(scene.attempt, scene.phone)
