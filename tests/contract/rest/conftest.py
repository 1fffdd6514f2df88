"""A shim in front of the fake daemon with two phones."""

from collections.abc import Iterator

import pytest

from tests.support.control import FakeDaemon
from tests.support.daemon_fixtures import fake, model, short_dir
from tests.support.rest import Rest, running_shim

__all__ = ["fake", "model", "short_dir"]

A, B = "127.0.0.1:5555", "R58M123ABC"


@pytest.fixture
def rest(fake: FakeDaemon) -> Iterator[Rest]:
    for serial in (A, B):
        fake.model.add_device(serial)
    with running_shim(fake.path) as client:
        yield client
