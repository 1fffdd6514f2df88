"""Stories of the components of tasks, on a store by the real clock and a folder of media."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from drover.store import Store
from tests.support.task_scene import Run, Story, play


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    folder.mkdir()
    return folder


@pytest.fixture
def store(tmp_path: Path, empty_database: Path) -> Iterator[Store]:
    """On the real clock, by which the supervisor stamps."""
    shutil.copy(empty_database, tmp_path / "drover.db")
    with Store.open(tmp_path / "drover.db") as opened:
        yield opened


@pytest.fixture
def run(store: Store, root: Path) -> Run:
    """Runs a story while dispatch runs."""

    def played(story: Story) -> None:
        play(store, root, story)

    return played
