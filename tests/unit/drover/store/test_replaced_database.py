"""R22: what a restored copy takes over from the database that it replaces."""

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from drover.policy import remarks
from drover.policy.media import Candidate, wanted
from drover.policy.records import Complete
from drover.store import (
    Store,
    account_pace,
    accounts,
    attempts,
    audit,
    backup,
    idempotency,
    media_uses,
    pauses,
    tasks,
)
from drover.store.errors import IdempotencyConflictError
from drover.store.restoration import GAP
from drover.wire.accounts import Account
from drover.wire.control import ChangeAccount
from drover.wire.holds import PauseSubject
from drover.wire.media import MediaFacts, MediaFile, MediaKind
from drover.wire.post import PostConfig
from drover.wire.tasks import Task
from tests.support.restored import NOW, copied, put_back, released
from tests.support.stored import add, begin, complete, fail

WANT = wanted(PostConfig(), platform="tiktok", account="tiktok:shop")


def test_case_b2_a_database_from_before_the_backup_or_another_one_says_nothing_of_the_time_since(
    store: Store, tmp_path: Path, elsewhere: Path, empty_database: Path
) -> None:
    add(store)
    elsewhere.parent.mkdir()
    backup.copy(store.path, elsewhere)
    add(store)
    copy = copied(store, tmp_path)
    done = put_back(copy, over=elsewhere)
    assert (done.since_known, done.another) == (False, False)
    other = tmp_path / "other" / "drover.db"
    other.parent.mkdir()
    shutil.copy(empty_database, other)
    with closing(sqlite3.connect(other)) as raw:
        raw.execute("UPDATE settings SET value = '\"another\"' WHERE key = 'lineage'")
        raw.commit()
    done = put_back(copy, over=other)
    assert (done.since_known, done.another) == (False, True)


@pytest.mark.parametrize("content", [b"", b"a letter to my aunt\n" * 400])
def test_case_b2_what_cannot_be_read_of_the_replaced_database_is_jumped_over(
    store: Store, tmp_path: Path, elsewhere: Path, content: bytes
) -> None:
    add(store)
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(content)
    done = put_back(copied(store, tmp_path), over=elsewhere)
    assert (done.since_known, done.next_task) == (False, GAP + 2)


def test_case_b2_of_a_damaged_database_is_taken_over_what_can_be_read(store: Store, tmp_path: Path) -> None:
    add(store)
    copy = copied(store, tmp_path)
    store.write_sync(account_pace.count, "tiktok:shop", "follow", "2026-12-01")
    for _ in range(400):
        add(store)
    store.close()
    image = bytearray(store.path.read_bytes())
    with closing(sqlite3.connect(store.path)) as raw:
        (root,) = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ix_tasks_source'").fetchone()
    image[4096 * (root - 1) : 4096 * root] = b"\xff" * 4096
    store.path.write_bytes(image)
    done = put_back(copy, over=store.path)
    assert (done.since_known, done.carried) == (False, {"account_use": 1})
    assert done.next_task > GAP + 400


def test_r22_what_only_adds_safety_is_taken_over_from_the_replaced_database(store: Store, tmp_path: Path) -> None:
    add(store)
    store.write_sync(account_pace.count, "tiktok:shop", "follow", "2026-12-01")
    copy = copied(store, tmp_path)
    store.write_sync(account_pace.count, "tiktok:shop", "follow", "2026-12-01")
    store.write_sync(account_pace.pause, "tiktok:shop", now=NOW, pause_s=60)
    store.write_sync(_use, "sha256:aa")
    store.write_sync(idempotency.keep, "key-1", "digest", [77], now=NOW)
    store.write_sync(audit.append, AUDIT_ROW, at=NOW)
    store.close()
    done = put_back(copy, over=store.path)
    assert done.carried == {"media_uses": 1, "account_use": 1, "account_pauses": 1, "idempotency": 1, "audit": 1}
    assert done.since_known
    with Store.open(store.path) as again:
        assert again.read_sync(account_pace.used_on, ["tiktok:shop"], "2026-12-01") == {"tiktok:shop": {"follow": 2}}
        used = again.read_sync(lambda conn: conn.execute(text("SELECT key, state FROM media_uses")).all())
        assert [tuple(row) for row in used] == [("sha256:aa", "used")]
        assert again.write_sync(idempotency.answered, "key-1", "digest", now=NOW) == [77]
        with pytest.raises(IdempotencyConflictError):
            again.write_sync(idempotency.answered, "key-1", "other", now=NOW)


AUDIT_ROW = {
    **{"uid": 1000, "pid": 1, "client": "droverctl", "address": "", "token_id": "", "route": ""},
    **{"action": "stop_task", "ids": {"task_id": 1}, "code": 0},
}


def test_r22_a_file_that_a_held_task_had_reserved_is_never_given_to_another(
    store: Store, tmp_path: Path, elsewhere: Path
) -> None:
    task_id = add(store, script_name="post", script_config={})
    store.write_sync(_use, "sha256:aa", task_id)
    put_back(copied(store, tmp_path), over=elsewhere)
    with Store.open(elsewhere) as again:
        again.write_sync(tasks.delete, [task_id])
        assert again.read_sync(media_uses.taken, WANT, ["sha256:aa"]) == {"sha256:aa"}


def _use(conn: Connection, key: str, task_id: int = 7) -> None:
    conn.execute(
        text(
            "INSERT INTO media_uses (account, once, key, task_id, position, name, file, state, at) "
            "VALUES ('tiktok:shop', 0, :key, :task_id, 0, 'a', '{}', 'reserved', 0)"
        ),
        {"key": key, "task_id": task_id},
    )


def test_r22_a_held_task_says_what_the_replaced_database_knows_of_it(store: Store, tmp_path: Path) -> None:
    finished, doubtful, untouched = add(store), add(store, script_name="post", script_config={}), add(store)
    copy = copied(store, tmp_path)
    complete(store, finished)
    fence = begin(store, doubtful).fence
    store.write_sync(attempts.record_intent, fence, what="publish", now=NOW)
    store.close()
    assert put_back(copy, over=store.path).done_since == 2
    with Store.open(store.path) as again:

        def remark(task_id: int) -> str:
            found = again.read_sync(tasks.get, task_id)
            assert isinstance(found, Task)
            return found.remark

        assert "says that it was completed at" in remark(finished)
        assert remark(doubtful) == remarks.RESTORED_PERHAPS
        assert remark(untouched) == ""


def published(store: Store, task_id: int, name: str) -> None:
    """The waiting post chose this file and published it."""
    store.write_sync(media_uses.reserve, task_id, WANT, [file_of(name)], now=NOW)
    fence = begin(store, task_id).fence
    store.write_sync(attempts.record_intent, fence, what="publish", now=NOW)
    store.write_sync(attempts.record_confirmed, fence, evidence=[], now=NOW)
    store.write_sync(attempts.finish, fence, Complete(), now=NOW)


def file_of(name: str) -> Candidate:
    file = MediaFile(path=f"/m/{name}", kind=MediaKind.VIDEO, media_type="video/mp4", size=1)
    facts = MediaFacts(kind=MediaKind.VIDEO, media_type="video/mp4", size=1, width=1, height=1)
    return Candidate(key=f"sha256:{name}", file=file, facts=facts, name=name)


def post(store: Store) -> int:
    return add(store, script_name="post", script_config={}, username="shop")


def is_taken(store: Store, name: str) -> bool:
    return bool(store.read_sync(media_uses.taken, WANT, [f"sha256:{name}"]))


def test_r22_a_file_that_another_task_published_since_is_not_published_again(store: Store, tmp_path: Path) -> None:
    first = post(store)
    store.write_sync(media_uses.reserve, first, WANT, [file_of("a")], now=NOW)
    copy = copied(store, tmp_path)
    fail(store, first)  # nothing was published, so that its file is free again
    published(store, post(store), "a")
    store.close()
    put_back(copy, over=store.path)
    with Store.open(store.path) as again:
        released(again, first)
        assert again.read_sync(media_uses.of_task, first, WANT.holder) == []
        assert is_taken(again, "a")


def test_r22_a_file_of_another_databases_task_is_not_that_of_the_task_with_its_id(
    store: Store, tmp_path: Path, elsewhere: Path
) -> None:
    mine = post(store)
    copy = copied(store, tmp_path)
    elsewhere.parent.mkdir()
    with Store.open(elsewhere) as fresh:
        assert post(fresh) == mine
        published(fresh, mine, "b")
    assert put_back(copy, over=elsewhere).another
    with Store.open(elsewhere) as again:
        released(again, mine)
        assert again.read_sync(media_uses.of_task, mine, WANT.holder) == []
        again.write_sync(tasks.stop_pending, mine, now=NOW)
        assert is_taken(again, "b"), "it was published, whatever becomes of the task that has its id"


def test_r22_no_restore_weakens_a_pause_or_enables_an_account(store: Store, tmp_path: Path, elsewhere: Path) -> None:
    account, kind = "tiktok:shop", PauseSubject.ACCOUNT
    shop = Account(username="shop", serial="R58M1", platform="tiktok", enabled=True)
    store.write_sync(accounts.put, shop)
    past = NOW - timedelta(days=20)
    store.write_sync(pauses.pause, kind, account, words="", until=past, now=past - timedelta(days=1))
    elsewhere.parent.mkdir()
    with Store.open(elsewhere):
        pass
    shutil.copy(copied(store, tmp_path), elsewhere)
    with Store.open(elsewhere) as older:
        older.write_sync(accounts.change, ChangeAccount(username="shop", platform="tiktok", enabled=False))
    store.write_sync(pauses.pause, kind, account, words="a captcha", until=None, now=NOW)
    (tmp_path / "now").mkdir()
    put_back(copied(store, tmp_path / "now"), over=elsewhere)
    with Store.open(elsewhere) as again:
        assert again.read_sync(pauses.of, kind, [account], now=NOW)
        assert again.read_sync(accounts.disabled) == [account]
