"""The phone's thread: what it does between attempts, and when it opens the phone again."""

import errno
import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from drover.phone.engine import PhoneLostError
from drover.phone.mediastore import GalleryName
from drover.wire.direct import DirectAnswered, DirectEnd, DirectEnded, DirectRpc
from drover.wire.worker import AccountsRead, AttemptRefused, CleanUp, PhoneReady, PhoneTrouble, ReadAccounts
from drover.worker import runner
from tests.support.worker_bench import Held, KnownPhone, WorkerBench, begin, running


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


def test_a_gallery_is_tidied_but_for_the_tasks_whose_upload_may_run(held: Held, left: Left, bench: WorkerBench) -> None:
    bench.next(PhoneReady)
    bench.runner.clean_up(CleanUp(keep=[4]))
    bench.runner.probe()
    bench.next(PhoneReady)
    assert [name.task_id for name in left.names] == [4]


def test_a_phone_that_is_gone_when_it_is_tidied_is_opened_anew(held: Held, left: Left, bench: WorkerBench) -> None:
    bench.next(PhoneReady)
    left.lost = True
    bench.runner.clean_up(CleanUp())
    assert "not found" in bench.next(PhoneTrouble).why
    bench.next(PhoneReady)


def test_case_b5_a_phone_whose_program_cannot_be_read_is_tried_again(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    held.let.set()
    failures = [OSError(errno.EMFILE, os.strerror(errno.EMFILE))]

    def opened(*_args: object, **_fields: object) -> KnownPhone:
        if failures:
            raise failures.pop()
        return KnownPhone(held)

    with running(held, monkeypatch, opened) as bench:
        assert "Too many open files" in bench.next(PhoneTrouble).why
        assert bench.next(PhoneReady)


def test_while_the_phone_does_not_open_attempts_and_readings_are_given_back(
    held: Held, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "FIRST_RETRY_S", 30.0)  # only a message goes on earlier

    def lost(*_args: object, **_fields: object) -> KnownPhone:
        raise PhoneLostError("hand0001: not found")

    with running(held, monkeypatch, lost) as bench:
        bench.next(PhoneTrouble)
        bench.runner.begin(begin(tmp_path))
        assert bench.next(AttemptRefused).why == "its phone does not answer"
        assert bench.runner.running is None
        bench.next(PhoneTrouble)  # it was tried again at once
        bench.runner.read_accounts(ReadAccounts(request_id=5, platform="instagram"))
        assert "does not answer" in bench.next(AccountsRead).why


def test_settings_that_a_leases_holder_changed_end_with_the_lease(
    held: Held, bench: WorkerBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def call(_phone: KnownPhone, method: str, _params: object, *, timeout_s: float) -> bool:
        calls.append(method)
        return True

    monkeypatch.setattr(KnownPhone, "call", call)
    bench.next(PhoneReady)
    for number, method in enumerate(("click", "setConfigurator"), 1):
        bench.runner.direct(DirectRpc(request_id=number, timeout_s=20, folder=str(tmp_path), method=method))
        answer = bench.next(DirectAnswered)
        assert (answer.request_id, answer.end) == (number, DirectEnd.DONE)
        bench.runner.direct(DirectEnded())
    bench.next(PhoneReady)  # opened again, once, because of the second
    bench.runner.direct(DirectRpc(request_id=3, timeout_s=20, folder=str(tmp_path), method="click"))
    assert isinstance(bench.next(object), DirectAnswered)
