"""How a worker reaches its phone: what it tells of one that does not open, is not ready, or has another app."""

from pathlib import Path

import pytest

from drover.phone.adb import OtherPhoneError
from drover.phone.engine import AppMissingError, PhoneLostError, PhoneStartingError
from drover.phone.phone import Phone
from drover.wire.custom import CommandSpec, ManagedRun
from drover.wire.devices import PhoneCondition
from drover.wire.tasks import Effect, Reason
from drover.wire.worker import Ended, FromWorker, OtherPhone, PhoneReady, PhoneTrouble, ReadAccounts
from drover.worker.phone_connection import STARTING_S, PhoneConnection, machine_error
from tests.support.hand_phone import Accounts
from tests.support.worker_bench import INSTAGRAM, SPEC, Held, KnownPhone, WorkerBench, begin, running

TIKTOK = "com.zhiliaoapp.musically"


@pytest.fixture
def said() -> list[FromWorker]:
    return []


@pytest.fixture
def connection(said: list[FromWorker]) -> PhoneConnection:
    return PhoneConnection(SPEC, said.append)


@pytest.mark.parametrize("condition", [PhoneCondition.LOCKED, PhoneCondition.INPUT_FORBIDDEN])
def test_case_p7_a_phone_that_is_not_ready_is_looked_at_until_it_is(
    quick: None, bench: WorkerBench, condition: PhoneCondition
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
    with running(held, monkeypatch) as made:
        made.next(PhoneTrouble)
        made.runner.begin(begin(tmp_path))
        ended = made.next(Ended)
        assert (ended.reason, ended.effect, ended.condition) == (Reason.INTERRUPTED, Effect.NONE, KnownPhone.condition)
        KnownPhone.condition = None
        made.next(PhoneReady)


def test_what_is_told_of_a_phone_that_does_not_open_and_when_it_is_tried_again(
    connection: PhoneConnection, said: list[FromWorker]
) -> None:
    assert connection.on_not_opened(PhoneLostError("gone"), 16.0) == 16.0
    assert connection.on_not_opened(PhoneStartingError("hand0001"), 16.0) == STARTING_S
    assert connection.on_not_opened(OtherPhoneError("another answers"), 16.0) == 16.0
    assert [type(message) for message in said] == [PhoneTrouble, PhoneTrouble, OtherPhone, PhoneTrouble]
    assert connection.readiness.condition is None
    why = str(machine_error("hand0001", OSError(24, "Too many open files")))
    assert "Too many open files; check its disk" in why


def test_a_phone_that_is_lost_as_it_is_asked_what_it_is_is_let_go(
    connection: PhoneConnection, said: list[FromWorker], monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []

    class Lost(KnownPhone):
        def facts(self, packages: object = (), *, timeout_s: float = 15.0) -> object:  # type: ignore[override]
            raise PhoneLostError("gone")

        def close(self) -> None:
            closed.append(self.serial)

    def opened(*_args: object, **_fields: object) -> Phone:
        return Lost(Accounts(["anna.b"]))

    monkeypatch.setattr(Phone, "open", opened)
    with pytest.raises(PhoneLostError):
        connection.open_ready()
    assert (closed, said) == (["hand0001"], [])


def test_a_task_gets_the_first_installed_app_of_its_platform(
    connection: PhoneConnection, said: list[FromWorker], tmp_path: Path
) -> None:
    phone = KnownPhone(Accounts(["anna.b"]))
    assert connection.package_of(phone, begin(tmp_path)) == INSTAGRAM
    assert len(said) == 1  # nothing was known before, so the phone was looked at
    assert connection.package_of(phone, ReadAccounts(request_id=1, platform="instagram")) == INSTAGRAM
    assert connection.package_of(phone, begin(tmp_path, package="com.clone")) == "com.clone"
    run = ManagedRun(spec=CommandSpec(command=["true"]), session="s", api_base="")
    assert connection.package_of(phone, begin(tmp_path, platform="generic", managed=run)) == ""
    assert len(said) == 1
    with pytest.raises(AppMissingError, match=f"tiktok is not installed .{TIKTOK} or "):
        connection.package_of(phone, begin(tmp_path, platform="tiktok"))
    assert len(said) == 2


def test_an_app_that_was_installed_since_is_found(
    connection: PhoneConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = KnownPhone(Accounts(["anna.b"]))
    assert connection.probe(phone)
    monkeypatch.setattr(KnownPhone, "apps", {INSTAGRAM: "410", TIKTOK: "43"})
    assert connection.package_of(phone, begin(tmp_path, platform="tiktok")) == TIKTOK
