"""A reading of accounts keeps nobody waiting, has no effect, and is answered whatever happens."""

from pathlib import Path
from types import MethodType

import pytest

from drover.phone.engine import PhoneLostError, PhoneNotReadyError
from drover.phone.hierarchy import parse
from drover.wire.devices import PhoneCondition
from drover.wire.tasks import Effect, Reason
from drover.wire.worker import AccountsRead, Ended, PhoneReady, PhoneTrouble, ReadAccounts
from drover.worker import account_reader
from drover.worker.account_reader import ReadingContext
from tests.support.hand_phone import Accounts, HandPhone
from tests.support.worker_bench import INSTAGRAM, Held, KnownPhone, WorkerBench, begin, running


def test_a_stopped_attempt_behind_a_reading_ends_at_once_and_the_reading_says_why(
    bench: WorkerBench, held: Held, tmp_path: Path
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


def test_a_shutdown_does_not_wait_for_a_reading(bench: WorkerBench, held: Held) -> None:
    bench.runner.read_accounts(ReadAccounts(request_id=6, platform="instagram"))
    assert held.looked.wait(20)
    bench.runner.shutdown()
    held.let.set()
    assert "made way" in bench.next(AccountsRead).why
    assert bench.ended()


def test_the_answer_names_accounts_app_and_version_and_leaves_the_app_as_it_was(bench: WorkerBench, held: Held) -> None:
    held.let.set()
    bench.runner.read_accounts(ReadAccounts(request_id=5, platform="instagram"))
    read = bench.next(AccountsRead)
    assert (read.usernames, read.active, read.why) == (["anna.b", "bea"], "anna.b", "")
    assert (read.package, read.version, read.main) == (INSTAGRAM, "410", True)
    assert not held.running  # it was not in front before


def test_an_app_that_is_not_there_is_named_and_the_phone_is_looked_at_first(bench: WorkerBench) -> None:
    bench.next(PhoneReady)
    bench.runner.read_accounts(ReadAccounts(request_id=5, platform="tiktok"))
    bench.next(PhoneReady)
    assert "tiktok is not installed (com.zhiliaoapp.musically or " in bench.next(AccountsRead).why


@pytest.mark.parametrize(
    ("error", "words", "tells"),
    [
        (PhoneNotReadyError("hand0001", PhoneCondition.LOCKED, "locked; unlock it"), "unlock it", PhoneTrouble),
        (PhoneLostError("hand0001: gone"), "gone", PhoneReady),  # it was opened again
        (ZeroDivisionError("oh"), "a fault of its own: ZeroDivisionError('oh')", None),
    ],
)
def test_whatever_happens_there_is_an_answer(
    error: Exception, words: str, tells: type[object] | None, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_phone: KnownPhone, **_fields: object) -> str:
        raise error

    held.let.set()
    monkeypatch.setattr(KnownPhone, "current_package", fail)
    with running(held, monkeypatch) as bench:
        bench.next(PhoneReady)
        bench.runner.read_accounts(ReadAccounts(request_id=5, platform="instagram"))
        said = [bench.next(object), bench.next(object)] if tells else [bench.next(object)]
        (read,) = [message for message in said if isinstance(message, AccountsRead)]
        assert read.why.endswith(words) or words in read.why
        assert tells is None or any(isinstance(message, tells) for message in said)


def test_an_app_in_front_stays_in_front_and_a_reading_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Accounts(["anna.b"])
    app.running = True
    phone = HandPhone(app)
    phone.current_package = MethodType(lambda _phone, **_fields: INSTAGRAM, phone)  # type: ignore[method-assign]
    asked = ReadAccounts(request_id=5, platform="instagram")
    assert account_reader.read_accounts(phone, asked, INSTAGRAM, lambda: None).usernames == ["anna.b"]
    assert app.running
    monkeypatch.setattr(account_reader, "READ_S", -1.0)
    late = account_reader.read_accounts(phone, asked, INSTAGRAM, lambda: None)
    assert (late.reason, late.usernames) == (Reason.TIMEOUT, [])


def test_a_reading_can_have_no_effect() -> None:
    context = ReadingContext(HandPhone(Accounts(["anna.b"])), platform="instagram", package=INSTAGRAM)
    with pytest.raises(RuntimeError, match="wanted to tap Follow"):
        context.commit("tap Follow", lambda: pytest.fail("tapped"))
    with pytest.raises(RuntimeError, match="no effect"):
        context.confirm(parse('<hierarchy><node bounds="[0,0][10,10]"/></hierarchy>'))
