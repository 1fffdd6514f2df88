"""droverctl against the fake daemon with two phones and three tasks."""

import pytest

from drover.wire.control import CreateTasks, TasksCreated
from drover.wire.devices import DeviceState
from tests.support.control import FakeDaemon
from tests.support.ctl import Ctl
from tests.support.daemon_fixtures import fake, model, short_dir

__all__ = ["fake", "model", "short_dir"]

A, B = "127.0.0.1:5555", "R58M123ABC"


@pytest.fixture
def ctl(fake: FakeDaemon, capsys: pytest.CaptureFixture[str]) -> Ctl:
    """The command, and a daemon that knows two phones."""
    fake.model.add_device(A)
    fake.model.add_device(B, state=DeviceState.UNAUTHORIZED, reason="allow USB debugging on the phone")
    return Ctl(fake.path, capsys)


@pytest.fixture
def tasks(ctl: Ctl, fake: FakeDaemon) -> list[int]:
    """Three pending tasks on the first phone."""
    request = CreateTasks(script_name="follow", script_config={"target_users": ["ada", "bob", "eve"]}, serials=[A])
    created = fake.model.answer(request)
    assert isinstance(created, TasksCreated)
    return created.task_ids
