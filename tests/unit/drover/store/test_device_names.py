"""One phone under two names becomes one; a forgotten phone takes its tasks and accounts along."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select, update

from drover.policy.pace import RESTORED, RESTORED_HOLD, account_key
from drover.store import (
    Store,
    account_pace,
    accounts,
    device_names,
    devices,
    intake,
    queue,
    release,
    tasks,
)
from drover.store.schema import account_pauses, account_use, media_uses
from drover.store.schema import tasks as task_rows
from drover.wire.control import Account
from drover.wire.devices import Device, DeviceState
from drover.wire.media import MediaFile, MediaKind, UseState
from drover.wire.tasks import Effect, Status
from tests.support.clock import Clock
from tests.support.stored import all_of, counters_are_right, new

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)
KEPT, OTHER = "R58MA", "10.0.0.1:5555"
MANY = 300


def device(serial: str, **fields: object) -> Device:
    return Device(serial=serial, state=DeviceState.ABSENT, **fields)  # type: ignore[arg-type]


def merge(store: Store) -> Device | None:
    list(store.steps_sync(device_names.move_tasks, 0, device=KEPT, other=OTHER, now=NOW))
    return store.write_sync(device_names.merge, KEPT, OTHER)


def test_case_p1_tasks_accounts_note_and_tags_go_to_the_kept_name(store: Store) -> None:
    store.write_sync(devices.put, device(KEPT, tags=["a"]))
    store.write_sync(devices.put, device(OTHER, tags=["a", "b"], note="cracked"))
    ids = store.write_sync(tasks.insert, [new(OTHER) for _ in range(MANY)], now=NOW)
    stopped = store.write_sync(tasks.stop_pending, ids[0], now=NOW)
    assert stopped is not None
    store.write_sync(accounts.put, Account(username="ann", platform="tiktok", enabled=True, serial=OTHER))
    kept = merge(store)
    assert kept is not None
    assert (kept.note, kept.tags) == ("cracked", ["a", "b"])
    assert [found.serial for found in store.read_sync(devices.all)] == [KEPT]
    assert [found.serial for found in store.read_sync(accounts.all)] == [KEPT]
    for status, count in ((Status.PENDING, len(ids) - 1), (Status.FAILED, 1)):
        assert store.read_sync(tasks.count, {"serial": KEPT, "status": int(status)}) == count
        assert store.read_sync(tasks.count, {"serial": OTHER, "status": int(status)}) == 0


def test_case_p1_counts_pauses_and_uses_of_files_are_one_phones(store: Store) -> None:
    old, new = account_key("tiktok", None, OTHER), account_key("tiktok", None, KEPT)

    def fill(conn: object) -> None:
        for key in (old, new):
            account_pace.count(conn, key, "follow", "2026-12-01")  # type: ignore[arg-type]
        execute = conn.execute  # type: ignore[attr-defined]
        execute(insert(account_pauses).values(account=old, until=NOW + timedelta(hours=2)))
        execute(insert(account_pauses).values(account=new, until=NOW + timedelta(hours=1)))
        file = MediaFile(path="/m/a.mp4", kind=MediaKind.VIDEO, media_type="video/mp4", size=1)
        for position, (account, key, state) in enumerate(
            [(old, "both", "used"), (new, "both", "reserved"), (old, "mine", "reserved")]
        ):
            execute(
                insert(media_uses).values(
                    account=account,
                    key=key,
                    task_id=1,
                    position=position,
                    name="a",
                    file=file,
                    state=state,
                    at=NOW,
                    once=False,
                )
            )

    store.write_sync(fill)
    merge(store)
    used = store.read_sync(lambda conn: conn.execute(select(account_use.c.account, account_use.c.n)).all())
    assert [tuple(row) for row in used] == [(new, 2)]
    (pause,) = store.read_sync(lambda conn: conn.execute(select(account_pauses)).all())
    assert (pause.account, pause.until) == (new, NOW + timedelta(hours=2))
    uses = store.read_sync(lambda conn: conn.execute(select(media_uses.c.key, media_uses.c.state)).all())
    assert sorted(map(tuple, uses)) == [("both", UseState.USED.value), ("mine", UseState.RESERVED.value)]


def test_case_p1_a_released_task_keeps_its_pace_under_the_kept_name(store: Store) -> None:
    ids = store.write_sync(tasks.insert, [new(OTHER), new(OTHER, username="ann"), new(OTHER)], now=NOW)
    held = {"held": RESTORED_HOLD, "account_queue": RESTORED, "reconcile": True, "effect": Effect.UNKNOWN.value}
    store.write_sync(lambda conn: conn.execute(update(task_rows).values(**held)))
    of_ann = update(task_rows).where(task_rows.c.id == ids[0]).values(account="tiktok:ann")
    store.write_sync(lambda conn: conn.execute(of_ann))
    list(store.steps_sync(release.release, 0, ids=ids[:2], now=NOW))

    def queues() -> list[str]:
        return store.read_sync(lambda conn: list(conn.execute(select(task_rows.c.account_queue)).scalars()))

    assert queues() == ["follow:tiktok:ann", "follow:tiktok:ann", RESTORED]
    merge(store)
    assert queues() == ["follow:tiktok:ann", "follow:tiktok:ann", RESTORED]


def test_case_o13_a_forgotten_phone_takes_its_tasks_and_accounts_along_and_no_others(store: Store) -> None:
    for serial in (KEPT, OTHER):
        store.write_sync(devices.put, device(serial))
        store.write_sync(
            accounts.put, Account(username=f"of_{serial[:2]}", platform="tiktok", enabled=True, serial=serial)
        )
        store.write_sync(tasks.insert, [new(serial)] * 2, now=NOW)
    assert len(all_of(store.steps_sync(device_names.drop_tasks, 0, device=OTHER, now=NOW))) == 2
    assert all_of(store.steps_sync(device_names.drop_tasks, 0, device=OTHER, now=NOW)) == []
    assert store.write_sync(device_names.forget, OTHER) == 1
    assert [found.serial for found in store.read_sync(devices.all)] == [KEPT]
    assert store.read_sync(tasks.count, {"serial": KEPT}) == 2


def test_what_is_still_being_stored_for_a_forgotten_device_goes_too(store: Store) -> None:
    some = [new(OTHER) for _ in range(400)]
    intake_id = store.write_sync(intake.begin, now=NOW)
    list(store.steps_sync(intake.write_down, 0, intake_id=intake_id, parts=intake.parts_of(some)))
    ids = store.write_sync(intake.accept, intake_id, len(some), now=NOW, key=None, digest="")
    dropping = store.steps_sync(device_names.drop_tasks, 0, device=OTHER, now=NOW)
    assert next(dropping) == []
    list(store.steps_sync(intake.store_parts, 0, first_id=ids[0]))
    assert all_of(dropping) == ids
    assert store.read_sync(tasks.count, {"serial": OTHER}) == 0


def test_r25_what_waits_for_a_name_moves_in_steps(store: Store, clock: Clock) -> None:
    ids = store.write_sync(tasks.insert, [new("10.0.0.7:5555") for _ in range(MANY)], now=clock())
    before = store.commits
    moving = store.steps_sync(device_names.move_tasks, 0, device="R58M1", other="10.0.0.7:5555", now=clock())
    assert sum(moving) == MANY
    assert store.commits - before > 2
    assert [head.task_id for head in store.read_sync(queue.heads, ["R58M1"], now=clock())] == ids[:1]
    assert counters_are_right(store)
