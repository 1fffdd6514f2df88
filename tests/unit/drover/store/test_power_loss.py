"""Power loss, modelled on the real files: what was synced before an answer is there, what came after may be torn.

After an answer the log is durable up to its length at that moment. So an image is the database with the log cut
anywhere at or behind that length, or with rubbish there, or with a checkpoint that had moved only some of its pages.
"""

import random
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from drover.store import Store, attempts
from tests.support.stored import add, begin, complete

FRAME_HEADER, LOG_HEADER = 24, 32
RANDOM_CUTS = 30


@dataclass(frozen=True)
class History:
    """A database, its whole log, and for each answer the log's length when it was given and what it promised."""

    database: bytes
    log: bytes
    page_size: int
    answers: list[tuple[int, str]]

    def promised(self, length: int) -> list[str]:
        return [sql for durable, sql in self.answers if durable <= length]

    def frames(self) -> list[int]:
        size = FRAME_HEADER + self.page_size
        return list(range(LOG_HEADER, len(self.log) + 1, size))


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    """Tasks created, begun, committed to and ended, one answer after the other."""
    folder = tmp_path_factory.mktemp("live")
    Store.open(folder / "drover.db").close()
    before = (folder / "drover.db").read_bytes()
    answers: list[tuple[int, str]] = []
    with Store.open(folder / "drover.db") as store:
        log = store.path.with_name("drover.db-wal")

        def promise(sql: str) -> None:
            answers.append((log.stat().st_size, sql))

        for number in range(12):
            task_id = add(store, f"R58M{number}")
            promise(f"SELECT 1 FROM tasks WHERE id = {task_id}")
            if number % 3 == 0:
                fence = begin(store, task_id).fence
                promise(f"SELECT 1 FROM attempts WHERE id = {fence}")
                assert store.write_sync(attempts.record_intent, fence, what="follow @a", now=store.clock())
                promise(f"SELECT 1 FROM attempts WHERE id = {fence} AND intent_at IS NOT NULL")
            elif number % 3 == 1:
                complete(store, task_id)
                promise(f"SELECT 1 FROM tasks WHERE id = {task_id} AND status = 2")
        image = log.read_bytes()
        assert store.path.read_bytes() == before, "a checkpoint ran: make fewer writes"
    with sqlite3.connect(folder / "drover.db") as raw:
        (page_size,) = raw.execute("PRAGMA page_size").fetchone()
    raw.close()
    return History(database=before, log=image, page_size=page_size, answers=answers)


def check(folder: Path, database: bytes, log: bytes, promises: list[str]) -> None:
    """The image opens by itself, whole, and every promise is kept."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    path = folder / "drover.db"
    path.write_bytes(database)
    path.with_name("drover.db-wal").write_bytes(log)
    with sqlite3.connect(path) as raw:
        broken = [sql for sql in promises if raw.execute(sql).fetchone() is None]
        found = raw.execute("PRAGMA quick_check").fetchone()[0]
    raw.close()
    assert (found, broken) == ("ok", [])


def cuts(history: History) -> Iterator[int]:
    """Every frame's end, and random bytes: where writing may have stopped."""
    yield from history.frames()
    dice = random.Random(3)
    yield from (dice.randrange(len(history.log)) for _ in range(RANDOM_CUTS))


def test_r03_a_log_cut_anywhere_keeps_all_that_was_answered_before(history: History, tmp_path: Path) -> None:
    trials = kept = 0
    for cut in cuts(history):
        promises = history.promised(cut)
        check(tmp_path / "image", history.database, history.log[:cut], promises)
        trials += 1
        kept += len(promises)
    assert trials > len(history.answers) + RANDOM_CUTS
    assert kept > 0


def test_r03_a_torn_tail_is_not_believed(history: History, tmp_path: Path) -> None:
    dice = random.Random(4)
    for durable, _sql in history.answers:
        rubbish = dice.randbytes(history.page_size * 2)
        promises = history.promised(durable)
        check(tmp_path / "image", history.database, history.log[:durable] + rubbish, promises)
        tail = bytearray(history.log[durable:])
        for _ in range(min(len(tail), 20)):
            tail[dice.randrange(len(tail))] ^= 0xFF
        check(tmp_path / "image", history.database, history.log[:durable] + bytes(tail), promises)


def test_r03_a_checkpoint_that_moved_only_some_pages_loses_nothing(history: History, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    moved.mkdir()
    (moved / "drover.db").write_bytes(history.database)
    (moved / "drover.db-wal").write_bytes(history.log)
    with sqlite3.connect(moved / "drover.db") as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    after = (moved / "drover.db").read_bytes()
    dice, size = random.Random(5), history.page_size
    for _ in range(10):
        image = bytearray(history.database.ljust(len(after), b"\0"))
        for start in range(0, len(after), size):
            if dice.random() < 0.5:
                image[start : start + size] = after[start : start + size]
        check(tmp_path / "image", bytes(image), history.log, [sql for _, sql in history.answers])


def test_r03_the_model_can_fail(history: History, tmp_path: Path) -> None:
    """A promise given before the log was durable would be seen as broken here."""
    last, sql = history.answers[-1]
    with pytest.raises(AssertionError):
        check(tmp_path / "image", history.database, history.log[: last - 1], [sql])


def test_r03_an_answer_comes_only_after_the_log_is_synced(store: Store) -> None:
    """What the model rests on: under FULL SQLite syncs the log at each commit."""
    assert store.write_sync(lambda conn: conn.exec_driver_sql("PRAGMA synchronous").scalar()) == 2
