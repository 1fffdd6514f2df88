"""Power loss: a short run of R3's machine, that it can fail, and what it rests on."""

import random
from pathlib import Path

from drover.store import Store
from tests.chaos import r03_power_loss


def test_r03_power_loss_forgets_nothing_that_was_answered() -> None:
    found = r03_power_loss.run(30)
    assert found.violations == []
    assert found.trials > 30 + 2 * r03_power_loss.TASKS


def test_r03_the_model_can_fail(tmp_path: Path) -> None:
    """A promise given before the log was durable is seen as broken."""
    history = r03_power_loss.record(tmp_path / "live", random.Random(3))
    last, sql = history.answers[-1]
    whole = r03_power_loss.broken(tmp_path / "image", history.database, history.log[:last], [sql])
    short = r03_power_loss.broken(tmp_path / "image", history.database, history.log[: last - 1], [sql])
    assert (whole, sql in short) == ("", True)


def test_r03_an_answer_comes_only_after_the_log_is_synced(store: Store) -> None:
    """What the model rests on: under FULL SQLite syncs the log at each commit."""
    assert store.write_sync(lambda conn: conn.exec_driver_sql("PRAGMA synchronous").scalar()) == 2
