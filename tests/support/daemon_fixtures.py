"""Fixtures around the fake daemon; the conftest files that need them import them."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.control import FakeDaemon
from tests.support.daemon_model import DaemonModel


@pytest.fixture
def short_dir() -> Iterator[Path]:
    """A directory whose path is short enough for a socket, wherever pytest keeps its own."""
    with TemporaryDirectory(prefix="drv") as name:
        yield Path(name)


@pytest.fixture
def model(tmp_path: Path) -> DaemonModel:
    """What the fake daemon knows; artifacts lie in `tmp_path`."""
    return DaemonModel(folder=tmp_path)


@pytest.fixture
def fake(short_dir: Path, model: DaemonModel) -> Iterator[FakeDaemon]:
    """A running fake daemon."""
    daemon = FakeDaemon(short_dir / "control.sock", model)
    daemon.start()
    yield daemon
    daemon.stop()
