"""What begins, given queues, idle devices and the limit."""

from hypothesis import given
from hypothesis import strategies as st

from drover.policy.dispatch import choose
from drover.policy.records import Head


def head(task_id: int, serial: str, priority: int = 0) -> Head:
    return Head(task_id=task_id, serial=serial, priority=priority)


def test_one_a_device_in_the_order_of_ids() -> None:
    assert choose([head(3, "b"), head(2, "a"), head(1, "a")], {"a", "b"}, 0, 20) == [head(1, "a"), head(3, "b")]


def test_priority_goes_before_age() -> None:
    assert choose([head(1, "a"), head(9, "b", priority=5)], {"a", "b"}, 0, 1) == [head(9, "b", priority=5)]


def test_busy_devices_get_nothing() -> None:
    assert choose([head(1, "a"), head(2, "b")], {"b"}, 1, 20) == [head(2, "b")]


def test_the_limit_counts_what_is_in_use() -> None:
    assert choose([head(1, "a"), head(2, "b")], {"a", "b"}, 19, 20) == [head(1, "a")]
    assert choose([head(1, "a")], {"a"}, 20, 20) == []
    assert choose([head(1, "a")], {"a"}, 25, 20) == []  # the limit was lowered while they ran


HEADS = st.lists(st.builds(head, st.integers(1, 50), st.sampled_from("abcdef"), st.integers(-1, 1)), max_size=20)


@given(HEADS, st.sets(st.sampled_from("abcdef")), st.integers(0, 8), st.integers(1, 6))
def test_never_beyond_the_limit_never_two_on_a_device_never_idle_for_nothing(
    heads: list[Head], idle: set[str], in_use: int, limit: int
) -> None:
    chosen = choose(heads, idle, in_use, limit)
    serials = [h.serial for h in chosen]
    possible = {h.serial for h in heads} & idle
    assert len(set(serials)) == len(serials)
    assert set(serials) <= possible
    assert len(chosen) == min(len(possible), max(0, limit - in_use))


def test_no_account_acts_on_two_phones_at_once() -> None:
    first = Head(task_id=1, serial="a", priority=0, account="tiktok:me")
    same = Head(task_id=2, serial="b", priority=0, account="tiktok:me")
    other = Head(task_id=3, serial="b", priority=0, account="tiktok:you")
    assert choose([same, other, first], ["a", "b"], in_use=0, device_limit=9) == [first, other]
    assert choose([first, same], ["a", "b"], in_use=1, device_limit=9, acting=["tiktok:me"]) == []
    looking = [Head(task_id=n, serial=serial, priority=0) for n, serial in enumerate("ab")]
    assert choose(looking, ["a", "b"], in_use=0, device_limit=9, acting=["tiktok:me"]) == looking
