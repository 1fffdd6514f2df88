"""What is old goes, in small steps; what is young, waits or runs stays, and the counters stay true."""

import asyncio
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from drover.config import Config, RetentionSection
from drover.policy.records import Complete
from drover.store import Store, attempts, events, retention, tasks
from drover.supervisor.settings import Settings
from drover.supervisor.upkeep import retention as sweeping
from drover.supervisor.upkeep.retention import Retention
from tests.support.clock import Clock
from tests.support.stored import add, begin, counted


def ended(store: Store, folder: Path) -> int:
    """A completed task with evidence and a log."""
    task_id = add(store)
    fence = begin(store, task_id).fence
    decision = Complete(evidence=("1-proof.png", "1-proof.xml"))
    store.write_sync(attempts.finish, fence, decision, now=store.clock())
    (folder / str(task_id)).mkdir(parents=True)
    for name in ("log.txt", "1-proof.png", "1-proof.xml"):
        (folder / str(task_id) / name).write_text("x")
    return task_id


def sweep(store: Store, folder: Path, **days: Any) -> None:
    section = RetentionSection(**days)
    upkeep = Retention(Settings(Config(retention=section)), store, folder, pause_s=0)
    asyncio.run(upkeep.sweep(store.clock()))


def files(folder: Path, task_id: int) -> list[str]:
    return sorted(path.name for path in (folder / str(task_id)).glob("*"))


def test_evidence_goes_first_then_the_task(store: Store, tmp_path: Path, clock: Clock) -> None:
    folder = tmp_path / "tasks"
    old = ended(store, folder)
    clock.pass_s(timedelta(days=10).total_seconds())
    young = ended(store, folder)
    clock.pass_s(timedelta(days=5).total_seconds())
    sweep(store, folder)
    assert (files(folder, old), len(files(folder, young))) == (["log.txt"], 3)
    kept = store.read_sync(tasks.get, old)
    assert kept is not None
    assert kept.evidence == []
    clock.pass_s(timedelta(days=80).total_seconds())
    sweep(store, folder)
    assert store.read_sync(tasks.get, old) is None
    assert not (folder / str(old)).exists()
    assert store.read_sync(tasks.get, young) is not None
    kept_counts, true_counts = store.read_sync(counted)
    assert kept_counts == true_counts


def test_what_waits_or_runs_is_never_taken(store: Store, tmp_path: Path, clock: Clock) -> None:
    waiting, running = add(store), add(store, "R58M2")
    begin(store, running)
    clock.pass_s(timedelta(days=1000).total_seconds())
    add(store, "R58M3")
    sweep(store, tmp_path)
    assert store.read_sync(tasks.get, waiting) is not None
    assert store.read_sync(tasks.get, running) is not None


def test_zero_days_keep_for_ever(store: Store, tmp_path: Path, clock: Clock) -> None:
    task_id = ended(store, tmp_path)
    clock.pass_s(timedelta(days=1000).total_seconds())
    first = store.read_sync(events.last_id)
    sweep(store, tmp_path, history_days=0, artifacts_days=0, events_days=0)
    assert len(files(tmp_path, task_id)) == 3
    assert len(store.read_sync(events.after, 0, 1000)) == first


def test_old_events_go_and_the_newest_id_is_never_given_again(store: Store, tmp_path: Path, clock: Clock) -> None:
    for _ in range(5):
        ended(store, tmp_path)
    last = store.read_sync(events.last_id)
    clock.pass_s(timedelta(days=8).total_seconds())
    sweep(store, tmp_path)
    assert [event.id for event in store.read_sync(events.after, 0, 1000)] == [last]
    add(store)
    assert store.read_sync(events.last_id) == last + 1


def test_many_tasks_are_swept_in_steps(
    store: Store, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "STEP", 3)
    old = [ended(store, tmp_path) for _ in range(8)]
    waiting = add(store)
    clock.pass_s(timedelta(days=91).total_seconds())
    young = ended(store, tmp_path)
    sweep(store, tmp_path)
    left = [task.id for task in store.read_sync(tasks.page)[1]]
    assert left == [young, waiting]
    assert not any((tmp_path / str(task_id)).exists() for task_id in old)


def test_a_folder_that_is_gone_already_is_no_trouble(store: Store, tmp_path: Path, clock: Clock) -> None:
    task_id = ended(store, tmp_path)
    shutil.rmtree(tmp_path / str(task_id))
    clock.pass_s(timedelta(days=20).total_seconds())
    sweep(store, tmp_path)
    kept = store.read_sync(tasks.get, task_id)
    assert kept is not None
    assert kept.evidence == []


def test_case_b4_folders_of_deleted_tasks_go_in_steps(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "FOLDERS_STEP", 3)
    folder = tmp_path / "tasks"
    gone = [ended(store, folder) for _ in range(8)]
    kept = [ended(store, folder), ended(store, folder)]
    store.write_sync(tasks.delete, [*gone[1:], kept[1]])
    kept_id = add(store)
    upkeep = Retention(Settings(Config()), store, folder, pause_s=0)
    upkeep.remove_soon([*gone[1:], kept[1]])
    asyncio.run(upkeep.remove_deleted())
    assert sorted(path.name for path in folder.iterdir()) == sorted(map(str, [gone[0], kept[0]]))
    assert store.read_sync(tasks.get, kept_id) is not None


def test_case_b4_what_a_deleted_task_left_goes_with_the_next_sweep(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "FOLDERS_STEP", 2)
    folder = tmp_path / "tasks"
    there = ended(store, folder)
    deleted = [ended(store, folder) for _ in range(5)]
    (folder / str(deleted[0]) / "sub").mkdir()
    (folder / str(deleted[0]) / "sub" / "file").write_text("x")
    store.write_sync(tasks.delete, deleted)
    sweep(store, folder, history_days=0, artifacts_days=0, events_days=0)
    assert [path.name for path in folder.iterdir()] == [str(there)]
    assert len(files(folder, there)) == 3


def test_case_b4_a_folder_whose_id_may_yet_be_given_and_what_is_not_ours_stay(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "tasks"
    last = ended(store, folder)
    store.write_sync(tasks.delete, [last])
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("x")
    stays = [str(last + 1), "9000", "0", f"0{last}", "notes", "99999999999999999999"]
    for name in stays:
        (folder / name).mkdir()
    first = add(store) - 1
    store.write_sync(tasks.delete, [first + 1])
    (folder / str(first + 1)).rmdir()
    (folder / str(first + 1)).symlink_to(outside)
    sweep(store, folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted(stays)
    assert (outside / "precious").exists()


def test_case_b4_a_deletion_wakes_the_keeper(store: Store, tmp_path: Path) -> None:
    """Without waiting for the next look at the disk, which is further away than this test waits."""
    folder = tmp_path / "tasks"

    async def story() -> None:
        upkeep = Retention(Settings(Config()), store, folder, pause_s=0)
        job = asyncio.create_task(upkeep.run())
        try:
            for _ in range(2):  # one that comes before it waits, and one after
                task_id = ended(store, folder)
                store.write_sync(tasks.delete, [task_id])
                upkeep.remove_soon([task_id])
                async with asyncio.timeout(5):
                    while (folder / str(task_id)).exists():
                        await asyncio.sleep(0.01)
        finally:
            job.cancel()

    asyncio.run(story())


def test_case_b4_a_disk_that_cannot_be_read_ends_no_keeper(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []

    def refuse(_keeper: Retention) -> list[int]:
        looks.append(1)
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Retention, "_task_ids", refuse)

    async def story() -> None:
        upkeep = Retention(Settings(Config()), store, tmp_path, pause_s=0)
        job = asyncio.create_task(upkeep.run())
        try:
            async with asyncio.timeout(5):
                for count in (1, 2):
                    while len(looks) < count:
                        await asyncio.sleep(0.01)
                    upkeep.remove_soon([])
        finally:
            job.cancel()

    asyncio.run(story())


def test_folders_that_a_command_made_go_with_the_evidence(store: Store, tmp_path: Path, clock: Clock) -> None:
    task_id = ended(store, tmp_path)
    (tmp_path / str(task_id) / "frames").mkdir()
    (tmp_path / str(task_id) / "frames" / "1.png").write_text("x")
    clock.pass_s(timedelta(days=20).total_seconds())
    sweep(store, tmp_path)
    assert files(tmp_path, task_id) == ["log.txt"]
