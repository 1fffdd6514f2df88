"""R3: power loss, modelled on the real files: what was synced before an answer is there, what came after may be torn.

After an answer the log is durable up to its length at that moment. So an image is the database with the log cut
anywhere at or behind that length, or with rubbish there, or with a checkpoint that had moved only some of its pages.
"""

import random
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from drover.store import Store, attempts
from tests.chaos.finding import Finding
from tests.support.stored import add, begin, complete

FRAME_HEADER, LOG_HEADER = 24, 32
TASKS = 12
"""As many as fit into one log: a checkpoint in between would begin it again."""

CUTS_A_HISTORY = 100


@dataclass(frozen=True)
class History:
    """A database, its whole log, and for each answer the log's length when it was given and what it promised."""

    database: bytes
    moved: bytes
    """The database after a whole checkpoint."""

    log: bytes
    page_size: int
    answers: list[tuple[int, str]]

    def promised(self, length: int) -> list[str]:
        return [sql for durable, sql in self.answers if durable <= length]

    def frames(self) -> list[int]:
        size = FRAME_HEADER + self.page_size
        return list(range(LOG_HEADER, len(self.log) + 1, size))


def run(rounds: int = 1000, *, seed: int = 3) -> Finding:
    """`rounds` cuts at random bytes, a hundred of each history; besides every frame's end, tails and checkpoints."""
    finding = Finding(promise="R3 power loss")
    kept = frames = 0
    with tempfile.TemporaryDirectory(prefix="dd-r03-") as folder:
        for number in range(-(-rounds // CUTS_A_HISTORY)):
            dice = random.Random(seed + number)
            history = record(Path(folder) / f"live{number}", dice)
            frames += len(history.frames())
            kept += sum(1 for _ in history.answers)
            for what, image, log, promises in images(history, dice, min(rounds, CUTS_A_HISTORY)):
                faults = broken(Path(folder) / "image", image, log, promises)
                finding.check(not faults, f"history {number}, {what}: {faults}")
                finding.trials += 1
    finding.figure = f"{finding.trials} images, {frames} of them cut at a frame's end; {kept} answers, none forgotten"
    return finding


def record(folder: Path, dice: random.Random) -> History:
    """Tasks created, begun, committed to and ended, one answer after the other."""
    path = folder / "drover.db"
    Store.open(path).close()
    before, answers = path.read_bytes(), list[tuple[int, str]]()
    with Store.open(path) as store:
        log = path.with_name("drover.db-wal")

        def promise(sql: str) -> None:
            answers.append((log.stat().st_size, sql))

        for number in range(TASKS):
            task_id = add(store, f"R58M{number}")
            promise(f"SELECT 1 FROM tasks WHERE id = {task_id}")
            kind = dice.randrange(3)
            if kind == 0:
                fence = begin(store, task_id).fence
                promise(f"SELECT 1 FROM attempts WHERE id = {fence}")
                assert store.write_sync(attempts.record_intent, fence, what="follow @a", now=store.clock())
                promise(f"SELECT 1 FROM attempts WHERE id = {fence} AND intent_at IS NOT NULL")
            elif kind == 1:
                complete(store, task_id)
                promise(f"SELECT 1 FROM tasks WHERE id = {task_id} AND status = 2")
        image = log.read_bytes()
        assert path.read_bytes() == before, "a checkpoint ran: make fewer writes"
    with closing(sqlite3.connect(path)) as raw:
        (page_size,) = raw.execute("PRAGMA page_size").fetchone()
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return History(database=before, moved=path.read_bytes(), log=image, page_size=page_size, answers=answers)


def images(history: History, dice: random.Random, cuts: int) -> Iterator[tuple[str, bytes, bytes, list[str]]]:
    """(what happened, database, log, what was promised before): all that a power loss may leave of this history."""
    for cut in [*history.frames(), *(dice.randrange(len(history.log)) for _ in range(cuts))]:
        yield f"log cut at byte {cut}", history.database, history.log[:cut], history.promised(cut)
    for durable, _sql in history.answers:
        promises, tail = history.promised(durable), bytearray(history.log[durable:])
        rubbish = dice.randbytes(history.page_size * 2)
        yield f"rubbish behind byte {durable}", history.database, history.log[:durable] + rubbish, promises
        for _ in range(min(len(tail), 20)):
            tail[dice.randrange(len(tail))] ^= 0xFF
        yield f"torn tail behind byte {durable}", history.database, history.log[:durable] + bytes(tail), promises
    for _ in range(10):
        yield "checkpoint cut off", _half_moved(history, dice), history.log, history.promised(len(history.log))


def _half_moved(history: History, dice: random.Random) -> bytes:
    size = history.page_size
    image = bytearray(history.database.ljust(len(history.moved), b"\0"))
    for start in range(0, len(image), size):
        if dice.random() < 0.5:
            image[start : start + size] = history.moved[start : start + size]
    return bytes(image)


def broken(folder: Path, database: bytes, log: bytes, promises: list[str]) -> str:
    """What is wrong with the image: empty if it opens by itself, whole, with every promise kept."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    path = folder / "drover.db"
    path.write_bytes(database)
    path.with_name("drover.db-wal").write_bytes(log)
    with closing(sqlite3.connect(path)) as raw:
        try:
            forgotten = [sql for sql in promises if raw.execute(sql).fetchone() is None]
            found = raw.execute("PRAGMA quick_check").fetchone()[0]
        except sqlite3.DatabaseError as error:
            return str(error)
    return "" if (found, forgotten) == ("ok", []) else f"quick_check {found}, forgotten: {forgotten[:3]}"
