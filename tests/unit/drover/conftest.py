"""A real store in a file of its own, and a clock that moves only when told."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from drover.store import Store
from tests.support.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file without rows, to copy: migrating anew costs each test a tenth of a second."""
    path = tmp_path_factory.mktemp("empty") / "drover.db"
    Store.open(path).close()
    return path


@pytest.fixture
def store(tmp_path: Path, empty_database: Path, clock: Clock) -> Iterator[Store]:
    path = tmp_path / "drover.db"
    shutil.copy(empty_database, path)
    with Store.open(path, clock=clock) as opened:
        yield opened


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A group is not cut off by its time, which a busy machine stretches."""
    monkeypatch.setattr("drover.store.threads.GROUP_S", 60.0)
