"""Figures, accounts and devices are read together with what is shown of them."""

from drover.store import (
    Store,
    account_pace,
    overview,
    pauses,
)
from drover.wire.control import Account
from drover.wire.devices import Device, DeviceState
from drover.wire.holds import PauseSubject, Trouble
from drover.wire.tasks import Reason
from tests.support.clock import Clock
from tests.support.stored import add, logged_in
from tests.support.troubled import PACE, met


def test_held_tasks_are_counted_for_pauses_and_not_for_pace(store: Store, clock: Clock) -> None:
    met(store, add(store, username="me"), Reason.NEEDS_HUMAN, Trouble.CAPTCHA)
    for serial in ("R58M1", "R58M2"):
        for username in ("me", "you"):
            add(store, serial, username=username)
    assert store.read_sync(overview.figures, now=clock()).held == 2
    store.write_sync(pauses.pause, PauseSubject.DEVICE, "R58M2", words="", until=None, now=clock())
    assert store.read_sync(overview.figures, now=clock()).held == 3


def test_accounts_are_shown_with_their_use(store: Store) -> None:
    now = store.clock()
    store.write_sync(account_pace.count, "tiktok:me", "follow", PACE.day(now))
    store.write_sync(pauses.pause, PauseSubject.ACCOUNT, "tiktok:you", words="a day off", until=None, now=now)
    both = [Account(username=name, serial="x", platform="tiktok", enabled=True) for name in ("You", "Me")]
    shown = store.read_sync(overview.accounts, both, day=PACE.day(now), now=now)
    assert [account.used_today for account in shown] == [{}, {"follow": 1}]
    assert [account.pause and account.pause.words for account in shown] == ["a day off", None]


def test_devices_are_shown_with_their_queue_their_logins_and_their_pause(store: Store) -> None:
    for _ in range(2):
        add(store, "a")
    logged_in(store, "Shop.One", "a")
    store.write_sync(pauses.pause, PauseSubject.DEVICE, "b", words="on the bench", until=None, now=store.clock())
    both = [Device(serial=serial, state=DeviceState.IDLE) for serial in ("a", "b")]
    a, b = store.read_sync(overview.devices, both, now=store.clock())
    assert (a.queued, [login.username for login in a.logins], a.pause) == (2, ["Shop.One"], None)
    assert (b.queued, b.logins, b.pause and b.pause.words) == (0, [], "on the bench")
    assert store.read_sync(overview.devices, both[:1], now=store.clock()) == [a]
