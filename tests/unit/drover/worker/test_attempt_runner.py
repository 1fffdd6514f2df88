"""Which attempts begin, and what the end of each is called."""

import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from drover.phone.engine import (
    AppMissingError,
    CoveredError,
    PhoneError,
    PhoneLostError,
    PhoneTimeoutError,
)
from drover.scripts import registry
from drover.scripts.context import Context, ScriptFailed
from drover.wire.devices import PhoneCondition
from drover.wire.holds import Trouble
from drover.wire.tasks import Effect, Reason
from drover.wire.worker import AttemptRefused, Ended, Outcome, PhoneReady, PhoneTrouble
from drover.worker.task_files import TaskFiles
from tests.support.worker_bench import Held, KnownPhone, WorkerBench, begin


@dataclass
class Raising:
    """Implements Script: raises this as it begins, or completes without an effect."""

    error: BaseException | None = None
    effect: str = ""
    reconciles: bool = False

    def prepare(self, ctx: Context) -> bool:
        if self.error is not None:
            raise self.error
        return False

    def commit(self, ctx: Context) -> None:
        pytest.fail("nothing was to be done")

    def verify(self, ctx: Context) -> None:
        pytest.fail("nothing was to be done")


@pytest.fixture
def script() -> Iterator[Raising]:
    """What an attempt of the script "raising" does."""
    made = Raising()
    registry.register("raising", lambda _config: made)
    yield made
    registry.forget("raising")


def test_case_p7_an_attempt_on_a_locked_phone_ends_before_it_does_anything(
    quick: None, bench: WorkerBench, held: Held, tmp_path: Path
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
    code: int, bench: WorkerBench, held: Held, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held.let.set()

    def refused(_files: TaskFiles) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patched:
        patched.setattr(TaskFiles, "make_folder", refused)
        bench.runner.begin(begin(tmp_path))
        lost = bench.next(Ended)
    bench.runner.begin(begin(tmp_path, fence=8))
    kept = bench.next(Ended)
    assert bench.thread.is_alive()
    assert (lost.reason, lost.effect, lost.evidence) == (kept.reason, kept.effect, [])
    assert lost.remark.endswith(f"Its log or evidence is incomplete: {os.strerror(code)}.")
    assert "incomplete" not in kept.remark
    assert (tmp_path / "3" / "log.txt").read_text()


@pytest.mark.parametrize(
    ("error", "reason", "words"),
    [
        (PhoneLostError("gone"), Reason.DEVICE_LOST, "gone"),
        (PhoneTimeoutError("late"), Reason.TIMEOUT, "late"),
        (PhoneError("odd"), Reason.INTERRUPTED, "odd"),
        (AppMissingError("not installed"), Reason.APP_MISSING, "not installed"),
        (CoveredError("hand0001", "Follow"), Reason.APP_CHANGED, "Follow lies under something else"),
        (ScriptFailed(Reason.NEEDS_HUMAN, "a puzzle", trouble=Trouble.CAPTCHA), Reason.NEEDS_HUMAN, "a puzzle"),
        (OSError(errno.ENOSPC, "No space left"), Reason.INTERRUPTED, "check its disk"),
        (OSError(errno.ENOENT, "no such file"), Reason.SCRIPT_ERROR, "a fault of its own: FileNotFoundError"),
        (ZeroDivisionError("oh"), Reason.SCRIPT_ERROR, "a fault of its own: ZeroDivisionError('oh')"),
    ],
)
def test_how_an_end_is_called(
    error: Exception, reason: Reason, words: str, script: Raising, bench: WorkerBench, held: Held, tmp_path: Path
) -> None:
    held.let.set()
    script.error = error
    bench.next(PhoneReady)
    bench.runner.begin(begin(tmp_path, script_name="raising"))
    ended = bench.next(Ended)
    assert (ended.outcome, ended.effect, ended.reason) == (Outcome.FAILED, Effect.NONE, reason)
    assert words in ended.remark
    assert ended.trouble == (Trouble.CAPTCHA if isinstance(error, ScriptFailed) else None)
    assert bench.runner.running is None


@pytest.mark.parametrize("error", [PhoneLostError("gone"), PhoneTimeoutError("late"), PhoneError("odd")])
def test_a_phone_that_failed_an_attempt_is_opened_again(
    error: Exception, script: Raising, bench: WorkerBench, held: Held, tmp_path: Path
) -> None:
    held.let.set()
    script.error = error
    bench.next(PhoneReady)
    bench.runner.begin(begin(tmp_path, script_name="raising"))
    bench.next(Ended)
    bench.next(PhoneReady)  # without a probe


def test_a_locked_phone_is_to_blame_and_not_the_app(
    quick: None, script: Raising, bench: WorkerBench, held: Held, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held.let.set()

    def lock_and_fail(_script: Raising, ctx: Context) -> bool:
        KnownPhone.condition = PhoneCondition.LOCKED
        raise ScriptFailed(Reason.APP_CHANGED, "no such screen")

    monkeypatch.setattr(Raising, "prepare", lock_and_fail)
    bench.runner.begin(begin(tmp_path, script_name="raising"))
    ended = bench.next(Ended)
    assert (ended.reason, ended.condition) == (Reason.INTERRUPTED, PhoneCondition.LOCKED)
    assert "so this says nothing: app_changed: no such screen" in (tmp_path / "3" / "log.txt").read_text()
    assert bench.next(PhoneTrouble).condition is PhoneCondition.LOCKED


def test_a_fence_is_taken_once_and_one_attempt_at_a_time(
    script: Raising, bench: WorkerBench, held: Held, tmp_path: Path
) -> None:
    bench.runner.begin(begin(tmp_path))
    assert held.looked.wait(20)
    bench.runner.begin(begin(tmp_path, fence=8))
    assert bench.next(AttemptRefused).why == "busy with 7"
    bench.runner.stop(7)
    held.let.set()
    assert bench.next(Ended).reason is Reason.STOPPED
    bench.runner.begin(begin(tmp_path))
    assert bench.next(AttemptRefused).why == "seen already"
    bench.runner.begin(begin(tmp_path, fence=8, script_name="raising"))
    assert bench.next(Ended).outcome is Outcome.COMPLETED


def test_what_begins_after_a_shutdown_is_interrupted(bench: WorkerBench, held: Held, tmp_path: Path) -> None:
    bench.runner.begin(begin(tmp_path))
    assert held.looked.wait(20)
    bench.runner.shutdown()
    held.let.set()
    assert bench.next(Ended).reason is Reason.INTERRUPTED
    assert bench.ended()


def test_a_script_that_is_no_more_is_named(bench: WorkerBench, held: Held, tmp_path: Path) -> None:
    held.let.set()
    bench.runner.begin(begin(tmp_path, script_name="gone"))
    ended = bench.next(Ended)
    assert (ended.reason, "no script gone any more" in ended.remark) == (Reason.SCRIPT_ERROR, True)
