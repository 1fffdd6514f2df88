"""The registry of accounts."""

import pytest

from drover.store import ConflictError, Store, accounts
from drover.wire.control import Account, ChangeAccount


def account(username: str, serial: str = "R58M1", platform: str = "tiktok", enabled: bool = True) -> Account:
    return Account(username=username, serial=serial, platform=platform, enabled=enabled)


def test_accounts_are_found_by_name_and_platform_and_device(store: Store) -> None:
    both = [account("bea"), account("bea", "other", "instagram"), account("al", enabled=False)]
    for one in both:
        store.write_sync(accounts.put, one)
    assert store.read_sync(accounts.all) == [both[2], both[1], both[0]]
    assert store.read_sync(accounts.find, "bea", "instagram") == both[1]
    assert store.read_sync(accounts.find, "nobody", "tiktok") is None


def test_an_account_moves_and_is_forgotten(store: Store) -> None:
    store.write_sync(accounts.put, account("bea"))
    store.write_sync(accounts.put, account("bea", "other", enabled=False))
    assert store.read_sync(accounts.all) == [account("bea", "other", enabled=False)]
    assert store.write_sync(accounts.delete, "bea", "tiktok")
    assert not store.write_sync(accounts.delete, "bea", "tiktok")
    assert store.read_sync(accounts.all) == []


def test_a_name_is_the_same_in_any_case_and_shown_as_it_was_written(store: Store) -> None:
    store.write_sync(accounts.put, account("Bea.Shop"))
    with pytest.raises(ConflictError, match=r"@BEA\.SHOP: is registered on tiktok already"):
        store.write_sync(accounts.put, account("BEA.SHOP"), new=True)
    assert store.read_sync(accounts.find, "bea.shop") == account("Bea.Shop")
    changed = store.write_sync(accounts.change, ChangeAccount(username="bea.SHOP", platform="tiktok", enabled=False))
    assert (changed.username, changed.enabled) == ("Bea.Shop", False)
    assert store.read_sync(accounts.disabled) == ["tiktok:bea.shop"]


def test_an_import_tells_what_it_would_do_and_goes_in_steps(store: Store) -> None:
    store.write_sync(accounts.put, account("a"))
    wanted = [ChangeAccount(username=name, platform="tiktok", serial="R58M1", enabled=True) for name in "abc"]
    told = store.write_sync(accounts.merge, wanted, dry_run=True)
    assert (told.created, told.changed, told.unchanged, told.dry_run) == (2, 0, 1, True)
    assert store.read_sync(accounts.all) == [account("a")]
    done = list(store.steps_sync(accounts.merge_some, 0, changes=wanted))
    assert sum(step.created for step in done) == 2
    assert store.read_sync(accounts.all) == [account(name) for name in "abc"]
    again = store.write_sync(accounts.merge, wanted)
    assert (again.created, again.changed, again.unchanged) == (0, 0, 3)
