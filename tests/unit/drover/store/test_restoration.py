"""R22 in the store: what a restored copy holds, what it takes over of the time since, and which ids it gives next."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Connection, text

from drover.config import Config
from drover.policy import remarks
from drover.policy.media import Candidate, wanted
from drover.policy.records import AttemptEnd, AttemptFacts, Complete, Decision
from drover.policy.retry import decide
from drover.store import (
    Store,
    account_pace,
    accounts,
    acting_account,
    attempts,
    audit,
    backup,
    bulk,
    events,
    idempotency,
    intake,
    logins,
    media_uses,
    pauses,
    queue,
    release,
    restoration,
    tasks,
)
from drover.store.errors import ConflictError, IdempotencyConflictError, StoreError
from drover.store.release import Released
from drover.store.restoration import GAP, Restoration
from drover.supervisor.settings import Settings
from drover.wire.accounts import Account, Login, LoginSource
from drover.wire.control import ChangeAccount
from drover.wire.events import StreamReset
from drover.wire.holds import PauseSubject
from drover.wire.media import MediaFacts, MediaFile, MediaKind
from drover.wire.post import PostConfig
from drover.wire.tasks import Effect, Reason, Status, Task
from tests.support.stored import add, all_of, begin, complete, fail, new, retry_all

NOW = datetime(2026, 12, 1, tzinfo=UTC)
WANT = wanted(PostConfig(), platform="tiktok", account="tiktok:shop")


def copied(store: Store, folder: Path) -> Path:
    """A backup of the store as it is now."""
    backup.copy(store.path, folder / "copy.db")
    return folder / "copy.db"


def put_back(copy: Path, *, over: Path, highest_folder: int = 0) -> Restoration:
    """The copy in the place of the database at `over`, which may be there."""
    prepared: list[Restoration] = []

    def prepare(part: Path) -> None:
        prepared.append(restoration.prepare(part, before=over, highest_folder=highest_folder, now=NOW))

    over.parent.mkdir(exist_ok=True)
    backup.restore(copy, over, stamp="now", prepare=prepare)
    return prepared[0]


def released(store: Store, *ids: int) -> Released:
    """These released, in one step."""
    (done,) = store.steps_sync(release.release, 0, ids=ids, now=NOW)
    return done


def released_next(store: Store, *, size: int = 100, looking_only: bool = False) -> Released:
    """One step of releasing all."""
    return store.write_sync(release.release_next, 0, size, now=NOW, looking_only=looking_only).result


def heads(store: Store, *serials: str) -> list[int]:
    """What dispatch would begin now."""
    return [head.task_id for head in store.read_sync(queue.heads, serials, now=NOW + timedelta(days=9))]


def cut_off(*, settles: bool) -> Callable[[AttemptFacts], Decision]:
    """What a start decides about an attempt that was open."""

    def decided(facts: AttemptFacts) -> Decision:
        end: AttemptEnd = facts.ended(settles=settles, reason=Reason.INTERRUPTED, remark=remarks.DAEMON_DIED)
        return decide(end, Random(1))

    return decided


def lanes(conn: Connection) -> dict[int, str]:
    return {row.id: row.lane for row in conn.execute(text("SELECT id, lane FROM tasks"))}


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere" / "drover.db"


def test_r22_nothing_that_waits_in_a_backup_begins_before_its_release(
    store: Store, tmp_path: Path, elsewhere: Path
) -> None:
    follow, post = add(store), add(store, script_name="post", script_config={})
    late = add(store, scheduled_at=NOW - timedelta(hours=3))
    ended = complete(store, add(store))
    done = put_back(copied(store, tmp_path), over=elsewhere)
    assert (done.held, done.blind, done.unproven) == (3, 1, 0)
    with Store.open(elsewhere) as again:
        assert again.read_sync(tasks.get, ended.id) == ended
        assert heads(again, "R58M1") == []
        assert again.read_sync(release.counts) == (3, 1)
        missed = all_of(again.steps_sync(bulk.fail_missed, 0, alive_at=NOW - timedelta(hours=9), now=NOW, grace_s=60))
        assert missed == [], "what is held waits for a person, not for its time"
        with pytest.raises(ConflictError, match="release it first"):
            begin(again, follow)
        facts = again.read_sync(queue.waiting, [follow, post, late])
        assert {fact.held for fact in facts.values()} == {"restored"}
        fresh = add(again)
        assert heads(again, "R58M1") == [fresh]
        newest = again.read_sync(tasks.get, fresh)
        assert newest is not None
        assert again.read_sync(queue.ahead, newest) == 0, "no one waits behind what is held"


def test_r22_released_tasks_keep_their_pace_and_look_where_they_can(
    store: Store, tmp_path: Path, elsewhere: Path
) -> None:
    follow, post = add(store, username="Shop"), add(store, script_name="post", script_config={})
    put_back(copied(store, tmp_path), over=elsewhere)
    with Store.open(elsewhere) as again:
        done = released(again, post, follow, 999)
        assert done == Released(released=2, looking=1, not_found=[999])
        assert released(again, post) == Released(not_held=[post])
        assert again.read_sync(lanes) == {follow: "follow:tiktok:shop", post: "post:tiktok#R58M1"}
        assert set(heads(again, "R58M1")) == {follow, post}
        assert begin(again, follow).settle, "it may have been done since: it looks"
        published = begin(again, post)
        assert not published.settle, "a person said that it was not done"
        task = again.read_sync(tasks.get, post)
        assert task is not None
        assert (task.effect, task.retry_safe) == (Effect.NONE, True)
        assert again.read_sync(release.counts) == (0, 0)


def test_r22_all_are_released_in_small_steps_and_the_blind_ones_only_when_asked(
    store: Store, tmp_path: Path, elsewhere: Path
) -> None:
    follows = [add(store) for _ in range(5)]
    add(store, script_name="post", script_config={})
    add(store, script_name="own_command", script_config={})
    put_back(copied(store, tmp_path), over=elsewhere)
    with Store.open(elsewhere) as again:
        steps = [released_next(again, size=2, looking_only=True).released for _ in range(4)]
        assert steps == [2, 2, 1, 0]
        assert again.read_sync(release.counts) == (2, 2)
        told = [event.body.task.id for event in again.read_sync(events.after, 0, 99)[-5:]]  # type: ignore[union-attr]
        assert told == follows
        assert released_next(again, size=2).released == 2


@pytest.mark.parametrize(
    ("script", "status", "safe"), [("follow", Status.PENDING, True), ("post", Status.PENDING, False)]
)
def test_r22_an_attempt_that_was_open_in_the_backup_is_held_where_it_would_begin_again(
    store: Store, tmp_path: Path, elsewhere: Path, script: str, status: Status, safe: bool
) -> None:
    task_id = add(store, script_name=script)
    fence = begin(store, task_id).fence
    assert put_back(copied(store, tmp_path), over=elsewhere).held == 1
    with Store.open(elsewhere) as again:
        ended = again.write_sync(attempts.finish, fence, cut_off(settles=safe), now=NOW)
        assert ended is not None
        assert (ended.status, ended.effect, ended.retry_safe) == (status, Effect.UNKNOWN, safe)
        assert heads(again, "R58M1") == []
        assert again.read_sync(release.counts) == (1, int(not safe))


@pytest.mark.parametrize(("script", "safe"), [("follow", True), ("post", False)])
def test_r22_an_open_attempt_that_fails_after_the_restore_is_not_safe_to_repeat(
    store: Store, tmp_path: Path, elsewhere: Path, script: str, safe: bool
) -> None:
    task_id = add(store, script_name=script, max_retry_count=1)
    fence = begin(store, task_id).fence
    put_back(copied(store, tmp_path), over=elsewhere)
    with Store.open(elsewhere) as again:
        ended = again.write_sync(attempts.finish, fence, cut_off(settles=safe), now=NOW)
        assert ended is not None
        assert (ended.status, ended.effect, ended.retry_safe) == (Status.FAILED, Effect.UNKNOWN, safe)


def test_r22_stopping_a_held_task_leaves_open_whether_it_was_done(
    store: Store, tmp_path: Path, elsewhere: Path
) -> None:
    follow, post = add(store), add(store, script_name="post", script_config={})
    put_back(copied(store, tmp_path), over=elsewhere)
    with Store.open(elsewhere) as again:
        stopped = [again.write_sync(tasks.stop_pending, task_id, now=NOW) for task_id in (follow, post)]
        assert [(task.effect, task.retry_safe) for task in stopped if task] == [
            (Effect.UNKNOWN, True),
            (Effect.UNKNOWN, False),
        ]
        assert retry_all(again) == (1, [post])
        assert begin(again, follow).settle


def test_r22_retry_all_after_a_restore_publishes_nothing_and_looks_before_it_follows(
    store: Store, tmp_path: Path, elsewhere: Path
) -> None:
    follow = fail(store, add(store, username="shop")).id
    post = fail(store, add(store, script_name="post", script_config={}), Reason.UPLOAD_FAILED).id
    assert put_back(copied(store, tmp_path), over=elsewhere).unproven == 2
    with Store.open(elsewhere) as again:
        assert retry_all(again) == (1, [post])
        found = again.read_sync(tasks.get, post)
        assert found is not None
        assert found.remark.endswith("look at the phone before retrying.")
        with pytest.raises(ConflictError, match="outcome"):
            again.write_sync(tasks.retry, post, now=NOW)
        assert again.read_sync(lanes)[follow] == "follow:tiktok:shop", (
            "it may not have counted yet, so it keeps its pace"
        )
        assert begin(again, follow).settle
        assert again.write_sync(tasks.retry, post, now=NOW, force=True).status is Status.PENDING
        assert not begin(again, post).settle


# --- ids ----------------------------------------------------------------------------------------------------------


def test_case_b2_ids_go_on_above_those_that_the_replaced_database_gave(store: Store, tmp_path: Path) -> None:
    add(store)
    copy = copied(store, tmp_path)
    lost = [add(store) for _ in range(7)]
    fence = begin(store, lost[0]).fence
    newest = store.read_sync(events.last_id)
    store.close()
    done = put_back(copy, over=store.path)
    assert (done.since_known, done.next_task) == (True, lost[-1] + 1)
    with Store.open(store.path) as again:
        assert again.read_sync(events.last_id) == newest + 1
        fresh = add(again)
        assert fresh == lost[-1] + 1
        assert begin(again, fresh).fence > fence


def test_case_b2_on_a_fresh_machine_ids_jump_and_no_folder_there_is_taken_for_a_tasks_own(
    store: Store, tmp_path: Path, elsewhere: Path
) -> None:
    task_id = add(store)
    done = put_back(copied(store, tmp_path), over=elsewhere)
    assert (done.since_known, done.next_task) == (False, task_id + GAP + 1)
    done = put_back(tmp_path / "copy.db", over=tmp_path / "third" / "drover.db", highest_folder=5_000_000)
    assert done.next_task == 5_000_000 + GAP + 1


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


# --- what is known of the time since ------------------------------------------------------------------------------


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


def test_r22_tasks_of_a_request_that_was_being_stored_are_held_too(
    store: Store, tmp_path: Path, elsewhere: Path
) -> None:
    parts = intake.parts_of([new("R58M1") for _ in range(2 * intake.PART)])
    accepted, void = (store.write_sync(intake.begin, now=NOW) for _ in range(2))
    for intake_id in (accepted, void):
        list(store.steps_sync(intake.write_down, 0, intake_id=intake_id, parts=parts))
    ids = store.write_sync(intake.accept, accepted, 2 * intake.PART, now=NOW, key=None, digest="")
    done = put_back(copied(store, tmp_path), over=elsewhere)
    assert done.held == len(ids)
    with Store.open(elsewhere) as again:
        assert again.read_sync(intake.unfinished) == ([], [])
        assert heads(again, "R58M1") == []
        assert again.read_sync(tasks.stats).pending == len(ids)


def test_a_backup_of_a_restored_database_says_it_once(store: Store, tmp_path: Path, elsewhere: Path) -> None:
    follow = fail(store, add(store)).id
    put_back(copied(store, tmp_path), over=elsewhere)
    with Store.open(elsewhere) as again:
        backup.copy(again.path, tmp_path / "second.db")
    put_back(tmp_path / "second.db", over=tmp_path / "third" / "drover.db")
    with Store.open(tmp_path / "third" / "drover.db") as third:
        found = third.read_sync(tasks.get, follow)
        assert found is not None
        assert found.remark.count("A backup was restored") == 1


def _use(conn: Connection, key: str, task_id: int = 7) -> None:
    conn.execute(
        text(
            "INSERT INTO media_uses (account, key, task_id, position, name, file, state, at) "
            "VALUES ('tiktok:shop', :key, :task_id, 0, 'a', '{}', 'reserved', 0)"
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


def logged_in(store: Store, username: str) -> None:
    """The app on the phone is seen with this account."""
    store.write_sync(logins.learn, login_of(username))


def login_of(username: str) -> Login:
    return Login(
        serial="R58M1",
        platform="tiktok",
        package="com.zhiliaoapp.musically",
        username=username,
        source=LoginSource.SCRIPT,
        learned_at=NOW,
    )


def test_r22_a_task_without_a_name_looks_as_the_account_that_acted_since(store: Store, tmp_path: Path) -> None:
    acted, untouched = add(store), add(store)
    logged_in(store, "Shop")
    copy = copied(store, tmp_path)
    store.write_sync(attempts.record_intent, begin(store, acted).fence, what="follow", now=NOW)
    logged_in(store, "Spare")
    store.close()
    assert put_back(copy, over=store.path).blind == 0
    with Store.open(store.path) as again:
        logged_in(again, "Spare")
        assert released_next(again, looking_only=True).looking == 2
        assert again.read_sync(lanes) == {acted: "follow:tiktok:shop", untouched: "follow:tiktok#R58M1"}
        assert set(heads(again, "R58M1")) == {acted, untouched}
        assert (begin(again, acted).account, begin(again, untouched).account) == ("tiktok:shop", "tiktok:spare")


def test_r22_a_task_without_a_name_cannot_look_where_anyone_may_have_acted(
    store: Store, tmp_path: Path, elsewhere: Path
) -> None:
    nameless, named = add(store), add(store, username="shop")
    failed = fail(store, add(store), reason=Reason.DEVICE_LOST)
    logged_in(store, "Shop")
    copy = copied(store, tmp_path)
    store.write_sync(accounts.put, Account(username="Spare", platform="tiktok", enabled=True, serial="R58M1"))
    of_two = tmp_path / "of_two"
    of_two.mkdir()
    assert put_back(copied(store, of_two), over=tmp_path / "two" / "drover.db").blind == 1
    assert put_back(copy, over=elsewhere).blind == 0, "one account is all that is known of the phone"
    with Store.open(tmp_path / "two" / "drover.db") as again:
        assert released_next(again, looking_only=True).looking == 1
        assert heads(again, "R58M1") == [named]
        assert retry_all(again)[0] == 0
        task = again.read_sync(tasks.get, failed.id)
        assert task is not None
        assert task.remark.endswith(remarks.RESTORED_BLIND)
        released(again, nameless)
        assert not begin(again, nameless).settle, "a person said that it was not done"


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


def test_r22_uses_are_taken_over_from_a_replaced_database_of_an_older_version(store: Store, tmp_path: Path) -> None:
    copy = copied(store, tmp_path)
    published(store, post(store), "c")
    store.close()
    with closing(sqlite3.connect(store.path)) as conn:  # as version 0009 had it
        conn.execute("DROP INDEX ux_media_uses_once")
        conn.execute("ALTER TABLE media_uses DROP COLUMN once")
        conn.execute("ALTER TABLE tasks DROP COLUMN media")
        for table in ("text_turns", "intake", "intake_parts"):
            conn.execute(f"DROP TABLE {table}")
        conn.execute("UPDATE alembic_version SET version_num = '0009'")
        conn.commit()
    put_back(copy, over=store.path)
    with Store.open(store.path) as again:
        assert is_taken(again, "c")


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


def test_r22_a_retried_task_without_a_name_begins_although_another_account_is_logged_in(
    store: Store, tmp_path: Path, elsewhere: Path
) -> None:
    logged_in(store, "anna")
    failed = fail(store, add(store)).id
    put_back(copied(store, tmp_path), over=elsewhere)
    with Store.open(elsewhere) as again:
        logged_in(again, "bob")
        again.write_sync(tasks.retry, failed, now=NOW)
        (head,) = again.read_sync(queue.heads, ["R58M1"], now=NOW + timedelta(days=9))
        assert head.account == "tiktok:anna"
        again.write_sync(attempts.begin, failed, boot_id="b", now=NOW + timedelta(days=9), account=head.account)


def test_r24_what_looks_after_a_restore_does_not_act_as_a_paused_account(
    store: Store, tmp_path: Path, elsewhere: Path
) -> None:
    follow = add(store)
    store.write_sync(pauses.pause, PauseSubject.ACCOUNT, "tiktok:bob", words="", until=None, now=NOW)
    put_back(copied(store, tmp_path), over=elsewhere)
    with Store.open(elsewhere) as again:
        released(again, follow)
        fence = begin(again, follow).fence
        login = login_of("bob")
        told = again.write_sync(
            acting_account.recognise, fence, login, busy=False, now=NOW, pace=Settings(Config()).pace
        )
        assert "logged in as @bob" in told


def test_case_b2_followers_of_events_find_the_restore_first(store: Store, tmp_path: Path) -> None:
    add(store)
    copy = copied(store, tmp_path)
    add(store)
    seen = store.read_sync(events.last_id)
    store.close()
    put_back(copy, over=store.path)
    with Store.open(store.path) as again:
        add(again)
        first, *_ = again.read_sync(events.after, seen, 9)
        assert isinstance(first.body, StreamReset)
        assert first.id > seen


def test_a_restore_that_cannot_be_prepared_changes_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store)
    copy = copied(store, tmp_path)
    store.close()
    before = store.path.read_bytes()

    def broken(*_args: object) -> int:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(restoration, "_raise_ids", broken)
    with pytest.raises(StoreError, match="nothing was changed"):
        put_back(copy, over=store.path)
    assert store.path.read_bytes() == before
    assert sorted(path.name for path in tmp_path.glob("**/drover.db*") if "before" in path.name) == []
    assert list(store.path.parent.glob(".replaced-*")) == []
