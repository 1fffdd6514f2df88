"""Who holds which phone: playbooks of what is asked, when, and what comes of it. Time is a number."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.policy import leases
from drover.policy.leases import Held, LeaseBook, Wish


def wish(key: str, serial: str = "a", *, at: float = 0.0, ttl_s: int = 10, wait_s: float = 0.0) -> Wish:
    return Wish(key=key, serial=serial, label=key, ttl_s=ttl_s, asked_at=at, until=at + wait_s)


def free(*serials: str) -> Callable[[str], bool]:
    return lambda serial: serial in serials


def taken(book: LeaseBook, key: str, serial: str = "a", **more: float) -> Held:
    held = book.take(wish(key, serial, at=more.get("at", 0.0)), is_free=free(serial), slots=5)
    assert held is not None
    return held


def test_a_free_phone_is_taken_once() -> None:
    book = LeaseBook()
    held = taken(book, "one")
    assert (held.serial, held.taken_at, held.expires_at) == ("a", 0.0, 10.0)
    assert book.take(wish("two"), is_free=free(), slots=5) is None
    assert book.take(wish("two", "b"), is_free=free(), slots=5) is None
    assert (book.of("one"), book.of("two")) == (held, None)


def test_the_limit_of_devices_is_one_pool() -> None:
    book = LeaseBook()
    assert book.take(wish("one"), is_free=free("a"), slots=0) is None
    assert book.take(wish("one"), is_free=free("a"), slots=1) is not None


def test_time_alone_ends_a_lease_and_a_heartbeat_puts_that_off() -> None:
    book = LeaseBook()
    taken(book, "one")
    assert book.next_moment() == 10.0
    assert book.expired(9.99) == []
    extended = book.extend("one", None, 9.0)
    assert extended is not None
    assert extended.expires_at == book.next_moment() == 19.0
    shorter = book.extend("one", 3, 10.0)
    assert shorter is not None
    assert shorter.expires_at == 13.0
    assert [held.key for held in book.expired(13.0)] == ["one"]
    assert (book.of("one"), book.next_moment(), book.extend("one", None, 13.0)) == (None, None, None)
    assert book.why_ended("one") == "it was not extended within its 3 s"
    assert book.why_ended("never") is None


def test_first_come_first_served_for_each_phone() -> None:
    book = LeaseBook()
    taken(book, "one")
    for number, key in enumerate(("two", "three")):
        assert book.wait(wish(key, at=1.0 + number, wait_s=100.0))
    assert book.serve(is_free=free(), slots=5, now=3.0) == []
    book.end("one", "it was released")
    # Whoever asks now must not pass those in line.
    assert book.take(wish("pushy", at=4.0), is_free=free("a"), slots=5) is None
    (granted,) = book.serve(is_free=free("a"), slots=5, now=4.0)
    assert (granted.key, granted.taken_at, granted.expires_at) == ("two", 4.0, 14.0)
    assert [waits.key for waits in book.line] == ["three"]


def test_slots_go_to_the_line_in_its_order() -> None:
    book = LeaseBook()
    for key, serial in (("one", "a"), ("two", "b"), ("three", "c")):
        book.wait(wish(key, serial, wait_s=50.0))
    assert book.claims(free("a", "b", "c")) == 3
    assert book.claims(free("b")) == 1  # those whose phones are busy wait for these, not for slots
    assert book.take(wish("four", "d"), is_free=free("a", "d"), slots=1) is None
    assert book.take(wish("four", "d"), is_free=free("d"), slots=1) is not None
    assert [held.key for held in book.serve(is_free=free("a", "b", "c"), slots=2, now=1.0)] == ["one", "two"]


def test_waiting_ends_with_its_time() -> None:
    book = LeaseBook()
    book.wait(wish("one", wait_s=5.0))
    book.wait(wish("two", wait_s=9.0))
    assert book.next_moment() == 5.0
    assert [over.key for over in book.given_up(5.0)] == ["one"]
    book.leave("two")
    assert (book.line, book.next_moment(), book.wanted("a")) == ([], None, False)


def test_the_line_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "MAX_WAITING", 2)
    book = LeaseBook()
    assert [book.wait(wish(str(number))) for number in range(3)] == [True, True, False]


def test_only_the_last_reasons_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "REMEMBERED", 2)
    book = LeaseBook()
    for number in range(3):
        taken(book, str(number))
        book.end(str(number), f"why {number}")
    assert [book.why_ended(str(number)) for number in range(3)] == [None, "why 1", "why 2"]


def test_the_lease_of_a_task_has_no_time_of_its_own() -> None:
    book = LeaseBook()
    held = book.take_for_task("script", "a", "my.py", 7, 1.0)
    assert (held.task_id, held.expires_at, book.next_moment(), book.expired(1e9)) == (7, None, None, [])
    assert book.extend("script", 5, 2.0) == held
    assert book.end("script", "task 7 has ended") == held


EVENT = st.tuples(st.sampled_from(["take", "wait", "extend", "end", "tick"]), st.integers(0, 5), st.sampled_from("abc"))


@given(st.lists(EVENT, max_size=60), st.integers(1, 3))
def test_never_two_on_a_phone_never_beyond_the_limit_never_beyond_the_time(
    script: list[tuple[str, int, str]], limit: int
) -> None:
    book, now = LeaseBook(), 0.0

    def on(serial: str) -> Held | None:
        return next((held for held in book.held if held.serial == serial), None)

    def is_free(serial: str) -> bool:
        return on(serial) is None

    for number, (what, wait, serial) in enumerate(script):
        now += 1.0
        slots = limit - len(book.held)
        key = str(number)
        match what:
            case "take":
                book.take(wish(key, serial, at=now, ttl_s=4), is_free=is_free, slots=slots)
            case "wait":
                book.wait(wish(key, serial, at=now, ttl_s=4, wait_s=float(wait)))
            case "extend" if (held := on(serial)) is not None:
                book.extend(held.key, 4, now)
            case "end" if (held := on(serial)) is not None:
                book.end(held.key, "it was released")
            case _:
                pass
        book.expired(now)
        book.given_up(now)
        book.serve(is_free=is_free, slots=limit - len(book.held), now=now)
        assert len(book.held) <= limit
        assert len({held.serial for held in book.held}) == len(book.held)
        assert all(held.expires_at is not None and now < held.expires_at <= now + 4 for held in book.held)
        # No one waits for a free phone while a slot is left.
        assert len(book.held) == limit or not any(is_free(waits.serial) for waits in book.line)
