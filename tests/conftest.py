"""For every test: a real adb server and simulated phones, once for a module; and how xdist shares out the tests."""

import signal
from collections.abc import Iterator

import pytest
from xdist.remote import Producer

from tests.support.adb import AdbServer
from tests.support.daemon import RUNNING
from tests.support.phones import PhoneFarm
from tests.support.sharing import Sharing, in_order, tell_apart

# What a shell starts in the background ignores SIGINT, and so would every program that a test starts and sends one.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Sharing | None:
    """Ours for `--dist loadscope`, which says that a module's tests belong together."""
    return Sharing(config, log) if config.getoption("dist") == "loadscope" else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    tell_apart(items)
    if hasattr(config, "workerinput"):
        items[:] = in_order(items)


@pytest.fixture(scope="session")
def adb_server() -> Iterator[AdbServer]:
    """One adb server for the whole session; a test that kills a server starts its own."""
    with AdbServer() as server:
        yield server


@pytest.fixture(autouse=True)
def no_secret_was_written() -> Iterator[None]:
    """Fails the test during which a running daemon wrote one of the secrets that were planted in it (promise S27)."""
    yield
    leaks = [leak for daemon in RUNNING for leak in daemon.leaks()]
    assert not leaks, f"secrets were found (S27): {leaks}"


@pytest.fixture(scope="module")
def farm(adb_server: AdbServer) -> Iterator[PhoneFarm]:
    """Two phones, an English and a French one; leave them as you found them (`clear_faults`)."""
    with PhoneFarm(adb_server, 2, languages=("en", "fr")) as phones:
        yield phones
