"""ReadAccounts as a worker's runner answers it, over real adb: both apps, and what cannot be read."""

import threading
from collections.abc import Callable, Iterator

import pytest

from drover.wire.worker import AccountsRead, FromWorker, ReadAccounts
from drover.wire.zygote import WorkerSpec
from drover.worker.runner import Runner
from tests.support.adb import AdbServer
from tests.support.phones import PhoneFarm, SimulatedPhone

Ask = Callable[[ReadAccounts], AccountsRead]


@pytest.fixture(scope="module", params=["uiautomator2", "adb"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def phone(farm: PhoneFarm) -> Iterator[SimulatedPhone]:
    yield farm.phones[0]
    farm.clear_faults(farm.phones[0].serial)


@pytest.fixture
def ask(adb_server: AdbServer, phone: SimulatedPhone, engine: str) -> Iterator[Ask]:
    """Ask a runner, and wait for its answer."""
    answers: list[AccountsRead] = []
    came = threading.Semaphore(0)

    def send(message: FromWorker) -> None:
        if isinstance(message, AccountsRead):
            answers.append(message)
            came.release()

    spec = WorkerSpec(
        serial=phone.serial,
        adb_host="127.0.0.1",
        adb_port=adb_server.port,
        engine=engine,
        endpoint="",
        boot_id="boot",
        incarnation=1,
        heartbeat_s=5,
    )
    runner = Runner(spec, send)
    thread = threading.Thread(target=runner.run)
    thread.start()

    def asked(message: ReadAccounts) -> AccountsRead:
        runner.read_accounts(message)
        assert came.acquire(timeout=90), "no answer"
        return answers[-1]

    yield asked
    runner.shutdown()
    thread.join(30)
    assert not thread.is_alive()


@pytest.mark.parametrize("app", ["tiktok", "instagram"])
def test_the_names_and_the_active_one(ask: Ask, farm: PhoneFarm, phone: SimulatedPhone, app: str) -> None:
    accounts = [row for row in farm.state(phone.serial)["accounts"] if row["app"] == app]
    answer = ask(ReadAccounts(request_id=1, platform=app))
    assert answer.usernames == [row["username"] for row in accounts]
    assert (answer.request_id, answer.why) == (1, "")
    assert answer.active == next(row["username"] for row in accounts if row["active"])
    again = [row for row in farm.state(phone.serial)["accounts"] if row["app"] == app]
    assert again == accounts


def test_a_logged_out_app(ask: Ask, farm: PhoneFarm, phone: SimulatedPhone) -> None:
    farm.fault(phone.serial, "login_wall")
    answer = ask(ReadAccounts(request_id=2, platform="instagram"))
    assert (answer.usernames, answer.active) == ([], None)
    assert "log in on the phone" in answer.why


def test_a_missing_app_and_a_platform_that_nobody_knows(ask: Ask) -> None:
    missing = ask(ReadAccounts(request_id=3, platform="instagram", package="org.example.missing"))
    assert "org.example.missing is not installed" in missing.why
    unknown = ask(ReadAccounts(request_id=4, platform="nowhere"))
    assert unknown.request_id == 4
    assert "nowhere" in unknown.why
