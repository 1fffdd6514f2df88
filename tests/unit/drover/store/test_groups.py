"""The rest of a group on a device waits for the pause of the task that comes next, in the order of the request."""

from datetime import timedelta

import pytest

from drover.policy.records import Complete
from drover.store import Store, attempts, groups, queue, tasks
from drover.store.groups import AT_ONCE, LargeGroupError, Rest
from tests.support.clock import Clock
from tests.support.stored import GROUP_PAUSE_S, add, add_group, begin, free, new


def end(store: Store, task_id: int) -> None:
    store.write_sync(attempts.finish, begin(store, task_id).fence, Complete(), now=store.clock())


def test_the_rest_waits_for_the_pause_of_the_one_that_comes_next(store: Store, clock: Clock) -> None:
    wanted = [new(group_id="g", pause_s=pause_s, priority=order) for order, pause_s in enumerate((0.0, 30.0, 90.0))]
    low, middle, high = store.write_sync(tasks.insert, wanted, now=clock())
    end(store, high)
    waiting = store.read_sync(queue.waiting, [low, middle])
    assert {facts.not_before for facts in waiting.values()} == {clock() + timedelta(seconds=30)}
    clock.pass_s(30)
    end(store, middle)
    assert free(store) == 1  # the last one has no pause


def test_other_phones_and_other_requests_wait_for_nothing(store: Store) -> None:
    first, _second = add_group(store, 2)
    add(store, "R58M2", group_id="g", pause_s=GROUP_PAUSE_S)
    add(store, group_id="other", pause_s=GROUP_PAUSE_S)
    alone, _other = add(store, pause_s=GROUP_PAUSE_S), add(store, pause_s=GROUP_PAUSE_S)
    end(store, first)
    assert free(store) == 4
    end(store, alone)
    assert free(store) == 3  # tasks without a group are none


def test_one_that_waits_longer_already_begins_no_earlier(store: Store, clock: Clock) -> None:
    later = clock() + timedelta(hours=1)
    wanted = [new(group_id="g"), new(group_id="g", pause_s=GROUP_PAUSE_S, scheduled_at=later)]
    first, second = store.write_sync(tasks.insert, wanted, now=clock())
    end(store, first)
    clock.pass_s(3599)
    assert free(store) == 0
    clock.pass_s(1)
    assert [head.task_id for head in store.read_sync(queue.heads, ["R58M1"], now=clock())] == [second]


def test_r25_what_one_transaction_may_hold_is_held_in_it(store: Store) -> None:
    first, *_ = add_group(store, AT_ONCE + 1)
    end(store, first)
    assert free(store) == 0


def test_r25_more_is_refused_and_changes_nothing(store: Store) -> None:
    first, *_ = add_group(store, AT_ONCE + 2)
    with pytest.raises(LargeGroupError) as large:
        end(store, first)
    until = store.clock() + timedelta(seconds=GROUP_PAUSE_S)
    assert large.value.rest == Rest(group_id="g", serial="R58M1", task_id=first, until=until)
    assert (free(store), len(store.read_sync(attempts.open))) == (AT_ONCE + 1, 1)


def test_r25_a_step_holds_only_those_that_still_wait(store: Store, clock: Clock) -> None:
    first, *others = add_group(store, 4)
    begin(store, first)
    rest = Rest(group_id="g", serial="R58M1", task_id=first, until=clock() + timedelta(seconds=GROUP_PAUSE_S))
    ids = store.read_sync(groups.free_ids, rest)
    assert ids == others
    assert store.read_sync(groups.free_ids, rest, most=2) == others[:2]
    stopped = store.write_sync(tasks.stop_pending, others[0], now=clock())
    assert sum(store.steps_sync(groups.hold, 0, ids=ids, until=rest.until)) == 3
    assert (free(store), store.read_sync(groups.free_ids, rest)) == (0, [])
    assert store.read_sync(tasks.get, others[0]) == stopped
