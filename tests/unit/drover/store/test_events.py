"""Events: written with the change that they tell of, and read in the order of their ids."""

from drover.store import Store, events, tasks
from drover.wire.events import TaskChanged, TaskDeleted
from drover.wire.tasks import Status
from tests.support.clock import Clock
from tests.support.stored import add, fail, new


def test_every_change_of_status_is_an_event(store: Store, clock: Clock) -> None:
    task_id = fail(store, add(store)).id
    store.write_sync(tasks.retry, task_id, now=clock(), force=False)
    store.write_sync(tasks.stop_pending, task_id, now=clock())
    store.write_sync(tasks.delete, [task_id], now=clock())
    kept = store.read_sync(events.after, 0, 100)
    statuses = [event.body.task.status for event in kept if isinstance(event.body, TaskChanged)]
    assert statuses == [Status.PENDING, Status.RUNNING, Status.FAILED, Status.PENDING, Status.FAILED]
    assert kept[-1].body == TaskDeleted(task_id=task_id)
    assert [event.id for event in kept] == [1, 2, 3, 4, 5, 6]


def test_the_event_holds_the_task_as_it_then_was(store: Store) -> None:
    task_id = add(store, username="someone", priority=2)
    event = store.read_sync(events.after, 0, 1)[0]
    assert event.body == TaskChanged(task=store.read_sync(tasks.get, task_id))  # type: ignore[arg-type]
    assert event.at == store.clock()


def test_events_are_paged_by_id(store: Store) -> None:
    store.write_sync(tasks.insert, [new()] * 5, now=store.clock())
    assert [event.id for event in store.read_sync(events.after, 2, 2)] == [3, 4]
    assert store.read_sync(events.after, 5, 10) == []
    assert store.read_sync(events.last_id) == 5
