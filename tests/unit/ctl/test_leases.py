"""droverctl lease: what is shown, what --force takes, and the exit codes."""

from datetime import UTC, datetime

import pytest

from drover.wire.leases import EvictLease, LeaseTaken, ReleaseLease, TakeLease, Waiting
from tests.support.control import FakeDaemon
from tests.support.ctl import Ctl
from tests.unit.ctl.conftest import A


@pytest.fixture
def session(ctl: Ctl, fake: FakeDaemon) -> str:
    """The first phone is held."""
    taken = fake.model.answer(TakeLease(serial=A, label="shop bot\x1b[31m", ttl_s=60))
    assert isinstance(taken, LeaseTaken)
    return taken.session


def asked(fake: FakeDaemon) -> list[object]:
    return [request.body for request in fake.requests if isinstance(request.body, EvictLease | ReleaseLease)]


def test_leases_and_the_line_are_listed(ctl: Ctl, session: str, fake: FakeDaemon) -> None:
    at = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    fake.model.waiting = [Waiting(serial=A, label="second", since=at, until=at)]
    run = ctl("lease", "list")
    assert "shop bot" in run.lines[1]
    assert "2026-03-01 13:01:00" in run.lines[1]
    assert "in line: second" in run.lines[2]
    assert "\x1b" not in run.out
    assert session not in run.out
    shown = ctl("lease", "list", "--json").json
    assert [lease["serial"] for lease in shown["leases"]] == [A]
    assert session not in str(shown)
    fake.model.end_lease(A)
    fake.model.waiting = []
    assert ctl("lease", "list").out == "no phone is leased\n"


def test_a_phone_is_taken_back_only_by_force(ctl: Ctl, session: str, fake: FakeDaemon) -> None:
    timid = ctl("lease", "release", A)
    assert (timid.code, "--force" in timid.err, asked(fake)) == (2, True, [])
    assert ctl("lease", "release", A, "--force").out == f"released {A}\n"
    assert asked(fake) == [EvictLease(serial=A)]
    assert ctl("lease", "release", A, "--force").code == 4
    assert session not in fake.model.leases


def test_a_session_gives_its_phone_back(ctl: Ctl, session: str, fake: FakeDaemon) -> None:
    run = ctl("lease", "release", session)
    assert (run.code, run.out) == (0, "released the lease\n")
    assert asked(fake) == [ReleaseLease(session=session)]
    assert ctl("lease", "release", session, "--force").code == 4
